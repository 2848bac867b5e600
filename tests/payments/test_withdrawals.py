"""Money on a cash ledger is paid out to its firm: asked for, verified by one officer, approved by another (section 51A)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Actor
from eccs.models import Notice
from eccs.notices import gather
from eccs.workflow import Refused, take
from payments.cash import ledger, statement
from payments.cash.models import CashAccount, CashEntry
from payments.cash.withdrawals import CashWithdrawal, CashWithdrawalTrail
from payments.cash.withdrawing import balance_suffices
from payments.cash.withdrawing_forms import PaidOutForm
from payments.clearance import ledger_pays
from payments.listing import challan_context
from payments.models import Challan
from tests.factories.challans import challan
from tests.factories.firms import actor as officer
from tests.payments.conftest import Flight
from tests.payments.test_cash_ledger import balance, books_agree, deposited

pytestmark = pytest.mark.django_db
ASKED = {
    "amount": "3,000", "place": "BLR:BANK", "holder": "Swift Couriers", "account_number": "123456789012", "ifsc": "SBIN0001234",
    "reason": "No consignments are expected.",
}  # fmt: skip


@pytest.fixture
def asked(swift: Flight, payer: Actor, people: Callable[[str], User]) -> CashWithdrawal:
    """Swift, with 5,000 rupees on its ledger, asks for 3,000."""
    deposited(payer, 5000)
    browser = Client()
    browser.force_login(people("courier.swift"))
    for wrong in ({"amount": "0"}, {"ifsc": "SBIN1"}, {"account_number": "12"}, {"place": "BLR:OTHER"}):
        assert browser.post("/payments/ledger/withdraw/", ASKED | wrong).status_code == 422
    assert browser.post("/payments/ledger/withdraw/", ASKED | {"amount": "5001"}).status_code == 409
    answer = browser.post("/payments/ledger/withdraw/", ASKED)
    made = CashWithdrawal.objects.get()
    assert answer.headers["Location"] == made.get_absolute_url()
    assert "123456789012" in browser.get(made.get_absolute_url()).content.decode()
    assert str(made.number) in browser.get("/payments/ledger/").content.decode()
    browser.force_login(people("courier.metro"))
    assert browser.get(made.get_absolute_url()).status_code == 404
    return made


def test_51a_a_withdrawal_is_verified_approved_debited_once_and_paid_out(
    asked: CashWithdrawal, payer: Actor, people: Callable[[str], User]
) -> None:
    ao, dcac = Actor.of(people("ao.blr")), Actor.of(people("dcac.blr"))
    assert balance(payer) == 5000
    take(asked, "verify", ao, remarks="The account is the firm's own")
    take(asked, "approve", dcac)
    assert (balance(payer), ledger.received_from("BANK")) == (2000, 2000)
    with pytest.raises(Refused):
        take(asked, "approve", dcac)
    done = take(
        asked, "record_payment_out", dcac, reference="SBX261119140073318", paid_on=timezone.localdate().isoformat()
    )
    assert (done.stage, balance(payer)) == ("PAID_OUT", 2000)
    gather(CashWithdrawalTrail)
    told = Notice.objects.filter(audience=f"courier:{payer.courier_id}", subject__contains="WDR_BLR")
    assert {one.subject.split(": ")[-1] for one in told} == {"Withdrawal with the bank", "Paid out"}
    books_agree()


def test_51a_what_the_bank_returns_is_on_the_ledger_again_and_what_is_spent_is_not_paid_out(
    asked: CashWithdrawal, payer: Actor, people: Callable[[str], User]
) -> None:
    ao, dcac = Actor.of(people("ao.blr")), Actor.of(people("dcac.blr"))
    take(asked, "verify", ao, remarks="The account is the firm's own")
    take(asked, "approve", dcac)
    with pytest.raises(Refused, match="Approve withdrawal"):  # nobody alone brings back what the bank may have paid
        take(asked, "record_return", dcac, remarks="The account is closed")
    another = officer("DCAC", name="Leela Menon")
    take(asked, "record_return", another, remarks="The account is closed")
    assert CashEntry.objects.filter(challan=None, station="BLR").count() == 2
    told = statement.statement(CashAccount.objects.of_firms().get(), {}, stations=frozenset({"BLR"}))
    assert [one.line.amount for one in told.lines] == [5000, -3000, 3000]
    assert not statement.statement(CashAccount.objects.of_firms().get(), {}, stations=frozenset({"DEL"})).lines
    assert (balance(payer), CashWithdrawal.objects.get().stage) == (5000, "RETURNED")
    second = CashWithdrawal(
        **{f: getattr(asked, f) for f in ("station_id", "courier_id", "bank", "holder", "account_number", "ifsc", "reason")},
        amount=Decimal(5001), requested_by_id=asked.requested_by_id, number="WDR_BLR_2026-2027_000099",
    )  # fmt: skip
    second.save()
    with pytest.raises(Refused, match="cannot be debited"):
        take(second, "verify", ao, remarks="The account is the firm's own")
    assert take(second, "cancel", payer).stage == "CANCELLED"
    assert Challan.objects.filter(kind="DEPOSIT").count() == 1
    books_agree()


def test_51a_a_payment_out_that_comes_back_is_on_the_ledger_again_once_and_keeps_its_number(
    asked: CashWithdrawal, payer: Actor, people: Callable[[str], User]
) -> None:
    ao, dcac, today = Actor.of(people("ao.blr")), Actor.of(people("dcac.blr")), timezone.localdate()
    take(asked, "verify", ao, remarks="The account is the firm's own")
    take(asked, "approve", dcac)
    second, third = officer("DCAC", name="Leela Menon"), officer("DCAC", name="Vikram Rao")
    take(asked, "record_payment_out", second, reference="SBX261121000000888", paid_on=today.isoformat())
    for one in (dcac, second):  # neither who approved it nor who said that it was paid out
        with pytest.raises(Refused):
            take(asked, "record_coming_back", one, remarks="The account is closed")
    take(asked, "record_coming_back", third, remarks="The account is closed")
    with pytest.raises(Refused):
        take(asked, "record_coming_back", third, remarks="The account is closed")
    kept = CashWithdrawal.objects.get()
    assert (balance(payer), kept.stage, kept.reference) == (5000, "RETURNED", "SBX261121000000888")
    books_agree()


def test_51a_a_number_of_the_bank_pays_one_withdrawal_out_and_not_before_it_was_approved(
    asked: CashWithdrawal, payer: Actor, people: Callable[[str], User]
) -> None:
    ao, dcac, today = Actor.of(people("ao.blr")), Actor.of(people("dcac.blr")), timezone.localdate()
    take(asked, "verify", ao, remarks="The account is the firm's own")
    first = take(asked, "approve", dcac)
    taken = "SBX261119140073318"
    CashWithdrawal.objects.create(
        **{f: getattr(first, f) for f in ("station_id", "courier_id", "holder", "account_number", "ifsc", "reason", "amount")},
        bank=first.bank, requested_by_id=first.requested_by_id, number="WDR_BLR_2026-2027_000098", stage="PAID_OUT",
        reference=taken, paid_on=today,
    )  # fmt: skip
    given = {"reference": taken, "paid_on": f"{today - timedelta(days=1):%d/%m/%Y}"}
    form = PaidOutForm(given, document=first, actor=dcac)
    assert {name: str(words) for name, (words,) in form.errors.items()} == {
        "reference": f"Transaction {taken} paid withdrawal WDR_BLR_2026-2027_000098.",
        "paid_on": "The withdrawal was approved later than that.",
    }
    with pytest.raises(Refused, match="paid withdrawal WDR_BLR"):
        take(first, "record_payment_out", dcac, reference=taken, paid_on=today.isoformat())
    good = PaidOutForm({"reference": taken[:-1] + "9", "paid_on": f"{today:%d/%m/%Y}"}, document=first, actor=dcac)
    assert good.is_valid()


def test_51a_whoever_may_not_read_the_statement_is_not_told_the_balance(
    asked: CashWithdrawal, payer: Actor, people: Callable[[str], User]
) -> None:
    CashAccount.objects.of_firms().update(balance=2345)
    ao, dcac = Actor.of(people("ao.blr")), Actor.of(people("dcac.blr"))
    here = Actor.of(people("courier.swift"))
    at_one = replace(here, postings=tuple(held._replace(station="BLR") for held in here.postings))
    owed = challan(amount=Decimal(4000))
    for who, told in ((ao, False), (dcac, True), (payer, True), (at_one, False)):
        for words in (balance_suffices(asked, who), ledger_pays(owed, who)):
            assert "cannot be debited" in words and ("2,345" in words) == told
        assert (challan_context(owed, who)["cash_balance"] is not None) == told
