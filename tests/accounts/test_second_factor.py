"""The second factor: taken up with a QR code, asked after the password, each code once, recovery codes, lost and reset."""

from __future__ import annotations

import re
from base64 import b32decode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.hashers import check_password, identify_hasher
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import lockout, second_factor
from accounts.credentials import RecoveryCode
from accounts.listing import person_context
from accounts.models import User
from accounts.permissions import Actor
from eccs.encryption import decrypt
from tests.accounts.conftest import SignIn, text

pytestmark = pytest.mark.django_db

People = Callable[[str], User]
Browser = Callable[..., Client]


@pytest.fixture(autouse=True)
def wanted(settings: LazySettings) -> None:
    """As outside a demonstration."""
    settings.SECOND_FACTOR = True


def code_of(key: str) -> str:
    """What an authenticator with this key shows now."""
    return f"{totp(b32decode(key.replace(' ', ''))):06d}"


def key_on(page: str) -> str:
    """The key as the page shows it."""
    found = re.search(r'id="key">([A-Z2-7 ]+)<', page)
    assert found is not None
    return found[1]


def enrol(client: Client) -> tuple[str, list[str]]:
    """Take up an authenticator; its key and the recovery codes."""
    key = key_on(text(client.get("/second-factor/")))
    page = text(client.post("/second-factor/", {"code": code_of(key)}))
    return key, re.findall(r"<code>([A-Z0-9]{5}-[A-Z0-9]{5})</code>", page)


@pytest.fixture
def enrolled(noon: Any, browser: Browser) -> tuple[str, list[str]]:
    """The Assessing Officer has an authenticator; the clock has gone on by a minute."""
    client = browser("ao.blr")
    key, codes = enrol(client)
    noon.shift(timedelta(minutes=1))
    return key, codes


# ── taking it up ─────────────────────────────────────────────────────────────


def test_an_officer_without_one_sees_nothing_before_taking_it_up(noon: Any, browser: Browser) -> None:
    client = browser("ao.blr")
    for address in (
        "/",
        "/password/",
        "/account/",
        "/bills/imports/queue/assessment/",
        "/second-factor/recovery-codes/",
    ):
        assert client.get(address)["Location"].startswith("/second-factor/?next="), address
    page = text(client.get("/second-factor/"))
    assert "until then nothing else in ECCS works" in page
    picture = client.get("/second-factor/square.svg")
    assert picture["Content-Type"] == "image/svg+xml; charset=utf-8" and "no-store" in picture["Cache-Control"]
    assert client.post("/second-factor/", {"code": "000000"}).status_code == 422
    key, codes = enrol(client)
    assert len(codes) == len(set(codes)) == 10
    assert client.get("/").status_code == 200
    assert key not in text(client.get("/account/")) and "10 recovery codes are left" in text(client.get("/account/"))


def test_the_codes_are_shown_once_and_kept_under_salted_slow_hashes(enrolled: tuple[str, list[str]]) -> None:
    _key, codes = enrolled
    kept = dict(RecoveryCode.objects.values_list("first_sign", "digest"))
    assert set(kept) == {code[0] for code in codes} and len(kept) == 10  # no two begin alike
    assert not any(code in digest or code.replace("-", "") in digest for code in codes for digest in kept.values())
    for code in codes:
        assert identify_hasher(kept[code[0]]).algorithm == "argon2"
        assert check_password(code.replace("-", ""), kept[code[0]])
    assert len({digest.split("$")[4] for digest in kept.values()}) == 10  # each has a salt of its own


def test_the_picture_holds_the_key_on_the_page(noon: Any, browser: Browser) -> None:
    client = browser("ao.blr")
    key = key_on(text(client.get("/second-factor/"))).replace(" ", "")
    held = client.session[second_factor.PENDING_KEY]
    offered = decrypt(held, second_factor.PENDING_KEY).hex()
    assert offered not in held and key not in held
    address = second_factor.key_address(User.objects.get(username="ao.blr"), offered)
    assert address.startswith("otpauth://totp/ECCS%3Aao.blr?") and f"secret={key}" in address


