"""Rates of exchange, notified under section 14: the rate in force on the day the bill is presented."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Exchange:
    """Rupees for one or a hundred units of a currency, for imports, from a day."""

    currency: str
    unit: int
    rate: Decimal
    from_date: date
    notification: str

    def rupees(self, amount: Decimal) -> Decimal:
        """An amount of the currency in rupees, not rounded."""
        return amount * self.rate / self.unit


def converted(amount: Decimal, given: Exchange, into: Exchange) -> Decimal:
    """An amount of one currency in another, through the rupee, not rounded."""
    return given.rupees(amount) * into.unit / into.rate


RUPEE = Exchange("INR", 1, Decimal(1), date.min, "")


class ExchangeRates:
    """All notified rates, asked for a currency on a day."""

    def __init__(self, rows: Iterable[Exchange]) -> None:
        self._rates: dict[str, list[Exchange]] = {}
        for row in rows:
            self._rates.setdefault(row.currency, []).append(row)
        for rates in self._rates.values():
            rates.sort(key=lambda rate: rate.from_date, reverse=True)

    def rate(self, currency: str, on: date) -> Exchange | None:
        """The rate in force on a day; on a holiday that is the one last notified. None where there is none."""
        if currency == "INR":
            return RUPEE
        return next((rate for rate in self._rates.get(currency, ()) if rate.from_date <= on), None)

    def discount(self, told: Mapping[str, Any], into: Exchange, on: date) -> Decimal | None:
        """The discount of an invoice in the invoice's currency, where it was given in another. LookupError: that has no rate."""
        amount: Decimal | None = told["discount"]
        other = told.get("discount_currency") or into.currency
        if amount is None or other == into.currency:
            return amount
        given = self.rate(other, on)
        if given is None:
            raise LookupError(other)
        return converted(amount, given, into)
