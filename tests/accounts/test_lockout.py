"""Waiting after wrong tries: for one name from one address, from many addresses, and for many names from one address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import lockout
from accounts.credentials import SignInTries
from accounts.models import User
from tests.accounts.conftest import SignIn

pytestmark = pytest.mark.django_db

People = Callable[[str], User]
TERMINAL = "192.0.2.10"


def is_in(answer: Any) -> bool:
    """Whether the door opened."""
    return bool(answer.status_code == 302)


def test_after_five_wrong_tries_even_the_right_password_waits(sign_in: SignIn, noon: Any) -> None:
    for _n in range(4):
        sign_in("ao.blr", "wrong")
    assert is_in(sign_in("ao.blr"))  # the fifth try was right: the count begins anew
    for _n in range(5):
        sign_in("ao.blr", "wrong")
    assert not is_in(sign_in("ao.blr"))
    noon.shift(timedelta(seconds=59))
    assert not is_in(sign_in("ao.blr"))
    noon.shift(timedelta(seconds=1))
    assert is_in(sign_in("ao.blr"))


def test_each_wrong_try_after_a_wait_doubles_it_up_to_an_hour(sign_in: SignIn, people: People, noon: Any) -> None:
    for _n in range(5):
        sign_in("ao.blr", "wrong")
    waits = []
    for _n in range(8):
        row = SignInTries.objects.get(name="ao.blr", address="127.0.0.1")
        assert row.waits_until is not None
        wait = row.waits_until - row.last_at
        waits.append(int(wait.total_seconds()) // 60)
        noon.shift(wait)
        sign_in("ao.blr", "wrong")
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_try_that_waits_is_not_counted(sign_in: SignIn, noon: Any) -> None:
    for _n in range(40):
        sign_in("ao.blr", "wrong")
    assert SignInTries.objects.get(name="ao.blr", address="127.0.0.1").tries == 5


def test_wrong_tries_are_forgotten_after_a_day(sign_in: SignIn, noon: Any) -> None:
    for _n in range(4):
        sign_in("ao.blr", "wrong")
    noon.shift(timedelta(hours=24))
    sign_in("ao.blr", "wrong")
    assert is_in(sign_in("ao.blr"))


def test_a_person_at_another_address_is_not_kept_out(sign_in: SignIn, noon: Any) -> None:
    for _n in range(9):
        sign_in("ao.blr", "wrong", REMOTE_ADDR="203.0.113.9")
    assert is_in(sign_in("ao.blr", REMOTE_ADDR=TERMINAL))


def test_the_help_desk_terminal_is_never_locked_as_a_whole(sign_in: SignIn, people: People, noon: Any) -> None:
    """Somebody at the terminal guesses through two hundred names; those who work there go on."""
    assert is_in(sign_in("ao.blr", REMOTE_ADDR=TERMINAL))
    for n in range(200):
        sign_in(f"guess{n}", "wrong", REMOTE_ADDR=TERMINAL)
    assert is_in(sign_in("ao.blr", REMOTE_ADDR=TERMINAL))
    assert not is_in(sign_in("dcac.blr", REMOTE_ADDR=TERMINAL))  # new there: waits, but seconds
    assert not is_in(sign_in("dcac.blr", "wrong", REMOTE_ADDR=TERMINAL))
    noon.shift(timedelta(seconds=5))
    assert is_in(sign_in("dcac.blr", REMOTE_ADDR=TERMINAL))
    assert is_in(sign_in("xray.blr", REMOTE_ADDR="192.0.2.11"))


def test_guessing_through_many_names_from_one_address_is_slowed(people: People, noon: Any) -> None:
    judged = sum(lockout.begin(f"guess{n}", TERMINAL) is not None for n in range(300))
    assert judged == lockout.of_address().limit
    noon.shift(timedelta(seconds=5))
    assert [lockout.begin(f"more{n}", TERMINAL) is not None for n in range(3)] == [True, False, False]


def test_one_name_from_many_addresses_is_slowed_but_not_where_the_person_works(
    sign_in: SignIn, people: People, noon: Any
) -> None:
    assert is_in(sign_in("ao.blr", REMOTE_ADDR=TERMINAL))
    judged = sum(lockout.begin("ao.blr", f"203.0.113.{n}") is not None for n in range(100))
    assert judged == lockout.of_name().limit
    assert not is_in(sign_in("ao.blr", REMOTE_ADDR="198.51.100.7"))
    assert is_in(sign_in("ao.blr", REMOTE_ADDR=TERMINAL))
    noon.shift(timedelta(seconds=30))
    assert lockout.begin("ao.blr", "203.0.113.200")
    assert not lockout.begin("ao.blr", "203.0.113.201")


def test_a_morning_of_right_passwords_at_one_terminal_counts_nothing(
    sign_in: SignIn, people: People, noon: Any
) -> None:
    for username in list(User.objects.values_list("username", flat=True))[:60]:
        assert is_in(sign_in(username, REMOTE_ADDR=TERMINAL)), username
    assert SignInTries.objects.get(name="", address=TERMINAL).tries == 0


def test_a_known_address_is_forgotten_after_ninety_days(sign_in: SignIn, people: People, noon: Any) -> None:
    assert is_in(sign_in("ao.blr", REMOTE_ADDR=TERMINAL))
    noon.shift(timedelta(days=90))
    User.objects.update(password_set_at=timezone.now())
    for n in range(15):
        lockout.begin("ao.blr", f"203.0.113.{n}")
    assert not is_in(sign_in("ao.blr", REMOTE_ADDR=TERMINAL))


def test_the_group_admin_unlocks(
    noon: Any, sign_in: SignIn, people: People, audit: list[tuple[str, dict[str, Any]]]
) -> None:
    for _n in range(5):
        sign_in("ao.blr", "wrong")
    user, form = people("ao.blr"), {"unlock-reason": "Mistyped after the change.", "confirm": "yes"}
    assert lockout.waits_until(user) is not None
    assert not is_in(sign_in("ao.blr"))  # the right password waits too
    for username, status in (("courieradmin.swift", 404), ("customsadmin.del", 404), ("customsadmin.blr", 302)):
        admin = Client()
        admin.force_login(people(username))
        assert admin.post(user.step_url("unlock"), form).status_code == status, username
        assert is_in(sign_in("ao.blr")) is (status == 302), username
    assert lockout.waits_until(user) is None
    line = next(details for event, details in audit if event == "account.unlocked")
    assert (line["by"].username, line["about"], line["why"]) == ("customsadmin.blr", "ao.blr", form["unlock-reason"])


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "198.51.100.1", "192.0.2.99"),
        (1, "6.6.6.6, 198.51.100.1", "198.51.100.1"),  # what the browser claims comes first and is not believed
        (2, "6.6.6.6, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (2, "198.51.100.1", "192.0.2.99"),
        (1, "", "192.0.2.99"),
    ],
)
def test_the_address_is_what_our_own_proxies_say(
    proxies: int, forwarded: str, seen: str, settings: LazySettings, sign_in: SignIn
) -> None:
    settings.PROXIES = proxies
    sign_in("ao.blr", "wrong", REMOTE_ADDR="192.0.2.99", HTTP_X_FORWARDED_FOR=forwarded)
    assert SignInTries.objects.filter(name="ao.blr", address=seen).exists()


def test_old_counts_are_dropped_and_known_addresses_kept(sign_in: SignIn, noon: Any) -> None:
    sign_in("ao.blr")
    sign_in("nobody", "wrong")
    noon.shift(timedelta(days=3))
    lockout.forget_old()
    assert list(SignInTries.objects.values_list("name", "address")) == [("ao.blr", "127.0.0.1")]


def test_an_address_that_is_not_known_is_counted_too(people: People) -> None:
    assert [lockout.begin("ao.blr", "") is not None for _n in range(6)] == [True] * 5 + [False]


def test_a_right_try_where_one_signs_in_each_day_locks_and_looks_up_nothing(sign_in: SignIn) -> None:
    assert is_in(sign_in("ao.blr"))
    with CaptureQueriesContext(connection) as asked:
        assert is_in(sign_in("ao.blr"))
    of_tries = [one["sql"] for one in asked if "accounts_signintries" in one["sql"]]
    assert [sql.split()[0] for sql in of_tries] == ["UPDATE", "UPDATE"]  # counted, then taken back
    assert SignInTries.objects.exclude(address="").get(name="ao.blr").tries == 0


def test_a_wrong_try_where_one_signs_in_each_day_counts_from_the_first_on(sign_in: SignIn) -> None:
    assert is_in(sign_in("ao.blr"))
    for n in range(1, 6):
        assert not is_in(sign_in("ao.blr", "wrong"))
        assert SignInTries.objects.exclude(address="").get(name="ao.blr").tries == n
    assert not is_in(sign_in("ao.blr"))
