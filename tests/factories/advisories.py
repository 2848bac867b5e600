"""Advisories at every stage."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.advisories import Advisory, Audience, Stage
from eccs import numbering
from tests.factories.firms import person


def advisory(stage: str = Stage.PUBLISHED, *, station: str = "", **given: Any) -> Advisory:
    """An advisory for everybody, for a group or for a station, begun yesterday and without an end."""
    today = timezone.localdate()
    fields: dict[str, Any] = {
        "stage": stage, "title": "Upkeep of the system on Sunday", "text": "ECCS rests from 02:00 to 04:00.\n\nKeep your drafts.",
        "audience": Audience.STATION if station else Audience.ALL, "station_id": station or None, "desk": station,
        "from_date": today - timedelta(days=1), "written_by": person("Sita Kaul"),
    }  # fmt: skip
    if stage in (Stage.PUBLISHED, Stage.WITHDRAWN):
        fields["published_at"] = timezone.now()
    if stage == Stage.WITHDRAWN:
        fields |= {"withdrawn_on": today, "withdrawal": "Put off."}
    made = Advisory(**fields | given)
    if made.published_at:
        numbering.number([made])
    made.save()
    return made
