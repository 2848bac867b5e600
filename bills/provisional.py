"""Assessing a bill provisionally, and the days by which the final assessment is due."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import SYSTEM
from bills.clearance.provisional import ProvisionalStage
from bills.models import CourierBillOfEntry, ProvisionalAssessment
from eccs import numbering
from eccs.dated_rules import NoRuleInForce, rule_book
from eccs.workflow import Outcome, take, take_many


def assess_provisionally(bill: CourierBillOfEntry, bond: dict[str, str], remarks: str) -> None:
    """The bond that secures the duty is recorded and debited, and the final assessment waits (PN17 7.1(c))."""
    from bills import security

    amount = Decimal(bond["amount"])
    registered = security.for_assessment(bill, bond["type"], bond.get("number", ""), amount)
    typed = [bond.get(name, "") for name in ("number", "whole", "date", "valid_until")]
    elsewhere = security.paper_of(*typed)
    if registered is None:
        elsewhere = security.executed_elsewhere(bill, elsewhere, amount)
    made = ProvisionalAssessment(
        bill_id=bill.pk, station_id=bill.station_id, courier_id=bill.courier_id, bond_type=bond["type"],
        bond_number=bond.get("number", ""), bond_amount=amount, remarks=remarks,
        bond_date=(registered or elsewhere).execution_day, provisional_duty=bill.total_duty, assessed_at=bill.taken_at, stage_since=bill.taken_at,
    )  # fmt: skip
    numbering.number([made])
    if registered is not None:
        made.bond, made.bond_number = registered, registered.number or ""
        security.debit(bill, registered, amount, str(made.number))
    else:
        security.use_elsewhere(bill, elsewhere, amount, str(made.number))
    made.save()
    bill.provisional = True


def supersede(bill: CourierBillOfEntry) -> None:
    """A provisional assessment that is no longer waited for, because the bill was decided otherwise."""
    if bill.provisional:
        take(
            bill.provisional_assessments.get(stage=ProvisionalStage.PROVISIONAL), "supersede", SYSTEM, at=bill.taken_at
        )
        bill.provisional = False


def extra_duty_paid(amounts: dict[int, dict[str, str]], challan: str) -> Outcome:
    """A challan has paid the extra duty of these assessments, with interest, set-wise: they are closed, their bills finally assessed."""
    from bills import security

    with transaction.atomic():
        outcome = take_many(
            ProvisionalAssessment, list(amounts), "confirm_extra_duty", SYSTEM, challan=challan,
            each=amounts,
        )  # fmt: skip
        if closed := outcome.moved:
            CourierBillOfEntry.objects.filter(pk__in=[one.bill_id for one in closed]).update(provisional=False)
            security.free([str(one.number) for one in closed], SYSTEM.name)
    return outcome


def due_days(assessment: ProvisionalAssessment) -> list[dict[str, Any]]:
    """By which day what is due, by the rules in force on the day of the provisional assessment (Regulations of 2025)."""
    since = timezone.localdate(assessment.assessed_at)
    limit = _day("provisional_limit_months", since, since, assessment)
    at_most = _day("provisional_outer_months", since, since, assessment)
    received = assessment.documents_received_on or at_most
    final = _day("provisional_final_months", since, received, assessment) if received else None
    found = [
        (_("Documents asked for by"), _day("provisional_requisition_days", since, since, assessment)),
        (_("Documents handed in by"), _day("provisional_documents_months", since, since, assessment)),
        (_("Documents handed in at the latest by"), at_most),
        (_("Final assessment by"), min(final, limit) if final and limit else final),
        (_("Limit of section 18"), limit),
    ]
    return [{"label": label, "day": day} for label, day in found if day]


def documents_due(assessment: ProvisionalAssessment) -> list[date]:
    """The days by which the firm hands in the documents of a provisional assessment: in time, and at the latest."""
    since = timezone.localdate(assessment.assessed_at)
    days = (
        _day(rule, since, since, assessment) for rule in ("provisional_documents_months", "provisional_outer_months")
    )
    return sorted(day for day in days if day)


def _day(rule: str, since: date, start: date, assessment: ProvisionalAssessment) -> date | None:
    """The day that a rule counts to, in days or months; nothing where it was not in force yet on `since`."""
    try:
        count = rule_book().count(rule, since, assessment.station_id)
    except NoRuleInForce:
        return None
    return start + timedelta(days=count) if rule.endswith("_days") else _months_after(start, count)


def _months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
