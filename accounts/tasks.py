"""People in the background: links by e-mail, and the end of sessions after the last day of a posting."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.db.models import F, Q
from django.utils import timezone

from accounts.entry import mail_password_link
from accounts.models import Posting, User


@shared_task
def mail_link(person_id: int) -> None:
    """Send a person the link to choose a password."""
    person = User.objects.filter(pk=person_id, is_active=True).exclude(email="").first()
    if person is not None:
        mail_password_link(person)


@shared_task
def end_sessions_of_yesterday() -> int:
    """Whoever had the last day of the last posting yesterday is signed out; run twice, it signs out nobody else."""
    today = timezone.localdate()
    over = Posting.objects.filter(until=today - timedelta(days=1)).values("user")
    left = Posting.objects.filter(Q(until=None) | Q(until__gte=today)).values("user")
    return User.objects.filter(pk__in=over).exclude(pk__in=left).update(sessions_ended=F("sessions_ended") + 1)
