"""The system's own key for the codes on its papers (Ed25519): what signs now, and what was signed with before.

The keys are files of the machine, in the folder ECCS_PAPER_KEYS_DIR: `code-key.pem` (private) signs, `*.pub.pem` are the public keys of
earlier ones, whose papers stay good. Where there is no such file, papers bear no signed code and say so.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from django.conf import settings

KEY_ID = 4  # bytes of the SHA-256 of a public key that name it
SIGNATURE = 64
PURPOSE = b"ECCS paper\0"  # stands before what is signed: the key signs nothing else that could be taken for a code
OWN, EARLIER = "code-key.pem", "*.pub.pem"


def folder() -> Path:
    """Where the keys lie."""
    return Path(settings.PAPER_KEYS_DIR)


@lru_cache(4)
def _own(path: Path, _changed: int) -> tuple[Ed25519PrivateKey, bytes]:
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path.name} is not an Ed25519 key")
    return key, id_of(_raw(key.public_key()))


@lru_cache(64)
def _earlier(path: Path, _changed: int) -> bytes:
    key = load_pem_public_key(path.read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise TypeError(f"{path.name} is not an Ed25519 key")
    return _raw(key)


def _key() -> tuple[Ed25519PrivateKey, bytes] | None:
    path = folder() / OWN
    try:
        return _own(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def id_of(public: bytes) -> bytes:
    """The name of a public key: the first bytes of its SHA-256."""
    return hashlib.sha256(public).digest()[:KEY_ID]


def key_id() -> bytes:
    """The name of the key that signs now; nothing where there is none."""
    found = _key()
    return found[1] if found else b""


def sign(content: bytes) -> bytes:
    """Sign what stands in a code. There must be a key."""
    found = _key()
    if found is None:
        raise FileNotFoundError(OWN)
    return found[0].sign(PURPOSE + content)


def public_keys() -> dict[bytes, bytes]:
    """Every public key by its name, the present one first."""
    found = _key()
    keys = [_raw(found[0].public_key())] if found else []
    keys += [_earlier(path, path.stat().st_mtime_ns) for path in sorted(folder().glob(EARLIER))]
    return {id_of(one): one for one in keys}


def as_pem(public: bytes) -> str:
    """A public key as openssl reads it."""
    key = Ed25519PublicKey.from_public_bytes(public)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def holds(public: bytes, content: bytes, signature: bytes) -> bool:
    """Whether a signature is over this content, by this key."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, PURPOSE + content)
    except InvalidSignature:
        return False
    return True


def new_key() -> bytes:
    """A new private key, as its file holds it."""
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
