"""Whether beat and the worker live is told to those who watch the system, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from eccs.models import Heartbeat
from eccs.tasks import heartbeat

pytestmark = pytest.mark.django_db

SILENCE = "The background work was"


def test_silence_is_told_to_the_system_admin_and_to_those_who_watch(people: Callable[[str], User]) -> None:
    admin, officer, stranger = Client(), Client(), Client()
    admin.force_login(people("sysadmin"))
    officer.force_login(people("ao.blr"))
    assert stranger.get("/healthz").json() == {"status": "ok", "background": "silent", "background_heard_of_at": None}
    assert f"{SILENCE} never heard of" in admin.get("/").content.decode()

    heartbeat()
    assert stranger.get("/healthz").json()["background"] == "ok"
    assert SILENCE not in admin.get("/").content.decode()

    Heartbeat.objects.update(at=timezone.now() - Heartbeat.SILENT_AFTER - timedelta(seconds=1))
    told = stranger.get("/healthz")
    assert (told.status_code, told.json()["background"]) == (200, "silent")
    assert f"{SILENCE} last heard of on" in admin.get("/").content.decode()
    assert SILENCE not in officer.get("/").content.decode()
