"""Keyset paging: the next page begins where the last one ended, however deep it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db.models import F, Q, QuerySet

SIZE = 25
SIZES = (25, 100, 250)  # rows a page: the last for a desk that clears a flight at once


@dataclass(frozen=True)
class Page:
    """The rows of one page and the marks of its neighbours."""

    rows: list[Any]
    next_mark: str
    previous_mark: str


def page(rows: QuerySet[Any], sort: str, start: str, size: int = SIZE) -> Page:
    """One page in the order of a field (`-` before it for descending), from a mark of an earlier page.

    A mark that was not given by this system is refused as if it were the first page.
    """
    name, down = sort.removeprefix("-"), sort.startswith("-")
    try:
        backwards, value, pk = signing.loads(start, salt=f"keyset:{sort}") if start else (False, None, None)
    except signing.BadSignature:
        backwards, value, pk = False, None, None
    reverse = down != backwards
    if pk is not None:
        side = "lt" if reverse else "gt"
        rows = rows.filter(_beyond(name, side, value, pk))
    order = (F(name).desc(), F("pk").desc()) if reverse else (F(name).asc(), F("pk").asc())
    found = list(rows.order_by(*order)[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    return Page(
        rows=found,
        next_mark=mark(sort, found[-1]) if found and (more or backwards) else "",
        previous_mark=mark(sort, found[0], backwards=True)
        if found and (pk is not None and (more or not backwards))
        else "",
    )


def is_mark(sort: str, start: str) -> bool:
    """Whether a mark was given by this system for this order."""
    try:
        signing.loads(start, salt=f"keyset:{sort}")
    except signing.BadSignature:
        return False
    return True


def _beyond(name: str, side: str, value: Any, pk: int) -> Q:
    """Past (value, key). Written so that the index on both is walked from the right place."""
    return Q(**{f"{name}__{side}e": value}) & (Q(**{f"{name}__{side}": value}) | Q(**{f"pk__{side}": pk}))


def mark(sort: str, row: Any, *, backwards: bool = False) -> str:
    """Where a page ended: the next one begins there, or the one before ends there."""
    value, name = row, sort.removeprefix("-")
    for part in name.split("__"):
        value = getattr(value, part)
    return signing.dumps([backwards, value if isinstance(value, int) else str(value), row.pk], salt=f"keyset:{sort}")
