"""A provisional assessment and the final one: more is paid by a challan, less is a refund, and the bond is free (PN17 7(c))."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.permissions import SYSTEM
from bills.stages import Stage
from eccs.models import Notice
from eccs.workflow import Refused, take
from payments import services
from payments.models import Challan
from tests.bills.conftest import SignedIn
from tests.bills.desks import ACCEPT, Desks, fresh
from tests.factories.bills import bill
from tests.factories.firms import actor
from tests.factories.requests import provisional_assessment

pytestmark = pytest.mark.django_db

People = Callable[[str], User]


@pytest.fixture
def desks(signed_in: SignedIn) -> Desks:
    """The cast at its desks."""
    signed_in("ao.blr")
    return Desks(signed_in)


BOND = {
    "kind": "provisional", "bond_type": "PROVISIONAL", "bond_amount": "5000", "bond_number": "B-118",
    "bond_date": "12/11/2026", "remarks": "The test report is awaited.",
}  # fmt: skip


@pytest.mark.parametrize(("final", "extra", "refund"), [("40", "9", "0"), ("31", "0", "0"), ("11", "0", "20")])
def test_7c_provisional_assessment_and_the_final_one(desks: Desks, final: str, extra: str, refund: str) -> None:
    one = bill(Stage.ASSESSMENT, arrived=True)
    assert "A provisional assessment needs it." in desks.refused(
        "ao.blr", one, "assess", **ACCEPT | {"kind": "provisional"}
    )
    one = desks.act("ao.blr", one, "assess", **ACCEPT | BOND)
    assert one.provisional
    assessment = one.provisional_assessments.get()
    assert (assessment.bond_number, assessment.provisional_duty, assessment.stage) == ("B-118", 31, "PROVISIONAL")
    for username in ("ao.blr", "signatory.swift", "superintendent.blr"):
        assert "Provisional assessment" in desks.page(username, one)
    answer = {"final_duty": final, "remarks": "Report received.", "documents_received_on": "19/11/2026"}
    assert "not Out of Charge yet" in desks.refused("ao.blr", assessment, "finalise_assessment", **answer)
    one, _challan = desks.pay(one)
    one = desks.act("xray.blr", one, "clear_xray")
    one = desks.act("superintendent.blr", one, "give_out_of_charge")
    assert one.stage == Stage.OUT_OF_CHARGE
    done = desks.act("ao.blr", assessment, "finalise_assessment", **answer)
    assert (done.duty_before, done.extra_duty, done.refund) == (31, Decimal(extra), Decimal(refund))
    payable = desks.signed_in("signatory.swift").get("/payments/new/").content.decode()
    assert (
        (str(one.number) in payable) == (done.stage == "EXTRA_DUTY") == fresh(one).provisional == bool(Decimal(extra))
    )
    told = done.trail.get(step="finalise_assessment").snapshot
    assert (told["refund"], told["reason"]) == (f"{Decimal(refund):.2f}", "Report received.")
    notices = Notice.objects.filter(audience=f"courier:{one.courier_id}", subject__contains="refund of")
    assert [n.subject.split("of ")[-1].replace("\u00a0", " ") for n in notices] == (
        ["₹ 20.00 is recorded"] if Decimal(refund) else []
    )
    for username in ("ao.blr", "signatory.swift"):
        for page in (desks.page(username, one), desks.page(username, done)):
            assert ("₹ 20" in page and "Refund" in page and "Report received." in page) == bool(Decimal(refund))
    if Decimal(extra):
        one, done = _extra_duty_is_paid(desks, one, done)
    assert (done.stage, fresh(one).provisional, fresh(one).stage) == ("FINAL", False, Stage.OUT_OF_CHARGE)
    assert done.bond_released_at
    credited = sum(line.amount for line in one.challan_lines.exclude(credited_at=None))
    assert credited - done.refund == done.final_duty  # all that was paid, less what is given back
    assert fresh(one).duty_paid == 31


def _extra_duty_is_paid(desks: Desks, one: Any, assessment: Any) -> tuple[Any, Any]:
    """On a challan with another bill, at the bank; before the payment the bond stands."""
    assert assessment.bond_released_at is None
    assert "Extra duty of ₹ 9" in desks.page("signatory.swift", one)
    assert "pay it by a challan" in desks.page("signatory.swift", assessment)
    assert "not paid yet" in desks.page("ao.blr", assessment)
    other, payer = bill(Stage.DUTY), actor("COURIER_SIGNATORY")
    sent = desks.signed_in("signatory.swift").post("/payments/new/", {"bill": [one.pk, other.pk]})
    challan = Challan.objects.get(number=sent.headers["Location"].split("/")[-2])
    assert challan.amount == 9 + other.amount_due == sum(map(Decimal, challan.heads.values()))
    assert set(challan.heads) <= set(other.duty_heads) and min(map(Decimal, challan.heads.values())) > 0
    assert str(assessment) in desks.page("signatory.swift", challan)
    with pytest.raises(Refused, match="can no longer be paid"):
        services.create_challan([one.pk], payer)
    challan = take(challan, "go_to_bank", payer)
    take(challan, "confirm_paid", SYSTEM, bank_transaction=f"SBX{challan.pk:015d}", told_by="confirmation")
    assert fresh(other).duty_paid == other.amount_due
    assert [line.step for line in assessment.trail.order_by("seq")] == ["finalise_assessment", "confirm_extra_duty"]
    done = fresh(assessment)
    assert done.extra_paid_at == done.bond_released_at
    assert "was paid" in desks.page("signatory.swift", one)
    return fresh(one), done


def test_7c_a_new_assessment_supersedes_the_provisional_one(desks: Desks) -> None:
    one = desks.act("ao.blr", bill(Stage.ASSESSMENT, assessable_value=Decimal("100000.01")), "assess", **ACCEPT | BOND)
    one = desks.act("dcac.blr", one, "return_to_assessing_officer", remarks="No bond is needed.")
    one = desks.act("ao.blr", one, "assess", **ACCEPT)
    assert not one.provisional
    assert one.provisional_assessments.get().stage == "SUPERSEDED"


@pytest.mark.parametrize(("username", "step"), [("ao.blr", "finalise_assessment"), ("superintendent.blr", "finalise")])
def test_what_frees_a_bond_asks_for_the_password_again(people: People, username: str, step: str) -> None:
    one: Any = provisional_assessment() if step == "finalise_assessment" else bill(Stage.PROVISIONALLY_RELEASED)
    client = Client()
    client.force_login(people(username))  # whose password was typed long ago
    answer = client.post(one.step_url(step), {"confirm": "yes"})
    assert answer.status_code == 302 and answer["Location"].startswith("/password/confirm/?next=")
    assert fresh(one).trail_length == one.trail_length
