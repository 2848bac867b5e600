"""A circle is the own firm at the own station, and a custodian's people hold nothing once its appointment has ended."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.grants import Offer, groups_without_admin
from accounts.models import AuthorisedCourier, Custodian, CustomsStation, Importer, Posting, User
from accounts.newcomers import places
from accounts.permissions import Actor
from eccs.workflow import Refused, take
from tests.accounts.conftest import WHY, SignedIn, acting, member
from tests.factories import people

pytestmark = pytest.mark.django_db


def custodian(name: str, *, until: date | None = None) -> Custodian:
    """A second custodian at Bengaluru, there for a year."""
    since = timezone.localdate() - timedelta(days=365)
    made: Custodian = Custodian.objects.create(name=name, station_id="BLR", since=since, until=until)
    return made


def of_firm(name: str, **firm: object) -> User:
    """Somebody of a firm, without a role."""
    made = User(username=name, full_name=name.title(), email=f"{name}@eccs.example", **firm)
    made.set_unusable_password()
    made.save()
    return made


def names(by: Actor) -> set[str]:
    """Whom somebody sees."""
    return set(User.objects.visible_to(by).values_list("username", flat=True))


def test_a_group_admin_of_one_custodian_does_not_manage_the_people_of_another(signed_in: SignedIn) -> None:
    people.open_role("WAREHOUSE_KEEPER")
    own = acting("custodianadmin.blr")
    other = of_firm("lata", custodian=custodian("Second Terminal Services"), home_id="BLR")
    Posting.objects.create(user=other, role="ARRIVAL_SCANNER", station_id="BLR")
    member("scan.blr")
    assert names(own) == {"custodianadmin.blr", "scan.blr"}
    today = timezone.localdate()
    with pytest.raises(Refused):
        take(other, "suspend", own, reason=WHY)
    with pytest.raises(Refused):
        take(other, "give_role", own, role=Offer("WAREHOUSE_KEEPER", "BLR"), since=today, reason=WHY)
    with pytest.raises(Refused):
        take(other, "end_posting", own, posting=other.postings.get(), on=today, reason=WHY)
    assert signed_in("custodianadmin.blr").get(other.get_absolute_url()).status_code == 404
    assert [one.custodian_id for one in places(own).values()] == [own.custodian_id]
    assert {"lata", "scan.blr"} <= names(acting("portadmin.blr"))
    take(member("scan.blr"), "suspend", own, reason=WHY)


@pytest.mark.parametrize(("last", "holds"), [(None, True), (0, True), (-1, False)])
def test_the_people_of_a_custodian_hold_nothing_after_its_last_day(last: int | None, holds: bool) -> None:
    person = member("custodianadmin.blr")
    assert person.custodian_id is not None
    until = None if last is None else timezone.localdate() + timedelta(days=last)
    Custodian.objects.filter(pk=person.custodian_id).update(since=date(2020, 1, 1), until=until)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        held = Actor.of(person)
    assert len(asked) == 1
    assert bool(held.postings) is bool(held.activities) is bool(places(held)) is holds
    offered = {one.custodian_id for one in places(acting("portadmin.blr")).values()}
    assert (person.custodian_id in offered) is holds
    assert ("Custodian" in groups_without_admin(acting("portadmin.blr"))) is not holds


def test_a_custodian_whose_appointment_has_not_begun_opens_nothing() -> None:
    person = member("scan.blr")
    assert person.custodian_id is not None
    Custodian.objects.filter(pk=person.custodian_id).update(since=timezone.localdate() + timedelta(days=1))
    assert not Actor.of(person).postings


def test_a_port_admin_reaches_importers_and_couriers_of_the_own_station_only() -> None:
    member("signatory.swift")
    kaveri = Importer.objects.create(name="Tungabhadra Optics Private Limited", iec="AABCT5519M")
    here = of_firm("here", importer=kaveri, home_id="BLR")
    there = of_firm("there", importer=kaveri, home_id="DEL")
    posted = of_firm("posted", importer=kaveri, home_id="DEL")
    Posting.objects.create(user=posted, role="IMPORTER", station_id="BLR")
    everywhere = of_firm("everywhere", importer=kaveri)
    admin = acting("portadmin.blr")
    assert {"here", "posted", "signatory.swift"} <= names(admin) and not {"there", "everywhere"} & names(admin)
    take(here, "suspend", admin, reason=WHY)
    take(posted, "end_posting", admin, posting=posted.postings.get(), on=timezone.localdate(), reason=WHY)
    for one in (there, posted, everywhere):
        with pytest.raises(Refused):
            take(one, "suspend", admin, reason=WHY)
    swift = member("signatory.swift").courier
    assert swift is not None
    swift.stations.filter(station="BLR").update(
        since=timezone.localdate() - timedelta(days=400), until=timezone.localdate() - timedelta(days=1)
    )
    assert "signatory.swift" not in names(admin)
    assert not any(one.courier_id == swift.pk for one in places(admin).values())
    with pytest.raises(Refused):
        take(member("signatory.swift"), "suspend", admin, reason=WHY)
    Importer.objects.filter(pk=kaveri.pk).update(
        stage="SUSPENDED", suspended_on=timezone.localdate(), suspension_order="S/1"
    )
    assert not any(one.importer_id == kaveri.pk for one in places(admin).values())


def test_a_couriers_group_admin_of_one_station_sees_the_people_of_that_station() -> None:
    swift = people.courier_person(name="Om Gill").courier
    assert isinstance(swift, AuthorisedCourier) and CustomsStation.objects.filter(pk="DEL").exists()
    local = of_firm("local", courier=swift, home_id="BLR")
    Posting.objects.create(user=local, role="COURIER_ADMIN", station_id="BLR")
    whole = of_firm("whole", courier=swift)
    Posting.objects.create(user=whole, role="COURIER_ADMIN")
    of_firm("in.blr", courier=swift, home_id="BLR")
    away = of_firm("in.del", courier=swift, home_id="DEL")
    assert names(Actor.of(local)) == {"local", "in.blr"}
    assert {"om.gill", "in.blr", "in.del", "local"} <= names(Actor.of(whole))
    with pytest.raises(Refused):
        take(away, "suspend", Actor.of(local), reason=WHY)
    take(away, "suspend", Actor.of(whole), reason=WHY)


def test_whoever_of_the_trade_is_of_no_station_is_in_the_system_admins_circle() -> None:
    system, kaveri = acting("sysadmin"), Importer.objects.create(name="Tungabhadra Optics", iec="AABCT5519M")
    everywhere, head = of_firm("everywhere", importer=kaveri), of_firm("head", importer=kaveri)
    Posting.objects.create(user=everywhere, role="IMPORTER")
    Posting.objects.create(user=head, role="IMPORTER_ADMIN")
    at_home = of_firm("at.home", importer=kaveri, home_id="BLR")
    stranded = people.courier_person(
        name="Om Gill"
    )  # its courier operates at stations: their Port Admins look after it
    assert {"everywhere", "head"} <= names(system) and not {"at.home", "om.gill"} & names(system)
    for one in (everywhere, head):
        with pytest.raises(Refused):  # a role is given where it is held
            take(one, "give_role", system, role=Offer("IMPORTER", "BLR"), since=timezone.localdate(), reason=WHY)
        take(one, "unlock", system, reason=WHY)
    take(take(head, "suspend", system, reason=WHY), "reactivate", system, reason=WHY)
    take(everywhere, "suspend", Actor.of(head), reason=WHY)  # the Group Admin of the firm goes on
    for one in (at_home, stranded):
        with pytest.raises(Refused):
            take(one, "suspend", system, reason=WHY)
    assert stranded.courier is not None
    yesterday = timezone.localdate() - timedelta(days=1)
    stranded.courier.stations.update(since=yesterday - timedelta(days=9), until=yesterday)
    assert "om.gill" in names(system)
    take(User.objects.get(pk=stranded.pk), "unlock", system, reason=WHY)


def test_a_group_of_a_firm_has_one_group_admin_at_a_station_at_a_time() -> None:
    port_admin, today = acting("portadmin.blr"), timezone.localdate()
    first, second = people.officer(name="Tara Bose"), people.officer(name="Hari Das")

    def give(person: User, role: str = "CUSTOMS_ADMIN", since: date = today, **given: Any) -> User:
        offer = Offer(role, "BLR")
        kept = User.objects.get(pk=person.pk)
        done: User = take(
            kept, "give_role", port_admin, role=offer, since=since, reason=WHY, despite_conflict=True, **given
        )
        return done

    give(first, until=today + timedelta(days=9))
    for since, until in ((today, None), (today + timedelta(days=9), None), (today, today + timedelta(days=1))):
        with pytest.raises(Refused, match=r"Tara Bose is Group Admin \(Customs\) here, and a group has one"):
            give(second, since=since, until=until)
    give(second, since=today + timedelta(days=10))  # the successor begins when the other ends
    swift = people.courier_person(name="Om Gill", home="BLR")
    metro = people.courier_person("metro", "Nila Kaul", home="BLR")
    mate = people.courier_person(name="Asha Das", home="BLR")
    for one in (swift, metro):  # of each courier one
        give(one, "COURIER_ADMIN")
    with pytest.raises(Refused, match=r"Om Gill is Group Admin \(Courier\) here"):
        give(mate, "COURIER_ADMIN")
