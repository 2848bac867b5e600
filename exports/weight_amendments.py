"""What the system does when goods for export weigh otherwise than declared: it opens an amendment that holds them back (PN17 5.2).

Goods are amended as a whole; of documents each bag and each loose shipment that weighs otherwise is a line of one amendment.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.permissions import SYSTEM
from accounts.roles import Role
from bills.requests import Change, text_of
from bills.stages import Hold
from eccs.beginning import begin_as
from eccs.workflow import take
from exports.clearance.weighing import OPEN, AmendmentStage
from exports.iii.weighing import WEIGHT
from exports.models import CourierShippingBill, ExportAmendment
from exports.stages import HERE
from exports.weighing import off_the_scale


def called_for(bill: int) -> ExportAmendment | None:
    """The undecided amendment that the scale called for on a bill: held before its shipping bill, as its own steps hold it."""
    rows = ExportAmendment.objects.filter(bill=bill, of_weight=True, stage__in=OPEN)
    found: ExportAmendment | None = rows.select_for_update(of=("self",)).first()
    return found


def changes_called_for(bill: CourierShippingBill) -> list[Change]:
    """The declared and the actual weight of what weighs otherwise, of documents with the number of the bag or the loose shipment."""
    return [
        {"name": WEIGHT, "item": 0, "old": text_of(one.declared), "new": text_of(one.actual)}
        | ({"number": one.number} if bill.is_documents else {})
        for one in off_the_scale(bill)
    ]


def follow_scale(bill: CourierShippingBill, number: str, kg: Decimal, asked: ExportAmendment | None) -> str:
    """Open, renew or end the amendment that the weight calls for; what is said at the scale of what was weighed, or nothing.

    While another request on the bill is undecided, none is opened: when that is decided, the weight is looked at again.
    """
    off = {one.number: one for one in off_the_scale(bill)}
    if asked is not None:
        if not off:
            take(asked, "weight_agrees", SYSTEM, kg=text_of(kg))
        elif asked.changes != changes_called_for(bill):
            take(asked, "weigh_again", SYSTEM, kg=text_of(kg))
    elif off and may_be_called_for(bill):
        one = off.get(number) or next(iter(off.values()))
        of: dict[str, Any] = {"number": one.number} if bill.is_documents else {}
        take(bill, "record_weight", SYSTEM, declared=text_of(one.declared), actual=text_of(one.actual), **of)
    if number not in off:
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
        requested_at=at, stage_since=at, changes=changes_called_for(bill),
    )  # fmt: skip
    begin_as(Role.SYSTEM, [made], "call_for", SYSTEM)
    bill.hold(Hold.AMENDMENT)


def look_again(bill: CourierShippingBill, decided: str) -> None:
    """A request on the bill is decided: what still weighs otherwise is to be amended now. Not where that was refused."""
    if not may_be_called_for(bill) or not off_the_scale(bill):
        return
    if not bill.amendments.filter(number=decided, of_weight=True).exists():
        call_for(bill, bill.taken_at)
