"""What lets a person in, at an administrator's hand: the password link, the lock after failed sign-ins, the second factor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from accounts import lockout, reset_links, second_factor
from accounts.letters import written_to
from eccs.celery import after_commit

if TYPE_CHECKING:
    from accounts.models import User


def mail_password_link(person: User) -> None:
    """Send the person a link by e-mail, good once and for a short time, to choose a password."""
    with written_to(person):
        _link_letter(person).send()


def _link_letter(person: User) -> EmailMessage:
    body = _(
        "User name: %(username)s\n\nChoose your password here within %(minutes)d minutes:\n%(link)s\n\n"
        "If the link is no longer good, ask for another one at %(site)s, “I have forgotten my password”.\n"
    ) % {
        "username": person.username, "link": reset_links.address_for(person), "site": settings.PUBLIC_URL,
        "minutes": settings.PASSWORD_RESET_TIMEOUT // 60,
    }  # fmt: skip
    return EmailMessage(_("ECCS: choose your password"), body, to=[person.email])


def send_password_link_after_commit(person: User) -> None:
    """Have the link sent in the background, once what was written about the person is kept."""
    from accounts.tasks import mail_link

    key = person.pk
    after_commit(mail_link, key)


def unlock(person: User, by: Any, why: str) -> None:
    """Forget the person's failed sign-ins."""
    lockout.unlock(person, by=by, why=why)


def forget_second_factor(person: User, by: Any, why: str) -> None:
    """Forget the person's authenticator and recovery codes."""
    second_factor.reset(person, by=by, why=why)
