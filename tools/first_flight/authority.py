"""A certifying authority for a trial: it issues what people sign with, and the certificate of the seal.

`python -m tools.first_flight.authority FOLDER` makes `authority.pem` (for ECCS_CA_DIR), its key, a list of revoked certificates, and
`seal.pem` with `seal-key.pem` (for ECCS_PAPER_KEYS_DIR). Where work is done for good, a licensed authority stands in its place.
"""

from __future__ import annotations

import argparse
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

ORGANISATION_IDENTIFIER = x509.ObjectIdentifier("2.5.4.97")
DAYS = 730
OWN, OWN_KEY, REVOKED = "authority.pem", "authority-key.pem", "authority.crl"


class Authority:
    """The authority of a folder, made where there is none yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not (folder / OWN_KEY).exists():
            self._found()
        key = load_pem_private_key((folder / OWN_KEY).read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{folder / OWN_KEY} is no key of an elliptic curve")
        self.key, self.certificate = key, x509.load_pem_x509_certificate((folder / OWN).read_bytes())

    def issue(self, name: str, firm: str = "", pan: str = "") -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        """A key and its certificate for a person, who signs for a firm where there is one."""
        told = [x509.NameAttribute(NameOID.COUNTRY_NAME, "IN"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
        if firm:
            told.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, firm))
        if pan:
            told.append(x509.NameAttribute(ORGANISATION_IDENTIFIER, f"TININ-{pan}"))
        key = ec.generate_private_key(ec.SECP256R1())
        begun = _begun(x509.Name(told), self.certificate.subject, key.public_key(), authority=False)
        return key, begun.sign(self.key, hashes.SHA256())

    def _found(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name(
            [x509.NameAttribute(NameOID.COUNTRY_NAME, "IN"), x509.NameAttribute(NameOID.COMMON_NAME, "Trial CA")]
        )
        made = _begun(name, name, key.public_key(), authority=True).sign(key, hashes.SHA256())
        _write(self.folder / OWN_KEY, _private(key))
        (self.folder / OWN).write_bytes(made.public_bytes(Encoding.PEM))
        now = datetime.now(UTC).replace(microsecond=0)
        revoked = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(name)
            .last_update(now)
            .next_update(now + timedelta(days=30))
        )
        (self.folder / REVOKED).write_bytes(revoked.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))


def as_pkcs12(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate, passphrase: str) -> bytes:
    """Key and certificate in one file, as people get them."""
    protection = BestAvailableEncryption(passphrase.encode())
    return pkcs12.serialize_key_and_certificates(b"signing", key, certificate, None, protection)


def _begun(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, *, authority: bool
) -> x509.CertificateBuilder:
    now = datetime.now(UTC).replace(microsecond=0)
    use = x509.KeyUsage(
        digital_signature=not authority, content_commitment=not authority, key_cert_sign=authority, crl_sign=authority,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
        .add_extension(use, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)


def main() -> None:
    """Make the authority and the seal; what is there stays."""
    asked = argparse.ArgumentParser(
        prog="tools.first_flight.authority", description="A certifying authority for a trial."
    )
    asked.add_argument("folder", type=Path)
    folder: Path = asked.parse_args().folder
    made = Authority(folder)
    if not (folder / "seal-key.pem").exists():
        key, certificate = made.issue("ECCS seal, a trial", "A trial")
        _write(folder / "seal-key.pem", _private(key))
        chain = (certificate, made.certificate)
        (folder / "seal.pem").write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in chain))


if __name__ == "__main__":
    main()
