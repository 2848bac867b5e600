"""Which bills a person may see."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from accounts.permissions import Actor
from accounts.roles import Group
from bills.stages import UNFILED


def owed(of: str = "") -> Any:
    """What a bill owes in all, in rupees: duty, interest charged, fine, penalty and late charge. `of` is the way to the bill: `bill__`."""
    return F(f"{of}total_duty") + F(f"{of}interest") + F(f"{of}fine") + F(f"{of}penalty") + F(f"{of}late_charge")


class BillQuerySet(models.QuerySet[Any]):
    """Bills by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """The firm's own at the stations of the posting, mostly all; those of the posting's station, once filed, for officers and custodian.

        What an importer is still typing is the importer's alone.
        """
        seen = Q(station_id__in=actor.stations_in(Group.CUSTOMS, Group.CUSTODIAN)) & ~Q(stage__in=UNFILED)
        if actor.importer_id is not None:
            return self.filter(actor.importer_documents())
        own = actor.firm_documents() & ~(Q(importer__isnull=False) & Q(stage__in=UNFILED))
        return self.filter(seen | own)


class OfBillQuerySet(models.QuerySet[Any]):
    """Requests and provisional assessments by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """The firm's own at the stations of the posting, mostly all; all of the posting's station for officers."""
        if actor.importer_id is not None:
            return self.filter(actor.importer_documents("bill__"))
        return self.filter(Q(station_id__in=actor.stations_in(Group.CUSTOMS)) | actor.firm_documents())
