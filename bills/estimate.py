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


@dataclass(frozen=True, slots=True)
class Asked:
    """Goods of one kind on one invoice, as whoever asks describes them."""

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


@dataclass(frozen=True)
class Estimate:
    """The duty with the working of every figure."""

    rate: Rate
    source: str  # the notification of the rate of exchange
    found: Reckoned
    form: Kind
    why_not_free: str
    workings: list[tuple[Working, Decimal]]  # of each head, with what is collected of it
    value_lines: list[dict[str, str]]
    exemption: Exemption | None  # that is claimed
    by_quantity: bool  # the item bears a specific duty, which wants the quantity in its unit

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
    rate = rates.tariff([asked.cth]).rate(asked.cth, asked.on)
    if rate is None:
        raise CannotTell("cth", _("This tariff item is not in the tariff on this day."))
    exchange = rates.exchange_rates(asked.currency).rate(asked.currency, asked.on)
    if exchange is None:
        raise CannotTell("currency", _("This currency has no rate of exchange in force on this day."))
    uom = asked.uom or rate.unit
    if reason := why_not_counted(rate, uom):
        raise CannotTell("uom", f"{reason[:1].upper()}{reason[1:]}.")
    if rate.bcd_specific is not None and not asked.quantity:
        words = _("The item bears a duty by quantity: give the quantity in %(unit)s.")
        raise CannotTell("quantity", words % {"unit": rate.bcd_specific_unit})
    priced = Priced(asked.terms, exchange, asked.freight, asked.insurance, asked.inland_charges)
    relief = _exemption(asked)
    line = Line(0, asked.value, asked.quantity or Decimal(1), uom, rate, asked.nature, asked.gift, relief)
    try:
        found = reckon(Kind.XII if asked.nature else Kind.XIII, [priced], [line], rules, always_xiv=False)
    except WorthNothing as nothing:
        raise CannotTell("value", _("The goods come to no value in rupees.")) from nothing
    told = workings(found.goods[0], sws_percent=rules.sws_percent)
    bill = CourierBillOfEntry(
        kind=Kind.XIII, presented_on=asked.on, station_id="", invoice_terms=asked.terms, currency=asked.currency,
        freight=asked.freight, insurance=asked.insurance, inland_charges=asked.inland_charges,
        exchange_rate=exchange.rate, exchange_unit=exchange.unit,
    )  # fmt: skip
    return Estimate(
        rate=rate, source=exchange.notification, found=found, form=fitting.form_for(found.facts, rules.form),
        why_not_free=fitting.why_not_free(found.facts, rules.free) if asked.nature else "",
        workings=list(zip(told, (found.duty.heads[levy.head] for levy in LEVIES), strict=True)),
        value_lines=invoice_lines(bill, bill, asked.value, found.valuations[0]),
        exemption=relief, by_quantity=rate.bcd_specific is not None,
    )  # fmt: skip


def _exemption(asked: Asked) -> Exemption | None:
    """The exemption that is asked about, whoever it is for. Raises CannotTell."""
    if not claims.is_claim(asked.notification, asked.serial, asked.nature):
        return None
    book = rates.exemptions({asked.notification} - {""})
    try:
        return claims.exemption(book, asked.notification, asked.serial, asked.cth, asked.on, None)
    except claims.NotExempt as fault:
        about = asked.notification if fault.field == "notification" else asked.serial
        raise CannotTell(fault.field, _("%(claim)s %(why)s.") % {"claim": about or "–", "why": fault}) from fault
