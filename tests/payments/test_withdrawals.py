"""Money on a cash ledger is paid out to its firm: asked for, verified by one officer, approved by another (section 51A)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Actor
from eccs.models import Notice
from eccs.notices import gather
from eccs.workflow import Refused, take
from payments.cash import ledger
from payments.cash.withdrawals import CashWithdrawal, CashWithdrawalTrail
from payments.models import Challan
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
    take(asked, "record_return", dcac, remarks="The account is closed")
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
