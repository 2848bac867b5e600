"""Where help is and when the system rests stand on every page; answers are published; the status says how each part is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import User
from eccs.audit import AuditLine
from eccs.dated_rules import DatedRule
from eccs.models import Heartbeat, Notice
from helpdesk.models import Article, Downtime, HelpTicket
from tests.factories.tickets import ticket

pytestmark = pytest.mark.django_db
People = Callable[[str], User]


@pytest.fixture
def browser(people: People) -> Callable[[str], Client]:
    """The browser of a member of the cast."""

    def signed_in(username: str) -> Client:
        client = Client()
        client.force_login(people(username))
        return client

    return signed_in


def text(client: Client, address: str = "/public/") -> str:
    """A page as text."""
    return str(client.get(address).content.decode())


def test_the_help_desk_of_the_station_stands_on_its_pages_and_the_national_one_on_all_others(
    browser: Callable[[str], Client],
) -> None:
    sysadmin, port = browser("sysadmin"), browser("portadmin.blr")
    sysadmin.post("/help/contact/all/", {"phone": "1800 111 2222", "email": "", "hours": "24 hours"})
    assert "1800 111 2222" in text(Client()) and "1800 111 2222" in text(browser("ao.blr"), "/")
    port.post("/help/contact/BLR/", {"phone": "080 4000 1000", "email": "blr@eccs.example", "hours": ""})
    assert "080 4000 1000" in text(browser("ao.blr"), "/") and "1800 111 2222" in text(browser("ao.del"), "/")
    assert "080 4000 1000" in text(Client(), "/help/")
    assert port.get("/help/contact/all/").status_code == port.get("/help/contact/DEL/").status_code == 403
    assert port.post("/help/contact/BLR/", {"phone": "", "email": ""}).status_code == 422
    assert AuditLine.objects.filter(event="help.contact").count() == 2


def _planned(client: Client, **given: str) -> Any:
    begins = timezone.localtime() + timedelta(days=2)
    sent = {
        "begins_at": f"{begins:%d/%m/%Y} 02:00", "until": f"{begins:%d/%m/%Y} 04:00", "announced_from": "", "title": "Upkeep on Sunday",
        "text": "Keep your drafts.", "title_hi": "रविवार को रखरखाव", "text_hi": "मसौदे सहेजें।",
    }  # fmt: skip
    return client.post("/help/downtimes/new/", sent | given)


def test_a_downtime_is_told_on_every_page_before_and_during_it(browser: Callable[[str], Client]) -> None:
    sysadmin = browser("sysadmin")
    assert _planned(sysadmin).status_code == 302
    one = Downtime.objects.get()
    for client, address in ((Client(), "/public/"), (Client(), "/sign-in/"), (browser("ao.blr"), "/")):
        assert "Upkeep on Sunday" in text(client, address), address
    assert "रविवार को रखरखाव" in str(Client().get("/public/", headers={"Accept-Language": "hi"}).content.decode())
    for moment, shown in (
        (one.begins_at, "Downtime now"), (one.until - timedelta(seconds=1), "Downtime now"), (one.until, ""),
    ):  # fmt: skip
        with time_machine.travel(moment, tick=False):
            cache.clear()
            page = text(Client())
            assert ("Downtime now" in page) == bool(shown) and ("Upkeep on Sunday" in page) == bool(shown)
    cache.clear()
    sysadmin.post(f"/help/downtimes/{one.pk}/cancel/")
    assert "Upkeep on Sunday" not in text(Client())


def test_a_downtime_is_not_told_before_its_announcement_and_is_whole(browser: Callable[[str], Client]) -> None:
    sysadmin = browser("sysadmin")
    soon = timezone.localtime() + timedelta(days=1)
    assert _planned(sysadmin, announced_from=f"{soon:%d/%m/%Y} 00:00").status_code == 302
    assert "Upkeep on Sunday" not in text(Client())
    assert _planned(sysadmin, until="01/01/2020 00:00").status_code == 422
    assert _planned(sysadmin, announced_from="01/01/2090 00:00").status_code == 422
    assert _planned(browser("portadmin.blr")).status_code == 403


def test_an_answer_is_published_from_a_ticket_and_found_by_words(
    browser: Callable[[str], Client], people: People
) -> None:
    desk = browser("portadmin.blr")
    one = ticket()
    desk.post(one.step_url("answer"), {"answer-text": "A row above it is empty."})
    begun = text(desk, f"/help/articles/new/?ticket={one.number}")
    assert "A row above it is empty." in begun and one.subject in begun
    desk.post("/help/articles/new/", {"title": one.subject, "text": "A row above it is empty.", "published": "on"})
    kept = Article.objects.get()
    assert "A row above it is empty." in text(Client(), "/help/?q=upload row")
    assert "A row above it is empty." not in text(Client(), "/help/?q=upload lamp")
    desk.post(f"/help/articles/{kept.pk}/", {"title": kept.title, "text": kept.text})
    assert "A row above it is empty." not in text(Client(), "/help/")
    assert browser("courier.swift").get("/help/articles/new/").status_code == 403
    assert HelpTicket.objects.get().question not in text(Client(), "/help/")


def test_the_status_says_in_words_what_works() -> None:
    Heartbeat.objects.update_or_create(name="beat", defaults={"at": timezone.now()})
    assert "Everything works." in text(Client(), "/public/status/")
    cache.clear()
    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=6))
    Notice.objects.create(audience="person:1", subject="S", body="B")
    Notice.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    DatedRule.objects.create(name="rms_in_service", from_date=timezone.localdate(), value="off", source="trial")
    page = text(Client(), "/public/status/")
    for words in ("Not everything works", "Files that were handed in wait", "Letters leave late", "routed as soon as"):
        assert words in page, words
    assert "Do not pay a challan" not in page
