"""What is refundable on bills goes onto the firm's cash ledger by the DC/AC, once (section 51A)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Actor
from accounts.sessions import PROVED
from bills.models import Adjudication, CourierBillOfEntry
from eccs.models import Notice
from eccs.workflow import take
from payments import refunds, services
from payments.cash import ledger
from payments.cash.models import CashEntry
from payments.models import Challan
from tests.factories.bills import bill
from tests.factories.requests import provisional_assessment
from tests.payments.conftest import bill_of, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def dcac(people: Callable[[str], User]) -> Client:
    client = Client()
    client.force_login(people("dcac.blr"))
    session = client.session
    session[PROVED] = int(timezone.now().timestamp())
    session.save()
    return client


def test_51a_a_refund_is_credited_to_the_cash_ledger_once_and_the_firm_is_told(
    at_bank: Challan, payer: Actor, dcac: Client, people: Callable[[str], User]
) -> None:
    services.receive(told(at_bank))
    one = bill_of(at_bank.lines.select_related("bill")[0])
    CourierBillOfEntry.objects.filter(pk=one.pk).update(stage="CONFISCATED")
    Adjudication.objects.create(
        bill=one, order_number="ADJ/7", order_date=timezone.localdate(), outcome="CONFISCATE",
        fine=0, penalty=0, duty_before=one.total_duty, refundable=one.total_duty, remarks="Absolute", at=timezone.now(),
        by=people("ao.blr"),
    )  # fmt: skip
    page = dcac.get("/payments/refunds/").content.decode()
    assert str(one.number) in page
    address = f"/payments/refunds/bill/{one.pk}/credit/"
    dcac.post(address, {"settlement": "no"})
    assert not CashEntry.objects.filter(key=f"refund:bill:{one.pk}").exists()
    dcac.post(address, {"settlement": "Refund order 7 of 2026"})
    assert dcac.post(address, {"settlement": "Refund order 7 of 2026"}).status_code == 404
    assert ledger.balance_of(courier_id=payer.courier_id, importer_id=None) == one.total_duty
    assert Notice.objects.filter(subject__contains="is on the cash ledger").count() == 1
    assert str(one.number) not in dcac.get("/payments/refunds/").content.decode()
    assert not ledger.faults().exists()
    elsewhere = Client()
    elsewhere.force_login(people("dcac.del"))
    assert elsewhere.get("/payments/refunds/").status_code == 200
    assert elsewhere.post(address, {"settlement": "Refund order 7"}).status_code == 404


def test_51a_a_penalty_paid_on_goods_that_are_confiscated_is_not_credited(people: Callable[[str], User]) -> None:
    one = bill("ADJUDICATION", fine=50, penalty=40, duty_paid=121)
    order: dict[str, Any] = {
        "order_number": "9/2026",
        "order_date": timezone.localdate().isoformat(),
        "remarks": "Absolute.",
    }
    take(one, "adjudicate", Actor.of(people("ao.blr")), outcome="CONFISCATE", fine="0", penalty="0", **order)
    assert one.adjudications.get().refundable == 31
    (found,) = refunds.refunds(Actor.of(people("dcac.blr")))
    assert (found.bill.pk, found.amount) == (one.pk, 31)


def test_51a_the_refund_of_a_final_assessment_is_listed_where_it_is_recorded(people: Callable[[str], User]) -> None:
    made = provisional_assessment(
        "FINAL", of=bill("OUT_OF_CHARGE"), final_duty=Decimal(20), duty_before=Decimal(31), extra_duty=Decimal(0),
        refund=Decimal(11),
    )  # fmt: skip
    here, there = (Actor.of(people(name)) for name in ("dcac.blr", "dcac.del"))
    (found,) = refunds.refunds(here)
    assert (found.bill.pk, found.amount, found.kind, found.of) == (made.bill_id, 11, "assessment", made.pk)
    assert refunds.refunds(there) == []
    for _twice in range(2):
        refunds.credit_refund(found, "Refund order 8", here)
    assert ledger.balance_of(courier_id=made.courier_id, importer_id=None) == 11
    assert refunds.refunds(here) == []


@pytest.mark.parametrize("stage", ["OUT_OF_CHARGE", "CLEARED_MANUALLY", "FINALISED"])
def test_51a_whatever_was_paid_beyond_what_is_owed_on_a_closed_bill_is_listed_whyever_less_is_owed(
    people: Callable[[str], User], stage: str
) -> None:
    """As after a feed of the IGM that recomputed the duty downwards: no amendment, no order."""
    less = bill(stage)
    CourierBillOfEntry.objects.filter(pk=less.pk).update(total_duty=less.total_duty - 9, duty_paid=less.total_duty)
    bill(stage, duty_paid=less.total_duty)  # paid as it stands
    later = bill("ASSESSMENT", duty_paid=Decimal(500))  # more may fall due
    here = Actor.of(people("dcac.blr"))
    (found,) = refunds.refunds(here)
    assert (found.bill.pk, found.amount) == (less.pk, 9)
    assert found.bill.pk != later.pk
    refunds.credit_refund(found, "Refund order 9", here)
    assert refunds.refunds(here) == []
    assert CashEntry.objects.get().station_id == "BLR"  # nobody paid it by a challan: the statement has it there
