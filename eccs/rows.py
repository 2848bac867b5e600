"""Locking and writing many rows of one table in one statement each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.db import connection, connections, models
from django.db.models.base import ModelState


@cache
def _selection(model: type[models.Model]) -> tuple[str, list[str], list[tuple[int, Callable[..., Any]]]]:
    """The statement that locks rows by their keys, the names of its columns, and those that must be read from text."""
    fields = model._meta.concrete_fields
    columns = ", ".join(connection.ops.quote_name(str(f.column)) for f in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"SELECT {columns} FROM {table} WHERE id = ANY(%s) ORDER BY id FOR UPDATE"  # noqa: S608 our own table and column names
    read = [(n, f.from_db_value) for n, f in enumerate(fields) if hasattr(f, "from_db_value")]
    return statement, [f.attname for f in fields], read


def lock_rows(model: type[models.Model], ids: Sequence[int]) -> list[Any]:
    """The rows with these keys, held until the transaction ends, in the order of their keys; keys that are gone are left out.

    One prepared statement and no work of the ORM per row: instances are made as unpickling makes them.
    """
    statement, names, read = _selection(model)
    rows = []
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(ids)])
        for found in cursor.fetchall():
            row = model.__new__(model)
            row._state = ModelState()
            row._state.db, row._state.adding = connection.alias, False
            row.__dict__.update(zip(names, found, strict=True))
            for n, from_text in read:
                row.__dict__[names[n]] = from_text(found[n], None, connection)
            rows.append(row)
    return rows


def write_rows(
    model: type[models.Model], rows: Sequence[models.Model], columns: Sequence[models.Field[Any, Any]]
) -> None:
    """UPDATE the columns of these rows: one statement, however many they are."""
    table = connection.ops.quote_name(model._meta.db_table)
    key = model._meta.pk
    assert key is not None
    line = connections[connection.alias]  # the proxy would be asked anew for every value
    with line.cursor() as cursor:
        if len(rows) == 1:
            sets = ", ".join(f"{connection.ops.quote_name(str(f.column))} = %s" for f in columns)
            values = [f.get_db_prep_save(getattr(rows[0], f.attname), line) for f in columns]
            cursor.execute(f"UPDATE {table} SET {sets} WHERE {key.column} = %s", [*values, rows[0].pk])  # noqa: S608 our own table and column names
            return
        same, own = _split(rows, columns)
        sets = [f"{connection.ops.quote_name(str(f.column))} = %s" for f in same]
        sets += [
            f"{connection.ops.quote_name(str(f.column))} = given.c{n}::{str(f.db_type(connection)).split(' GENERATED')[0]}"
            for n, f in enumerate(own)
        ]
        values = [f.get_db_prep_save(getattr(rows[0], f.attname), line) for f in same]
        lists = [[_text(f.get_db_prep_save(getattr(row, f.attname), line)) for row in rows] for f in own]
        names = ", ".join(["id", *(f"c{n}" for n in range(len(own)))])
        arrays = ", ".join(["%s::bigint[]", *["%s::text[]"] * len(own)])
        cursor.execute(
            f"UPDATE {table} SET {', '.join(sets)} FROM unnest({arrays}) AS given({names}) WHERE {table}.{key.column} = given.id",  # noqa: S608 our own table and column names
            [*values, [row.pk for row in rows], *lists],
        )


def _split(
    rows: Sequence[models.Model], columns: Sequence[models.Field[Any, Any]]
) -> tuple[list[models.Field[Any, Any]], list[models.Field[Any, Any]]]:
    """The columns in which all rows have one value, and those in which each has its own."""
    same, own = [], []
    for field in columns:
        first = getattr(rows[0], field.attname)
        (same if all(row.__dict__[field.attname] == first for row in rows) else own).append(field)
    return same, own


def _text(value: Any) -> str | None:
    """A value as PostgreSQL reads it from text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value.dumps(value.adapted)) if hasattr(value, "adapted") else str(value)
