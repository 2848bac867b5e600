"""What nobody types on purpose: a character no text can hold, a digit that is none. It is answered in words, never with a 500."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db

PAGES = [
    "/find/?q={}", "/documents/?number={}", "/role-holders/?q={}", "/manifests/?flight={}", "/payments/new/?hawb={}",
    "/bills/new/?q={}", "/bills/imports/queue/assessment/?number={}", "/people/{}/", "/bills/imports/a{}b/", "/directory/couriers/?q={}",
]  # fmt: skip


@pytest.mark.parametrize("username", ["ao.blr", "auditor.blr", "signatory.swift"])
@pytest.mark.parametrize("page", PAGES)
def test_nul_is_told_in_words(page: str, username: str, people: Callable[[str], User]) -> None:
    client = Client()
    client.force_login(people(username))
    answer = client.get(page.format("%00"))
    assert answer.status_code == 400
    assert "This request cannot be read" in answer.content.decode()


def test_nul_in_a_field_changes_nothing(people: Callable[[str], User]) -> None:
    client = Client()
    client.force_login(people("portadmin.blr"))
    assert client.post("/language/", {"language": "hi\0"}).status_code == 400


def test_nul_in_a_cookie_is_nobody() -> None:
    client = Client()
    client.cookies["eccs"] = "a" * 12 + "\0"
    answer = client.get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/")


@pytest.mark.parametrize("digit", ["²", "٣", "9" * 30])
def test_a_digit_that_is_none_finds_nothing(digit: str, people: Callable[[str], User]) -> None:
    client = Client()
    client.force_login(people("ao.blr"))
    assert client.get(f"/bills/imports/draft-{digit}/").status_code == 404
    assert client.get(f"/bills/imports/queue/assessment/?av={digit}").status_code == 200
    asked = client.post("/bills/imports/queue/xray/clear-xray/", {"document": digit})
    assert asked.status_code in (302, 404)
    client.force_login(people("signatory.swift"))
    assert client.post("/bills/new/", {"hawb": digit}).status_code == 404


@pytest.mark.parametrize(
    ("username", "page"),
    [
        ("ao.blr", "/find/?q=9999-12-31"), ("ao.blr", "/find/?q=0001-01-01"), ("sysadmin", "/audit/?until=31/12/9999"),
        ("sysadmin", "/audit/?since=01/01/0001"), ("commissioner.bom", "/reports/?since=01/01/0001&until=02/01/0001"),
        ("commissioner.bom", "/reports/?until=31/12/9999"),
    ],
)  # fmt: skip
def test_a_day_at_the_end_of_all_days_is_answered(username: str, page: str, people: Callable[[str], User]) -> None:
    client = Client()
    client.force_login(people(username))
    assert client.get(page).status_code == 200


@pytest.mark.parametrize("going", ["nowhere", "=1+1", "//evil.example/", "https://evil.example/"])
def test_whoever_stays_signed_in_is_led_nowhere_else(going: str, people: Callable[[str], User]) -> None:
    client = Client()
    client.force_login(people("ao.blr"))
    answer = client.post("/account/session/", {"next": going}, headers={"accept": "text/html"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
