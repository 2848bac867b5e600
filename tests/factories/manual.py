"""Manual clearances and numbered paper forms at every stage."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from bills.models import CourierBillOfEntry, ManualClearance, ManualForm
from bills.stages import Stage
from eccs import numbering
from tests.factories import firms
from tests.factories.bills import bill, hawb_of

FILLED = ("USED", "ENTERED", "REGULARISED")


def manual_clearance(stage: str = "PROPOSED", *, station: str = "BLR", **given: Any) -> ManualClearance:
    """Manual clearance since an hour, for another two."""
    now = timezone.now()
    fields: dict[str, Any] = {
        "station_id": station, "stage": stage, "reason": "ECCS is down since 05:40.", "begins_at": now - timedelta(hours=1),
        "until_at": now + timedelta(hours=2), "proposed_by": firms.person("Kavya Sethi"),
    }  # fmt: skip
    if stage != "PROPOSED":
        fields["decided_at"] = now - timedelta(hours=1)
    if stage in ("ENDED", "RECONCILED"):
        fields["ended_at"] = now
    made = ManualClearance(**fields | given)
    numbering.number([made])
    made.save()
    return made


def manual_form(stage: str = "ISSUED", *, station: str = "BLR", firm: str = "swift", **given: Any) -> ManualForm:
    """A numbered form of the station; once used, for a bill that awaits arrival and is paid."""
    fields: dict[str, Any] = {"station_id": station, "stage": stage, "issued_by": firms.person("Kavya Sethi")}
    if stage in FILLED:
        on = bill(Stage.ARRIVAL, station=station, firm=firm)
        fields |= filled(on, station)
        if stage != "USED":
            fields["bill"] = on
    made = ManualForm(**fields | given)
    numbering.number([made])
    made.save()
    return made


def filled(on: CourierBillOfEntry, station: str = "BLR") -> dict[str, Any]:
    """What the paper says about the shipment of a bill."""
    return {
        "order": manual_clearance("ENDED", station=station), "courier": on.courier, "hawb": hawb_of(on).number,
        "consignee": "Krishna Electronics", "goods": "Wireless earphones", "officer": "K. Sethi", "receipt": "M-17",
        "cleared_at": timezone.now() - timedelta(minutes=30), "assessable_value": Decimal(100), "collected": Decimal(31),
    }  # fmt: skip


def paper(order: ManualClearance, firm: str = "swift", **given: str) -> dict[str, Any]:
    """What an officer enters from the paper, as the step takes it."""
    at = timezone.now() - timedelta(minutes=20)
    return {
        "order": str(order), "courier": str(firms.courier(firm).number), "hawb": "SWF0000000777", "consignee": "Krishna Electronics",
        "goods": "Wireless earphones", "cleared_at": at.isoformat(), "officer": "K. Sethi", "assessable_value": "100",
        "collected": "31", "receipt": "M-17", **given,
    }  # fmt: skip


def bill_of_form(one: ManualForm) -> CourierBillOfEntry:
    """A filed bill for the shipment on the paper."""
    from tests.factories.manifests import house_airway_bill, manifest

    on = manifest("ARRIVED", station=one.station_id)
    return bill(Stage.ARRIVAL, hawb=house_airway_bill(on, number=one.hawb or "SWF0000000778"))
