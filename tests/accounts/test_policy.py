"""What a password must be, and how long it holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from accounts import cast, passwords
from accounts.credentials import RetiredPassword
from accounts.hashing import OneLaneArgon2
from accounts.management.commands.demo import create_cast
from accounts.models import User
from eccs.dated_rules import DatedRule
from tests.accounts.conftest import NEW, text
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

People = Callable[[str], User]


@pytest.mark.parametrize(
    ("username", "password", "word"),
    [
        ("ao.blr", "Rain-7-drops", ""),  # twelve
        ("ao.blr", "Rain-7-drop", "at least 12 characters"),
        ("customsadmin.blr", "Rain-7-drops-a", ""),  # fourteen for those who administer
        ("customsadmin.blr", "Rain-7-drops-", "at least 14 characters"),
        ("sysadmin", "Rain-7-drops-", "at least 14 characters"),
        ("courieradmin.swift", "Rain-7-drops-", "at least 14 characters"),
        ("ao.blr", "rainfalldrops7", "Mix at least 3"),
        ("ao.blr", "Rainfalldrops7", ""),  # three kinds
        ("ao.blr", "rainfall drops7", ""),  # a blank is another sign
        ("ao.blr", "RAINFALL DROPS", "Mix at least 3"),
        ("ao.blr", "P@ssw0rd1234", "too common"),
        ("ao.blr", "Welcome@1234", "too common"),
        ("ao.blr", "Admin@123456", "too common"),
        ("ao.blr", "@dm1n1str@t0r", "too common"),
        ("ao.blr", "2026!Customs!2026", "too common"),
        ("ao.blr", "WelcomeWelcome#1", "too common"),
        ("ao.blr", "Pass.Word.2026!", "too common"),
        ("ao.blr", "Welcome-rain-to-7-hills", ""),
        ("signatory.swift", "Signatory.Swift1", "too similar"),
    ],
)
def test_the_policy(username: str, password: str, word: str, people: People) -> None:
    said = " ".join(passwords.faults(password, people(username)))
    assert word in said
    assert bool(word) == bool(said)


def test_a_common_password_is_refused(people: People) -> None:
    DatedRule.objects.filter(name__in=["password_length", "password_classes"]).update(value="1")
    assert "too common" in " ".join(passwords.faults("football123", people("ao.blr")))


def test_a_password_like_the_full_name_is_refused(people: People) -> None:
    user = people("ao.blr")
    assert "too similar to the full name" in " ".join(passwords.faults(f"{user.full_name} 1", user))


def test_a_longer_password_can_be_ordered_from_a_day_on(people: People) -> None:
    DatedRule.objects.create(name="password_length", from_date=timezone.localdate(), value="16", source="a test")
    assert passwords.faults("Rain-7-drops", people("ao.blr")) == ["Use at least 16 characters."]


def test_none_of_the_last_five_is_taken_again(people: People) -> None:
    user = people("ao.blr")
    used = [PASSWORD, *(f"Monsoon-over-Delhi-{n}" for n in range(1, 7))]
    for password in used[1:]:
        assert not passwords.faults(password, user)
        passwords.set_new(user, password)
    refused = [password for password in used if passwords.faults(password, user)]
    assert refused == used[-5:]
    assert RetiredPassword.objects.filter(user=user).count() <= 5
    assert not any(word in row.encoded for row in RetiredPassword.objects.all() for word in used)


def test_the_age_of_a_password_begins_when_it_is_set(noon: Any, people: People) -> None:
    user = people("ao.blr")
    noon.shift(timedelta(days=40))
    user.set_password(NEW)
    user.save()
    assert passwords.age_in_days(User.objects.get(pk=user.pk)) == 0


@pytest.mark.parametrize(
    ("day", "left", "expired"), [(75, None, False), (76, 14, False), (89, 1, False), (90, 0, True), (91, 0, True)]
)
def test_the_days_of_a_password(day: int, left: int | None, expired: bool, noon: Any, people: People) -> None:
    user = people("ao.blr")
    noon.shift(timedelta(days=day))
    assert (passwords.days_left(user), passwords.has_expired(user)) == (left, expired)


def test_days_are_days_of_the_calendar_in_india(people: People) -> None:
    user = people("ao.blr")
    user.password_set_at = datetime.fromisoformat("2026-11-19T23:59:00+05:30")
    assert passwords.age_in_days(user, date(2026, 11, 20)) == 1


@pytest.mark.parametrize(
    ("day", "warned", "led"), [(75, False, False), (76, True, False), (89, True, False), (90, False, True)]
)
def test_the_desk_warns_and_the_ninetieth_day_leads_away(
    day: int, warned: bool, led: bool, noon: Any, people: People
) -> None:
    user = people("ao.blr")
    noon.shift(timedelta(days=day))
    client = Client()
    client.force_login(user)
    answer = client.get("/")
    assert answer.status_code == (302 if led else 200)
    assert ("Your password expires in" in text(answer)) == warned
    if led:
        assert answer["Location"] == "/password/?next=%2F"
        assert "Your password is too old" in text(client.get(answer["Location"]))
    elif warned:
        assert f"Your password expires in {90 - day} day" in text(answer)
        assert "Your password expires" not in text(client.get("/account/"))


def test_the_cast_keeps_the_policy_and_never_expires_at_a_start(noon: Any, people: People) -> None:
    for user in User.objects.all()[:5]:
        assert not [fault for fault in passwords.faults(PASSWORD, user) if "last 5" not in fault], user.username
        assert not user.must_change_password
    noon.shift(timedelta(days=89))
    assert passwords.days_left(people("ao.blr")) == 1
    create_cast(list(cast.people()), PASSWORD)
    assert passwords.days_left(people("ao.blr")) is None


@pytest.mark.parametrize("length", [12, 16, 20])
def test_an_invented_password_keeps_the_policy(length: int) -> None:
    made = {passwords.invented(length) for _n in range(50)}
    assert len(made) == 50
    assert all(len(one) == length and passwords.kinds_of(one) >= 3 for one in made)


def test_an_old_hash_still_opens_the_door_and_is_made_anew(people: People) -> None:
    """A hash of more lanes, as Django makes it by default, is replaced at the first sign-in; its age stays."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    class Lanes(Argon2PasswordHasher):
        time_cost, memory_cost, parallelism = 1, 64, 8

    user = people("ao.blr")
    before = user.password_set_at
    User.objects.filter(pk=user.pk).update(password=Lanes().encode(PASSWORD, Lanes().salt()))
    answer = Client().post("/sign-in/", {"username": "ao.blr", "password": PASSWORD})
    assert answer.status_code == 302
    held = people("ao.blr")
    assert "p=1$" in held.password
    assert held.password_set_at == before
    assert make_password(PASSWORD) != held.password


def test_a_hash_costs_what_an_attacker_cannot_pay() -> None:
    """Argon2id over 100 MiB, twice, in one lane."""
    encoded = OneLaneArgon2().encode(PASSWORD, "a-salt-of-sixteen")
    assert encoded.startswith("argon2$argon2id$v=19$m=102400,t=2,p=1$")
