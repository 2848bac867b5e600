"""Locking and writing many rows of one table in one statement each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from django.db import connection, connections, models
from django.db.models.base import ModelState


class LockedState(ModelState):
    """A row's state as Django keeps it, with the rows that were locked together with it."""

    locked: Locked


class Locked:
    """Rows locked together. A column that was left out is fetched for all of them when the first is asked for it."""

    def __init__(self, model: type[models.Model], rows: list[Any]) -> None:
        self.model, self.rows = model, rows
        self.fetched: set[str] = set()
        self.asked: dict[str, Any] = {}  # what was asked of all of them together, by name

    def fetch(self, attname: str) -> None:
        """Read one column of all the rows; what was set meanwhile stays."""
        statement, _names, read = _selection(self.model, ("id", attname), lock=False)
        with connection.cursor() as cursor:
            cursor.execute(statement, [_keys(row.pk for row in self.rows)])
            found = dict(cursor.fetchall())
        for row in self.rows:
            value = found[row.pk]
            row.__dict__.setdefault(attname, read[0][1](value, None, connection) if read else value)
        self.fetched.add(attname)


@cache
def _selection(
    model: type[models.Model], names: tuple[str, ...] | None, *, lock: bool = True
) -> tuple[str, list[str], list[tuple[int, Callable[..., Any]]]]:
    """The statement that reads rows by their keys, the names of its columns, and those that must be read from text."""
    fields = [f for f in model._meta.concrete_fields if names is None or f.attname in names]
    columns = ", ".join(connection.ops.quote_name(str(f.column)) for f in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"SELECT {columns} FROM {table} WHERE id = ANY(%s::bigint[])"  # noqa: S608 our own table and column names
    read = [(n, f.from_db_value) for n, f in enumerate(fields) if hasattr(f, "from_db_value")]
    return f"{statement} ORDER BY id FOR UPDATE" if lock else statement, [f.attname for f in fields], read


def lock_rows(model: type[models.Model], ids: Sequence[int], names: tuple[str, ...] | None = None) -> list[Any]:
    """The rows with these keys, held until the transaction ends, in the order of their keys; keys that are gone are left out.

    One statement and no work of the ORM per row: instances are made as unpickling makes them. `names` are the columns
    that are read at once; the others follow when they are asked for (see Locked).
    """
    statement, attnames, read = _selection(model, names)
    rows: list[Any] = []
    together = Locked(model, rows)
    with connection.cursor() as cursor:
        cursor.execute(statement, [_keys(ids)])
        for found in cursor.fetchall():
            row = model.__new__(model)
            row._state = state = LockedState()
            state.db, state.adding, state.locked = connection.alias, False, together
            row.__dict__.update(zip(attnames, found, strict=True))
            for n, from_text in read:
                row.__dict__[attnames[n]] = from_text(found[n], None, connection)
            rows.append(row)
    return rows


def write_rows(
    model: type[models.Model], rows: Sequence[models.Model], columns: Sequence[models.Field[Any, Any]]
) -> None:
    """UPDATE the columns of these rows: one statement, however many they are."""
    table = connection.ops.quote_name(model._meta.db_table)
    line = connections[connection.alias]  # the proxy would be asked anew for every value
    same, own = _split(rows, columns)
    sets = [f"{connection.ops.quote_name(str(f.column))} = %s" for f in same]
    sets += [
        f"{connection.ops.quote_name(str(f.column))} = given.c{n}::{str(f.db_type(connection)).split(' GENERATED')[0]}"
        for n, f in enumerate(own)
    ]
    values = [f.get_db_prep_save(getattr(rows[0], f.attname), line) for f in same]
    lists = [[_text(f.get_db_prep_save(getattr(row, f.attname), line)) for row in rows] for f in own]
    if own:
        names = ", ".join(["id", *(f"c{n}" for n in range(len(own)))])
        arrays = ", ".join(["%s::bigint[]", *["%s::text[]"] * len(own)])
        which = f"FROM unnest({arrays}) AS given({names}) WHERE {table}.id = given.id"
    else:
        which = "WHERE id = ANY(%s::bigint[])"
    with line.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {', '.join(sets)} {which}",  # noqa: S608 our own table and column names
            [*values, _keys(row.pk for row in rows), *lists],
        )


def _keys(ids: Iterable[int]) -> str:
    """Keys as PostgreSQL reads an array: thousands are one value, not thousands."""
    return f"{{{','.join(map(str, ids))}}}"


def _split(
    rows: Sequence[models.Model], columns: Sequence[models.Field[Any, Any]]
) -> tuple[list[models.Field[Any, Any]], list[models.Field[Any, Any]]]:
    """The columns in which all rows have one value, and those in which each has its own."""
    same: list[models.Field[Any, Any]] = []
    own: list[models.Field[Any, Any]] = []
    for field in columns:
        name = field.attname
        first = getattr(rows[0], name)
        alike = all((row.__dict__[name] if name in row.__dict__ else getattr(row, name)) == first for row in rows)
        (same if alike else own).append(field)
    return same, own


def _text(value: Any) -> str | None:
    """A value as PostgreSQL reads it from text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value.dumps(value.adapted)) if hasattr(value, "adapted") else str(value)
