"""The electronic seal on papers (PAdES B-B, ETSI EN 319 142-1) by the system's own certificate; made by `sealing`, judged by pyHanko, which only this file imports.

`seal.pem` (the certificate, then its authorities) and `seal-key.pem` lie in the folder ECCS_PAPER_KEYS_DIR; `*.seal.pem` are certificates
of earlier seals. Nothing is fetched: no time stamp of an authority is bought, so the moment of a seal is that of this machine's clock.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from django.utils import timezone

from eccs.signing import issuer, sealing

OWN, OWN_KEY, EARLIER, FIELD = "seal.pem", "seal-key.pem", "*.seal.pem", "Seal"
LARGEST = 40 * 1024 * 1024  # bytes of a file that is looked at
logger = logging.getLogger(__name__)


class NotReadable(Exception):
    """The file is no PDF that can be read."""


@dataclass(frozen=True)
class Found:
    """What a PDF bears: whether a seal, whether the file is as it was sealed by this system, and the address with its code."""

    has_seal: bool
    holds: bool
    address: str


@lru_cache(4)
def _certificates(path: Path, _changed: int) -> tuple[x509.Certificate, ...]:
    return tuple(x509.load_pem_x509_certificates(path.read_bytes()))


@lru_cache(4)
def _stamp(path: Path, _changed: int, key_path: Path, _key_changed: int) -> sealing.Stamp:
    key = load_pem_private_key(key_path.read_bytes(), None)
    if not isinstance(key, sealing.Key):
        raise TypeError(f"{key_path.name} is neither an RSA key nor one of an elliptic curve")
    return sealing.Stamp.of(list(_certificates(path, _changed)), key)


def own() -> tuple[x509.Certificate, ...]:
    """The certificate that seals now with its authorities; nothing where there is none in force."""
    path = issuer.folder() / OWN
    if not path.exists() or not (issuer.folder() / OWN_KEY).exists():
        return ()
    chain, now = _certificates(path, path.stat().st_mtime_ns), timezone.now()
    if chain and chain[0].not_valid_before_utc <= now <= chain[0].not_valid_after_utc:
        return chain
    logger.error("papers are not sealed: the certificate of the seal is not in force")
    return ()


def is_set() -> bool:
    """Whether papers are sealed."""
    return bool(own())


def sealed(pdf: bytes) -> bytes:
    """A PDF with the system's seal; as it is where there is no certificate in force."""
    if not is_set():
        return pdf
    path, key_path = issuer.folder() / OWN, issuer.folder() / OWN_KEY
    stamp = _stamp(path, path.stat().st_mtime_ns, key_path, key_path.stat().st_mtime_ns)
    return sealing.sealed(pdf, stamp, FIELD, timezone.now())


def _known() -> list[list[bytes]]:
    """The certificates whose seals are this system's, each with its authorities."""
    paths = [path for path in (issuer.folder() / OWN, *sorted(issuer.folder().glob(EARLIER))) if path.exists()]
    return [[one.public_bytes(Encoding.DER) for one in _certificates(path, path.stat().st_mtime_ns)] for path in paths]


def look_at(pdf: bytes) -> Found:
    """Whether a PDF bears this system's seal and is byte for byte as it was sealed. Raises NotReadable."""
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.general import UnacceptableSignerError

    if len(pdf) > LARGEST or not pdf.startswith(b"%PDF-"):
        raise NotReadable
    try:
        reader = PdfFileReader(BytesIO(pdf), strict=False)
        told: Any = reader.trailer_view
        info = told["/Info"] if "/Info" in told else {}  # noqa: SIM401 a dictionary of PDF follows a reference only so
        address = str(info.get("/Keywords", ""))
        signatures = reader.embedded_signatures
    except (PdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as fault:
        raise NotReadable from fault
    try:
        held = len(signatures) == 1 and _holds(signatures[0])
    except (
        PdfError,
        UnacceptableSignerError,
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
        RecursionError,
    ):
        held = False
    return Found(bool(signatures), held, address)


def _holds(signature: Any) -> bool:
    from pyhanko.sign.validation import SignatureCoverageLevel
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    signature.compute_integrity_info()
    if signature.coverage != SignatureCoverageLevel.ENTIRE_FILE or not _as_written(bytes(signature.pkcs7_content)):
        return False
    signer, chain = signature.signer_cert.dump(), [one.dump() for one in signature.other_embedded_certs]
    if not any(signer == ours[0] and set(chain) <= set(ours) for ours in _known()):
        return False
    digest = signature.compute_digest()
    intact, valid = validate_sig_integrity(signature.signer_info, signature.signer_cert, "data", digest)
    return bool(intact and valid)


def _as_written(content: bytes) -> bool:
    """Whether the envelope of the signature, which nothing signs, is as this system writes it, with only zeros behind it."""
    from asn1crypto import cms

    outer = cms.ContentInfo.load(content.rstrip(b"\0") + b"\0" * 64)  # a signature may itself end in zeros
    signed = outer["content"]
    info = signed["signer_infos"][0]
    whole = outer.dump(force=True)
    return (
        whole.rstrip(b"\0") == content.rstrip(b"\0") and (signed["version"].native, info["version"].native) == ("v1", "v1")
        and [one.dump() for one in signed["digest_algorithms"]] == [info["digest_algorithm"].dump()]
        and signed["encap_content_info"]["content"].native is None and len(signed["signer_infos"]) == 1
    )  # fmt: skip


def signed(content: bytes) -> bytes:
    """The system's detached signature (CMS) over something that is no paper; nothing where there is no certificate in force."""
    if not is_set():
        return b""
    path, key_path = issuer.folder() / OWN, issuer.folder() / OWN_KEY
    stamp = _stamp(path, path.stat().st_mtime_ns, key_path, key_path.stat().st_mtime_ns)
    return stamp.signature(sha256(content).digest())


def is_own(certificate: x509.Certificate) -> bool:
    """Whether a certificate is one of this system's seal, of today or of earlier years."""
    return any(certificate.public_bytes(Encoding.DER) == ours[0] for ours in _known())
