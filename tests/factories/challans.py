"""Challans at every stage."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from bills.models import CourierBillOfEntry
from bills.stages import Stage as BillStage
from eccs import numbering
from payments.clearance import Stage
from payments.models import Challan, ChallanLine
from tests.factories.bills import bill

GIVEN_UP = (Stage.LATE, Stage.FAILED, Stage.REJECTED, Stage.WITHDRAWN)


def challan(
    stage: str = Stage.CREATED, *bills: CourierBillOfEntry, station: str = "BLR", firm: str = "swift", **given: Any
) -> Challan:
    """A challan at a stage, for bills that await duty."""
    owed = bills or (bill(BillStage.DUTY, station=station, firm=firm),)
    fields: dict[str, Any] = {
        "station_id": owed[0].station_id, "courier_id": owed[0].courier_id, "stage": stage,
        "amount": sum(one.amount_due for one in owed), "heads": {"duty": str(sum(one.amount_due for one in owed))},
        "bill_count": len(owed), "created_by": owed[0].created_by,
    }  # fmt: skip
    if stage == Stage.PAID:
        fields |= {"paid_at": timezone.now(), "bank_transaction": f"SBX{owed[0].pk:012d}"}
    made = Challan(**fields | given)
    numbering.number([made])
    made.save()
    ChallanLine.objects.bulk_create(
        ChallanLine(challan=made, bill=one, amount=one.amount_due, live=stage not in (*GIVEN_UP, Stage.PAID))
        for one in owed
    )
    return made
