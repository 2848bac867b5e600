"""A certifying authority of one's own, for demonstrations, trials and tests: what it issues binds nobody. Needs no table and no settings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from eccs.signing.names import Owner, common_name, written

DAYS = 730  # that a certificate holds
Key = ec.EllipticCurvePrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


def usage(*, authority: bool) -> x509.KeyUsage:
    """What a key is for: to issue, or to sign documents."""
    return x509.KeyUsage(
        digital_signature=not authority, content_commitment=not authority, key_cert_sign=authority, crl_sign=authority,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


class Keyed(NamedTuple):
    """A key with its certificate."""

    key: Key
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        """The certificate as a file."""
        return self.certificate.public_bytes(Encoding.PEM)


class OwnAuthority:
    """An authority that vouches for itself: its key, and the certificate that others trust."""

    def __init__(self, name: str) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        subject = written(name)
        begun_here = begun(subject, subject, self.key.public_key(), authority=True)
        self.certificate = begun_here.sign(self.key, hashes.SHA256())

    @classmethod
    def kept(cls, name: str, certificate: Path, key: Path) -> Self:
        """The authority of these two files, made where one is not there."""
        if not (certificate.exists() and key.exists()):
            made = cls(name)
            write(key, private(made.key))
            certificate.write_bytes(made.certificate.public_bytes(Encoding.PEM))
            return made
        found = cls.__new__(cls)
        read = load_pem_private_key(key.read_bytes(), None)
        if not isinstance(read, Key):
            raise TypeError(f"{key} is no key of an elliptic curve")
        found.key, found.certificate = read, x509.load_pem_x509_certificate(certificate.read_bytes())
        return found

    def issue(self, owner: Owner, **days: int) -> Keyed:
        """A key and its certificate for somebody."""
        key = ec.generate_private_key(ec.SECP256R1())
        return Keyed(key, self.certify(owner, key.public_key(), **days))

    def certify(self, owner: Owner, public: PublicKey, **days: int) -> x509.Certificate:
        """A certificate of somebody's own key; `since` and `until` days from now it holds."""
        subject = written(owner.name, owner.firm, owner.pan)
        return begun(subject, self.certificate.subject, public, authority=False, **days).sign(self.key, hashes.SHA256())

    def revoked(self, serials: Iterable[int] = ()) -> bytes:
        """The list of revoked certificates with these on it, of now, in DER."""
        now = datetime.now(UTC).replace(microsecond=0)
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(now)
            .next_update(now + timedelta(days=30))
        )
        for serial in serials:
            made = made.add_revoked_certificate(
                x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now).build()
            )
        return made.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)


def begun(
    subject: x509.Name, issuer: x509.Name, public: PublicKey, *, authority: bool, since: int = -1,
    until: int = DAYS,
) -> x509.CertificateBuilder:  # fmt: skip
    """A certificate that is still to be signed."""
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


def as_pkcs12(keyed: Keyed, passphrase: str) -> bytes:
    """Key and certificate in one file, as a certifying authority hands them over."""
    name = common_name(keyed.certificate.subject).encode()
    return pkcs12.serialize_key_and_certificates(name, *keyed, None, BestAvailableEncryption(passphrase.encode()))


def private(key: Key) -> bytes:
    """A key as PEM, unencrypted."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def write(path: Path, content: bytes) -> None:
    """A file that its owner alone reads."""
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
    path.write_bytes(content)


def make_seal(authority: OwnAuthority, owner: Owner, certificate: Path, key: Path) -> None:
    """The certificate of a seal with its chain, and its key. What is there stays."""
    if certificate.exists() and key.exists():
        return
    own = authority.issue(owner)
    write(key, private(own.key))
    certificate.write_bytes(own.pem + authority.certificate.public_bytes(Encoding.PEM))
