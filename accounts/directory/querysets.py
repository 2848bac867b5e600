"""Which entries of the directory a person may see."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from accounts.directory.registration import STANDING, UNREGISTERED
from accounts.roles import Group

if TYPE_CHECKING:
    from accounts.permissions import Actor


def in_force(on: date) -> Q:
    """The condition on rows with a first and a last day that they hold on a day."""
    return Q(since__lte=on) & (Q(until=None) | Q(until__gte=on))


class CourierQuerySet(models.QuerySet[Any]):
    """Couriers by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """All registrations for Customs, entries not registered yet for whoever keeps the directory; a courier's own for its people."""
        if actor.may("authorisedcourier.enter"):
            return self
        own = Q(pk=actor.courier_id) if actor.courier_id is not None and Group.COURIER in actor.groups else Q(pk=None)
        return self.filter(own | ~Q(stage__in=UNREGISTERED)) if actor.is_officer else self.filter(own)

    def public(self) -> Self:
        """What everybody may know: the registrations that stand."""
        return self.filter(stage__in=STANDING)

    def named(self, text: str) -> Self:
        """By a part of the name, or the whole number."""
        return self.filter(Q(name__icontains=text) | Q(number__iexact=text))

    def found(self, text: str) -> Self:
        """By a part of the name or number, or the PAN."""
        wanted = Q(name__icontains=text) | Q(short_name__icontains=text) | Q(number__icontains=text)
        return self.filter(wanted | Q(pan__iexact=text))

    def with_stations(self, on: date) -> Self:
        """With the stations where each operates on a day, in one more query for all."""
        from accounts.directory.models import CourierStation

        rows = CourierStation.objects.filter(in_force(on)).select_related("station").order_by("station__name")
        return self.prefetch_related(models.Prefetch("stations", rows, to_attr="stations_now"))

    def at(self, station: str, on: date) -> Self:
        """Those who operate at a station on a day."""
        from accounts.directory.models import CourierStation

        return self.filter(pk__in=CourierStation.objects.filter(in_force(on), station=station).values("courier"))


class CustodianQuerySet(models.QuerySet[Any]):
    """Custodians by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """All for Customs; the own one for its people."""
        own = Q(pk=actor.custodian_id) if actor.custodian_id is not None else Q(pk=None)
        return self if actor.is_officer else self.filter(own)


class ImporterQuerySet(models.QuerySet[Any]):
    """Importers by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """All for Customs; the own one for its people."""
        own = Q(pk=actor.importer_id) if actor.importer_id is not None else Q(pk=None)
        return self if actor.is_officer else self.filter(own)
