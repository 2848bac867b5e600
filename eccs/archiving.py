"""Closed years: the trail of a financial year whose documents are all settled leaves the database for a file, and stays readable.

The documents themselves stay, and so do all lists and searches; the page of a document reads its lines from the file. A year goes
only whole, only while its chains hold, and not before the days of the dated rule are over since its end and since its newest line.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby, islice, pairwise
from operator import itemgetter
from tempfile import TemporaryFile
from typing import Any, cast

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from eccs import audit, trail, trail_years
from eccs.archive_files import COLUMNS, DOCUMENTS_IN_A_BLOCK, ArchiveBlock, ArchiveFile, told
from eccs.dated_rules import rule_book
from eccs.doctor import examination
from eccs.trail_years import TrailYear

NAMED = 20  # documents that are named one by one


class NotArchived(Exception):
    """Why a year stays in the database."""


@dataclass(frozen=True)
class Closed:
    """A financial year that is over, and the keys between which its documents lie."""

    year: TrailYear
    until: int

    @property
    def kind(self) -> Any:
        """The trail."""
        return next(one for one in trail.trails() if one._meta.db_table == self.year.trail)

    @property
    def documents(self) -> Any:
        """Its documents."""
        rows: Any = trail.documents_of(self.kind)._default_manager
        return rows.filter(pk__gte=self.year.first, pk__lt=self.until)

    @property
    def lines(self) -> Any:
        """Their lines that are online."""
        rows: Any = self.kind._default_manager
        return rows.filter(document_id__gte=self.year.first, document_id__lt=self.until)


def due(now: datetime) -> Iterator[Closed]:
    """The years that ended longer ago than the dated rule says and lie in no file yet."""
    days = rule_book().count("archive_after_days", timezone.localdate(now))
    known = set(ArchiveFile.objects.values_list("trail", "first"))
    for table in trail_years.parted():
        years = list(TrailYear.objects.filter(trail=table).order_by("first"))
        for year, following in pairwise(years):
            over = timezone.make_aware(datetime.combine(following.since, time.min))
            closed = Closed(year, following.first)
            if over + timedelta(days=days) <= now and (table, year.first) not in known and closed.lines.exists():
                yield closed


def hindrances(closed: Closed, now: datetime) -> Iterator[str]:
    """The documents that keep a year open: each by its name, and what is open."""
    yield from (f"{one}: {one.get_stage_display()}" for one in _waiting(closed.documents))
    kind = trail.documents_of(closed.kind)
    for other in (trail.documents_of(one) for one in trail.trails()):
        for field in other._meta.concrete_fields:
            if field.related_model is kind:
                found = other._default_manager.filter(**{f"{field.name}__in": closed.documents.values("pk")})
                yield from (f"{getattr(one, field.name)}: {one} {one.get_stage_display()}" for one in _waiting(found))
    days = rule_book().count("archive_after_days", timezone.localdate(now))
    for words, lines in (
        ("a step of late", closed.lines.filter(at__gt=now - timedelta(days=days))),
        ("a notice is not sent", closed.lines.filter(noticed_at=None)),
    ):
        keys = lines.order_by().values_list("document_id", flat=True).distinct()[:NAMED]
        yield from (f"{one}: {words}" for one in kind._default_manager.filter(pk__in=list(keys)).order_by("pk"))


def _waiting(documents: Any) -> Any:
    kind = documents.model
    return documents.filter(stage__in=kind.awaited_stages(), trail_length__gt=0).order_by("pk")[:NAMED]


def archive_years(now: datetime | None = None) -> int:
    """Put away every closed year that may go. Return how many went."""
    now, gone = now or timezone.now(), 0
    for closed in due(now):
        if next(hindrances(closed, now), None):
            continue  # the doctor names them
        try:
            put_away(closed)
        except NotArchived as fault:
            audit.record("archive.not-kept", about=str(closed.year), why=str(fault))
        else:
            gone += 1
    return gone


def put_away(closed: Closed) -> ArchiveFile:
    """The trail of a year becomes a file, and leaves the database. Raises NotArchived."""
    with closing(trail.broken_lines(closed.kind, closed.year.first - 1, closed.until - 1)) as faults:
        broken = next(faults, None)
    if broken:
        raise NotArchived(f"{broken[0]}: {broken[1]}")
    kept, blocks = _written(closed)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            kept.save()
            ArchiveBlock.objects.bulk_create(blocks, batch_size=2000)
            cursor.execute("SELECT eccs_trail_away(%s, %s)", [kept.trail, kept.first])
    except BaseException:
        default_storage.delete(str(kept.file.name))
        raise
    audit.record("archive.kept", about=str(kept), lines=kept.lines, file=kept.file.name, sha256=kept.sha256)
    return kept


def _written(closed: Closed) -> tuple[ArchiveFile, list[ArchiveBlock]]:
    """The file of a year, in the store, with its blocks; not yet known to the database."""
    year, blocks, documents, lines = closed.year, list[ArchiveBlock](), 0, 0
    kept = ArchiveFile(trail=year.trail, since=year.since, first=year.first, until=closed.until)
    newest = None
    found = closed.lines.order_by("document_id", "seq").values_list(*COLUMNS).iterator(chunk_size=5000)
    of_each = ((pk, list(rows)) for pk, rows in groupby(found, key=itemgetter(1)))
    with TemporaryFile() as made:
        while some := list(islice(of_each, DOCUMENTS_IN_A_BLOCK)):
            rows = [row for _pk, of_one in some for row in of_one]
            packed = gzip.compress(b"".join(map(told, rows)), mtime=0)
            digest = hashlib.sha256(packed).hexdigest()
            blocks.append(
                ArchiveBlock(
                    archive=kept, first=some[0][0], last=some[-1][0], place=made.tell(), size=len(packed), sha256=digest
                )
            )
            made.write(packed)
            documents, lines = documents + len(some), lines + len(rows)
            newest = max(filter(None, (newest, *(row[3] for row in rows))))
        kept.documents, kept.lines, kept.last_at = documents, lines, cast("datetime", newest)
        kept.size = made.tell()
        made.seek(0)
        kept.sha256 = hashlib.file_digest(made, "sha256").hexdigest()
        made.seek(0)
        kept.file.save(f"{year.trail}-{year.since:%Y}-{year.since.year + 1}.jsonl.gz", File(made), save=False)
    return kept, blocks


def broken_files(keys: list[int] | None = None) -> Iterator[str]:
    """Every file of a closed year that is not there or is another, or whose blocks do not make it up; all, or some."""
    found = ArchiveFile.objects.order_by("pk")
    for kept in found if keys is None else found.filter(pk__in=keys):
        if not kept.is_as_written():
            yield f"{kept}: {kept.file.name} is not in the store as it was written"
        ends = 0
        for place, size in kept.blocks.order_by("place").values_list("place", "size"):
            if place != ends:
                break
            ends += size
        if ends != kept.size:
            yield f"{kept}: its blocks do not lie one after the other"


@examination(
    "archive",
    "Settle the documents that are named, let a worker run eccs.tasks.archive_years, and look at the audit log.",
)
def archive() -> str:
    """No closed financial year stays in the database longer than a week after it may leave."""
    now = timezone.now()
    found = []
    for closed in due(now - timedelta(days=7)):
        why = list(hindrances(closed, now))
        told = f" {len(why)} or more documents keep it open: {'; '.join(why[:5])}." if why else ""
        found.append(f"{closed.year} should be in the archive.{told}")
    return " ".join(found)
