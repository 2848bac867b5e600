"""The e-mailed link for a forgotten password: used once, worth little time, and silent about who has an account."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext as _

from accounts import letters, lockout, passwords, sessions
from accounts.letters import written_to
from accounts.models import User
from eccs import audit
from eccs.dated_rules import rule_book

MOST = 5  # people who share one e-mail address
ASKED, WRITTEN = "forgotten:", "forgotten-letters:"  # how they are counted: no user name has a colon


def may_ask(address: str) -> bool:
    """Whether another link may be asked for from an address within the hour; whose, nobody looks at here."""
    most = rule_book().count("reset_asks_an_hour", timezone.localdate())
    return lockout.within(ASKED, address or lockout.NOWHERE, most, timedelta(hours=1))


def _may_write(person: User) -> bool:
    """Whether a person gets another letter today: not two within minutes, and not more than so many."""
    if not cache.add(f"reset-letter:{person.pk}", 1, settings.RESET_LETTER_SECONDS):
        return False
    most = rule_book().count("reset_letters_a_day", timezone.localdate())
    return lockout.within(f"{WRITTEN}{person.pk}", "", most, timedelta(days=1))


def send(given: str, language: str) -> int:
    """Send each person of a user name or an e-mail address a link, in the own language or that of whoever asks; how many letters left."""
    given = given.strip()
    people = User.objects.filter(is_active=True).exclude(email="")
    found = people.filter(username=given.lower()) if "@" not in given else people.filter(email__iexact=given)
    sent = 0
    for person in found.order_by("pk")[:MOST]:
        if _may_write(person):
            with written_to(person, language):
                _letter(person).send(fail_silently=True)
            audit.record("password.reset-sent", by=person, about=person.username)
            sent += 1
    return sent


def address_for(person: User) -> str:
    """The link, built from the configured address of this site and never from what a request calls it."""
    key = urlsafe_base64_encode(force_bytes(person.pk))
    path = reverse("password-reset", args=[key, default_token_generator.make_token(person)])
    return f"{settings.PUBLIC_URL}{path}"


def _letter(person: User) -> EmailMessage:
    words = {"name": person.full_name, "minutes": settings.PASSWORD_RESET_TIMEOUT // 60, "username": person.username}
    lines = [
        _("%(name)s,") % words,
        _("somebody asked for a new password of the user name %(username)s. If that was you, choose it here within %(minutes)d minutes:") % words,
        address_for(person),
        _("The link works once. If it was not you, nothing has changed and you need do nothing."),
    ]  # fmt: skip
    return EmailMessage(_("ECCS: choose a new password"), "\n\n".join(lines), to=[person.email])


def person_of(key: str) -> User | None:
    """The active person a link is for, or nobody."""
    try:
        pk = int(urlsafe_base64_decode(key))
    except (ValueError, OverflowError):
        return None
    return User.objects.filter(pk=pk, is_active=True).first() if 0 < pk < 2**63 else None


def is_good(person: User | None, token: str) -> bool:
    """Whether a link still works."""
    return person is not None and default_token_generator.check_token(person, token)


def use(person: User, token: str, password: str) -> bool:
    """Set the password by a link, once: of two who use it at the same moment the second is refused."""
    if not passwords.set_new(person, password, still=lambda held: default_token_generator.check_token(held, token)):
        return False
    lockout.unlock(person, by=person)
    sessions.end_all(person, why="password")
    audit.record("password.reset", by=person, about=person.username)
    letters.tell(person, "password")
    return True
