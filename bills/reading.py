"""A CBE file, or one draft: one row an item, the rows of a HAWB together one bill. Forms and files share these checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bills.duty.statement import DutyStatement, Goods, statement
from bills.duty.valuation import Invoice, Terms, Valuation, apportion, value
from bills.flight import Flight
from bills.kinds import Kind
from eccs import identifiers, places
from eccs.money import rupees
from eccs.uploads.checks import Column, Table, code, day, decimal, identifier, integer, text, yes_no
from manifests.models import HouseAirwayBill

ABOVE_ZERO = gettext_lazy("must be above zero")
_MONEY = decimal(2, Decimal(0), longest=16)
_YES_NO_HELP = gettext_lazy("Y or N; empty is N")

COLUMNS = (
    Column("form", code({Kind.XII, Kind.XIII, Kind.XIV}, gettext_lazy("is not a form: CBE-XII, CBE-XIII or CBE-XIV")), True, None, gettext_lazy("CBE-XIII"), "CBE-XIII"),
    Column("hawb", identifier(identifiers.hawb), True, None, gettext_lazy("House airway bill; its rows together make one bill"), "SWF7731904425"),
    Column("item_no", integer(1, gettext_lazy("items are counted from 1"), 9999), True, None, gettext_lazy("1, 2, 3 …"), "1"),
    Column("cth", identifier(identifiers.cth), True, None, gettext_lazy("Tariff item, eight digits"), "85183000"),
    Column("description", text(240), True, help=gettext_lazy("Description of the item"), example="Wireless earphones with charging case"),
    Column("country_of_origin", code(places.COUNTRIES, gettext_lazy("is not a country: two letters of ISO 3166")), True, None, gettext_lazy("ISO 3166, two letters"), "CN"),
    Column("quantity", decimal(3, Decimal("0.001"), ABOVE_ZERO), True, None, gettext_lazy("Quantity in the unit beside it"), "60"),
    Column("uom", code(places.UNITS, gettext_lazy("is not a unit quantity code, such as NOS or KGS")), True, None, gettext_lazy("Unit of measure"), "NOS"),
    Column("unit_price", decimal(4, Decimal("0.0001"), ABOVE_ZERO), True, None, gettext_lazy("Price of one unit in the currency"), "11.20"),
    Column("currency", code(places.CURRENCIES, gettext_lazy("is not a currency code: three letters of ISO 4217")), True, None, gettext_lazy("ISO 4217, three letters"), "USD"),
    Column("invoice_number", text(40), True, None, gettext_lazy("Invoice number"), "LBA-26-11873"),
    Column("invoice_date", day, True, None, gettext_lazy("YYYY-MM-DD or DD/MM/YYYY"), "2026-11-12"),
    Column("invoice_terms", code({t.value for t in Terms}, gettext_lazy("is not an invoice term: FOB, CIF, C&F, C&I or EXW")), True, None, "FOB, CIF, C&F, C&I, EXW", "FOB"),
    Column("freight", _MONEY, empty=None, help=gettext_lazy("Freight in the currency, on the first row of a HAWB"), example="96.40"),
    Column("insurance", _MONEY, empty=None, help=gettext_lazy("Insurance in the currency, first row")),
    Column("inland_charges", _MONEY, empty=None, help=gettext_lazy("Ex-works: carriage to the airport, first row")),
    Column("discount", _MONEY, empty=None, help=gettext_lazy("Discount in the currency, first row")),
    Column("notification", text(20), help=gettext_lazy("Notification claimed")),
    Column("notification_sl_no", text(12), help=gettext_lazy("Serial number in the notification")),
    Column("licence_number", text(20), help=gettext_lazy("Licence number")),
    Column("manufacturer", text(120), help=gettext_lazy("Manufacturer")),
    Column("nature", code({"GIFT", "SAMPLE"}, gettext_lazy("must be GIFT or SAMPLE")), help=gettext_lazy("CBE-XII only")),
    Column("kyc_type", code(set(identifiers.KYC), gettext_lazy("is not a kind of KYC document")), empty="", help=gettext_lazy("First row: AADHAAR, PAN, PASSPORT, VOTER_ID, GSTIN, IEC, UIN"), example="GSTIN"),
    Column("kyc_number", identifier(lambda _given: ""), empty="", help=gettext_lazy("First row: number of the KYC document"), example="29AAKCK4417E1ZH"),
    Column("iec", identifier(identifiers.iec), help=gettext_lazy("First row; 0100000053 for personal imports"), example="AAKCK4417E"),
    Column("iec_branch", text(4), help=gettext_lazy("Branch code of the IEC")),
    Column("gstin", identifier(identifiers.gstin), help=gettext_lazy("GSTIN of the importer"), example="29AAKCK4417E1ZH"),
    Column("state_code", code(set(places.STATE_CODES), gettext_lazy("is not a state code of two digits")), help=gettext_lazy("GST state code"), example="29"),
    Column("ad_code", identifier(identifiers.ad_code), help=gettext_lazy("Authorised dealer's code, seven digits"), example="6390417"),
    Column("government", yes_no, empty=False, help=_YES_NO_HELP, example="N"),
    Column("eou", yes_no, empty=False, help=_YES_NO_HELP, example="N"),
    Column("repair_and_return", yes_no, empty=False, help=_YES_NO_HELP, example="N"),
    Column("ecommerce", yes_no, empty=False, help=_YES_NO_HELP, example="N"),
    Column("hawb_image", text(120), help=gettext_lazy("File name of the HAWB's image in the ZIP")),
    Column("invoice_image", text(120), help=gettext_lazy("File name of the invoice's image in the ZIP")),
)  # fmt: skip
HEADER = (
    "kyc_type", "kyc_number", "iec", "iec_branch", "gstin", "state_code", "ad_code", "government", "eou", "repair_and_return",
    "ecommerce", "freight", "insurance", "inland_charges", "discount", "hawb_image", "invoice_image",
)  # fmt: skip
SAME = ("currency", "invoice_number", "invoice_date", "invoice_terms")  # one invoice a CBE-XIII
ITEM = (
    "item_no", "cth", "description", "country_of_origin", "quantity", "uom", "unit_price", "notification", "notification_sl_no",
    "licence_number", "manufacturer",
)  # fmt: skip


@dataclass(slots=True)
class Prepared:
    """One bill, checked and reckoned, ready to be filed."""

    hawb: HouseAirwayBill
    header: dict[str, Any]
    items: list[dict[str, Any]]
    valuation: Valuation
    duty: DutyStatement
    values: list[Decimal]
    images_at_hand: bool = True  # what it names as the images of the HAWB and the invoice is there


def judge(flight: Flight, table: Table) -> list[Prepared]:
    """Check each bill as a whole and reckon its value and duty; faults are named in the table, the good ones returned."""
    prepared, done = [], 0
    for rows in _groups(table):
        found = _judge_one(flight, table, rows)
        if found is not None:
            prepared.append(found)
        done += len(rows)
        table.tell(done)
    return prepared


def _groups(table: Table) -> Iterator[list[int]]:
    """The rows of each HAWB, in the order of the file."""
    groups: dict[str, list[int]] = {}
    for index, hawb in enumerate(table.values["hawb"]):
        if hawb is not None:
            groups.setdefault(hawb, []).append(index)
    return iter(groups.values())


def _judge_one(flight: Flight, table: Table, rows: list[int]) -> Prepared | None:
    values, first = table.values, rows[0]
    number = values["hawb"][first]
    hawb = flight.hawbs.get(number)
    if hawb is None or hawb.pk in flight.taken:
        reason = _("is not on the manifest") if hawb is None else _("has a bill already")
        for index in rows:
            table.fault(index, "hawb", number, reason)
        return None
    if hawb.held_since is not None:
        table.fault(first, "hawb", number, _("is on hold: release the hold first"))
        return None
    if first > 0 and values["hawb"][first - 1] not in flight.hawbs and not values["kyc_type"][first]:
        return None  # the row above lost its HAWB, and this bill its first row with it: the one fault is named there
    before = len(table.faults)
    _check_alike(table, rows)
    _check_header(flight, table, rows[0])
    _check_items(flight, table, rows)
    if len(table.faults) > before or any(
        values[name][index] is None for index in rows for name in ("form", *SAME, *ITEM)
    ):
        return None
    if any(values[name][first] is None and table.is_faulty(first, name) for name in HEADER):
        return None
    return _reckon(flight, table, rows, hawb)


def _check_alike(table: Table, rows: list[int]) -> None:
    """One bill is one form with one invoice: the rows that differ from most of them are named."""
    values = table.values
    others = [index for index in rows if values["form"][index] in (Kind.XII, Kind.XIV)]
    for index in others[:1] if len(others) == len(rows) else others:
        table.fault(index, "form", values["form"][index], _("cannot be filed here: this page takes CBE-XIII"))
    for name in SAME:
        told = Counter(values[name][index] for index in rows if values[name][index] is not None).most_common(1)
        for index in rows:
            given = values[name][index]
            if given is not None and given != told[0][0]:
                reason = _("differs from the other rows of this HAWB: one CBE-XIII has one invoice")
                table.fault(index, name, given, reason)


def _check_header(flight: Flight, table: Table, first: int) -> None:
    """What stands on the first row of a HAWB."""
    values = table.values
    for name in ("eou", "repair_and_return"):
        if values[name][first]:
            table.fault(first, name, "Y", _("such goods are filed on CBE-XIV, whatever their value"))
    kind, number = values["kyc_type"][first], values["kyc_number"][first]
    for name, given in (("kyc_type", kind), ("kyc_number", number)):
        if given == "":
            table.fault(first, name, "", _("is missing on the first row of this HAWB"))
    if kind and number and (reason := identifiers.kyc(kind, number)):
        table.fault(first, "kyc_number", number, reason)
    currency = values["currency"][first]
    if currency is not None and flight.exchange.rate(currency, flight.presented_on) is None:
        table.fault(first, "currency", currency, _("has no rate of exchange in force"))
    if values["invoice_date"][first] is not None and values["invoice_date"][first] > flight.presented_on:
        table.fault(first, "invoice_date", values["invoice_date"][first], _("is after today"))


def _check_items(flight: Flight, table: Table, rows: list[int]) -> None:
    values = table.values
    seen: set[int] = set()
    for index in rows:
        item_no, cth = values["item_no"][index], values["cth"][index]
        if item_no is not None and item_no in seen:
            table.fault(index, "item_no", item_no, _("is given twice in this HAWB"))
        seen.add(item_no)
        if cth is not None and flight.tariff.rate(cth, flight.rates_on) is None:
            table.fault(index, "cth", cth, _("is not in the tariff"))


def _reckon(flight: Flight, table: Table, rows: list[int], hawb: HouseAirwayBill) -> Prepared | None:
    values, first = table.values, rows[0]
    header = {name: values[name][first] for name in ("form", *SAME, *HEADER)}
    items = [{name: values[name][index] for name in ITEM} for index in rows]
    valuation, duty, shares = reckon(flight, header, items)
    limit = flight.rules.xiii_limit
    if valuation.assessable_value > limit:
        table.fault(
            first, "form", header["form"],
            _("the assessable value of %(value)s is above %(limit)s: file CBE-XIV")
            % {"value": rupees(valuation.assessable_value, 2), "limit": rupees(limit)},
        )  # fmt: skip
        return None
    return Prepared(hawb, header, items, valuation, duty, shares)


def reckon(
    flight: Flight, header: dict[str, Any], items: list[dict[str, Any]]
) -> tuple[Valuation, DutyStatement, list[Decimal]]:
    """The value of a bill, its duty, and the assessable value of each item in rupees."""
    worth = [item["quantity"] * item["unit_price"] for item in items]
    exchange = flight.exchange.rate(header["currency"], flight.presented_on)
    assert exchange is not None
    invoice = Invoice(
        header["invoice_terms"], sum(worth, Decimal(0)), header["freight"], header["insurance"], header["inland_charges"],
        header["discount"],
    )  # fmt: skip
    valuation = value(invoice, exchange, flight.rules.valuation)
    shares = apportion(valuation.assessable_value, worth)
    goods = []
    for item, share in zip(items, shares, strict=True):
        rate = flight.tariff.rate(item["cth"], flight.rates_on)
        assert rate is not None
        goods.append(Goods(share, item["quantity"], item["uom"], rate))
    duty = statement(goods, sws_percent=flight.rules.sws_percent, waived_up_to=flight.rules.waived_up_to)
    return valuation, duty, shares
