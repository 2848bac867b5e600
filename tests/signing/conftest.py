"""An authority of the tests, and people with keys."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from django.conf import LazySettings
from django.test import Client

from accounts import demo_certificates
from accounts.certificate_views import owner_of
from accounts.models import User
from accounts.sessions import PROVED
from eccs.signing import authorities, certificates
from eccs.signing.authorities import Owner
from eccs.signing.models import Certificate

OPTIONS = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]


@dataclass
class Keyed:
    """A key with its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        """The certificate as a file."""
        return self.certificate.public_bytes(Encoding.PEM)

    def sign(self, content: bytes) -> bytes:
        """A detached CMS over the content."""
        made = pkcs7.PKCS7SignatureBuilder().set_data(content)
        return made.add_signer(self.certificate, self.key, hashes.SHA256()).sign(Encoding.DER, OPTIONS)


class Authority:
    """A certifying authority."""

    def __init__(self, name: str = "Authority of the tests") -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = demo_certificates.authority(name, self.key)

    def trusted_in(self, folder: Path) -> Authority:
        """The same, accepted here."""
        folder.mkdir(exist_ok=True)
        (folder / f"{self.certificate.serial_number}.pem").write_bytes(self.certificate.public_bytes(Encoding.PEM))
        return self

    def issue(self, owner: Owner, **days: int) -> Keyed:
        """A key with a certificate for somebody."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = demo_certificates.certificate_of(owner, key.public_key(), self.certificate, self.key, **days)
        return Keyed(key, made)

    def register(self, user: User, **days: int) -> tuple[Keyed, Certificate]:
        """A person with a key and a registered certificate."""
        keyed = self.issue(owner_of(user), **days)
        return keyed, certificates.register(user.pk, owner_of(user), keyed.pem)

    def revoke(self, serials: Iterable[int]) -> None:
        """A list with these on it is loaded."""
        authorities.load_list(demo_certificates.list_of_revoked(self.certificate, self.key, serials), None)


def browser_of(user: User) -> Client:
    """A browser in which that person has typed the password just now."""
    client = Client()
    client.force_login(user)
    session = client.session
    session[PROVED] = int(time.time())
    session.save()
    return client


@pytest.fixture
def authority(settings: LazySettings, tmp_path: Path) -> Any:
    """The one that is accepted here."""
    settings.SIGNING_CA_DIR = tmp_path / "authorities"
    return Authority().trusted_in(tmp_path / "authorities")
