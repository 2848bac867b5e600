"""What moves money from a challan to its bills."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django.db.models import QuerySet
from django.utils import timezone

from accounts.permissions import SYSTEM
from bills.models import CourierBillOfEntry
from bills.provisional import extra_duty_paid
from bills.releasing import free_when_paid
from eccs.workflow import Refused, take_many

if TYPE_CHECKING:
    from bills.models import ProvisionalAssessment
    from payments.models import Challan

Heads = dict[str, Decimal]


def credit_bills(challan: Challan) -> None:
    """Credit each bill of a paid challan, set-wise, once, wherever it is. What a closed bill was paid is left to reconciliation."""
    from payments.fees import credit_fees

    credit_fees(challan)
    live = list(challan.lines.filter(live=True, bill__isnull=False))
    lines = {line.bill_id: line.amount for line in live if line.assessment_id is None and line.bill_id is not None}
    extra = {line.assessment_id: line.amount for line in live if line.assessment_id is not None}
    if lines:
        _credit(challan.lines.filter(assessment=None), *_credited(lines, str(challan.number)))
    if extra:
        outcome = extra_duty_paid(extra, str(challan.number))
        refused = {cast("ProvisionalAssessment", one.document).bill_id: one for one in outcome.refused}
        _credit(challan.lines.exclude(assessment=None), [one.bill_id for one in outcome.moved], refused)


def _credited(amounts: Mapping[int, Decimal], number: str) -> tuple[list[int], dict[int, Refused]]:
    """The bills that took the payment, those at Awaiting duty by moving on; and those that could not, with the reason."""
    answers = {bill_id: {"amount": str(amount)} for bill_id, amount in amounts.items()}
    paid = take_many(CourierBillOfEntry, list(amounts), "confirm_payment", SYSTEM, challan=number, each=answers)
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


def heads_due(bill: Any, paid: Mapping[str, Decimal]) -> Heads:
    """What a bill still owes, by head, in rupees: the heads of its duty, interest, fine and penalty less those paid before."""
    owed: Heads = defaultdict(Decimal)
    for head, amount in bill.duty_heads.items():
        owed[head] += Decimal(str(amount))
    for head in ("interest", "fine", "penalty"):
        owed[head] += getattr(bill, head)
    for head, amount in paid.items():
        owed[head] -= amount
    heads = {head: amount for head, amount in owed.items() if amount}
    return heads if sum(heads.values()) == bill.amount_due else {"duty": bill.amount_due}


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
