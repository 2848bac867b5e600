"""Demanding a penalty with an order of absolute confiscation, and what its payment closes (PN17 7.1(k), 8.0)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from accounts.permissions import SYSTEM
from bills.clearance.penalties import PenaltyStage
from bills.models import PenaltyDemand
from eccs.beginning import begin_as
from eccs.workflow import Outcome, take_many

if TYPE_CHECKING:
    from bills.models import Adjudication, CourierBillOfEntry


def demand(bill: CourierBillOfEntry, order: Adjudication) -> None:
    """The order imposes a penalty though the goods are gone: it is due on the firm until a challan has paid it. Part of a step."""
    if not order.penalty:
        return
    made = PenaltyDemand(
        bill_id=bill.pk, station_id=bill.station_id, courier_id=bill.courier_id, amount=order.penalty,
        order_number=order.order_number, order_date=date.fromisoformat(str(order.order_date)),
        demanded_at=bill.taken_at, stage_since=bill.taken_at,
    )  # fmt: skip
    role = bill.taken_by.acts_as(type(bill).steps()["adjudicate"].activity_at(""), bill)
    begin_as(role, [made], "demand", bill.taken_by, amount=str(order.penalty), order=order.order_number)


def paid(amounts: dict[int, dict[str, str]], challan: str) -> Outcome:
    """A challan has paid these penalties, set-wise."""
    return take_many(PenaltyDemand, list(amounts), "confirm_penalty", SYSTEM, challan=challan, each=amounts)


def unpaid_of(courier_id: int) -> int:
    """How many penalties of a courier are not paid: of bills that no importer filed for its own goods."""
    return PenaltyDemand.objects.filter(courier=courier_id, stage=PenaltyStage.DUE, bill__importer=None).count()
