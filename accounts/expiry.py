"""When a new password is due before anything else: at the first sign-in, after ninety days, and by an expiry exercise.

An exercise (Advisory 10/2025) names a moment and a scope. From that moment every sign-in and every live session of the
people in scope whose password is older leads to the page where a new one is chosen.
"""

from __future__ import annotations

from datetime import datetime
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import expiry_notice, passwords
from accounts.credentials import ExerciseAdvice, ExpiryExercise
from accounts.letters import written_to
from accounts.models import AuthorisedCourier, Posting, User
from accounts.permissions import Actor
from accounts.roles import Group, Role
from eccs import audit
from eccs.celery import after_commit

_KNOWN = "expiry-exercises"
_ASK_AGAIN = 60  # seconds until the database is asked again
_LOOK_AGAIN = 1.0  # seconds a process trusts what it holds


class Why(models.TextChoices):
    """Why a new password is due."""

    FIRST = "FIRST", gettext_lazy("Your password was chosen by somebody else. Choose one that only you know.")
    EXPIRED = "EXPIRED", gettext_lazy("Your password is too old. Choose a new one.")
    LONGER = "LONGER", gettext_lazy("Your role asks for a longer password than yours. Choose a new one.")
    EXERCISE = "EXERCISE", gettext_lazy("All passwords have expired by order of the Directorate General of Systems. Choose a new one.")  # fmt: skip


def why_due(user: User, actor: Actor | None = None) -> Why | None:
    """Why this person must choose a new password before anything else, or nothing.

    What the person is today may be given, so that it is not asked for twice.
    """
    if user.must_change_password:
        return Why.FIRST
    if passwords.has_expired(user):
        return Why.EXPIRED
    if passwords.is_too_short(user, actor):
        return Why.LONGER
    now = timezone.now()
    due = (e for e in exercises() if user.password_set_at < e.begins_at <= now and concerns(e, user))
    return Why.EXERCISE if any(due) else None


# ── exercises ────────────────────────────────────────────────────────────────


class _Held:
    exercises: list[ExpiryExercise] | None = None
    looked = 0.0


def exercises() -> list[ExpiryExercise]:
    """Every exercise that was not cancelled. One just named or cancelled is known to every process within a second."""
    now = monotonic()
    if _Held.exercises is not None and now - _Held.looked < _LOOK_AGAIN:
        return _Held.exercises
    held: list[ExpiryExercise] | None = cache.get(_KNOWN)
    if held is None:
        held = list(ExpiryExercise.objects.filter(cancelled_at=None).select_related("station"))
        cache.set(_KNOWN, held, _ASK_AGAIN)
    _Held.exercises, _Held.looked = held, now
    return held


def name(*, begins_at: datetime, scope: str, group: str, station: Any, by: User) -> ExpiryExercise:
    """Name the moment and the scope of an exercise: its people read an advisory on their desks, and letters go out to them."""
    from accounts import tasks

    with transaction.atomic():
        exercise = ExpiryExercise(begins_at=begins_at, scope=scope, group=group, station=station, made_by=by)
        exercise.advisory = expiry_notice.publish(exercise)
        exercise.save()
        transaction.on_commit(forget)
        after_commit(tasks.advise, exercise.pk)
    audit.record("exercise.named", by=by, about=str(exercise))
    return exercise


def cancel(exercise: ExpiryExercise, by: User) -> bool:
    """Cancel an exercise before it begins; afterwards it cannot be."""
    now = timezone.now()
    rows = ExpiryExercise.objects.filter(pk=exercise.pk, cancelled_at=None, begins_at__gt=now)
    with transaction.atomic():
        if not rows.update(cancelled_at=now, cancelled_by=by):
            return False
        expiry_notice.withdraw(exercise, expiry_notice.CANCELLED)
    forget()
    audit.record("exercise.cancelled", by=by, about=str(exercise))
    return True


def forget() -> None:
    """Ask the database again for the exercises, here and in every other process."""
    _Held.exercises = None
    cache.delete(_KNOWN)


def announced(user: User) -> list[ExpiryExercise]:
    """The exercises still to come that concern this person."""
    now = timezone.now()
    return [e for e in exercises() if e.begins_at > now and concerns(e, user)]


