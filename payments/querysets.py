"""Which challans a person may see, and which bills may be put on one."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, When

from accounts.permissions import Actor
from accounts.roles import Group
from bills.clearance.penalties import PenaltyStage
from bills.clearance.provisional import ProvisionalStage
from bills.models import CourierBillOfEntry, PenaltyDemand, ProvisionalAssessment
from bills.querysets import owed
from bills.stages import Stage as BillStage


class ChallanQuerySet(models.QuerySet[Any]):
    """Challans by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """The firm's own at the stations of the posting, mostly all; all of the posting's station for officers."""
        if actor.importer_id is not None:
            return self.filter(actor.importer_documents())
        seen = Q(station_id__in=actor.stations_in(Group.CUSTOMS))
        return self.filter(seen | actor.firm_documents())

    def paying_for(self, number: str) -> Self:
        """Those on which a bill stands, by its number or that of its house airway bill; or a transfer manifest, or a shipping bill."""
        from payments.models import ChallanLine

        bills = Q(bill__number=number) | Q(bill__hawb__number=number)
        others = Q(transfer__number=number) | Q(demand__bill__number=number)
        return self.filter(pk__in=ChallanLine.objects.filter(bills | others).values("challan_id"))


def payable_bills(actor: Actor) -> QuerySet[Any]:
    """The bills that the firm filed, that wait for duty and stand on no challan that may still be paid, with what is `due`.

    A bill that is Out of Charge is among them while the extra duty of its final assessment is not paid, and one whose
    goods were confiscated while the penalty of the order is not.
    """
    from payments.models import ChallanLine

    due: Any = owed() - F("duty_paid")
    bills: QuerySet[Any] = CourierBillOfEntry.objects.none().annotate(due=due)
    if not actor.is_trade or (actor.courier_id is None and actor.importer_id is None):
        return bills
    bills = (
        CourierBillOfEntry.objects.visible_to(actor)
        .filter(importer_id=actor.importer_id)  # of a courier: those that no importer filed
        .filter(~Exists(ChallanLine.objects.filter(bill=OuterRef("pk"), live=True)))
    )
    if actor.importer_id is None:
        bills = bills.filter(courier_id=actor.courier_id)
    awaited, imposed = extra_duty_awaited(actor), penalties_awaited(actor)
    if not awaited and not imposed:
        bills = bills.filter(stage=BillStage.DUTY).annotate(due=due)
        return bills.filter(due__gt=0)
    extra = ProvisionalAssessment.objects.filter(bill=OuterRef("pk"), stage=ProvisionalStage.EXTRA_DUTY)
    penalty = PenaltyDemand.objects.filter(bill=OuterRef("pk"), stage=PenaltyStage.DUE)
    due = Case(
        When(stage=BillStage.DUTY, then=due),
        When(stage=BillStage.CONFISCATED, then=Subquery(penalty.values("amount")[:1])),
        default=Subquery(extra.values("extra_duty")[:1]),
    )
    bills = bills.filter(Q(stage=BillStage.DUTY) | Q(pk__in=[*awaited, *imposed])).annotate(due=due)
    return bills.filter(due__gt=0)


def extra_duty_awaited(actor: Actor) -> list[int]:
    """The firm's bills whose final assessment asks for more than was paid: mostly none."""
    rows = ProvisionalAssessment.objects.visible_to(actor).filter(stage=ProvisionalStage.EXTRA_DUTY)
    return list(rows.values_list("bill_id", flat=True))


def penalties_awaited(actor: Actor) -> list[int]:
    """The firm's bills whose goods were confiscated with a penalty that is not paid: mostly none."""
    rows = PenaltyDemand.objects.visible_to(actor).filter(stage=PenaltyStage.DUE)
    return list(rows.values_list("bill_id", flat=True))
