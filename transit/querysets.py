"""Which transfer manifests and arrivals a person may see, and which are overdue."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q

from accounts.permissions import Actor
from accounts.roles import Group

ON_THE_WAY = ("IN_TRANSIT", "CERTIFICATE")


def _own(actor: Actor) -> Q:
    """A courier's own, or an importer's for its own goods."""
    return actor.importer_documents() if actor.importer_id is not None else actor.firm_documents()


class TransferQuerySet(models.QuerySet[Any]):
    """Transfer manifests by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """The firm's own; of the posting's station, once submitted, for officers and custodian.

        What an importer sends on is not its courier's to read: bond, fee and destination are the importer's own affair. The
        courier sees on its manifest on which transfer manifest the shipment stands, and at what stage.
        """
        seen = Q(station_id__in=actor.stations_in(Group.CUSTOMS, Group.CUSTODIAN))
        return self.filter(seen & ~Q(stage__in=("DRAFT", "DISCARDED")) | _own(actor))

    def of_firm_of(self, actor: Actor) -> Self:
        """Those of the person's own firm, at the stations of the posting or at all."""
        return self.filter(_own(actor))

    def overdue(self, on: date) -> Self:
        """On their way still, though the last day is past."""
        return self.filter(stage__in=ON_THE_WAY, due_on__lt=on)


class ArrivalQuerySet(models.QuerySet[Any]):
    """Arrivals by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """The firm's own; those of the posting's station for officers and custodian there."""
        seen = Q(station_id__in=actor.stations_in(Group.CUSTOMS, Group.CUSTODIAN))
        return self.filter(seen | _own(actor))
