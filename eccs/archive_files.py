"""Closed years in files: the lines of a trail that left the database, in blocks that are read one by one.

A file is compressed JSON, a line of the trail a line; `zcat` reads it whole. It is made of blocks, each of the lines of some
documents and compressed by itself, and the database knows where the block of a document begins and which digest it has. So the page
of a document reads its block, and not the year.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.core.files.storage import default_storage
from django.db import models
from django.utils import timezone

from eccs.trail import TrailLine, canonical

DOCUMENTS_IN_A_BLOCK = 100
YOUNGEST = timedelta(days=180)  # a line younger than that never leaves the database, whatever the dated rule says
COLUMNS = ("id", *TrailLine.columns, "noticed_at")


class Damaged(Exception):
    """A block that is not as it was written: the file and the block."""


class ArchiveFile(models.Model):
    """The lines of the documents of a financial year, in a file of the store for as long as the store keeps it."""

    only_added_to = True  # its rows are watched by `eccs.heads`

    trail = models.CharField(max_length=80)
    since = models.DateField()
    first = models.BigIntegerField()  # the documents from this one
    until = models.BigIntegerField()  # and before this one
    documents = models.BigIntegerField()
    lines = models.BigIntegerField()
    last_at = models.DateTimeField()  # its newest line
    file = models.FileField(upload_to="archive/%Y/")
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trail", "first"], name="archive_once_a_year")]

    def __str__(self) -> str:
        return f"{self.trail} {self.since:%Y}-{self.since.year + 1}"

    def is_as_written(self) -> bool:
        """Whether the file is there and has the digest that it had."""
        if not default_storage.exists(str(self.file.name)):
            return False
        with default_storage.open(str(self.file.name)) as kept:
            return hashlib.file_digest(kept, "sha256").hexdigest() == self.sha256


class ArchiveBlock(models.Model):
    """Some documents of an archived year: where their lines lie in its file."""

    only_added_to = True

    archive = models.ForeignKey(ArchiveFile, models.PROTECT, related_name="blocks", db_index=False)
    first = models.BigIntegerField()  # the first and the last document that has lines in it
    last = models.BigIntegerField()
    place = models.BigIntegerField()
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["archive", "first"], name="archive_block_once")]

    def __str__(self) -> str:
        return f"{self.archive} {self.first}"

    def rows(self) -> list[tuple[Any, ...]]:
        """Its lines. Raises Damaged."""
        return _read(str(self.archive.file.name), self.place, self.size, self.sha256)


@lru_cache(32)
def _read(name: str, place: int, size: int, digest: str) -> list[tuple[Any, ...]]:
    try:
        with default_storage.open(name) as kept:
            kept.seek(place)
            packed = kept.read(size)
    except OSError as fault:
        raise Damaged(f"{name}: {fault}") from fault
    if hashlib.sha256(packed).hexdigest() != digest:
        raise Damaged(f"{name}: the block at {place} is not as it was written")
    return [_row_of(line) for line in gzip.decompress(packed).decode().split("\n")[:-1]]


def told(row: tuple[Any, ...]) -> bytes:
    """A line of a trail as a file keeps it; its values in the order of COLUMNS."""
    return canonical(dict(zip(COLUMNS, row, strict=True))).encode() + b"\n"


def _row_of(line: str) -> tuple[Any, ...]:
    known = json.loads(line)
    for name in ("at", "noticed_at"):
        known[name] = datetime.fromisoformat(known[name]) if known[name] else None
    return tuple(known[name] for name in COLUMNS)


def blocks(table: str, after: int, upto: int | None = None) -> list[ArchiveBlock]:
    """The blocks in which lines of documents between two keys lie, in the order of the documents."""
    found = ArchiveBlock.objects.filter(archive__trail=table, last__gt=after).order_by("first")
    return list((found if upto is None else found.filter(first__lte=upto)).select_related("archive"))


def rows(table: str, after: int, upto: int | None = None) -> Iterator[tuple[Any, ...]]:
    """The archived lines of documents between two keys, in the order of documents and lines."""
    for block in blocks(table, after, upto):
        for row in block.rows():
            if row[1] > after and (upto is None or row[1] <= upto):
                yield row


def may_be_away(document: Any) -> bool:
    """Whether a document is old enough for lines of its trail to lie in a file (`eccs_trail_away` lets none go earlier)."""
    created = getattr(document, "created_at", None)
    return created is not None and timezone.now() - created > YOUNGEST


def lines_of(document: Any, steps: Collection[str] = (), *, snapshots: bool = True) -> list[Any]:
    """The trail of a document, its first line first, wherever its lines lie; all of it, or the lines of some steps. Raises Damaged."""
    online = document.trail.select_related("by").order_by("seq")
    online = online.filter(step__in=steps) if steps else online
    found = list(online if snapshots else online.defer("snapshot"))
    if may_be_away(document):
        trail: Any = document.trail_model
        away = [_line_of(trail, row) for row in rows(trail._meta.db_table, document.pk - 1, document.pk)]
        people = trail._meta.get_field("by").related_model._default_manager.in_bulk(
            {one.by_id for one in away} - {None}
        )
        for one in away:
            one.by = people.get(one.by_id)
        found = [*(one for one in away if not steps or one.step in steps), *found]
    return found


def _line_of(trail: type[TrailLine], row: tuple[Any, ...]) -> TrailLine:
    return trail(**dict(zip(COLUMNS, row, strict=True)))


def lines_at(trail: type[TrailLine], wanted: Collection[tuple[int, int]]) -> dict[tuple[int, int], TrailLine]:
    """Archived lines by document and number, as far as files hold them. Raises Damaged."""
    found: dict[tuple[int, int], TrailLine] = {}
    documents = sorted({pk for pk, _seq in wanted})
    if not documents:
        return found
    known = blocks(trail._meta.db_table, documents[0] - 1, documents[-1])
    for block in known:
        if bisect_left(documents, block.first) == bisect_right(documents, block.last):
            continue  # none of them is in it
        found |= {(row[1], row[2]): _line_of(trail, row) for row in block.rows() if (row[1], row[2]) in wanted}
    return found


def away_until(table: str) -> datetime | None:
    """Until when lines of a trail lie in files; nothing where all of them are online."""
    last: datetime | None = ArchiveFile.objects.filter(trail=table).aggregate(last=models.Max("last_at"))["last"]
    return last
