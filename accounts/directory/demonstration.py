"""The firms of the demo cast, entered into the directory as a Joint Commissioner would."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from accounts.directory.entering import enter
from accounts.directory.firms import Custodian, Importer
from accounts.directory.models import AuthorisedCourier, CourierSignatory, CourierStation, least_security
from accounts.directory.registration import KEPT
from accounts.models import CustomsStation, User
from accounts.permissions import Actor, Held
from accounts.roles import Role
from eccs.workflow import take


def keeper(station: str) -> Actor:
    """Who enters the demo's firms: a Joint Commissioner of the station, without a name of the cast."""
    return Actor(user_id=None, name="Demo", postings=(Held(Role.JOINT_COMMISSIONER.value, station),))


def courier(name: str, short_name: str, pan: str, address: str, stations: Iterable[str]) -> AuthorisedCourier:
    """A courier registered at some stations, each with the least bond of the dated rule; who is there already stays."""
    known: AuthorisedCourier | None = AuthorisedCourier.objects.filter(pan=pan, stage__in=KEPT).first()
    if known is not None:
        return known
    today, by = timezone.localdate(), keeper("BLR")
    made = enter(AuthorisedCourier(pan=pan, name=name, short_name=short_name, address=address), by, pan=pan)
    CourierStation.objects.bulk_create(
        CourierStation(
            courier=made, station_id=code, since=today, bond_number=f"CB/{code}/{pan[:3]}", bond_date=today,
            bond_amount=least_security(code, today), security="GUARANTEE", security_reference=f"BG/{code}/{pan[:3]}",
        )
        for code in stations
    )  # fmt: skip
    registered: AuthorisedCourier = take(made, "register", by, order_number=f"REG/{pan[:5]}", registered_on=today)
    return registered


def signatory(user: User) -> None:
    """A member of the cast who has passed the examination."""
    today = timezone.localdate()
    if user.courier_id is not None and not CourierSignatory.objects.filter(user=user).exists():
        CourierSignatory.objects.create(
            courier_id=user.courier_id, user=user, name=user.full_name, regulation="13", passed_on=today, since=today,
            certificate=f"F/{user.pk:05d}",
        )  # fmt: skip


def custodian(station: str) -> Custodian:
    """The custodian of a station."""
    known: Custodian | None = Custodian.objects.filter(station_id=station).order_by("pk").first()
    if known is not None:
        return known
    name = f"{CustomsStation.objects.get(pk=station).name} Terminal Services"
    made: Custodian = enter(Custodian(station_id=station, name=name), keeper(station), name=name)
    return made


def importer(name: str, iec: str) -> Importer:
    """An importer with its code."""
    known: Importer | None = Importer.objects.filter(iec=iec).first()
    if known is not None:
        return known
    made: Importer = enter(Importer(iec=iec, name=name), keeper("BLR"), iec=iec, name=name)
    return made
