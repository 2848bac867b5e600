"""The way in: the same answer to everybody who is not let in, a new session key, no cache, no way out of the site."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client

from accounts.models import User
from eccs.models import AuditLine
from tests.accounts.conftest import NEW, SignIn, text
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

People = Callable[[str], User]
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')


def told(answer: Any, username: str) -> str:
    """What the page says, without what was typed and without the form's token."""
    return TOKEN.sub("", text(answer)).replace(username, "")


def test_unknown_wrong_suspended_and_waiting_look_alike(sign_in: SignIn, people: People) -> None:
    User.objects.filter(username="dcac.blr").update(is_active=False, stage="SUSPENDED")
    wrong = sign_in("ao.blr", "wrong", REMOTE_ADDR="192.0.2.1")
    unknown = sign_in("nobody.blr", "wrong", REMOTE_ADDR="192.0.2.2")
    suspended = sign_in("dcac.blr", PASSWORD, REMOTE_ADDR="192.0.2.3")
    for _n in range(5):
        sign_in("xray.blr", "wrong", REMOTE_ADDR="192.0.2.4")
    waiting = sign_in("xray.blr", PASSWORD, REMOTE_ADDR="192.0.2.4")
    answers = {"ao.blr": wrong, "nobody.blr": unknown, "dcac.blr": suspended, "xray.blr": waiting}
    assert len({(a.status_code, told(a, name), str(sorted(a.cookies))) for name, a in answers.items()}) == 1
    assert "ask your Group Admin to unlock you" in text(wrong)


def test_an_unknown_name_costs_as_many_hashes_as_a_known_one(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    hashes: list[str] = []

    def counting(name: str) -> Callable[..., Any]:
        real = getattr(Argon2PasswordHasher, name)

        def count(*given: Any) -> Any:
            hashes.append(name)
            return real(*given)

        return count

    for name in ("encode", "verify"):
        monkeypatch.setattr(Argon2PasswordHasher, name, counting(name))
    counts = []
    User.objects.filter(username="dcac.blr").update(is_active=False, stage="SUSPENDED")
    for username in ("ao.blr", "nobody.blr", "dcac.blr"):
        hashes.clear()
        sign_in(username, "wrong")
        counts.append(len(hashes))
    assert counts == [1, 1, 1]


def test_a_session_key_planted_before_is_worth_nothing_after(sign_in: SignIn, people: People) -> None:
    client = Client()
    session = client.session
    session["planted"] = "by another"
    session.save()
    planted = session.session_key
    client.cookies["eccs"] = str(planted)
    assert sign_in("ao.blr", client=client).status_code == 302
    assert client.cookies["eccs"].value != planted
    thief = Client()
    thief.cookies["eccs"] = str(planted)
    assert thief.get("/").status_code == 302


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(sign_in: SignIn) -> None:
    """That it is sent over https alone in production: tests/house/test_settings.py."""
    cookie = sign_in("ao.blr").cookies["eccs"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"


@pytest.mark.parametrize(
    ("going", "there"),
    [("/bills/imports/queue/assessment/", "/bills/imports/queue/assessment/"), ("https://evil.example/", "/"),
     ("//evil.example/", "/"), ("javascript:alert(1)", "/"), ("nowhere", "/"), ("/\\evil.example", "/"), ("1e308", "/")],
)  # fmt: skip
def test_sign_in_leads_nowhere_else(going: str, there: str, people: People) -> None:
    people("ao.blr")
    answer = Client().post("/sign-in/", {"username": "ao.blr", "password": PASSWORD, "next": going})
    assert answer["Location"] == there


def test_every_sign_in_is_recorded(sign_in: SignIn, django_capture_on_commit_callbacks: Any) -> None:
    client = Client()
    sign_in("ao.blr", "wrong", client=client)
    sign_in("my-secret-typed-in-the-wrong-field", "wrong", client=client)
    with django_capture_on_commit_callbacks(execute=True):
        sign_in("ao.blr", client=client)
    client.post("/sign-out/")
    lines = AuditLine.objects.order_by("pk")
    assert [(line.event, line.about) for line in lines] == [
        ("sign-in.failed", "ao.blr"), ("sign-in.failed", "my-…"), ("sign-in.done", "ao.blr"), ("sign-out", "ao.blr"),
    ]  # fmt: skip
    assert not any("secret" in line.facts() for line in lines)


@pytest.mark.parametrize(
    ("username", "address"),
    [
        ("", "/sign-in/"), ("", "/password/forgotten/"), ("", "/password/forgotten/sent/"), ("", "/password/reset/MQ/x/"),
        ("ao.blr", "/"), ("ao.blr", "/password/"), ("ao.blr", "/password/confirm/"), ("ao.blr", "/account/"),
        ("ao.blr", "/second-factor/"), ("ao.blr", "/second-factor/square.svg"), ("ao.blr", "/account/session/"),
        ("ao.blr", "/bills/imports/queue/assessment/"), ("ao.blr", "/nothing/here/"), ("sysadmin", "/password-expiry/"),
    ],
)  # fmt: skip
def test_no_page_is_kept_by_a_browser(username: str, address: str, browser: Callable[[str], Client]) -> None:
    client = browser(username) if username else Client()
    assert "no-store" in client.get(address)["Cache-Control"]


def test_password_fields_say_what_they_are_for(browser: Callable[[str], Client], people: People) -> None:
    page = text(Client().get("/sign-in/"))
    assert 'autocomplete="username"' in page and 'autocomplete="current-password"' in page
    client = browser("ao.blr")
    page = text(client.get("/password/"))
    assert page.count('autocomplete="new-password"') == 2
    assert 'autocomplete="current-password"' in page and 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in text(client.get("/password/confirm/"))
    assert 'autocomplete="one-time-code"' in text(client.get("/second-factor/"))
    assert PASSWORD not in text(client.post("/password/", {"present": PASSWORD, "new": NEW, "again": "x"}))


@pytest.mark.parametrize("password", ["x" * 129, " "])
def test_what_cannot_be_a_password_is_refused_in_words(password: str, sign_in: SignIn) -> None:
    assert sign_in("ao.blr", password).status_code == 200
