"""Bills are put on challans: the payer's own, still due, each on one live challan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.permissions import Actor
from eccs.workflow import Refused, take
from payments import services
from payments.clearance import Stage
from payments.models import Challan, ChallanLine
from payments.querysets import payable_bills
from tests.payments.conftest import Flight, told

pytestmark = pytest.mark.django_db


def test_a_challan_holds_the_amounts_by_head_and_a_number_of_the_day(swift: Flight, payer: Actor) -> None:
    challan = services.create_challan([swift.bill(1000).pk, swift.bill(2501).pk], payer)
    assert (challan.amount, challan.bill_count, challan.stage) == (Decimal("3501"), 2, Stage.CREATED)
    assert challan.heads == {"bcd": "1751.00", "igst": "1750.00"}
    assert challan.number is not None
    assert len(challan.number) == 10
    (line,) = challan.trail.all()
    assert (line.step, line.to_stage, line.by_name) == ("create", "CREATED", payer.name)
    assert challan.trail_head == line.seal


def test_two_challans_of_a_day_follow_each_other(swift: Flight, payer: Actor) -> None:
    first, second = (services.create_challan([swift.bill().pk], payer) for _ in range(2))
    assert int(second.number or 0) == int(first.number or 0) + 1


def test_another_firms_bill_is_refused_in_the_same_words_as_a_paid_one(
    swift: Flight, metro: Flight, payer: Actor
) -> None:
    others, gone = metro.bill(), swift.bill(stage="XRAY", arrived_at=swift.manifest.actual_arrival)
    reasons = set()
    for bill in (others, gone):
        with pytest.raises(Refused) as refusal:
            services.create_challan([swift.bill().pk, bill.pk], payer)
        reasons.add(tuple(refusal.value.reasons))
    assert len(reasons) == 1
    assert not Challan.objects.exists()


def test_one_challan_is_for_one_station(swift: Flight, payer: Actor) -> None:
    delhi = Flight(swift.user, "DEL")
    with pytest.raises(Refused, match="one station"):
        services.create_challan([swift.bill().pk, delhi.bill().pk], payer)


def test_a_bill_stands_on_one_live_challan_only(swift: Flight, payer: Actor) -> None:
    bill = swift.bill()
    first = services.create_challan([bill.pk], payer)
    with pytest.raises(Refused):
        services.create_challan([bill.pk], payer)
    take(first, "withdraw", payer)
    again = services.create_challan([bill.pk], payer)
    with pytest.raises(IntegrityError), transaction.atomic():
        ChallanLine.objects.filter(challan=first).update(live=True)
    assert list(again.lines.values_list("bill", flat=True)) == [bill.pk]


@pytest.mark.parametrize("ids", [[], list(range(1, 1002))])
def test_nothing_and_too_much_are_refused(payer: Actor, ids: list[int]) -> None:
    with pytest.raises(Refused):
        services.create_challan(ids, payer)


@pytest.mark.parametrize("username", ["ao.blr", "courieradmin.swift", "importer.kaveri", "sysadmin"])
def test_only_the_couriers_own_operators_and_signatories_pay(
    swift: Flight, actor: Callable[[str], Actor], username: str
) -> None:
    with pytest.raises(Refused):
        services.create_challan([swift.bill().pk], actor(username))


def test_a_bill_with_nothing_due_is_not_offered(swift: Flight, payer: Actor) -> None:
    owing, paid = swift.bill(), swift.bill(duty_paid=Decimal(1000))
    assert list(payable_bills(payer)) == [owing]
    assert paid.amount_due == 0


def test_only_the_difference_is_due_after_a_reassessment(swift: Flight, payer: Actor) -> None:
    bill = swift.bill(1000)
    challan = services.create_challan([bill.pk], payer)
    ChallanLine.objects.filter(challan=challan).update(live=False, credited_at=challan.created_at)
    type(bill).objects.filter(pk=bill.pk).update(
        total_duty=1500,
        duty_paid=1000,
        duty_heads={"bcd": "700", "igst": "800"},
        interest=Decimal("20"),
        paid_heads={"bcd": "500.00", "igst": "500.00"},
    )
    (line,) = services.create_challan([bill.pk], payer).lines.all()
    assert line.amount == 520
    assert line.heads == {"bcd": "200.00", "igst": "300.00", "interest": "20.00"}


def test_a_changed_amount_keeps_the_challan_from_the_bank(swift: Flight, payer: Actor) -> None:
    bill = swift.bill()
    challan = services.create_challan([bill.pk], payer)
    type(bill).objects.filter(pk=bill.pk).update(total_duty=1200)
    with pytest.raises(Refused, match="amount due has changed"):
        services.send_to_bank(challan, payer, "http://testserver/payments/bank/return/")


def test_a_challan_of_fifty_bills_is_made_sent_and_paid_in_as_many_statements_as_one_of_five(
    swift: Flight, payer: Actor
) -> None:
    counted = []
    for size in (1, 5, 50):  # what is read once and remembered is read with the first
        ids = [swift.bill().pk for _ in range(size)]
        found: list[int] = []
        with counting(found):
            challan = services.create_challan(ids, payer)
        with counting(found):
            services.send_to_bank(challan, payer, "http://testserver/payments/bank/return/")
        with counting(found):
            services.receive(told(challan, bank_transaction=f"SBX26112100000{size:04d}"))
        challan = Challan.objects.get(pk=challan.pk)
        assert (challan.stage, challan.lines.filter(credited_at=None).count()) == (Stage.PAID, 0)
        counted.append(found)
    assert counted[1] == counted[2]
    assert counted[2][0] <= 15


@contextmanager
def counting(found: list[int]) -> Iterator[None]:
    """Note how many statements are made."""
    with CaptureQueriesContext(connection) as queries:
        yield
    found.append(len(queries))
