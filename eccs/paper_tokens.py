"""The signed code of a paper: which document it is, what it says in one hash, when it was issued, and under which key.

The code is a few bytes and an Ed25519 signature over them, written in capitals and digits (base 32 without I, L, O and U), so
that a QR code packs it densely, an address can hold it and a person can type it. Whoever has the public key verifies it
without asking anybody. Nothing of what the paper says stands in it but its kind and number.

    1 byte   version (high four bits) and flags: in Hindi 1, sealed 2, number packed as its bar code 4
    4 bytes  the key: the first bytes of the SHA-256 of the public key
    4 bytes  the moment of issue, seconds since 1970
    1 byte   the kind of paper
    16 bytes the first half of the SHA-256 over what the paper says
    n bytes  the number, ASCII
    64 bytes the signature, over "ECCS paper", a zero byte and all of the above
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

from eccs import barcodes
from eccs.paper_parts import Kind
from eccs.signing import issuer

VERSION = 1
HINDI, SEALED, PACKED = 1, 2, 4
DIGEST = 16
_FIXED = 1 + issuer.KEY_ID + 4 + 1 + DIGEST
LONGEST_NUMBER = 60
PLACE = "/V/"  # where an address holds the code
_SIGNS = barcodes.SIGNS
_TYPED = str.maketrans("OIL", "011")
_IN_ADDRESS = re.compile(r"/[Vv]/([0-9A-Za-z]{100,400})")


class NoCode(Exception):
    """What was given is no code of a paper at all."""


class Altered(Exception):
    """It has the form of a code of ours, and its signature does not hold."""


@dataclass(frozen=True)
class Token:
    """What a code says."""

    kind: int
    number: str
    digest: bytes
    at: datetime
    key: bytes
    hindi: bool = False
    sealed: bool = False


def write(token: Token) -> str:
    """The code of a paper, signed now."""
    short = _packed(token.number)
    flags = token.hindi * HINDI | token.sealed * SEALED | bool(short) * PACKED
    content = b"".join((
        bytes([VERSION << 4 | flags]), token.key, int(token.at.timestamp()).to_bytes(4, "big"), bytes([token.kind]),
        token.digest, (short or token.number).encode("ascii"),
    ))  # fmt: skip
    return _as_text(content + issuer.sign(content))


def _packed(number: str) -> str:
    try:
        return barcodes.token(number)
    except ValueError:
        return ""


def address(code: str) -> str:
    """What the QR code says: where the paper is verified, in letters that a QR code packs densely."""
    return f"{settings.PUBLIC_URL.upper()}{PLACE}{code}"


def found_in(text: str) -> str:
    """The code in what was typed, pasted or scanned: the code itself, or an address that holds it."""
    plain = "".join(text.split())
    inside = _IN_ADDRESS.search(plain)
    return (inside[1] if inside else plain.replace("-", "")).upper().translate(_TYPED)


def read(code: str) -> Token:
    """What a code says, once its signature holds. Raises NoCode or Altered."""
    whole = _as_bytes(code)
    content, signature = whole[: -issuer.SIGNATURE], whole[-issuer.SIGNATURE :]
    if not _FIXED < len(content) <= _FIXED + LONGEST_NUMBER or content[0] >> 4 != VERSION:
        raise NoCode
    key = content[1 : 1 + issuer.KEY_ID]
    public = issuer.public_keys().get(key)
    if public is None:
        raise NoCode
    if not issuer.holds(public, content, signature):
        raise Altered
    return _token(content, key)


def _token(content: bytes, key: bytes) -> Token:
    at = 1 + issuer.KEY_ID
    number = content[_FIXED:].decode("ascii")
    if content[0] & PACKED:
        number = barcodes.number_of(number)
    return Token(
        kind=content[at + 4], number=number, digest=content[at + 5 : _FIXED],
        at=datetime.fromtimestamp(int.from_bytes(content[at : at + 4], "big"), UTC), key=key,
        hindi=bool(content[0] & HINDI), sealed=bool(content[0] & SEALED),
    )  # fmt: skip


def words_of(kind: int) -> str:
    """What a paper is called."""
    return str(Kind(kind).label) if kind in Kind.values else ""


def _as_text(raw: bytes) -> str:
    bits = len(raw) * 8
    value = int.from_bytes(raw, "big") << -bits % 5
    return "".join(_SIGNS[value >> place & 31] for place in range(bits + -bits % 5 - 5, -1, -5))


def _as_bytes(code: str) -> bytes:
    """The bytes behind a code. Each has one way of writing: bits left over must be nothing."""
    if not code.isascii() or len(code) > 400 or any(sign not in _SIGNS for sign in code):
        raise NoCode
    value = 0
    for sign in code:
        value = value << 5 | _SIGNS.index(sign)
    spare = len(code) * 5 % 8
    if spare >= 5 or value & (1 << spare) - 1:
        raise Altered if len(code) > (_FIXED + issuer.SIGNATURE) * 8 // 5 else NoCode
    return (value >> spare).to_bytes(len(code) * 5 // 8, "big")
