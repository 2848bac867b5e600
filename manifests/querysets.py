"""Which manifests and house airway bills a person may see."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from accounts.permissions import Actor
from accounts.roles import Group


class ManifestQuerySet(models.QuerySet[Any]):
    """Manifests by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """The courier's own at the stations of the posting, mostly all; those of the posting's station, once submitted, for officers and custodian."""
        seen = Q(station_id__in=actor.stations_in(Group.CUSTOMS, Group.CUSTODIAN)) & ~Q(
            stage__in=("DRAFT", "DISCARDED")
        )
        return self.filter(seen | actor.firm_documents())


class HouseAirwayBillQuerySet(models.QuerySet[Any]):
    """House airway bills by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of the manifests the person may see."""
        from manifests.models import ExpressCargoManifest

        return self.filter(manifest__in=ExpressCargoManifest.objects.visible_to(actor))
