"""A forgotten password: a link by e-mail, once, for a short time, and no word about who has an account."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.core.cache import cache
from django.test import Client

from accounts import lockout, password_views, reset_links, sessions, tasks
from accounts.models import User
from eccs.dated_rules import rule_book
from tests.accounts.conftest import NEW, SignIn, text
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

People = Callable[[str], User]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What a page has handed to the worker."""
    handed: list[tuple[Any, ...]] = []
    monkeypatch.setattr(password_views, "after_commit", lambda _task, *given: handed.append(given))
    return handed


def follow(address: str, client: Client | None = None) -> tuple[Client, Any]:
    """Open the link of a letter; the browser and the page it ends at."""
    client = client or Client()
    path = "/" + address.split("/", 3)[3]
    return client, client.get(path, follow=True)


def choose(client: Client, page: Any, password: str = NEW) -> Any:
    """Type a new password twice."""
    return client.post(page.redirect_chain[-1][0], {"new": password, "again": password})


def test_the_same_answer_to_everybody_without_looking_anybody_up(
    people: People, asked: list[tuple[Any, ...]], django_assert_num_queries: Any
) -> None:
    people("ao.blr")
    rule_book()  # read by whatever page came before
    answers = []
    for who in ("ao.blr", "nobody.blr", "ao.blr@eccs.example", "nobody@eccs.example"):
        with django_assert_num_queries(1):  # the count of the address
            answers.append(Client().post("/password/forgotten/", {"who": who}))
    assert {(a.status_code, a["Location"], a.content) for a in answers} == {(302, "/password/forgotten/sent/", b"")}
    assert [given for given, _language in asked] == [
        "ao.blr", "nobody.blr", "ao.blr@eccs.example", "nobody@eccs.example",
    ]  # fmt: skip
    assert not mail.outbox
    assert "If there is such a user name" in text(Client().get("/password/forgotten/sent/"))


def test_the_letter_goes_after_the_commit_to_the_entered_address_only(people: People) -> None:
    assert tasks.send_reset_link("AO.blr ") == 1
    assert tasks.send_reset_link("nobody.blr") == 0
    assert tasks.send_reset_link("nobody@eccs.example") == 0
    assert [letter.to for letter in mail.outbox] == [["ao.blr@eccs.example"]]


def test_the_suspended_get_no_letter(people: People) -> None:
    User.objects.filter(username="ao.blr").update(is_active=False, stage="SUSPENDED")
    assert tasks.send_reset_link("ao.blr") == 0


def test_one_letter_in_two_minutes(people: People) -> None:
    assert [tasks.send_reset_link("ao.blr") for _n in range(3)] == [1, 0, 0]


def test_the_link_names_this_site_whatever_the_request_called_it(people: People, settings: LazySettings) -> None:
    settings.PUBLIC_URL = "https://eccs.example"
    settings.ALLOWED_HOSTS = ["*"]
    people("ao.blr")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(password_views, "after_commit", lambda task, *given: task(*given))
        Client().post(
            "/password/forgotten/", {"who": "ao.blr"}, HTTP_HOST="evil.example", HTTP_X_FORWARDED_HOST="evil.example"
        )
    body = str(mail.outbox[0].body)
    assert re.findall(r"https?://[^/\s]+", body) == ["https://eccs.example"]
    assert "evil" not in body


def test_a_host_that_is_none_of_ours_is_refused() -> None:
    assert Client().post("/password/forgotten/", {"who": "ao.blr"}, HTTP_HOST="evil.example").status_code == 400


def test_a_link_opens_the_way_to_a_new_password(people: People, sign_in: SignIn) -> None:
    client, page = follow(reset_links.address_for(people("ao.blr")))
    assert page.redirect_chain[-1][0].endswith("/choose/")  # the token has left the address
    assert choose(client, page)["Location"] == "/sign-in/?why=reset"
    assert "Sign in with the new one" in text(client.get("/sign-in/?why=reset"))
    assert sign_in("ao.blr").status_code == 200
    assert sign_in("ao.blr", NEW).status_code == 302


def test_a_link_works_once(people: People) -> None:
    link = reset_links.address_for(people("ao.blr"))
    client, page = follow(link)
    other, other_page = follow(link)
    choose(client, page)
    assert follow(link)[1].status_code == 410
    late = choose(other, other_page, "Another-Monsoon-99")  # opened before, sent after
    assert late.status_code == 410
    assert people("ao.blr").check_password(NEW)


