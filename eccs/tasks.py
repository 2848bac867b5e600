"""The kernel's background work. Tasks take ids, may run twice, and do their work in small transactions."""

from __future__ import annotations

from datetime import date, timedelta

from celery import shared_task
from django.db import connection
from django.utils import timezone

from eccs import (
    archiving,
    batches,
    chain_checks,
    heads,
    letters,
    notices,
    retention,
    rolled_up,
    roots,
    trail,
    trail_years,
    upload_expiry,
    upload_runner,
)
from eccs.models import Heartbeat
from eccs.signing import presenting, verifying


@shared_task
def send_notices() -> int:
    """Gather the unsent lines of every trail into notices and send what was not sent yet."""
    gathered = sum(notices.gather(kind) for kind in trail.trails() if kind.tells_firms)
    letters.send_unsent()
    return gathered


@shared_task
def seal_trail() -> int:
    """Take the root over all chains of yesterday, and of the days on which nobody did."""
    return sum(len(roots.seal_day(day)) for day in roots.unsealed_days(_last_day_over()))


def _last_day_over() -> date:
    """The last day that is over by the clock of this host and by that of the database.

    A host whose clock runs ahead must not seal a day on which lines are still written: its root would never hold again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        there = timezone.localdate(cursor.fetchone()[0])
    return min(timezone.localdate(), there) - timedelta(days=1)


@shared_task
def keep_heads() -> str:
    """Write the signed head of all chains outside the database."""
    return heads.take().name


@shared_task
def verify_chains() -> int:
    """Check every trail, the audit log, the ledgers and the signed rows, by themselves and against the heads."""
    return chain_checks.nightly()


@shared_task
def keep_logs() -> int:
    """Put the months of the audit log away that need not be online any more, and make the months to come."""
    return retention.keep_logs()


@shared_task
def keep_years() -> int:
    """Make the partitions of the trails for the financial year to come, and begin the one that has come."""
    return trail_years.keep_years()


@shared_task
def archive_years() -> int:
    """Put the trails of closed years away whose documents are all settled."""
    return archiving.archive_years()


@shared_task
def heartbeat() -> None:
    """Say that beat and a worker live."""
    Heartbeat.objects.update_or_create(name="beat", defaults={"at": timezone.now()})


@shared_task
def roll_up() -> None:
    """Count what waits at the desks and how long documents stood there, for those who watch."""
    rolled_up.roll_up()


@shared_task
def check_upload(upload_id: int) -> None:
    """Check a file of shipments as a whole."""
    upload_runner.check(upload_id)


@shared_task
def save_upload(upload_id: int, user_id: int) -> None:
    """Save or file what a checked upload holds."""
    upload_runner.save(upload_id, user_id)


@shared_task
def hand_on_companion(upload_id: int) -> None:
    """Give what came with a saved upload to what was saved."""
    upload_runner.hand_on(upload_id)


@shared_task
def resume_uploads() -> None:
    """Take up again the uploads that a stopped worker left behind."""
    upload_runner.resume()


@shared_task
def end_unsigned_uploads() -> int:
    """Tell of checked files that nobody signs, and end those of which was told in time; return how many ended."""
    ended = upload_expiry.expire()
    upload_expiry.tell()
    return ended


@shared_task
def verify_signatures() -> int:
    """Check every signature, and forget what nobody signed in time."""
    presenting.tidy()
    return verifying.nightly()


@shared_task
def make_papers(batch_id: int) -> None:
    """Draw the papers that somebody asked for together."""
    batches.make(batch_id)


@shared_task
def tidy_papers() -> None:
    """Forget the papers that have expired, and take up again those that a stopped worker left behind."""
    for batch_id in batches.tidy():
        batches.make(batch_id)
