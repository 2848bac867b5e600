"""The statements that add the lines of a piece of a trail to the tallies: set-wise, whatever the piece holds.

Each reads the piece by its keys and, where it must, earlier lines of the same documents. What a line adds depends only on what
never changes: the line, the lines before it, and what the document was filed as. So the sum is the same however the trail is cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings

from bills.models import CourierBillOfEntry
from exports.models import CourierShippingBill, ExportDemand
from manifests.models import Difference
from payments.models import ChallanLine
from reports.classes import AGES, BOUNDS
from reports.models import DayTally, DwellTally, HourTally, PendingTally
from reports.sources import UNFILED, WHOLE, Source
from transit.models import CargoTransferManifest

DAY = ("what", "station", "day", "courier", "kind", "part")
HOUR = ("station", "day", "hour", "kind", "role", "step")
DWELL = ("station", "stage", "day", "courier", "kind", "place")

_PIECE = """
    SELECT t.id, t.document_id, t.seq, t.at, t.step, t.from_stage, t.to_stage, t.role, t.answers,
        (t.at AT TIME ZONE %(zone)s)::date AS day, extract(hour FROM t.at AT TIME ZONE %(zone)s) AS hour,
        d.station_id AS station, coalesce(d.courier_id, 0) AS courier, {kind} AS kind
    FROM {trail} t JOIN {documents} d ON d.id = t.document_id WHERE t.id > %(after)s AND t.id <= %(upto)s
"""

_STEPS = """
    SELECT 'STEP', station, day, courier, kind, step, count(*), 0 FROM ({piece}) piece GROUP BY station, day, courier, kind, step
"""

_HOURS = """
    SELECT station, day, hour, kind, role, step, count(*) FROM ({piece}) piece GROUP BY station, day, hour, kind, role, step
"""

_DWELT = """
    SELECT station, stage, day, courier, kind, width_bucket(seconds, %(bounds)s::bigint[]) AS place, count(*), sum(seconds)
    FROM (
        SELECT station, from_stage AS stage, day, courier, kind,
            greatest(floor(extract(epoch FROM piece.at - came.at) - coalesce(stood.seconds, 0)), 0)::bigint AS seconds
        FROM ({piece}) piece
        CROSS JOIN LATERAL (
            SELECT at, seq FROM {trail} earlier
            WHERE earlier.document_id = piece.document_id AND earlier.seq < piece.seq AND earlier.from_stage <> earlier.to_stage
            ORDER BY earlier.seq DESC LIMIT 1
        ) came
        LEFT JOIN LATERAL (
            SELECT sum(extract(epoch FROM upper(span) - lower(span))) AS seconds FROM unnest((
                SELECT range_agg(tstzrange(
                    least(greatest((wait.answers ->> 'since')::timestamptz, came.at), wait.at), wait.at
                ) * tstzrange(came.at, greatest(came.at, piece.at)))
                FROM {trail} wait
                WHERE wait.document_id = piece.document_id AND wait.seq > came.seq AND wait.seq < piece.seq
                    AND wait.step = ANY(%(waits)s) AND wait.to_stage = piece.from_stage
            )) span WHERE NOT isempty(span)
        ) stood ON piece.from_stage = ANY(%(stands)s)
        WHERE piece.from_stage <> piece.to_stage AND NOT piece.from_stage = ANY(%(unfiled)s)
        UNION ALL
        SELECT station, %(whole)s, day, courier, kind, greatest(floor(extract(epoch FROM piece.at - filed.at)), 0)::bigint
        FROM ({piece}) piece
        CROSS JOIN LATERAL (
            SELECT at FROM {trail} earlier
            WHERE earlier.document_id = piece.document_id AND earlier.seq < piece.seq
                AND earlier.from_stage = ANY(%(unfiled)s) AND NOT earlier.to_stage = ANY(%(unfiled)s)
            ORDER BY earlier.seq LIMIT 1
        ) filed
        WHERE {let_go}
    ) dwelt
    GROUP BY station, stage, day, courier, kind, place
"""

_LET_GO = """
    piece.to_stage = ANY(%(let_go)s) AND piece.from_stage <> piece.to_stage AND NOT EXISTS (
        SELECT FROM {trail} earlier
        WHERE earlier.document_id = piece.document_id AND earlier.seq < piece.seq AND earlier.to_stage = ANY(%(let_go)s)
    )
"""

_CLEARED = """
    SELECT 'CLEARED', station, day, courier, kind, part, count(*), 0
    FROM (
        SELECT piece.*, NOT step = ANY(%(by_hand)s) AS automatic,
            EXISTS (
                SELECT FROM {trail} e WHERE e.document_id = piece.document_id AND e.seq < piece.seq AND e.step = ANY(%(assessed)s)
            ) AS assessed,
            EXISTS (
                SELECT FROM {trail} e WHERE e.document_id = piece.document_id AND e.seq < piece.seq AND e.step = ANY(%(examined)s)
            ) AS examined
        FROM ({piece}) piece WHERE {let_go}
    ) cleared
    CROSS JOIN LATERAL (VALUES
        ('all', true), ('facilitated', NOT assessed AND NOT examined), ('automatic', automatic), ('assessed', assessed),
        ('examined', examined)
    ) told(part, is_so)
    WHERE is_so GROUP BY station, day, courier, kind, part
"""

_EXAMINED = """
    SELECT 'EXAMINED', station, day, courier, kind, coalesce(answers ->> 'recommendation', ''), count(*), 0
    FROM ({piece}) piece WHERE step = ANY(%(examined)s) GROUP BY station, day, courier, kind, answers ->> 'recommendation'
