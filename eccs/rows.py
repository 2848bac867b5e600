"""Writing many rows of one table in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, models


def write_rows(model: type[models.Model], rows: Sequence[models.Model], columns: Sequence[models.Field[Any, Any]]) -> None:
    """UPDATE the columns of these rows: one statement, however many they are."""
    table = connection.ops.quote_name(model._meta.db_table)
    key = model._meta.pk
    assert key is not None
    with connection.cursor() as cursor:
        if len(rows) == 1:
            sets = ", ".join(f"{connection.ops.quote_name(f.column)} = %s" for f in columns)
            values = [_stored(f, rows[0]) for f in columns]
            cursor.execute(f"UPDATE {table} SET {sets} WHERE {key.column} = %s", [*values, rows[0].pk])  # noqa: S608 our own table and column names
            return
        sets = ", ".join(
            f"{connection.ops.quote_name(f.column)} = given.c{n}::{f.db_type(connection).split(' GENERATED')[0]}"
            for n, f in enumerate(columns)
        )
        names = ", ".join(f"c{n}" for n in range(len(columns)))
        arrays = ", ".join(["%s::text[]"] * len(columns))
        lists = [[_text(_stored(f, row)) for row in rows] for f in columns]
        cursor.execute(
            f"UPDATE {table} SET {sets} FROM unnest(%s::bigint[], {arrays}) AS given(id, {names}) "  # noqa: S608 our own table and column names
            f"WHERE {table}.{key.column} = given.id",
            [[row.pk for row in rows], *lists],
        )


def _stored(field: models.Field[Any, Any], row: models.Model) -> Any:
    return field.get_db_prep_save(getattr(row, field.attname), connection)


def _text(value: Any) -> str | None:
    """A value as PostgreSQL reads it from text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value.dumps(value.adapted)) if hasattr(value, "adapted") else str(value)
