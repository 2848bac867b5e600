"""What a challan comes to today: amounts due are worked out anew whenever somebody pays, never taken from an older day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from bills import dues
from bills.clearance.penalties import PenaltyStage
from bills.clearance.provisional import ProvisionalStage
from bills.stages import Stage as BillStage
from eccs.money import rupees
from exports.clearance.adjudging import DemandStage
from payments.ledger import summed
from transit.clearance import Stage as TransferStage

if TYPE_CHECKING:
    from payments.models import Challan

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Today:
    """A line of a challan beside what its bill, final assessment or transfer manifest owes today, by head."""

    line: Any
    heads: Mapping[str, Decimal]

    @property
    def amount(self) -> Decimal:
        """What is owed today; nothing where it is paid, or waits for something else."""
        return sum(self.heads.values(), NOTHING)

    @property
    def stands(self) -> bool:
        """Whether the line still says what is owed, in all and by head."""
        written = {head: Decimal(amount) for head, amount in self.line.heads.items()}
        return bool(self.line.amount == self.amount) and written in ({}, dict(self.heads))


def lines_today(challan: Challan) -> list[Today]:
    """Every line of a challan with what is owed today, in a fixed number of statements."""
    on = timezone.localdate()
    rows = challan.lines.select_related("bill__manifest", "assessment__bill", "penalty", "transfer", "demand")
    rows = rows.defer("bill__draft", "assessment__bill__draft")
    lines = list(rows.order_by("bill_id", "transfer_id", "demand_id"))
    calendar = dues.calendar_for(line.bill for line in lines if line.bill is not None)
    return [Today(line, _owed(line, on, calendar)) for line in lines]


def _owed(line: Any, on: Any, calendar: Any) -> Mapping[str, Decimal]:
    if line.transfer is not None:
        return {"fee": line.transfer.fee} if line.transfer.stage == TransferStage.FEE else {}
    if line.demand is not None:
        told = line.demand.heads() if line.demand.stage == DemandStage.DUE else {}
        return {head: Decimal(amount) for head, amount in told.items()}
    if line.penalty is not None:
        return {"penalty": line.penalty.amount} if line.penalty.stage == PenaltyStage.DUE else {}
    if line.assessment is not None:
        return dues.final_due(line.assessment, on).heads if line.assessment.stage == ProvisionalStage.EXTRA_DUTY else {}
    found = dues.due(line.bill, on, calendar)
    return found.heads if line.bill.stage == BillStage.DUTY and found.amount > 0 else {}


def why_not(challan: Challan) -> str:
    """Why the amounts on a challan cannot be paid today, with what it comes to today; nothing where they still stand."""
    lines = lines_today(challan)
    changed = [str(one.line.paid_for) for one in lines if not one.stands]
    if not changed:
        return ""
    told = {
        "bills": ", ".join(changed[:3]),
        "before": rupees(challan.amount, 2),
        "amount": rupees(sum_of(lines), 2),
    }
    if not sum_of(lines):
        return _("Nothing of this challan is due any more: %(bills)s.") % told
    return (
        _(
            "The amount due has changed since the challan was made: %(bills)s. Today %(amount)s is due, no longer %(before)s."
        )
        % told
    )


def sum_of(lines: list[Today]) -> Decimal:
    """What lines come to today."""
    return sum(summed(one.heads for one in lines).values(), NOTHING)
