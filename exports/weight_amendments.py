"""What the system does when goods for export weigh otherwise than declared: it opens an amendment that holds them back (PN17 5.2)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.permissions import SYSTEM
from accounts.roles import Role
from bills.requests import text_of
from bills.stages import Hold
from eccs.beginning import begin_as
from eccs.workflow import take
from exports.clearance.weighing import OPEN, AmendmentStage
from exports.models import CourierShippingBill, ExportAmendment
from exports.stages import HERE
from exports.weighing import weighs_otherwise

WEIGHT = "gross_weight_kg"


def called_for(station: str, hawb: str) -> QuerySet[ExportAmendment]:
    """The undecided amendment that the scale called for on these goods: held before its shipping bill, as its own steps hold it."""
    rows = ExportAmendment.objects.filter(bill__station=station, bill__hawb=hawb, of_weight=True, stage__in=OPEN)
    found: QuerySet[ExportAmendment] = rows.select_for_update(of=("self",))
    return found


def follow_scale(bill: CourierShippingBill, asked: ExportAmendment | None) -> str:
    """Open, renew or end the amendment that the weight calls for; what is said of it at the scale, or nothing.

    While another request on the bill is undecided, none is opened: when that is decided, the weight is looked at again.
    """
    kg = text_of(bill.actual_weight_kg)
    beyond = weighs_otherwise(bill, bill.gross_weight_kg)
    if asked is not None:
        take(asked, "weigh_again" if beyond else "weight_agrees", SYSTEM, kg=kg)
    elif beyond and may_be_called_for(bill):
        take(bill, "record_weight", SYSTEM, declared=text_of(bill.gross_weight_kg), actual=kg)
    if not beyond:
        return ""
    if bill.let_export_at:
        return _("beyond the tolerance, and the Let Export Order is given: tell Customs")
    return _("beyond the tolerance, the shipping bill must be amended")


def may_be_called_for(bill: CourierShippingBill) -> bool:
    """Whether an amendment may be opened: the goods are not let go, and no request on the bill is undecided."""
    return bill.stage in HERE and not {Hold.AMENDMENT, Hold.CANCELLATION} & {*bill.held_by}


def call_for(bill: CourierShippingBill, at: datetime) -> None:
    """Open the amendment with the declared and the actual weight, inside a step of the bill, which it holds back."""
    made = ExportAmendment(
        bill=bill, station_id=bill.station_id, courier_id=bill.courier_id, stage=AmendmentStage.CALLED_FOR, of_weight=True,
        requested_at=at, stage_since=at,
        changes=[
            {"name": WEIGHT, "item": 0, "old": text_of(bill.gross_weight_kg), "new": text_of(bill.actual_weight_kg)}
        ],
    )  # fmt: skip
    begin_as(Role.SYSTEM, [made], "call_for", SYSTEM)
    bill.hold(Hold.AMENDMENT)


def look_again(bill: CourierShippingBill, decided: str) -> None:
    """A request on the bill is decided: where the goods still weigh otherwise, that is to be amended now. Not where that was refused."""
    if not may_be_called_for(bill) or not weighs_otherwise(bill, bill.gross_weight_kg):
        return
    if not bill.amendments.filter(number=decided, of_weight=True).exists():
        call_for(bill, bill.taken_at)
