"""A certifying authority of the demonstration, and a certificate with its key for each of the cast: files under var/, nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from django.conf import settings

from accounts.certificate_views import owner_of
from accounts.models import User
from eccs.signing import authorities, certificates, issuer, seal
from eccs.signing.authorities import ORGANISATION_IDENTIFIER, Owner
from eccs.signing.models import Certificate

YEARS = 2
Key = ec.EllipticCurvePrivateKey


def usage(*, authority: bool) -> x509.KeyUsage:
    """What a key is for: to issue, or to sign documents."""
    return x509.KeyUsage(
        digital_signature=not authority, content_commitment=not authority, key_cert_sign=authority, crl_sign=authority,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def authority(name: str, key: Key) -> x509.Certificate:
    """A certifying authority that vouches for itself."""
    subject = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "IN"), x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return _begun(subject, subject, key.public_key(), authority=True).sign(key, hashes.SHA256())


def certificate_of(
    owner: Owner, public: ec.EllipticCurvePublicKey, issuer: x509.Certificate, key: Key, **days: int
) -> x509.Certificate:
    """A person's certificate, with the firm and its PAN in it where the person is of one."""
    told = [x509.NameAttribute(NameOID.COUNTRY_NAME, "IN"), x509.NameAttribute(NameOID.COMMON_NAME, owner.name)]
    if owner.firm:
        told.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, owner.firm))
    if owner.pan:
        told.append(x509.NameAttribute(ORGANISATION_IDENTIFIER, f"TININ-{owner.pan}"))
    return _begun(x509.Name(told), issuer.subject, public, authority=False, **days).sign(key, hashes.SHA256())


def _begun(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, *, authority: bool, since: int = -1,
    until: int = 365 * YEARS,
) -> x509.CertificateBuilder:  # fmt: skip
    now = datetime.now(UTC).replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=since))
        .not_valid_after(now + timedelta(days=until))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
        .add_extension(usage(authority=authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def list_of_revoked(issuer: x509.Certificate, key: Key, serials: Iterable[int] = ()) -> bytes:
    """A list of revoked certificates, of now."""
    now = datetime.now(UTC).replace(microsecond=0)
    made = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(now)
        .next_update(now + timedelta(days=30))
    )
    for serial in serials:
        made = made.add_revoked_certificate(
            x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now).build()
        )
    return made.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def make(users: Iterable[User], passphrase: str) -> Path:
    """The demonstration's authority and a PKCS#12 file for each person, registered; what is there already stays."""
    folder = settings.VAR_DIR / "signing"
    people, own, trusted = folder / "people", folder / "authority-key.pem", Path(settings.SIGNING_CA_DIR)
    for place in (folder, people, trusted):
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
    root_file = trusted / "demo.pem"
    if not (own.exists() and root_file.exists()):
        key = ec.generate_private_key(ec.SECP256R1())
        _write(own, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        root_file.write_bytes(authority("ECCS demonstration CA", key).public_bytes(Encoding.PEM))
    key = load_pem_private_key(own.read_bytes(), None)  # type: ignore[assignment]
    root = x509.load_pem_x509_certificate(root_file.read_bytes())
    authorities.load_list(list_of_revoked(root, key), None)
    make_paper_keys(Path(settings.PAPER_KEYS_DIR), root, key)
    for user in users:
        place = people / f"{user.username}.p12"
        if place.exists() and Certificate.objects.filter(owner=user, retired_at=None).exists():
            continue
        own_key = ec.generate_private_key(ec.SECP256R1())
        made = certificate_of(owner_of(user), own_key.public_key(), root, key)
        _write(place, as_pkcs12(own_key, made, passphrase))
        certificates.register(user.pk, owner_of(user), made.public_bytes(Encoding.DER))
    return people


def make_paper_keys(folder: Path, issuer_of_seal: x509.Certificate, key: Key) -> None:
    """What the system signs and seals its papers with: a key for their codes, a certificate for their seal. What is there stays."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (folder / issuer.OWN).exists():
        _write(folder / issuer.OWN, issuer.new_key())
    if (folder / seal.OWN).exists() and (folder / seal.OWN_KEY).exists():
        return
    own = ec.generate_private_key(ec.SECP256R1())
    made = certificate_of(
        Owner("ECCS seal of the demonstration", "ECCS demonstration"), own.public_key(), issuer_of_seal, key
    )
    _write(folder / seal.OWN_KEY, own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / seal.OWN).write_bytes(made.public_bytes(Encoding.PEM) + issuer_of_seal.public_bytes(Encoding.PEM))


def as_pkcs12(key: Key, certificate: x509.Certificate, passphrase: str) -> bytes:
    """Key and certificate in one file, as a certifying authority hands them over."""
    name = authorities.common_name(certificate.subject).encode()
    return pkcs12.serialize_key_and_certificates(
        name, key, certificate, None, BestAvailableEncryption(passphrase.encode())
    )


def _write(path: Path, content: bytes) -> None:
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
    path.write_bytes(content)
