"""Arrival of documents: when the last bag and the last loose piece of a CBE-XI have come, it goes on to X-ray (PN17 5.2, 7)."""

from __future__ import annotations

from datetime import datetime

from accounts.permissions import Actor
from bills.models import CourierBillOfEntry, CoveredShipment
from bills.stages import Stage
from eccs.workflow import take_many


def move_on(hawb_ids: list[int], actor: Actor, at: datetime) -> None:
    """These shipments have arrived: the bills that cover them, and of which nothing is missing now, know it and go on.

    The bills are held first. Of two stations that scan the last two bags at the same moment, the second sees both.
    """
    links = CoveredShipment.objects.filter(hawb__in=hawb_ids, ended_at=None).values("bill")
    rows = CourierBillOfEntry.objects.filter(pk__in=links, arrived_at=None).select_for_update(of=("self",))
    held = list(rows.order_by("pk").values_list("pk", flat=True))
    if held:
        record_arrived(held, actor, at)


def record_arrived(held: list[int], actor: Actor, at: datetime) -> None:
    """Of these bills, which are held, those of which nothing is missing go on."""
    whole = [pk for pk in held if not _is_short(pk)]
    if not whole:
        return
    CourierBillOfEntry.objects.filter(pk__in=whole).update(arrived_at=at)
    waiting = CourierBillOfEntry.objects.filter(pk__in=whole, stage=Stage.ARRIVAL)
    if ids := list(waiting.values_list("pk", flat=True)):
        take_many(CourierBillOfEntry, ids, "record_arrival", actor, at=at)


def _is_short(bill: int) -> bool:
    """Whether a shipment of the bill is still to come: its list is walked from the end, up to the first that is."""
    missing = CoveredShipment.objects.filter(bill=bill, hawb__arrived_at=None).order_by("-pk")
    return missing.values_list("pk", flat=True).first() is not None
