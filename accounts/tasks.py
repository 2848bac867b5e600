"""Letters about passwords, the end of sessions, and of what is no longer needed. Tasks take ids and may run twice."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.core.management import call_command
from django.db.models import F, Q
from django.utils import timezone

from accounts import expiry, letters, lockout, reset_links, sessions
from accounts.credentials import ExpiryExercise
from accounts.entry import mail_password_link
from accounts.models import Posting, User
from eccs.in_hand import give_back


@shared_task
def send_reset_link(given: str, language: str = "en") -> int:
    """Send the link for a forgotten password to the person of a user name or an e-mail address, if there is one."""
    return reset_links.send(given, language)


@shared_task
def advise(exercise_id: int) -> int:
    """Write to those whom an expiry exercise concerns."""
    exercise = ExpiryExercise.objects.filter(pk=exercise_id).first()
    return expiry.advise(exercise) if exercise is not None else 0


@shared_task
def advise_of_exercises() -> int:
    """Take up the letters that a stopped worker left, and write to people who have joined a scope since."""
    to_come = ExpiryExercise.objects.filter(cancelled_at=None, begins_at__gt=timezone.now())
    return sum(expiry.advise(exercise) for exercise in to_come)


@shared_task
def take_down_exercises() -> int:
    """Take the advisories of finished expiry exercises off the desks."""
    return expiry.take_down_done()


@shared_task
def tidy() -> int:
    """Drop old counts of wrong tries and what is listed of sessions that are over."""
    return lockout.forget_old() + sessions.forget_ended()


@shared_task
def clear_sessions() -> None:
    """Drop the sessions that are out of date."""
    call_command("clearsessions")


@shared_task
def mail_link(person_id: int) -> None:
    """Send a person the link to choose a password."""
    person = User.objects.filter(pk=person_id, is_active=True).exclude(email="").first()
    if person is not None:
        mail_password_link(person)


@shared_task
def security_letter(person_id: int, event: str, to: str, words: dict[str, str]) -> bool:
    """Tell a person what was done to the own sign-in."""
    person = User.objects.filter(pk=person_id).first()
    return person is not None and letters.write(person, event, to, words)


@shared_task
def locked_letter(name: str) -> bool:
    """Tell the person of a user name, if there is one, that sign-in waits."""
    return letters.write_locked(name)


@shared_task
def end_sessions_of_yesterday() -> int:
    """Whoever had the last day of the last posting yesterday is signed out, and the work of every posting that ended goes back; run twice, it does nothing more."""
    today = timezone.localdate()
    ended = Posting.objects.filter(until=today - timedelta(days=1)).select_related("user")
    for posting in ended:
        give_back(posting.user, station=posting.station_id)
    over = ended.values("user")
    left = Posting.objects.filter(Q(until=None) | Q(until__gte=today)).values("user")
    return User.objects.filter(pk__in=over).exclude(pk__in=left).update(sessions_ended=F("sessions_ended") + 1)
