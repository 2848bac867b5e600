"""How a seal is put on a PDF of ours (PAdES B-B, ETSI EN 319 142-1): a revision behind the last byte, with one signature over everything.

The papers are written by this system, so nothing of them has to be read again: the catalogue and the first page are found by
the table of the file, written anew with the seal, and the rest stays as it is, byte for byte.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from struct import Struct

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils import timezone

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
SEQUENCE, SET, OCTETS, FIRST, SECOND = 0x30, 0x31, 0x04, 0xA0, 0xA1
_ONE = core.Integer(1).dump()


def _named(oid: str) -> bytes:
    found: bytes = core.ObjectIdentifier(oid).dump()
    return found


def _der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    long = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(long))) + long + body


DATA, SIGNED_DATA = _named("1.2.840.113549.1.7.1"), _named("1.2.840.113549.1.7.2")
CONTENT_TYPE, MESSAGE_DIGEST = _named("1.2.840.113549.1.9.3"), _named("1.2.840.113549.1.9.4")
SIGNING_CERTIFICATE, PROTECTION = _named("1.2.840.113549.1.9.16.2.47"), _named("1.2.840.113549.1.9.52")
SHA256 = _der(SEQUENCE, _named("2.16.840.1.101.3.4.2.1"))
WITH_RSA = _der(SEQUENCE, _named("1.2.840.113549.1.1.11"), core.Null().dump())
WITH_ECDSA = _der(SEQUENCE, _named("1.2.840.10045.4.3.2"))


def _attribute(name: bytes, *values: bytes) -> bytes:
    return _der(SEQUENCE, name, _der(SET, *values))


@dataclass(frozen=True)
class Stamp:
    """A key with its certificate, ready to seal: all of a signature that is the same on every paper."""

    key: Key
    about: tuple[bytes, ...]  # what is signed beside the digest of the paper
    certificates: bytes
    signer: bytes
    algorithm: bytes

    @classmethod
    def of(cls, chain: list[x509.Certificate], key: Key) -> Stamp:
        """The stamp of a certificate, the first of its chain, and its key."""
        own, algorithm = chain[0], WITH_RSA if isinstance(key, rsa.RSAPrivateKey) else WITH_ECDSA
        digest = _der(OCTETS, own.fingerprint(hashes.SHA256()))
        about = (
            _attribute(CONTENT_TYPE, DATA),
            _attribute(SIGNING_CERTIFICATE, _der(SEQUENCE, _der(SEQUENCE, _der(SEQUENCE, digest)))),
            _attribute(PROTECTION, _der(SEQUENCE, SHA256, _der(SECOND, algorithm[2:]))),
        )
        every = sorted(one.public_bytes(Encoding.DER) for one in chain)
        signer = _der(SEQUENCE, own.issuer.public_bytes(), core.Integer(own.serial_number).dump())
        return cls(key, about, _der(FIRST, *every), signer, algorithm)

    @property
    def room(self) -> int:
        """So many bytes the longest signature takes."""
        return len(self.certificates) + len(self.signer) + 1024

    def signature(self, digest: bytes) -> bytes:
        """The detached CMS over what has this SHA-256."""
        said = b"".join(sorted((*self.about, _attribute(MESSAGE_DIGEST, _der(OCTETS, digest)))))
        over = _der(SET, said)
        if isinstance(self.key, rsa.RSAPrivateKey):
            value = self.key.sign(over, padding.PKCS1v15(), hashes.SHA256())
        else:
            value = self.key.sign(over, ec.ECDSA(hashes.SHA256()))
        info = _der(SEQUENCE, _ONE, self.signer, SHA256, _der(FIRST, said), self.algorithm, _der(OCTETS, value))
        signed = _der(SEQUENCE, _ONE, _der(SET, SHA256), _der(SEQUENCE, DATA), self.certificates, _der(SET, info))
        return _der(SEQUENCE, SIGNED_DATA, _der(FIRST, signed))


TOLD = b"Electronic seal of ECCS"  # what the field of the seal is, where it is not seen


class NotOurs(ValueError):
    """The PDF is not written as this system writes its papers."""


_END = re.compile(rb"startxref\s*(\d+)\s*%%EOF\s*\Z")
_TABLE = re.compile(rb"\d+ 0 obj\s*<<(.*?)>>\s*stream\r?\n", re.DOTALL)
_BEHIND = re.compile(rb">>\s*endobj")
_ROW = Struct(">BIH")  # how the table says where an object is, as `eccs.paper_file` writes it
_PLAIN = 1


def _one(pattern: bytes, text: bytes) -> bytes:
    found = re.search(pattern, text)
    if found is None:
        raise NotOurs(pattern.decode())
    return found[1]


class _Ours:
    """A PDF of ours: where its objects are."""

    def __init__(self, pdf: bytes) -> None:
        found = _END.search(pdf, max(0, len(pdf) - 64))
        if found is None:
            raise NotOurs("trailer")
        self.pdf, self.table = pdf, int(found[1])
        begun = _TABLE.match(pdf, self.table)
        if begun is None or b"/W[1 4 2]" not in begun[1]:
            raise NotOurs("xref")
        self.trailer, self.size = begun[1], int(_one(rb"/Size (\d+)", begun[1]))
        self._rows = zlib.decompress(pdf[begun.end() : begun.end() + int(_one(rb"/Length (\d+)", begun[1]))])

    def _place(self, number: int) -> int:
        kind, place, _n = _ROW.unpack_from(self._rows, _ROW.size * number) if number < self.size else (0, 0, 0)
        return place if kind == _PLAIN else 0

    def dictionary(self, number: int) -> bytes:
        """What stands in the dictionary of an object."""
        at = self._place(number)
        begun = re.compile(rb"%d 0 obj\s*<<" % number).match(self.pdf, at) if at > 0 else None
        end = _BEHIND.search(self.pdf, begun.end()) if begun else None
        if begun is None or end is None:
            raise NotOurs(f"object {number}")
        return self.pdf[begun.end() : end.start()].strip()


def sealed(pdf: bytes, stamp: Stamp, field: str, at: datetime) -> bytes:
    """A paper with its seal behind it."""
    ours = _Ours(pdf)
    root = int(_one(rb"/Root (\d+) 0 R", ours.trailer))
    catalogue = ours.dictionary(root)
    page = int(_one(rb"/Kids \[\s*(\d+) 0 R", ours.dictionary(int(_one(rb"/Pages (\d+) 0 R", catalogue)))))
    first = ours.dictionary(page)
    if b"/Annots" in first or b"/AcroForm" in catalogue:
        raise NotOurs("fields")
    own, value, table = ours.size, ours.size + 1, ours.size + 2
    moment = timezone.localtime(at).strftime("%Y%m%d%H%M%S+05'30'")
    objects = {
        page: first + b" /Annots [%d 0 R]" % own,
        root: catalogue + b" /AcroForm <</Fields [%d 0 R] /SigFlags 3>>" % own,
        own: b"/Type /Annot /Subtype /Widget /FT /Sig /T (%s) /TU (%s) /F 132 /Rect [0 0 0 0] /P %d 0 R /V %d 0 R" % (field.encode(), TOLD, page, value),
    }  # fmt: skip
    out, places, place = [pdf, b"\n"], {}, len(pdf) + 1
    for number, words in objects.items():
        places[number] = place
        out.append(b"%d 0 obj\n<<%s>>\nendobj\n" % (number, words))
        place += len(out[-1])
    places[value] = place
    begun = b"%d 0 obj\n<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /Name (ECCS) /M (D:%s) " % (value, moment.encode())  # fmt: skip
    room = 2 * stamp.room + 2
    start = place + len(begun) + 60  # the range of what is signed takes 60 signs, whatever its figures
    end = b" >>\nendobj\n"
    places[table] = start + room + len(end)
    numbers = sorted(places)
    rows = b"".join([_ROW.pack(_PLAIN, places[number], 0) for number in numbers])
    rest = b"%s%d 0 obj\n<</Type /XRef /Size %d /W[1 4 2] /Index [%s] /Root %d 0 R /Info %s 0 R /Prev %d /ID [<%s><%s>] /Length %d>>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (
        end, table, table + 1, b" ".join([b"%d 1" % number for number in numbers]), root, _one(rb"/Info (\d+) 0 R", ours.trailer),
        ours.table, _one(rb"/ID\s*\[\s*<([0-9a-fA-F]+)>", ours.trailer), sha256(pdf).hexdigest()[:32].encode(),
        len(rows), rows, places[table],
    )  # fmt: skip
    span = b"/ByteRange [0 %d %d %d]" % (start, start + room, len(rest))
    before = b"".join((*out, begun, span.ljust(50), b" /Contents"))
    signature = stamp.signature(sha256(before + rest).digest()).hex().encode()
    return b"".join((before, b"<", signature.ljust(room - 2, b"0"), b">", rest))
