"""Sessions: idle ones end, all of them are listed, and the weightiest acts ask for the password again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts import sessions, tasks
from accounts.credentials import LiveSession
from accounts.models import User
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from tests.accounts.conftest import SignIn, text
from tests.conftest import PASSWORD
from tests.factories.bills import bill

pytestmark = pytest.mark.django_db

People = Callable[[str], User]
Browser = Callable[..., Client]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


# ── idle ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("seconds", "lives"), [(20 * 60 - 1, True), (20 * 60, False)])
def test_a_session_without_an_act_ends_after_twenty_minutes(
    seconds: int, lives: bool, noon: Any, browser: Browser
) -> None:
    client = browser("ao.blr")
    noon.shift(timedelta(seconds=seconds))
    answer = client.get("/bills/imports/queue/assessment/?late=1")
    assert (answer.status_code == 200) == lives
    if not lives:
        way = answer["Location"]
        assert parse_qs(urlsplit(way).query) == {"why": ["idle"], "next": ["/bills/imports/queue/assessment/?late=1"]}
        assert "because nothing was done for 20 minutes" in text(client.get(way))
        back = client.post(way, {"username": "ao.blr", "password": PASSWORD})
        assert back["Location"] == "/bills/imports/queue/assessment/?late=1"
        assert not Session.objects.filter(session_key=client.cookies["eccs"].value, session_data="").exists()


def test_each_act_begins_the_time_anew(noon: Any, browser: Browser) -> None:
    client = browser("ao.blr")
    for _n in range(4):
        noon.shift(timedelta(minutes=15))
        assert client.get("/").status_code == 200


def test_what_the_browser_asks_by_itself_is_no_act(noon: Any, browser: Browser) -> None:
    client = browser("ao.blr")
    for _n in range(19):
        noon.shift(timedelta(minutes=1))
        assert client.get("/counts/?path=/", headers={"HX-Request": "true"}).status_code == 200
        assert client.get("/account/session/", headers={"accept": "application/json"}).status_code == 200
    noon.shift(timedelta(minutes=1))
    asked = {"HX-Request": "true", "HX-Current-URL": "http://testserver/account/"}
    answer = client.get("/counts/?path=/", headers=asked)
    assert answer["HX-Redirect"] == "/sign-in/?why=idle&next=%2Faccount%2F"


def test_the_warned_say_that_they_are_there(noon: Any, browser: Browser) -> None:
    client = browser("ao.blr")
    page = text(client.get("/account/"))
    assert 'data-left="1200"' in page and 'data-warn="120"' in page
    noon.shift(timedelta(minutes=19))
    json = {"accept": "application/json"}
    assert client.get("/account/session/", headers=json).json() == {"left": 60}
    assert client.post("/account/session/", headers=json).json() == {"left": 1200}
    noon.shift(timedelta(minutes=19))
    way = client.post("/account/session/", {"next": "/account/"}, headers={"accept": "text/html"})
    assert way["Location"] == "/account/"
    noon.shift(timedelta(minutes=19))
    assert client.get("/").status_code == 200


def test_an_idle_session_is_over_for_whoever_comes_with_its_key(noon: Any, browser: Browser) -> None:
    client = browser("ao.blr")
    noon.shift(timedelta(minutes=20))
    thief = Client()
    thief.cookies["eccs"] = client.cookies["eccs"].value
    assert thief.post("/account/session/").status_code == 302
    assert client.get("/").status_code == 302
    assert not Session.objects.filter(session_key=client.cookies["eccs"].value).exists()


@pytest.mark.parametrize(("minutes", "lives"), [(12 * 60 - 1, True), (12 * 60, False)])
def test_twelve_hours_after_signing_in_everybody_signs_in_again(
    minutes: int, lives: bool, noon: Any, browser: Browser
) -> None:
    client = browser("ao.blr")
    for _n in range((minutes - 1) // 15):
        noon.shift(timedelta(minutes=15))
        client.get("/keys/")  # the person was there all the time
    noon.shift(timedelta(minutes=minutes - (minutes - 1) // 15 * 15))
    answer = client.get("/account/")
    assert (answer.status_code == 200) == lives
    if not lives:
        assert answer["Location"] == "/sign-in/?why=long&next=%2Faccount%2F"
        assert "because you signed in 12 hours ago" in text(client.get(answer["Location"]))


def test_a_form_sent_too_late_leads_back_to_its_page(noon: Any, browser: Browser) -> None:
    client = browser("ao.blr")
    noon.shift(timedelta(minutes=20))
    answer = client.post("/keys/", {"keys": "off"}, headers={"referer": "http://testserver/account/"})
    assert answer["Location"] == "/sign-in/?why=idle&next=%2Faccount%2F"


# ── where somebody is signed in ──────────────────────────────────────────────


def test_every_browser_is_listed_with_address_and_times(noon: Any, sign_in: SignIn) -> None:
    here, there = Client(), Client()
    sign_in("ao.blr", client=there, REMOTE_ADDR="198.51.100.7", HTTP_USER_AGENT=FIREFOX)
    noon.shift(timedelta(minutes=10))
    sign_in("ao.blr", client=here)
    page = text(here.get("/account/"))
    assert "Firefox on Linux" in page and "198.51.100.7" in page
    assert "19/11/2026 12:00" in page and "19/11/2026 12:10" in page
    assert page.index("this browser") < page.index("Firefox on Linux")
    assert page.count("Sign out there") == 1 and page.count("Sign out here") == 1
    noon.shift(timedelta(minutes=11))
    here.get("/")
    assert "Firefox on Linux" not in text(here.get("/account/"))  # idle by now


def test_another_browser_is_signed_out_and_told_so(sign_in: SignIn) -> None:
    here, there = Client(), Client()
    sign_in("ao.blr", client=there, HTTP_USER_AGENT=FIREFOX)
    sign_in("ao.blr", client=here)
    row = LiveSession.objects.get(key=there.session.session_key)
    assert "Signed out: Firefox on Linux" in text(here.post(f"/account/sessions/{row.pk}/end/", follow=True))
    answer = there.get("/account/")
    assert answer["Location"] == "/sign-in/?why=elsewhere&next=%2Faccount%2F"
    assert "signed out from another browser" in text(there.get(answer["Location"]))
    assert here.get("/").status_code == 200


def test_sign_out_here_and_everywhere_else(sign_in: SignIn) -> None:
    browsers = [Client() for _n in range(4)]
    for client in browsers:
        sign_in("ao.blr", client=client)
    here = browsers[0]
    assert "Signed out in 3 other browsers" in text(here.post("/account/sessions/end-others/", follow=True))
    assert [client.get("/").status_code for client in browsers] == [200, 302, 302, 302]
    row = LiveSession.objects.get()
    assert here.post(f"/account/sessions/{row.pk}/end/")["Location"] == "/sign-in/"
    assert here.get("/").status_code == 302
    assert not LiveSession.objects.exists()


def test_the_sessions_of_others_are_nobodys_to_end(sign_in: SignIn) -> None:
    mine, theirs = Client(), Client()
    sign_in("ao.blr", client=mine)
    sign_in("dcac.blr", client=theirs)
    row = LiveSession.objects.get(user__username="dcac.blr")
    assert mine.post(f"/account/sessions/{row.pk}/end/").status_code == 404
    mine.post("/account/sessions/end-others/")
    assert theirs.get("/").status_code == 200


def test_what_is_listed_of_sessions_that_are_over_is_dropped(sign_in: SignIn) -> None:
    kept, gone = Client(), Client()
    sign_in("ao.blr", client=kept)
    sign_in("ao.blr", client=gone)
    Session.objects.filter(session_key=gone.session.session_key).delete()
    tasks.tidy()
    assert [row.key for row in LiveSession.objects.all()] == [kept.session.session_key]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("curl/8.5", "Another program"),
        ("", "Another program"),
    ],
)
def test_browsers_in_words(agent: str, words: str) -> None:
    assert sessions.in_words(agent) == words


# ── the password again ───────────────────────────────────────────────────────


@pytest.fixture
def weighty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clearing an X-ray weighs much, for the length of a test."""
    monkeypatch.setitem(vars(CourierBillOfEntry.steps()["clear_xray"]), "weighty", True)


