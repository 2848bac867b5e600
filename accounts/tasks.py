"""Letters about passwords, the end of sessions, and of what is no longer needed. Tasks take ids and may run twice."""

from __future__ import annotations

from datetime import date, datetime

from celery import shared_task
from django.core.management import call_command
from django.db import transaction
from django.db.models import F, Max, Min, Q
from django.db.models.functions import Least
from django.utils import timezone

from accounts import expiry, letters, lockout, reset_links, sessions
from accounts.credentials import ExpiryExercise, LiveSession
from accounts.entry import mail_password_link
from accounts.models import Posting, User
from accounts.permissions import Actor
from accounts.role_work import give_back_unheld
from eccs.in_hand import InHand


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
def end_after_the_last_day() -> int:
    """Whoever holds no role any more is signed out, and work whose holder lost the role for it goes back to its queue.

    It asks what is over, not what ended yesterday: a night in which nothing ran is made up for, and run twice it does nothing more.
    """
    for person in User.objects.filter(pk__in=InHand.objects.values("by")):
        give_back_unheld(person, Actor.of(person))
    gone = [pk for pk, last, since in _signed_in_without_a_role() if last and timezone.localdate(since) <= last]
    with transaction.atomic():
        LiveSession.objects.filter(user__in=gone).delete()
        return User.objects.filter(pk__in=gone).update(sessions_ended=F("sessions_ended") + 1)


def _signed_in_without_a_role() -> list[tuple[int, date | None, datetime]]:
    """The people in a browser who hold nothing today or later: with the last day of their last role, and since when the browser."""
    today = timezone.localdate()
    ahead = Posting.objects.filter(Q(until=None) | Q(until__gte=today)).exclude(user__custodian__until__lt=today)
    people = User.objects.filter(live_sessions__isnull=False).exclude(pk__in=ahead.values("user"))
    last, since = Max(Least("postings__until", "custodian__until")), Min("live_sessions__since")
    return list(people.annotate(last=last, since=since).values_list("pk", "last", "since"))