@pytest.mark.parametrize(
    ("username", "asked"),
    [("ao.blr", True), ("portadmin.blr", True), ("sysadmin", True), ("signatory.swift", True), ("courieradmin.swift", True),
     ("courier.swift", False), ("scan.blr", False), ("importer.kaveri", False)],
)  # fmt: skip
def test_officers_admins_and_signatories_are_asked(username: str, asked: bool, browser: Browser) -> None:
    assert (browser(username).get("/").status_code == 302) == asked


def test_the_demo_cast_is_not_asked(settings: LazySettings, browser: Browser) -> None:
    settings.SECOND_FACTOR = False
    assert browser("ao.blr").get("/").status_code == 200


# ── signing in with it ───────────────────────────────────────────────────────


def test_after_the_password_comes_the_code(enrolled: tuple[str, list[str]], sign_in: SignIn) -> None:
    key, _codes = enrolled
    client = Client()
    answer = client.post("/sign-in/?next=/account/", {"username": "ao.blr", "password": "cast-of-the-tests-2026"})
    assert answer["Location"] == "/sign-in/code/"
    assert client.get("/account/").status_code == 302  # the password alone opens nothing
    between = client.cookies["eccs"].value
    assert client.post("/sign-in/code/", {"code": "000000"}).status_code == 422
    done = client.post("/sign-in/code/", {"code": code_of(key)})
    assert done["Location"] == "/account/"
    assert client.cookies["eccs"].value != between
    assert client.get("/account/").status_code == 200


def test_a_code_is_accepted_once(enrolled: tuple[str, list[str]], sign_in: SignIn) -> None:
    key, _codes = enrolled
    code, browsers = code_of(key), [Client(), Client()]
    for client in browsers:
        sign_in("ao.blr", client=client)
    answers = [client.post("/sign-in/code/", {"code": code}).status_code for client in browsers]
    assert answers == [302, 422]


def test_the_code_that_took_it_up_does_not_sign_in(noon: Any, browser: Browser, sign_in: SignIn) -> None:
    key, _codes = enrol(browser("ao.blr"))
    client = Client()
    sign_in("ao.blr", client=client)
    assert client.post("/sign-in/code/", {"code": code_of(key)}).status_code == 422


@pytest.mark.parametrize(("seconds", "status"), [(0, 302), (30, 302), (90, 422)])
def test_a_code_is_old_after_a_minute(
    noon: Any, seconds: int, status: int, enrolled: tuple[str, list[str]], sign_in: SignIn
) -> None:
    key, _codes = enrolled
    code = code_of(key)
    client = Client()
    sign_in("ao.blr", client=client)
    noon.shift(timedelta(seconds=seconds))
    assert client.post("/sign-in/code/", {"code": code}).status_code == status


@pytest.mark.parametrize("typed", ["１２３４５６", "12345", "1234567", "abcdef", " ", "-00001"])
def test_what_is_no_code_is_refused_in_words(typed: str, enrolled: tuple[str, list[str]], sign_in: SignIn) -> None:
    client = Client()
    sign_in("ao.blr", client=client)
    answer = client.post("/sign-in/code/", {"code": typed})
    assert answer.status_code == 422 and "Error:" in text(answer)


def test_guessing_codes_makes_wait(noon: Any, enrolled: tuple[str, list[str]], sign_in: SignIn) -> None:
    key, codes = enrolled
    client = Client()
    sign_in("ao.blr", client=client)
    for _n in range(5):
        client.post("/sign-in/code/", {"code": "000000"})
    assert client.post("/sign-in/code/", {"code": code_of(key)}).status_code == 422
    assert client.post("/sign-in/recovery-code/", {"code": codes[0]}).status_code == 422
    noon.shift(timedelta(minutes=1))
    assert client.post("/sign-in/code/", {"code": code_of(key)}).status_code == 302


