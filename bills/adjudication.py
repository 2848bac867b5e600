"""An order on a bill and what follows from it (PN17 7.1(k), 7.1(n))."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from bills import penalties, refundable
from bills.assessment import revise, tell_change, valued
from bills.models import Adjudication, CourierBillOfEntry
from bills.news import confiscated_after_payment
from bills.provisional import supersede
from bills.routing import CONFISCATE
from eccs.workflow import Refused
from manifests import warehouse
from manifests.models import WarehouseEntry

AMOUNTS = ("fine", "penalty", "revised_duty")  # of an order, in rupees


def adjudge(bill: CourierBillOfEntry, outcome: str, **order: Any) -> Iterable[models.Model]:
    """What an order demands is due on the bill; goods confiscated are the Government's and leave the register.

    The duty that was paid on goods that are confiscated is recorded as refundable; a penalty imposed with the confiscation is due
    on the firm by itself. Raises Refused where a duty that could not be
    worked out is not set by the order.
    """
    made = Adjudication(
        bill=bill, outcome=outcome, at=bill.taken_at, by_id=bill.taken_by.user_id, duty_before=bill.total_duty,
        **{name: Decimal(given) if name in AMOUNTS else given for name, given in order.items() if given is not None},
    )  # fmt: skip
    supersede(bill)
    if outcome == CONFISCATE:
        made.refundable = refundable.amount(bill) or None
        penalties.demand(bill, made)
        warehouse.take_out_unseen(bill.shipments(), bill.taken_at, WarehouseEntry.Out.CONFISCATED)
        return [made, *confiscated_after_payment(made)]
    before = valued(bill)
    bill.assessment_due = False  # the Assessing Officer decides on the bill as it stands
    bill.returned_on = timezone.localdate(bill.taken_at)
    bill.fine += made.fine
    bill.penalty += made.penalty
    if made.revised_duty is not None:
        revise(bill, made.revised_duty)
        bill.unreckoned = ""
    elif bill.unreckoned:
        raise Refused([_("%(reason)s The order sets the duty.") % {"reason": bill.unreckoned}], bill)
    tell_change(bill, before)
    return [made]
