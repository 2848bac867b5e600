"""The public tracker over a million house airway bills: what it finds and its whole page, beside the SQL of the same question by hand."""

from __future__ import annotations

import os
from collections.abc import Callable
from statistics import median
from typing import Any

from django.db import connection
from django.test import Client

from accounts.models import AuthorisedCourier
from bench.bulk import lay_bills
from bench.measure import Row, at_most, rounds, timed
from eccs import dated_rules
from eccs.dated_rules import DatedRule
from manifests.models import HouseAirwayBill
from public import tracking

ALL = int(os.environ.get("BENCH_TRACK", "1000000"))  # fewer for a trial
ASKED, ROUNDS = 200, 7
BARE = """
SELECT m.submitted_at, h.arrived_at, b.stage, b.filed_at, b.out_of_charge_at, w.out_at, w.out_on
FROM manifests_houseairwaybill h JOIN manifests_expresscargomanifest m ON m.id = h.manifest_id
LEFT JOIN bills_courierbillofentry b ON b.hawb_id = h.id
LEFT JOIN manifests_warehouseentry w ON w.hawb_id = h.id
WHERE h.number = %s AND m.courier_id = %s
"""


def run() -> list[Row]:
    """Lay the shipments with a bill each, ask for some from all over, and PostgreSQL the same by hand."""
    lay_bills(max(0, ALL - HouseAirwayBill.objects.count()), "ASSESSMENT")
    with connection.cursor() as cursor:
        cursor.execute(
            "VACUUM ANALYZE manifests_houseairwaybill, bills_courierbillofentry, manifests_expresscargomanifest"
        )
    every = HouseAirwayBill.objects.count()
    DatedRule.objects.filter(name="public_tracking_a_minute").update(value="999999999")
    dated_rules.forget()
    first = HouseAirwayBill.objects.order_by("pk").values_list("pk", flat=True)[0]
    keys = [
        first + 1000 + n * ((every - 1000) // ASKED) for n in range(ASKED)
    ]  # past the first, too short for a number
    rows = HouseAirwayBill.objects.filter(pk__in=keys).values_list("number", "manifest__courier")
    found = list(rows)
    numbers = dict(AuthorisedCourier.objects.values_list("pk", "number"))
    client = Client(SERVER_NAME="127.0.0.1")

    def by_hand() -> float:
        return _median(found, _ask)

    def as_the_page_asks() -> float:
        return _median(found, tracking.find)

    def page(hawb: str, courier: int) -> None:
        answer = client.get("/public/track/", {"hawb": hawb, "courier": str(numbers[courier])})
        assert answer.status_code == 200 and b"track__now" in answer.content

    for hawb, courier in found:
        assert tracking.find(hawb, courier) is not None, hawb
    base, mine = rounds(ROUNDS, by_hand, as_the_page_asks)
    whole = median(_median(found, page) for _n in range(ROUNDS))
    told = f"SQL by hand {base * 1000:.2f} ms, {every:,} shipments"
    return [
        at_most("public tracker p50", f"{mine * 1000:.2f} ms", told, mine / base, 3),
        at_most("public tracker p50, the whole page", f"{whole * 1000:.2f} ms", told, whole / base, 10),
    ]


def _median(found: list[tuple[str, int]], ask: Callable[[str, int], Any]) -> float:
    return median(timed(lambda one=one: ask(*one)) for one in found)  # type: ignore[misc]


def _ask(hawb: str, courier: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(BARE, [hawb, courier])
        return len(cursor.fetchall())
