"""What is refundable on bills goes onto the firm's cash ledger by the DC/AC, once (section 51A)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Actor
from accounts.sessions import PROVED
from bills.models import Adjudication, CourierBillOfEntry
from eccs.models import Notice
from eccs.workflow import Refused, take
from payments import refunds, services
from payments.cash import ledger
from payments.cash.models import CashEntry
from payments.models import Challan, Refund
from tests.factories.bills import bill
from tests.factories.requests import provisional_assessment
from tests.factories.transit import transfer
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
    assert (found.document.pk, found.amount) == (one.pk, 31)


def test_51a_the_refund_of_a_final_assessment_is_listed_where_it_is_recorded(people: Callable[[str], User]) -> None:
    made = provisional_assessment(
        "FINAL", of=bill("OUT_OF_CHARGE"), final_duty=Decimal(20), duty_before=Decimal(31), extra_duty=Decimal(0),
        refund=Decimal(11),
    )  # fmt: skip
    here, there = (Actor.of(people(name)) for name in ("dcac.blr", "dcac.del"))
    (found,) = refunds.refunds(here)
    assert (found.document.pk, found.amount, found.kind, found.of) == (made.bill_id, 11, "assessment", made.pk)
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
    assert (found.document.pk, found.amount) == (less.pk, 9)
    assert found.document.pk != later.pk
    refunds.credit_refund(found, "Refund order 9", here)
    assert refunds.refunds(here) == []
    assert CashEntry.objects.get().station_id == "BLR"  # nobody paid it by a challan: the statement has it there


def test_51a_a_bill_is_refunded_again_when_less_is_owed_later_and_never_more_than_was_paid(
    people: Callable[[str], User],
) -> None:
    one, here = bill("OUT_OF_CHARGE"), Actor.of(people("dcac.blr"))
    paid, rows = one.total_duty, CourierBillOfEntry.objects.filter(pk=one.pk)
    keys = []
    for less in (9, 14):
        rows.update(total_duty=paid - less, duty_paid=paid)
        (found,) = refunds.refunds(here)
        keys.append(found.key)
        stale = replace(found, amount=found.amount + 1)
        with pytest.raises(Refused, match="has changed meanwhile"):
            refunds.credit_refund(stale, "As it was seen before", here)
        for _twice in range(2):
            refunds.credit_refund(found, "Refund order 10", here)
        assert refunds.refunds(here) == []
        assert ledger.balance_of(courier_id=one.courier_id, importer_id=None) == less
    assert keys == [f"refund:bill:{one.pk}", f"refund:bill:{one.pk}:1"]
    refused = pytest.raises(IntegrityError, match="more would be refunded than was paid")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO payments_refund (entry_id, bill_id, amount) SELECT min(id), %s, %s FROM payments_cashentry",
            [one.pk, paid - 13],
        )
    assert not ledger.faults().exists()


def test_14_1_the_fee_of_a_refused_transshipment_is_refunded_once(people: Callable[[str], User]) -> None:
    here, there = (Actor.of(people(name)) for name in ("dcac.blr", "dcac.del"))
    one = transfer("APPROVAL", fee_paid_at=timezone.now(), fee=500)
    transfer("REFUSED", fee_paid_at=None, fee=500)  # never paid
    assert refunds.refunds(here) == []
    take(one, "refuse", Actor.of(people("ao.blr")), reason="The goods are prohibited there")
    (found,) = refunds.refunds(here)
    assert (found.document, found.amount, found.kind, refunds.refunds(there)) == (one, 500, "fee", [])
    for _twice in range(2):
        refunds.credit_refund(found, "Refund order 11", here)
    assert (refunds.refunds(here), ledger.balance_of(courier_id=one.courier_id, importer_id=None)) == ([], 500)
    assert Notice.objects.filter(
        audience=f"courier:{one.courier_id}", subject__contains="is on the cash ledger"
    ).exists()
    with pytest.raises(IntegrityError, match="more would be refunded than was paid"), transaction.atomic():
        Refund.objects.create(
            entry=CashEntry.objects.create(key="x", sort="RETURNED", amount=1), transfer=one, amount=1
        )


def test_the_page_of_refunds_reads_indexes_that_hold_only_what_may_be_refundable(people: Callable[[str], User]) -> None:
    with CaptureQueriesContext(connection) as asked:
        refunds.refunds(Actor.of(people("dcac.blr")))
    told = [q["sql"] for q in asked if "bills_courierbillofentry" in q["sql"] and "duty_paid" in q["sql"]]
    wanted, plans = {"bill_gone_and_paid", "bill_overpaid"}, []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename = 'bills_courierbillofentry' AND indexname NOT IN (SELECT conname FROM pg_constraint)"
        )
        for (name,) in cursor.fetchall():
            if (
                name not in wanted
            ):  # of an empty table any of them may look as good, by what other tests left on its pages
                cursor.execute(f'DROP INDEX "{name}"')
        for sql in told[-3:]:
            cursor.execute(f"EXPLAIN {sql}")
            plans.append("\n".join(row[0] for row in cursor.fetchall()))
    assert all(name in "".join(plans) for name in wanted)
