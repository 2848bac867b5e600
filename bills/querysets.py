"""Which bills a person may see."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from accounts.permissions import Actor
from accounts.roles import Group
from bills.stages import UNFILED


class BillQuerySet(models.QuerySet[Any]):
    """Bills by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """The courier's own at the stations of the posting, mostly all; those of the posting's station, once filed, for officers and custodian."""
        seen = Q(station_id__in=actor.stations_in(Group.CUSTOMS, Group.CUSTODIAN)) & ~Q(stage__in=UNFILED)
        return self.filter(seen | actor.firm_documents())
