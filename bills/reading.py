"""A CBE file, or one draft: one row an item, the rows of a HAWB together one bill. Forms and files share these checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _

from bills import claims, fitting, returns
from bills.columns import CHARGES, FORM_E, HEADER, INVOICE_E, ITEM, ITEM_E, LOADING, MAY_BE_NONE, ONLY_XIV, SAME
from bills.duty.exemptions import Exemption
from bills.duty.statement import DutyStatement
from bills.duty.valuation import WorthNothing, takes_all
from bills.flight import Flight
from bills.form_e import check_form_e, check_invoice
from bills.kinds import Kind, Nature
from bills.reckoning import Line, Priced, Reckoned, reckon, why_not_counted
from eccs import identifiers
from eccs.uploads.checks import Table
from manifests.models import HouseAirwayBill
from rms import kyc

ONCE = (*CHARGES, *LOADING)  # of an invoice
CLAIM = ("cth", "notification", "notification_sl_no", "nature")  # of an item
WHOSE = ("eou", "repair_and_return", "government", "importer_category", "kyc_type")


@dataclass
class Prepared:
    """One bill, checked and reckoned, ready to be filed."""

    hawb: HouseAirwayBill
    header: dict[str, Any]
    items: list[dict[str, Any]]
    invoices: list[dict[str, Any]]
    reckoned: Reckoned
    form_e: dict[str, Any] = field(default_factory=dict)  # of a CBE-XIV
    images_at_hand: bool = True  # what it names as the images of the HAWB and the invoice is there

    @cached_property
    def kyc_token(self) -> str:
        """The same KYC document gives the same token, and the token does not give the number."""
        return kyc.token(self.header["kyc_type"], self.header["kyc_number"])

    @property
    def duty(self) -> DutyStatement:
        """The duty of the bill."""
        return self.reckoned.duty

    @property
    def values(self) -> list[Decimal]:
        """The assessable value of each item, in rupees."""
        return self.reckoned.shares

    @property
    def assessable_value(self) -> Decimal:
        """In rupees."""
        return self.reckoned.assessable_value


def judge(flight: Flight, table: Table) -> list[Prepared]:
    """Check each bill as a whole and reckon its value and duty; faults are named in the table, the good ones returned."""
    prepared, done = [], 0
    returns.check(flight, table, list(groups(table)))
    used = [name for name in ONLY_XIV if any(table.values[name])]
    for rows in groups(table):
        found = _judge_one(flight, table, rows, used)
        if found is not None:
            prepared.append(found)
        done += len(rows)
        table.tell(done)
    return prepared


def groups(table: Table) -> Iterator[list[int]]:
    """The rows of each HAWB, in the order of the file."""
    found: dict[str, list[int]] = {}
    for index, hawb in enumerate(table.values["hawb"]):
        if hawb is not None:
            found.setdefault(hawb, []).append(index)
    return iter(found.values())


def _judge_one(flight: Flight, table: Table, rows: list[int], used: list[str]) -> Prepared | None:
    values, first = table.values, rows[0]
    number = values["hawb"][first]
    hawb = flight.hawbs.get(number)
    if hawb is None or hawb.pk in flight.taken:
        reason = _("is not on the manifest") if hawb is None else _("has a bill already")
        for index in rows:
            table.fault(index, "hawb", number, reason)
        return None
    if hawb.pk in flight.gone:
        table.fault(first, "hawb", number, _("has left uncleared: its goods were returned to origin or disposed of"))
        return None
    if hawb.transshipment:
        table.fault(first, "hawb", number, _("is for transshipment: it is cleared at its destination"))
        return None
    if hawb.held_since is not None:
        table.fault(first, "hawb", number, _("is on hold: release the hold first"))
        return None
    if first > 0 and values["hawb"][first - 1] not in flight.hawbs and not values["kyc_type"][first]:
        return None  # the row above lost its HAWB, and this bill its first row with it: the one fault is named there
    before = len(table.faults)
    form = _one_form(table, rows)
    invoices = _invoices(table, rows, form)
    for own in invoices:
        _check_invoice(flight, table, own, form)
    _check_header(flight, table, first)
    _check_items(flight, table, rows)
    found = None if len(table.faults) > before or _is_torn(table, rows, used) else _declared(table, rows, invoices)
    if found is not None:
        category = {"importer_category": table.values["importer_category"][first] if form == Kind.XIV else ""}
        try:
            reckoned = reckon_declared(flight, *found, category)
        except WorthNothing as nothing:
            row = invoices[nothing.invoice][0]
            table.fault(row, "unit_price", values["unit_price"][row], _("comes to no value in rupees"))
            return None
        if reason := fitting.why_not(form, reckoned.facts, flight.rules.form):
            _refuse_form(table, rows, reckoned.facts, reason)
            return None
    _check_form_e(flight, table, rows, invoices, used)
    if found is None or len(table.faults) > before:
        return None
    return Prepared(hawb, *found, reckoned, {name: values[name][first] for name in FORM_E if form == Kind.XIV})


def _is_torn(table: Table, rows: list[int], used: list[str]) -> bool:
    """Whether a cell that the value hangs on has a fault of its own."""
    values, first = table.values, rows[0]
    return (
        any(values[name][index] is None for index in rows for name in ("form", *SAME, *ITEM) if name not in MAY_BE_NONE)
        or any(values[name][first] is None and table.is_faulty(first, name) for name in HEADER)
        or any(
            values[name][index] is None and table.is_faulty(index, name)
            for index in rows
            for name in (*used, *CHARGES, *MAY_BE_NONE)
        )
    )


def _check_form_e(flight: Flight, table: Table, rows: list[int], invoices: list[list[int]], used: list[str]) -> None:
    """What Form E asks of a CBE-XIV, and that no other form answers it."""
    form = table.values["form"][rows[0]]
    if form == Kind.XIV:
        check_form_e(flight, table, rows[0])
        for own in invoices:
            check_invoice(flight, table, own[0])
    elif used:
        _check_only_xiv(table, rows, form, used)


def _most(table: Table, rows: list[int], name: str) -> Any:
    """What most of the rows say."""
    if len(rows) == 1:
        return table.values[name][rows[0]]
    told = Counter(table.values[name][index] for index in rows if table.values[name][index] is not None).most_common(1)
    return told[0][0] if told else None


def _one_form(table: Table, rows: list[int]) -> str:
    """The form of the bill; rows that name another than most of them are named."""
    if len(rows) > 1:
        alike(table, rows, ("form",), _("differs from the other rows of this HAWB: one bill is one form"))
    return _most(table, rows, "form") or Kind.XIII


def alike(table: Table, rows: list[int], names: Sequence[str], reason: str) -> None:
    """The rows say the same under these names; those that differ from most of them are named."""
    for name in names:
        told = _most(table, rows, name)
        for index in rows:
            given = table.values[name][index]
            if given is not None and given != told:
                table.fault(index, name, given, reason)


def _invoices(table: Table, rows: list[int], form: str) -> list[list[int]]:
    """The rows of each invoice: a CBE-XIV may have several, told apart by their number; the other forms have one."""
    if form != Kind.XIV:
        return [rows]
    groups: dict[str | None, list[int]] = {}
    for index in rows:
        groups.setdefault(table.values["invoice_number"][index], []).append(index)
    return list(groups.values())


def _check_invoice(flight: Flight, table: Table, rows: list[int], form: str) -> None:
    """The rows of one invoice are alike, in a currency that has a rate; those that differ from most of them are named."""
    values, first = table.values, rows[0]
    if len(rows) > 1:
        reason = _("differs from the other rows of this HAWB: one %(form)s has one invoice") % {"form": form}
        alike(table, rows, SAME, _("differs from the other rows of this invoice") if form == Kind.XIV else reason)
    currency = values["currency"][first]
    if currency is not None and flight.exchange.rate(currency, flight.presented_on) is None:
        table.fault(first, "currency", currency, _("has no rate of exchange in force"))
    other = values["discount_currency"][first]
    if other and values["discount"][first] is None and not table.is_faulty(first, "discount"):
        table.fault(first, "discount_currency", other, _("is given without a discount"))
    if other and flight.exchange.rate(other, flight.presented_on) is None:
        table.fault(first, "discount_currency", other, _("has no rate of exchange in force"))
    if values["invoice_date"][first] is not None and values["invoice_date"][first] > flight.presented_on:
        table.fault(first, "invoice_date", values["invoice_date"][first], _("is after today"))
    _check_first_row(table, rows)
    _check_discount(flight, table, rows)


def _check_first_row(table: Table, rows: list[int]) -> None:
    """What is declared once for an invoice stands on its first row; on a later one it says the same, or is refused."""
    first = rows[0]
    for name in ONCE if len(rows) > 1 else ():
        told = table.values[name][first]
        for index in rows[1:]:
            given = table.values[name][index]
            if given not in (None, "", told):
                reason = _("stands on the first row of its invoice: a later row leaves it empty, or says the same")
                table.fault(index, name, given, reason)


def _check_discount(flight: Flight, table: Table, rows: list[int]) -> None:
    """A discount leaves something of its own invoice, in the currency of that invoice."""
    values, first = table.values, rows[0]
    discount, currency = values["discount"][first], values["currency"][first]
    prices = [(values["quantity"][index], values["unit_price"][index]) for index in rows]
    if not discount or currency is None or any(None in pair for pair in prices):
        return
    exchange = flight.exchange.rate(currency, flight.presented_on)
    if exchange is None:
        return
    told = {"discount": discount, "discount_currency": values["discount_currency"][first]}
    try:
        taken_off = flight.exchange.discount(told, exchange, flight.presented_on)
    except LookupError:
        return  # its currency is named already
    if takes_all(taken_off, sum((quantity * price for quantity, price in prices), Decimal(0))):
        table.fault(first, "discount", discount, _("is not less than the invoice value"))


def _check_header(flight: Flight, table: Table, first: int) -> None:
    """What stands on the first row of a HAWB."""
    values = table.values
    if values["form"][first] != Kind.XIV:
        for name in ("eou", "repair_and_return"):
            if values[name][first]:
                table.fault(first, name, "Y", _("such goods are filed on CBE-XIV, whatever their value"))
    check_kyc(table, first)


def check_kyc(table: Table, first: int) -> None:
    """Who declares is known by a document whose number is well formed."""
    values = table.values
    kind, number = values["kyc_type"][first], values["kyc_number"][first]
    for name, given in (("kyc_type", kind), ("kyc_number", number)):
        if given == "":
            table.fault(first, name, "", _("is missing on the first row of this HAWB"))
    if kind and number and (reason := identifiers.kyc(kind, number)):
        table.fault(first, "kyc_number", number, reason)


def _check_items(flight: Flight, table: Table, rows: list[int]) -> None:
    values = table.values
    number_items_once(table, rows)
    for index in rows:
        cth = values["cth"][index]
        rate = None if cth is None else flight.tariff.rate(cth, flight.rates_on)
        uom = values["uom"][index]
        if cth is not None and rate is None:
            table.fault(index, "cth", cth, _("is not in the tariff"))
        elif rate is not None and uom is not None and (reason := why_not_counted(rate, uom)):
            table.fault(index, "uom", uom, reason)
        if values["licence_type"][index] and not values["licence_number"][index]:
            table.fault(index, "licence_type", values["licence_type"][index], _("is given without licence_number"))
        packages, manifested = values["item_packages"][index], flight.hawbs[values["hawb"][index]].packages
        if packages is not None and packages > manifested:
            reason = _("is more than the %(count)d packages of the manifest") % {"count": manifested}
            table.fault(index, "item_packages", packages, reason)
        if values["gift_kind"][index] and values["nature"][index] != Nature.GIFT:
            table.fault(index, "gift_kind", values["gift_kind"][index], _("is given without the nature GIFT"))
        _check_claim(flight, table, rows[0], index)


def number_items_once(table: Table, rows: list[int]) -> None:
    """No item of a bill has the number of another."""
    seen: set[int] = set()
    for index in rows:
        item_no = table.values["item_no"][index]
        if item_no is not None and item_no in seen:
            table.fault(index, "item_no", item_no, _("is given twice in this HAWB"))
        seen.add(item_no)


def _check_claim(flight: Flight, table: Table, first: int, index: int) -> None:
    """An exemption that is claimed is in force on the day of the rates and fits the goods and whoever they are for."""
    values = table.values
    told = {name: values[name][index] for name in CLAIM}
    if told["cth"] is None or not claims.is_claim(told["notification"], told["notification_sl_no"], told["nature"]):
        return
    try:
        _exemption(flight, told, {name: values[name][first] for name in WHOSE})
    except claims.NotExempt as fault:
        table.fault(index, fault.field, told[fault.field], str(fault))


def _exemption(flight: Flight, item: Mapping[str, Any], header: Mapping[str, Any]) -> Exemption | None:
    """The exemption that an item claims, or none. Raises NotExempt."""
    notification, serial = item["notification"], item["notification_sl_no"]
    if not claims.is_claim(notification, serial, item["nature"]):
        return None
    whom = claims.whose(
        eou=header["eou"], repair=header["repair_and_return"], government=header["government"],
        category=header.get("importer_category") or "", kyc_type=header["kyc_type"] or "",
    )  # fmt: skip
    book = flight.exemptions({notification})
    return claims.exemption(book, notification, serial, item["cth"], flight.rates_on, whom)


def _check_only_xiv(table: Table, rows: list[int], form: str, used: list[str]) -> None:
    """What Form E alone asks has no place on the other forms."""
    for name in used:
        for index in rows:
            given = table.values[name][index]
            if given not in (None, "", False):
                reason = _("is asked on CBE-XIV alone: leave it empty on %(form)s") % {"form": form}
                table.fault(index, name, "Y" if given is True else given, reason)


Declared = tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]  # header, items, invoices


def _declared(table: Table, rows: list[int], invoices: list[list[int]]) -> Declared:
    """What the rows of a bill declare."""
    values, first = table.values, rows[0]
    of_item: tuple[str, ...] = ITEM
    of_invoice: tuple[str, ...] = (*SAME, *CHARGES)
    if values["form"][first] == Kind.XIV:
        of_item, of_invoice = (*ITEM, *ITEM_E), (*of_invoice, *INVOICE_E)
    header = {name: values[name][first] for name in ("form", *SAME, *HEADER)}
    place = {index: n for n, own in enumerate(invoices, 1) for index in own}
    items = [{**{name: values[name][index] for name in of_item}, "invoice_place": place[index]} for index in rows]
    return header, items, [{name: values[name][own[0]] for name in of_invoice} for own in invoices]


def _refuse_form(table: Table, rows: list[int], about: fitting.Facts, reason: str) -> None:
    """The form does not fit: where goods on CBE-XII are neither sample nor gift, it is their nature that is named."""
    values, first = table.values, rows[0]
    without = [index for index in rows if not values["nature"][index]]
    if values["form"][first] == Kind.XII and without and not about.always_xiv:
        for index in without:
            table.fault(index, "nature", "", _("is missing: %(reason)s") % {"reason": reason})
    else:
        table.fault(first, "form", values["form"][first], reason)


def reckon_declared(
    flight: Flight,
    header: dict[str, Any],
    items: list[dict[str, Any]],
    invoices: list[dict[str, Any]],
    form_e: Mapping[str, Any] = MappingProxyType({}),
) -> Reckoned:
    """The value of a declaration, its duty, and the form that fits it."""
    priced = []
    for told in invoices:
        exchange = flight.exchange.rate(told["currency"], flight.presented_on)
        assert exchange is not None
        charges = [told[name] for name in LOADING if told.get(name) is not None]
        freight, insurance, inland = (told[name] for name in ("freight", "insurance", "inland_charges"))
        discount = flight.exchange.discount(told, exchange, flight.presented_on)
        other = sum(charges, Decimal(0)) if charges else None
        priced.append(Priced(told["invoice_terms"], exchange, freight, insurance, inland, discount, other))
    lines = []
    for item in items:
        rate = flight.tariff.rate(item["cth"], flight.rates_on)
        assert rate is not None
        lines.append(
            Line(
                item["invoice_place"] - 1, item["quantity"] * item["unit_price"], item["quantity"], item["uom"], rate,
                item["nature"], item["gift_kind"], _exemption(flight, item, {**header, **form_e}),
            )
        )  # fmt: skip
    always_xiv = bool(header["eou"] or header["repair_and_return"])
    return reckon(header["form"], priced, lines, flight.rules, always_xiv=always_xiv)
