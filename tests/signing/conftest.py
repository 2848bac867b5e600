"""An authority of the tests, and people with keys."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from django.conf import LazySettings
from django.test import Client

from accounts.certificate_views import owner_of
from accounts.models import User
from accounts.sessions import PROVED
from eccs.signing import authorities, certificates, own_authority
from eccs.signing.models import Certificate
from eccs.signing.names import Owner

OPTIONS = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]


class Keyed(own_authority.Keyed):
    """A key with its certificate."""

    def sign(self, content: bytes) -> bytes:
        """A detached CMS over the content."""
        made = pkcs7.PKCS7SignatureBuilder().set_data(content)
        return made.add_signer(self.certificate, self.key, hashes.SHA256()).sign(Encoding.DER, OPTIONS)


class Authority(own_authority.OwnAuthority):
    """A certifying authority."""

    def __init__(self, name: str = "Authority of the tests") -> None:
        super().__init__(name)

    def trusted_in(self, folder: Path) -> Authority:
        """The same, accepted here."""
        folder.mkdir(exist_ok=True)
        (folder / f"{self.certificate.serial_number}.pem").write_bytes(self.certificate.public_bytes(Encoding.PEM))
        return self

    def issue(self, owner: Owner, **days: int) -> Keyed:
        """A key with a certificate for somebody."""
        return Keyed(*super().issue(owner, **days))

    def register(self, user: User, **days: int) -> tuple[Keyed, Certificate]:
        """A person with a key and a registered certificate."""
        keyed = self.issue(owner_of(user), **days)
        return keyed, certificates.register(user.pk, owner_of(user), keyed.pem)

    def revoke(self, serials: Iterable[int]) -> None:
        """A list with these on it is loaded."""
        authorities.load_list(self.revoked(serials), None)


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
