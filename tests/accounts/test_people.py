"""Who manages whom, and what forged forms cannot do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.access import PersonTrail, StationRole
from accounts.credentials import LiveSession
from accounts.grants import Offer, offers
from accounts.models import Custodian, CustomsStation, Posting, User
from accounts.newcomers import create_person, places
from accounts.permissions import Actor
from accounts.tasks import end_after_the_last_day
from bills.stages import Stage
from eccs import desks, trail
from eccs.workflow import Refused, take
from tests.accounts.conftest import WHY, SignedIn, acting, member, text
from tests.factories import people
from tests.factories.bills import bill

pytestmark = pytest.mark.django_db

NEW = {"username": "nila.bose", "full_name": "Nila Bose", "email": "nila@eccs.example", "reason": WHY}


def give(by: str, person: User, code: str, station: str, **more: Any) -> User:
    """A grant by a member of the cast, or by an actor."""
    given: dict[str, Any] = {"since": timezone.localdate(), "reason": WHY, **more}
    done: User = take(person, "give_role", acting(by), role=Offer(code, station), **given)
    return done


def post(client: Client, person: User, step: str, **given: Any) -> Any:
    """The confirmed form of a step."""
    fields = {f"{step}-{name}": value for name, value in given.items()}
    return client.post(person.step_url(step), {**fields, "confirm": "yes"})


def test_a_grant_is_in_the_trail_with_who_when_what_and_why(signed_in: SignedIn) -> None:
    person = people.officer()
    today = timezone.localdate()
    client = signed_in("customsadmin.blr")
    answer = post(client, person, "give_role", role="XRAY_OFFICER@BLR", since=f"{today:%d/%m/%Y}", reason=WHY)
    assert answer.status_code == 302 and answer["Location"] == person.get_absolute_url()
    line: Any = PersonTrail.objects.get(document=person)
    assert (line.step, line.role, line.by_name) == ("give_role", "CUSTOMS_ADMIN", member("customsadmin.blr").full_name)
    assert line.answers["reason"] == WHY and line.answers["role"] == "X-ray Officer, BLR"
    assert "courierbillofentry.clear_xray" in line.snapshot["activities"]
    page = text(client.get(person.get_absolute_url()))
    assert "X-ray Officer" in page and WHY in page and line.by_name in page
    assert Actor.of(person).may("courierbillofentry.clear_xray")
    assert not list(trail.broken_lines(PersonTrail))


def test_no_grant_goes_without_a_reason(signed_in: SignedIn) -> None:
    person = people.officer()
    today = f"{timezone.localdate():%d/%m/%Y}"
    answer = post(signed_in("customsadmin.blr"), person, "give_role", role="XRAY_OFFICER@BLR", since=today)
    assert answer.status_code == 422 and person.postings.count() == 1


@pytest.mark.parametrize(
    ("by", "code", "station"),
    [
        ("customsadmin.blr", "XRAY_OFFICER", "DEL"), ("customsadmin.blr", "PORT_ADMIN", "BLR"),
        ("customsadmin.blr", "CUSTOMS_ADMIN", "BLR"), ("customsadmin.blr", "COURIER_SIGNATORY", "BLR"),
        ("customsadmin.blr", "SYSTEM_ADMIN", ""), ("customsadmin.blr", "SYSTEM", "BLR"),
        ("customsadmin.del", "DCAC", "BLR"), ("portadmin.blr", "PORT_ADMIN", "BLR"),
        ("portadmin.blr", "COURIER_ADMIN", "BLR"), ("portadmin.blr", "XRAY_OFFICER", "DEL"),
        ("sysadmin", "SYSTEM_ADMIN", ""), ("sysadmin", "CUSTOMS_ADMIN", "BLR"), ("courieradmin.swift", "COURIER_SIGNATORY", "BLR"),
        ("custodianadmin.blr", "ARRIVAL_SCANNER", "BLR"),
    ],
)  # fmt: skip
def test_nothing_beyond_the_circle_is_given_by_a_forged_form(
    by: str, code: str, station: str, signed_in: SignedIn
) -> None:
    person = people.officer()
    before = list(person.postings.values_list("pk"))
    with pytest.raises(Refused):
        give(by, person, code, station)
    today = f"{timezone.localdate():%d/%m/%Y}"
    answer = post(signed_in(by), person, "give_role", role=f"{code}@{station}", since=today, reason=WHY)
    assert answer.status_code in (404, 422)
    assert list(person.postings.values_list("pk")) == before
    assert not PersonTrail.objects.filter(document=person).exists()


def test_a_role_of_another_station_is_not_given_under_its_number(signed_in: SignedIn) -> None:
    person = people.officer()
    foreign = people.station_role(station="DEL", name="Night desk")
    for offer in (Offer(foreign.code, "BLR", foreign.pk), Offer(foreign.code, "DEL", foreign.pk)):
        with pytest.raises(Refused):
            take(
                person, "give_role", acting("portadmin.blr"), role=offer, since=timezone.localdate(), reason=WHY,
            )  # fmt: skip
    assert person.postings.count() == 1


def test_nobody_manages_the_own_account_nor_the_own_rank(signed_in: SignedIn) -> None:
    for by, target in (
        ("portadmin.blr", "portadmin.blr"), ("customsadmin.blr", "customsadmin.blr"), ("customsadmin.blr", "portadmin.blr"),
        ("courieradmin.swift", "courieradmin.swift"), ("sysadmin", "sysadmin"),
    ):  # fmt: skip
        with pytest.raises(Refused):
            take(member(target), "suspend", acting(by), reason=WHY)
        assert post(signed_in(by), member(target), "suspend", reason=WHY).status_code in (404, 409)
    assert not User.objects.filter(is_active=False).exists()
    take(member("customsadmin.blr"), "suspend", acting("portadmin.blr"), reason=WHY)
    take(member("portadmin.blr"), "suspend", acting("sysadmin"), reason=WHY)
    assert User.objects.filter(is_active=False).count() == 2


def test_a_group_admin_sees_the_own_circle_only(signed_in: SignedIn) -> None:
    for one in ("ao.blr", "ao.del", "scan.blr", "signatory.swift", "signatory.metro"):
        member(one)
    seen = {
        by: set(User.objects.visible_to(acting(by)).values_list("username", flat=True)) - {by}
        for by in ("customsadmin.blr", "custodianadmin.blr", "courieradmin.swift", "portadmin.blr", "ao.blr")
    }
    assert {"ao.blr"} <= seen["customsadmin.blr"] <= {"ao.blr", "portadmin.blr"}
    assert seen["custodianadmin.blr"] == {"scan.blr"}
    assert seen["courieradmin.swift"] == {"signatory.swift"}
    assert {"ao.blr", "scan.blr", "signatory.swift", "signatory.metro"} <= seen["portadmin.blr"]
    assert "ao.del" not in seen["portadmin.blr"]
    assert seen["ao.blr"] == set()
    listed = text(signed_in("courieradmin.swift").get("/people/"))
    assert "signatory.swift" in listed and "signatory.metro" not in listed and "ao.blr" not in listed
    assert signed_in("courieradmin.swift").get(member("signatory.metro").get_absolute_url()).status_code == 404


def test_a_group_admins_new_person_is_of_the_own_firm_whatever_the_form_says(signed_in: SignedIn) -> None:
    client, firm = signed_in("courieradmin.swift"), member("courieradmin.swift").courier
    other = member("courieradmin.metro").courier
    assert firm is not None and other is not None
    forged = {
        "place": f"courier:{other.pk}@BLR",
        "courier": other.pk,
        "home": "DEL",
        "is_active": "",
        "role": "PORT_ADMIN",
    }
    assert client.post("/people/new/", {**NEW, **forged}).status_code == 302
    made = User.objects.get(username="nila.bose")
    assert (made.courier_id, made.home_id, made.postings.count()) == (firm.pk, None, 0)
    assert not made.has_usable_password()
    for place in (f"courier:{other.pk}@BLR", "customs:BLR", "own:PORT_ADMIN@BLR"):
        with pytest.raises(Refused):
            create_person(acting("courieradmin.swift"), place, **{**NEW, "username": "uma.bose"})
    assert set(places(acting("ao.blr"))) == set()
    assert signed_in("ao.blr").post("/people/new/", NEW).status_code == 403


@pytest.mark.parametrize("name", ["Nila.Bose", "nila bose", "9nila", "queue", "new", "nila..bose", "../x", "ao.blr"])
def test_user_names_are_lower_case_unique_and_fit_an_address(name: str, signed_in: SignedIn) -> None:
    member("ao.blr")
    answer = signed_in("courieradmin.swift").post("/people/new/", {**NEW, "username": name})
    if name == "Nila.Bose":
        assert User.objects.filter(username="nila.bose").exists()
        return
    assert answer.status_code == 422 and not User.objects.filter(full_name="Nila Bose").exists()
    assert member("ao.blr").full_name not in text(answer)


def test_a_link_to_choose_a_password_goes_out_after_the_commit(
    settings: Any, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    from accounts import tasks

    settings.PUBLIC_URL = "https://eccs.example"
    monkeypatch.setattr(tasks.mail_link, "delay", tasks.mail_link)
    with django_capture_on_commit_callbacks(execute=True):
        person = create_person(acting("portadmin.blr"), "customs:BLR", **NEW)
        assert not mailoutbox
    assert [one.to for one in mailoutbox] == [["nila@eccs.example"]]
    assert "nila.bose" in mailoutbox[0].body and "https://eccs.example/password/reset/" in mailoutbox[0].body
    assert [line.step for line in person.trail.all()] == ["create"]
    with django_capture_on_commit_callbacks(execute=True):
        take(person, "send_password_link", acting("customsadmin.blr"), reason=WHY)
    assert len(mailoutbox) == 2


def test_suspension_signs_out_at_once_and_reactivation_lets_in_again(signed_in: SignedIn) -> None:
    person = people.officer()
    client = signed_in(person)
    assert client.get("/").status_code == 200
    take(person, "suspend", acting("customsadmin.blr"), reason=WHY)
    assert client.get("/")["Location"].startswith("/sign-in/")
    take(person, "reactivate", acting("customsadmin.blr"), reason=WHY)
    assert client.get("/")["Location"].startswith("/sign-in/")
    assert signed_in(User.objects.get(pk=person.pk)).get("/").status_code == 200


@pytest.mark.parametrize(("days", "today", "later"), [(0, False, False), (1, True, False), (5, True, False)])
def test_a_posting_ends_on_its_day_and_not_before(
    days: int, today: bool, later: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, waiting = people.officer(), bill(Stage.APPROVAL)
    now = timezone.localdate()
    on = now + timedelta(days=days)
    take(person, "end_posting", acting("customsadmin.blr"), posting=person.postings.get(), on=on, reason=WHY)
    assert bool(Actor.of(person).postings) is today
    monkeypatch.setattr(timezone, "localdate", lambda *_a, **_k: on - timedelta(days=1))
    assert bool(Actor.of(person).postings) is (days > 0)
    monkeypatch.setattr(timezone, "localdate", lambda *_a, **_k: on)
    assert bool(Actor.of(person).postings) is later
    monkeypatch.undo()
    queue = acting("dcac.blr")
    assert type(waiting).objects.visible_to(queue).filter(stage=Stage.APPROVAL, pk=waiting.pk).exists()


def test_yesterday_is_refused_and_the_end_of_the_last_posting_ends_the_sessions(signed_in: SignedIn) -> None:
    person = people.officer()
    people.posted(person, "XRAY_OFFICER", "BLR")
    client, today = signed_in(person), timezone.localdate()
    first, second = person.postings.order_by("pk")
    by = acting("customsadmin.blr")
    with pytest.raises(Refused, match="today or on a later day"):
        take(person, "end_posting", by, posting=first, on=today - timedelta(days=1), reason=WHY)
    take(person, "end_posting", by, posting=first, on=today, reason=WHY)
    assert client.get("/").status_code == 200
    take(person, "end_posting", by, posting=second, on=today, reason=WHY)
    assert client.get("/")["Location"].startswith("/sign-in/")
    with pytest.raises(Refused):
        take(person, "end_posting", by, posting=second, on=today, reason=WHY)


@pytest.mark.parametrize("missed", [0, 1, 30])
def test_the_night_after_the_last_day_signs_out_however_late_it_comes(missed: int, signed_in: SignedIn) -> None:
    person, other, later = people.officer(), people.officer(name="Uma Kaul"), people.officer(name="Tara Bose")
    last = timezone.localdate() - timedelta(days=1 + missed)
    client, stays, back = signed_in(person), signed_in(other), signed_in(later)
    LiveSession.objects.exclude(user=later).update(since=timezone.now() - timedelta(days=2 + missed))
    assert {one.get("/").status_code for one in (client, stays, back)} == {200}
    Posting.objects.filter(user__in=[person, later]).update(since=last - timedelta(days=9), until=last)
    people.posted(other, "XRAY_OFFICER", "BLR", since=last - timedelta(days=9), until=last)  # one role of two ended
    assert end_after_the_last_day() == 1
    assert client.get("/")["Location"].startswith("/sign-in/")
    assert stays.get("/").status_code == 200
    assert back.get("/").status_code == 200  # who signed in since holds no role and may nothing
    assert end_after_the_last_day() == 0


def test_the_people_of_a_custodian_are_signed_out_after_its_last_day(signed_in: SignedIn) -> None:
    client, person = signed_in("scan.blr"), member("scan.blr")
    assert end_after_the_last_day() == 0
    yesterday = timezone.localdate() - timedelta(days=1)
    assert person.custodian_id is not None
    Custodian.objects.filter(pk=person.custodian_id).update(since=yesterday, until=yesterday)
    LiveSession.objects.update(since=timezone.now() - timedelta(days=1))
    assert end_after_the_last_day() == 1
    assert client.get("/")["Location"].startswith("/sign-in/")


def test_a_transfer_ends_the_postings_here_and_the_other_station_takes_over(signed_in: SignedIn) -> None:
    person, on = people.officer(), timezone.localdate() + timedelta(days=2)
    cochin = CustomsStation.objects.get(pk="DEL")
    with pytest.raises(Refused):
        take(person, "suspend", acting("customsadmin.del"), reason=WHY)
    done = take(person, "transfer", acting("customsadmin.blr"), station=cochin, on=on, reason=WHY)
    assert (done.home_id, person.postings.get().until) == ("DEL", on - timedelta(days=1))
    assert PersonTrail.objects.get(document=person).role == "CUSTOMS_ADMIN"
    people.open_role("XRAY_OFFICER", station="DEL")
    give("customsadmin.del", User.objects.get(pk=person.pk), "XRAY_OFFICER", "DEL", since=on)
    with pytest.raises(Refused):
        take(person, "change_details", acting("customsadmin.blr"), full_name="X Y", email="x@y.example", reason=WHY)


def test_an_officer_of_another_station_is_found_by_the_whole_user_name_and_keeps_the_account(
    signed_in: SignedIn,
) -> None:
    person = people.officer(station="DEL", name="Hari Menon")
    member("signatory.swift")
    client, address = signed_in("customsadmin.blr"), "/people/from-another-station/"
    for part in ("hari", "hari.men", "signatory.swift", "portadmin.del", "nobody.there"):
        answer = client.get(address, {"username": part})
        assert answer.status_code == 422 and "Hari Menon" not in text(answer), part
    assert "Hari Menon" in text(client.get(address, {"username": "Hari.Menon"}))
    given = {
        "username": "hari.menon", "give_role-role": "XRAY_OFFICER@BLR", "give_role-reason": WHY,
        "give_role-since": f"{timezone.localdate():%d/%m/%Y}",
    }  # fmt: skip
    assert client.post(address, given).status_code == 302
    assert Actor.of(person).stations == {"BLR", "DEL"}
    refused: list[tuple[str, dict[str, Any]]] = [
        ("change_details", {"full_name": "Hari Menon", "email": "mine@eccs.example"}), ("send_password_link", {}),
        ("suspend", {}), ("reset_second_factor", {}),
    ]  # fmt: skip
    for step, more in refused:
        with pytest.raises(Refused):
            take(person, step, acting("customsadmin.blr"), reason=WHY, **more)
    here = person.postings.get(station="BLR")
    there = person.postings.get(station="DEL")
    with pytest.raises(Refused):
        take(person, "end_posting", acting("customsadmin.blr"), posting=there, on=timezone.localdate(), reason=WHY)
    take(person, "end_posting", acting("customsadmin.blr"), posting=here, on=timezone.localdate(), reason=WHY)
    assert Actor.of(person).stations == {"DEL"}


def test_a_conflict_is_warned_about_by_name_confirmed_and_refused_at_the_step(signed_in: SignedIn) -> None:
    person = people.officer()
    Posting.objects.filter(user=person).update(role="INSPECTOR")
    client, today = signed_in("customsadmin.blr"), f"{timezone.localdate():%d/%m/%Y}"
    given = {"role": "SHED_SUPERINTENDENT@BLR", "since": today, "reason": WHY}
    warned = post(client, person, "give_role", **given)
    page = text(warned)
    assert warned.status_code == 422 and "Give Out of Charge" in page and "eport examination" in page
    with pytest.raises(Refused, match="kept apart"):
        give("customsadmin.blr", person, "SHED_SUPERINTENDENT", "BLR")
    assert post(client, person, "give_role", despite_conflict="on", **given).status_code == 302
    line: Any = PersonTrail.objects.get(document=person)
    assert line.answers["despite_conflict"] is True and line.snapshot["conflicts"]
    both = Actor.of(person)
    one = bill(Stage.EXAMINATION, examination_prescribed=True)
    report: dict[str, Any] = {
        "packages_opened": 1,
        "percent": 100,
        "findings": "As declared.",
        "recommendation": "RELEASE",
    }
    one = take(one, "report_examination", both, **report)
    with pytest.raises(Refused, match="somebody else takes this step"):
        take(one, "give_out_of_charge", both)


@pytest.mark.parametrize(("first", "second"), [("BOND_MAKER", "BOND_CHECKER"), ("RISK_APPROVER", "RISK_OFFICER")])
def test_standard_roles_kept_apart_conflict_though_they_have_no_steps_yet(
    first: str, second: str, signed_in: SignedIn
) -> None:
    person = people.officer()
    Posting.objects.filter(user=person).update(role=first)
    member("customsadmin.blr")
    with pytest.raises(Refused, match="kept apart"):
        give("customsadmin.blr", person, second, "BLR")
    give("customsadmin.blr", person, second, "BLR", despite_conflict=True)
    elsewhere = people.officer(name="Uma Kaul")
    Posting.objects.filter(user=elsewhere).update(role=first, station="DEL")
    give("customsadmin.blr", elsewhere, second, "BLR")


def test_a_couriers_admin_hands_out_what_stations_opened_for_couriers(signed_in: SignedIn) -> None:
    person = people.courier_person()
    admin = acting("courieradmin.swift")
    assert admin.courier_id == person.courier_id
    StationRole.objects.exclude(station="BLR").delete()
    assert set(offers(admin, person)) == {"COURIER_OPERATOR@BLR", "COURIER_SIGNATORY@BLR"}
    give("courieradmin.swift", person, "COURIER_SIGNATORY", "BLR")
    here, there = bill(Stage.QUERY), bill(Stage.QUERY, station="DEL")
    rows = type(here).objects.visible_to(Actor.of(person))
    assert list(rows) == [here]
    assert there.pk
    desk = next(one for one in desks.desks(Actor.of(person)) if one.stage == Stage.QUERY)
    of_all = next(one for one in desks.desks(acting("signatory.swift")) if one.stage == Stage.QUERY)
    assert (desk.count, of_all.count) == (1, 2)


def test_the_system_admin_makes_the_port_admin_of_a_station_and_nobody_else() -> None:
    by = acting("sysadmin")
    person = create_person(by, "customs:JAI", **NEW)
    assert set(offers(by, person)) == {
        f"PORT_ADMIN@{one}" for one in CustomsStation.objects.values_list("pk", flat=True)
    }
    give("sysadmin", person, "PORT_ADMIN", "JAI")
    assert Actor.of(person).stations == {"JAI"}
    with pytest.raises(Refused):
        take(people.officer(), "suspend", by, reason=WHY)


def test_a_person_without_a_role_may_nothing(signed_in: SignedIn) -> None:
    person = people.officer()
    person.postings.all().delete()
    client = signed_in(person)
    assert "No desk is yours yet" in text(client.get("/"))
    assert not Actor.of(person).activities
    assert not type(bill(Stage.APPROVAL)).objects.visible_to(Actor.of(person)).exists()
