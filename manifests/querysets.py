"""Which manifests and house airway bills a person may see."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from accounts.permissions import Actor
from accounts.roles import Group
from eccs.pages import activity_of


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


class OfManifestQuerySet(models.QuerySet[Any]):
    """What belongs to a manifest, by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """That of the manifests the person may see; what is still being written, to the courier alone, but what the scale showed to all."""
        from manifests.models import ExpressCargoManifest, ManifestAmendment

        rows = self.filter(manifest__in=ExpressCargoManifest.objects.visible_to(actor))
        if self.model is not ManifestAmendment:
            return rows
        return rows.exclude(~Q(courier_id=actor.courier_id or 0), stage__in=("DRAFT", "WITHDRAWN"), of_weight=False)


class RegisterQuerySet(models.QuerySet[Any]):
    """The warehouse register, by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """The lines of the stations where the register is the person's page."""
        return self.filter(station_id__in=actor.stations_for([activity_of("warehouse-register")]))
