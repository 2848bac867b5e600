"""Rows laid by the hundred thousand in the server itself: nothing of them passes through this process."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import models

from eccs.trail_years import TrailYear, cut

_SEALS = """
CREATE OR REPLACE FUNCTION pg_temp.sealed(before text, facts text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN encode(sha256(convert_to(before || E'\\n' || facts, 'UTF8')), 'hex');
END $$;
CREATE OR REPLACE AGGREGATE pg_temp.chained(text) (SFUNC = pg_temp.sealed, STYPE = text, INITCOND = '');
"""

_LINES = """
INSERT INTO {trail} (document_id, seq, at, step, from_stage, to_stage, by_id, by_name, role, answers, snapshot, previous, seal, noticed_at)
SELECT id, seq, at, step, from_stage, to_stage, by_id, by_name, role, answers::jsonb, snapshot::jsonb,
    coalesce(lag(seal) OVER (PARTITION BY id ORDER BY seq), ''), seal, at
FROM (
    SELECT *, pg_temp.chained(
        '[' || id || ',' || seq || ',"' || to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+00:00","' || step || '","' ||
        from_stage || '","' || to_stage || '",' || coalesce(by_id::text, 'null') || ',' || to_json(by_name)::text || ',"' || role || '",' ||
        answers || ',' || coalesce(snapshot, 'null') || ']'
    ) OVER (PARTITION BY id ORDER BY seq) AS seal
    FROM (
        SELECT d.id, s.seq, d.begun + s.after * d.pace AS at, s.step, s.from_stage, s.to_stage, p.user_id AS by_id,
            coalesce(p.name, 'ECCS') AS by_name, s.role, {answers} AS answers, CASE s.seq WHEN 1 THEN d.snapshot END AS snapshot
        FROM ({documents}) d JOIN laid_step s ON s.course = d.course AND s.seq <= d.lines
        LEFT JOIN laid_person p ON p.role = s.role AND p.place IN (d.station, 'courier:' || d.courier)
    ) told
) chained ORDER BY id, seq
"""
BEGUN = "extract(year FROM {moment} AT TIME ZONE 'Asia/Kolkata' - interval '3 months')::int"


def begin(cursor: Any) -> None:
    """What the laying needs in this connection: the seals of a trail, and no trigger for what is built to hold."""
    cursor.execute(_SEALS)
    cursor.execute("SET LOCAL session_replication_role = replica")
    cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
    cursor.execute("SET LOCAL work_mem = '128MB'")


def lay(cursor: Any, model: type[models.Model], given: Mapping[str, str], source: str, *told: Any) -> int:
    """Rows of a model from a query; each column that is not given has the default of its field. Return how many."""
    columns, values, plain = [], [], []
    for field in model._meta.concrete_fields:
        column = str(field.column)
        if column in given:
            columns.append(column)
            values.append(given[column])
        elif not field.primary_key and not (field.null and not field.has_default()):
            columns.append(column)
            values.append("%s")
            default = field.get_default()
            plain.append(json.dumps(default) if isinstance(default, dict | list) else default)
    assert not set(given) - set(columns), set(given) - set(columns)
    cursor.execute(
        f"INSERT INTO {model._meta.db_table} ({','.join(columns)}) SELECT {','.join(values)} FROM {source}",
        [*plain, *told],
    )
    return int(cursor.rowcount)


def lay_trail(cursor: Any, trail: Any, documents: str, answers: str = "s.answers") -> int:
    """The lines of documents, sealed one onto the other as the gate seals them. Return how many.

    The query of the documents tells `id, station, courier, course, lines, begun, pace, snapshot`; where the answers of a step are
    different for each document, they are told in SQL from what that query tells (`d`) and what the course has (`s.answers`).
    """
    cursor.execute(_LINES.format(trail=trail._meta.db_table, documents=documents, answers=answers))
    return int(cursor.rowcount)


def heads(trail: Any, first: int, last: int) -> str:
    """The end of each chain of the documents between two keys, as a source."""
    return (
        f"(SELECT DISTINCT ON (document_id) document_id, seq, seal FROM {trail._meta.db_table} "
        f"WHERE document_id BETWEEN {first} AND {last} ORDER BY document_id, seq DESC)"
    )


def keys(cursor: Any, model: Any, count: int) -> int:
    """Keys of a table kept for so many rows; the key before the first."""
    cursor.execute(f"SELECT pg_get_serial_sequence('{model._meta.db_table}', 'id')")
    sequence = cursor.fetchone()[0]
    cursor.execute("SELECT nextval(%s)", [sequence])
    before = int(cursor.fetchone()[0]) - 1
    cursor.execute("SELECT setval(%s, %s)", [sequence, before + max(count, 1)])
    return before


@contextmanager
def without_indexes(cursor: Any, *of: Any) -> Iterator[None]:
    """The secondary indexes of tables are made when all rows are there, each in one go."""
    tables = [model._meta.db_table for model in of]
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = ANY(%s::regclass[])"
        " AND NOT indisunique ORDER BY 1",
        [tables],
    )
    found = cursor.fetchall()
    for name, _made in found:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _name, made in found:
        cursor.execute(made.replace(" ON ONLY ", " ON "))  # of a table in partitions: on each of them too


def part_years(cursor: Any, trail: Any, model: Any, flights: str) -> None:
    """The trail of an empty database gets a partition for each financial year of the flights that are planned.

    The query of the flights tells `f, begun, bills`; their bills take their keys in the same order.
    """
    table, documents = trail._meta.db_table, model._meta.db_table
    if model._default_manager.exists():
        return  # keys no longer go with the years
    cursor.execute(f"SELECT last_value + is_called::int FROM {documents}_id_seq")
    first = cursor.fetchone()[0]
    cursor.execute(
        f"SELECT make_date(year, 4, 1), %s + min(before)::bigint FROM (SELECT {BEGUN.format(moment='begun')} AS year,"
        f" sum(bills) OVER (ORDER BY f) - bills AS before FROM {flights}) planned GROUP BY year ORDER BY year",
        [first],
    )
    (oldest, _first), *later = cursor.fetchall()
    TrailYear.objects.filter(trail=table, first=0).update(since=oldest)
    for since, begins in later:
        cut(table, begins, since)


def dense(digits: int, serial: str) -> str:
    """A serial number with leading noughts, as Python writes it."""
    return f"lpad({serial}::text, greatest({digits}, length({serial}::text)), '0')"


def year(moment: str) -> str:
    """The financial year of a moment in SQL, as `2026-2027` (see eccs.numbering)."""
    begun = BEGUN.format(moment=moment)
    return f"({begun} || '-' || {begun} + 1)"


def count_on(cursor: Any, series_and_last: str) -> None:
    """The counters go on after the numbers that were laid."""
    cursor.execute(
        "INSERT INTO eccs_counter (series, last) " + series_and_last + " "
        "ON CONFLICT (series) DO UPDATE SET last = greatest(eccs_counter.last, excluded.last)"
    )
