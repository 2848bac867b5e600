"""Which visits a person may see."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from accounts.permissions import Actor
from eccs.pages import activity_of

READERS = (activity_of("counter"), activity_of("counter-report"))


class VisitQuerySet(models.QuerySet[Any]):
    """Visits by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of the stations where the counter, or its day report, is the person's page."""
        return self.filter(station_id__in=actor.stations_for(READERS))


class OfVisitQuerySet(models.QuerySet[Any]):
    """What belongs to a visit, by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """That of the stations where the counter is the person's page."""
        return self.filter(visit__station_id__in=actor.stations_for([activity_of("counter")]))
