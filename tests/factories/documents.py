"""Flights of documents, and the CBE-XI over them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from bills.models import CourierBillOfEntry, CoveredShipment
from bills.stages import Stage
from bills.xi.selection import Chosen
from manifests.clearance import Stage as ManifestStage
from manifests.models import ExpressCargoManifest, HouseAirwayBill
from tests.factories.bills import bill
from tests.factories.manifests import house_airway_bill, manifest

DOCUMENTS = ExpressCargoManifest.Kind.DOCUMENTS
SHIPMENTS = (("D001", 1, "BAG-1"), ("D002", 2, "BAG-1"), ("D003", 1, "BAG-2"), ("D004", 2, ""))


def flight(stage: str = ManifestStage.SUBMITTED, *, arrived: bool = False, **given: Any) -> ExpressCargoManifest:
    """A manifest of documents: a bag of two shipments, a bag of one, and a loose shipment of two pieces."""
    on = manifest(stage, kind=DOCUMENTS, hawb_count=4, package_count=6, **given)
    for number, pieces, bag in SHIPMENTS:
        house_airway_bill(
            on, number=number, packages=pieces, bag=bag, arrived=arrived, description="Documents", invoice_currency="",
            invoice_value=0,
        )  # fmt: skip
    if arrived:
        on.bags.update(arrived_at=timezone.now())
    return on


def bill_of_documents(
    stage: str = Stage.XRAY, *, on: ExpressCargoManifest | None = None, **given: Any
) -> CourierBillOfEntry:
    """A CBE-XI over a whole flight, at a stage."""
    landed = stage not in (Stage.DRAFT, Stage.DISCARDED, Stage.ARRIVAL)
    on = on or flight(ManifestStage.ARRIVAL_SCAN, arrived=landed, scan_started_at=timezone.now())
    hawbs = list(HouseAirwayBill.objects.filter(manifest=on).order_by("bag__number", "number"))
    fields: dict[str, Any] = {
        "kind": "CBE-XI", "shipment_count": len(hawbs), "bag_count": on.bags.count(), "draft": Chosen().kept(),
        "arrived_at": max((h.arrived_at for h in hawbs if h.arrived_at), default=None) if landed else None, "total_duty": 0, "duty_paid": 0,
        "duty_heads": {}, "assessable_value": 0, "goods": "Documents", "item_count": 0,
        "first_cth": "", "kyc_type": "", "kyc_number": "", "iec": "", "facilitated": True, "gstin": "", "paid_at": None,
    }  # fmt: skip
    made = bill(stage, on=on, of_documents=True, **fields | given)
    if made.filed_at is not None:
        CoveredShipment.objects.bulk_create(CoveredShipment(bill=made, hawb=hawb) for hawb in hawbs)
    return made
