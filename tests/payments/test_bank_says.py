"""What the bank says is acted on once: any order, any number of times, nothing credited twice."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import SYSTEM, Actor
from bills.models import CourierBillOfEntry
from eccs.workflow import Refused, take
from payments import bank, services, tasks
from payments.bank import Answer, Confirmation, Return, Status
from payments.clearance import Stage
from payments.models import BankMessage, Challan, CyberReceipt
from payments.querysets import payable_bills
from payments.verdicts import Reason, Said, Verdict, verdict
from tests.factories.firms import actor
from tests.payments.conftest import KEY, bill_of, told

NOW = timezone.now()


def challan_at(stage: str, **facts: Any) -> Any:
    return SimpleNamespace(
        **{
            "stage": stage,
            "paise": 500,
            "bank_transaction": "T1",
            "sent_to_bank_at": NOW - timedelta(minutes=5),
            **facts,
        }
    )


PAID = Said(Status.PAID, 500, "T1")
FAILED = Said(Status.FAILED, 500, "T1")
NONE = Said(Status.UNKNOWN, 0, "")
NOT_THIS = Said(Status.UNKNOWN, 0, "T1", named_transaction=True)
AGAIN = Said(Status.PAID, 500, "T1", told_before=True)
ANOTHERS = Said(Status.PAID, 500, "T9", transaction_of_another=True)
OTHER = Said(Status.PAID, 501, "T1", is_answer=True)
LONG_AGO = {"sent_to_bank_at": NOW - timedelta(minutes=32)}
FAR_AHEAD, AHEAD = ({"sent_to_bank_at": NOW + timedelta(minutes=n)} for n in (32, 30))  # by a clock that ran ahead


@pytest.mark.parametrize(
    ("challan", "said", "then"),
    [
        (None, PAID, (Verdict.QUEUE, Reason.NO_CHALLAN)),
        (None, FAILED, (Verdict.NOTE, Reason.NONE)),
        (challan_at("AT_BANK"), PAID, (Verdict.CREDIT, Reason.NONE)),
        (challan_at("UNKNOWN"), PAID, (Verdict.CREDIT, Reason.NONE)),
        (challan_at("AT_BANK"), Said(Status.PAID, 501, "T1"), (Verdict.QUEUE, Reason.AMOUNT)),
        *[(challan_at(s), OTHER, (Verdict.DIFFER, Reason.AMOUNT)) for s in ("AT_BANK", "UNKNOWN", "SILENT")],
        (challan_at("AT_BANK"), replace(ANOTHERS, is_answer=True), (Verdict.DIFFER, Reason.TRANSACTION)),
        (challan_at("DIFFERS"), replace(OTHER, told_before=True), (Verdict.REPEATED, Reason.AMOUNT)),
        (challan_at("REJECTED"), replace(OTHER, told_before=True), (Verdict.REPEATED, Reason.AMOUNT)),
        (challan_at("DIFFERS"), OTHER, (Verdict.QUEUE, Reason.AMOUNT)),
        (challan_at("DIFFERS"), PAID, (Verdict.CREDIT, Reason.NONE)),
        *[(challan_at("DIFFERS"), said, (Verdict.QUEUE, Reason.CONTRADICTION)) for said in (FAILED, NONE)],
        (challan_at("SILENT"), PAID, (Verdict.CREDIT, Reason.NONE)),
        (challan_at("SILENT", **LONG_AGO), NONE, (Verdict.REJECT, Reason.NONE)),
        (challan_at("AT_BANK"), Said(Status.PAID, 500, ""), (Verdict.QUEUE, Reason.TRANSACTION)),
        (challan_at("AT_BANK"), ANOTHERS, (Verdict.QUEUE, Reason.TRANSACTION)),
        (challan_at("PAID"), PAID, (Verdict.REPEATED, Reason.NONE)),
        (challan_at("PAID"), Said(Status.PAID, 500, "T2"), (Verdict.QUEUE, Reason.PAID_TWICE)),
        (challan_at("PAID"), Said(Status.PAID, 501, "T1"), (Verdict.QUEUE, Reason.AMOUNT)),
        *[(challan_at(s), PAID, (Verdict.QUEUE, Reason.LATE)) for s in ("CREATED", "WITHDRAWN")],
        *[(challan_at(s), PAID, (Verdict.LATE, Reason.LATE)) for s in ("FAILED", "REJECTED")],
        *[(challan_at(s), AGAIN, (Verdict.REPEATED, Reason.NONE)) for s in ("LATE", "FAILED", "REJECTED")],
        (challan_at("LATE"), PAID, (Verdict.QUEUE, Reason.LATE)),
        (challan_at("AT_BANK"), FAILED, (Verdict.FAIL, Reason.NONE)),
        (challan_at("UNKNOWN"), FAILED, (Verdict.FAIL, Reason.NONE)),
        (challan_at("PAID"), FAILED, (Verdict.QUEUE, Reason.CONTRADICTION)),
        (challan_at("FAILED"), FAILED, (Verdict.REPEATED, Reason.NONE)),
        (challan_at("AT_BANK"), Said(Status.PENDING, 500, ""), (Verdict.NOTE, Reason.NONE)),
        (challan_at("PAID"), Said(Status.PENDING, 500, ""), (Verdict.NOTE, Reason.NONE)),
        (challan_at("AT_BANK"), NONE, (Verdict.NOTE, Reason.NONE)),
        (challan_at("AT_BANK", **LONG_AGO), NONE, (Verdict.REJECT, Reason.NONE)),
        (challan_at("UNKNOWN", **LONG_AGO), NONE, (Verdict.REJECT, Reason.NONE)),
        (challan_at("AT_BANK", **FAR_AHEAD), NONE, (Verdict.REJECT, Reason.NONE)),
        (challan_at("AT_BANK", **AHEAD), NONE, (Verdict.NOTE, Reason.NONE)),
        (challan_at("UNKNOWN", **LONG_AGO), NOT_THIS, (Verdict.NOTE, Reason.NONE)),
        (challan_at("PAID", **LONG_AGO), NONE, (Verdict.QUEUE, Reason.CONTRADICTION)),
        (challan_at("REJECTED", **LONG_AGO), NONE, (Verdict.REPEATED, Reason.NONE)),
    ],
)  # fmt: skip
def test_what_becomes_of_a_message(challan: Any, said: Said, then: tuple[Verdict, Reason]) -> None:
    assert verdict(challan, said, NOW) == then


def paid_once(challan: Challan) -> None:
    """The challan is paid, its bills credited, one receipt exists."""
    now = Challan.objects.get(pk=challan.pk)
    assert now.stage == Stage.PAID
    bills = CourierBillOfEntry.objects.filter(challan_lines__challan=challan)
    assert [bill.duty_paid - bill.total_duty for bill in bills] == [Decimal(0)] * challan.bill_count
    assert {bill.stage for bill in bills} == {"ARRIVAL"}
    assert [bill.trail.filter(step="confirm_payment").count() for bill in bills] == [1] * challan.bill_count
    assert CyberReceipt.objects.filter(challan=challan).count() == 1


def nothing_paid(challan: Challan) -> None:
    """No bill of the challan was credited."""
    bills = CourierBillOfEntry.objects.filter(challan_lines__challan=challan)
    assert {(bill.stage, bill.duty_paid) for bill in bills} == {("DUTY", Decimal(0))}
    assert not CyberReceipt.objects.filter(challan=challan).exists()


pytestmark = pytest.mark.django_db


def test_a_confirmed_challan_is_paid_and_its_bills_move_on(at_bank: Challan) -> None:
    message = services.receive(told(at_bank))
    paid_once(at_bank)
    assert message.outcome == "CREDITED"
    receipt = CyberReceipt.objects.get(challan=at_bank)
    assert receipt.number is not None
    assert receipt.number.startswith("R-BLR-")
    assert not at_bank.lines.filter(live=True).exists()


def test_the_same_message_again_and_the_same_news_by_another_way_change_nothing(at_bank: Challan) -> None:
    confirmation = told(at_bank)
    for said in (confirmation, confirmation, told(at_bank, Return), told(at_bank)):
        services.receive(said)
    paid_once(at_bank)
    assert list(BankMessage.objects.values_list("outcome", flat=True)) == ["CREDITED", "REPEATED", "REPEATED"]


def test_a_wrong_amount_is_left_to_reconciliation_and_the_right_one_still_pays(at_bank: Challan) -> None:
    wrong = services.receive(told(at_bank, amount_paise=at_bank.paise + 100))
    assert (wrong.outcome, wrong.reason) == ("QUEUED", "AMOUNT")
    nothing_paid(at_bank)
    services.receive(told(at_bank))
    paid_once(at_bank)


def test_a_payment_for_no_challan_of_ours_is_left_to_reconciliation(at_bank: Challan) -> None:
    message = services.receive(told(at_bank, challan="0101999999"))
    assert (message.outcome, message.reason, message.challan) == ("QUEUED", "NO_CHALLAN", None)
    nothing_paid(at_bank)


def test_one_transaction_pays_one_challan(at_bank: Challan, swift: Any, payer: Actor) -> None:
    services.receive(told(at_bank))
    other = services.create_challan([swift.bill(3500).pk], payer)
    services.send_to_bank(other, payer, "http://testserver/payments/bank/return/")
    assert services.receive(told(other)).reason == "TRANSACTION"
    nothing_paid(other)


def test_a_failed_payment_sets_its_bills_free(at_bank: Challan, payer: Actor) -> None:
    services.receive(told(at_bank, status=Status.FAILED))
    assert Challan.objects.get(pk=at_bank.pk).stage == Stage.FAILED
    nothing_paid(at_bank)
    assert services.create_challan(list(at_bank.lines.values_list("bill", flat=True)), payer).amount == at_bank.amount


@pytest.fixture
def late(at_bank: Challan) -> Challan:
    """A challan that was given up, and then the bank reports its payment after all."""
    services.receive(told(at_bank, status=Status.FAILED))
    assert services.receive(told(at_bank)).reason == "LATE"
    nothing_paid(at_bank)
    return Challan.objects.get(pk=at_bank.pk)


def test_a_late_payment_goes_to_the_dcac_of_the_station_who_may_accept_it_once(
    late: Challan, payer: Actor, actor: Callable[[str], Actor]
) -> None:
    assert late.stage == Stage.LATE
    assert services.receive(told(late)).outcome == "REPEATED"
    assert not payable_bills(payer).exists()
    with pytest.raises(Refused):
        take(late, "accept_late_payment", actor("dcac.del"))
    take(late, "accept_late_payment", actor("dcac.blr"))
    paid_once(late)
    assert late.late_payment() is None
    with pytest.raises(Refused):
        take(late, "accept_late_payment", actor("dcac.blr"))


def test_a_refused_late_payment_is_not_taken_when_the_bank_repeats_it(
    late: Challan, actor: Callable[[str], Actor], payer: Actor
) -> None:
    take(late, "refuse_late_payment", actor("dcac.blr"), remarks="The bank pays it back.")
    assert services.receive(told(late)).outcome == "REPEATED"
    assert Challan.objects.get(pk=late.pk).stage == Stage.REJECTED
    assert payable_bills(payer).count() == late.bill_count


def test_a_late_payment_is_not_accepted_while_the_bills_stand_on_another_challan(
    at_bank: Challan, payer: Actor, actor: Callable[[str], Actor]
) -> None:
    services.receive(told(at_bank, status=Status.FAILED))
    services.create_challan(list(at_bank.lines.values_list("bill", flat=True)), payer)
    services.receive(told(at_bank))
    with pytest.raises(Refused, match="another challan"):
        take(at_bank, "accept_late_payment", actor("dcac.blr"))
    nothing_paid(at_bank)


def test_the_right_amount_closes_what_was_told_wrongly_of_the_same_transaction(at_bank: Challan) -> None:
    wrong = services.receive(told(at_bank, amount_paise=1))
    another = services.receive(told(at_bank, amount_paise=1, bank_transaction="SBX261121000000099"))
    services.receive(told(at_bank))
    assert BankMessage.objects.get(pk=wrong.pk).settlement
    assert BankMessage.objects.get(pk=another.pk).settled_at is None


def test_a_wrong_amount_told_after_the_payment_is_put_right_by_asking(
    at_bank: Challan, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    services.receive(told(at_bank))
    keys, asked = bank.KeyRing.of(KEY), []

    def answer(url: str, values: dict[str, str], timeout: int) -> bytes:
        asked.append(url)
        return urlencode(told(at_bank, Answer, in_reply_to=values["nonce"]).signed(keys)).encode()

    monkeypatch.setattr(bank, "post", answer)
    monkeypatch.setattr(tasks.verify_challan, "delay", tasks.verify_challan)
    with django_capture_on_commit_callbacks(execute=True):
        wrong = services.receive(told(at_bank, Return, amount_paise=1))
    assert asked == ["http://bank.example/verify"]
    assert wrong.outcome == "QUEUED"
    assert BankMessage.objects.get(pk=wrong.pk).settled_at is not None
    paid_once(at_bank)


def test_a_bill_that_has_moved_on_is_credited_where_it_is(at_bank: Challan, payer: Actor) -> None:
    stopped, cheaper = [bill_of(line) for line in at_bank.lines.select_related("bill")]
    take(stopped, "stop", actor("DCAC"), remarks="A tip.")
    take(cheaper, "recompute_duty", SYSTEM, total_duty=Decimal(0), heads={}, rates_on="2026-11-21", before="2500")
    services.receive(told(at_bank))
    assert not at_bank.lines.filter(credited_at=None).exists()
    stopped, cheaper = (CourierBillOfEntry.objects.get(pk=one.pk) for one in (stopped, cheaper))
    assert (stopped.stage, stopped.duty_paid, stopped.amount_due) == ("STOPPED", 1000, 0)
    assert (cheaper.stage, cheaper.refundable) == ("ARRIVAL", 2500)
    assert take(stopped, "clear_stop", actor("DCAC"), remarks="Nothing found.").stage == "ARRIVAL"
    assert not payable_bills(payer).exists()


def test_what_a_closed_bill_was_paid_is_recorded_as_refundable(
    at_bank: Challan, people: Callable[[str], User], client: Client
) -> None:
    line = at_bank.lines.select_related("bill")[0]
    take(bill_of(line), "cancel", SYSTEM, cancellation="CAN_BLR_2026-2027_000001")
    services.receive(told(at_bank))
    assert Challan.objects.get(pk=at_bank.pk).stage == Stage.PAID
    line.refresh_from_db()
    assert line.refusal
    assert line.credited_at is None
    assert at_bank.lines.filter(credited_at__isnull=False).count() == 1
    address, found = reverse("record-refundable", args=[line.pk]), f"{reverse('reconciliation')}?view=lines"
    for username, words, status in (
        ("ao.blr", "Refund order 7", 403), ("dcac.del", "Refund order 7", 404), ("dcac.blr", "", 302),
    ):  # fmt: skip
        client.force_login(people(username))
        assert client.post(address, {"settlement": words}).status_code == status
    assert address in client.get(found).content.decode()
    client.post(address, {"settlement": "Refund order 7/2026"})
    line.refresh_from_db()
    assert (line.settlement, line.settled_by) == ("Refund order 7/2026", people("dcac.blr"))
    assert address not in client.get(found).content.decode()
    assert client.post(address, {"settlement": "Once more"}).status_code == 404
    client.force_login(people("courier.swift"))
    assert "Not credited: refundable" in client.get(at_bank.get_absolute_url()).content.decode()


def test_a_bill_whose_duty_rose_meanwhile_waits_for_the_difference(at_bank: Challan, payer: Actor) -> None:
    bill = bill_of(at_bank.lines.select_related("bill")[0])
    raised = bill.total_duty + 300
    take(
        bill,
        "recompute_duty",
        SYSTEM,
        total_duty=raised,
        heads={"bcd": str(raised)},
        rates_on="2026-11-21",
        before="1000",
    )
    services.receive(told(at_bank))
    bill = CourierBillOfEntry.objects.get(pk=bill.pk)
    assert (str(bill.stage), bill.amount_due) == ("DUTY", Decimal(300))
    assert services.create_challan([bill.pk], payer).amount == 300


def test_nobody_but_the_bank_confirms_a_payment(at_bank: Challan, actor: Callable[[str], Actor]) -> None:
    for username in ("signatory.swift", "dcac.blr", "sysadmin"):
        with pytest.raises(Refused):
            take(at_bank, "confirm_paid", actor(username), bank_transaction="SBX261121000000001", told_by="x")


def test_confirmations_over_http_genuine_forged_altered_and_expired(at_bank: Challan, client: Client) -> None:
    keys, address = bank.KeyRing.of(KEY), "/payments/bank/confirmation/"
    said = told(at_bank).signed(keys)
    forged = told(at_bank).signed(bank.KeyRing.of("cd" * 32))
    stale = told(at_bank, sent_at=timezone.now().replace(microsecond=0) - timedelta(minutes=6)).signed(keys)
    for bad in (forged, {**forged, "key": keys.signing}, {**said, "amount_paise": "1"}, stale, {}):
        assert client.post(address, bad).status_code == 400
    nothing_paid(at_bank)
    assert not BankMessage.objects.exists()
    assert [client.post(address, said).status_code for _ in range(3)] == [200, 200, 200]
    paid_once(at_bank)
    assert client.get(address).status_code == 405


def test_a_thousand_pieces_of_news_in_any_order_pay_each_challan_once_or_not_at_all(
    swift: Any, payer: Actor, client: Client
) -> None:
    chance, keys = random.Random(8), bank.KeyRing.of(KEY)
    challans, news = [], []
    for n in range(20):
        challan = services.create_challan([swift.bill(500 + n).pk], payer)
        services.send_to_bank(challan, payer, "http://testserver/payments/bank/return/")
        challan = Challan.objects.get(pk=challan.pk)
        genuine = n % 4 != 0
        transaction = f"SBX26112100000{n:04d}"
        for _ in range(chance.randint(1, 5) if genuine else 0):
            sort = chance.choice([Confirmation, Return])
            news.append((sort, told(challan, sort, bank_transaction=transaction).signed(keys)))
        changes = ({"amount_paise": "1"}, {"currency": "USD"}, {"challan": "9999999999"}, {"signature": "0" * 64})
        said = told(challan, bank_transaction=transaction).signed(keys)
        news += [(Confirmation, {**said, **change}) for change in changes]
        challans.append((challan, genuine))
    news += chance.choices(news, k=100)
    chance.shuffle(news)
    for sort, said in news:
        client.post(f"/payments/bank/{'return' if sort is Return else 'confirmation'}/", said)
    for challan, genuine in challans:
        (paid_once if genuine else nothing_paid)(challan)


def test_an_answer_is_taken_only_for_the_question_it_replies_to(
    at_bank: Challan, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = bank.KeyRing.of(KEY)

    def wrong_answer(url: str, values: dict[str, str], timeout: int) -> bytes:
        return urlencode(told(at_bank, Answer, in_reply_to="0" * 32).signed(keys)).encode()

    monkeypatch.setattr(bank, "post", wrong_answer)
    with pytest.raises(bank.BankSilent):
        services.ask_bank(at_bank)
    nothing_paid(at_bank)
    assert Challan.objects.get(pk=at_bank.pk).stage == Stage.UNKNOWN
