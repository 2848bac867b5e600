"""What lets a person in: the password link, the lock after failed sign-ins, the second factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from accounts.models import User


def password_link(person: User) -> str:
    """The address where the person chooses a password: good once, and for a short time."""
    key = urlsafe_base64_encode(force_bytes(person.pk))
    address = reverse("password-reset-confirm", args=[key, default_token_generator.make_token(person)])
    return f"{settings.PUBLIC_URL}{address}"


def mail_password_link(person: User) -> None:
    """Send the person the link by e-mail."""
    body = _("User name: %(username)s\n\nChoose your password here:\n%(link)s\n") % {
        "username": person.username, "link": password_link(person),
    }  # fmt: skip
    EmailMessage(_("ECCS: choose your password"), body, to=[person.email]).send()


def send_password_link_after_commit(person: User) -> None:
    """Have the link sent in the background, once what was written about the person is kept."""
    from accounts.tasks import mail_link

    key = person.pk
    transaction.on_commit(lambda: mail_link.delay(key), robust=True)


def unlock(person: User) -> None:
    """Forget the person's failed sign-ins."""


def forget_second_factor(person: User) -> None:
    """Forget the person's authenticator and recovery codes."""
