"""Departures from the RMS at every stage."""

from __future__ import annotations

from typing import Any

from bills.models import CourierBillOfEntry, RiskDeparture
from bills.stages import Stage
from eccs import numbering
from tests.factories import firms
from tests.factories.bills import bill


def departure(
    stage: str = "REQUESTED", *, station: str = "BLR", of: CourierBillOfEntry | None = None, **given: Any
) -> RiskDeparture:
    """An inspector asks to leave the examination out."""
    of = of or bill(Stage.EXAMINATION, station=station, examination_prescribed=True)
    fields: dict[str, Any] = {
        "bill": of, "station_id": of.station_id, "stage": stage, "what": "EXAMINATION", "reason": "Perishable: the secret compartment is empty.",
        "requested_by": firms.person("Kavya Sethi"),
    }  # fmt: skip
    made = RiskDeparture(**fields | given)
    numbering.number([made])
    made.save()
    return made
