"""The assessable value: from the invoice to CIF in rupees (Valuation Rules 2007, rule 10(2))."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bills.duty.exchange import Exchange
from eccs.money import to_paisa

NOTHING = Decimal(0)


class Terms(StrEnum):
    """What the price of the invoice includes."""

    FOB = "FOB"
    CIF = "CIF"
    CANDF = "C&F"
    CANDI = "C&I"
    EXW = "EXW"


@dataclass(frozen=True, slots=True)
class ValuationRules:
    """The percentages of the valuation rules in force on the day of presentation."""

    freight_cap_percent: Decimal
    insurance_percent: Decimal
    landing_percent: Decimal


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice's total in its currency, with what was declared beside it; None is not ascertainable."""

    terms: str
    value: Decimal
    freight: Decimal | None = None
    insurance: Decimal | None = None
    inland_charges: Decimal | None = None
    discount: Decimal | None = None
    other_charges: Decimal | None = None  # loading, handling and miscellaneous, up to the airport of shipment


@dataclass(frozen=True, slots=True)
class Valuation:
    """How the value was reached: amounts in the invoice's currency, the assessable value in rupees to the paisa."""

    base: Decimal  # what the freight cap and the insurance are reckoned on
    freight: Decimal
    insurance: Decimal
    landing: Decimal
    cif: Decimal
    assessable_value: Decimal
    freight_note: str = ""  # DECLARED, CAPPED, ASSUMED or INCLUDED
    insurance_note: str = ""  # DECLARED, ASSUMED or INCLUDED


class WorthNothing(ValueError):
    """An invoice comes to nothing or less: its discount takes the whole value, or its price is below a paisa."""

    def __init__(self, *, discounted: bool) -> None:
        super().__init__("The discount is not less than the invoice value." if discounted else "The value is nought.")
        self.discounted = discounted
        self.invoice = 0  # its place among the invoices that are reckoned together


def takes_all(discount: Decimal | None, worth: Decimal) -> bool:
    """Whether a discount in the invoice's currency is not less than the value of the invoice."""
    return discount is not None and discount > 0 and discount >= worth


def value(invoice: Invoice, exchange: Exchange, rules: ValuationRules) -> Valuation:
    """The assessable value of an invoice: air freight capped, insurance assumed where it is not known.

    Raises WorthNothing: no goods are worth nought or less.
    """
    if takes_all(invoice.discount, invoice.value):
        raise WorthNothing(discounted=True)
    terms = Terms(invoice.terms)
    price = invoice.value - (invoice.discount or NOTHING)
    if terms is Terms.EXW:
        price += invoice.inland_charges or NOTHING
    price += invoice.other_charges or NOTHING
    freight, freight_note = NOTHING, "INCLUDED"
    if terms in (Terms.FOB, Terms.EXW, Terms.CANDI):
        cap = price * rules.freight_cap_percent / 100
        if invoice.freight is None:
            freight, freight_note = cap, "ASSUMED"
        elif invoice.freight > cap:
            freight, freight_note = cap, "CAPPED"
        else:
            freight, freight_note = invoice.freight, "DECLARED"
    insurance, insurance_note = NOTHING, "INCLUDED"
    if terms in (Terms.FOB, Terms.EXW, Terms.CANDF):
        if invoice.insurance is None:
            insurance, insurance_note = price * rules.insurance_percent / 100, "ASSUMED"
        else:
            insurance, insurance_note = invoice.insurance, "DECLARED"
    cif = price + freight + insurance
    landing = cif * rules.landing_percent / 100
    assessable = to_paisa(exchange.rupees(cif + landing))
    if assessable <= 0:
        raise WorthNothing(discounted=False)
    return Valuation(
        base=price, freight=freight, insurance=insurance, landing=landing, cif=cif,
        assessable_value=assessable,
        freight_note=freight_note, insurance_note=insurance_note,
    )  # fmt: skip


def without_freight(invoice: Invoice, found: Valuation, worth: Decimal) -> Decimal:
    """What a part of the invoice costs without freight and insurance: samples and gifts are measured by it."""
    price = found.base
    if invoice.terms in (Terms.CIF, Terms.CANDF):
        price -= invoice.freight or NOTHING
    if invoice.terms in (Terms.CIF, Terms.CANDI):
        price -= invoice.insurance or NOTHING
    return max(price, NOTHING) * worth / invoice.value if invoice.value else NOTHING


def apportion(amount: Decimal, shares: Sequence[Decimal]) -> list[Decimal]:
    """An amount in rupees shared over the items by value, to the paisa; the odd paise go to the dearest item, none is below nothing."""
    total = sum(shares, NOTHING)
    if not total:
        return [NOTHING] * len(shares)
    if len(shares) == 1:
        return [amount]
    parts = [to_paisa(amount * share / total) for share in shares]
    return made_up(parts, amount - sum(parts, NOTHING), by=shares)


def made_up(parts: Sequence[Decimal], rest: Decimal, by: Sequence[Decimal]) -> list[Decimal]:
    """What rounding left over goes to the largest share; what it gave too much comes off the largest ones, none below nothing."""
    found = list(parts)
    for n in sorted(range(len(by)), key=by.__getitem__, reverse=True):
        change = max(rest, -max(found[n], NOTHING))
        found[n], rest = found[n] + change, rest - change
    return found
