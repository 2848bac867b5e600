"""What moves money from a challan to its bills."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django.utils import timezone

from accounts.permissions import SYSTEM
from bills.models import CourierBillOfEntry
from eccs.workflow import Outcome, take_many

if TYPE_CHECKING:
    from payments.models import Challan

Heads = dict[str, Decimal]


def credit_bills(challan: Challan) -> None:
    """Credit each bill of a paid challan, set-wise, once, wherever it is. What a closed bill was paid is left to reconciliation."""
    lines = {line.bill_id: line for line in challan.lines.filter(live=True)}
    answers = {bill_id: {"amount": str(line.amount)} for bill_id, line in lines.items()}
    paid = take_many(CourierBillOfEntry, list(lines), "confirm_payment", SYSTEM, challan=challan.number, each=answers)
    elsewhere = [cast("CourierBillOfEntry", refusal.document).pk for refusal in paid.refused]
    late = Outcome()
    if elsewhere:
        late = take_many(CourierBillOfEntry, elsewhere, "credit_payment", SYSTEM, challan=challan.number, each=answers)
    challan.lines.filter(bill_id__in=[bill.pk for bill in (*paid.moved, *late.moved)], live=True).update(
        live=False, credited_at=timezone.now()
    )
    for refusal in late.refused:
        challan.lines.filter(bill=cast("CourierBillOfEntry", refusal.document)).update(
            live=False, refusal=" ".join(refusal.reasons)[:300]
        )


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