def officer(people: People) -> Client:
    """The X-ray Officer, whose password was typed long ago."""
    client = Client()
    client.force_login(people("xray.blr"))
    return client


def stages(*bills: CourierBillOfEntry) -> set[str]:
    """Where bills stand."""
    return set(CourierBillOfEntry.objects.filter(pk__in=[b.pk for b in bills]).values_list("stage", flat=True))


def test_a_weighty_step_asks_for_the_password_and_takes_nothing_before(people: People, weighty: None) -> None:
    client, one = officer(people), bill(Stage.XRAY)
    address = one.step_url("clear_xray")
    for answer in (client.get(address), client.post(address, {"confirm": "yes"})):
        assert answer["Location"] == f"/password/confirm/?next={address.replace('/', '%2F')}"
    assert stages(one) == {Stage.XRAY}
    assert client.post(answer["Location"], {"password": "wrong", "next": address}).status_code == 422
    back = client.post(answer["Location"], {"password": PASSWORD, "next": address})
    assert back["Location"] == address
    assert "Clear X-ray" in text(client.get(address)) and stages(one) == {Stage.XRAY}
    client.post(address, {"confirm": "yes"})
    assert stages(one) != {Stage.XRAY}


def test_a_weighty_step_on_many_asks_too_and_comes_back_with_the_ticks(people: People, weighty: None) -> None:
    client, bills = officer(people), [bill(Stage.XRAY), bill(Stage.XRAY)]
    other = bill(Stage.XRAY)
    address = "/bills/imports/queue/xray/clear-xray/"
    answer = client.post(address, {"document": [b.pk for b in bills], "confirm": "yes"})
    assert stages(*bills) == {Stage.XRAY}
    back = client.post(answer["Location"], {"password": PASSWORD})
    assert back["Location"] == f"{address}?ticked={bills[0].pk}.{bills[1].pk}"
    page = client.get(back["Location"])
    assert page.status_code == 200 and "Clear X-ray: 2 documents?" in text(page)
    assert stages(*bills) == {Stage.XRAY}
    client.post(address, {"document": [b.pk for b in bills], "confirm": "yes"})
    assert Stage.XRAY not in stages(*bills) and stages(other) == {Stage.XRAY}


