"""Changing one's own password, forced or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts import passwords, sessions
from accounts.models import User
from tests.accounts.conftest import NEW, SignIn, text
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

People = Callable[[str], User]
Browser = Callable[..., Client]
CHANGE = {"present": PASSWORD, "new": NEW, "again": NEW}


def test_a_new_password_keeps_this_session_and_ends_the_others(people: People, browser: Browser) -> None:
    here, there = browser("ao.blr"), browser("ao.blr")
    before = here.cookies["eccs"].value
    answer = here.post("/password/", CHANGE)
    assert answer["Location"] == "/"
    assert here.cookies["eccs"].value != before
    assert "Your new password holds from now on" in text(here.get("/"))
    away = there.get("/bills/imports/queue/assessment/")
    assert away["Location"] == "/sign-in/?why=password&next=%2Fbills%2Fimports%2Fqueue%2Fassessment%2F"
    assert "because your password was changed" in text(there.get(away["Location"]))
    user = people("ao.blr")
    assert [place.here for place in sessions.places(user, str(here.session.session_key))] == [True]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"present": "wrong"}, "This is not your password"),
        ({"again": "other"}, "The two are not the same"),
        ({"new": "short", "again": "short"}, "at least 12 characters"),
        ({"new": PASSWORD, "again": PASSWORD}, "last 5 passwords"),
        ({"new": "", "again": ""}, "Enter a new password"),
        ({"new": "x" * 129, "again": "x" * 129}, "at most 128"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(
    change: dict[str, str], words: str, people: People, browser: Browser
) -> None:
    answer = browser("ao.blr").post("/password/", {**CHANGE, **change})
    assert answer.status_code == 422
    assert words in text(answer) and "<title>" in text(answer) and "Error:" in text(answer)
    assert people("ao.blr").check_password(PASSWORD)


def test_guessing_the_present_password_of_an_open_browser_makes_wait(people: People, browser: Browser) -> None:
    client = browser("ao.blr")
    for _n in range(5):
        client.post("/password/", {**CHANGE, "present": "wrong"})
    assert client.post("/password/", CHANGE).status_code == 422
    assert client.post("/password/confirm/", {"password": PASSWORD}).status_code == 422
    assert people("ao.blr").check_password(PASSWORD)


def test_a_password_chosen_by_somebody_else_is_changed_first(people: People, sign_in: SignIn) -> None:
    user = people("ao.blr")
    passwords.set_new(user, "From-the-admin-12", must_change=True)
    client = Client()
    answer = sign_in("ao.blr", "From-the-admin-12", client=client, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/password/")
    assert "chosen by somebody else" in text(answer) and 'id="nav"' not in text(answer)
    for address in ("/", "/bills/imports/queue/assessment/", "/account/", "/password/confirm/", "/second-factor/"):
        assert client.get(address)["Location"].startswith("/password/?next="), address
    assert client.post("/keys/", {"keys": "off"})["Location"].startswith("/password/")
    assert people("ao.blr").keys_on
    done = client.post("/password/", {"present": "From-the-admin-12", "new": NEW, "again": NEW, "next": "/account/"})
    assert done["Location"] == "/account/kept-form/"  # the form of the keys, to be sent again or given up
    assert client.post(done["Location"])["Location"] == "/"
    assert client.get("/account/").status_code == 200


def test_what_must_still_work_does(people: People, sign_in: SignIn) -> None:
    User.objects.filter(username="ao.blr").update(must_change_password=True)
    client = Client()
    sign_in("ao.blr", client=client)
    assert client.get("/healthz").status_code == 200
    assert client.post("/language/", {"language": "hi", "next": "/password/"}).status_code == 302
    assert client.post("/text-size/", {"size": "large"})["Location"] == "/"
    assert client.get("/account/session/", headers={"accept": "application/json"}).json()["left"] > 1100
    assert client.post("/sign-out/")["Location"] == "/sign-in/"


def test_a_fragment_is_led_away_as_a_whole_page(people: People) -> None:
    user = people("ao.blr")
    client = Client()
    client.force_login(user)
    User.objects.filter(pk=user.pk).update(must_change_password=True)
    asked = {"HX-Request": "true", "HX-Current-URL": "http://testserver/bills/imports/queue/assessment/?late=1"}
    answer = client.get("/bills/imports/queue/assessment/", headers=asked)
    assert answer.status_code == 204
    assert answer["HX-Redirect"] == "/password/?next=%2Fbills%2Fimports%2Fqueue%2Fassessment%2F%3Flate%3D1"
    polled = client.get("/counts/?path=/", headers=asked)
    assert polled.status_code == 204 and "HX-Redirect" not in polled.headers


@pytest.mark.parametrize("going", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_way_back_stays_on_this_site(going: str, people: People, browser: Browser) -> None:
    client = browser("ao.blr")
    assert client.post("/password/confirm/", {"password": PASSWORD, "next": going})["Location"] == "/"
    assert client.post(f"/password/?next={going}", CHANGE)["Location"] == "/"


def test_a_change_is_recorded(people: People, browser: Browser, audit: list[tuple[str, dict[str, Any]]]) -> None:
    client = browser("ao.blr")
    client.post("/password/", {**CHANGE, "present": "wrong"})
    client.post("/password/", CHANGE)
    assert [event for event, _details in audit][1:] == ["password.proof-failed", "password.changed"]
    assert NEW not in str(audit) and PASSWORD not in str(audit)
