"""Payments at the same moment: one challan a bill, one credit a challan, whoever comes first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from accounts.permissions import Actor
from bills.models import CourierBillOfEntry
from bills.stages import Stage as BillStage
from eccs.workflow import Refused, take
from payments import anew, services
from payments.bank import Answer, Confirmation, Return, Status
from payments.cash import ledger
from payments.clearance import Stage
from payments.models import BankMessage, Challan, ChallanLine, CyberReceipt
from tests.factories.bills import bill
from tests.factories.challans import challan
from tests.factories.firms import actor
from tests.payments.conftest import told
from tests.races.together import on_its_own, together, waits_for_us

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def operators(how_many: int) -> list[Actor]:
    return [actor("COURIER_OPERATOR", name=f"Operator {n}") for n in range(how_many)]


def test_eight_operators_put_the_same_bills_on_a_challan_and_one_challan_is_made() -> None:
    bills = [bill(BillStage.DUTY).pk for _ in range(5)]
    found = together(*(partial(services.create_challan, bills, operator) for operator in operators(8)))
    assert Counter(type(one) for one in found) == {Challan: 1, Refused: 7}
    assert ChallanLine.objects.filter(live=True).count() == 5


def test_one_payment_told_in_sixteen_ways_at_once_is_credited_once() -> None:
    owed = [bill(BillStage.DUTY) for _ in range(3)]
    at_bank = challan(Stage.CREATED, *owed)
    services.send_to_bank(at_bank, actor("COURIER_OPERATOR"), "http://testserver/payments/bank/return/")
    at_bank = Challan.objects.get(pk=at_bank.pk)
    same = told(at_bank)
    news = [same] * 4 + [told(at_bank, sort) for sort in (Confirmation, Return) for _ in range(6)]
    found = together(*(partial(services.receive, said) for said in news))
    assert all(isinstance(one, BankMessage) for one in found), found
    assert CyberReceipt.objects.filter(challan=at_bank).count() == 1
    assert BankMessage.objects.filter(outcome="CREDITED").count() == 1
    assert BankMessage.objects.count() == 13
    for one in CourierBillOfEntry.objects.filter(pk__in=[b.pk for b in owed]):
        assert one.duty_paid == one.total_duty
        assert one.trail.filter(step="confirm_payment").count() == 1


def test_paid_and_failed_at_once_end_in_one_of_the_two_and_nothing_is_lost() -> None:
    at_bank = challan(Stage.CREATED, bill(BillStage.DUTY))
    services.send_to_bank(at_bank, actor("COURIER_OPERATOR"), "http://testserver/payments/bank/return/")
    at_bank = Challan.objects.get(pk=at_bank.pk)
    together(partial(services.receive, told(at_bank)), partial(services.receive, told(at_bank, status=Status.FAILED)))
    after = Challan.objects.get(pk=at_bank.pk)
    outcomes = set(BankMessage.objects.values_list("outcome", flat=True))
    assert (after.stage, outcomes) in [(Stage.PAID, {"CREDITED", "QUEUED"}), (Stage.LATE, {"FAILED", "LATE"})]


def test_one_transaction_of_the_bank_named_for_two_challans_is_booked_once() -> None:
    """The DC/AC credits it to the ledger for the one while the bank confirms the other by it: the second waits for the first."""
    one, other = (challan(Stage.CREATED, bill(BillStage.DUTY)) for _n in range(2))
    for at_bank in (one, other):
        services.send_to_bank(at_bank, actor("COURIER_OPERATOR"), "http://testserver/payments/bank/return/")
    differing = told(one, Answer, amount_paise=one.paise + 100, in_reply_to="0" * 32)
    services.receive(differing)

    def confirmed() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '300ms'")
        services.receive(told(other))

    with transaction.atomic():
        take(Challan.objects.get(pk=one.pk), "credit_difference", actor("DCAC"), remarks="A hundred paise too much")
        (found,) = together(confirmed)
        assert isinstance(found, OperationalError), found
    services.receive(told(other))
    assert Challan.objects.get(pk=other.pk).stage == "AT_BANK"
    assert ledger.received_from("BANK") == one.amount + 1


def given_up_with_a_late_payment_elsewhere() -> tuple[Challan, Challan]:
    """A late payment, told while its bill stood on another challan; and that one, withdrawn since."""
    given_up, operator = (
        challan(Stage.FAILED, bill(BillStage.DUTY), sent_to_bank_at=timezone.now()),
        actor("COURIER_OPERATOR"),
    )
    other = anew.make_anew(given_up, operator)
    services.receive(told(given_up))
    return given_up, take(other, "withdraw", operator)


def waiting_for_us(pool: ThreadPoolExecutor, deed: Callable[[], Any]) -> Future[Any]:
    """A deed of another, under way until it waits for what this transaction holds."""
    begun = pool.submit(on_its_own(deed))
    while not waits_for_us():
        assert not begun.done(), begun.exception() or "it did not wait"
    return begun


def test_a_late_payment_waits_for_the_challan_that_is_made_anew_at_the_same_moment() -> None:
    given_up = challan(Stage.FAILED, bill(BillStage.DUTY), sent_to_bank_at=timezone.now())
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            anew.make_anew(given_up, actor("COURIER_OPERATOR"))
            late = waiting_for_us(pool, partial(services.receive, told(given_up)))
        assert late.result(timeout=30).outcome == "LATE"
    assert Challan.objects.get(pk=given_up.pk).stage == Stage.LATE
    assert ChallanLine.objects.filter(live=True).exclude(challan=given_up).count() == 1


def test_a_challan_is_not_made_anew_while_the_late_payment_takes_its_bills_back() -> None:
    given_up = challan(Stage.FAILED, bill(BillStage.DUTY), sent_to_bank_at=timezone.now())
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            services.receive(told(given_up))
            anew_too = waiting_for_us(pool, partial(anew.make_anew, given_up, actor("COURIER_OPERATOR")))
        assert isinstance(anew_too.exception(timeout=30), Refused), anew_too.exception()
    assert Challan.objects.count() == 1


def test_accepting_a_late_payment_waits_for_the_challan_that_is_made_anew_at_the_same_moment() -> None:
    given_up, withdrawn = given_up_with_a_late_payment_elsewhere()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            anew.make_anew(withdrawn, actor("COURIER_OPERATOR"))
            accepting = waiting_for_us(pool, partial(take, given_up, "accept_late_payment", actor("DCAC")))
        assert "another challan" in str(accepting.exception(timeout=30))
        assert isinstance(accepting.exception(), Refused)
    assert Challan.objects.get(pk=given_up.pk).stage == Stage.LATE


def test_a_late_payment_is_not_accepted_for_a_bill_that_another_challan_pays_at_the_same_moment() -> None:
    given_up, withdrawn = given_up_with_a_late_payment_elsewhere()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            other = anew.make_anew(withdrawn, actor("COURIER_OPERATOR"))
            services.send_to_bank(other, actor("COURIER_OPERATOR"), "http://testserver/payments/bank/return/")
            services.receive(told(Challan.objects.get(pk=other.pk), bank_transaction="SBX261121000000002"))
            accepting = waiting_for_us(pool, partial(take, given_up, "accept_late_payment", actor("DCAC")))
        assert isinstance(accepting.exception(timeout=30), Refused), accepting.exception()
    assert CourierBillOfEntry.objects.get().duty_paid == other.amount == ledger.received_from("BANK")
