"""What moves money from a challan to its bills."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django.db.models import QuerySet
from django.utils import timezone

from accounts.permissions import SYSTEM
from bills import penalties
from bills.models import CourierBillOfEntry
from bills.provisional import extra_duty_paid
from bills.releasing import free_when_paid
from eccs.workflow import Refused, take_many

if TYPE_CHECKING:
    from bills.models import PenaltyDemand, ProvisionalAssessment
    from payments.models import Challan

Heads = dict[str, Decimal]


def credit_bills(challan: Challan) -> None:
    """Credit each bill of a paid challan, set-wise, once, wherever it is. What a closed bill was paid is left to reconciliation."""
    from payments.fees import credit_fees

    if challan.is_deposit:
        return  # nothing stands on it
    all_live = list(challan.lines.filter(live=True))
    credit_fees(challan, all_live)
    live = [line for line in all_live if line.bill_id is not None]
    lines = {
        line.bill_id: _told(line) | {"heads": line.heads}
        for line in live
        if line.assessment_id is None and line.penalty_id is None and line.bill_id is not None
    }
    imposed = {line.penalty_id: _told(line) for line in live if line.penalty_id is not None}
    extra = {line.assessment_id: _told(line) for line in live if line.assessment_id is not None}
    if lines:
        _credit(challan.lines.filter(assessment=None, penalty=None), *_credited(lines, str(challan.number)))
    if extra:
        outcome = extra_duty_paid(extra, str(challan.number))
        refused = {cast("ProvisionalAssessment", one.document).bill_id: one for one in outcome.refused}
        _credit(challan.lines.exclude(assessment=None), [one.bill_id for one in outcome.moved], refused)
    if imposed:
        outcome = penalties.paid(imposed, str(challan.number))
        late = {cast("PenaltyDemand", one.document).bill_id: one for one in outcome.refused}
        _credit(challan.lines.exclude(penalty=None), [one.bill_id for one in outcome.moved], late)


def _told(line: Any) -> dict[str, Any]:
    """What of a line is credited, and how much of it is interest that ran until the challan."""
    return {"amount": str(line.amount), "interest": str(line.interest)}


def _credited(answers: Mapping[int, dict[str, Any]], number: str) -> tuple[list[int], dict[int, Refused]]:
    """The bills that took the payment, those at Awaiting duty by moving on; and those that could not, with the reason."""
    paid = take_many(CourierBillOfEntry, list(answers), "confirm_payment", SYSTEM, challan=number, each=answers)
    free_when_paid(paid.moved, SYSTEM.name)
    elsewhere = [cast("CourierBillOfEntry", one.document).pk for one in paid.refused]
    if not elsewhere:
        return [bill.pk for bill in paid.moved], {}
    late = take_many(CourierBillOfEntry, elsewhere, "credit_payment", SYSTEM, challan=number, each=answers)
    refused = {cast("CourierBillOfEntry", one.document).pk: one for one in late.refused}
    return [bill.pk for bill in (*paid.moved, *late.moved)], refused


def _credit(lines: QuerySet[Any], moved: list[int], refused: Mapping[int, Refused]) -> None:
    """Write on the lines of a challan what became of them."""
    lines.filter(bill_id__in=moved, live=True).update(live=False, credited_at=timezone.now())
    for bill_id, one in refused.items():
        lines.filter(bill_id=bill_id).update(live=False, refusal=" ".join(one.reasons)[:300])


def summed(parts: Iterable[Mapping[str, Any]]) -> Heads:
    """The sum of several amounts by head."""
    total: Heads = defaultdict(Decimal)
    for part in parts:
        for head, amount in part.items():
            total[head] += Decimal(str(amount))
    return dict(total)


def as_text(heads: Mapping[str, Decimal]) -> dict[str, str]:
    """Amounts by head as they are stored, in rupees and paise."""
    return {head: f"{amount:.2f}" for head, amount in heads.items()}
