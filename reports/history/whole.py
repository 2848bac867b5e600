"""The whole of a laid past, in one transaction: all of it is there in the end, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

from django.db import connection, transaction

from accounts.models import AuthorisedCourier
from bills.models import CourierBillOfEntry
from eccs.rolled_up import READ, Measure
from eccs.roots import TrailRoot
from eccs.trail import trails
from reports.history import courses, dues, exports, imports
from reports.history.laying import begin, without_indexes

AT_ONCE = 50_000  # bills in one piece
A_FLIGHT = 500  # bills on one flight, at most
VACUUM = "VACUUM (ANALYZE)"
LIVE = 5_000  # bills that still stand at the desks, of each direction


class CannotLay(Exception):
    """Why nothing can be laid here, in words."""


def why_not(*, demo: bool, forced: bool) -> str:
    """Why a past is not laid into this database; nothing where it may be."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            return "The rows are laid without the triggers of the database: connect as its superuser."
    if not AuthorisedCourier.objects.exists():
        return "There is no courier whose past it could be: register one, or run manage.py demo."
    if TrailRoot.objects.exists():
        return "Days of this database are sealed. A past before them would break their roots: take a new database."
    if not demo and not forced and CourierBillOfEntry.objects.exists():
        return (
            "This is no demonstration, and bills stand in it. What is laid is invented and cannot be taken out again."
        )
    return ""


def lay_past(bills: int, years: int, share: float, live: int, tell: Callable[[str], None]) -> float:
    """So many bills of entry, and beside them shipping bills by their share. Return how many documents a second."""
    out = round(bills * share / (1 - share)) if share else 0
    each = max(4, min(A_FLIGHT, bills // 40))
    start = perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        begin(cursor)
        courses.know(cursor)
        _offices(cursor)
        laid = 0
        tables = dict.fromkeys((*imports.TABLES, *dues.TABLES, *exports.TABLES))
        with without_indexes(cursor, *tables):
            flights = imports.plan(cursor, bills, each, min(live, bills // 10), years)
            for after, upto in _pieces(flights, each):
                keys = imports.plan_bills(cursor, after, upto)
                due = dues.plan_dues(cursor)
                laid += imports.lay_bills(cursor, keys)
                dues.lay_dues(cursor, due)
                tell(f"{laid:,} of {bills + out:,} bills, {laid / (perf_counter() - start):,.0f} a second")
            flights = exports.plan(cursor, out, each, min(live, out // 10), years)
            for after, upto in _pieces(flights, each):
                laid += exports.lay_departures(cursor, after, upto)
                tell(f"{laid:,} of {bills + out:,} bills, {laid / (perf_counter() - start):,.0f} a second")
            tell("making the indexes")
        cursor.execute(
            "DROP TABLE IF EXISTS laid, laid_challan, laid_flight, laid_departure, laid_office, laid_person, laid_step"
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
        _counted(cursor)
    with connection.cursor() as cursor:
        tell("looking at what is there (VACUUM ANALYZE)")
        cursor.execute(VACUUM)
    return laid / (perf_counter() - start)


def _pieces(flights: int, each: int) -> Iterator[tuple[int, int]]:
    step = max(1, AT_ONCE // each)
    for after in range(0, flights, step):
        yield after, min(after + step, flights)


def _offices(cursor: Any) -> None:
    """Where and for whom flights come: every courier at every station that has an officer, in turn."""
    cursor.execute(
        "CREATE TEMP TABLE laid_office ON COMMIT DROP AS SELECT row_number() OVER (ORDER BY station, courier) - 1 AS n, * FROM ("
        " SELECT o.place AS station, substr(f.place, 9)::bigint AS courier, f.user_id AS signatory,"
        " (SELECT s.user_id FROM laid_person s WHERE s.role = 'ARRIVAL_SCANNER' AND s.place = o.place) AS scanner"
        " FROM laid_person o CROSS JOIN laid_person f WHERE o.role = 'ASSESSING_OFFICER' AND f.role = 'COURIER_SIGNATORY'"
        " AND f.place LIKE 'courier:%') known"
    )
    if not cursor.rowcount:
        raise CannotLay("There is no signatory of a courier, or no Assessing Officer at any station.")


def _counted(cursor: Any) -> None:
    """The metrics tell of what happens from now on."""
    for trail in trails():
        table = trail._meta.db_table
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
        Measure.objects.update_or_create(name=READ, labels={"trail": table}, defaults={"value": cursor.fetchone()[0]})
