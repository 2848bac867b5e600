"""What moves money from a challan to its bills."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django.utils import timezone

from accounts.permissions import SYSTEM
from bills.models import CourierBillOfEntry
from bills.provisional import extra_duty_paid
from eccs.workflow import Refused, take_many

if TYPE_CHECKING:
    from bills.models import ProvisionalAssessment
    from payments.models import Challan

Heads = dict[str, Decimal]


def credit_bills(challan: Challan) -> None:
    """Credit each bill of a paid challan, set-wise, once. A bill that has moved on is noted for reconciliation."""
    live = list(challan.lines.filter(live=True))
    lines = {line.bill_id: line for line in live if line.assessment_id is None}
    extra = {line.assessment_id: line.amount for line in live if line.assessment_id is not None}
    moved, refused = list[int](), list[Refused]()
    if lines:
        outcome = take_many(
            CourierBillOfEntry, list(lines), "confirm_payment", SYSTEM, challan=challan.number,
            each={bill_id: {"amount": str(line.amount)} for bill_id, line in lines.items()},
        )  # fmt: skip
        moved, refused = [bill.pk for bill in outcome.moved], outcome.refused
    if extra:
        outcome = extra_duty_paid(extra, str(challan.number))
        moved += [assessment.bill_id for assessment in outcome.moved]
        refused = [*refused, *outcome.refused]
    challan.lines.filter(bill_id__in=moved, live=True).update(live=False, credited_at=timezone.now())
    for refusal in refused:
        document = cast("CourierBillOfEntry | ProvisionalAssessment", refusal.document)
        bill_id = document.pk if isinstance(document, CourierBillOfEntry) else document.bill_id
        challan.lines.filter(bill_id=bill_id).update(live=False, refusal=" ".join(refusal.reasons)[:300])


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
