"""Tickets at every stage."""

from __future__ import annotations

from typing import Any

from eccs import numbering
from helpdesk.clearance import Stage
from helpdesk.models import HelpTicket
from tests.factories.firms import person


def ticket(stage: str = Stage.OPEN, *, station: str = "BLR", **given: Any) -> HelpTicket:
    """A question of somebody of a courier."""
    fields: dict[str, Any] = {
        "station_id": station, "stage": stage, "subject": "The upload stands still", "question": "Row 14 is named and I find no fault in it.",
        "page": "/manifests/new/", "raised_by": person("Nila Joshi"), "asked_as": "Courier Operator",
    }  # fmt: skip
    made = HelpTicket(**fields | given)
    numbering.number([made])
    made.save()
    return made
