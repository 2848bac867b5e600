"""Arrival of documents: when the last bag and the last loose piece of a CBE-XI have come, it goes on to X-ray (PN17 5.2, 7)."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from accounts.permissions import Actor
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from eccs.workflow import take_many

# Asked at every pull of the trigger, so that they are written down once and not put together each time.
# The bills are looked up from the shipments of the bag: walked from the bill, its whole list would be gone through for the last.
_HOLD = """
SELECT id FROM bills_courierbillofentry WHERE arrived_at IS NULL AND id = ANY(ARRAY(
    SELECT DISTINCT bill_id FROM bills_coveredshipment WHERE hawb_id = ANY(%s::bigint[]) AND ended_at IS NULL
)) ORDER BY id FOR UPDATE
"""
_MISSING = """
SELECT 1 FROM bills_coveredshipment c JOIN manifests_houseairwaybill h ON h.id = c.hawb_id
WHERE c.bill_id = %s AND h.arrived_at IS NULL ORDER BY c.id DESC LIMIT 1
"""


def move_on(hawb_ids: list[int], actor: Actor, at: datetime) -> None:
    """These shipments have arrived: the bills that cover them, and of which nothing is missing now, know it and go on.

    The bills are held first. Of two stations that scan the last two bags at the same moment, the second sees both.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [hawb_ids])
        held = [row[0] for row in cursor.fetchall()]
    if held:
        record_arrived(held, actor, at)


def record_arrived(held: list[int], actor: Actor, at: datetime) -> None:
    """Of these bills, which are held, those of which nothing is missing go on."""
    whole = [pk for pk in held if not is_short(pk)]
    if not whole:
        return
    CourierBillOfEntry.objects.filter(pk__in=whole).update(arrived_at=at)
    waiting = CourierBillOfEntry.objects.filter(pk__in=whole, stage=Stage.ARRIVAL)
    if ids := list(waiting.values_list("pk", flat=True)):
        take_many(CourierBillOfEntry, ids, "record_arrival", actor, at=at)


def is_short(bill: int) -> bool:
    """Whether a shipment of the bill is still to come: its list is walked from the end, up to the first that is."""
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, [bill])
        return cursor.fetchone() is not None