def test_a_page_of_many_shows_nobody_elses_documents(people: People) -> None:
    client = Client()
    client.force_login(people("xray.del"))
    one = bill(Stage.XRAY)
    assert client.get(f"/bills/imports/queue/xray/clear-xray/?ticked={one.pk}").status_code == 404


def test_a_fragment_is_sent_to_the_password_as_a_whole_page(people: People, weighty: None) -> None:
    client, one = officer(people), bill(Stage.XRAY)
    address = one.step_url("clear_xray")
    answer = client.post(address, {"confirm": "yes"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (
        204,
        f"/password/confirm/?next={address.replace('/', '%2F')}",
    )
    assert stages(one) == {Stage.XRAY}


def test_each_proof_of_the_password_gives_the_session_another_key(browser: Browser) -> None:
    client = browser("ao.blr")
    before = client.session.session_key
    thief = Client()
    thief.cookies["eccs"] = client.cookies["eccs"].value
    client.post("/password/confirm/", {"password": PASSWORD, "next": "/account/"})
    assert client.session.session_key != before and client.get("/account/").status_code == 200
    assert thief.get("/account/").status_code == 302 and not Session.objects.filter(session_key=before).exists()
    assert LiveSession.objects.get().key == client.session.session_key


@pytest.mark.parametrize(("seconds", "asked"), [(599, False), (600, True)])
def test_a_password_lasts_ten_minutes(seconds: int, asked: bool, noon: Any, browser: Browser, weighty: None) -> None:
    client, one = browser("xray.blr"), bill(Stage.XRAY)
    noon.shift(timedelta(seconds=seconds))
    assert (client.get(one.step_url("clear_xray")).status_code == 302) == asked


def test_a_step_that_weighs_little_never_asks(people: People) -> None:
    client, one = officer(people), bill(Stage.XRAY)
    client.post(one.step_url("clear_xray"), {"confirm": "yes"})
    assert stages(one) != {Stage.XRAY}
