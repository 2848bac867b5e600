"""How long logs stay in the database: the audit log lies in one partition a month, and a month that may go becomes a file.

A month leaves only whole, in the order of the months, and only while its chains hold: its file begins where the one before ended,
and what stays online begins where the file ends, so that the log is verified from its first line to its last, wherever a line lies.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from tempfile import TemporaryFile
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from eccs import audit, trail_years
from eccs.audit import AuditLine
from eccs.dated_rules import rule_book
from eccs.doctor import examination
from eccs.log_files import LogFile, tails
from eccs.trail import START, canonical

AHEAD = 3  # months that are made before they come
REST = "eccs_auditline_rest"  # the partition of whatever has no month


class Broken(Exception):
    """A chain that does not hold: the lane and its line."""


def keep_logs(now: datetime | None = None) -> int:
    """Make the months to come, and put away those that may go. Return how many went."""
    now = now or timezone.now()
    make_months(now)
    gone = 0
    for month in due(now):
        try:
            put_away(month)
        except Broken as broken:
            audit.record("log.not-kept", about=f"audit log {month:%m/%Y}", why=str(broken))
            break
        gone += 1
    return gone


def make_months(now: datetime) -> None:
    """The partitions of this month and the next ones, and of whatever lies in none."""
    wanted = set(islice(_from(now.astimezone(UTC).date().replace(day=1)), AHEAD + 1))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT date_trunc('month', at AT TIME ZONE 'UTC')::date FROM {REST}")  # noqa: S608 our own table
        wanted |= {month for (month,) in cursor.fetchall()}
        for month in sorted(wanted - set(months())):
            cursor.execute("SELECT eccs_audit_month(%s)", [month])


def months() -> list[date]:
    """The months that have a partition, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_date(right(inhrelid::regclass::text, 7), 'YYYY_MM') FROM pg_inherits"
            " WHERE inhparent = 'eccs_auditline'::regclass AND inhrelid <> %s::regclass ORDER BY 1",
            [REST],
        )
        return [month for (month,) in cursor.fetchall()]


def due(now: datetime) -> list[date]:
    """The months that ended longer ago than the log is kept online, by the dated rule."""
    days = rule_book().count("audit_online_days", timezone.localdate(now))
    return [month for month in months() if _after(month) <= now - timedelta(days=days)]


def put_away(month: date) -> LogFile | None:
    """One month becomes a file, and leaves the database. An empty month only leaves. Raises Broken."""
    kept = LogFile.objects.filter(log=LogFile.Log.AUDIT, since=_begin(month)).first()
    kept = kept or _written(month)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if kept is not None:
                kept.save()
            cursor.execute("SELECT eccs_audit_month_away(%s)", [month])
    except BaseException:
        if kept is not None:
            default_storage.delete(str(kept.file.name))
        raise
    if kept is not None:
        audit.record("log.kept", about=str(kept), lines=kept.lines, file=kept.file.name, sha256=kept.sha256)
    return kept


def _written(month: date) -> LogFile | None:
    """The file of a month, in the store; not yet known to the database."""
    since, until = _begin(month), _after(month)
    found = AuditLine.objects.filter(at__gte=since, at__lt=until).order_by("lane", "seq")
    ends, heads, lines = tails(), dict[str, tuple[int, str]](), 0
    with TemporaryFile() as made:
        with gzip.GzipFile(fileobj=made, mode="wb", mtime=0) as packed:
            for line in found.iterator(chunk_size=5000):
                _follows(line, heads.get(line.lane) or ends.get(line.lane, (0, START)))
                heads[line.lane], lines = (line.seq, line.seal), lines + 1
                packed.write(_told(line).encode() + b"\n")
        if not lines:
            return None
        size = made.tell()
        made.seek(0)
        digest = hashlib.file_digest(made, "sha256").hexdigest()
        made.seek(0)
        kept = LogFile(since=since, until=until, lines=lines, heads=heads, sha256=digest, size=size)
        kept.file.save(f"audit-{month:%Y-%m}.jsonl.gz", File(made), save=False)
    return kept


def _follows(line: AuditLine, before: tuple[int, str]) -> None:
    if (line.seq, line.previous) != (before[0] + 1, before[1]) or not line.holds():
        raise Broken(f"{line.lane or 'no station'}: line {line.seq} does not follow line {before[0]}")


COLUMNS = tuple(field.attname for field in AuditLine._meta.concrete_fields)


def _told(line: AuditLine) -> str:
    return canonical({name: getattr(line, name) for name in COLUMNS})


def broken_files(keys: Collection[int] | None = None) -> Iterator[str]:
    """Every file of the audit log that is not there, is another, or whose chains do not go on from the file before; all, or some."""
    ends: dict[str, tuple[int, str]] = {}
    for kept in LogFile.objects.filter(log=LogFile.Log.AUDIT).order_by("since"):
        if keys is not None and kept.pk not in keys:
            ends.update({lane: (seq, seal) for lane, (seq, seal) in kept.heads.items()})
            continue
        if not kept.is_as_written():
            yield f"{kept}: {kept.file.name} is not in the store as it was written"
            ends.update({lane: (seq, seal) for lane, (seq, seal) in kept.heads.items()})
            continue
        try:
            for told in kept.read():
                line = _line_of(told)
                _follows(line, ends.get(line.lane, (0, START)))
                ends[line.lane] = (line.seq, line.seal)
        except Broken as broken:
            yield f"{kept}: {broken}"


def _line_of(told: dict[str, Any]) -> AuditLine:
    return AuditLine(**{**told, "at": datetime.fromisoformat(told["at"])})


def _from(month: date) -> Iterator[date]:
    while True:
        yield month
        month = (month + timedelta(days=31)).replace(day=1)


def _begin(month: date) -> datetime:
    return datetime.combine(month, time.min, UTC)


def _after(month: date) -> datetime:
    return _begin((month + timedelta(days=31)).replace(day=1))


@examination("logs", "Let a worker run eccs.tasks.keep_logs, and look at the audit log for “Log not put away”.")
def logs() -> str:
    """The audit log has a partition for the month to come, and nothing online that should be in a file since a week."""
    now = timezone.now()
    lacking = [month for month in islice(_from(now.astimezone(UTC).date().replace(day=1)), 2) if month not in months()]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {REST})")  # noqa: S608 our own table
        strays = cursor.fetchone()[0]
    told = [f"No partition for {month:%m/%Y}." for month in lacking]
    told += ["Lines lie outside every month."] if strays else []
    return " ".join(
        [*told, *(f"{month:%m/%Y} should have left the database." for month in due(now - timedelta(days=7)))]
    )


@examination("years", "Let a worker run eccs.tasks.keep_years.")
def years() -> str:
    """The trails of bills have a partition for the financial year to come."""
    this = trail_years.year_of(timezone.now() - timedelta(days=1))
    lacking = [
        one
        for one in trail_years.parted()
        if not trail_years.TrailYear.objects.filter(trail=one, since=trail_years.after(this)).exists()
    ]
    return " ".join(f"No partition of {one} for the year after {this:%d/%m/%Y}." for one in lacking)
