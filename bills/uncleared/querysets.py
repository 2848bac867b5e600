"""Which notices, returns and disposals of uncleared goods a person may see."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from accounts.permissions import Actor
from accounts.roles import Group
from eccs.pages import activity_of
from manifests.models import ExpressCargoManifest, HouseAirwayBill


class OfGoodsQuerySet(models.QuerySet[Any]):
    """What is about uncleared goods, by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """The courier's own, a notice to its importer; all of the posting's station for officers and for the custodian's people who keep the goods."""
        own = HouseAirwayBill.objects.filter(manifest__in=ExpressCargoManifest.objects.filter(actor.firm_documents()))
        at = actor.stations_in(Group.CUSTOMS) | actor.stations_for([activity_of("uncleared")])
        to_importer = any(field.name == "importer" for field in self.model._meta.fields)
        addressed = actor.importer_documents() if to_importer else Q(pk__in=())
        return self.filter(Q(station_id__in=at) | Q(hawb__in=own) | addressed)
