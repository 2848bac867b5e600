"""The kernel's background work. Tasks take ids, may run twice, and do their work in small transactions."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from eccs import batches, letters, notices, retention, rolled_up, trail, upload_runner
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
    yesterday = timezone.localdate() - timedelta(days=1)
    return sum(len(trail.seal_day(day)) for day in trail.unsealed_days(yesterday))


@shared_task
def keep_logs() -> int:
    """Put the months of the audit log away that need not be online any more, and make the months to come."""
    return retention.keep_logs()


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
