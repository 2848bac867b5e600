"""What a password must be, how long it holds, and how it is proved and changed (domain: CBIC's password policy).

Lengths, kinds of characters, days and how many passwords are remembered are dated rules; the common-password list and
the likeness to the person's own name are Django's.
"""

from __future__ import annotations

import secrets
import string
from datetime import date
from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import lockout
from accounts.credentials import RetiredPassword
from accounts.hashing import Busy
from accounts.models import User, counted
from accounts.permissions import Actor
from accounts.roles import Role
from eccs import audit
from eccs.client_address import address_of
from eccs.dated_rules import rule_book

ADMINISTER = tuple(role for role in Role if role.value.endswith("_ADMIN"))
"""Those who administer: a longer password than others."""
LONGEST = 128  # characters; a hash of more would only cost time
KINDS = (string.ascii_lowercase, string.ascii_uppercase, string.digits)


def rule(name: str, on: date | None = None) -> int:
    """A number of the password policy as it is in force."""
    return rule_book().count(name, on or timezone.localdate())


# ── what a password must be ──────────────────────────────────────────────────


def shortest(user: Any, actor: Actor | None = None) -> int:
    """How long the password of this person must be at least."""
    held = actor or (Actor.of(user) if user and user.pk else None)
    return rule("password_length_privileged" if held is not None and _administers(held) else "password_length")


def _administers(actor: Actor) -> bool:
    """Whether one of the roles held today is an admin's, also where the person looks at another desk."""
    return any(one.role in ADMINISTER for one in actor.desks or actor.postings)


def is_too_short(user: User, actor: Actor | None = None) -> bool:
    """Whether a role has come since the password was chosen that asks for a longer one."""
    length = user.password_length
    if length is None or length >= rule("password_length_privileged"):
        return False
    held = actor or Actor.of(user)
    return _administers(held) and length < shortest(user, held)


def kinds_of(password: str) -> int:
    """How many of the four kinds of characters stand in it: small letters, capitals, digits, anything else."""
    others = any(not any(sign in kind for kind in KINDS) for sign in password)
    return sum(any(sign in kind for sign in password) for kind in KINDS) + others


class LongEnough:
    """A password has at least twelve characters, of those who administer fourteen."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse what is shorter."""
        least = shortest(user)
        if len(password) < least:
            raise ValidationError(self._words(least), code="password_too_short")

    def get_help_text(self) -> str:
        """The rule in words."""
        return self._words(rule("password_length"))

    @staticmethod
    def _words(least: int) -> str:
        return ngettext("Use at least %(n)d character.", "Use at least %(n)d characters.", least) % {"n": least}


class MixedEnough:
    """A password has three of the four kinds: small letters, capitals, digits, other signs."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse what is of fewer kinds."""
        if kinds_of(password) < rule("password_classes"):
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        """The rule in words."""
        return _("Mix at least %(n)d of these: small letters, capital letters, digits, other signs.") % {
            "n": rule("password_classes")
        }


class NotUsedBefore:
    """A password is none of the last five, the present one among them."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse a password of before."""
        if user is None or not user.pk:
            return
        if any(check_password(password, encoded) for encoded in _remembered(user)):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def get_help_text(self) -> str:
        """The rule in words."""
        return _("Do not use one of your last %(n)d passwords again.") % {"n": rule("passwords_not_reused")}


def _remembered(user: User) -> list[str]:
    most = max(1, rule("passwords_not_reused"))
    retired = RetiredPassword.objects.filter(user=user).values_list("encoded", flat=True)[: most - 1]
    return [*([user.password] if user.has_usable_password() else []), *retired]


def rules_in_words(user: Any) -> list[str]:
    """What is asked of a new password of this person, line by line."""
    return [
        LongEnough._words(shortest(user)),
        MixedEnough().get_help_text(),
        _("Do not use a common password, your name or your user name."),
        NotUsedBefore().get_help_text(),
    ]


def invented(length: int = 16) -> str:
    """A password made by lot that keeps the policy, to be handed to a person who changes it at once."""
    signs = "".join(KINDS) + "-_"
    while True:
        password = "".join(secrets.choice(signs) for _n in range(length))
        if kinds_of(password) >= len(KINDS):
            return password


# ── how long it holds ────────────────────────────────────────────────────────


def age_in_days(user: User, today: date | None = None) -> int:
    """The age of a password in days of the calendar."""
    return ((today or timezone.localdate()) - timezone.localdate(user.password_set_at)).days


def has_expired(user: User, today: date | None = None) -> bool:
    """Whether a password is too old to sign in with."""
    return age_in_days(user, today) >= rule("password_expires_on_day", today)


def days_left(user: User, today: date | None = None) -> int | None:
    """The days until a password expires, from the day on which that is announced; nothing before."""
    age = age_in_days(user, today)
    if age < rule("password_warned_from_day", today):
        return None
    return max(0, rule("password_expires_on_day", today) - age)


# ── proving and changing it ──────────────────────────────────────────────────


def sign_in(request: HttpRequest, name: str, password: str) -> User | None:
    """The person whose name and password these are, or nobody: unknown, wrong, suspended and waiting look alike.

    An unknown name costs the same hash as a known one. Raises Busy where no hash can be reckoned now.
    """
    tried = lockout.begin(name, address_of(request))
    if tried is None:
        audit.record("sign-in.locked", request=request, about=_known(name))
        return None
    try:
        user = authenticate(request, username=name, password=password)
    except Busy:
        lockout.give_back(tried)
        raise
    if not isinstance(user, User):
        return None
    lockout.succeeded(tried)
    return user


def _known(name: str) -> str:
    """The user name where there is such a person; what a stranger types there may be a password."""
    return name if User.objects.filter(username=name).exists() else ""


def prove(request: HttpRequest, user: User, password: str) -> bool:
    """Whether somebody signed in types the own password; guesses are counted as at sign-in."""
    tried = lockout.begin(user.username, address_of(request))
    if tried is None:
        audit.record("password.proof-locked", request=request)
        return False
    try:
        right = user.check_password(password)
    except Busy:
        lockout.give_back(tried)
        raise
    if right:
        lockout.succeeded(tried)
    else:
        audit.record("password.proof-failed", request=request)
    return right


def set_new(user: User, password: str, *, must_change: bool = False, still: Any = None) -> bool:
    """Give a person a password that was checked before, and remember the one it replaces.

    `must_change` is for a password that somebody else chose. `still` looks at the locked row and says whether the change
    may be made yet; where it says no, nothing changes. Sessions under the old password are over with it.
    """
    encoded = make_password(password)
    with transaction.atomic():
        held = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        if still is not None and not still(held):
            return False
        if held.has_usable_password():
            RetiredPassword.objects.create(user=held, encoded=held.password)
            kept = RetiredPassword.objects.filter(user=held).values_list("pk", flat=True)[
                : rule("passwords_not_reused")
            ]
            RetiredPassword.objects.filter(user=held).exclude(pk__in=list(kept)).delete()
        for one in (held, user):
            one.password, one.password_set_at, one.must_change_password = encoded, timezone.now(), must_change
            one.password_length = counted(password)
        held.save(update_fields=["password", "password_set_at", "must_change_password", "password_length"])
    return True


def faults(password: str, user: User) -> list[str]:
    """Why this password may not be taken by this person; empty where it may."""
    try:
        validate_password(password, user)
    except ValidationError as refusal:
        return list(refusal.messages)
    return []
