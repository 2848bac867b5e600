"""The roll-up: the trails are read once, piece by piece, and added to the tallies.

How far each trail is read is kept in its mark, which moves in the same transaction in which a piece is added: a worker that is
killed leaves either both or nothing, and the next one goes on from there. One worker at a time holds the lock of the roll-up.

The keys of a trail do not come in the order in which they are committed: a long filing may hold lower keys than a step that is
already there. Looking back some minutes or hours would lose whatever takes longer; a mark on the moment of a line would lose
what a scanner tells late. So the worker notes the last key it sees together with the first transaction that has not begun. Any
line below that key was written by a transaction that had begun (the gate locks the document before it writes the line), and when
the last of these has ended, no line below it can come any more. Only then is it counted: exactly once, however long it takes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from reports import statements
from reports.models import DayTally, DwellTally, HourTally, Mark, PendingTally
from reports.sources import SOURCES, Source

PENDING = "PENDING"  # the mark of what waits
LINES_AT_ONCE = 20_000
SECONDS = 45  # so long a worker goes on at most; beat begins it again
LOCK = 0x45434353_5250  # of the roll-up, among the locks of the database


class Busy(Exception):
    """Another worker rolls up."""


@contextmanager
def alone() -> Iterator[None]:
    """A transaction in which nobody else rolls up. Raises Busy."""
    with transaction.atomic():
        if not _asked("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])[0]:
            raise Busy
        yield


def roll_up(seconds: int = SECONDS) -> bool:
    """Add to the tallies what is new in the trails, and count what waits; return whether all is counted that can be now.

    Another worker at the same work is left alone.
    """
    until, whole = time.monotonic() + seconds, True
    try:
        for source in SOURCES:
            while (moved := add_piece(source)) and time.monotonic() < until:
                pass
            whole = whole and not moved
        count_pending()
    except Busy:
        return False
    return whole


def add_piece(source: Source) -> bool:
    """Add one piece of a trail, whole and once; return whether there was one. Raises Busy."""
    with alone():
        mark, _new = Mark.objects.get_or_create(trail=source.table)
        if mark.as_of == mark.ahead_at:  # all of the last look is counted
            _look_ahead(source, mark)
        moved = mark.done < mark.ahead
        if not _settled(mark):
            return False
        if moved:
            upto = _end_of_piece(source, mark)
            with connection.cursor() as cursor:
                for statement in statements.of_piece(source):
                    cursor.execute(statement, statements.told(source, mark.done, upto))
            mark.done = upto
        if mark.done >= mark.ahead:
            mark.as_of = mark.ahead_at
        mark.save()
        return moved


def _look_ahead(source: Source, mark: Mark) -> None:
    """Note the last line there is, and the first transaction that has not begun: in one look."""
    now = timezone.now()
    found = _asked(
        f"SELECT coalesce(max(id), 0), pg_snapshot_xmax(pg_current_snapshot())::text::bigint FROM {source.table}"  # noqa: S608 our own table
    )
    mark.ahead, mark.ahead_before, mark.ahead_at = max(found[0], mark.done), found[1], now
    mark.save()


def _settled(mark: Mark) -> bool:
    """Whether every transaction of this database has ended that ran when the worker looked ahead; its own is none of them.

    What works in another database, or tidies up in this one, writes no line of a trail.
    """
    elsewhere = (
        "SELECT FROM pg_locks AS held JOIN pg_stat_activity USING (pid) WHERE held.locktype = 'transactionid' AND held.granted"
        " AND held.mode = 'ExclusiveLock' AND held.transactionid = running::xid"
        " AND (datname <> current_database() OR backend_type = 'autovacuum worker')"
    )
    running = (
        "SELECT running::text FROM pg_snapshot_xip(pg_current_snapshot()) AS running"  # noqa: S608 our own words
        f" WHERE running::text::bigint < %s AND NOT EXISTS ({elsewhere})"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # who works where is looked up once in a transaction, else
        cursor.execute(running, [mark.ahead_before])
        found = [one for (one,) in cursor]
    if not found:
        return True
    # one of another database, that ended between the look at the snapshot and the look at who works, is of nobody any more
    still = "SELECT NOT EXISTS (SELECT FROM unnest(%s::xid8[]) AS one WHERE pg_xact_status(one) = 'in progress')"
    return bool(_asked(still, [found])[0])


def _end_of_piece(source: Source, mark: Mark) -> int:
    piece = f"SELECT id FROM {source.table} WHERE id > %s AND id <= %s ORDER BY id LIMIT %s"  # noqa: S608 our own table
    last = _asked(f"SELECT max(id) FROM ({piece}) piece", [mark.done, mark.ahead, LINES_AT_ONCE])[0]  # noqa: S608
    return mark.ahead if last is None else int(last)


def count_pending() -> None:
    """Count what waits at the desks, by age, anew. Raises Busy."""
    with alone():
        now = timezone.now()
        PendingTally.objects.all().delete()
        with connection.cursor() as cursor:
            for source in SOURCES:
                if source.waits_in:
                    cursor.execute(statements.pending(source), statements.told_of_pending(source, now))
        Mark.objects.update_or_create(trail=PENDING, defaults={"as_of": now})


def begin_anew() -> None:
    """Forget all tallies and marks, so that the next roll-up counts from the first line. Raises Busy."""
    with alone():
        for tally in (DayTally, HourTally, DwellTally, PendingTally):
            tally.objects.all().delete()
        Mark.objects.all().delete()


def _asked(statement: str, given: Any = ()) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(given))
        found: tuple[Any, ...] = cursor.fetchone()
    return found
