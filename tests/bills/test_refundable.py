"""What is given back of a bill that ends without Out of Charge, and what is not (section 27)."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Actor
from bills.models import BillCancellation, CourierBillOfEntry
from bills.stages import Stage
from eccs.models import Notice
from payments import refunds
from tests.bills.conftest import SignedIn
from tests.bills.desks import Desks, fresh
from tests.factories.bills import bill
from tests.factories.uncleared import disposal, lying, notified, return_to_origin

pytestmark = pytest.mark.django_db

PAID: dict[str, Any] = {"fine": 50, "penalty": 40, "interest": 4, "late_charge": 6, "duty_paid": 131}
TODAY = {"airway_bill": "899-44172063", "flight": "ZZ319"}


@pytest.fixture
def desks(signed_in: SignedIn) -> Desks:
    """The cast at its desks."""
    signed_in("ao.blr")
    return Desks(signed_in)


def cancelled(desks: Desks) -> tuple[CourierBillOfEntry, Any]:
    one = desks.act("signatory.swift", bill(Stage.XRAY, **PAID), "request_cancellation", reason="Filed twice.")
    asked = desks.act("ao.blr", BillCancellation.objects.get(), "verify", remarks="True.")
    return one, desks.act("dcac.blr", asked, "approve")


def returned(desks: Desks) -> tuple[CourierBillOfEntry, Any]:
    one = bill(Stage.XRAY, arrived=True, **PAID)
    made = return_to_origin("ON_FLIGHT", entry=lying(20, hawb=one.hawb))
    on = f"{timezone.localdate():%d/%m/%Y}"
    return one, desks.act("warehouse.blr", made, "record_return", **TODAY, returned_on=on)


def disposed(desks: Desks) -> tuple[CourierBillOfEntry, Any]:
    one = bill(Stage.XRAY, arrived=True, **PAID)
    entry = lying(40, hawb=one.hawb)
    notified(entry)
    made = disposal("PERMITTED", entry=entry)
    sold = {"reference": "Lot 7", "taken_over_by": "Banyan Traders", "present": "K. Sethi", "proceeds": "900"}
    on = f"{timezone.localdate():%d/%m/%Y}"
    return one, desks.act("warehouse.blr", made, "record_disposal", **sold, disposed_on=on)


def confiscated(desks: Desks) -> tuple[CourierBillOfEntry, Any]:
    one = bill(Stage.ADJUDICATION, **PAID)
    order = {"order_number": "9/2026", "order_date": f"{timezone.localdate():%d/%m/%Y}", "remarks": "Absolute."}
    one = desks.act("ao.blr", one, "adjudicate", outcome="CONFISCATE", fine="0", penalty="0", **order)
    return one, one.adjudications.get()


@pytest.mark.parametrize("end", [cancelled, returned, disposed, confiscated])
def test_27_duty_and_its_interest_go_back_and_fine_penalty_and_late_charge_do_not_and_the_courier_reads_why(
    desks: Desks, people: Callable[[str], User], end: Callable[[Desks], tuple[CourierBillOfEntry, Any]]
) -> None:
    one, ended_by = end(desks)
    assert ended_by.refundable == Decimal(35)
    told = Notice.objects.get(subject__contains="35.00 is refundable")
    assert told.audience == f"courier:{one.courier_id}"
    for line in ("BCD: ₹\u00a011.00 is refundable", "Interest: ₹\u00a04.00 is refundable", "section 27"):
        assert line in told.body
    for line in (
        "Fine: ₹\u00a050.00 is not",
        "Penalty: ₹\u00a040.00 is not",
        "Late charge: ₹\u00a06.00 is not",
        "section 125",
    ):
        assert line in told.body
    pages = [desks.page("signatory.swift", fresh(one)), desks.page("ao.blr", fresh(one))]
    if hasattr(ended_by, "get_absolute_url"):
        pages.append(desks.page("signatory.swift", ended_by))
    for page in pages:
        text = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page))
        assert "What is refundable" in text and "it stays paid whatever becomes of the goods" in text
    (found,) = refunds.refunds(Actor.of(people("dcac.blr")))
    assert (found.document.pk, found.amount) == (one.pk, 35)


def test_27_of_a_bill_on_which_a_fine_alone_was_paid_nothing_is_refundable_and_the_courier_learns_it(
    desks: Desks, people: Callable[[str], User]
) -> None:
    free: dict[str, Any] = {
        "total_duty": 0,
        "duty_heads": {},
        "fine": 50,
        "duty_paid": 50,
        "paid_heads": {"fine": "50.00"},
    }
    desks.act("signatory.swift", bill(Stage.XRAY, **free), "request_cancellation", reason="Filed twice.")
    asked = desks.act("ao.blr", BillCancellation.objects.get(), "verify", remarks="True.")
    assert desks.act("dcac.blr", asked, "approve").refundable == 0
    assert Notice.objects.filter(subject__contains="nothing paid is refundable").count() == 1
    assert refunds.refunds(Actor.of(people("dcac.blr"))) == []
