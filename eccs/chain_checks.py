"""Every night: whether trails, audit log, ledgers and signatures are as they were written, by themselves and against the heads kept outside."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from eccs import audit, heads, retention, trail
from eccs.heads import Fault

TOGETHER = 1000  # faults that are written at once
logger = logging.getLogger(__name__)


def check_all() -> Iterator[Fault]:
    """Everything that is not as it was written: which document or row, which line, and what is wrong there."""
    for kind in trail.trails():
        for document, line in trail.broken_lines(kind):
            yield Fault(document, _("The trail is broken at %(line)s.") % {"line": line})
    for lane, line in audit.broken_lines():
        yield Fault(lane, _("The log is broken at %(line)s.") % {"line": line})
    for file in retention.broken_files():
        yield Fault(_("audit log"), file)
    for root in trail.broken_roots():
        what = _("Not as the root of %(day)s sealed it.") % {"day": f"{root.day:%d/%m/%Y}"}
        yield Fault(root.trail, what)
    yield from heads.faults()


def nightly() -> int:
    """Check everything and keep what was found, for the System Admin; how many faults there are now."""
    now, waiting, count = timezone.now(), list[trail.ChainFault](), 0
    for one in check_all():
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
