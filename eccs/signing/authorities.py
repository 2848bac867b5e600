"""The certifying authorities that are trusted here, and why a certificate is not accepted.

The authorities are files of the machine (ECCS_CA_DIR), so that nobody changes whom ECCS trusts through a page.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from eccs.signing.models import RevocationList
from eccs.signing.names import ORGANISATION_IDENTIFIER, Owner, common_name, told

LONGEST_CHAIN = 5
RSA_BITS = 2048
LARGEST_FILE = 256 * 1024


class NotAccepted(Exception):
    """Why a certificate or a list is not accepted, for people."""


@lru_cache(1024)
def fingerprint_of(certificate: x509.Certificate) -> str:
    """SHA-256 over the certificate, hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


@lru_cache(4)
def _loaded(files: tuple[tuple[Path, int], ...]) -> tuple[x509.Certificate, ...]:
    found: list[x509.Certificate] = []
    for path, _changed in files:
        found += x509.load_pem_x509_certificates(path.read_bytes())
    return tuple(found)


def authorities() -> tuple[x509.Certificate, ...]:
    """The certificates of all trusted authorities, as they lie in the folder now."""
    folder = Path(settings.SIGNING_CA_DIR)
    files = sorted(folder.glob("*.pem")) if folder.is_dir() else []
    return _loaded(tuple((path, path.stat().st_mtime_ns) for path in files))


def read(content: bytes) -> tuple[x509.Certificate, list[x509.Certificate]]:
    """A person's certificate from a file, PEM or DER, with the authorities' that came with it. Raises NotAccepted."""
    if len(content) > LARGEST_FILE:
        raise NotAccepted(_("The file is too large for a certificate."))
    try:
        found = (
            x509.load_pem_x509_certificates(content)
            if b"-----BEGIN CERTIFICATE" in content
            else [x509.load_der_x509_certificate(content)]
        )
    except ValueError as fault:
        raise NotAccepted(
            _("The file is not a certificate. Choose the file of the certificate alone, ending in .cer, .crt or .pem.")
        ) from fault
    own = [one for one in found if not _is_authority(one)]
    if len(own) != 1:
        raise NotAccepted(_("The file must hold exactly one certificate of a person."))
    return own[0], [one for one in found if one is not own[0]]


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def why_not(
    certificate: x509.Certificate, chain: Sequence[x509.Certificate], moment: datetime, *, demand_list: bool = False
) -> list[str]:
    """Every reason why nobody may sign with this certificate at a moment: chain, validity, key usage, revocation."""
    reasons = [*_validity(certificate, moment), *_usage(certificate)]
    path, broken = chain_of(certificate, chain, moment)
    if broken:
        return [*reasons, broken]
    return [*reasons, *revoked(path, moment, demand_list=demand_list)]


class Judge:
    """Tells why certificates may not be signed with, for many signatures in one go.

    The answer changes only when a certificate of the chain begins or ends or is revoked. It is found once between two such
    moments; lists that are loaded meanwhile are not looked at, so a judge serves one round of checks.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[x509.Certificate, ...], tuple[list[datetime], dict[int, list[str]]]] = {}

    def why_not(self, certificate: x509.Certificate, chain: Sequence[x509.Certificate], moment: datetime) -> list[str]:
        """Every reason why nobody may sign with this certificate at a moment."""
        whole = (certificate, *chain)
        known = self._known.get(whole)
        if known is None:
            known = self._known[whole] = (_turns((*whole, *authorities())), {})
        turns, found = known
        place = bisect_right(turns, moment)
        if place not in found:
            found[place] = why_not(certificate, chain, moment)
        return found[place]


def _turns(certificates: Sequence[x509.Certificate]) -> list[datetime]:
    """The moments at which what is found of these certificates may change."""
    turns = {one.not_valid_before_utc for one in certificates}
    turns |= {one.not_valid_after_utc + timedelta(seconds=1) for one in certificates}
    lists = RevocationList.objects.filter(issuer__in={one.issuer.rfc4514_string() for one in certificates})
    for row in lists:
        entries = (_parsed(row.pk, bytes(row.der)).get_revoked_certificate_by_serial_number(one.serial_number) for one in certificates)  # fmt: skip
        turns |= {entry.revocation_date_utc for entry in entries if entry is not None}
    return sorted(turns)


def _validity(certificate: x509.Certificate, moment: datetime) -> list[str]:
    """In force from its first to its last second, both among them."""
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if moment.replace(microsecond=0) < first:
        return [_("The certificate is valid only from %(moment)s.") % {"moment": _told(first)}]
    if moment.replace(microsecond=0) > last:
        return [_("The certificate expired on %(moment)s.") % {"moment": _told(last)}]
    return []


def _told(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%d/%m/%Y %H:%M:%S}"


def _usage(certificate: x509.Certificate) -> list[str]:
    """The key is for signing, and strong enough."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        strong = key.key_size >= RSA_BITS
    else:
        strong = isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1 | ec.SECP384R1)
    reasons = [] if strong else [_("The key of the certificate is too weak, or of a kind that is not accepted: RSA of 2048 bits or more, or P-256 or P-384.")]  # fmt: skip
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return [*reasons, _("The certificate does not say what its key is for.")]
    if not (usage.digital_signature and usage.content_commitment):
        reasons.append(
            _(
                "The certificate is not for signing documents: its key usage must be digital signature and non-repudiation."
            )
        )
    return reasons


