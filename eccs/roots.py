"""The root of each day: one hash over what a day added to the chains of a trail, leaning on the root of the day before.

A chain that was changed and sealed again from end to end holds by itself, but not against the roots. A day's root is taken over
the lines that came since the root before, so that it costs what the day cost and not what lies in the trail.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from django.db import connection, models
from django.utils import timezone

from eccs.trail import chains, seal


class TrailRoot(models.Model):
    """The day's root: one hash over the heads of the chains of one trail that grew on that day, taken after midnight."""

    day = models.DateField()
    trail = models.CharField(max_length=80)
    documents = models.BigIntegerField()
    lines = models.BigIntegerField()
    root = models.CharField(max_length=64)
    before = models.CharField(max_length=64, blank=True)
    upto = models.BigIntegerField(
        null=True
    )  # the last line of the day; nothing where the root is over all that there was

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "trail"], name="trail_root_once_a_day")]

    def __str__(self) -> str:
        return f"{self.trail} {self.day:%d/%m/%Y} {self.root[:12]}"


_AWAY = """
 UNION ALL SELECT head.key, (head.value ->> 0)::bigint, head.value ->> 1 FROM eccs_logfile, jsonb_each(heads) head WHERE log = 'AUDIT'
"""  # where the lanes of the audit log end that are kept in files

Told = tuple[int, int, str]


def _heads(table: str, chain: str, source: str, given: list[Any]) -> Told:
    """How many chains, and one hash over the last seal of each; the lines are those of the longest chains, added up."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), coalesce(sum(seq), 0), encode(sha256(convert_to(coalesce(string_agg(seal, '' ORDER BY {chain}), ''), 'UTF8')), 'hex') "  # noqa: S608 our own table and column
            f'FROM (SELECT DISTINCT ON ({chain}) {chain}, seq, seal FROM (SELECT {chain}, seq, seal FROM "{table}" WHERE {source}) told '
            f"ORDER BY {chain}, seq DESC) heads",
            given,
        )
        documents, lines, heads = cursor.fetchone()
    return documents, int(lines), heads


def _of_all(table: str, chain: str, day: date) -> Told:
    """What a table held when a day ended."""
    return _heads(table, chain, f"at < %s{_AWAY if chain == 'lane' else ''}", [_midnight(day)])


def _of_the_day(table: str, chain: str, after: int, upto: int) -> Told:
    """What came between two lines: the chains that grew, with how many lines, and one hash over their last seals."""
    documents, _sum, heads = _heads(table, chain, "id > %s AND id <= %s", [after, upto])
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}" WHERE id > %s AND id <= %s', [after, upto])  # noqa: S608 our own table
        return documents, cursor.fetchone()[0], heads


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def _last_line(table: str, day: date, least: int) -> int:
    """The last line that a day wrote: backwards from the newest, past those of the hours since."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT id FROM "{table}" WHERE at < %s AND id > %s ORDER BY id DESC LIMIT 1',  # noqa: S608 our own table
            [_midnight(day), least],
        )
        found = cursor.fetchone()
    return int(found[0]) if found else least


def seal_day(day: date) -> list[TrailRoot]:
    """Take the root of every trail and of the audit log for a day; a day already sealed stays."""
    roots = []
    for table, chain in chains():
        sealed = TrailRoot.objects.filter(trail=table, day=day).first()
        if sealed is None:
            last = TrailRoot.objects.filter(trail=table, day__lt=day).order_by("-day").first()
            after, previous = (last.upto or 0, last.root) if last else (0, "")
            upto = _last_line(table, day, after)
            documents, lines, heads = _of_the_day(table, chain, after, upto)
            sealed, _created = TrailRoot.objects.get_or_create(
                day=day, trail=table,
                defaults={"documents": documents, "lines": lines, "root": seal(previous, heads), "before": previous, "upto": upto},
            )  # fmt: skip
        roots.append(sealed)
    return roots


def unsealed_days(until: date) -> list[date]:
    """The days after the last sealed one, up to and with this one; before the first root only this one."""
    last = TrailRoot.objects.aggregate(last=models.Max("day"))["last"]
    return [until] if last is None else [last + timedelta(days=n + 1) for n in range((until - last).days)]


def weights(before: date) -> list[tuple[str, int]]:
    """The sealed days before one, with how many lines they added."""
    days = TrailRoot.objects.filter(day__lt=before).values("day").annotate(sum=models.Sum("lines")).order_by("day")
    return [(f"{one['day']}", one["sum"]) for one in days]


def broken_roots(since: date = date.min, until: date = date.max) -> Iterator[TrailRoot]:
    """Of every trail the first day whose root is not the one that was sealed; of all days, or of those between two."""
    for table, chain in chains():
        roots = list(TrailRoot.objects.filter(trail=table).order_by("day"))
        if broken := _first_broken(roots, chain, since, until):
            yield broken


def _first_broken(roots: list[TrailRoot], chain: str, since: date, until: date) -> TrailRoot | None:
    unlinked = next((later for earlier, later in pairwise(roots) if later.before != earlier.root), None)
    online = online_since(roots[0].trail) if roots else date.min
    whole = [root for root in roots if root.upto is None and max(since, online) <= root.day <= until]
    whole = whole if chain == "lane" or online == date.min else []  # archived lines are not among those that are online
    if whole and not _holds(whole[-1], chain, 0):  # the last of them is over all that the ones before are over
        return next((root for root in whole if not _holds(root, chain, 0)), whole[-1])
    after, begun = 0, date.min
    for root in roots:
        if root.upto is not None and since <= root.day <= until and begun >= online and not _holds(root, chain, after):
            return root
        after, begun = root.upto or 0, root.day
    return unlinked


def _holds(root: TrailRoot, chain: str, after: int) -> bool:
    if root.upto is None:
        documents, lines, heads = _of_all(root.trail, chain, root.day)
    else:
        documents, lines, heads = _of_the_day(root.trail, chain, after, root.upto)
    return (root.documents, root.lines, root.root) == (documents, lines, seal(root.before, heads))


def online_since(table: str) -> date:
    """The first day of which a table is all online; what is in files is held against their digests."""
    from eccs import archive_files, log_files
    from eccs.audit import AuditLine

    last = log_files.away_until() if table == AuditLine._meta.db_table else archive_files.away_until(table)
    return date.min if last is None else timezone.localdate(last)
