"""Whoever must act next is told, once, and a flight's many lines become one message."""

from __future__ import annotations

import pytest
from django.core import mail
from django.utils import translation

from accounts.models import User
from accounts.permissions import SYSTEM, Actor, Held
from accounts.roles import Role
from bills.models import BillTrail, CourierBillOfEntry
from bills.stages import Stage
from eccs import notices
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
    assert notices.send_unsent() == 1
    assert notices.send_unsent() == 0
    assert [(m.subject, m.to) for m in mail.outbox] == [("ECCS: S", ["someone@eccs.example"])]


def test_each_of_the_firm_reads_it_in_the_own_language() -> None:
    bill = bills.bill(Stage.ASSESSMENT)
    english, hindi = bill.created_by, firms.person("Tara Bose", bill.courier)
    for person, language in ((english, ""), (hindi, "hi")):
        User.objects.filter(pk=person.pk).update(email=f"{language or 'first'}@eccs.example", language=language)
    take(bill, "raise_query", officer(Role.ASSESSING_OFFICER), question="Which model?")
    notices.gather(BillTrail)
    assert notices.send_unsent() == 2
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