def chain_of(
    certificate: x509.Certificate, came_with: Sequence[x509.Certificate], moment: datetime
) -> tuple[list[x509.Certificate], str]:
    """The certificate with its authorities up to one that is trusted here, or why it does not lead there."""
    trusted = authorities()
    roots = {fingerprint_of(one) for one in trusted}
    pool, path = [*trusted, *came_with], [certificate]
    while fingerprint_of(path[-1]) not in roots:
        above = next((one for one in pool if one not in path and _issued(one, path, moment)), None)
        if above is None or len(path) == LONGEST_CHAIN:
            issuer = common_name(certificate.issuer) or certificate.issuer.rfc4514_string()
            return path, _("The certificate was not issued by a certifying authority that is accepted here: %(issuer)s.") % {"issuer": issuer}  # fmt: skip
        path.append(above)
    if len(path) == 1:
        return path, _("The certificate is that of a certifying authority, not of a person.")
    return path, ""


def _issued(authority: x509.Certificate, path: list[x509.Certificate], moment: datetime) -> bool:
    """Whether an authority, itself in force, issued the last certificate of a path."""
    try:
        limits = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = authority.extensions.get_extension_for_class(x509.KeyUsage).value
        path[-1].verify_directly_issued_by(authority)
    except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature):
        return False
    beneath = len(path) - 1
    return (
        limits.ca and usage.key_cert_sign and (limits.path_length is None or beneath <= limits.path_length)
        and not _validity(authority, moment)
    )  # fmt: skip


def revoked(path: Sequence[x509.Certificate], moment: datetime, *, demand_list: bool) -> list[str]:
    """Whether a certificate of the path was revoked before a moment, by the lists that are loaded."""
    issuers = {one.issuer.rfc4514_string() for one in path[:-1]}
    lists: dict[str, list[RevocationList]] = {}
    for row in RevocationList.objects.filter(issuer__in=issuers):
        lists.setdefault(row.issuer, []).append(row)
    reasons = []
    for certificate in path[:-1]:
        rows = lists.get(certificate.issuer.rfc4514_string(), [])
        if demand_list and not any(row.issued_at <= moment <= (row.next_at or moment) for row in rows):
            reasons.append(_("No list of revoked certificates in date is loaded of %(issuer)s.") % {"issuer": common_name(certificate.issuer)})  # fmt: skip
        found = [entry for row in rows if (entry := _parsed(row.pk, bytes(row.der)).get_revoked_certificate_by_serial_number(certificate.serial_number))]  # fmt: skip
        on = min((entry.revocation_date_utc for entry in found), default=None)
        if on is not None and on <= moment:
            reasons.append(_("The certificate was revoked by its authority on %(moment)s.") % {"moment": _told(on)})
    return reasons


@lru_cache(16)
def _parsed(_pk: int, der: bytes) -> x509.CertificateRevocationList:
    return x509.load_der_x509_crl(der)


def whose(certificate: x509.Certificate, owner: Owner) -> list[str]:
    """Why the certificate is not this person's: another name, another firm, another PAN."""
    subject = certificate.subject
    name = common_name(subject)
    if _plain(name) != _plain(owner.name):
        return [_("The certificate is of %(name)s, not of %(owner)s.") % {"name": name or "–", "owner": owner.name}]
    firm = told(subject, NameOID.ORGANIZATION_NAME)
    if firm and owner.firm and _plain(firm) != _plain(owner.firm):
        return [_("The certificate is for %(firm)s, not for %(owner)s.") % {"firm": firm, "owner": owner.firm}]
    identifier = told(subject, ORGANISATION_IDENTIFIER).upper()
    if identifier.startswith("TININ-") and owner.pan and identifier != f"TININ-{owner.pan}":
        return [_("The PAN in the certificate is not that of %(owner)s.") % {"owner": owner.firm}]
    if owner.firm and not firm and not identifier:
        return [_("The certificate names no firm; one for %(owner)s is needed.") % {"owner": owner.firm}]
    return []


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace(".", " ").split())


def load_list(content: bytes, by_id: int | None) -> tuple[RevocationList, bool]:
    """Keep a list of revoked certificates, and whether it was new. Raises NotAccepted."""
    try:
        found = (
            x509.load_pem_x509_crl(content) if b"-----BEGIN X509 CRL" in content else x509.load_der_x509_crl(content)
        )
    except ValueError as fault:
        raise NotAccepted(_("The file is not a list of revoked certificates.")) from fault
    if not any(_signed_by(found, one) for one in authorities()):
        raise NotAccepted(_("The list is not signed by a certifying authority that is accepted here."))
    der = found.public_bytes(Encoding.DER)
    return RevocationList.objects.get_or_create(
        digest=hashlib.sha256(der).hexdigest(),
        defaults={
            "issuer": found.issuer.rfc4514_string(), "der": der, "issued_at": found.last_update_utc,
            "next_at": found.next_update_utc, "entries": len(found), "loaded_by_id": by_id,
        },
    )  # fmt: skip


def _signed_by(found: x509.CertificateRevocationList, authority: x509.Certificate) -> bool:
    key = authority.public_key()
    if authority.subject != found.issuer or not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        return False
    return found.is_signature_valid(key)


def lists_of(certificates: Iterable[x509.Certificate]) -> list[tuple[x509.Certificate, RevocationList | None]]:
    """Each authority with the last list that is loaded of it."""
    last: dict[str, RevocationList] = {}
    for row in RevocationList.objects.defer("der").order_by("issued_at"):
        last[row.issuer] = row
    return [(one, last.get(one.subject.rfc4514_string())) for one in certificates]
