"""Which challans a person may see, and which bills may be put on one."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.permissions import Actor
from accounts.roles import Group
from bills.models import CourierBillOfEntry
from bills.querysets import owed
from bills.stages import Stage as BillStage


class ChallanQuerySet(models.QuerySet[Any]):
    """Challans by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """The firm's own at the stations of the posting, mostly all; all of the posting's station for officers."""
        if actor.importer_id is not None:
            return self.filter(importer_id=actor.importer_id)
        seen = Q(station_id__in=actor.stations_in(Group.CUSTOMS))
        return self.filter(seen | actor.firm_documents())


def payable_bills(actor: Actor) -> QuerySet[Any]:
    """The bills that the firm filed, that wait for duty and stand on no challan that may still be paid."""
    from payments.models import ChallanLine

    if not actor.is_trade or (actor.courier_id is None and actor.importer_id is None):
        return CourierBillOfEntry.objects.none()
    bills: QuerySet[Any] = (
        CourierBillOfEntry.objects.visible_to(actor)
        .filter(stage=BillStage.DUTY, importer_id=actor.importer_id)  # of a courier: those that no importer filed
        .filter(~Exists(ChallanLine.objects.filter(bill=OuterRef("pk"), live=True)))
        .alias(due=owed() - F("duty_paid"))
        .filter(due__gt=0)
    )
    return bills if actor.importer_id is not None else bills.filter(courier_id=actor.courier_id)
