"""Keys of firms: made and revoked by the Group Admin, taken up by who signs, shown once, stopped with the firm."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Custodian, User
from accounts.permissions import Actor
from accounts.sessions import PROVED
from api import keys
from api.models import ApiKey
from eccs.audit import AuditLine
from eccs.dated_rules import DatedRule
from eccs.workflow import Refused, take
from tests.accounts.conftest import member
from tests.api.conftest import Made, Program

pytestmark = pytest.mark.django_db

KeyOf = Callable[..., tuple[ApiKey, str]]


def browser(username: str) -> Client:
    """Somebody's browser, in which the password was typed just now."""
    client = Client()
    client.force_login(member(username))
    session = client.session
    session[PROVED] = int(timezone.now().timestamp())
    session.save()
    return client


def asked(signatory: User, **given: Any) -> dict[str, Any]:
    """What the form of a new key is sent."""
    day = f"{timezone.localdate() + timedelta(days=30):%d/%m/%Y}"
    return {"name": "ERP", "person": signatory.pk, "station": "", "scopes": ["read", "file"], "expires_on": day} | given


def test_a_key_is_shown_once_and_works_when_its_person_has_taken_it_up(people: Callable[[str], User]) -> None:
    admin, signatory = browser("courieradmin.swift"), browser("signatory.swift")
    page = admin.post("/api-keys/new/", asked(people("signatory.swift"))).content.decode()
    found = re.search(r"eccs_[0-9a-f]{8}_[\w-]{43}", page)
    assert found and "has taken it up" in page
    key, program = ApiKey.objects.get(), Program(found[0])
    assert key.digest not in found[0] and found[0].rpartition("_")[2] not in repr(ApiKey.objects.values())
    assert found[0] not in admin.get("/api-keys/").content.decode()
    assert program.get("/bills").status_code == 401
    assert "Take it up" in signatory.get("/api-keys/own/").content.decode()
    signatory.post(f"/api-keys/{key.pk}/accept/")
    assert program.get("/bills").json() == {"items": [], "next": None}
    key.refresh_from_db()
    assert key.last_used_at and key.last_used_from == "127.0.0.1"
    admin.post(f"/api-keys/{key.pk}/revoke/")
    assert program.get("/bills").status_code == 401
    lines = AuditLine.objects.filter(event__startswith="api-key.").order_by("pk")
    assert [(line.event, line.username) for line in lines] == [
        ("api-key.made", "courieradmin.swift"), ("api-key.accepted", "signatory.swift"),
        ("api-key.revoked", "courieradmin.swift"),
    ]  # fmt: skip
    assert lines[0].details["acts_as"] == "signatory.swift" and lines[0].about == str(key)


def test_two_keys_of_a_name_are_in_force_at_once_and_no_third(key: KeyOf) -> None:
    first, text = key()
    _second, other = key()
    with pytest.raises(Refused, match="Two keys of this name"):
        key()
    assert Program(text).get("/bills").status_code == Program(other).get("/bills").status_code == 200
    keys.revoke(first, Actor.of(first.person))
    key()
    assert ApiKey.objects.live().count() == 2


def test_an_expired_key_opens_nothing_and_makes_room(key: KeyOf) -> None:
    first, text = key()
    key()
    with time_machine.travel(timezone.now() + timedelta(days=30, minutes=1), tick=False):
        at_last = Program(text).get("/bills").status_code
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        assert (at_last, Program(text).get("/bills").status_code) == (200, 401)
        key()
    first.refresh_from_db()
    assert first.revoked_at is not None and first.revoked_by is None


def test_nobody_else_revokes_or_takes_up_a_key(key: KeyOf, people: Callable[[str], User]) -> None:
    found, _text = key()
    for who in ("courieradmin.metro", "courier.swift", "signatory.metro", "custodianadmin.blr", "ao.blr"):
        assert browser(who).post(f"/api-keys/{found.pk}/revoke/").status_code == 404
    for who in ("courier.swift", "signatory.metro"):
        assert browser(who).post(f"/api-keys/{found.pk}/accept/").status_code == 404
    assert browser("signatory.swift").get("/api-keys/").status_code == 403
    assert browser("signatory.swift").post(f"/api-keys/{found.pk}/revoke/").status_code == 302
    found.refresh_from_db()
    assert found.revoked_at


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"expires_on": "01/01/2020"}, "The day has passed"), ({"expires_on": "01/01/2099"}, "Not after"),
        ({"scopes": []}, "required"), ({"scopes": ["rule"]}, "Select a valid choice"), ({"name": "<b>"}, "Latin alphabet"),
        ({"station": "XXX"}, "Select a valid choice"), ({"person": "signatory.metro"}, "Select a valid choice"),
    ],
)  # fmt: skip
def test_what_is_no_key_is_refused_in_words(
    people: Callable[[str], User], given: dict[str, Any], words: str
) -> None:  # fmt: skip
    if "person" in given:
        given = {"person": people(given["person"]).pk}
    answer = browser("courieradmin.swift").post("/api-keys/new/", asked(people("signatory.swift"), **given))
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not ApiKey.objects.exists()


