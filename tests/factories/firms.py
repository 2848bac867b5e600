"""Firms and people where the whole cast is more than a test needs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.directory.registration import UNREGISTERED, Stage
from accounts.models import AuthorisedCourier, CourierSignatory, CourierStation, CustomsStation, User
from accounts.permissions import SYSTEM, Actor, Held
from accounts.roles import Group, Role
from eccs import numbering

PANS = {"swift": "AAQCS4821K", "metro": "AABCM7730R"}


def courier(name: str = "swift") -> AuthorisedCourier:
    """A courier registered at every station."""
    pan = PANS[name]
    known = AuthorisedCourier.objects.filter(pan=pan).first()
    return known or registration(name=name)


def registration(
    stage: str = Stage.REGISTERED, *, name: str = "swift", without: str = "", **given: Any
) -> AuthorisedCourier:
    """A courier's registration at a stage, with every station, its bonds and a signatory."""
    pan, today = given.pop("pan", PANS.get(name, "")), timezone.localdate()
    fields: dict[str, Any] = {
        "pan": pan, "name": f"{name.title()} Consignments Private Limited", "short_name": name.title(), "stage": stage,
        "address": "14 Ring Road, Bengaluru 560 001",
    }  # fmt: skip
    if stage not in UNREGISTERED:
        fields |= {"registered_on": today, "active_from": today, "order_number": "REG/1"}
    if stage == Stage.SUSPENDED:
        fields |= {"suspended_on": today, "suspension_order": "SUS/1"}
    if stage == Stage.INACTIVE:
        fields["inactive_since"] = today
    if stage in (Stage.SURRENDERED, Stage.REVOKED):
        fields |= {"ended_on": today, "end_order": "END/1"}
    made = AuthorisedCourier(**fields | given)
    if stage not in UNREGISTERED:
        numbering.number([made])
    made.save()
    CourierStation.objects.bulk_create(
        CourierStation(courier=made, station=station, since=today - timedelta(days=400), bond_number=f"B/{station.pk}",
            bond_date=today, bond_amount=1_000_000, security="CASH", security_reference="R/1")
        for station in CustomsStation.objects.exclude(pk=without)
    )  # fmt: skip
    CourierSignatory.objects.create(
        courier=made, name="Lata Sethi", regulation="13", certificate="F/77", passed_on=today, since=today
    )
    return made


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
    return SYSTEM if role == Role.SYSTEM else at_desk(person(name), role, station=station, firm=firm)


def at_desk(user: User, role: str, *, station: str = "BLR", firm: str = "swift") -> Actor:
    """The same of a person who is there already."""
    group = Role(role).group
    return Actor(
        user_id=user.pk,
        name=user.full_name,
        username=user.username,
        courier_id=courier(firm).pk if group is Group.COURIER else None,
        postings=(Held(role, station if group in (Group.CUSTOMS, Group.CUSTODIAN) else ""),),
    )
