"""A challan whose bank answers something else, or nothing for days, is at the desk of the DC/AC, and its firm is told (PN17 8.1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.permissions import SYSTEM, Actor
from eccs import dated_rules
from eccs.dated_rules import DatedRule
from eccs.models import Notice
from eccs.notices import gather
from eccs.workflow import Refused, take
from payments import bank, banks, services, tasks
from payments.anew import make_anew
from payments.cash import ledger
from payments.models import BankDifference, BankMessage, Challan, ChallanTrail
from payments.querysets import payable_bills
from payments.reconciliation import open_messages
from payments.reconciling import comparing, scrolls
from payments.sandbox.ledger import Behaviour
from tests.payments.conftest import BankAtHand, Flight, told

pytestmark = pytest.mark.django_db
HEAD = "challan,bank_transaction,amount_paise,currency,status,decided_at\n"


@pytest.fixture
def dcac(people: Callable[[str], User]) -> Actor:
    return Actor.of(people("dcac.blr"))


def answered(challan: Challan, **changes: Any) -> BankMessage:
    """The bank, asked, says so."""
    return services.receive(told(challan, bank.Answer, in_reply_to="0" * 32, **changes))


def now(challan: Challan) -> Challan:
    return Challan.objects.get(pk=challan.pk)


def balance(payer: Actor) -> Decimal:
    return ledger.balance_of(courier_id=payer.courier_id, importer_id=payer.importer_id)


def test_8_1_another_amount_is_decided_by_the_dcac_onto_the_cash_ledger_once(
    at_bank: Challan, payer: Actor, dcac: Actor, people: Callable[[str], User]
) -> None:
    services.receive(told(at_bank, amount_paise=at_bank.paise + 500))  # unasked: the bank is asked first
    assert now(at_bank).stage == "AT_BANK"
    answered(at_bank, amount_paise=at_bank.paise + 500)
    assert (now(at_bank).stage, payable_bills(payer).count()) == ("DIFFERS", 0)  # nobody pays again meanwhile
    gather(ChallanTrail)
    notice = Notice.objects.get(subject__contains="Bank names another payment")
    assert (notice.audience, notice.station) == (f"courier:{payer.courier_id}", "BLR")
    browser = Client()
    browser.force_login(people("courier.swift"))
    page = browser.get(at_bank.get_absolute_url()).content.decode()
    assert "Do not pay again." in page
    assert "3,505" in page
    browser.force_login(people("dcac.blr"))
    assert str(at_bank.number) in browser.get("/payments/challans/queue/differs/").content.decode()
    decided = take(now(at_bank), "credit_difference", dcac, remarks="Five rupees too much were typed")
    assert (decided.stage, balance(payer)) == ("REJECTED", at_bank.amount + 5)
    assert not BankMessage.objects.filter(outcome__in=("QUEUED", "DIFFERS"), settled_at=None).exists()
    answered(at_bank, amount_paise=at_bank.paise + 500)
    assert (now(at_bank).stage, balance(payer)) == ("REJECTED", at_bank.amount + 5)
    again = services.create_challan([bill.pk for bill in payable_bills(payer)], payer)
    assert (take(again, "pay_from_ledger", payer).stage, balance(payer)) == ("PAID", 5)
    text = (
        HEAD
        + f"{at_bank.number},SBX261121000000001,{at_bank.paise + 500},INR,PAID,{timezone.localtime().isoformat()}\n"
    )
    day = timezone.localdate()
    scrolls.keep("BANK", day, text.encode(), scrolls.read(text.encode(), day), sealed=True)
    comparing.compare("BANK", day)
    assert not BankDifference.objects.exists()  # what the scroll says is in the books as it is
    assert not ledger.faults().exists()
    browser.force_login(people("courier.swift"))
    assert "Five rupees too much were typed" in browser.get(at_bank.get_absolute_url()).content.decode()


def test_8_1_another_amount_is_refused_and_the_bank_pays_it_back(at_bank: Challan, payer: Actor, dcac: Actor) -> None:
    answered(at_bank, amount_paise=100)
    decided = take(now(at_bank), "refuse_difference", dcac, remarks="The bank pays the rupee back")
    assert (decided.stage, balance(payer), payable_bills(payer).count()) == ("REJECTED", 0, 2)
    assert [m.settlement for m in BankMessage.objects.all()] == ["The bank pays the rupee back"]


def test_8_1_a_transaction_of_another_challan_brings_nothing_onto_the_ledger(
    at_bank: Challan, swift: Flight, payer: Actor, dcac: Actor
) -> None:
    other = services.create_challan([swift.bill(3500).pk], payer)
    services.send_to_bank(other, payer, "http://testserver/payments/bank/return/")
    services.receive(told(now(other)))
    answered(at_bank)
    with pytest.raises(Refused, match=f"paid challan {other.number}: nothing more was received"):
        take(now(at_bank), "credit_difference", dcac, remarks="It is the same money")
    assert take(now(at_bank), "refuse_difference", dcac, remarks="It paid the other one").stage == "REJECTED"


def test_8_1_what_is_left_of_another_payment_is_on_a_desk_after_the_right_one_was_confirmed(
    at_bank: Challan, payer: Actor, dcac: Actor, people: Callable[[str], User]
) -> None:
    answered(at_bank, amount_paise=at_bank.paise - 1)
    assert not open_messages(dcac).exists()  # the DC/AC has the challan itself
    services.receive(told(at_bank, bank_transaction="SBX261121000000002"))
    assert now(at_bank).stage == "PAID"
    assert open_messages(dcac).get().bank_transaction == "SBX261121000000001"
    browser = Client()
    browser.force_login(people("dcac.blr"))
    assert "SBX261121000000001" in browser.get("/payments/reconciliation/").content.decode()


def test_8_1_a_refused_payment_closes_its_own_messages_and_is_credited_nowhere_else(
    at_bank: Challan, payer: Actor, dcac: Actor
) -> None:
    services.receive(told(at_bank, bank_transaction="SBX261121000000007", amount_paise=1))  # asked about first
    answered(at_bank, amount_paise=at_bank.paise + 100)
    take(now(at_bank), "refuse_difference", dcac, remarks="The bank pays it back")
    assert open_messages(dcac).get().bank_transaction == "SBX261121000000007"
    text = (
        HEAD
        + f"{at_bank.number},SBX261121000000001,{at_bank.paise + 100},INR,PAID,{timezone.localtime().isoformat()}\n"
    )
    day = timezone.localdate()
    scrolls.keep("BANK", day, text.encode(), scrolls.read(text.encode(), day), sealed=True)
    comparing.compare("BANK", day)
    with pytest.raises(Refused, match=f"was refused for challan {at_bank.number}: the bank pays it back"):
        take(BankDifference.objects.get(), "credit_ledger", dcac, remarks="The money is here")
    assert balance(payer) == 0


def test_8_1_a_late_payment_keeps_its_bills_though_the_interest_has_moved_since(
    swift: Flight, payer: Actor, sandbox: BankAtHand
) -> None:
    long_ago = timezone.localdate() - timedelta(days=40)
    type(swift.manifest).objects.update(actual_arrival=timezone.now() - timedelta(days=40))
    before = timezone.now() - timedelta(days=1)
    made = services.create_challan([swift.bill(36500, presented_on=long_ago).pk], payer, before)
    made.lines.update(live=False)
    Challan.objects.update(stage="FAILED", sent_to_bank_at=before)
    assert payable_bills(payer).count() == 1
    services.receive(told(made))
    assert (now(made).stage, payable_bills(payer).count()) == ("LATE", 0)


def test_8_1_what_the_bank_corrects_is_credited_and_leaves_the_desk(at_bank: Challan, payer: Actor) -> None:
    answered(at_bank, amount_paise=at_bank.paise - 1)
    services.receive(told(at_bank))
    assert (now(at_bank).stage, balance(payer)) == ("PAID", 0)
    assert not BankMessage.objects.filter(outcome="DIFFERS", settled_at=None).exists()


@pytest.mark.parametrize(("hours", "stage"), [(71, "AT_BANK"), (73, "SILENT")])
def test_8_1_a_bank_silent_for_so_many_days_puts_the_challan_on_a_desk(
    at_bank: Challan, payer: Actor, hours: int, stage: str
) -> None:
    DatedRule.objects.create(
        name="bank_silent_days", station_code="BLR", from_date=timezone.localdate(), value="3", source="Order 9"
    )
    dated_rules.forget()
    Challan.objects.update(sent_to_bank_at=timezone.now() - timedelta(hours=hours))
    tasks.hand_over_silent_challans()
    tasks.hand_over_silent_challans()
    gather(ChallanTrail)
    assert now(at_bank).stage == stage
    assert Notice.objects.filter(subject__contains="Bank silent for days").count() == (stage == "SILENT")


def test_8_1_a_silent_bank_is_still_asked_and_its_word_counts(
    at_bank: Challan, payer: Actor, dcac: Actor, sandbox: BankAtHand
) -> None:
    sandbox.away = True
    take(now(at_bank), "report_silence", SYSTEM)
    Challan.objects.update(ask_again_at=timezone.now())
    assert (tasks.verify_silent_challans(), now(at_bank).stage) == (1, "SILENT")
    browser = Client()
    browser.force_login(User.objects.get(pk=payer.user_id))
    address = now(at_bank).step_url("verify_silent_payment")
    assert (
        address in browser.get(at_bank.get_absolute_url()).content.decode()
    )  # the payer verifies by itself all the same
    assert browser.post(address, {"verify_silent_payment-bank_transaction": "SBX261121000000001"}).status_code == 302
    assert now(at_bank).stage == "SILENT"  # and it stays at the desk of the DC/AC
    assert Challan.objects.filter(ask_again_at__lte=timezone.now()).exists()
    sandbox.away = False
    sandbox.pay(banks.gateway("BANK").payment_address(bank.Payment(
        challan=str(at_bank.number), amount_paise=at_bank.paise, payer="Swift", return_url="http://testserver/payments/bank/return/",
    )), Behaviour.DROP, decision="FAILED")  # fmt: skip
    take(now(at_bank), "ask_again", dcac)
    assert tasks.verify_silent_challans() == 1
    assert now(at_bank).stage == "FAILED"


def test_8_1_the_dcac_gives_up_a_silent_challan_and_a_payment_that_comes_to_light_is_late(
    at_bank: Challan, payer: Actor, dcac: Actor
) -> None:
    take(now(at_bank), "report_silence", SYSTEM)
    given_up = take(now(at_bank), "give_up", dcac, remarks="The bank's link is down for the week")
    assert (given_up.stage, payable_bills(payer).count()) == ("REJECTED", 2)
    services.receive(told(at_bank))
    assert (now(at_bank).stage, payable_bills(payer).count()) == ("LATE", 0)


def test_8_0_a_challan_of_yesterday_is_refused_with_the_new_amount_and_made_anew_on_one_click(
    swift: Flight, payer: Actor, people: Callable[[str], User]
) -> None:
    long_ago = timezone.localdate() - timedelta(days=40)
    type(swift.manifest).objects.update(actual_arrival=timezone.now() - timedelta(days=40))
    ids = [swift.bill(36500, presented_on=long_ago).pk for _n in range(2)]
    made = services.create_challan(ids, payer, timezone.now() - timedelta(days=1))
    browser = Client()
    browser.force_login(people("courier.swift"))
    page = browser.get(made.get_absolute_url()).content.decode()
    assert "Make the challan anew" in page
    assert "74,200" in page.replace(".00", "")  # 15 rupees a day on each, for forty days
    with pytest.raises(Refused, match="no longer"):
        take(made, "go_to_bank", payer)
    answer = browser.post(f"/payments/challans/{made.number}/anew/")
    anew = Challan.objects.exclude(pk=made.pk).get()
    assert answer.headers["Location"] == anew.get_absolute_url()
    assert (now(made).stage, anew.amount, anew.bill_count) == ("WITHDRAWN", 74_200, 2)
    assert take(anew, "go_to_bank", payer).stage == "AT_BANK"
    browser.post(f"/payments/challans/{anew.number}/anew/")  # the bank may still take it
    assert (now(anew).stage, Challan.objects.count()) == ("AT_BANK", 2)


def test_8_0_a_second_visit_to_the_bank_after_midnight_is_refused_and_the_bank_asked(
    swift: Flight, payer: Actor, sandbox: BankAtHand
) -> None:
    long_ago = timezone.localdate() - timedelta(days=40)
    type(swift.manifest).objects.update(actual_arrival=timezone.now() - timedelta(days=40))
    made = services.create_challan(
        [swift.bill(36500, presented_on=long_ago).pk], payer, timezone.now() - timedelta(days=1)
    )
    Challan.objects.update(stage="AT_BANK", sent_to_bank_at=timezone.now() - timedelta(hours=1))
    with pytest.raises(Refused, match="The bank is asked first"):
        services.send_to_bank(now(made), payer, "http://testserver/payments/bank/return/")
    assert tasks.verify_silent_challans() == 1
    assert now(made).stage == "REJECTED"  # the bank knows of no payment
    assert make_anew(now(made), payer).amount == 37_100
