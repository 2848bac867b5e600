"""Secrets that are used again and therefore cannot be digests, encrypted at rest; the one file that imports `cryptography`.

AES-256-GCM under keys derived from the settings. The first key encrypts, all of them decrypt, so that a key is replaced by
putting a new one in front, running `manage.py encrypt_anew`, and dropping the old. Each secret is bound to whose it is: moved
to another row of the database it opens nothing.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.crypto import salted_hmac

MARK = "e1:"  # what an encrypted secret begins with; hexadecimal and base32 never hold a colon
_NONCE = 12  # bytes


class Unreadable(Exception):
    """No key that is set decrypts the secret, or it is another's."""


def encrypt(secret: bytes, whose: str) -> str:
    """A secret as it may stand in the database."""
    return MARK + urlsafe_b64encode(seal(secret, whose)).decode()


def decrypt(kept: str, whose: str) -> bytes:
    """The secret behind what stands in the database. Raises Unreadable."""
    try:
        raw = urlsafe_b64decode(kept.removeprefix(MARK))
    except ValueError:
        raise Unreadable from None
    if not kept.startswith(MARK):
        raise Unreadable
    return unseal(raw, whose)


def seal(content: bytes, whose: str) -> bytes:
    """The same of bytes that may be many, without a mark."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(_keys()[0]).encrypt(nonce, content, whose.encode())


def unseal(raw: bytes, whose: str) -> bytes:
    """What was sealed. Raises Unreadable."""
    if len(raw) < _NONCE:
        raise Unreadable
    for key in _keys():
        try:
            return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], whose.encode())
        except InvalidTag:
            continue
    raise Unreadable


def _keys() -> list[bytes]:
    given: Iterable[str] = settings.ENCRYPTION_KEYS or [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [salted_hmac("eccs.encryption", "", secret=one, algorithm="sha256").digest() for one in given]
