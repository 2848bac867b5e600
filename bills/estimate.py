"""What goods would cost in duty on a day, by the very sums of a bill; nothing is kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from bills import claims, fitting, rates
from bills.duty.exemptions import Exemption
from bills.duty.levies import LEVIES
from bills.duty.statement import Working, workings
from bills.duty.tariff import Rate
from bills.duty.valuation import WorthNothing
from bills.kinds import For, Kind
from bills.models import CourierBillOfEntry
from bills.reckoning import Line, Priced, Reckoned, reckon, why_not_counted
from bills.summary import invoice_lines
from eccs.dated_rules import NoRuleInForce


class CannotTell(Exception):
    """There is no estimate; `field` is the answer that stands in the way and the text says why."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


MOST_ITEMS = 20  # that are asked about together


@dataclass(frozen=True, slots=True)
class Item:
    """One of several kinds of goods on the invoice."""

    cth: str
    value: Decimal
    quantity: Decimal | None = None
    uom: str = ""
    notification: str = ""
    serial: str = ""
    field: str = ""  # how the names of its answers begin


@dataclass(frozen=True, slots=True)
class Asked:
    """Goods on one invoice, as whoever asks describes them: the first item, and those further."""

    cth: str
    value: Decimal
    currency: str
    terms: str
    on: date
    freight: Decimal | None = None
    insurance: Decimal | None = None
    inland_charges: Decimal | None = None
    nature: str = ""  # SAMPLE, GIFT, or nothing for commercial goods
    gift: str = ""
    quantity: Decimal | None = None
    uom: str = ""
    notification: str = ""
    serial: str = ""
    further: tuple[Item, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """Every kind of goods."""
        first = Item(self.cth, self.value, self.quantity, self.uom, self.notification, self.serial)
        return (first, *self.further)


@dataclass(frozen=True)
class OfItem:
    """What one kind of goods bears: its share of the value, and each head with its working."""

    asked: Item
    rate: Rate
    share: Decimal
    workings: list[Working]
    exemption: Exemption | None

    @property
    def duty(self) -> Decimal:
        """Its heads together, before what is not collected."""
        return sum((one.amount for one in self.workings), Decimal(0))


@dataclass(frozen=True)
class Estimate:
    """The duty with the working of every figure; `rate`, `workings` and `exemption` are those of the first item."""

    rate: Rate
    source: str  # the notification of the rate of exchange
    found: Reckoned
    form: Kind
    why_not_free: str
    workings: list[tuple[Working, Decimal]]  # of each head, with what is collected of it
    value_lines: list[dict[str, str]]
    exemption: Exemption | None  # that is claimed
    by_quantity: bool  # the item bears a specific duty, which wants the quantity in its unit
    items: list[OfItem]

    @property
    def forgone(self) -> Decimal:
        """What is not collected: of free goods, by an exemption, or below the limit of section 25(6)."""
        return self.found.duty.exempted + self.found.duty.waived + self.found.duty.relieved

    @property
    def whom(self) -> str:
        """For whom the exemption is, where it is not for everybody."""
        only = self.exemption.for_whom if self.exemption else ""
        return str(For(only).label) if only else ""


def estimate(asked: Asked) -> Estimate:
    """The duty of the goods on a day. Raises CannotTell."""
    try:
        rules = rates.duty_rules(asked.on, asked.on, "")
    except NoRuleInForce as none:
        raise CannotTell("on", _("ECCS has no rules for this day: choose a later one.")) from none
    exchange = rates.exchange_rates(asked.currency).rate(asked.currency, asked.on)
    if exchange is None:
        raise CannotTell("currency", _("This currency has no rate of exchange in force on this day."))
    priced = Priced(asked.terms, exchange, asked.freight, asked.insurance, asked.inland_charges)
    lines = [_line(asked, item) for item in asked.items]
    try:
        found = reckon(Kind.XII if asked.nature else Kind.XIII, [priced], lines, rules, always_xiv=False)
    except WorthNothing as nothing:
        raise CannotTell("value", _("The goods come to no value in rupees.")) from nothing
    items = [
        OfItem(item, line.rate, share, workings(goods, sws_percent=rules.sws_percent), line.exemption)
        for item, line, share, goods in zip(asked.items, lines, found.shares, found.goods, strict=True)
    ]
    first, worth = items[0], sum((item.value for item in asked.items), Decimal(0))
    bill = CourierBillOfEntry(
        kind=Kind.XIII, presented_on=asked.on, station_id="", invoice_terms=asked.terms, currency=asked.currency,
        freight=asked.freight, insurance=asked.insurance, inland_charges=asked.inland_charges,
        exchange_rate=exchange.rate, exchange_unit=exchange.unit,
    )  # fmt: skip
    return Estimate(
        rate=first.rate, source=exchange.notification, found=found, form=fitting.form_for(found.facts, rules.form),
        why_not_free=fitting.why_not_free(found.facts, rules.free) if asked.nature else "",
        workings=list(zip(first.workings, (found.duty.heads[levy.head] for levy in LEVIES), strict=True)),
        value_lines=invoice_lines(bill, bill, worth, found.valuations[0]),
        exemption=first.exemption, by_quantity=first.rate.bcd_specific is not None, items=items,
    )  # fmt: skip


def _line(asked: Asked, item: Item) -> Line:
    """One kind of goods as it is reckoned. Raises CannotTell."""
    rate = rates.tariff([item.cth]).rate(item.cth, asked.on)
    if rate is None:
        raise CannotTell(f"{item.field}cth", _("This tariff item is not in the tariff on this day."))
    uom = item.uom or rate.unit
    if reason := why_not_counted(rate, uom):
        raise CannotTell(f"{item.field}uom", f"{reason[:1].upper()}{reason[1:]}.")
    if rate.bcd_specific is not None and not item.quantity:
        words = _("The item bears a duty by quantity: give the quantity in %(unit)s.")
        raise CannotTell(f"{item.field}quantity", words % {"unit": rate.bcd_specific_unit})
    relief = _exemption(asked, item)
    return Line(0, item.value, item.quantity or Decimal(1), uom, rate, asked.nature, asked.gift, relief)


def _exemption(asked: Asked, item: Item) -> Exemption | None:
    """The exemption that is asked about, whoever it is for. Raises CannotTell."""
    if not claims.is_claim(item.notification, item.serial, asked.nature):
        return None
    book = rates.exemptions({item.notification} - {""})
    try:
        return claims.exemption(book, item.notification, item.serial, item.cth, asked.on, None)
    except claims.NotExempt as fault:
        about = item.notification if fault.field == "notification" else item.serial
        words = _("%(claim)s %(why)s.") % {"claim": about or "–", "why": fault}
        raise CannotTell(f"{item.field}{fault.field}", words) from fault
