"""Custodians and importers of the directory."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.directory.firms import Custodian, CustodianStage, Importer, ImporterStage
from eccs import numbering


def custodian(stage: str = CustodianStage.APPOINTED, *, station: str = "BLR", **given: Any) -> Custodian:
    """The custodian of a station's terminal."""
    fields: dict[str, Any] = {"stage": stage, "station_id": station, "name": "Terminal Services of Devanahalli"}
    if stage == CustodianStage.ENDED:
        fields["until"] = timezone.localdate()
    if stage == CustodianStage.SUSPENDED:
        fields |= {"suspended_on": timezone.localdate(), "suspension_order": "HCCAR/1"}
    made = Custodian(**fields | given)
    numbering.number([made])
    made.save()
    return made


def importer(stage: str = ImporterStage.IN_FORCE, **given: Any) -> Importer:
    """An importer with a code."""
    fields: dict[str, Any] = {"stage": stage, "name": "Tunga Instruments Private Limited", "iec": "AAKCT4417E"}
    if stage in (ImporterStage.SUSPENDED, ImporterStage.CANCELLED):
        fields |= {"suspended_on": timezone.localdate(), "suspension_order": "DGFT/1"}
    made = Importer(**fields | given)
    made.save()
    return made
