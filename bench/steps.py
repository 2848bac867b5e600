"""One step through the gate beside the same statements in bare psycopg2, and many steps at once beside one by one."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg2
from django.db import connection

from bench import world
from bench.bulk import lay_bills
from bench.measure import Row, at_least, rounds, timed
from bills.models import CourierBillOfEntry
from eccs.workflow import take, take_many

ONCE = 300
MANY = 3_000
ROUNDS = 5


def run() -> list[Row]:
    """`take`, then `take_many`, on bills that await X-ray and are examined after it."""
    who = world.actor("xray.blr")
    ids = iter(lay_bills(ONCE * (ROUNDS * 5 + 2) + MANY * (ROUNDS + 1), "XRAY"))

    def some(count: int) -> list[int]:
        return [next(ids) for _n in range(count)]

    def gate() -> float:
        bills = [CourierBillOfEntry(pk=pk) for pk in some(ONCE)]
        return timed(lambda: [take(bill, "clear_xray", who) for bill in bills]) / ONCE

    def bare() -> float:
        chosen = some(ONCE)
        return timed(lambda: _bare(chosen, who.user_id or 0)) / ONCE

    def together() -> float:
        chosen = some(MANY)
        taken = timed(lambda: _all_moved(chosen))
        return taken / MANY

    def _all_moved(chosen: list[int]) -> None:
        outcome = take_many(CourierBillOfEntry, chosen, "clear_xray", who)
        assert len(outcome.moved) == MANY, outcome.refused[:1]

    gate()
    base, mine = rounds(ROUNDS, bare, gate)
    alone, many = rounds(ROUNDS, gate, together)
    return [
        at_least("take", f"{1 / mine:,.0f} steps/s", f"bare psycopg2 {1 / base:,.0f}/s", base / mine, 0.45),
        at_least("take_many", f"{1 / many:,.0f} bills/s", f"take {1 / alone:,.0f}/s", alone / many, 20),
    ]


def _bare(ids: list[int], user_id: int) -> None:
    """Lock, move, write the line, commit: the same four statements, with nothing around them."""
    options = connection.get_connection_params()
    options.pop("cursor_factory", None)
    line = psycopg2.connect(**options)
    with line, line.cursor() as cursor:
        for pk in ids:
            cursor.execute("SELECT * FROM bills_courierbillofentry WHERE id = %s FOR UPDATE", [pk])
            row = cursor.fetchone()
            assert row is not None
            now = datetime.now(UTC)
            cursor.execute(
                "UPDATE bills_courierbillofentry SET stage = 'EXAMINATION', stage_since = %s, xray_result = 'CLEAR', xray_at = %s, "
                "trail_length = trail_length + 1, trail_head = %s WHERE id = %s",
                [now, now, "0" * 64, pk],
            )
            cursor.execute(
                "INSERT INTO bills_billtrail (document_id, seq, at, step, from_stage, to_stage, by_id, by_name, role, answers, "
                "previous, seal) VALUES (%s, 1, %s, 'clear_xray', 'XRAY', 'EXAMINATION', %s, 'x', 'XRAY_OFFICER', '{}', '', %s)",
                [pk, now, user_id, "0" * 64],
            )
            line.commit()
    line.close()
