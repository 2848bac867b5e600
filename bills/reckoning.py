"""The value, the duty and the fitting form of a bill, from its invoices and items: one sum for filing and for every later one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from bills import fitting
from bills.duty.exchange import Exchange
from bills.duty.exemptions import Exemption
from bills.duty.levies import other_unit
from bills.duty.statement import DutyStatement, Goods, statement
from bills.duty.tariff import Rate
from bills.duty.valuation import Invoice, Valuation, WorthNothing, apportion, value, without_freight
from bills.kinds import Kind
from bills.rates import DutyRules

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """One item as it is reckoned: the place of its invoice, its price there, and the rate it bears."""

    invoice: int
    worth: Decimal
    quantity: Decimal
    uom: str
    rate: Rate
    nature: str = ""
    gift: str = ""
    exemption: Exemption | None = None


@dataclass(frozen=True, slots=True)
class Priced:
    """An invoice without its total, which the items make, and the rate of exchange of its currency."""

    terms: str
    exchange: Exchange
    freight: Decimal | None = None
    insurance: Decimal | None = None
    inland_charges: Decimal | None = None
    discount: Decimal | None = None
    other_charges: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What a bill comes to: the value of each invoice, the share of each item, the duty, and what decides on its form."""

    valuations: list[Valuation]
    shares: list[Decimal]
    goods: list[Goods]
    duty: DutyStatement
    facts: fitting.Facts

    @property
    def assessable_value(self) -> Decimal:
        """Of all invoices, in rupees."""
        return self.facts.assessable_value


def reckon(
    kind: str, invoices: Sequence[Priced], lines: Sequence[Line], rules: DutyRules, *, always_xiv: bool
) -> Reckoned:
    """Value each invoice, share its value over its items, and work out the duty of them all.

    Free samples and permitted gifts on CBE-XII bear no duty; what is found to be none bears it in full.
    Raises WorthNothing for an invoice that comes to nothing.
    """
    valuations: list[Valuation] = []
    shares = [NOTHING] * len(lines)
    free: list[tuple[str, str, Decimal]] = []
    for number, priced in enumerate(invoices):
        own = [n for n, line in enumerate(lines) if line.invoice == number] if len(invoices) > 1 else range(len(lines))
        worth = [lines[n].worth for n in own]
        invoice = Invoice(
            priced.terms, sum(worth, NOTHING), priced.freight, priced.insurance, priced.inland_charges, priced.discount,
            priced.other_charges,
        )  # fmt: skip
        try:
            found = value(invoice, priced.exchange, rules.valuation)
        except WorthNothing as fault:
            fault.invoice = number
            raise
        valuations.append(found)
        for n, share in zip(own, apportion(found.assessable_value, worth), strict=True):
            shares[n] = share
            line = lines[n]
            price = without_freight(invoice, found, line.worth) if line.nature else NOTHING
            free.append((line.nature, line.gift, priced.exchange.rupees(price) if line.nature else NOTHING))
    total = sum([found.assessable_value for found in valuations], NOTHING)
    facts = fitting.facts(total, free, always_xiv=always_xiv)
    goods = [_goods(line, share) for line, share in zip(lines, shares, strict=True)]
    duty = statement(
        goods, sws_percent=rules.sws_percent, waived_up_to=rules.waived_up_to,
        exempt=kind == Kind.XII and not fitting.why_not_free(facts, rules.free),
    )  # fmt: skip
    return Reckoned(valuations, shares, goods, duty, facts)


def _goods(line: Line, share: Decimal) -> Goods:
    """An item with the rate it bears; with an exemption that rate is what the exemption leaves."""
    if line.exemption is None:
        return Goods(share, line.quantity, line.uom, line.rate)
    return Goods(share, line.quantity, line.uom, line.exemption.leaves(line.rate), full=line.rate)


def why_not_counted(rate: Rate, uom: str) -> str:
    """Why goods counted in a unit cannot bear the duty by quantity of a rate, or nothing."""
    unit = other_unit(rate, uom)
    if not unit:
        return ""
    return _("the duty of this tariff item is per %(unit)s: give the quantity in %(unit)s") % {"unit": unit}


def heads_of_duty(duty: DutyStatement) -> dict[str, str]:
    """The duty by head as the bill keeps it, with what is not collected."""
    told = {head: str(amount) for head, amount in duty.heads.items()}
    for name, amount in (("WAIVED", duty.waived), ("EXEMPTED", duty.exempted), ("FORGONE", duty.relieved)):
        if amount:
            told[name] = str(amount)
    return told