"""

_REVENUE = """
    SELECT 'REVENUE', piece.station, day, coalesce(nullif(piece.courier, 0), bill.courier_id, transfer.courier_id, 0) AS payer,
        coalesce(bill.kind, shipping.kind, 'CTM') AS form, lower(head.key), count(*), sum(head.value::numeric)
    FROM ({piece}) piece
    JOIN {lines} line ON line.challan_id = piece.document_id
    LEFT JOIN {bills} bill ON bill.id = line.bill_id
    LEFT JOIN {transfers} transfer ON transfer.id = line.transfer_id
    LEFT JOIN {demands} demand ON demand.id = line.demand_id
    LEFT JOIN {shipping_bills} shipping ON shipping.id = demand.bill_id
    CROSS JOIN LATERAL jsonb_each_text(line.heads) head
    WHERE piece.to_stage = %(paid)s AND piece.from_stage <> piece.to_stage AND head.value::numeric <> 0
    GROUP BY piece.station, day, payer, form, lower(head.key)
"""

_ARRIVED = """
    SELECT 'ARRIVAL', station, day, courier, kind, part, sum(n), 0
    FROM (
        SELECT piece.*, (
                SELECT (e.snapshot ->> 'packages')::bigint FROM {trail} e
                WHERE e.document_id = piece.document_id AND e.seq < piece.seq AND e.snapshot ? 'packages' ORDER BY e.seq LIMIT 1
            ) AS packages,
            (
                SELECT count(*) FROM {differences} found
                WHERE found.manifest_id = piece.document_id AND found.opened_at = piece.at AND found.kind = 'SHORT'
            ) AS short,
            (
                SELECT count(*) FROM {differences} found
                WHERE found.manifest_id = piece.document_id AND found.opened_at = piece.at AND found.kind = 'EXCESS'
            ) AS excess
        FROM ({piece}) piece WHERE step = %(closed)s
    ) closed
    CROSS JOIN LATERAL (VALUES ('manifests', 1), ('packages', packages), ('short', short), ('excess', excess)) told(part, n)
    WHERE n > 0 GROUP BY station, day, courier, kind, part
"""

_PENDING = """
    SELECT station_id, stage, coalesce(courier_id, 0), {kind}, width_bucket(extract(epoch FROM %(now)s - stage_since), %(ages)s::numeric[]),
        count(*), min(stage_since)
    FROM {documents} d WHERE stage = ANY(%(waits_in)s) GROUP BY 1, 2, 3, 4, 5
"""

_TABLES = {
    "lines": ChallanLine, "bills": CourierBillOfEntry, "transfers": CargoTransferManifest, "demands": ExportDemand,
    "shipping_bills": CourierShippingBill, "differences": Difference,
}  # fmt: skip


def of_piece(source: Source) -> Iterator[str]:
    """The statements that add a piece of a trail; they ask for the parameters of `told`."""
    kind = "%(form)s" if source.form else "d.kind"
    names = {name: model._meta.db_table for name, model in _TABLES.items()}
    names |= {"trail": source.table, "documents": source.documents}
    names["piece"] = _PIECE.format(kind=kind, **names)
    names["let_go"] = _LET_GO.format(**names)
    yield _added(DayTally, (*DAY, "count", "amount"), DAY, _STEPS.format(**names))
    yield _added(HourTally, (*HOUR, "count"), HOUR, _HOURS.format(**names))
    yield _added(DwellTally, (*DWELL, "count", "seconds"), DWELL, _DWELT.format(**names))
    if source.let_go:
        yield _added(DayTally, (*DAY, "count", "amount"), DAY, _CLEARED.format(**names))
        yield _added(DayTally, (*DAY, "count", "amount"), DAY, _EXAMINED.format(**names))
    if source.paid:
        yield _added(DayTally, (*DAY, "count", "amount"), DAY, _REVENUE.format(**names))
    if source.closed_by:
        yield _added(DayTally, (*DAY, "count", "amount"), DAY, _ARRIVED.format(**names))


def _added(tally: Any, columns: tuple[str, ...], keys: tuple[str, ...], select: str) -> str:
    """Rows put into a tally, or added to those that are there."""
    table = tally._meta.db_table
    sums = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in columns[len(keys) :])
    return f"INSERT INTO {table} ({', '.join(columns)}) {select} ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {sums}"


def told(source: Source, after: int, upto: int) -> dict[str, Any]:
    """What the statements ask for."""
    waits = source.waits_for_firm
    return {
        "zone": settings.TIME_ZONE, "after": after, "upto": upto, "bounds": list(BOUNDS), "whole": WHOLE, "form": source.form,
        "unfiled": list(UNFILED), "let_go": _texts(source.let_go), "waits": _texts(waits), "stands": _texts(waits.values()),
        "by_hand": _texts(source.ordered_by_hand), "assessed": _texts(source.assessed_by), "examined": _texts(source.examined_by),
        "closed": source.closed_by, "paid": source.paid,
    }  # fmt: skip


def _texts(given: Any) -> list[str]:
    return [str(one) for one in given]


def pending(source: Source) -> str:
    """The statement that counts what waits, by age, over the index of what is open."""
    kind = "%(form)s" if source.form else "d.kind"
    columns = "station, stage, courier, kind, place, count, oldest"
    select = _PENDING.format(kind=kind, documents=source.documents)
    return f"INSERT INTO {PendingTally._meta.db_table} ({columns}) {select}"


def told_of_pending(source: Source, now: Any) -> dict[str, Any]:
    """What that statement asks for."""
    return {"now": now, "ages": list(AGES), "waits_in": _texts(source.waits_in), "form": source.form}
