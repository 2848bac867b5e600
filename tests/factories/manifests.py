"""Manifests and house airway bills."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from eccs import numbering
from manifests.clearance import Stage
from manifests.models import Bag, ExpressCargoManifest, HouseAirwayBill, MasterAirwayBill, Package
from manifests.reading import NOT_DECLARED
from tests.factories import firms

_serials = count(1)
WITH_IGM = (Stage.IGM_FED, Stage.ARRIVAL_SCAN, Stage.ARRIVED)


def manifest(
    stage: str = Stage.SUBMITTED, *, station: str = "BLR", firm: str = "swift", **given: Any
) -> ExpressCargoManifest:
    """A manifest at a stage, without shipments yet."""
    now = timezone.now()
    courier = firms.courier(firm)
    fields: dict[str, Any] = {
        "station_id": station, "courier": courier, "stage": stage, "airline": "Zephyr Air", "flight_number": "ZZ318",
        "airport_of_shipment": "HKG", "country_of_exportation": "HK", "first_port_of_arrival": station,
        "scheduled_arrival": now + timedelta(hours=2), "created_by": firms.person(firm=courier), "hawb_count": 1,
        "package_count": 1, "gross_weight_kg": Decimal("4.2"),
    }  # fmt: skip
    if stage not in (Stage.DRAFT, Stage.DISCARDED):
        fields["submitted_at"] = now
    if stage in WITH_IGM:
        fields |= {"igm_number": "2914407", "actual_arrival": now}
    made = ExpressCargoManifest(**fields | given)
    if made.submitted_at is not None and made.number is None:
        numbering.number([made])
    made.save()
    return made


def house_airway_bill(
    on: ExpressCargoManifest | None = None, *, packages: int = 1, arrived: bool = False, bag: str = "", **given: Any
) -> HouseAirwayBill:
    """A shipment on a manifest, with its packages, arrived or not; of documents loose, or in a bag."""
    on = on or manifest()
    serial = next(_serials)
    master, _created = MasterAirwayBill.objects.get_or_create(manifest=on, number="899-44172063")
    now = timezone.now() if arrived else None
    fields: dict[str, Any] = {
        "manifest": on, "master": master, "number": f"SWF{serial:010d}", "packages": packages,
        "packages_arrived": packages if arrived else 0, "arrived_at": now, "gross_weight_kg": Decimal("4.2"),
        "description": "Wireless earphones", "consignor_name": "Lantern Bay Audio Ltd",
        "consignor_address": "Unit 7, 22 Harbour Lane, Kowloon", "consignor_country": "HK",
        "consignee_name": "Krishna Electronics", "consignee_address": "14, 3rd Cross, Bommanahalli Layout",
        "consignee_city": "Bengaluru", "consignee_state": "Karnataka", "consignee_pin": "560068",
        "invoice_value": Decimal("672.00"), "invoice_currency": "USD",
    }  # fmt: skip
    if on.is_documents:
        fields |= NOT_DECLARED
    if bag:
        fields["bag"], _created = Bag.objects.get_or_create(manifest=on, number=bag)
    made = HouseAirwayBill.objects.create(**fields | given)
    if on.is_documents:
        return made
    Package.objects.bulk_create(
        Package(
            manifest=on,
            hawb=made,
            crn=made.number if packages == 1 else f"{made.number}-{part}",
            part=part,
            arrived_at=now,
        )
        for part in range(1, packages + 1)
    )
    return made
