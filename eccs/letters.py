"""Notices as e-mail: each is sent until the mail server has taken it, and is marked as sent only then.

Whoever sends a notice claims it for a while, so that two workers do not send it both; a worker that is killed meanwhile
leaves it to the next sweep. An address that is refused is tried again, later each time, and keeps no other waiting.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import import_string

from eccs.models import Notice

AT_ONCE = 500
CLAIMED = timedelta(minutes=10)  # far longer than the mail server is waited for
MOST_TRIES = 12  # over three days and more
LONGEST_WAIT = timedelta(days=1)
FAULTS = (OSError, ValueError)  # the server is away or refuses, or an address is none

logger = logging.getLogger(__name__)


class NotTaken(RuntimeError):
    """The mail server did not take a notice for some of its addresses."""


def send_unsent() -> int:
    """Send each notice that is due to its audience, one message a language; return how many messages the server took."""
    server: Any = get_connection()
    if not _answers(server):
        return 0  # nothing is claimed: all of it is sent when the server is back
    sent, now = 0, timezone.now()
    at_last = Q(try_at__lte=now) | Q(
        try_at__gt=now + LONGEST_WAIT
    )  # no wait is so long: it was set by a clock that ran ahead
    due = Notice.objects.filter(at_last, sent_at=None, tries__lt=MOST_TRIES)
    try:
        for pk in list(due.order_by("id").values_list("pk", flat=True)[:AT_ONCE]):
            if not due.filter(pk=pk).update(try_at=now + CLAIMED, tries=F("tries") + 1):
                continue  # another worker has it
            notice = Notice.objects.get(pk=pk)
            try:
                sent += _send(notice, server)
                Notice.objects.filter(pk=pk).update(sent_at=timezone.now())
            except NotTaken as fault:
                _put_off(notice, fault)
                if not _answers(server):
                    break
    finally:
        server.close()
    return sent


def _answers(server: Any) -> bool:
    """Whether the mail server can be reached."""
    try:
        server.open()
    except FAULTS as fault:
        logger.warning("the mail server does not answer: %s", fault)
        return False
    return True


def _send(notice: Notice, server: Any) -> int:
    """Hand the notice to the server for every address that does not have it yet. Raises NotTaken where one is refused.

    All of a firm are written to together; where such a message is refused each alone, so that a bad address spoils no other's.
    """
    sent, refused = 0, []
    for language, to in import_string(settings.NOTICE_ADDRESSES)(notice.audience, notice.station).items():
        subject, body = notice.said_in(language)
        groups = [[address for address in to if address not in notice.sent_to]]
        while groups:
            if not (group := groups.pop(0)):
                continue
            try:
                EmailMessage(f"ECCS: {subject}", body, to=group, connection=server).send()
            except FAULTS as fault:
                server.close()
                if not _answers(server):
                    raise NotTaken(str(fault)) from fault
                groups += [[address] for address in group] if len(group) > 1 else []
                refused += [str(fault)] if len(group) == 1 else []
            else:
                sent += 1
                notice.sent_to = [*notice.sent_to, *group]
                Notice.objects.filter(pk=notice.pk).update(sent_to=notice.sent_to)
    if refused:
        raise NotTaken("; ".join(refused))
    return sent


def _put_off(notice: Notice, fault: Exception) -> None:
    """Try again after 2, 4, 8 … minutes, after a day at the latest; after the last try it is told in the log."""
    wait = min(timedelta(minutes=2**notice.tries), LONGEST_WAIT)
    Notice.objects.filter(pk=notice.pk).update(try_at=timezone.now() + wait)
    say = logger.error if notice.tries >= MOST_TRIES else logger.warning
    say("notice %s to %s was not taken, try %d: %s", notice.pk, notice.audience, notice.tries, fault)
