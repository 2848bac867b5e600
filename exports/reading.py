"""A CSB file, or one draft: one row an item, the rows of a HAWB together one shipping bill. Forms and files share these checks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import AuthorisedCourier
from bills import rates
from bills.duty.exchange import Exchange, ExchangeRates
from bills.duty.tariff import Tariff
from bills.reading import alike, check_kyc, groups, number_items_once
from bills.returns import JEWELLERY as JEWELLERY_HEADINGS
from eccs.dated_rules import rule_book
from eccs.uploads.checks import Table
from exports import excluded, fitting
from exports.columns import CONSIGNMENT, HEADER, ITEM, JEWELLERY, SAME
from exports.excluded import Barred, Exclusions
from exports.kinds import Kind
from exports.models import CourierShippingBill, ExportShipment
from exports.stages import Stage
from rms import kyc

PAISE = Decimal("0.01")


@dataclass
class Lodging:
    """What the shipping bills of one courier at one station share while they are checked and filed: read once."""

    courier: AuthorisedCourier
    station: str
    on: date
    taken: set[str]  # house airway bills that have a shipping bill
    exchange: ExchangeRates
    tariff: Tariff
    exclusions: Exclusions
    filed_at: datetime | None = None  # of a filed bill that is changed: who declares was checked when it was filed

    @classmethod
    def load(
        cls, courier: AuthorisedCourier, station: str, hawbs: Collection[str], cths: Collection[str] | None = None, *,
        draft: int = 0,
    ) -> Lodging:  # fmt: skip
        """Read what is needed for a file, or for one draft, which does not stand in its own way."""
        today = timezone.localdate()
        return cls(
            courier, station, today, hawbs_taken(courier.pk, hawbs, but=draft), rates.exchange_rates(kind="export_rate"),
            rates.tariff(cths), Exclusions.of_day(today),
        )  # fmt: skip

    @classmethod
    def of_filed(cls, bill: CourierShippingBill, currency: str, cths: Collection[str]) -> Lodging:
        """Read what is needed to change a filed bill: the rules and the rate of exchange of the day it was presented."""
        assert bill.presented_on is not None and bill.exchange_rate is not None
        own = Exchange(bill.currency, bill.exchange_unit, bill.exchange_rate, bill.presented_on, bill.exchange_source)
        same = currency == bill.currency
        exchange = ExchangeRates([own]) if same else rates.exchange_rates(kind="export_rate")
        return cls(
            bill.courier, bill.station_id, bill.presented_on, set(), exchange, rates.tariff(cths),
            Exclusions.of_day(bill.presented_on), filed_at=bill.filed_at,
        )  # fmt: skip

    def barred(self, hawb: str, cth: str, description: str) -> Barred | None:
        """What keeps goods from leaving by courier, or nothing; nothing where the DC/AC permitted them."""
        found = self.exclusions.barred(cth, description)
        return None if found and (hawb, cth) in self.permitted else found

    @cached_property
    def permitted(self) -> set[tuple[str, str]]:
        """What the DC/AC permitted this courier here; read where one is needed."""
        return excluded.permitted(self.courier, self.station, self.filed_at)


_TAKEN = """
SELECT hawb FROM exports_couriershippingbill
WHERE courier_id = %(courier)s AND hawb = ANY(%(hawbs)s) AND discarded_at IS NULL AND id <> %(but)s
UNION ALL
SELECT number FROM exports_exportshipment WHERE courier_id = %(courier)s AND number = ANY(%(hawbs)s) AND ended_at IS NULL
"""


def hawbs_taken(courier: int, hawbs: Collection[str | None], *, but: int = 0) -> set[str]:
    """Which of these house airway bills of a courier have a shipping bill, goods or documents; a draft is not in its own way."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, {"courier": courier, "hawbs": [hawb for hawb in hawbs if hawb], "but": but})
        return {row[0] for row in cursor.fetchall()}


@dataclass
class Prepared:
    """One shipping bill, checked and valued, ready to be filed."""

    hawb: str
    header: dict[str, Any]
    items: list[dict[str, Any]]
    exchange: Exchange

    @cached_property
    def kyc_token(self) -> str:
        """The same KYC document gives the same token, and the token does not give the number."""
        return kyc.token(self.header["kyc_type"], self.header["kyc_number"])

    @cached_property
    def values(self) -> list[Decimal]:
        """The FOB value of each item, in rupees and paise."""
        return [self.exchange.rupees(item["fob_value"]).quantize(PAISE) for item in self.items]

    @property
    def fob_foreign(self) -> Decimal:
        """The FOB value in the currency of the invoice."""
        return sum((item["fob_value"] for item in self.items), Decimal(0))

    @property
    def fob_value(self) -> Decimal:
        """The FOB value in rupees."""
        return sum(self.values, Decimal(0))

    @property
    def igst_paid(self) -> Decimal:
        """The IGST paid, in rupees."""
        return sum((item["igst_paid"] or Decimal(0) for item in self.items), Decimal(0))


