"""A question is asked from a page, answered, asked again and closed; only the asker and the help desk of the station read it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from accounts.permissions import Actor
from bills.stages import Stage as BillStage
from eccs import letters
from helpdesk.asking import whence
from helpdesk.clearance import Stage
from helpdesk.models import HelpTicket
from tests.factories.bills import bill
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


def ask(client: Client, page: str, **given: str) -> Any:
    """A question from a page."""
    asked = {"page": page, "station": "BLR", "subject": "Why is it refused?", "question": "The IGM number is right."}
    return client.post("/help/ask/", asked | given)


def test_a_question_goes_its_way_with_its_page_and_its_document(
    browser: Callable[[str], Client], people: People
) -> None:
    courier, desk = browser("courier.swift"), browser("portadmin.blr")
    one = bill(BillStage.ASSESSMENT)
    page = one.get_absolute_url()
    assert f"/help/ask/?page={page}" in courier.get(page).content.decode()
    assert str(one.number) in courier.get(f"/help/ask/?page={page}").content.decode()
    answer = ask(courier, f"{page}?token=hidden")
    asked = HelpTicket.objects.get()
    assert answer["Location"] == asked.get_absolute_url()
    assert (asked.page, asked.document, asked.station_id, asked.asked_as) == (
        page,
        one.number,
        "BLR",
        "Courier Operator",
    )
    assert "Why is it refused?" in desk.get("/help/tickets/queue/open/").content.decode()
    desk.post(asked.step_url("answer"), {"answer-text": "The manifest is another one."})
    asked = HelpTicket.objects.get()
    assert asked.stage == Stage.ANSWERED
    shown = courier.get(asked.get_absolute_url()).content.decode()
    assert "The manifest is another one." in shown and people("portadmin.blr").full_name not in shown
    letters.send_unsent()
    assert [(m.to, "The manifest is another one." in m.body) for m in mail.outbox] == [
        ([people("courier.swift").email], True)
    ]
    courier.post(f"/help/own/{asked.key}/again/", {"text": "Which one?"})
    assert HelpTicket.objects.get().stage == Stage.OPEN
    courier.post(f"/help/own/{asked.key}/settle/")
    assert HelpTicket.objects.get().stage == Stage.CLOSED
    lines = list(HelpTicket.objects.get().trail.order_by("seq").values_list("step", "by_name"))
    assert [step for step, _by in lines] == ["raise", "answer", "ask_again", "settle"]
    assert lines[2][1] == people("courier.swift").full_name


@pytest.mark.parametrize(
    ("who", "reads"), [("courier.swift", True), ("signatory.swift", False), ("ao.blr", False), ("portadmin.blr", True), ("portadmin.del", False), ("sysadmin", False)]
)  # fmt: skip
def test_only_the_asker_and_the_help_desk_of_the_station_read_a_ticket(
    who: str, reads: bool, browser: Callable[[str], Client], people: People
) -> None:
    one = ticket(raised_by=people("courier.swift"))
    client = browser(who)
    assert client.get(one.get_absolute_url()).status_code == (200 if reads else 404)
    for act in ("again", "settle"):
        answer = client.post(f"/help/own/{one.key}/{act}/", {"text": "More"})
        assert (answer.status_code == 302) == (who == "courier.swift"), act
    assert HelpTicket.objects.get().stage == (Stage.CLOSED if who == "courier.swift" else Stage.OPEN)


def test_what_is_typed_wrongly_is_kept(browser: Callable[[str], Client]) -> None:
    answer = ask(browser("courier.swift"), "/manifests/new/", subject="")
    assert answer.status_code == 422
    assert "The IGM number is right." in answer.content.decode() and "/manifests/new/" in answer.content.decode()


def test_a_question_that_comes_from_no_station_goes_to_none_that_was_not_chosen(
    browser: Callable[[str], Client],
) -> None:
    courier = browser("courier.swift")
    assert '<option value="" selected>' in courier.get("/help/ask/?page=/manifests/").content.decode()
    answer = ask(courier, "/manifests/", station="")
    assert answer.status_code == 422
    assert "Choose the station" in answer.content.decode()
    assert not HelpTicket.objects.exists()


def test_no_secret_and_no_document_of_another_firm_goes_with_a_question(people: People) -> None:
    actor = Actor.of(people("signatory.metro"))
    theirs = bill(BillStage.ASSESSMENT)
    assert whence(theirs.get_absolute_url(), actor).document == ""
    assert whence("/password/reset/MQ/c0ffee-secret/", actor).page == ""
    assert whence("https://elsewhere.example/nowhere", actor).page == ""
    assert whence("/manifests/?q=secret", actor).page == "/manifests/"
    for away in ("////elsewhere.example/x/", "/\\elsewhere.example/x/", "http:////elsewhere.example/x/"):
        assert whence(away, actor).page == ""  # as a link it would lead to another site
