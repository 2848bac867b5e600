"""Which transfer manifests and arrivals a person may see, and which are overdue."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q

from accounts.permissions import Actor
from accounts.roles import Group

ON_THE_WAY = ("IN_TRANSIT", "CERTIFICATE")


class TransferQuerySet(models.QuerySet[Any]):
    """Transfer manifests by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """The courier's own; of the posting's station, once submitted, for officers and custodian."""
        seen = Q(station_id__in=actor.stations_in(Group.CUSTOMS, Group.CUSTODIAN))
        return self.filter(seen & ~Q(stage__in=("DRAFT", "DISCARDED")) | actor.firm_documents())

    def overdue(self, on: date) -> Self:
        """On their way still, though the last day is past."""
        return self.filter(stage__in=ON_THE_WAY, due_on__lt=on)


class ArrivalQuerySet(models.QuerySet[Any]):
    """Arrivals by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """The courier's own; those of the posting's station for officers and custodian there."""
        seen = Q(station_id__in=actor.stations_in(Group.CUSTOMS, Group.CUSTODIAN))
        return self.filter(seen | actor.firm_documents())