def judge(lodging: Lodging, table: Table) -> list[Prepared]:
    """Check each shipping bill as a whole and value it; faults are named in the table, the good ones returned."""
    prepared, done = [], 0
    for rows in groups(table):
        before = len(table.faults)
        exchange = _judge_one(lodging, table, rows)
        if exchange is not None and len(table.faults) == before and not _is_torn(table, rows):
            found = _declared(table, rows, exchange)
            if reason := _misfit(lodging, found):
                table.fault(rows[0], "form", found.header["form"], reason)
            else:
                prepared.append(found)
        done += len(rows)
        table.tell(done)
    return prepared


def _judge_one(lodging: Lodging, table: Table, rows: list[int]) -> Exchange | None:
    """The faults of one shipping bill; what is returned is the rate of exchange of its invoice, where there is one."""
    values, first = table.values, rows[0]
    if values["hawb"][first] in lodging.taken:
        for index in rows:
            table.fault(index, "hawb", values["hawb"][first], _("has a shipping bill already"))
        return None
    alike(
        table, rows, SAME, _("differs from the other rows of this HAWB: one shipping bill has one form and one invoice")
    )
    _check_rows_after(table, rows)
    for name in CONSIGNMENT:
        if values[name][first] == "":
            table.fault(first, name, "", _("is missing on the first row of this HAWB"))
    if lodging.filed_at is None:
        check_kyc(table, first)
    _check_exporter(lodging, table, first)
    _check_tax(lodging, table, rows)
    _check_items(lodging, table, rows)
    _check_jewellery(lodging, table, rows)
    day, currency = values["invoice_date"][first], values["currency"][first]
    if day is not None and day > lodging.on:
        table.fault(first, "invoice_date", day, _("is after today"))
    exchange = None if currency is None else lodging.exchange.rate(currency, lodging.on)
    if currency is not None and exchange is None:
        table.fault(first, "currency", currency, _("has no rate of exchange in force"))
    return exchange


def _check_rows_after(table: Table, rows: list[int]) -> None:
    """What belongs to the whole bill is said on its first row; the others say the same or nothing."""
    values, first = table.values, rows[0]
    for name in HEADER:
        for index in rows[1:]:
            given = values[name][index]
            if given not in (None, "", False) and given != values[name][first]:
                table.fault(index, name, given, _("differs from the first row of this HAWB"))


def _check_exporter(lodging: Lodging, table: Table, first: int) -> None:
    """CSB-V needs IEC and AD code; CSB-IV says what the goods are; schemes of ICEGATE are refused."""
    values = table.values
    form, nature, scheme = (values[name][first] for name in ("form", "nature", "scheme"))
    if form == Kind.V:
        for name, reason in (
            ("iec", _("is missing: CSB-V needs the exporter's IEC")),
            ("ad_code", _("is missing: CSB-V needs the AD code of the exporter's bank, seven digits")),
        ):
            if values[name][first] == "":
                table.fault(first, name, "", reason)
        if nature:
            table.fault(first, "nature", nature, _("is for CSB-IV alone: leave it empty on CSB-V"))
    elif form == Kind.IV and nature == "":
        table.fault(first, "nature", "", _("is missing: CSB-IV is for gifts and samples"))
    _check_meis(lodging, table, first)
    if scheme:
        table.fault(first, "scheme", scheme, excluded.why_not_scheme(scheme))


def meis_is_asked(form: str, on: date, station: str) -> bool:
    """Whether CSB-V says on a day if the export is claimed under MEIS (Form HA, block B)."""
    return form == Kind.V and rule_book().is_on("csb_v_meis_asked", on, station)


def _check_meis(lodging: Lodging, table: Table, first: int) -> None:
    """MEIS is told while it is asked, and never else."""
    told, asked = table.values["meis"][first], meis_is_asked(table.values["form"][first], lodging.on, lodging.station)
    if asked and told is None and not table.is_faulty(first, "meis"):
        table.fault(first, "meis", "", _("is missing: CSB-V says whether the export is claimed under MEIS, Y or N"))
    elif told is not None and not asked:
        table.fault(first, "meis", "Y" if told else "N", _("is not asked of this form and day: leave it empty"))


