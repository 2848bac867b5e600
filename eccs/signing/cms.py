"""Detached CMS signatures (RFC 5652): who signed, and whether it is over these very bytes. Only one form is taken, strictly."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from asn1crypto import cms as asn1
from asn1crypto import tsp  # noqa: F401 it names more attributes, those of the seal too: none is known that was named after the first was read
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from django.utils.translation import gettext as _

from eccs.signing import plain_cms
from eccs.signing.authorities import NotAccepted
from eccs.signing.models import loaded

DIGESTS: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
LARGEST = 64 * 1024


def signer_of(der: bytes, content: bytes) -> x509.Certificate:
    """The certificate whose key signed exactly this content. Raises NotAccepted."""
    if len(der) > LARGEST:
        raise NotAccepted(_("The signature is too large."))
    try:
        plain = plain_cms.read(der)
        wanted = (plain.issuer, plain.serial)
        certificate = loaded(next(one for one in plain.certificates if _named_by(one) == wanted))
    except (plain_cms.Unusual, StopIteration, ValueError, TypeError, KeyError, IndexError):
        return _signer_of(der, content)
    if plain.named != "rsassa_pkcs1v15" and not plain.named.startswith(plain.digest):
        return _signer_of(der, content)
    if not hmac.compare_digest(hashlib.new(plain.digest, content).digest(), plain.message_digest):
        raise NotAccepted(_("The signature is not over what was shown for signing."))
    if not _verified(certificate, plain.signature, plain.over, plain.digest, plain.algorithm):
        raise NotAccepted(_("The signature was not made with the key of the certificate that comes with it."))
    return certificate


def _signer_of(der: bytes, content: bytes) -> x509.Certificate:
    """The same of a signature in any form that the standard allows."""
    try:
        signed, info = _read(der)
        certificate = _certificate(signed, info)
        attributes = _attributes(info)
        digest, algorithm = (
            str(info["digest_algorithm"]["algorithm"].native),
            str(info["signature_algorithm"].signature_algo),
        )
        named = info["signature_algorithm"].native["algorithm"]
        over = hashlib.new(digest, content).digest() if digest in DIGESTS else b""
        said = bytes(attributes["message_digest"].native)
    except NotAccepted:
        raise
    except (ValueError, TypeError, KeyError, IndexError) as fault:
        raise NotAccepted(_("This is not a digital signature (CMS).")) from fault
    if digest not in DIGESTS or (named not in ("rsassa_pkcs1v15", "ecdsa") and not named.startswith(digest)):
        raise NotAccepted(_("The signature is of a kind that is not accepted here."))
    if not hmac.compare_digest(over, said):
        raise NotAccepted(_("The signature is not over what was shown for signing."))
    try:
        held = _binds(attributes, certificate) and _holds(info, certificate, digest, algorithm)
    except (ValueError, TypeError, KeyError, IndexError):
        held = False
    if not held:
        raise NotAccepted(_("The signature was not made with the key of the certificate that comes with it."))
    return certificate


def _read(der: bytes) -> tuple[Any, Any]:
    outer = asn1.ContentInfo.load(der, strict=True)
    if outer["content_type"].native != "signed_data":
        raise NotAccepted(_("This is not a digital signature (CMS)."))
    signed = outer["content"]
    if signed["encap_content_info"]["content"].native is not None or len(signed["signer_infos"]) != 1:
        raise NotAccepted(_("The signature must be a detached one, of one person."))
    return signed, signed["signer_infos"][0]


def _certificate(signed: Any, info: Any) -> x509.Certificate:
    """The one of the certificates inside that the signer names."""
    named = info["sid"]
    if named.name != "issuer_and_serial_number":
        raise NotAccepted(_("The signature does not name its certificate."))
    wanted = (named.chosen["issuer"].dump(), named.chosen["serial_number"].native)
    for one in signed["certificates"]:
        if one.name == "certificate" and _named_by(one.chosen.dump()) == wanted:
            return loaded(one.chosen.dump())
    raise NotAccepted(_("The certificate does not come with the signature."))


@lru_cache(1024)
def _named_by(der: bytes) -> tuple[bytes, int]:
    """How a signature names this certificate: its issuer and serial number."""
    certificate = asn1_x509.Certificate.load(der, strict=True)
    return certificate.issuer.dump(), int(certificate.serial_number)


def _attributes(info: Any) -> dict[str, Any]:
    """What is signed beside the content: each thing once, and the content's kind and digest among them."""
    found: dict[str, Any] = {}
    for attribute in info["signed_attrs"]:
        name = attribute["type"].native
        if name in found or len(attribute["values"]) != 1:
            raise NotAccepted(_("The signature says something twice."))
        found[name] = attribute["values"][0]
    if "message_digest" not in found or "content_type" not in found or found["content_type"].native != "data":
        raise NotAccepted(_("The signature does not say what it is over."))
    return found


def _binds(attributes: dict[str, Any], certificate: x509.Certificate) -> bool:
    """Where the signer named the certificate's own digest (RFC 5035), it must be this one."""
    said = attributes.get("signing_certificate_v2")
    if said is None:
        return True
    first = said["certs"][0]
    algorithm = DIGESTS.get(str(first["hash_algorithm"]["algorithm"].native))
    return algorithm is not None and first["cert_hash"].native == certificate.fingerprint(algorithm())


def _holds(info: Any, certificate: x509.Certificate, digest: str, algorithm: str) -> bool:
    return _verified(certificate, info["signature"].native, info["signed_attrs"].untag().dump(), digest, algorithm)


@lru_cache(1024)
def _key_of(certificate: x509.Certificate) -> Any:
    """The key of a certificate; the same few sign again and again, so it is read once. Raises ValueError."""
    return certificate.public_key()


def _verified(certificate: x509.Certificate, signature: bytes, over: bytes, digest: str, algorithm: str) -> bool:
    hashed = DIGESTS[digest]()
    try:
        key = _key_of(certificate)
        if isinstance(key, rsa.RSAPublicKey) and algorithm == "rsassa_pkcs1v15":
            key.verify(signature, over, padding.PKCS1v15(), hashed)
        elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm == "ecdsa":
            key.verify(signature, over, ec.ECDSA(hashed))
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True
