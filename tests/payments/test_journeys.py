"""From the bills that wait for duty, through the bank and back, to the receipt: on good days and on bad ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from bills.models import CourierBillOfEntry
from payments import tasks
from payments.clearance import Stage
from payments.models import BankMessage, Challan, CyberReceipt
from payments.sandbox.ledger import Behaviour
from tests.payments.conftest import BankAtHand, Flight

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(people: Callable[[str], User], client: Client) -> Client:
    """Swift's operator, signed in."""
    client.force_login(people("courier.swift"))
    return client


def make(browser: Client, *bills: CourierBillOfEntry) -> Challan:
    """Tick bills and press the button."""
    answer = browser.post("/payments/new/", {"bill": [bill.pk for bill in bills]})
    assert answer.status_code == 302
    return Challan.objects.get(number=answer.headers["Location"].split("/")[-2])


def go(browser: Client, challan: Challan) -> str:
    """Press Pay: the address the browser is sent to."""
    answer = browser.post(f"/payments/challans/{challan.number}/go-to-bank/")
    assert answer.status_code == 302
    return answer.headers["Location"]


def stage_of(challan: Challan) -> str:
    return str(Challan.objects.get(pk=challan.pk).stage)


def test_two_bills_are_paid_and_the_receipt_is_shown(browser: Client, swift: Flight, sandbox: BankAtHand) -> None:
    bills = [swift.bill(1000), swift.bill(2500)]
    challan = make(browser, *bills)
    address = go(browser, challan)
    assert address.startswith("http://bank.example/pay?")
    carried = sandbox.pay(address)
    assert stage_of(challan) == Stage.PAID
    stranger = Client().post("/payments/bank/return/", carried)
    answer = browser.post("/payments/bank/return/", carried, follow=True)
    assert stranger.status_code == 302
    page = answer.content.decode()
    assert str(CyberReceipt.objects.get(challan=challan)) in page
    assert "3,500.00" in page
    assert {b.stage for b in CourierBillOfEntry.objects.filter(pk__in=[b.pk for b in bills])} == {"ARRIVAL"}
    pdf = browser.get(f"/payments/challans/{challan.number}/receipt/")
    assert pdf.content.startswith(b"%PDF")


@pytest.mark.parametrize(
    "behaviour", [one for one in Behaviour if one not in (Behaviour.OTHER_AMOUNT, Behaviour.SILENT)]
)
def test_however_the_bank_answers_a_paid_challan_is_paid_once(
    browser: Client, swift: Flight, sandbox: BankAtHand, behaviour: Behaviour
) -> None:
    bill = swift.bill(1000)
    challan = make(browser, bill)
    carried = sandbox.pay(go(browser, challan), behaviour)
    if carried:
        browser.post("/payments/bank/return/", carried)
    if behaviour is not Behaviour.WRONG_AMOUNT:  # then the bank is asked by itself
        Challan.objects.filter(pk=challan.pk).update(ask_again_at=timezone.now())
    tasks.verify_silent_challans()
    sandbox.moved = timedelta(seconds=61)
    sandbox.office.deliver_due()
    assert stage_of(challan) == Stage.PAID
    bill = CourierBillOfEntry.objects.get(pk=bill.pk)
    assert (bill.duty_paid, bill.trail.filter(step="confirm_payment").count()) == (1000, 1)
    assert BankMessage.objects.filter(outcome="CREDITED").count() == 1


def test_a_bank_that_debits_another_amount_or_is_silent_about_some_leaves_each_at_a_desk_and_the_others_are_paid(
    browser: Client, swift: Flight, sandbox: BankAtHand
) -> None:
    quiet = [Behaviour.SILENT, Behaviour.SILENT, Behaviour.OTHER_AMOUNT, Behaviour.SILENT, Behaviour.DROP]
    made = [make(browser, swift.bill(1000 + n)) for n in range(len(quiet))]
    for challan, behaviour in zip(made, quiet, strict=True):
        sandbox.pay(go(browser, challan), behaviour)
    Challan.objects.update(ask_again_at=timezone.now())
    assert tasks.verify_silent_challans() == len(quiet)  # a bank silent about two in a row is not away yet
    assert [stage_of(challan) for challan in made] == ["UNKNOWN", "UNKNOWN", "DIFFERS", "UNKNOWN", "PAID"]
    sandbox.away = True
    Challan.objects.update(ask_again_at=timezone.now())
    assert tasks.verify_silent_challans() == 3
    sandbox.pay(go(browser, make(browser, swift.bill(9))), Behaviour.SILENT)
    Challan.objects.update(ask_again_at=timezone.now())
    assert tasks.verify_silent_challans() == 3  # three in a row: the fourth is not asked


