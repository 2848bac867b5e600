"""Keyset paging: the next page begins where the last one ended, however deep it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode

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
    value = _value_of(row, sort.removeprefix("-"))
    return signing.dumps([backwards, value if isinstance(value, int) else str(value), row.pk], salt=f"keyset:{sort}")


def all_of(rows: QuerySet[Any], sort: str, at_once: int = 1000) -> Iterator[Any]:
    """Every row in the order of a field, read a page at a time, so that a long list neither waits nor fills the memory."""
    start = ""
    while True:
        part = page(rows, sort, start, at_once)
        yield from part.rows
        if not (start := part.next_mark):
            return


def turned(shown: Page, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a list is told besides its rows: the filters that are kept, and the way to the pages beside this one."""
    kept = {name: value for name, value in given.items() if value and name != "mark"}
    ways = {"next_url": shown.next_mark, "previous_url": shown.previous_mark}
    return {
        "rows": shown.rows, "kept": urlencode(kept), "filtered": bool(kept),
        **{name: f"?{urlencode({**kept, 'mark': way})}" if way else "" for name, way in ways.items()},
    }  # fmt: skip


def merged(parts: Sequence[tuple[QuerySet[Any], str]], start: str, size: int = SIZE) -> Page:
    """One page of several sorts of things in the order of their moments, oldest first; each row with the place of its sort.

    Each sort names the moment its rows are told by, or a number. No more of each is read than one page holds.
    """
    try:
        backwards, value, at, pk = signing.loads(start, salt=_MERGED) if start else (False, "", 0, 0)
    except signing.BadSignature:
        start, backwards, value, at, pk = "", False, "", 0, 0
    value = datetime.fromisoformat(value) if isinstance(value, str) and start else value
    found: list[tuple[Any, int, int, Any]] = []
    for n, (whole, by) in enumerate(parts):
        rows = whole.filter(_beyond_merged(by, value, n - at, pk, backwards=backwards)) if start else whole
        ordered = rows.order_by(f"-{by}", "-pk") if backwards else rows.order_by(by, "pk")
        found += [(_value_of(row, by), n, row.pk, row) for row in ordered[: size + 1]]
    found.sort(key=itemgetter(0, 1, 2), reverse=backwards)
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()

    def way(row: tuple[Any, int, int, Any], *, back: bool) -> str:
        told = row[0] if isinstance(row[0], int) else row[0].isoformat()
        return signing.dumps([back, told, row[1], row[2]], salt=_MERGED)

    return Page(
        rows=[(n, row) for _at, n, _pk, row in found],
        next_mark=way(found[-1], back=False) if found and (more or backwards) else "",
        previous_mark=way(found[0], back=True) if found and start and (more or not backwards) else "",
    )


def every(parts: Sequence[tuple[QuerySet[Any], str]], at_once: int = 1000) -> Iterator[tuple[int, Any]]:
    """All of them in the same order, read a part at a time, so that a long list neither waits nor fills the memory."""
    mark = ""
    while True:
        part = merged(parts, mark, at_once)
        yield from part.rows
        if not (mark := part.next_mark):
            return


_MERGED = "keyset:merged"


def _value_of(row: Any, name: str) -> Any:
    for part in name.split("__"):
        row = getattr(row, part)
    return row


def _beyond_merged(by: str, value: Any, places: int, pk: int, *, backwards: bool) -> Q:
    """Past (moment, place of the sort, key), for the rows of a sort so many places after that of the mark."""
    side = "lt" if backwards else "gt"
    later = Q(**{f"{by}__{side}": value})
    if places == 0:
        return Q(**{f"{by}__{side}e": value}) & (later | Q(**{f"pk__{side}": pk}))
    return later | Q(**{by: value}) if (places > 0) is not backwards else later
