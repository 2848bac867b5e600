"""Signed heads of the chains, kept outside the database: what a chain alone cannot tell, that its newest lines are gone, they tell.

Every few minutes, and when the day is over, one more head is written: of every chain that grew the last line with its seal, and of every row
that was added to a ledger or to the signatures its hash. A head names the one before it and is signed with the certificate of
the system's seal. Nothing written is ever changed; the verification of each night holds the database against all of them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import IO, Any

from django.apps import apps
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from eccs import archive_files
from eccs.log_files import tails
from eccs.signing import cms, seal
from eccs.signing.authorities import NotAccepted
from eccs.trail import canonical, chains, trails

LATE = timedelta(hours=1)  # after which somebody should look at whoever writes them
FIRST_OVERLAP = 1000  # rows that the second head reads again
TOGETHER = 5000  # lines that are held against the database by one question
LARGEST_REREAD = 32 * 2**20  # bytes of a head whose lines the next one does not repeat
HEAD, LINES = ".head", ".lines"
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Head:
    """A head as it was written: its name in the store, what it says, and the signature under that."""

    name: str
    told: dict[str, Any]
    signature: bytes

    @property
    def at(self) -> datetime:
        """When it was written."""
        return datetime.fromisoformat(self.told["at"])

    @property
    def lines(self) -> str:
        """Where its lines are."""
        return self.name.removesuffix(HEAD) + LINES

    @property
    def digest(self) -> str:
        """By which the next one names it."""
        return hashlib.sha256(canonical(self.told).encode()).hexdigest()

    @property
    def whole(self) -> dict[str, Any]:
        """The head with its signature, as it is kept."""
        return {"head": self.told, "signature": base64.b64encode(self.signature).decode()}

    @property
    def is_late(self) -> bool:
        """Whether the next one should have been written long ago."""
        return timezone.now() - self.at > LATE


@dataclass(frozen=True)
class Fault:
    """What does not agree: where, and what is wrong there."""

    where: str
    what: str


def store() -> Storage:
    """Where heads are kept."""
    return storages["heads"]


def watched() -> dict[str, str]:
    """Every table that a head tells of, with how a line of it is told: its chain, number and seal, or its row and hash."""
    found = {
        table: f'SELECT DISTINCT ON ("{chain}") "{chain}"::text, seq, seal, id FROM "{table}" WHERE id > %s ORDER BY "{chain}", seq DESC'  # noqa: S608 our own table and column
        for table, chain in chains()
    }
    for table, columns in rows().items():
        found[table] = f'SELECT t.id::text, 0, {_hashed(columns)}, t.id FROM "{table}" t WHERE t.id > %s ORDER BY t.id'  # noqa: S608
    return found


def rows() -> dict[str, list[str]]:
    """Tables whose rows stand each for itself, are only added to and never changed, with their columns."""
    return {
        one._meta.db_table: sorted(str(field.column) for field in one._meta.concrete_fields)
        for one in apps.get_models()
        if getattr(one, "only_added_to", False)
    }


def _hashed(columns: Iterable[str]) -> str:
    parts = ", ".join(f't."{one}"' for one in columns)
    return f"encode(sha256(convert_to(ROW({parts})::text, 'UTF8')), 'hex')"


# ── writing ──────────────────────────────────────────────────────────────────


def take() -> Head:
    """Write the next head. Two at once are two heads that name the same one before them, and both hold."""
    earlier = last()
    known = _known(earlier)
    marks = dict(earlier.told["marks"]) if earlier else {}
    since = earlier.told["earlier"] if earlier else {}
    now, count, over = timezone.now(), 0, hashlib.sha256()
    with TemporaryFile() as out:
        for table, question in watched().items():
            for chain, seq, sealed, pk in _asked(question, [since.get(table, 0)]):
                marks[table] = max(marks.get(table, 0), pk)
                line = f"{table}\t{chain}\t{seq}\t{sealed}\n".encode()
                if line not in known:
                    out.write(line)
                    over.update(line)
                    count += 1
        before = earlier.told["marks"] if earlier else {table: max(0, n - FIRST_OVERLAP) for table, n in marks.items()}
        told = {
            "version": 1, "at": now.isoformat(), "before": earlier.digest if earlier else "", "marks": marks, "earlier": before,
            "count": count, "lines": over.hexdigest(), "columns": rows(),
        }  # fmt: skip
        place = f"{now:%Y/%m/%d/%H%M%S}-{now.microsecond:06}"
        out.seek(0)
        if store().save(place + LINES, File(out)) != place + LINES:
            raise FileExistsError(place)
    signature = seal.signed(canonical(told).encode())
    made = Head(place + HEAD, told, signature)
    store().save(made.name, ContentFile(canonical(made.whole).encode()))
    return made


def _known(earlier: Head | None) -> set[bytes]:
    """The lines of the head before, so that they are not repeated."""
    if earlier is None or not store().exists(earlier.lines) or store().size(earlier.lines) > LARGEST_REREAD:
        return set()
    with store().open(earlier.lines) as kept:
        return set(kept.read().splitlines(keepends=True))


def _asked(question: str, given: list[Any]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, given)
        while found := cursor.fetchmany(TOGETHER):
            yield from found


# ── reading ──────────────────────────────────────────────────────────────────


def names(folder: str = "") -> list[str]:
    """The heads that are kept, oldest first."""
    try:
        folders, files = store().listdir(folder)
    except FileNotFoundError:
        return []
    found = [f"{folder}{one}" for one in sorted(files) if one.endswith(HEAD)]
    for one in sorted(folders):
        found += names(f"{folder}{one}/")
    return found


def last() -> Head | None:
    """The newest head."""
    folder = ""
    while True:
        try:
            folders, files = store().listdir(folder)
        except FileNotFoundError:
            return None
        heads = [one for one in files if one.endswith(HEAD)]
        if heads:
            return read(folder + max(heads))
        if not folders:
            return None
        folder += max(folders) + "/"


def read(name: str) -> Head:
    """A head by its name. Raises ValueError, KeyError or TypeError where it is none."""
    with store().open(name) as kept:
        whole = json.loads(kept.read())
    return Head(name, whole["head"], base64.b64decode(whole["signature"]))


# ── the database held against them ───────────────────────────────────────────


BEFORE = 3  # heads that are read so that the one after them is found to follow: two at once name the same one


def faults(after: str = "", upto: str | None = None) -> Iterator[Fault]:
    """Everything in the database that is not as the heads tell it, and every head that is not as it was written.

    All heads are read, or those whose names lie between two.
    """
    every, away = names(), tails()
    known = {""}
    signed = _lead_to([name for name in every if name <= after][-BEFORE:] if after else [], known)
    told, missing = dict[str, tuple[str, str]](), dict[tuple[str, str], tuple[int, datetime]]()
    for name in every:
        if name <= after or (upto is not None and name > upto):
            continue
        try:
            head = read(name)
            wrong = _unsound(head, signed=signed)
            signed = signed or bool(head.signature)
        except (ValueError, KeyError, TypeError) as fault:
            yield Fault(name, _("The head cannot be read: %(fault)s") % {"fault": fault})
            continue
        known.add(head.digest)
        told[name] = head.told["before"], head.digest
        if wrong:
            yield Fault(name, wrong)
            continue  # what it tells cannot be relied on
        for table, chain, seq in _gone(head, away):
            missing.setdefault((table, chain), (seq, head.at))
            if seq < missing[table, chain][0]:
                missing[table, chain] = seq, head.at
    for name, (before, _digest) in told.items():
        if before not in known:
            yield Fault(name, _("The head before this one is gone."))
    yield from _told(missing)


def _lead_to(earlier: list[str], known: set[str]) -> bool:
    """The heads before the first that is judged become known by their digests. Whether any of them is signed."""
    signed = False
    for name in earlier:
        try:
            head = read(name)
        except (ValueError, KeyError, TypeError):
            continue  # named when its turn comes
        known.add(head.digest)
        signed = signed or bool(head.signature)
    return signed


def _unsound(head: Head, *, signed: bool) -> str:
    """What is wrong with a head by itself; nothing where it is as it was signed. Once heads were signed, all that follow must be."""
    try:
        signer = cms.signer_of(head.signature, canonical(head.told).encode()) if head.signature else None
    except NotAccepted as fault:
        return str(fault)
    if signer is not None and not seal.is_own(signer):
        return _("The head is signed with a certificate that is not of this system's seal.")
    if signer is None and signed:
        return _("The head is not signed.")
    over = hashlib.sha256()
    with store().open(head.lines) as kept:
        for chunk in kept.chunks():
            over.update(chunk)
    return "" if over.hexdigest() == head.told["lines"] else _("The lines of the head are not those that were signed.")


def _gone(head: Head, away: dict[str, tuple[int, str]]) -> Iterator[tuple[str, str, int]]:
    """The lines of a head that the database does not hold any more: by table, chain and number.

    Lines of the audit log that lie in files are not asked for: the files are held against their digests, which heads tell too,
    and the log goes on from their ends.
    """
    chained = dict(chains())
    waiting: dict[str, list[tuple[str, int, str]]] = defaultdict(list)
    with store().open(head.lines) as kept:
        for line in _lines(kept):
            table, chain, seq, sealed = line
            if chained.get(table) == "lane" and int(seq) <= away.get(chain, (0, ""))[0]:
                continue
            waiting[table].append((chain, int(seq), sealed))
            if len(waiting[table]) == TOGETHER:
                yield from _held_against(table, waiting.pop(table), head)
    for table, lines in waiting.items():
        yield from _held_against(table, lines, head)


def _lines(kept: IO[bytes] | Any) -> Iterator[list[str]]:
    for line in kept:
        found = line.decode().rstrip("\n").split("\t")
        if len(found) == 4:
            yield found


def _held_against(table: str, lines: list[tuple[str, int, str]], head: Head) -> Iterator[tuple[str, str, int]]:
    """One question for thousands of lines."""
    chained = dict(chains())
    if table in chained:
        kind = "text" if chained[table] == "lane" else "bigint"
        holds = f't."{chained[table]}" = told.chain::{kind} AND t.seq = told.seq AND t.seal = told.sealed'
    elif table in head.told["columns"] and table in rows():
        holds = f"t.id = told.chain::bigint AND {_hashed(head.told['columns'][table])} = told.sealed"
    else:
        return  # a table that is no more
    question = (
        "SELECT told.chain, told.seq FROM unnest(%s::text[], %s::bigint[], %s::text[]) AS told(chain, seq, sealed) "  # noqa: S608 our own tables and columns
        f'WHERE NOT EXISTS (SELECT 1 FROM "{table}" t WHERE {holds})'
    )
    columns = [list(one) for one in zip(*lines, strict=True)]
    lacking = list(_asked(question, columns))
    away = _archived(table, lacking) if chained.get(table) == "document_id" and lacking else {}
    sealed = {(chain, seq): told for chain, seq, told in lines} if away else {}
    for chain, seq in lacking:
        if not away or away.get((int(chain), seq)) != sealed[chain, seq]:
            yield table, chain, seq


def _archived(table: str, lacking: list[tuple[str, int]]) -> dict[tuple[int, int], str]:
    """The seals of lines that left the database with their year."""
    model = next(one for one in trails() if one._meta.db_table == table)
    try:
        found = archive_files.lines_at(model, {(int(chain), seq) for chain, seq in lacking})
    except archive_files.Damaged as fault:
        logger.error("an archived year cannot be read: %s", fault)
        return {}
    return {key: line.seal for key, line in found.items()}


def _told(missing: dict[tuple[str, str], tuple[int, datetime]]) -> Iterator[Fault]:
    """What is missing in words: the document, or the row of a ledger, and since which line."""
    trails = {one._meta.db_table: one for one in apps.get_models()}
    by_table: dict[str, list[str]] = defaultdict(list)
    for table, chain in missing:
        by_table[table].append(chain)
    chained = dict(chains())
    for table, found in by_table.items():
        model = trails[table]
        named = _names_of(model, found, chained=chained.get(table, ""))
        for chain in found:
            seq, at = missing[table, chain]
            when = timezone.localtime(at)
            if table in chained:
                what = _("Line %(line)s is not the one that was there on %(at)s: it, or one before it, was changed or removed.")  # fmt: skip
            else:
                what = _("The row is not as it was on %(at)s: it was changed or removed.")
            yield Fault(named[chain], what % {"line": seq, "at": f"{when:%d/%m/%Y %H:%M}"})


def _names_of(model: Any, found: list[str], *, chained: str) -> dict[str, str]:
    """Documents and rows by their names; one that is gone itself by its kind and key."""
    if chained == "lane":
        return {lane: f"audit log of {lane or 'no station'}" for lane in found}
    of = model._meta.get_field("document").related_model if chained else model
    known = of._default_manager.in_bulk([int(one) for one in found])
    kind = str(of._meta.verbose_name)
    if chained:
        return {one: str(known[int(one)]) if int(one) in known else f"{kind} {one}" for one in found}
    return {one: f"{kind} {one}" + (f" ({known[int(one)]})" if int(one) in known else "") for one in found}