@pytest.mark.parametrize("behaviour", [Behaviour.HONEST, Behaviour.DROP, Behaviour.ONLY_RETURN])
def test_a_declined_payment_leaves_the_bills_to_be_paid_anew(
    browser: Client, swift: Flight, sandbox: BankAtHand, behaviour: Behaviour
) -> None:
    bill = swift.bill(1000)
    challan = make(browser, bill)
    carried = sandbox.pay(go(browser, challan), behaviour, decision="FAILED")
    if carried:
        browser.post("/payments/bank/return/", carried)
    Challan.objects.filter(pk=challan.pk).update(ask_again_at=timezone.now())
    tasks.verify_silent_challans()
    assert stage_of(challan) == Stage.FAILED
    again = make(browser, bill)
    sandbox.pay(go(browser, again))
    assert stage_of(again) == Stage.PAID


def test_a_lost_answer_is_verified_by_the_payer_with_the_banks_number(
    browser: Client,
    swift: Flight,
    sandbox: BankAtHand,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    monkeypatch.setattr(tasks.verify_challan, "delay", tasks.verify_challan)
    challan = make(browser, swift.bill(1000))
    sandbox.pay(go(browser, challan), Behaviour.DROP)
    order = sandbox.ledger.order_of(str(challan.number))
    assert order is not None
    page = browser.get(f"/payments/challans/{challan.number}/").content.decode()
    assert "Do not pay again" in page
    address = f"/payments/challans/{challan.number}/verify-payment/"
    wrong = browser.post(address, {"verify_payment-bank_transaction": "no"})
    assert wrong.status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        spaced = f" {order.bank_transaction[:5].lower()} {order.bank_transaction[5:]}"
        assert browser.post(address, {"verify_payment-bank_transaction": spaced}).status_code == 302
    assert stage_of(challan) == Stage.PAID
    assert Challan.objects.get(pk=challan.pk).bank_transaction == order.bank_transaction


def test_a_mistyped_number_finds_the_payment_all_the_same(browser: Client, swift: Flight, sandbox: BankAtHand) -> None:
    challan = make(browser, swift.bill(1000))
    sandbox.pay(go(browser, challan), Behaviour.DROP)
    tasks.verify_challan(challan.pk, "SBX000000000000000")
    assert stage_of(challan) == Stage.PAID


def test_a_silent_bank_makes_the_challan_unknown_and_is_asked_less_and_less_often(
    browser: Client, swift: Flight, sandbox: BankAtHand
) -> None:
    challan = make(browser, swift.bill(1000))
    go(browser, challan)
    sandbox.away, waits = True, []
    assert tasks.verify_silent_challans() == 0
    for _ in range(7):
        Challan.objects.filter(pk=challan.pk).update(ask_again_at=timezone.now())
        tasks.verify_silent_challans()
        after = Challan.objects.get(pk=challan.pk)
        assert after.ask_again_at is not None
        waits.append(round((after.ask_again_at - timezone.now()).total_seconds() / 60))
    assert waits == [2, 4, 8, 16, 32, 60, 60]
    assert stage_of(challan) == Stage.UNKNOWN
    assert "Asked the bank: no answer" in browser.get(f"/payments/challans/{challan.number}/").content.decode()


def test_a_challan_nobody_paid_is_given_up_only_when_the_bank_can_take_it_no_more(
    browser: Client, swift: Flight, sandbox: BankAtHand
) -> None:
    bill = swift.bill(1000)
    challan = make(browser, bill)
    go(browser, challan)
    tasks.verify_challan(challan.pk)
    assert stage_of(challan) == Stage.AT_BANK
    Challan.objects.filter(pk=challan.pk).update(sent_to_bank_at=timezone.now() - timedelta(minutes=32))
    tasks.verify_challan(challan.pk)
    assert stage_of(challan) == Stage.REJECTED
    assert make(browser, bill).bill_count == 1


def test_going_to_the_bank_twice_pays_once(browser: Client, swift: Flight, sandbox: BankAtHand) -> None:
    challan = make(browser, swift.bill(1000))
    first, second = go(browser, challan), go(browser, challan)
    sandbox.pay(first)
    sandbox.pay(second)
    assert stage_of(challan) == Stage.PAID
    assert BankMessage.objects.filter(outcome="CREDITED").count() == 1
    assert (
        browser.post(f"/payments/challans/{challan.number}/go-to-bank/")
        .headers["Location"]
        .endswith(f"/{challan.number}/")
    )
