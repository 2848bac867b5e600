"""Whether what is kept encrypted of people can be read under the keys that are set."""

from __future__ import annotations

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


def _opens(one: Authenticator) -> bool:
    try:
        return bool(one.bin_key)
    except Unreadable:
        return False
