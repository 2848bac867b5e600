"""Amendments of a manifest at every stage."""

from __future__ import annotations

from typing import Any

from eccs import numbering
from manifests.models import AmendmentLine, HouseAirwayBill, ManifestAmendment
from tests.factories import firms
from tests.factories.manifests import house_airway_bill


def amendment(stage: str = "REQUESTED", *, hawb: HouseAirwayBill | None = None, **given: Any) -> ManifestAmendment:
    """An amendment that moves one consignee to another city."""
    hawb = hawb or house_airway_bill()
    on = hawb.manifest
    fields: dict[str, Any] = {
        "manifest": on, "station_id": on.station_id, "courier": on.courier, "stage": stage,
        "created_by": firms.person(firm=on.courier), "reason": "" if stage == "DRAFT" else "The consignee moved.",
    }  # fmt: skip
    made = ManifestAmendment(**fields | given)
    if stage not in ("DRAFT", "WITHDRAWN"):
        numbering.number([made])
    made.save()
    AmendmentLine.objects.create(
        amendment=made, kind=AmendmentLine.Kind.CHANGE, hawb=hawb.number, before={"consignee_city": hawb.consignee_city},
        after={"consignee_city": "Mysuru"},
    )  # fmt: skip
    return made