def _check_tax(lodging: Lodging, table: Table, rows: list[int]) -> None:
    """IGST is paid, or the goods go under bond or undertaking, not both; either is said by somebody with a GSTIN.

    From the day of the rule CSB-V tells one or the other; of goods on which no IGST is due it tells nought.
    """
    values, first = table.values, rows[0]
    bond, gstin = values["under_bond_or_ut"][first], values["gstin"][first]
    if values["form"][first] == Kind.V and rule_book().is_on("csb_v_tax_told", lodging.on, lodging.station):
        _check_tax_told(table, rows)
    elif bond and gstin == "":
        table.fault(first, "gstin", "", _("is missing: it says who gave the bond or undertaking"))
    for index in rows:
        paid = values["igst_paid"][index]
        if not paid:
            continue
        if bond:
            table.fault(index, "igst_paid", paid, _("is given, though the goods go under bond or undertaking"))
        elif gstin == "" and not table.is_faulty(first, "gstin"):
            table.fault(first, "gstin", "", _("is missing: it says who paid the IGST"))
        taxable = values["taxable_value"][index]
        if taxable is None and not table.is_faulty(index, "taxable_value"):
            table.fault(index, "taxable_value", "", _("is missing: IGST is paid on it"))
        elif taxable is not None and paid > taxable:
            table.fault(index, "igst_paid", paid, _("is more than the taxable value"))


def _check_tax_told(table: Table, rows: list[int]) -> None:
    """GSTIN, and the bond or undertaking or the IGST of each item: of CSB-V nothing of it is left unsaid."""
    values, first = table.values, rows[0]
    if values["gstin"][first] == "":
        table.fault(first, "gstin", "", _("is missing: CSB-V needs the exporter's GSTIN"))
    for index in rows:
        if (
            not values["under_bond_or_ut"][first]
            and values["igst_paid"][index] is None
            and not table.is_faulty(index, "igst_paid")
        ):
            words = _(
                "is missing: give the IGST paid on the item, 0 where none is due, or say that the goods go under bond or undertaking"
            )
            table.fault(index, "igst_paid", "", words)


def _check_items(lodging: Lodging, table: Table, rows: list[int]) -> None:
    """Tariff items that exist and may leave by courier; a FOB value within the price."""
    values = table.values
    number_items_once(table, rows)
    for index in rows:
        cth = values["cth"][index]
        if cth is not None and lodging.tariff.rate(cth, lodging.on) is None:
            table.fault(index, "cth", cth, _("is not in the tariff"))
        else:
            said = values["description"][index] or ""
            if barred := lodging.barred(values["hawb"][index], cth or "", said):
                table.fault(index, barred.field, values[barred.field][index], barred.why)
        quantity, price, fob = (values[name][index] for name in ("quantity", "unit_price", "fob_value"))
        inside = values["invoice_terms"][index] not in (None, "EXW")
        if None not in (quantity, price, fob) and inside and fob > (quantity * price).quantize(PAISE) + PAISE:
            table.fault(index, "fob_value", fob, _("is more than quantity times unit price"))


def _check_jewellery(lodging: Lodging, table: Table, rows: list[int]) -> None:
    """Jewellery sold by e-commerce tells operator, payment, order and specification, from the day of the rule."""
    values, first = table.values, rows[0]
    is_jewellery = any(str(values["cth"][index] or "").startswith(JEWELLERY_HEADINGS) for index in rows)
    if not (values["ecommerce"][first] and is_jewellery):
        return
    if rule_book().is_on("csb_jewellery_block", lodging.on, lodging.station):
        for name in JEWELLERY:
            if values[name][first] in ("", None) and not table.is_faulty(first, name):
                table.fault(first, name, "", _("is missing: jewellery sold by e-commerce needs it"))


def _is_torn(table: Table, rows: Sequence[int]) -> bool:
    """Whether a cell that the bill hangs on has a fault of its own."""
    return any(table.is_faulty(index, name) for index in rows for name in table.values)


def _declared(table: Table, rows: list[int], exchange: Exchange) -> Prepared:
    """What the rows of a shipping bill declare; CSB-IV never involves foreign exchange."""
    values, first = table.values, rows[0]
    header = {name: values[name][first] for name in (*SAME, *HEADER)}
    if header["form"] == Kind.IV:
        header["nfei"] = True
    items = [{name: values[name][index] for name in ITEM} for index in rows]
    return Prepared(values["hawb"][first], header, items, exchange)


def _misfit(lodging: Lodging, one: Prepared) -> str:
    return fitting.why_not(one.header["form"], one.header["nature"] or "", one.fob_value, lodging.on, lodging.station)


def stands_in_the_way(courier_id: int, hawb: str) -> CourierShippingBill | None:
    """The shipping bill that a courier has for a house airway bill already, begun or filed."""
    rows = CourierShippingBill.objects.filter(courier=courier_id, hawb=hawb, discarded_at=None)
    found: CourierShippingBill | None = rows.exclude(stage=Stage.DISCARDED).first()
    covering = ExportShipment.objects.filter(courier=courier_id, number=hawb, ended_at=None).select_related("bill")
    return found or next((one.bill for one in covering), None)
