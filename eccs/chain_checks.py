"""Every night: whether trails, audit log, ledgers and signatures are as they were written, by themselves and against the heads kept outside."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from eccs import archiving, audit, heads, retention, roots, rounds, trail
from eccs.archive_files import ArchiveFile, Damaged
from eccs.heads import Fault
from eccs.log_files import LogFile

TOGETHER = 1000  # faults that are written at once
logger = logging.getLogger(__name__)


def check_all() -> Iterator[Fault]:
    """Everything that is not as it was written: which document or row, which line, and what is wrong there."""
    for kind in trail.trails():
        yield from _broken_trails(kind)
    yield from _broken_lanes()
    yield from _broken_files()
    yield from _broken_archives()
    yield from _broken_roots()
    yield from heads.faults()


def _broken_trails(kind: type[trail.TrailLine], after: int = 0, upto: int | None = None) -> Iterator[Fault]:
    try:
        for document, line in trail.broken_lines(kind, after, upto):
            yield Fault(document, _("The trail is broken at %(line)s.") % {"line": line})
    except Damaged as damaged:
        yield Fault(_("archive"), str(damaged))


def _broken_lanes(names: Collection[str] | None = None) -> Iterator[Fault]:
    for lane, line in audit.broken_lines(names):
        yield Fault(lane, _("The log is broken at %(line)s.") % {"line": line})


def _broken_files(keys: Collection[int] | None = None) -> Iterator[Fault]:
    for file in retention.broken_files(keys):
        yield Fault(_("audit log"), file)


def _broken_archives(keys: list[int] | None = None) -> Iterator[Fault]:
    for file in archiving.broken_files(keys):
        yield Fault(_("archive"), file)


def _broken_roots(since: date = date.min, until: date = date.max) -> Iterator[Fault]:
    for root in roots.broken_roots(since, until):
        what = _("Not as the root of %(day)s sealed it.") % {"day": f"{root.day:%d/%m/%Y}"}
        yield Fault(root.trail, what)


def check_tonight() -> Iterator[Fault]:
    """What the day added, against its roots and heads, and of all that lies there the share that is next.

    So a night costs what the day cost and a share of the rest, and everything is verified anew within the days of the dated rule.
    """
    yesterday = timezone.localdate() - timedelta(days=2)
    yield from _broken_roots(yesterday)
    night = rounds.Night(timezone.now())
    if days := night.of_names("eccs_trailroot", roots.weights(yesterday)):
        yield from _broken_roots(date.fromisoformat(days[0]), date.fromisoformat(days[-1]))
    for kind in trail.trails():
        after, upto = night.of_keys(kind._meta.db_table, trail.documents_of(kind))
        yield from _broken_trails(kind, after, upto)
    yield from _broken_lanes([name[1:] for name in night.of_names("eccs_auditlane", audit.lengths())])
    files = [(f"{kept.pk:012}", kept.lines) for kept in LogFile.objects.only("lines").order_by("pk")]
    yield from _broken_files([int(name) for name in night.of_names("eccs_logfile", files)])
    files = [(f"{kept.pk:012}", kept.lines) for kept in ArchiveFile.objects.only("lines").order_by("pk")]
    yield from _broken_archives([int(name) for name in night.of_names("eccs_archivefile", files)])
    names = heads.names()
    if names:
        recent = next((one for one in names if one >= f"{yesterday:%Y/%m/%d}"), names[-1])
        older = night.of_names("heads", [(name, 1) for name in names if name < recent])
        if older:
            yield from heads.faults(max((one for one in names if one < older[0]), default=""), older[-1])
        yield from heads.faults(max((one for one in names if one < recent), default=""))
    night.over()


def nightly() -> int:
    """Check the night's share and keep what was found, for the System Admin; how many faults there are now.

    As long as a fault stands everything is checked, so that it is known whether it was put right.
    """
    now, waiting, count = timezone.now(), list[trail.ChainFault](), 0
    everything = trail.ChainFault.objects.exists()
    for one in check_all() if everything else check_tonight():
        waiting.append(trail.ChainFault(where=one.where[:120], what=one.what[:300], found_at=now, last_at=now))
        count += 1
        if len(waiting) == TOGETHER:
            _keep(waiting)
            waiting = []
    _keep(waiting)
    trail.ChainFault.objects.filter(last_at__lt=now).delete()  # found once and put right since
    if count:
        logger.error("%s faults in trails, ledgers or signatures", count)
    return count


def _keep(found: list[trail.ChainFault]) -> None:
    unlike = {(one.where, one.what): one for one in found}
    trail.ChainFault.objects.bulk_create(
        unlike.values(), update_conflicts=True, unique_fields=["where", "what"], update_fields=["last_at"]
    )
