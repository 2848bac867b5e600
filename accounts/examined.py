"""Whether what is kept encrypted of people can be read under the keys that are set, and the list of breached passwords at all."""

from __future__ import annotations

from django.conf import settings

from accounts import breached_passwords
from accounts.authenticators import Authenticator
from eccs.doctor import examination
from eccs.encryption import MARK, Unreadable

SAMPLE = 50


@examination(
    "encryption",
    "Add the key of before to ECCS_ENCRYPTION_KEYS (or ECCS_SECRET_KEY_FALLBACKS), then: manage.py encrypt_anew",
)
def authenticators() -> str:
    """The keys of the newest and the oldest authenticators open under the encryption keys."""
    ends = {*Authenticator.objects.order_by("pk")[:SAMPLE], *Authenticator.objects.order_by("-pk")[:SAMPLE]}
    closed = sum(not _opens(one) for one in ends if one.key.startswith(MARK))
    return f"{closed} of {len(ends)} authenticators looked at open under no key." if closed else ""


@examination(
    "breaches",
    "Put the whole list (lines SHA-1:count, sorted by digest) on every web host, readable for ECCS, and name it in"
    " ECCS_BREACHED_PASSWORDS; or unset it. Until then new passwords are held against the common ones alone.",
)
def list_of_breaches() -> str:
    """The list of breached passwords, where one is named, can be read and is in order."""
    return breached_passwords.fault() if settings.BREACHED_PASSWORDS else ""


def _opens(one: Authenticator) -> bool:
    try:
        return bool(one.bin_key)
    except Unreadable:
        return False
