"""Firms and people where the whole cast is more than a test needs."""

from __future__ import annotations

from accounts.models import AuthorisedCourier, CustomsStation, User
from accounts.permissions import SYSTEM, Actor, Held
from accounts.roles import Group, Role

PANS = {"swift": "AAQCS4821K", "metro": "AABCM7730R"}


def courier(name: str = "swift") -> AuthorisedCourier:
    """A courier registered at every station."""
    pan = PANS[name]
    firm, created = AuthorisedCourier.objects.get_or_create(
        pan=pan,
        defaults={
            "registration_number": f"{pan}AC01",
            "name": f"{name.title()} Consignments Private Limited",
            "short_name": name.title(),
            "address": "14 Ring Road, Bengaluru 560 001",
        },
    )
    if created:
        firm.stations.set(CustomsStation.objects.all())
    return firm


def person(name: str = "Nila Joshi", firm: AuthorisedCourier | None = None) -> User:
    """Somebody, with a password that nobody can type."""
    user, created = User.objects.get_or_create(
        username=name.lower().replace(" ", "."), defaults={"full_name": name, "courier": firm}
    )
    if created:
        user.set_unusable_password()
        user.save()
    return user


def actor(role: str, *, station: str = "BLR", firm: str = "swift", name: str = "Uma Pillai") -> Actor:
    """A person at one desk: officers and custodians at a station, couriers for their firm, or the system itself."""
    if role == Role.SYSTEM:
        return SYSTEM
    group = Role(role).group
    user = person(name)
    return Actor(
        user_id=user.pk,
        name=user.full_name,
        username=user.username,
        courier_id=courier(firm).pk if group is Group.COURIER else None,
        postings=(Held(role, station if group in (Group.CUSTOMS, Group.CUSTODIAN) else ""),),
    )
