"""Which manifests and house airway bills a person may see."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from accounts.permissions import Actor
from accounts.roles import Group
from counter.models import SealedPrint
from eccs.pages import activity_of

GOODS = ("courierbillofentry.record_arrival", activity_of("scan-station"), activity_of("warehouse-register"))
"""What a custodian's people do with goods that have come: whoever does one of these sees what they are filed under."""


def goods_handled_at(actor: Actor) -> frozenset[str]:
    """The stations where a person is an officer, or receives, keeps or hands out goods for the custodian."""
    return actor.stations_in(Group.CUSTOMS) | (actor.stations_in(Group.CUSTODIAN) & actor.stations_for(GOODS))


def entered_by(actor: Actor, model: type[models.Model], *, for_importers: bool = False) -> Q:
    """The condition that finds what a person entered for a walk-in at a service centre (PN17 2.3).

    Of the customer who is served now also what a colleague of the same custodian entered there, the drafts that the firm's own people
    began and have not filed, and what was sealed in this visit; nothing of others.
    """
    at = actor.stations_in(Group.CUSTODIAN) - goods_handled_at(actor)
    if not at:
        return Q(pk__in=())
    own, customer = Q(station_id__in=at, created_by_id=actor.user_id), actor.customer
    if customer is None or customer.station not in at or actor.custodian_id is None:
        return own
    theirs = (
        Q(importer_id=customer.importer_id)
        if for_importers and customer.importer_id
        else Q(courier_id=customer.courier_id)
    )
    sealed = SealedPrint.objects.filter(visit=customer.visit_id, kind=model._meta.label_lower)
    by_firm = Q(created_by__courier_id=customer.courier_id, created_by__importer_id=customer.importer_id)
    here = Q(created_by__custodian_id=actor.custodian_id) | Q(stage="DRAFT") & by_firm
    return own | theirs & Q(station_id=customer.station) & (here | Q(pk__in=sealed.values("document_id")))


class ManifestQuerySet(models.QuerySet[Any]):
    """Manifests by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """The courier's own at the stations of the posting, mostly all; those of the posting's station, once submitted, for officers and
        for the custodian's people who handle the goods; for a service centre, what its operator entered,
        and the drafts of the firm that is served."""
        seen = Q(station_id__in=goods_handled_at(actor)) & ~Q(stage__in=("DRAFT", "DISCARDED"))
        return self.filter(seen | actor.firm_documents() | entered_by(actor, self.model))


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

    page = "warehouse-register"

    def visible_to(self, actor: Actor) -> Self:
        """The lines of the stations where the register is the person's page."""
        return self.filter(station_id__in=actor.stations_for([activity_of(self.page)]))
