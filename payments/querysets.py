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
from eccs.pages import activity_of


class ChallanQuerySet(models.QuerySet[Any]):
    """Challans by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """The firm's own at the stations of the posting, mostly all; all of the posting's station for officers.

        At the custodian's terminal what was made there: by the operator, or for the customer who is served now.
        """
        if actor.importer_id is not None:
            return self.filter(actor.importer_documents())
        seen = Q(station_id__in=actor.stations_in(Group.CUSTOMS))
        return self.filter(seen | actor.firm_documents() | made_at_terminal(actor))

    def paying_for(self, number: str) -> Self:
        """Those on which a bill stands, by its number or that of its house airway bill; or a transfer manifest, or a shipping bill."""
        from payments.models import ChallanLine

        bills = Q(bill__number=number) | Q(bill__hawb__number=number)
        others = Q(transfer__number=number) | Q(demand__bill__number=number)
        return self.filter(pk__in=ChallanLine.objects.filter(bills | others).values("challan_id"))


def made_at_terminal(actor: Actor) -> Q:
    """What an operator of the custodian's terminal made there, and what a colleague made for the customer who is served now."""
    if actor.custodian_id is None:
        return Q(pk__in=())
    own = Q(created_by_id=actor.user_id, station_id__in=actor.stations_for([activity_of("new-challan")]))
    return own | made_for_customer(actor)


def made_for_customer(actor: Actor) -> Q:
    """What the people of the custodian made at their terminal for the customer who is served now; nothing while nobody is."""
    customer, stations = actor.customer, actor.stations_for([activity_of("new-challan")])
    if customer is None or actor.custodian_id is None or customer.station not in stations:
        return Q(pk__in=())
    theirs = (
        Q(importer_id=customer.importer_id)
        if customer.importer_id
        else Q(courier_id=customer.courier_id, importer_id=None)
    )
    return theirs & Q(station_id=customer.station, created_by__custodian_id=actor.custodian_id)


def payable_bills(actor: Actor) -> QuerySet[Any]:
    """The bills that the firm filed, that wait for duty and stand on no challan that may still be paid, with what is `due`.

    A bill that is Out of Charge is among them while the extra duty of its final assessment is not paid, and one whose
    goods were confiscated while the penalty of the order is not. At the custodian's terminal they are those that were filed
    there for the customer who is served (PN17 7.1(g), 2.3).
    """
    from payments.models import ChallanLine

    due: Any = owed() - F("duty_paid")
    bills: QuerySet[Any] = CourierBillOfEntry.objects.none().annotate(due=due)
    if actor.customer is not None:
        filed_here = CourierBillOfEntry.objects.visible_to(actor).filter(made_for_customer(actor), stage=BillStage.DUTY)
        bills = filed_here.filter(~Exists(ChallanLine.objects.filter(bill=OuterRef("pk"), live=True)))
        bills = bills.annotate(due=due)
        return bills.filter(due__gt=0)
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
