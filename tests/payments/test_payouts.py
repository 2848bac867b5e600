"""What a bank says it paid out is compared with the withdrawals, each difference at a desk until it is put right (section 51A)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Actor
from eccs.workflow import Refused, take
from payments.cash import ledger
from payments.cash.withdrawals import CashWithdrawal
from payments.models import BankDifference
from payments.reconciling import payouts, scrolls, tasks
from payments.reconciling.models import BankScroll, Finding
from payments.sandbox.ledger import Contradiction
from tests.factories.challans import withdrawal
from tests.payments.conftest import BankAtHand, Flight
from tests.payments.test_reconciling import HEAD, line, loaded

pytestmark = pytest.mark.django_db


def found() -> set[tuple[str, str, str]]:
    return set(BankDifference.objects.values_list("challan_number", "finding", "stage"))


@pytest.mark.parametrize(
    ("amount", "stage", "reference", "at", "finding"),
    [
        (500, "PAID_OUT", "T1", "BANK", Finding.MATCHED), (500, "PAID_OUT", "T2", "BANK", Finding.MISSING_HERE),
        (501, "PAID_OUT", "T1", "BANK", Finding.AMOUNT), (500, "WITH_BANK", "", "BANK", Finding.MISSING_HERE),
        (500, "RETURNED", "", "BANK", Finding.MISSING_HERE), (500, "RETURNED", "T1", "BANK", Finding.MATCHED), (500, "PAID_OUT", "T1", "OTHER", Finding.MISSING_HERE),
        (500, None, "", "", Finding.MISSING_HERE),
    ],
)  # fmt: skip
def test_51a_what_a_payment_out_is_beside_its_withdrawal(
    amount: int, stage: Any, reference: str, at: str, finding: Finding
) -> None:
    one = SimpleNamespace(paise=500, stage=stage, reference=reference, bank=at) if stage else None
    entry = SimpleNamespace(amount_paise=amount, bank_transaction="T1")
    assert payouts.finding_of(entry, one, "BANK") == finding


def test_51a_what_the_bank_paid_out_is_at_a_desk_until_it_is_recorded_and_then_agrees_to_the_paisa(
    sandbox: BankAtHand, people: Callable[[str], User]
) -> None:
    one, today, dcac = withdrawal("VERIFIED"), timezone.localdate(), Actor.of(people("dcac.blr"))
    before = ledger.received_from("BANK")
    take(one, "approve", dcac)
    for _twice in range(2):
        paid = sandbox.ledger.pay_out(str(one.number), 1000, sandbox.now())
    with pytest.raises(Contradiction):
        sandbox.ledger.pay_out(str(one.number), 1001, sandbox.now())
    for _twice in range(2):
        assert tasks.reconcile_day("BANK", today) == 1
        assert found() == {(one.number, "MISSING_HERE", "OPEN")}
    difference = BankDifference.objects.get()
    assert (difference.station_id, difference.there, difference.here, difference.payer) == ("BLR", 10, 0, one.firm)
    with pytest.raises(Refused, match="it has received nothing"):
        take(difference, "credit_ledger", dcac, remarks="It is no receipt")
    browser = Client()
    browser.force_login(people("dcac.blr"))
    assert "The bank has paid out" in browser.get(difference.get_absolute_url()).content.decode()
    take(
        CashWithdrawal.objects.get(pk=one.pk), "record_payment_out", dcac, reference=paid.bank_transaction,
        paid_on=today.isoformat(),
    )  # fmt: skip
    tasks.reconcile_day("BANK", today)
    assert found() == {(one.number, "MISSING_HERE", "CLEARED")}
    scroll = BankScroll.objects.get()
    assert (scroll.total_paise, scroll.paid_out_paise, scroll.entry_count) == (0, 1000, 1)
    assert (ledger.received_from("BANK") - before) * 100 == scroll.total_paise - scroll.paid_out_paise
    base = f"/payments/reconciliation/scrolls/BANK/{today:%Y-%m-%d}/"
    assert f"MATCHED,{one.number},BLR" in browser.get(f"{base}export/").content.decode("utf-8-sig")
    assert one.get_absolute_url() in browser.get(base).content.decode()
    browser.force_login(people("dcac.del"))
    assert str(one.number) not in browser.get(base).content.decode()


def test_51a_another_amount_an_unknown_withdrawal_and_one_the_bank_does_not_know_are_each_at_a_desk(
    people: Callable[[str], User],
) -> None:
    other = withdrawal("PAID_OUT", amount=Decimal(10), reference="SBX261121000000001")
    unlisted = withdrawal("PAID_OUT", amount=Decimal(10), reference="SBX261121000000002")
    later = withdrawal("PAID_OUT", reference="SBX261121000000003", paid_on=timezone.localdate() - timedelta(days=1))
    unknown = "WDR_BLR_2026-2027_099999"
    lines = [
        line(other.number, "SBX261121000000001", amount=1100, status="PAID_OUT"),
        line(unknown, "SBX261121000000009", amount=100, status="PAID_OUT"),
    ]
    for _twice in range(2):
        loaded(*lines)
        assert found() == {
            (other.number, "AMOUNT", "OPEN"), (unlisted.number, "MISSING_THERE", "OPEN"), (unknown, "MISSING_HERE", "OPEN"),
        }  # fmt: skip
        assert BankDifference.objects.count() == 3
    assert later.number not in {number for number, _finding, _stage in found()}
    with pytest.raises(scrolls.Unreadable, match="challan"):  # a payment out names a withdrawal
        scrolls.read((HEAD + line("1911999999", status="PAID_OUT")).encode(), timezone.localdate())


def test_the_sandbox_bank_pays_out_at_its_counter_once(sandbox: BankAtHand, swift: Flight) -> None:
    given = {"withdrawal": "wdr_blr_2026-2027_000001", "amount": "2,500.50"}
    assert b"Pay out" in sandbox.call("GET", "/")[2]
    pages = [sandbox.call("POST", "/pay-out", given) for _twice in range(2)]
    assert [status[:3] for status, _headers, _page in pages] == ["200", "200"]
    assert pages[0][2] == pages[1][2]
    assert sandbox.ledger.payouts_of(timezone.localdate())[0].amount_paise == 250_050
    assert sandbox.call("POST", "/pay-out", given | {"amount": "1"})[0].startswith("409")
    for wrong in ({"amount": "0"}, {"withdrawal": "1911402718"}, {"amount": "1.5"}):
        assert sandbox.call("POST", "/pay-out", given | wrong)[0].startswith("400")
