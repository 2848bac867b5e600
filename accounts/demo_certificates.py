"""A certifying authority of the demonstration, and a certificate with its key for each of the cast: files under var/, nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from accounts.certificate_views import owner_of
from accounts.models import User
from eccs.signing import authorities, certificates, issuer, own_authority, seal
from eccs.signing.models import Certificate
from eccs.signing.names import Owner
from eccs.signing.own_authority import OwnAuthority


def make(users: Iterable[User], passphrase: str) -> Path:
    """The demonstration's authority and a PKCS#12 file for each person, registered; what is there already stays."""
    folder = settings.VAR_DIR / "signing"
    people, trusted = folder / "people", Path(settings.SIGNING_CA_DIR)
    for place in (folder, people, trusted):
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority = OwnAuthority.kept("ECCS demonstration CA", trusted / "demo.pem", folder / "authority-key.pem")
    authorities.load_list(authority.revoked(), None)
    make_paper_keys(Path(settings.PAPER_KEYS_DIR), authority)
    for user in users:
        place = people / f"{user.username}.p12"
        if place.exists() and Certificate.objects.filter(owner=user, retired_at=None).exists():
            continue
        made = authority.issue(owner_of(user))
        own_authority.write(place, own_authority.as_pkcs12(made, passphrase))
        certificates.register(user.pk, owner_of(user), made.pem)
    return people


def make_paper_keys(folder: Path, authority: OwnAuthority) -> None:
    """What the system signs and seals its papers with: a key for their codes, a certificate for their seal. What is there stays."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (folder / issuer.OWN).exists():
        own_authority.write(folder / issuer.OWN, issuer.new_key())
    owner = Owner("ECCS seal of the demonstration", "ECCS demonstration")
    own_authority.make_seal(authority, owner, folder / seal.OWN, folder / seal.OWN_KEY)
