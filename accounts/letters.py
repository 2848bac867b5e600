"""Letters to a person about what was done to the own sign-in: they leave after the commit, in the background, and hold no secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import label_of

if TYPE_CHECKING:
    from accounts.models import User

EVENTS: dict[str, tuple[str | Promise, str | Promise]] = {
    "address": (
        gettext_lazy("ECCS: e-mail address changed"),
        gettext_lazy("The e-mail address of the user name %(username)s was changed to %(address)s by an administrator."),
    ),
    "password": (
        gettext_lazy("ECCS: password changed"),
        gettext_lazy("The password of the user name %(username)s was changed. Every other browser was signed out."),
    ),
    "second-factor": (
        gettext_lazy("ECCS: second factor set up"),
        gettext_lazy("An authenticator was set up for the user name %(username)s. Any other before it opens nothing now."),
    ),
    "second-factor-reset": (
        gettext_lazy("ECCS: second factor reset"),
        gettext_lazy("An administrator took the authenticator off the user name %(username)s. The next sign-in sets up another."),
    ),
    "role": (
        gettext_lazy("ECCS: role given"),
        gettext_lazy("The user name %(username)s was given a role: %(role)s, from %(day)s."),
    ),
    "role-ended": (
        gettext_lazy("ECCS: role ended"),
        gettext_lazy("A role of the user name %(username)s was ended: %(role)s. It is held until %(day)s at the latest."),
    ),
    "locked": (
        gettext_lazy("ECCS: sign-in waits"),
        gettext_lazy("There were too many wrong passwords or codes for the user name %(username)s. Sign-in waits for a while, each time longer."),
    ),
    "signed-out": (
        gettext_lazy("ECCS: signed out everywhere"),
        gettext_lazy("The user name %(username)s was signed out in every other browser."),
    ),
    "session-ended": (
        gettext_lazy("ECCS: signed out in a browser"),
        gettext_lazy("The user name %(username)s was signed out in one browser: %(browser)s, %(address)s."),
    ),
    "suspended": (
        gettext_lazy("ECCS: account suspended"),
        gettext_lazy("An administrator suspended the user name %(username)s and signed it out everywhere."),
    ),
}  # fmt: skip
"""What is written about: the subject, and what happened."""

LOCKED_AGAIN = 3600  # seconds between two letters about a wait to one person


def written_to(person: User, otherwise: str = "") -> translation.override:
    """What is said within is said in the person's language; to whoever never chose one, in the other one or the first of the site."""
    return translation.override(person.language or otherwise or settings.LANGUAGE_CODE)


def tell(person: User, event: str, *, to: str = "", **words: str) -> None:
    """Have a person told of something once it is kept, at the present address or at another one."""
    from accounts.tasks import security_letter

    pk, at = person.pk, f"{timezone.localtime():%d/%m/%Y %H:%M}"
    transaction.on_commit(lambda: security_letter.delay(pk, event, to, {**words, "at": at}), robust=True)


def tell_locked(name: str) -> None:
    """Have the person of a user name told that it waits, if there is one: nobody is looked up here, so nothing is given away."""
    from accounts.tasks import locked_letter

    transaction.on_commit(lambda: locked_letter.delay(name), robust=True)


def write(person: User, event: str, to: str, words: dict[str, str]) -> bool:
    """Send the letter in the person's language; whether there was an address."""
    address = to or person.email
    if not address:
        return False
    with written_to(person):
        _letter(person, event, address, words).send(fail_silently=True)
    return True


def _letter(person: User, event: str, address: str, words: dict[str, str]) -> EmailMessage:
    subject, body = EVENTS[event]
    given = {**words, "username": person.username, "name": person.full_name}
    if "role" in words:
        place = words.get("station")
        given["role"] = f"{label_of(words['role'])}, {place}" if place else label_of(words["role"])
    lines = [
        _("%(name)s,") % given, str(body) % given, _("When: %(at)s IST.") % given,
        _("If that is not as it should be, tell your Group Admin or the help desk at once. ECCS never asks for a password by e-mail."),
        settings.PUBLIC_URL,
    ]  # fmt: skip
    return EmailMessage(str(subject), "\n\n".join(lines), to=[address])


def write_locked(name: str) -> bool:
    """Send the letter about a wait, at most once an hour; whether it left."""
    from accounts.models import User

    person = User.objects.filter(username=name.removeprefix("code:"), is_active=True).exclude(email="").first()
    if person is None or not cache.add(f"locked-letter:{person.pk}", 1, LOCKED_AGAIN):
        return False
    return write(person, "locked", "", {"at": f"{timezone.localtime():%d/%m/%Y %H:%M}"})
