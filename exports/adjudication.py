"""An order on goods for export and what follows from it: fine and penalty are due, or the goods are confiscated (PN17 7.1(k))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models

from accounts.permissions import SYSTEM
from bills.routing import CONFISCATE
from bills.stages import Hold
from eccs.beginning import begin_as
from eccs.workflow import take_many
from exports.models import CourierShippingBill, ExportAdjudication, ExportDemand


def adjudge(bill: CourierShippingBill, outcome: str, **order: Any) -> Iterable[models.Model]:
    """What an order demands is due before the goods go on; of goods confiscated the penalty stays due by itself.

    The Assessing Officer has decided on the bill as it stands, and an officer gives its Let Export Order.
    """
    amounts = {name: Decimal(order.pop(name, None) or 0) for name in ("fine", "penalty")}
    made = ExportAdjudication(
        bill=bill, outcome=outcome, at=bill.taken_at, by_id=bill.taken_by.user_id, **amounts, **order,
    )  # fmt: skip
    bill.assessment_due, bill.facilitated, bill.reopened_at = False, False, bill.taken_at
    if made.fine or made.penalty:
        _demand(bill, made)
        if outcome != CONFISCATE:
            bill.hold(Hold.FINE)
    return [made]


def _demand(bill: CourierShippingBill, order: ExportAdjudication) -> None:
    """Fine and penalty are due on the firm until a challan has paid them. Part of the step of the order."""
    made = ExportDemand(
        bill_id=bill.pk, station_id=bill.station_id, courier_id=bill.courier_id, fine=order.fine, penalty=order.penalty,
        amount=order.fine + order.penalty, order_number=order.order_number,
        order_date=date.fromisoformat(str(order.order_date)), demanded_at=bill.taken_at, stage_since=bill.taken_at,
    )  # fmt: skip
    role = bill.taken_by.acts_as(type(bill).steps()["adjudicate"].activity_at(""), bill)
    begin_as(role, [made], "demand", bill.taken_by, amount=str(made.amount), order=order.order_number)


def paid(demands: Iterable[ExportDemand], challan: str) -> None:
    """A challan has paid what orders demand: their bills are free of it, set-wise, unless another demand is still due."""
    bills = {one.bill_id for one in demands}
    still = ExportDemand.objects.filter(bill__in=bills, stage="DUE").values_list("bill_id", flat=True)
    if free := bills - set(still):
        take_many(CourierShippingBill, sorted(free), "confirm_payment", SYSTEM, challan=challan)