def test_the_longest_life_of_a_key_is_a_dated_rule(people: Callable[[str], User]) -> None:
    today = timezone.localdate()
    DatedRule.objects.create(name="api_key_longest_days", from_date=today, value="7", source="Order 9 of 2026")
    client, person = browser("courieradmin.swift"), people("signatory.swift")
    for days, status in ((8, 422), (7, 200)):
        day = f"{today + timedelta(days=days):%d/%m/%Y}"
        assert client.post("/api-keys/new/", asked(person, expires_on=day)).status_code == status


def test_a_suspended_courier_s_key_stops(program: Made, people: Callable[[str], User], actor: Any) -> None:
    asking = program()
    courier = people("signatory.swift").courier
    assert courier is not None
    take(
        courier,
        "suspend",
        actor("jc.blr"),
        order_number="SUS/4",
        order_date=timezone.localdate(),
        reason="Misuse of the KYC.",
    )
    answer = asking.get("/bills")
    assert answer.status_code == 403 and "SUS/4" in answer.json()["detail"]


def test_a_person_who_is_suspended_or_left_the_desk_ends_what_acts_in_the_name(program: Made, people: Any) -> None:
    asking, person = program(), people("signatory.swift")
    person.postings.update(until=timezone.localdate() - timedelta(days=1))
    assert "has no desk" in asking.get("/bills").json()["detail"]
    User.objects.filter(pk=person.pk).update(stage="SUSPENDED", is_active=False)
    assert asking.get("/bills").status_code == 403


def test_a_custodian_s_key_reads_of_its_station_and_nothing_that_is_declared(program: Made, people: Any) -> None:
    from tests.factories.bills import bill
    from tests.factories.directory import custodian

    keeper = people("scan.blr")
    if keeper.custodian_id is None:
        User.objects.filter(pk=keeper.pk).update(
            custodian=Custodian.objects.filter(station="BLR").first() or custodian()
        )
    here, there = bill(), bill(station="DEL")
    asking = program("scan.blr", scopes=["read"], station="BLR")
    told = asking.get("/bills").json()["items"]
    assert [one["number"] for one in told] == [here.number]
    assert told[0]["assessable_value"] is None and told[0]["total_duty"] is None
    assert asking.get(f"/bills/{there.number}").status_code == 404
    assert asking.get(f"/bills/{here.number}/duty").status_code == 404
    assert asking.get(f"/bills/{here.number}/print.pdf").status_code == 404


def test_a_key_without_the_scope_is_told_so_and_one_of_a_station_stays_there(program: Made) -> None:
    from tests.factories.bills import bill

    there = bill(station="DEL")
    answer = program(scopes=["reply"]).get("/bills")
    assert answer.status_code == 403 and answer["Content-Type"] == "application/problem+json"
    assert "“read”" in answer.json()["detail"]
    assert program(station="BLR").get(f"/bills/{there.number}").status_code == 404


@pytest.mark.parametrize(
    "text", ["", "eccs_", "eccs_12345678_", "eccs_12345678_x", "Bearer", "eccs_éééééééé_x", "x" * 5000]
)
def test_what_is_no_key_is_answered_alike(people: Any, text: str) -> None:
    answer = Program(text).get("/bills") if text.isascii() else Program(text.encode().decode("latin-1")).get("/bills")
    assert answer.status_code == 401 and answer["WWW-Authenticate"] == "Bearer"
    assert answer.json()["title"] == "Unauthorized"


def test_a_browser_s_session_opens_nothing(people: Any) -> None:
    assert browser("signatory.swift").get("/api/v1/bills").status_code == 401


def test_a_firm_asks_so_often_a_minute_and_other_firms_go_on(program: Made) -> None:
    today = timezone.localdate()
    DatedRule.objects.create(name="api_requests_a_minute", from_date=today, value="3", source="Order 9 of 2026")
    swift, also_swift, metro = program(), program("courier.swift"), program("signatory.metro")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        got = [one.get("/challans").status_code for one in (swift, also_swift, swift, swift)]
        answer = also_swift.get("/challans")
        assert (got, answer.status_code) == ([200, 200, 200, 429], 429)
        assert 0 < int(answer["Retry-After"]) <= 60
        assert metro.get("/challans").status_code == 200
        clock.shift(timedelta(seconds=int(answer["Retry-After"])))
        assert swift.get("/challans").status_code == 200
    told = AuditLine.objects.filter(event="asked.too-often")
    assert [(one.about, one.details["a_minute"]) for one in told] == [
        ("api_requests_a_minute", 3)
    ]  # once in the minute
