"""Whoever must act next is told, once, and a flight's many lines become one message."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone, translation

from accounts.models import User
from accounts.permissions import SYSTEM, Actor, Held
from accounts.roles import Role
from bills.models import BillTrail, CourierBillOfEntry
from bills.stages import Stage
from eccs import letters, notices
from eccs.models import Notice
from eccs.workflow import take, take_many
from tests.factories import bills, firms

pytestmark = pytest.mark.django_db


def officer(role: Role) -> Actor:
    return Actor(firms.person().pk, "Esha Menon", postings=(Held(role, "BLR"),))


def test_a_query_is_told_to_its_courier_once_and_without_the_officer() -> None:
    bill = bills.bill(Stage.ASSESSMENT)
    take(bill, "raise_query", officer(Role.ASSESSING_OFFICER), question="Which model?")
    assert notices.gather(BillTrail) == 1
    notice = Notice.objects.get()
    assert notice.audience == f"courier:{bill.courier_id}"
    assert (str(bill), "Query raised") == tuple(notice.subject.split(": "))
    assert bill.get_absolute_url() in notice.body
    assert "Menon" not in notice.subject + notice.body
    assert notices.gather(BillTrail) == 0
    assert Notice.objects.count() == 1


def test_many_bills_become_one_message() -> None:
    waiting = [bills.bill(Stage.XRAY) for _n in range(30)]
    take_many(
        CourierBillOfEntry,
        [bill.pk for bill in waiting],
        "mark_suspicious",
        officer(Role.XRAY_OFFICER),
        remarks="Dense",
    )
    owing = [bills.bill(Stage.APPROVAL, total_duty=100) for _n in range(30)]
    take_many(CourierBillOfEntry, [bill.pk for bill in owing], "approve_appraisal", officer(Role.DCAC))
    assert notices.gather(BillTrail) == 60
    notice = Notice.objects.get()  # an examination is the officers' own: nobody else is told
    assert notice.subject == "30 documents: Awaiting duty"
    assert notice.body.count("http") == 20
    assert "10 more" in notice.body


def test_a_message_goes_to_the_people_of_the_firm_once() -> None:
    bill = bills.bill(Stage.DUTY, total_duty=100, arrived=True)
    person = bill.created_by
    person.email = "someone@eccs.example"
    person.save()
    Notice.objects.create(audience=f"courier:{bill.courier_id}", subject="S", body="B")
    Notice.objects.create(audience="courier:0", subject="Nobody", body="B")
    assert letters.send_unsent() == 1
    assert letters.send_unsent() == 0
    assert [(m.subject, m.to) for m in mail.outbox] == [("ECCS: S", ["someone@eccs.example"])]


@pytest.fixture
def two_firms() -> list[str]:
    """The addresses of two firms: of the first two people, one of them with an address that the server refuses."""
    swift, other = (firms.person(name, firms.courier("swift")) for name in ("Tara Bose", "Ravi Shah"))
    metro = firms.person("Farah Khan", firms.courier("metro"))
    people = ((swift, "good@eccs.example"), (other, "bad@eccs.example"), (metro, "metro@eccs.example"))
    for person, address in people:
        User.objects.filter(pk=person.pk).update(email=address)
    for person in (swift, metro):
        Notice.objects.create(audience=f"courier:{person.courier_id}", subject="S", body="B")
    return [address for _person, address in people]


def outbox() -> list[str]:
    return sorted(address for message in mail.outbox for address in message.to)


def test_while_the_mail_server_is_away_nothing_is_marked_and_all_is_sent_when_it_is_back(
    two_firms: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_given: object) -> None:
        raise ConnectionRefusedError("away")

    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "open", away)
        assert letters.send_unsent() == 0
    assert not Notice.objects.exclude(sent_at=None, tries=0).exists()
    with monkeypatch.context() as broken:  # it goes away in the middle of a message
        broken.setattr(EmailBackend, "send_messages", away)
        assert letters.send_unsent() == 0
    assert not Notice.objects.exclude(sent_at=None).exists() and not mail.outbox
    for minutes in (1, 5, 5):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False):
            letters.send_unsent()
        assert outbox() == ([] if minutes == 1 else sorted(two_firms))
    assert not Notice.objects.filter(sent_at=None).exists()


def test_an_address_that_is_refused_keeps_no_other_waiting_and_is_tried_again_later_each_time(
    two_firms: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad, metro = two_firms
    send, tried = EmailBackend.send_messages, 0

    def refuses(server: Any, messages: list[Any]) -> int:
        nonlocal tried
        if bad in messages[0].to:
            tried += len(messages[0].to) == 1
            raise SMTPRecipientsRefused({bad: (550, b"unknown")})
        return send(server, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", refuses)
    start = timezone.now()
    for minutes in range(0, 60 * 24 * 6, 7):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            letters.send_unsent()
    assert outbox() == sorted([good, metro])
    waits = Notice.objects.get(sent_at=None)
    assert (waits.tries, tried, waits.sent_to) == (letters.MOST_TRIES, letters.MOST_TRIES, [good])


def test_what_another_worker_has_claimed_is_left_to_it_and_taken_up_where_it_was_killed(two_firms: list[str]) -> None:
    later = timezone.now() + letters.CLAIMED
    Notice.objects.update(try_at=later, tries=1)
    assert letters.send_unsent() == 0
    with time_machine.travel(later, tick=False):
        assert letters.send_unsent() == 2
    assert outbox() == sorted(two_firms)


def test_each_of_the_firm_reads_it_in_the_own_language() -> None:
    bill = bills.bill(Stage.ASSESSMENT)
    english, hindi = bill.created_by, firms.person("Tara Bose", bill.courier)
    for person, language in ((english, ""), (hindi, "hi")):
        User.objects.filter(pk=person.pk).update(email=f"{language or 'first'}@eccs.example", language=language)
    take(bill, "raise_query", officer(Role.ASSESSING_OFFICER), question="Which model?")
    notices.gather(BillTrail)
    assert letters.send_unsent() == 2
    with translation.override("hi"):
        stage = str(Stage.QUERY.label)
        assert Notice.objects.get().said[0] == f"{bill}: {stage}"
    assert stage != "Query raised"
    assert {m.to[0]: m.subject for m in mail.outbox} == {
        "first@eccs.example": f"ECCS: {bill}: Query raised", "hi@eccs.example": f"ECCS: {bill}: {stage}",
    }  # fmt: skip


def test_what_a_firm_did_itself_is_no_news_to_it() -> None:
    bill = bills.bill(Stage.DUTY, total_duty=100, arrived=True)
    take_many(CourierBillOfEntry, [bill.pk], "confirm_payment", SYSTEM, amount="100", challan="2111000001")
    assert notices.gather(BillTrail) == 1
    assert not Notice.objects.exists()  # it went on to X-ray: nothing waits for the firm
