"""Which shipping bills a person may see."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from accounts.permissions import Actor
from accounts.roles import Group
from manifests.querysets import ManifestQuerySet


class ShippingBillQuerySet(ManifestQuerySet):
    """Shipping bills by who asks: as manifests are seen, by the courier's own people and at the station."""


class OfShippingBillQuerySet(models.QuerySet[Any]):
    """Requests on shipping bills by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """The firm's own at the stations of the posting, mostly all; all of the posting's station for officers."""
        return self.filter(Q(station_id__in=actor.stations_in(Group.CUSTOMS)) | actor.firm_documents())


class TransmissionQuerySet(models.QuerySet[Any]):
    """What is told to ICEGATE and the Reserve Bank, and in which files, by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """The firm's own lines; for officers all of the station, and the files."""
        at = Q(station_id__in=actor.stations_in(Group.CUSTOMS))
        return self.filter(at | actor.firm_documents() if hasattr(self.model, "courier") else at)
