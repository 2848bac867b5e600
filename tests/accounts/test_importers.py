"""Importers at a station: the Port Admin makes their Group Admin, who makes their people, for that station and firm alone."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.grants import Offer, offers
from accounts.models import Importer, User
from accounts.newcomers import create_person, open_standard, places
from accounts.permissions import Actor
from bills.models import CourierBillOfEntry
from eccs.workflow import Refused, take
from tests.accounts.conftest import WHY, acting, member
from tests.factories.bills import bill

pytestmark = pytest.mark.django_db


def made(by: Actor, place: str, username: str) -> User:
    """A person made by somebody."""
    return create_person(by, place, username, "Nila Bose", f"{username}@eccs.example", WHY)


def given(by: Actor, person: User, role: str, station: str) -> User:
    """A role given by somebody from today on."""
    done: User = take(person, "give_role", by, role=Offer(role, station), since=timezone.localdate(), reason=WHY)
    return done


def test_from_the_port_admin_to_an_importer_who_reaches_the_station() -> None:
    member("importer.kaveri")
    kaveri = Importer.objects.get(iec="AAKCK4417E")
    port_admin = acting("portadmin.blr")
    open_standard(port_admin, "BLR", ["IMPORTER"], WHY)
    admin = made(port_admin, f"importer:{kaveri.pk}@BLR", "importeradmin.blr")
    admin = given(port_admin, admin, "IMPORTER_ADMIN", "BLR")
    group_admin = Actor.of(admin)
    assert [(one.home_id, one.importer_id) for one in places(group_admin).values()] == [("BLR", kaveri.pk)]
    person = made(group_admin, next(iter(places(group_admin))), "importer.blr")
    assert list(offers(group_admin, person)) == ["IMPORTER@BLR"]
    person = given(group_admin, person, "IMPORTER", "BLR")
    who = Actor.of(person)
    assert (who.stations, who.firm_stations, who.importer_id) == ({"BLR"}, {"BLR"}, kaveri.pk)
    with pytest.raises(Refused):
        given(group_admin, person, "IMPORTER", "DEL")
    with pytest.raises(Refused):
        given(group_admin, person, "IMPORTER_ADMIN", "BLR")
    with pytest.raises(Refused):
        given(group_admin, person, "COURIER_OPERATOR", "BLR")
    others = Importer.objects.create(name="Tungabhadra Optics Private Limited", iec="AABCT5519M")
    stranger = made(port_admin, f"importer:{others.pk}@BLR", "importer.optics")
    assert stranger not in User.objects.visible_to(group_admin)
    with pytest.raises(Refused):
        given(group_admin, stranger, "IMPORTER", "BLR")
    assert person in User.objects.visible_to(group_admin)
    bill()  # filed by a courier: it stays the courier's
    assert not CourierBillOfEntry.objects.visible_to(who).exists()
