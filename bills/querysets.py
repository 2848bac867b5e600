"""Which bills a person may see."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from accounts.permissions import Actor
from accounts.roles import Group
from bills.stages import DONE, GONE, HERE, UNFILED
from manifests.querysets import entered_by, goods_handled_at


def owed(of: str = "") -> Any:
    """What a bill owes in all, in rupees: duty, interest charged, fine, penalty and late charge. `of` is the way to the bill: `bill__`."""
    return F(f"{of}total_duty") + F(f"{of}interest") + F(f"{of}fine") + F(f"{of}penalty") + F(f"{of}late_charge")


OVERPAID = Q(stage__in=DONE, provisional=False, duty_paid__gt=owed())
"""Closed, with more paid than is owed."""
PAID_AND_GONE = Q(stage__in=GONE, duty_paid__gt=0)
"""Closed because the goods were not cleared, with something paid."""


class BillQuerySet(models.QuerySet[Any]):
    """Bills by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """The firm's own at the stations of the posting, mostly all; those of the posting's station, once filed, for officers and
        for the custodian's people who receive, keep or hand out the goods; for a service centre, what its operator entered, and the drafts of the
        firm that is served.

        What an importer is still typing is the importer's alone.
        """
        if actor.importer_id is not None:
            return self.filter(actor.importer_documents())
        seen = Q(station_id__in=goods_handled_at(actor)) & ~Q(stage__in=UNFILED)
        own = actor.firm_documents() & ~(Q(importer__isnull=False) & Q(stage__in=UNFILED))
        return self.filter(seen | own | entered_by(actor, self.model, for_importers=True))

    def here(self) -> Self:
        """Those filed and open whose goods are here; of goods released provisionally only what the final order demands is still due."""
        return self.filter(stage__in=HERE, released_at=None)


class OfBillQuerySet(models.QuerySet[Any]):
    """Requests and provisional assessments by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """The firm's own at the stations of the posting, mostly all; all of the posting's station for officers."""
        if actor.importer_id is not None:
            return self.filter(actor.importer_documents("bill__"))
        return self.filter(Q(station_id__in=actor.stations_in(Group.CUSTOMS)) | actor.firm_documents())
