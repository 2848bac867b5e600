"""Interest on duty paid late: simple, by the day, 365 days a year, whole rupees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from eccs.money import to_rupee

NOTHING = Decimal(0)
YEAR = 36500  # days of a year, times a hundred


def interest(duty: Decimal, due_on: date, paid_on: date, percent_a_year: Decimal) -> Decimal:
    """Simple interest for the days after the day due, 365 a year, whole rupees (Customs Act 1962, section 47(2))."""
    days = max((paid_on - due_on).days, 0)
    return to_rupee(duty * percent_a_year * days / YEAR)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row with one rate of interest, the last of them `until`."""

    until: date
    days: int
    percent: Decimal


def stretches(due_on: date, paid_on: date, percents: Sequence[tuple[date, Decimal]]) -> list[Stretch]:
    """The days after the day due up to that of payment, by the rate in force on each; `percents` are in the order of their days."""
    found: list[Stretch] = []
    begins = [*(day for day, _percent in percents), date.max]
    for (since, percent), after in zip(percents, begins[1:], strict=True):
        first, last = max(since, due_on + timedelta(days=1)), min(paid_on, after - timedelta(days=1))
        if first <= last:
            found.append(Stretch(last, (last - first).days + 1, percent))
    return found


@dataclass(frozen=True, slots=True)
class Accrued:
    """Interest on a duty until a day, and how it came about."""

    duty: Decimal
    due_on: date | None = None
    stretches: tuple[Stretch, ...] = ()

    @property
    def amount(self) -> Decimal:
        """In whole rupees, half up, once for all the days."""
        return to_rupee(sum((self.on(one) for one in self.stretches), NOTHING))

    def on(self, one: Stretch) -> Decimal:
        """For days in a row with one rate, not rounded."""
        return self.duty * one.percent * one.days / YEAR

    @property
    def days(self) -> int:
        """So many days late."""
        return sum(one.days for one in self.stretches)

    def kept(self) -> dict[str, Any]:
        """As a challan keeps it; nothing where there is none."""
        if not self.amount or self.due_on is None:
            return {}
        lines = [[one.until.isoformat(), one.days, str(one.percent)] for one in self.stretches]
        return {"duty": str(self.duty), "due_on": self.due_on.isoformat(), "stretches": lines}

    @classmethod
    def as_kept(cls, kept: Mapping[str, Any]) -> Accrued:
        """The interest that a challan has kept."""
        lines = (Stretch(date.fromisoformat(day), days, Decimal(rate)) for day, days, rate in kept["stretches"])
        return cls(Decimal(kept["duty"]), date.fromisoformat(kept["due_on"]), tuple(lines))
