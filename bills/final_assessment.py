"""What a final assessment demands or gives back, head by head (PN17 7.1(c); Customs Act 1962, section 18(2))."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from bills import dues
from bills.clearance.provisional import ProvisionalStage
from bills.duty import heads
from bills.duty.demands import FinalInterest
from bills.duty.heads import head_label
from bills.duty.levies import HEADS
from bills.news import refund_recorded
from eccs.money import rupees

if TYPE_CHECKING:
    from bills.models import CourierBillOfEntry, ProvisionalAssessment

NOTHING = Decimal(0)
Heads = dict[str, Decimal]


def heads_of(bill: CourierBillOfEntry) -> Heads:
    """The duty of a bill under each head; a duty that is known as one sum stands under the first."""
    found = {head: Decimal(bill.duty_heads.get(head, 0)) for head in HEADS}
    if sum(found.values()) != bill.total_duty:
        found = dict.fromkeys(HEADS, NOTHING) | {HEADS[0]: bill.total_duty}
    return found


def put(assessment: ProvisionalAssessment, final: Mapping[str, Decimal], value: Decimal) -> None:
    """Write the final assessment beside the provisional one: what it demands more, or gives back. Part of a step."""
    before = heads_of(assessment.bill)  # all of it was paid before the Out of Charge
    after = {head: final.get(head, NOTHING) for head in before}
    paid, duty = sum(before.values(), NOTHING), sum(after.values(), NOTHING)
    assessment.provisional_heads, assessment.final_heads = as_text(before), as_text(after)
    assessment.final_value, assessment.final_duty, assessment.duty_before = value, duty, paid
    assessment.extra_duty, assessment.refund = max(duty - paid, NOTHING), max(paid - duty, NOTHING)


def settle(assessment: ProvisionalAssessment) -> Iterable[models.Model]:
    """The final assessment stands: the bond is free where nothing more is due, a refund is told to the firm. Part of a step."""
    if not assessment.extra_duty:
        assessment.free_bond()
        type(assessment.bill).objects.filter(pk=assessment.bill_id).update(provisional=False)
    return refund_recorded(assessment, by_head(assessment)) if assessment.refund else ()


def told(assessment: ProvisionalAssessment) -> dict[str, Any]:
    """What the trail keeps of a final assessment."""
    amounts = {"duty_paid": assessment.duty_before, "final_duty": assessment.final_duty,
               "extra_duty": assessment.extra_duty, "refund": assessment.refund, "final_value": assessment.final_value}  # fmt: skip
    return {name: f"{amount:.2f}" for name, amount in amounts.items()} | {
        "provisional_heads": assessment.provisional_heads, "final_heads": assessment.final_heads,
        "reason": assessment.remarks_final, "on": timezone.localdate(assessment.taken_at).isoformat(),
    }  # fmt: skip


def as_text(given: Mapping[str, Decimal]) -> dict[str, str]:
    """Amounts by head as they are kept."""
    return {head: f"{amount:.2f}" for head, amount in given.items()}


def set_off(assessment: ProvisionalAssessment) -> Heads:
    """What is to be paid, or given back, under which head, after the one is set off against the other: in sum the extra duty or the refund."""
    return {head: abs(amount) for head, amount in heads.set_off(dues.final_difference(assessment)).items()}


def by_head(assessment: ProvisionalAssessment) -> str:
    """The amounts that are to be paid or given back, head by head, in words."""
    return "; ".join(f"{head_label(head)} {rupees(amount, 2)}" for head, amount in set_off(assessment).items())


def rows(assessment: ProvisionalAssessment) -> list[dict[str, Any]]:
    """Each head provisional against final, with what is to be paid or given back under it; empty before the final assessment."""
    if not assessment.final_heads or assessment.final_duty is None:
        return []
    moved, found = dues.final_difference(assessment), set_off(assessment)
    return [
        {
            "label": head_label(head), "provisional": Decimal(assessment.provisional_heads.get(head, 0)),
            "final": Decimal(assessment.final_heads[head]), "difference": moved[head], "settled": found.get(head, NOTHING),
        }
        for head in HEADS
        if head in assessment.final_heads
    ]  # fmt: skip


def interest(assessment: ProvisionalAssessment) -> dict[str, Any] | None:
    """The interest on the extra duty (section 18(3)): as paid, or as it has run until today; nothing where none is due."""
    if assessment.stage == ProvisionalStage.FINAL:
        if not assessment.interest:
            return None
        lines: Any = assessment
        paid, _since = dues.paid_interest(lines.challan_lines.all())
        return {"amount": assessment.interest, "working": paid, "law": FinalInterest.words()}
    if not assessment.extra_duty:
        return None
    accrued = dues.final_interest(assessment, timezone.localdate())
    since = FinalInterest.free_until(timezone.localdate(assessment.assessed_at)) + timedelta(days=1)
    return {
        "amount": accrued.amount,
        "since": since,
        "working": dues.working(accrued),
        "law": FinalInterest.words(),
    }


def words_of(assessment: ProvisionalAssessment) -> dict[str, Any]:
    """The value as finally assessed, what is settled by head, and in which way."""
    way = _("To pay") if assessment.extra_duty else _("To give back")
    return {"rows": rows(assessment), "way": way, "interest": interest(assessment)}