def concerns(exercise: ExpiryExercise, user: User) -> bool:
    """Whether a person is in the scope of an exercise, as the database said at most a minute ago."""
    if exercise.scope == ExpiryExercise.Scope.ALL:
        return True
    key = f"exercise-concerns:{exercise.pk}:{user.pk}"
    held: bool | None = cache.get(key)
    if held is None:
        held = people_in(exercise).filter(pk=user.pk).exists()
        cache.set(key, held, _ASK_AGAIN)
    return held


def people_in(exercise: ExpiryExercise) -> QuerySet[User]:
    """The active people an exercise concerns; at a station those posted there and those of couriers registered there."""
    return scoped(exercise.scope, exercise.group, exercise.station_id)


def scoped(scope: str, group: str, station_id: str | None) -> QuerySet[User]:
    """The active people of a scope."""
    people = User.objects.filter(is_active=True)
    today = timezone.localdate()
    postings = Posting.objects.filter(Q(until=None) | Q(until__gte=today), user=OuterRef("pk"), since__lte=today)
    if scope == ExpiryExercise.Scope.GROUP:
        standard = Q(role__in=[r for r in Role if r.group is Group(group)])
        return people.filter(Exists(postings.filter(standard | Q(station_role__group=group))))
    if scope == ExpiryExercise.Scope.STATION and station_id is not None:
        couriers = AuthorisedCourier.objects.at(station_id, today)
        return people.filter(Exists(postings.filter(station_id=station_id)) | Q(courier__in=couriers))
    return people


# ── before it, and while it runs ─────────────────────────────────────────────


def advise(exercise: ExpiryExercise) -> int:
    """Write to everybody in scope who was not written to yet, and return how many letters left; none after it has begun."""
    if exercise.cancelled_at or exercise.has_begun:
        return 0
    known = ExerciseAdvice.objects.filter(exercise=exercise, user=OuterRef("pk"))
    sent = 0
    for person in people_in(exercise).exclude(email="").filter(~Exists(known)).order_by("pk").iterator(500):
        _advice, is_new = ExerciseAdvice.objects.get_or_create(exercise=exercise, user=person)
        if is_new:
            with written_to(person):
                _letter(exercise, person).send(fail_silently=True)
            sent += 1
    return sent


def _letter(exercise: ExpiryExercise, person: User) -> EmailMessage:
    at = timezone.localtime(exercise.begins_at)
    words = {"day": at.strftime("%d/%m/%Y"), "time": at.strftime("%H:%M"), "name": person.full_name}
    subject = _("ECCS: passwords expire on %(day)s at %(time)s") % words
    lines = [
        _("%(name)s,") % words,
        _("All passwords of ECCS that are older than %(day)s, %(time)s IST expire at that moment.") % words,
        _("After it, sign in with your user name and present password. ECCS then asks for a new password before anything else. Drafts of bills are kept."),
        _("Choose a strong password. Do not save it in the browser or on a shared computer."),
        f"{settings.PUBLIC_URL}{reverse('sign-in')}",
    ]  # fmt: skip
    return EmailMessage(subject, "\n\n".join(lines), to=[person.email])


def take_down_done() -> int:
    """Take the advisories of the exercises off the desks whose people all have a new password; how many that were."""
    begun = ExpiryExercise.objects.filter(cancelled_at=None, begins_at__lte=timezone.now(), advisory__stage="PUBLISHED")
    return sum(
        expiry_notice.withdraw(exercise, expiry_notice.DONE)
        for exercise in begun.select_related("advisory")
        if not people_in(exercise).filter(password_set_at__lt=exercise.begins_at).exists()
    )


def progress(exercise: ExpiryExercise) -> dict[str, int]:
    """How many people are in scope, how many have a new password, how many have not, and to how many was written."""
    people = people_in(exercise)
    return people.aggregate(
        people=models.Count("pk"),
        done=models.Count("pk", filter=Q(password_set_at__gte=exercise.begins_at)),
        due=models.Count("pk", filter=Q(password_set_at__lt=exercise.begins_at)),
    ) | {"written": exercise.advice.count()}
