"""What is demanded on a bill beside its duty, one class each; its first line is what people are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bills.duty.interest import Accrued, stretches

NOTHING = Decimal(0)


class Demand:
    """A head of a challan that is no duty."""

    head: str
    name: Any

    @classmethod
    def words(cls) -> str:
        """The sentence shown to people, with the section."""
        return gettext((cls.__doc__ or "").strip().splitlines()[0])


class LateInterest(Demand):
    """Interest on duty not paid by the day it is due, for each day after it (Customs Act 1962, section 47(2))."""

    head, name = "interest", _("Interest")

    @staticmethod
    def accrued(duty: Decimal, due_on: date | None, on: date, percents: Sequence[tuple[date, Decimal]]) -> Accrued:
        """What has run until a day; nothing where no day is due yet."""
        if due_on is None or duty <= 0:
            return Accrued(max(duty, NOTHING), due_on)
        return Accrued(duty, due_on, tuple(stretches(due_on, on, percents)))


class FinalInterest(LateInterest):
    """Interest on what the final assessment demands more, from the first day of the month of the provisional one until it is paid, both days counted (Customs Act 1962, section 18(3))."""

    @staticmethod
    def free_until(assessed_on: date) -> date:
        """The last day without interest: that before the first of the month in which the duty was provisionally assessed."""
        return assessed_on.replace(day=1) - timedelta(days=1)


class Fine(Demand):
    """Fine in lieu of confiscation, by an order (Customs Act 1962, section 125)."""

    head, name = "fine", _("Fine")


class Penalty(Demand):
    """Penalty, by an order (Customs Act 1962, sections 112, 114A and 114AA)."""

    head, name = "penalty", _("Penalty")


class LateCharge(Demand):
    """Charge for a bill presented after the day of arrival, by the day (Customs Act 1962, section 46(3))."""

    head, name = "late", _("Late charge")

    @staticmethod
    def reckon(arrived_on: date, presented_on: date, first_days: int, first: Decimal, later: Decimal) -> Decimal:
        """The first rate for so many days, the later one for each day more; nothing on the day of arrival."""
        return sum(
            (days * rate for days, rate in LateCharge.parts(arrived_on, presented_on, first_days, first, later)),
            NOTHING,
        )

    @staticmethod
    def parts(
        arrived_on: date, presented_on: date, first_days: int, first: Decimal, later: Decimal
    ) -> list[tuple[int, Decimal]]:
        """So many days at the first rate, and so many at the later one; nothing where there are none."""
        days = max((presented_on - arrived_on).days, 0)
        found = [(min(days, first_days), first), (max(days - first_days, 0), later)]
        return [(n, rate) for n, rate in found if n]


DEMANDS: tuple[type[Demand], ...] = (LateInterest, Fine, Penalty, LateCharge)