def test_the_page_of_the_code_is_nobodys_without_a_password(enrolled: tuple[str, list[str]]) -> None:
    key, _codes = enrolled
    client = Client()
    assert client.get("/sign-in/code/")["Location"] == "/sign-in/"
    assert client.post("/sign-in/code/", {"code": code_of(key)})["Location"] == "/sign-in/"


def test_ten_minutes_after_the_password_the_code_is_too_late(
    noon: Any, enrolled: tuple[str, list[str]], sign_in: SignIn
) -> None:
    key, _codes = enrolled
    client = Client()
    sign_in("ao.blr", client=client)
    noon.shift(timedelta(minutes=10, seconds=1))
    assert client.post("/sign-in/code/", {"code": code_of(key)})["Location"] == "/sign-in/"


def test_a_password_changed_meanwhile_ends_the_waiting(enrolled: tuple[str, list[str]], sign_in: SignIn) -> None:
    key, _codes = enrolled
    client = Client()
    sign_in("ao.blr", client=client)
    user = User.objects.get(username="ao.blr")
    user.set_password("Another-Monsoon-99")
    user.save()
    assert client.post("/sign-in/code/", {"code": code_of(key)})["Location"] == "/sign-in/"


# ── recovery ─────────────────────────────────────────────────────────────────


def test_a_recovery_code_opens_the_door_once(enrolled: tuple[str, list[str]], sign_in: SignIn) -> None:
    _key, codes = enrolled
    first, second = Client(), Client()
    sign_in("ao.blr", client=first)
    assert first.post("/sign-in/recovery-code/", {"code": codes[3].lower().replace("-", " ")}).status_code == 302
    assert "9 recovery codes are left" in text(first.get("/account/"))
    sign_in("ao.blr", client=second)
    assert second.post("/sign-in/recovery-code/", {"code": codes[3]}).status_code == 422
    assert second.post("/sign-in/recovery-code/", {"code": codes[4]}).status_code == 302


def test_new_recovery_codes_take_the_place_of_the_old(enrolled: tuple[str, list[str]], sign_in: SignIn) -> None:
    _key, codes = enrolled
    client = Client()
    sign_in("ao.blr", client=client)
    client.post("/sign-in/recovery-code/", {"code": codes[0]})
    page = text(client.post("/second-factor/recovery-codes/"))
    fresh = re.findall(r"<code>([A-Z0-9-]{11})</code>", page)
    assert len(fresh) == 10 and not set(fresh) & set(codes)
    other = Client()
    sign_in("ao.blr", client=other)
    assert other.post("/sign-in/recovery-code/", {"code": codes[1]}).status_code == 422
    assert other.post("/sign-in/recovery-code/", {"code": fresh[0]}).status_code == 302


def test_the_code_of_another_person_opens_nothing(
    enrolled: tuple[str, list[str]], browser: Browser, sign_in: SignIn
) -> None:
    _key, codes = enrolled
    enrol(browser("dcac.blr"))
    client = Client()
    sign_in("dcac.blr", client=client)
    assert client.post("/sign-in/recovery-code/", {"code": codes[0]}).status_code == 422


# ── lost, replaced, ordered ──────────────────────────────────────────────────


def test_a_reset_leads_back_to_taking_one_up_and_is_recorded(
    enrolled: tuple[str, list[str]], people: People, browser: Browser, sign_in: SignIn, audit: list[Any]
) -> None:
    key, _codes = enrolled
    client = Client()
    sign_in("ao.blr", client=client)
    client.post("/sign-in/code/", {"code": code_of(key)})
    second_factor.reset(people("ao.blr"), by=people("customsadmin.blr"), why="The telephone was stolen")
    assert client.get("/")["Location"].startswith("/sign-in/?why=elsewhere")
    assert not TOTPDevice.objects.exists() and not RecoveryCode.objects.exists()
    line = next(details for event, details in audit if event == "second-factor.reset")
    assert (line["about"], line["why"]) == ("ao.blr", "The telephone was stolen")
    assert browser("ao.blr").get("/")["Location"].startswith("/second-factor/")


