"""What a bill owes on a day, head by head: duty, interest until that day, fine, penalty and late charge, less what was paid.

Interest runs from day to day: it is worked out when it is asked for and written down only when a challan has paid it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bills.duty.demands import DEMANDS, FinalInterest, LateCharge, LateInterest
from bills.duty.heads import head_label, set_off, spread
from bills.duty.interest import Accrued
from bills.stages import Stage
from bills.working_days import Calendar
from eccs.dated_rules import rule_book
from eccs.money import grouped

if TYPE_CHECKING:
    from bills.models import CourierBillOfEntry, ProvisionalAssessment

NOTHING = Decimal(0)
Heads = dict[str, Decimal]
NOT_COLLECTED = ("WAIVED", "EXEMPTED", "FORGONE")  # told beside the duty, and no part of it
COLUMNS = {"interest": "interest", "fine": "fine", "penalty": "penalty", "late": "late_charge"}  # of the bill, by head


@dataclass(frozen=True)
class Due:
    """What a bill owes on a day, by head, with the interest that has run until then."""

    heads: Heads
    accrued: Accrued
    apart: Heads = field(default_factory=dict)  # each head by itself: more to pay, or below nothing, paid too much

    @property
    def amount(self) -> Decimal:
        """In all, rupees; below nothing where too much was paid."""
        return sum(self.heads.values(), NOTHING)


def owed(bill: CourierBillOfEntry) -> Heads:
    """What a bill demands by head, whatever was paid; without the interest that still runs."""
    heads = {head: Decimal(amount) for head, amount in bill.duty_heads.items() if head not in NOT_COLLECTED}
    if sum(heads.values()) != bill.total_duty:
        heads = {"duty": bill.total_duty}
    return heads | {head: getattr(bill, column) for head, column in COLUMNS.items()}


def paid(bill: CourierBillOfEntry) -> Heads:
    """What was paid on a bill by head. What no challan told by head is taken as paid in the order of the heads."""
    heads = {head: Decimal(amount) for head, amount in bill.paid_heads.items()}
    rest = bill.duty_paid - sum(heads.values(), NOTHING)
    for head, amount in owed(bill).items():
        if rest <= 0:
            break
        part = min(rest, max(amount - heads.get(head, NOTHING), NOTHING))
        heads[head] = heads.get(head, NOTHING) + part
        rest -= part
    if rest:
        heads["duty"] = heads.get("duty", NOTHING) + rest
    return heads


def due(bill: CourierBillOfEntry, on: date, calendar: Calendar | None = None) -> Due:
    """What a bill owes on a day. Interest runs while it awaits its duty."""
    demanded, given = owed(bill), paid(bill)
    left = {head: demanded.get(head, NOTHING) - given.get(head, NOTHING) for head in (*demanded, *given)}
    duty = sum((amount for head, amount in left.items() if head not in COLUMNS), NOTHING)
    accrued = Accrued(max(duty, NOTHING))
    if bill.stage == Stage.DUTY and duty > 0:
        accrued = LateInterest.accrued(duty, due_day(bill, calendar), on, percents("interest_percent", bill.station_id))
    left["interest"] = left.get("interest", NOTHING) + accrued.amount
    return _due(left, accrued)


def _due(left: Heads, accrued: Accrued) -> Due:
    """What is left by head, each paid too much set off against the others: no head of a challan is below nothing."""
    return Due(set_off(left), accrued, {head: amount for head, amount in left.items() if amount})


def due_day(bill: CourierBillOfEntry, calendar: Calendar | None = None) -> date | None:
    """The last day on which the duty is in time (section 47(2)); None before the aircraft has arrived.

    A self-assessed bill: the day it is presented, which of a prior bill is the day of arrival. One that an officer
    returned for payment: so many working days after that.
    """
    landed = bill.manifest.actual_arrival
    if landed is None or bill.presented_on is None:
        return None
    first = max(bill.presented_on, timezone.localdate(landed))
    book = rule_book()
    calendar = calendar or Calendar(first, max(first, bill.returned_on or first))
    day = calendar.after(first, book.count("duty_due_days", bill.presented_on, bill.station_id), bill.station_id)
    if bill.returned_on is None:
        return day
    count = book.count("duty_due_days_assessed", bill.presented_on, bill.station_id)
    return max(day, calendar.after(bill.returned_on, count, bill.station_id))


def percents(rule: str, station: str) -> list[tuple[date, Decimal]]:
    """The rates of interest one after the other, each with its first day."""
    return [(day, Decimal(value)) for day, value in rule_book().changes(rule, station)]


def final_interest(assessment: ProvisionalAssessment, on: date) -> Accrued:
    """The interest on the extra duty of a final assessment until a day (section 18(3))."""
    free = FinalInterest.free_until(timezone.localdate(assessment.assessed_at))
    rates = percents("interest_percent_final", assessment.station_id)
    return FinalInterest.accrued(assessment.extra_duty or NOTHING, free, on, rates)


def final_due(assessment: ProvisionalAssessment, on: date) -> Due:
    """What a final assessment asks for more on a day, by head, with the interest that has run until then."""
    accrued = final_interest(assessment, on)
    return _due(final_difference(assessment) | {"interest": accrued.amount}, accrued)


def final_difference(assessment: ProvisionalAssessment) -> Heads:
    """What the final duty is more by head than was paid, or less; where it was set as one sum, spread over the heads as they stood."""
    if after := assessment.final_heads:
        before = assessment.provisional_heads
        return {head: Decimal(amount) - Decimal(before.get(head, 0)) for head, amount in after.items()}
    heads = {head: Decimal(amount) for head, amount in assessment.bill.duty_heads.items() if head not in NOT_COLLECTED}
    if sum(heads.values()) != assessment.duty_before:
        return {"duty": (assessment.final_duty or NOTHING) - (assessment.duty_before or NOTHING)}
    final = spread(assessment.final_duty or NOTHING, heads)
    return {head: amount - heads.get(head, NOTHING) for head, amount in final.items()}


def calendar_for(bills: Iterable[CourierBillOfEntry]) -> Calendar:
    """The holidays that decide on the due days of these bills, in one query."""
    days = [day for bill in bills for day in (bill.presented_on, bill.returned_on) if day is not None]
    first = min(days, default=timezone.localdate())
    return Calendar(first, max([*days, timezone.localdate()]) + timedelta(days=1))


def late_charge(arrived: datetime | None, presented_on: date, station: str) -> Decimal:
    """What presenting a bill late costs, by the dated rule; nothing where that is off, or the aircraft is still to come."""
    return sum((days * rate for days, rate in _late_days(arrived, presented_on, station)), NOTHING)


def _late_days(arrived: datetime | None, presented_on: date, station: str) -> list[tuple[int, Decimal]]:
    """So many days late at each rate."""
    book = rule_book()
    if arrived is None or not book.is_on("late_filing_charge", presented_on, station):
        return []
    return LateCharge.parts(
        timezone.localdate(arrived), presented_on, book.count("late_filing_first_days", presented_on, station),
        book.amount("late_filing_first_rupees", presented_on, station),
        book.amount("late_filing_later_rupees", presented_on, station),
    )  # fmt: skip


def late_working(bill: CourierBillOfEntry) -> list[dict[str, str]]:
    """How the late charge came about, a line for each rate; nothing where the rule would say otherwise by now."""
    landed = bill.manifest.actual_arrival
    parts = _late_days(landed, bill.presented_on, bill.station_id) if bill.presented_on else []
    if landed is None or sum((days * rate for days, rate in parts), NOTHING) != bill.late_charge:
        return []
    told = {"landed": f"{timezone.localdate(landed):%d/%m/%Y}", "presented": f"{bill.presented_on:%d/%m/%Y}"}
    words = _("%(days)d × %(rate)s, landed %(landed)s, presented %(presented)s")
    return [
        {
            "days": ngettext("%(n)d day", "%(n)d days", days) % {"n": days},
            "sum": words % {**told, "days": days, "rate": grouped(rate, 2)},
            "amount": grouped(days * rate, 2),
        }
        for days, rate in parts
    ]


def credit(bill: CourierBillOfEntry, amount: Any, interest: Any, heads: Mapping[str, Any] | None) -> None:
    """A challan has paid: its amount, with the interest that was reckoned on it. Part of a step."""
    bill.duty_paid += Decimal(amount)
    if interest := Decimal(interest):
        bill.interest += interest
    if heads:
        before = {head: Decimal(given) for head, given in bill.paid_heads.items()}
        bill.paid_heads = {
            head: f"{before.get(head, NOTHING) + Decimal(heads.get(head, 0)):.2f}" for head in (*before, *heads)
        }
    bill.paid_at = bill.taken_at


def working(accrued: Accrued) -> list[dict[str, str]]:
    """How the interest came about, a line for each rate: the days, the sum, and what it comes to, not rounded."""
    return [
        {
            "days": ngettext("%(n)d day", "%(n)d days", one.days) % {"n": one.days},
            "sum": _("%(duty)s × %(percent)s %% × %(days)d / 365, until %(day)s")
            % {
                "duty": grouped(accrued.duty, 2),
                "percent": f"{one.percent.normalize():f}",
                "days": one.days,
                "day": f"{one.until:%d/%m/%Y}",
            },
            "amount": grouped(accrued.on(one), 2),
        }
        for one in accrued.stretches
    ]


def paid_interest(lines: Any) -> tuple[list[dict[str, str]], date | None]:
    """How the interest that was paid came about, challan by challan, as each has kept it; and since when it ran, of the last."""
    told: list[dict[str, str]] = []
    since = None
    for line in lines.filter(interest__gt=0, credited_at__isnull=False).select_related("challan").order_by("pk"):
        challan = _("challan %(number)s") % {"number": line.challan.number}
        if not line.interest_kept:  # of a challan from before that was kept
            told.append(
                {
                    "days": "",
                    "sum": _("as paid, %(challan)s") % {"challan": challan},
                    "amount": grouped(line.interest, 2),
                }
            )
            continue
        accrued = Accrued.as_kept(line.interest_kept)
        since = accrued.due_on
        told += [{**one, "sum": f"{one['sum']}, {challan}"} for one in working(accrued)]
    return told, since


def shown(bill: CourierBillOfEntry, on: date | None = None) -> dict[str, Any]:
    """What the page of a bill tells of its dues: each demand beside the duty with its law, the interest with its working."""
    found = due(bill, on or timezone.localdate())
    amounts = {head: getattr(bill, column) for head, column in COLUMNS.items()}
    amounts["interest"] += found.accrued.amount
    demands = [
        {"head": one.head, "name": one.name, "amount": amounts[one.head], "law": one.words()}
        for one in DEMANDS
        if amounts[one.head]
    ]
    lines: Any = bill
    before, since = paid_interest(lines.challan_lines.filter(assessment=None)) if bill.interest else ([], None)
    late = late_working(bill) if bill.late_charge else []
    return {
        "demands": demands, "due": found, "interest_working": [*before, *working(found.accrued)],
        "late_working": late,
        "interest_due_on": found.accrued.due_on or since,
        "interest_law": LateInterest.words(), "apart": by_head(found.apart) if bill.duty_paid else [],
    }  # fmt: skip


def by_head(apart: Heads) -> list[dict[str, Any]]:
    """Extra duty and refund head by head, before the one is set off against the other."""
    return [
        {"name": head_label(head), "extra": max(amount, NOTHING), "refund": max(-amount, NOTHING)}
        for head, amount in apart.items()
        if amount
    ]
