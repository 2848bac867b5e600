"""Whoever begins to administer chooses a longer password; whoever was given one chooses an own one first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts import expiry, passwords
from accounts.models import Posting, User
from tests.accounts.conftest import text

pytestmark = pytest.mark.django_db

People = Callable[[str], User]
TWELVE, FOURTEEN = "Rain-7-drops", "Rain-7-drops-a"


def test_an_admins_role_asks_for_fourteen_from_its_first_day(noon: Any, people: People, browser: Any) -> None:
    passwords.set_new(people("ao.blr"), TWELVE)
    Posting.objects.create(
        user=people("ao.blr"), role="CUSTOMS_ADMIN", station_id="BLR", since=timezone.localdate() + timedelta(days=1)
    )
    client = browser("ao.blr", TWELVE)
    assert client.get("/account/").status_code == 200
    noon.shift(timedelta(days=1))
    client = browser("ao.blr", TWELVE)
    client.post("/desk/", {"desk": "ASSESSING_OFFICER@BLR"})  # another desk is no way round it
    assert client.get("/account/")["Location"].startswith("/password/?next=")
    assert "asks for a longer password" in text(client.get("/password/"))
    given = {"present": TWELVE, "again": FOURTEEN, "new": FOURTEEN}
    assert client.post("/password/", {**given, "new": f"{TWELVE}-", "again": f"{TWELVE}-"}).status_code == 422
    assert client.post("/password/", given).status_code == 302
    assert client.get("/account/").status_code == 200


def test_other_roles_and_long_passwords_are_left_alone(people: People) -> None:
    officer, admin = people("ao.blr"), people("customsadmin.blr")
    passwords.set_new(officer, TWELVE)
    passwords.set_new(admin, "Rain-7-drops-over-all-the-hills-of-Bengaluru")
    assert expiry.why_due(officer) is None and expiry.why_due(admin) is None
    assert people("customsadmin.blr").password_length == 32
    passwords.set_new(admin, TWELVE)
    assert expiry.why_due(admin) is expiry.Why.LONGER


def test_a_password_set_at_the_console_is_changed_at_the_first_sign_in(
    people: People, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    people("ao.blr")
    monkeypatch.setattr("getpass.getpass", lambda **_asked: FOURTEEN)
    call_command("changepassword", "ao.blr", verbosity=0)
    assert people("ao.blr").must_change_password
    assert browser("ao.blr", FOURTEEN).get("/account/")["Location"].startswith("/password/?next=")
