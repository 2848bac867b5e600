"""An expiry exercise stands on the desks of its people as an advisory, in English and Hindi, until it is done or cancelled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import expiry, passwords, tasks
from accounts.advisories import Advisory
from accounts.credentials import ExpiryExercise
from accounts.models import CustomsStation, Posting, User
from accounts.permissions import Actor
from tests.accounts.conftest import NEW, SignedIn, text
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

People = Callable[[str], User]
HOUR = timedelta(hours=1)


def name(by: User, scope: str = "ALL", group: str = "", station: str = "") -> ExpiryExercise:
    """Name an exercise in an hour."""
    at = CustomsStation.objects.get(pk=station) if station else None
    return expiry.name(begins_at=timezone.now() + HOUR, scope=scope, group=group, station=at, by=by)


def readers() -> set[str]:
    """Who has an advisory on the desk, of some of the cast."""
    asked = ("ao.blr", "ao.del", "scan.blr", "courier.swift", "importer.kaveri")
    found = User.objects.filter(username__in=asked)
    return {one.username for one in found if Advisory.objects.unread_by(Actor.of(one)).exists()}


@pytest.mark.parametrize(
    ("scope", "group", "station", "concerned"),
    [
        ("ALL", "", "", {"ao.blr", "ao.del", "scan.blr", "courier.swift", "importer.kaveri"}),
        ("GROUP", "CUSTOMS", "", {"ao.blr", "ao.del"}),
        ("STATION", "", "DEL", {"ao.del", "courier.swift"}),
    ],
)
def test_the_people_in_scope_read_it(
    noon: Any, people: People, scope: str, group: str, station: str, concerned: set[str]
) -> None:
    exercise = name(people("sysadmin"), scope, group, station)
    assert readers() == concerned
    assert exercise.advisory is not None and exercise.advisory.until is not None
    assert exercise.advisory.until == timezone.localdate() + timedelta(days=90)


def test_it_is_read_in_both_languages_and_linked_from_the_page_of_the_exercise(
    noon: Any, people: People, signed_in: SignedIn
) -> None:
    exercise = name(people("sysadmin"))
    client = Client()
    client.force_login(people("ao.blr"))
    assert "Passwords expire on 19/11/2026 at 13:00" in text(client.get("/"))
    client.cookies["django_language"] = "hi"
    assert "पासवर्ड 19/11/2026 को 13:00 बजे समाप्त होंगे" in text(client.get("/"))
    page = text(signed_in(people("sysadmin")).get(f"/password-expiry/{exercise.pk}/"))
    assert str(exercise.advisory) in page


def test_cancelled_it_leaves_the_desks(noon: Any, people: People) -> None:
    exercise = name(people("sysadmin"))
    assert expiry.cancel(exercise, people("sysadmin"))
    assert readers() == set()
    assert Advisory.objects.get().withdrawal == "The expiry of passwords was cancelled."


def test_done_by_everybody_it_leaves_the_desks(noon: Any, people: People) -> None:
    someone = people("ao.blr")
    Posting.objects.exclude(user=someone).filter(station="BLR").delete()
    User.objects.filter(courier__isnull=False).update(is_active=False, stage="SUSPENDED")
    name(people("sysadmin"), "STATION", station="BLR")
    assert someone.check_password(PASSWORD)
    assert tasks.take_down_exercises() == 0  # not begun
    noon.shift(HOUR)
    assert tasks.take_down_exercises() == 0 and "ao.blr" in readers()
    passwords.set_new(someone, NEW)
    assert tasks.take_down_exercises() == 1 and readers() == set()
    assert tasks.take_down_exercises() == 0
