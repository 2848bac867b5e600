"""Which visits a person may see."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from accounts.permissions import ANSWERS, Actor
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


class AnswerQuerySet(models.QuerySet[Any]):
    """Answers and requests typed at the counter, by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of the customer who is served, for whoever serves it."""
        served, customer = self.filter(station_id__in=actor.stations_for([ANSWERS])), actor.customer
        if customer is None:
            return self.none()
        return served.filter(
            station_id=customer.station, courier_id=customer.courier_id, importer_id=customer.importer_id
        )
