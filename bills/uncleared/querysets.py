"""Which notices, returns and disposals of uncleared goods a person may see."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from accounts.permissions import Actor
from accounts.roles import Group
from manifests.models import ExpressCargoManifest


class OfGoodsQuerySet(models.QuerySet[Any]):
    """What is about uncleared goods, by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """The courier's own; all of the posting's station for officers and the custodian."""
        own = ExpressCargoManifest.objects.filter(actor.firm_documents())
        at = actor.stations_in(Group.CUSTOMS, Group.CUSTODIAN)
        return self.filter(Q(station_id__in=at) | Q(hawb__manifest__in=own))
