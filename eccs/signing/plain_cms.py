"""A detached signature in its plainest form, read at one glance: DER without any freedom, one signer, nothing but what is needed.

Whatever differs in the least is not judged here but read by the library (`eccs.signing.cms`), many times as slowly.
"""

from __future__ import annotations

from typing import NamedTuple

from asn1crypto import core

SEQUENCE, SET, OID, OCTETS, INTEGER, NULL, FIRST = 0x30, 0x31, 0x06, 0x04, 0x02, 0x05, 0xA0


def _oid(dotted: str) -> bytes:
    found: bytes = core.ObjectIdentifier(dotted).dump()
    return found


SIGNED_DATA, DATA = _oid("1.2.840.113549.1.7.2"), _oid("1.2.840.113549.1.7.1")
CONTENT_TYPE, MESSAGE_DIGEST = _oid("1.2.840.113549.1.9.3"), _oid("1.2.840.113549.1.9.4")
OF_NO_ACCOUNT = {
    _oid("1.2.840.113549.1.9.5"),
    _oid("1.2.840.113549.1.9.15"),
}  # the signer's clock, what the program can read
SAID = {CONTENT_TYPE, MESSAGE_DIGEST, *OF_NO_ACCOUNT}
DIGESTS = {_oid(f"2.16.840.1.101.3.4.2.{n}"): name for n, name in ((1, "sha256"), (2, "sha384"), (3, "sha512"))}
ALGORITHMS = {
    _oid("1.2.840.113549.1.1.1"): ("rsassa_pkcs1v15", "rsassa_pkcs1v15"),
    **{_oid(f"1.2.840.113549.1.1.{n}"): (f"{name}_rsa", "rsassa_pkcs1v15") for n, name in ((11, "sha256"), (12, "sha384"), (13, "sha512"))},
    **{_oid(f"1.2.840.10045.4.3.{n}"): (f"{name}_ecdsa", "ecdsa") for n, name in ((2, "sha256"), (3, "sha384"), (4, "sha512"))},
}  # fmt: skip


class Unusual(Exception):
    """It is not in the plainest form."""


Part = tuple[int, int, int, int]
"""One value: its tag, where it begins, where its content begins and ends."""


class Plain(NamedTuple):
    """What a signature says."""

    issuer: bytes
    serial: int
    certificates: tuple[bytes, ...]
    message_digest: bytes
    digest: str
    named: str
    algorithm: str
    signature: bytes
    over: bytes  # what the key signed


def _whole(data: bytes, part: Part) -> bytes:
    """A value with its tag and length."""
    return data[part[1] : part[3]]


def _content(data: bytes, part: Part) -> bytes:
    """What is inside a value."""
    return data[part[2] : part[3]]


def _parts(data: bytes, part: Part) -> list[Part]:
    """The values inside one, to its last byte, each with its length written in the shortest way."""
    _tag, _start, at, end = part
    found = []
    while at < end:
        if end - at < 2 or data[at] & 31 == 31:
            raise Unusual
        size, body = data[at + 1], at + 2
        if size >= 0x80:
            long = size & 0x7F
            if not 1 <= long <= 3 or body + long > end:
                raise Unusual
            size = int.from_bytes(data[body : body + long], "big")
            if size < 0x80 or size.bit_length() <= 8 * (long - 1):
                raise Unusual
            body += long
        if body + size > end:
            raise Unusual
        found.append((data[at], at, body, body + size))
        at = body + size
    return found


def _of(data: bytes, part: Part, *tags: int) -> list[Part]:
    """The values inside one, which must be exactly of these kinds."""
    found = _parts(data, part)
    if len(found) != len(tags):
        raise Unusual
    for one, tag in zip(found, tags, strict=True):
        if one[0] != tag:
            raise Unusual
    return found


def _named(data: bytes, part: Part) -> bytes:
    """The name of an algorithm without parameters."""
    found = _parts(data, part)
    if not found or found[0][0] != OID or len(found) > 2 or (len(found) == 2 and _whole(data, found[1]) != b"\x05\x00"):
        raise Unusual
    return _whole(data, found[0])


def read(data: bytes) -> Plain:
    """What a signature says. Raises Unusual."""
    (outer,) = _of(data, (0, 0, 0, len(data)), SEQUENCE)
    kind, content = _of(data, outer, OID, FIRST)
    (signed,) = _of(data, content, SEQUENCE)
    _version, _digests, said, certificates, signers = _of(data, signed, INTEGER, SET, SEQUENCE, FIRST, SET)
    (inside,) = _of(data, said, OID)
    (info,) = _of(data, signers, SEQUENCE)
    _version, sid, digest, attributes, algorithm, signature = _of(data, info, INTEGER, SEQUENCE, SEQUENCE, FIRST, SEQUENCE, OCTETS)  # fmt: skip
    issuer, serial = _of(data, sid, SEQUENCE, INTEGER)
    hashed, way = DIGESTS.get(_named(data, digest)), ALGORITHMS.get(_named(data, algorithm))
    if (_whole(data, kind), _whole(data, inside)) != (SIGNED_DATA, DATA) or hashed is None or way is None:
        raise Unusual
    return Plain(
        _whole(data, issuer), int.from_bytes(_content(data, serial), "big", signed=True),
        tuple(_whole(data, one) for one in _parts(data, certificates) if one[0] == SEQUENCE),
        _digest_said(data, attributes), hashed, *way, _content(data, signature),
        b"\x31" + data[attributes[1] + 1 : attributes[3]],
    )  # fmt: skip


def _digest_said(data: bytes, attributes: Part) -> bytes:
    """The digest of the content, among attributes that are each said once."""
    values: dict[bytes, bytes] = {}
    for attribute in _parts(data, attributes):
        if attribute[0] != SEQUENCE:
            raise Unusual
        name, several = _of(data, attribute, OID, SET)
        known, inside = _whole(data, name), _parts(data, several)
        if known in values or len(inside) != 1 or known not in SAID:
            raise Unusual
        values[known] = _whole(data, inside[0])
    digest = values.get(MESSAGE_DIGEST, b"")
    if values.get(CONTENT_TYPE) != DATA or digest[:1] != b"\x04" or len(digest) - 2 not in (32, 48, 64):
        raise Unusual
    return digest[2:]
