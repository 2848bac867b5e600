"""Requests on bills and provisional assessments at every stage."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from bills.clearance.penalties import PenaltyStage
from bills.clearance.provisional import ProvisionalStage
from bills.clearance.requests import AmendmentStage, CancellationStage
from bills.models import BillAmendment, BillCancellation, CourierBillOfEntry, PenaltyDemand, ProvisionalAssessment
from bills.stages import Hold, Stage
from eccs import numbering
from tests.factories.bills import HEADS, bill

CHANGES = [{"name": "unit_price", "item": 1, "old": "11.2", "new": "12.4"}]
UNSETTLED = (ProvisionalStage.PROVISIONAL, ProvisionalStage.APPROVAL, ProvisionalStage.EXTRA_DUTY)
OPEN = (AmendmentStage.REQUESTED, AmendmentStage.PROCESSED, CancellationStage.VERIFIED)


def amendment(
    stage: str = AmendmentStage.REQUESTED, *, of: CourierBillOfEntry | None = None, station: str = "BLR",
    firm: str = "swift", **given: Any,
) -> BillAmendment:  # fmt: skip
    """A requested amendment of a bill that awaits duty."""
    held = Hold.AMENDMENT if stage in OPEN else ""
    on = of or bill(Stage.DUTY, station=station, firm=firm, holds=held)
    made = BillAmendment(**_of(on, stage) | {"changes": CHANGES, "reason": "The invoice was misread."} | given)
    _keep(made)
    return made


def cancellation(
    stage: str = CancellationStage.REQUESTED, *, of: CourierBillOfEntry | None = None, station: str = "BLR",
    firm: str = "swift", **given: Any,
) -> BillCancellation:  # fmt: skip
    """A requested cancellation of a bill that awaits duty."""
    held = Hold.CANCELLATION if stage in OPEN else ""
    on = of or bill(Stage.DUTY, station=station, firm=firm, holds=held)
    made = BillCancellation(**_of(on, stage) | {"reason": "Filed twice."} | given)
    _keep(made)
    return made


def provisional_assessment(
    stage: str = ProvisionalStage.PROVISIONAL, *, of: CourierBillOfEntry | None = None, station: str = "BLR",
    firm: str = "swift", **given: Any,
) -> ProvisionalAssessment:  # fmt: skip
    """A provisional assessment of a bill that is Out of Charge."""
    on = of or bill(Stage.OUT_OF_CHARGE, station=station, firm=firm, provisional=stage in UNSETTLED)
    fields: dict[str, Any] = {
        "bill": on, "station_id": on.station_id, "courier_id": on.courier_id, "stage": stage, "bond_type": "PROVISIONAL",
        "bond_number": "B-118", "bond_amount": Decimal(5000), "bond_date": date(2026, 11, 12), "remarks": "Test report awaited.",
        "provisional_duty": on.total_duty, "assessed_at": timezone.now(),
    }  # fmt: skip
    now = timezone.now()
    if stage in (ProvisionalStage.APPROVAL, ProvisionalStage.EXTRA_DUTY, ProvisionalStage.FINAL):
        fields |= {
            "duty_before": on.total_duty, "final_duty": on.total_duty + 9, "extra_duty": Decimal(9), "refund": Decimal(0),
            "finalised_at": now, "final_value": on.assessable_value, "provisional_heads": dict(HEADS),
            "final_heads": dict(HEADS) | {"BCD": "20.00"},
        }  # fmt: skip
    if stage == ProvisionalStage.FINAL:
        fields |= {"extra_paid_at": now, "bond_released_at": now}
    made = ProvisionalAssessment(**fields | given)
    _keep(made)
    return made


def penalty_demand(
    stage: str = PenaltyStage.DUE, *, of: CourierBillOfEntry | None = None, station: str = "BLR", firm: str = "swift",
    **given: Any,
) -> PenaltyDemand:  # fmt: skip
    """A penalty on goods that were confiscated absolutely."""
    on = of or bill(Stage.CONFISCATED, station=station, firm=firm)
    fields: dict[str, Any] = {
        "bill": on, "station_id": on.station_id, "courier_id": on.courier_id, "stage": stage, "amount": Decimal(700),
        "order_number": "31/2026", "order_date": date(2026, 11, 19),
        "paid_at": timezone.now() if stage == PenaltyStage.PAID else None,
    }  # fmt: skip
    made = PenaltyDemand(**fields | given)
    _keep(made)
    return made


def _of(on: CourierBillOfEntry, stage: str) -> dict[str, Any]:
    return {
        "bill": on, "station_id": on.station_id, "courier_id": on.courier_id, "stage": stage,
        "requested_by_id": on.created_by_id,
    }  # fmt: skip


def _keep(made: Any) -> None:
    numbering.number([made])
    made.save()
