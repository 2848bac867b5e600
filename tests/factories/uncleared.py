"""Uncleared goods, and what is asked for them, at every stage."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from django.utils import timezone

from bills.models import Disposal, ReExport, ReturnToOrigin, UnclearedNotice
from eccs import numbering
from manifests.clearance import Stage as ManifestStage
from manifests.models import ExpressCargoManifest, HouseAirwayBill, WarehouseEntry
from tests.factories import firms
from tests.factories.manifests import house_airway_bill, manifest

T = TypeVar("T", ReturnToOrigin, Disposal)


def lying(
    days: float, *, hawb: HouseAirwayBill | None = None, station: str = "BLR", firm: str = "swift", **given: Any
) -> WarehouseEntry:
    """Goods that landed, and came into the warehouse, so many days ago."""
    hawb = hawb or house_airway_bill(manifest(ManifestStage.ARRIVED, station=station, firm=firm), arrived=True)
    fields = {"in_at": timezone.now() - timedelta(days=days), "location": "BAY-7", **given}
    landed(hawb, fields["in_at"])
    return WarehouseEntry.objects.create(hawb=hawb, station_id=hawb.manifest.station_id, **fields)


def landed(hawb: HouseAirwayBill, at: datetime) -> None:
    """The aircraft of these goods landed then."""
    ExpressCargoManifest.objects.filter(pk=hawb.manifest_id).update(actual_arrival=at, igm_number="2914407")
    hawb.manifest.actual_arrival = at


def notified(entry: WarehouseEntry, after: str = UnclearedNotice.After.DISPOSAL, **given: Any) -> UnclearedNotice:
    """The notice about these goods, issued and posted."""
    fields = {"days": 30, "issued_at": timezone.now(), "posted_on": timezone.localdate(), **given}
    made = UnclearedNotice(hawb=entry.hawb, station_id=entry.station_id, after=after, **fields)
    numbering.number([made])
    made.save()
    return made


def return_to_origin(
    stage: str = "REQUESTED", *, entry: WarehouseEntry | None = None, station: str = "BLR", firm: str = "swift", **given: Any
) -> ReturnToOrigin:  # fmt: skip
    """A return that may be permitted: the goods have been here for 40 days."""
    fields: dict[str, Any] = {"reason": "The consignee refuses the goods."}
    if stage == "RETURNED":
        fields |= {"airway_bill": "899-44172063", "flight": "ZZ319", "returned_on": date(2026, 11, 19)}
    made = _keep(ReturnToOrigin(**_of(entry or lying(40, station=station, firm=firm), stage) | fields | given))
    if stage in ("PERMITTED", "ON_FLIGHT", "RETURNED"):
        record = ReExport(origin=made, station_id=made.station_id, made_at=timezone.now())
        numbering.number([record])
        record.save()
    return made


def disposal(
    stage: str = "PROPOSED", *, entry: WarehouseEntry | None = None, station: str = "BLR", firm: str = "swift", **given: Any
) -> Disposal:  # fmt: skip
    """A disposal that may be permitted: the goods have been here for 40 days, and the notice is issued."""
    if entry is None:
        entry = lying(40, station=station, firm=firm)
        notified(entry)
    fields: dict[str, Any] = {"reason": "Nobody answers.", "manner": "AUCTION"}
    if stage == "DISPOSED":
        fields |= {
            "disposed_on": date(2026, 11, 19), "reference": "Lot 7", "taken_over_by": "Banyan Traders",
            "proceeds": Decimal(900), "present": "K. Sethi, Superintendent",
        }  # fmt: skip
    return _keep(Disposal(**_of(entry, stage) | fields | given))


def _of(entry: WarehouseEntry, stage: str) -> dict[str, Any]:
    on = entry.hawb.manifest
    decided = {} if stage in ("REQUESTED", "PROPOSED") else {"decided_at": timezone.now()}
    return {
        "hawb": entry.hawb, "station_id": on.station_id, "courier_id": on.courier_id, "stage": stage,
        "asked_by": firms.person(firm=on.courier), **decided,
    }  # fmt: skip


def _keep(made: T) -> T:
    numbering.number([made])
    made.save()
    return made