def test_of_two_who_use_a_link_at_one_moment_one_wins(people: People) -> None:
    user = people("ao.blr")
    token = reset_links.address_for(user).rstrip("/").rsplit("/", 1)[1]
    first, second = people("ao.blr"), people("ao.blr")
    assert reset_links.is_good(first, token) and reset_links.is_good(second, token)
    assert reset_links.use(first, token, NEW)
    assert not reset_links.use(second, token, "Another-Monsoon-99")
    assert people("ao.blr").check_password(NEW)


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (31, 410)])
def test_a_link_lives_half_an_hour(noon: Any, minutes: int, status: int, people: People) -> None:
    link = reset_links.address_for(people("ao.blr"))
    noon.shift(timedelta(minutes=minutes))
    assert follow(link)[1].status_code == status


def test_a_link_is_dead_after_the_password_was_changed_otherwise(
    people: People, browser: Callable[[str], Client]
) -> None:
    link = reset_links.address_for(people("ao.blr"))
    browser("ao.blr").post("/password/", {"present": PASSWORD, "new": NEW, "again": NEW})
    assert follow(link)[1].status_code == 410


@pytest.mark.parametrize("key", ["MQ", "x", "OTk5OTk5", "LTE", "_", "4pyT"])
@pytest.mark.parametrize("token", ["x-y", "choose", "c0ffee-" + "0" * 32])
def test_a_link_made_up_says_no_more_than_one_that_is_over(key: str, token: str, people: People) -> None:
    people("ao.blr")
    answer = Client().get(f"/password/reset/{key}/{token}/")
    assert answer.status_code == 410
    assert "This link does not work any more" in text(answer)


def test_the_policy_holds_there_too(people: People) -> None:
    client, page = follow(reset_links.address_for(people("ao.blr")))
    assert "at least 12 characters" in text(choose(client, page, "short"))
    assert "last 5 passwords" in text(choose(client, page, PASSWORD))
    assert people("ao.blr").check_password(PASSWORD)


def test_a_reset_unlocks_and_ends_every_session(
    people: People, browser: Callable[[str], Client], sign_in: SignIn
) -> None:
    signed_in = browser("ao.blr")
    user = people("ao.blr")
    for _n in range(5):
        sign_in("ao.blr", "wrong")
    client, page = follow(reset_links.address_for(user))
    choose(client, page)
    assert lockout.waits_until(user) is None
    assert "why=password" in signed_in.get("/")["Location"]
    assert not sessions.places(people("ao.blr"), "")


def test_a_reset_is_no_way_round_the_second_factor(people: People, settings: LazySettings) -> None:
    settings.SECOND_FACTOR = True
    client, page = follow(reset_links.address_for(people("ao.blr")))
    assert choose(client, page)["Location"] == "/sign-in/?why=reset"
    assert client.get("/").status_code == 302


def test_from_one_address_so_many_an_hour_and_the_answer_stays_the_same(
    people: People, asked: list[tuple[Any, ...]], noon: Any
) -> None:
    people("ao.blr")

    def ask(n: int, address: str = "192.0.2.10") -> Any:
        return Client().post("/password/forgotten/", {"who": "ao.blr" if n % 2 else "nobody"}, REMOTE_ADDR=address)

    answers = [ask(n) for n in range(32)]
    assert len(asked) == 30
    assert {(a.status_code, a["Location"], a.content) for a in answers} == {(302, "/password/forgotten/sent/", b"")}
    ask(0, "192.0.2.11")
    assert len(asked) == 31
    noon.shift(timedelta(minutes=59, seconds=59))
    ask(0)
    assert len(asked) == 31
    noon.shift(timedelta(seconds=1))
    ask(0)
    assert len(asked) == 32


def test_five_letters_a_day_to_one_person_from_wherever_they_are_asked_for(people: People, noon: Any) -> None:
    def ask() -> int:
        cache.clear()  # as if the minutes between two letters had passed
        return int(tasks.send_reset_link("ao.blr"))

    people("ao.blr")
    assert [ask() for _n in range(7)] == [1, 1, 1, 1, 1, 0, 0]
    assert lockout.waits_until(people("ao.blr")) is None  # sign-in does not wait by it
    noon.shift(timedelta(days=1))
    assert ask() == 1


def test_people_who_share_an_address_each_get_a_link(people: People) -> None:
    people("ao.blr")
    User.objects.filter(username__in=["ao.blr", "ao.del"]).update(email="desk@eccs.example")
    cache.clear()
    assert tasks.send_reset_link("desk@eccs.example") == 2
    assert {word for letter in mail.outbox for word in ("ao.blr", "ao.del") if word in letter.body} == {
        "ao.blr",
        "ao.del",
    }
