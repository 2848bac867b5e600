"""Which manual clearances a person may see."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from accounts.permissions import Actor
from accounts.roles import Group


class ManualClearanceQuerySet(models.QuerySet[Any]):
    """Manual clearances by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of the posting's station, for officers."""
        return self.filter(station_id__in=actor.stations_in(Group.CUSTOMS))
