"""How long the audit log is kept, and what a list taken out of the system leaves in it: one line."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts import tasks as accounts_tasks
from accounts.models import User
from eccs import audit
from eccs.celery import app
from eccs.dated_rules import rule_book
from tests.factories.firms import actor
from tests.pages.test_audit import events, only, page

pytestmark = pytest.mark.django_db

SignedIn = Callable[[str], Client]


@pytest.fixture
def signed_in(people: Callable[[str], User]) -> SignedIn:
    """A browser in which somebody has signed in; nothing is in the log yet."""

    def sign(username: str) -> Client:
        client = Client()
        client.force_login(people(username))
        return client

    return sign


def test_the_log_is_kept_and_searched_beyond_the_days_that_the_page_promises(signed_in: SignedIn) -> None:
    days = rule_book().count("audit_online_days", timezone.localdate())
    assert days >= 180
    for age in (days - 1, days + 1, 3 * days):
        with time_machine.travel(timezone.now() - timedelta(days=age), tick=False):
            audit.record("file.downloaded", by=actor("DCAC"), about=f"about-{age}")
    scheduled = [entry["task"] for entry in app.conf.beat_schedule.values()]
    for task in (accounts_tasks.tidy, accounts_tasks.clear_sessions):  # what the schedule has that drops anything
        assert task.name in scheduled
        task()
    shown = page(signed_in("auditor.blr"), "/audit/?event=file.downloaded")
    assert f"for {days} days at least" in shown
    assert set(re.findall(r">about-(\d+)<", shown)) == {str(days - 1), str(days + 1), str(3 * days)}


@pytest.mark.parametrize(
    ("username", "address", "about", "details"),
    [
        ("superintendent.blr", "/bills/uncleared/export/?view=return&q=SWF", "uncleared", {"filter_view": "return", "filter_q": "SWF"}),
        ("superintendent.blr", "/bills/manual/export/?view=missing", "manual-forms", {"filter_view": "missing"}),
        ("warehouse.blr", "/manifests/warehouse/export/?days=9", "warehouse-register", {"filter_view": "", "filter_q": "", "filter_days": "9"}),
    ],
)  # fmt: skip
def test_each_export_of_a_list_leaves_one_line(
    username: str, address: str, about: str, details: dict[str, str], signed_in: SignedIn
) -> None:
    assert signed_in(username).get(address).status_code == 200
    line = only("list.exported")
    assert (line.username, line.about, line.details, line.stations) == (username, about, details, ["BLR"])
    assert not events("file.downloaded")