def test_a_session_without_a_code_cannot_put_another_authenticator_in_place(
    enrolled: tuple[str, list[str]], people: People
) -> None:
    client = Client()
    client.force_login(people("ao.blr"))
    assert client.get("/second-factor/")["Location"] == "/sign-in/code/"
    assert client.post("/second-factor/", {"code": "000000"})["Location"] == "/sign-in/code/"
    assert client.post("/password/")["Location"].startswith("/sign-in/code/")


def test_a_session_of_before_the_rule_gives_a_code_and_goes_on(enrolled: tuple[str, list[str]], people: People) -> None:
    key, _codes = enrolled
    client = Client()
    client.force_login(people("ao.blr"))
    way = client.get("/account/")["Location"]
    assert way == "/sign-in/code/?next=%2Faccount%2F"
    before = client.cookies["eccs"].value
    assert client.post(way, {"code": code_of(key)})["Location"] == "/account/"
    assert client.cookies["eccs"].value != before
    assert client.get("/account/").status_code == 200


def test_another_authenticator_asks_for_the_password_first(
    noon: Any, enrolled: tuple[str, list[str]], sign_in: SignIn
) -> None:
    key, codes = enrolled
    client = Client()
    sign_in("ao.blr", client=client)
    client.post("/sign-in/code/", {"code": code_of(key)})
    noon.shift(timedelta(minutes=11))
    assert client.get("/second-factor/")["Location"].startswith("/password/confirm/")
    client.post("/password/confirm/", {"password": "cast-of-the-tests-2026"})
    other, others = enrol(client)
    assert other != key and not set(others) & set(codes)
    assert TOTPDevice.objects.filter(user__username="ao.blr").count() == 1


def test_the_system_admin_says_whose_roles_ask(
    settings: LazySettings, people: People, browser: Browser, audit: list[Any]
) -> None:
    settings.SECOND_FACTOR = False
    admin = browser("sysadmin")
    page = text(admin.get("/second-factor/policy/"))
    assert page.count(" checked") == 20
    admin.post("/second-factor/policy/", {"roles": ["SYSTEM_ADMIN", "ARRIVAL_SCANNER"]})
    settings.SECOND_FACTOR = True
    assert browser("scan.blr").get("/").status_code == 302
    assert browser("ao.blr").get("/").status_code == 200
    line = next(details for event, details in audit if event == "second-factor.policy")
    assert line["added"] == ["ARRIVAL_SCANNER"] and "DCAC" in line["dropped"]
    assert browser("portadmin.blr").get("/second-factor/policy/").status_code == 403


def test_too_many_wrong_codes_are_said_shown_and_ended_by_unlock_and_by_a_reset(
    noon: Any, browser: Browser, people: People
) -> None:
    user, client, admin = people("ao.blr"), browser("ao.blr"), people("customsadmin.blr")

    def typed(code: str) -> str:
        return text(client.post("/second-factor/", {"code": code}))

    key = key_on(text(client.get("/second-factor/")))
    assert "not the code the authenticator shows" in typed("000000")
    for _n in range(4):
        assert "code" in typed("000000")
    assert "Too many wrong codes" in typed(code_of(key))
    assert person_context(user, Actor.of(admin))["waits_until"] == second_factor.waits_until(user) is not None
    lockout.unlock(user, by=admin)
    assert lockout.waits_until(user) is None
    for _n in range(5):
        typed("000000")
    assert lockout.waits_until(user) is not None
    second_factor.reset(user, by=admin)
    assert lockout.waits_until(user) is None
    assert len(enrol(browser("ao.blr"))[1]) == 10
