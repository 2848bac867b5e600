"""Which bonds a person may see, and which secure something now."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum

from accounts.permissions import Actor
from accounts.roles import Group


class MasterQuerySet(models.QuerySet[Any]):
    """Entries of the Bond Master by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of the posting's station, for officers."""
        return self.filter(station_id__in=actor.stations_in(Group.CUSTOMS))


class BondQuerySet(models.QuerySet[Any]):
    """Bonds by who asks, and by what they can secure."""

    def visible_to(self, actor: Actor) -> Self:
        """The firm's own at the stations of the posting, mostly all; all of the posting's station for officers."""
        if actor.importer_id is not None:
            return self.filter(actor.importer_documents())
        seen = Q(station_id__in=actor.stations_in(Group.CUSTOMS))
        return self.filter(seen | actor.firm_documents())

    def of_firm(self, *, courier: int | None, importer: int | None) -> Self:
        """The bonds of one firm: of an importer that acts for itself, or else of a courier."""
        return self.filter(importer_id=importer) if importer is not None else self.filter(courier_id=courier)

    def in_force(self, on: date) -> Self:
        """Registered, not past the last day, with bank guarantees in force for what they secure: these can be debited."""
        from bonds.clearance import USABLE
        from bonds.models import BankGuarantee

        live = BankGuarantee.objects.filter(
            bond=OuterRef("pk"), registered_at__isnull=False, ended_at=None, valid_until__gte=on
        )
        behind = live.order_by().values("bond").annotate(sum=Sum("amount")).values("sum")
        rows = self.filter(stage__in=USABLE, valid_until__gte=on).annotate(behind=Subquery(behind))
        return rows.filter(Q(security=None) | Q(security=0) | Q(security__lte=F("behind")))
