"""A custodian that is suspended and a code that is cancelled: nothing is done in their name, and their people read why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.directory.firms import Custodian, Importer
from accounts.models import User
from accounts.permissions import Actor
from eccs.workflow import Refused, take
from tests.factories.firms import actor

pytestmark = pytest.mark.django_db

ORDER: dict[str, Any] = {
    "order_number": "HCCAR/7",
    "order_date": timezone.localdate(),
    "reason": "No guards were posted.",
}


def test_the_people_of_a_suspended_custodian_do_nothing_and_read_why(
    people: Callable[[str], User], signed_in: Any
) -> None:
    scanner = people("scan.blr")
    browser = signed_in("scan.blr")
    keeper = scanner.custodian
    assert keeper is not None and Actor.of(scanner).postings
    take(keeper, "suspend", actor("JOINT_COMMISSIONER"), **ORDER)
    assert Actor.of(User.objects.get(pk=scanner.pk)).postings == ()
    page = browser.get("/").content.decode()
    assert "is suspended since" in page and "HCCAR/7" in page
    assert browser.get("/manifests/").status_code == 403
    assert keeper.name not in Client().get("/public/custodians/").content.decode()
    take(Custodian.objects.get(pk=keeper.pk), "restore", actor("JOINT_COMMISSIONER"), **ORDER)
    assert Actor.of(User.objects.get(pk=scanner.pk)).postings
    assert "is suspended since" not in browser.get("/").content.decode()


def test_the_people_of_a_custodian_are_warned_before_its_last_day(people: Callable[[str], User]) -> None:
    keeper = people("scan.blr").custodian
    assert keeper is not None
    today = timezone.localdate()
    keeper.until = today + timedelta(days=60)
    assert keeper.standing(today) is None
    told = keeper.standing(today + timedelta(days=59))
    assert told is not None and told.level == "warning" and f"{keeper.until:%d/%m/%Y}" in told.words
    over = keeper.standing(today + timedelta(days=61))
    assert over is not None and over.level == "error"


def test_a_cancelled_code_is_never_restored(people: Callable[[str], User]) -> None:
    kaveri = people("importer.kaveri").importer
    assert kaveri is not None
    take(kaveri, "cancel", actor("JOINT_COMMISSIONER"), **ORDER)
    held = Importer.objects.get(pk=kaveri.pk)
    assert "is cancelled since" in held.why_not_on()
    with pytest.raises(Refused):
        take(held, "restore", actor("JOINT_COMMISSIONER"), **ORDER)
