"""The trail: what was done to a document, by whom, when; never changed, each line sealed by the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.conf import settings
from django.db import connection, models
from django.db.models import F
from django.utils import timezone
from django.utils.functional import Promise

from eccs.copying import copy_rows

if TYPE_CHECKING:
    from eccs.workflow import Document

START = ""  # what stands before the first line of a document


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal | Promise):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot stand in the trail")


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def canonical(value: object) -> str:
    """The one way a value is written for the trail: JSON, keys in order, no spaces."""
    return _CANONICAL.encode(value)


def seal(previous: str, facts: str) -> str:
    """SHA-256 over the previous seal and this line's facts, in hexadecimal."""
    return hashlib.sha256(f"{previous}\n{facts}".encode()).hexdigest()


class TrailLine(models.Model):
    """One line of a document's trail. A database trigger refuses every change but the mark that it was notified."""

    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    step = models.CharField(max_length=40)
    from_stage = models.CharField(max_length=40, blank=True)
    to_stage = models.CharField(max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    by_name = models.CharField(max_length=120)
    role = models.CharField(max_length=40)
    answers = models.JSONField(default=dict)
    snapshot = models.JSONField(null=True)
    previous = models.CharField(max_length=64, blank=True)
    seal = models.CharField(max_length=64)
    noticed_at = models.DateTimeField(null=True)

    tells_firms: ClassVar[bool] = True  # whether its lines are news for the firms
    document: Any  # each trail names its own document
    document_id: int
    columns: ClassVar[tuple[str, ...]] = (
        "document_id", "seq", "at", "step", "from_stage", "to_stage", "by_id", "by_name", "role", "answers",
        "snapshot", "previous", "seal",
    )  # fmt: skip

    class Meta:
        abstract = True
        ordering = ["document_id", "seq"]

    def __str__(self) -> str:
        return f"{self.seq}. {self.step}: {self.from_stage} → {self.to_stage}"

    def facts(self) -> str:
        """Everything the seal covers, in the canonical form."""
        return _facts(
            self.document_id, self.seq, self.at, self.step, self.from_stage, self.to_stage, self.by_id,
            self.by_name, self.role, self.answers, self.snapshot,
        )  # fmt: skip


@lru_cache(64)  # the lines of one set-wise step share their moment
def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _facts(
    document_id: int, seq: int, at: datetime, step: str, from_stage: str, to_stage: str, by_id: int | None,
    by_name: str, role: str, answers: dict[str, Any], snapshot: Any,
) -> str:  # fmt: skip
    return canonical(
        [document_id, seq, _moment(at), step, from_stage, to_stage, by_id, by_name, role, answers, snapshot]
    )


class Entry:
    """A line about to be written for a document that the gate holds locked."""

    __slots__ = ("answers", "at", "by_id", "by_name", "document", "from_stage", "role", "snapshot", "step", "to_stage")

    def __init__(
        self, document: Document, *, at: datetime, step: str, from_stage: str, to_stage: str, by_id: int | None,
        by_name: str, role: str, answers: dict[str, Any], snapshot: Any = None,
    ) -> None:  # fmt: skip
        self.document, self.at, self.step = document, at, step
        self.from_stage, self.to_stage = str(from_stage), str(to_stage)
        self.by_id, self.by_name, self.role = by_id, by_name, role
        self.answers, self.snapshot = answers, snapshot


def seal_entries(entries: Iterable[Entry]) -> list[tuple[Any, ...]]:
    """Seal each entry onto its document's chain and return the rows; the documents carry the new head of the chain."""
    rows = []
    for e in entries:
        document = e.document
        document.trail_length += 1
        answers, snapshot = (
            canonical(e.answers) if e.answers else "{}",
            None if e.snapshot is None else canonical(e.snapshot),
        )
        facts = _facts(
            document.pk, document.trail_length, e.at, e.step, e.from_stage, e.to_stage, e.by_id, e.by_name, e.role,
            json.loads(answers) if e.answers else {}, None if snapshot is None else json.loads(snapshot),
        )  # fmt: skip
        previous, document.trail_head = document.trail_head, seal(document.trail_head, facts)
        rows.append((
            document.pk, document.trail_length, e.at, e.step, e.from_stage, e.to_stage, e.by_id, e.by_name, e.role,
            answers, snapshot, previous, document.trail_head,
        ))  # fmt: skip
    return rows


def insert_lines(trail: type[TrailLine], rows: list[tuple[Any, ...]]) -> None:
    """Write sealed rows in one statement."""
    table = trail._meta.db_table
    with connection.cursor() as cursor:
        if len(rows) == 1:
            marks = ",".join(["%s"] * len(TrailLine.columns))
            cursor.execute(f'INSERT INTO "{table}" ({",".join(TrailLine.columns)}) VALUES ({marks})', rows[0])  # noqa: S608 our own table and column names
        else:
            copy_rows(cursor, table, TrailLine.columns, rows)


def broken_lines(trail: type[TrailLine], after: int = 0, upto: int | None = None) -> Generator[tuple[str, str]]:
    """Every document of a trail whose chain does not hold: its name and the first line that is wrong.

    Lines and documents are read side by side, each once and in order, so that it takes no more memory for more of them; all of
    them, or those whose keys lie between two.
    """
    model = documents_of(trail)
    found: list[tuple[int, str]] = []
    for one in _unfit(trail, model, after, upto):
        found.append(one)
        if len(found) == NAMED_TOGETHER:
            yield from _named(model, found)
            found = []
    yield from _named(model, found)


NAMED_TOGETHER = 500


def documents_of(trail: type[TrailLine]) -> Any:
    """The kind of document that a trail is of."""
    return cast("Any", trail)._meta.get_field("document").related_model


def _named(model: Any, found: list[tuple[int, str]]) -> Iterator[tuple[str, str]]:
    """Documents by their names; one that is gone itself by its kind and key."""
    known = model._default_manager.in_bulk([pk for pk, _line in found])
    for pk, line in found:
        yield str(known[pk]) if pk in known else f"{model._meta.verbose_name} {pk}", line


def _unfit(trail: type[TrailLine], model: Any, after: int, upto: int | None) -> Iterator[tuple[int, str]]:
    """Documents whose lines do not hold, or do not lead to the head that the document bears."""
    documents = model._default_manager.filter(pk__gt=after, **({} if upto is None else {"pk__lte": upto}))
    documents = documents.order_by("pk").values_list("pk", "trail_length", "trail_head")
    with closing(documents.iterator(chunk_size=5000)) as heads:
        head = next(heads, None)
        for pk, length, last, wrong in _read(trail, after, upto):
            while head is not None and head[0] < pk:
                if head[1:] != (0, START):
                    yield head[0], f"line {head[1]} (the end of the chain)"
                head = next(heads, None)
            borne: tuple[int, str] | None = None
            if head is not None and head[0] == pk:
                borne, head = head[1:], next(heads, None)
            if wrong or borne != (length, last):
                yield pk, wrong or f"line {borne[0] if borne else length} (the end of the chain)"
        for rest in (head, *heads) if head is not None else ():
            if rest[1:] != (0, START):
                yield rest[0], f"line {rest[1]} (the end of the chain)"


def _read(trail: type[TrailLine], after: int, upto: int | None) -> Iterator[tuple[int, int, str, str]]:
    """Of every chain: whose it is, how long, its last seal, and the first line that is wrong."""
    for pk, lines in groupby(_rows(trail, after, upto), key=itemgetter(0)):
        length, head, wrong = 0, START, ""
        for line in lines:
            length += 1
            if not wrong and not (
                line[1] == length and line[11] == head and line[12] == seal(head, _facts(*line[:11]))
            ):
                wrong = f"line {length} ({line[3]})"
            head = line[12]
        yield pk, length, head, wrong


def _rows(trail: type[TrailLine], after: int, upto: int | None) -> Iterator[tuple[Any, ...]]:
    """The lines of documents between two keys, in the order of documents and lines, wherever they lie."""
    from eccs import archive_files

    lines: Any = cast("Any", trail._default_manager).filter(document_id__gt=after)
    lines = lines if upto is None else lines.filter(document_id__lte=upto)
    rows: Any = lines.order_by("document_id", "seq").values_list(*TrailLine.columns)
    away = (row[1:-1] for row in archive_files.rows(trail._meta.db_table, after, upto))
    with closing(rows.iterator(chunk_size=5000)) as online:
        yield from merge(online, away, key=itemgetter(0, 1))


def trails() -> list[type[TrailLine]]:
    """Every concrete trail in the system, one per kind of document."""
    from django.apps import apps

    return [m for m in apps.get_models() if issubclass(m, TrailLine)]


def chains() -> list[tuple[str, str]]:
    """Every table of chained lines, with the column that tells its chains apart: the trails and the audit log."""
    from eccs.audit import AuditLine

    return [*((trail._meta.db_table, "document_id") for trail in trails()), (AuditLine._meta.db_table, "lane")]


class ChainFault(models.Model):
    """Something that the nightly verification found: a chain or a row that is not as it was written."""

    where = models.CharField(max_length=120)  # the document, the lane of the audit log, the row of a ledger
    what = models.CharField(max_length=300)
    found_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["where", "pk"]
        constraints = [models.UniqueConstraint(fields=["where", "what"], name="chain_fault_once")]

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def unnoticed(trail: type[TrailLine]) -> models.QuerySet[TrailLine]:
    """Lines nobody was told of yet, oldest first: the outbox of notices."""
    return trail._default_manager.filter(noticed_at=None).order_by(F("id"))
