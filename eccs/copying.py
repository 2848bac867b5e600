"""COPY: thousands of rows into a table in one statement."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

from django.db import connection, models

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

_TO_ESCAPE = re.compile(r"[\\\t\n\r]").search


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES) if _TO_ESCAPE(value) else value
    if value is True:
        return "t"
    if value is False:
        return "f"
    return str(value)


def copy_rows(cursor: Any, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows by COPY through Django's cursor; JSON is given as text, money as Decimal, moments as datetime."""
    buffer = StringIO("".join(["\t".join(map(_cell, row)) + "\n" for row in rows]))
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    cursor.copy_expert(f"COPY {connection.ops.quote_name(table)} ({names}) FROM STDIN", buffer)


def next_ids(model: type[models.Model], count: int) -> list[int]:
    """Keys for rows about to be copied, taken from the table's own sequence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def copy_models(cursor: Any, model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Write new model instances, keys included, by COPY: every column as its field stores it."""
    fields = model._meta.concrete_fields
    json_columns = {n for n, f in enumerate(fields) if isinstance(f, models.JSONField)}
    names = [f.attname for f in fields]
    copy_rows(
        cursor, model._meta.db_table, [str(f.column) for f in fields],
        (
            [
                json.dumps(value, cls=fields[n].encoder) if n in json_columns and value is not None else value  # type: ignore[attr-defined]
                for n, value in enumerate(map(state.__getitem__, names))
            ]
            for state in (row.__dict__ for row in rows)
        ),
    )  # fmt: skip
