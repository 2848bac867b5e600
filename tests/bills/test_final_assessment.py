"""A provisional assessment and the final one: more is paid by a challan, less is a refund, and the bond is free (PN17 7(c))."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import SYSTEM
from bills import dues
from bills.final_assessment import set_off
from bills.stages import Stage
from eccs.models import Notice
from eccs.workflow import Refused, take
from eccs.written import grouped
from payments import services
from payments.models import Challan
from tests.bills.conftest import SignedIn
from tests.bills.desks import ACCEPT, Desks, fresh
from tests.factories.bills import bill
from tests.factories.firms import actor
from tests.factories.requests import provisional_assessment
from tests.papers import reading

pytestmark = pytest.mark.django_db

People = Callable[[str], User]


@pytest.fixture
def desks(signed_in: SignedIn) -> Desks:
    """The cast at its desks."""
    signed_in("ao.blr")
    return Desks(signed_in)


BOND = {
    "kind": "provisional", "bond_type": "PROVISIONAL", "bond_amount": "5000", "bond_number": "B-118",
    "bond_date": "12/11/2026", "bond_valid_until": "31/03/2030", "remarks": "The test report is awaited.",
}  # fmt: skip


FINAL = {
    "final_value": "100", "final_bcd": "11", "final_aidc": "0", "final_sws": "1.10", "final_igst": "18.90",
    "final_cmpnstry": "0", "remarks": "Report received.", "documents_received_on": "19/11/2026",
}  # fmt: skip

SECURED: dict[str, Any] = {
    "bond_number": "B-118", "bond_amount": "5000", "bond_date": "2026-11-12", "bond_valid_until": "2030-03-31", "guarantee_number": "BG-7",
    "guarantee_amount": "2000", "guarantee_valid_until": "2030-03-31",
}  # fmt: skip


@pytest.mark.parametrize(("bcd", "extra", "refund"), [("20", "9", "0"), ("11", "0", "0"), ("1", "0", "10")])
def test_7c_provisional_assessment_and_the_final_one(desks: Desks, bcd: str, extra: str, refund: str) -> None:
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
    answer = FINAL | {"final_bcd": bcd}
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
        ["₹ 10.00 is recorded"] if Decimal(refund) else []
    )
    for username in ("ao.blr", "signatory.swift"):
        for page in (desks.page(username, one), desks.page(username, done)):
            assert ("₹ 10" in page and "Refund" in page and "Report received." in page) == bool(Decimal(refund))
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


def test_7f_a_final_assessment_above_the_limit_goes_to_the_dcac(desks: Desks) -> None:
    for value, stage in (("100000.00", "EXTRA_DUTY"), ("100000.01", "APPROVAL")):
        assessment = provisional_assessment()
        answer = FINAL | {"final_value": value, "final_bcd": "20"}
        assessment = desks.act("ao.blr", assessment, "finalise_assessment", **answer)
        assert assessment.stage == stage
    one = assessment.bill
    assert str(one.number) not in desks.signed_in("signatory.swift").get("/payments/new/").content.decode()
    assert "proposed, the DC/AC decides" in desks.page("dcac.blr", assessment)
    assert "Final duty" not in desks.page("signatory.swift", assessment)
    back = desks.act("dcac.blr", assessment, "return_final_assessment", remarks="The IGST follows the BCD.")
    assert (back.stage, back.final_duty, back.extra_duty) == ("PROVISIONAL", None, None)
    page = desks.page("ao.blr", back)
    assert "The IGST follows the BCD." in page and 'value="20.00"' in page  # what was proposed is still there
    again = desks.act("ao.blr", back, "finalise_assessment", **answer | {"final_bcd": "5"})
    assert not Notice.objects.filter(subject__contains="refund of").exists() and again.bond_released_at is None
    done = desks.act("dcac.blr", again, "approve_final_assessment")
    assert (done.stage, done.refund, fresh(one).provisional) == ("FINAL", 6, False)
    assert done.approved_at == done.bond_released_at == done.finalised_at
    assert Notice.objects.filter(subject__contains="refund of").exists()
    assert "approved by the DC/AC" in desks.page("signatory.swift", done)


@pytest.mark.parametrize(("interdicted", "stage"), [(False, Stage.DUTY), (True, Stage.ASSESSMENT)])
def test_7f_a_facilitated_bill_above_the_limit_goes_to_duty_at_once(interdicted: bool, stage: str) -> None:
    """The DC/AC approves an officer's appraisal; a bill that the RMS facilitates has none (PN17 6.1), and the README says so."""
    one = bill(Stage.DOCUMENTS, assessable_value=Decimal("100000.01"), assessment_required=interdicted)
    one = take(one, "submit_compulsory_documents", actor("COURIER_SIGNATORY"))
    assert one.stage == stage
    if interdicted:
        assert take(one, "assess", actor("ASSESSING_OFFICER")).stage == Stage.APPROVAL
    said = " ".join(Path("README.md").read_text(encoding="utf-8").split())
    assert "A facilitated bill goes to duty at once, whatever its value (PN17 6.1)" in said


def test_7f_who_finalised_an_assessment_does_not_approve_it() -> None:
    assessment = provisional_assessment()
    answer: dict[str, Any] = {"heads": {"BCD": "40"}, "assessable_value": "100000.01", "remarks": "Report received."}
    proposed = take(assessment, "finalise_assessment", actor("ASSESSING_OFFICER"), **answer)
    with pytest.raises(Refused, match="Finalise assessment"):
        take(proposed, "approve_final_assessment", actor("DCAC"))  # the same person, posted to both desks
    assert take(proposed, "approve_final_assessment", actor("DCAC", name="Lina Rao")).stage == "EXTRA_DUTY"


def test_7n_who_released_goods_provisionally_does_not_make_the_final_order(desks: Desks) -> None:
    """The order is the adjudicating officer's (PN17 7.1(k)), and another person's than who let the goods go."""
    one = bill(Stage.FOR_OUT_OF_CHARGE)
    one = take(one, "issue_detention_memo", actor("SHED_SUPERINTENDENT", name="Tara Gill"), grounds="Copied brand.")
    one = take(one, "release_provisionally", actor("SHED_SUPERINTENDENT", name="Uma Pillai"), **SECURED)
    order: dict[str, Any] = {
        "order_number": "31/2026",
        "order_date": "2026-11-19",
        "fine": "0",
        "penalty": "0",
        "remarks": "As is.",
    }
    with pytest.raises(Refused):
        take(one, "finalise", actor("SHED_SUPERINTENDENT", name="Tara Gill"), **order)
    with pytest.raises(Refused, match="Release provisionally"):
        take(one, "finalise", actor("ASSESSING_OFFICER", name="Uma Pillai"), **order)
    assert take(one, "finalise", actor("ASSESSING_OFFICER", name="Asha Rao"), **order).stage == Stage.FINALISED


def test_7c_each_head_stands_provisional_against_final(desks: Desks) -> None:
    """Too much under one head is set off against what is short under another; interest runs on the sum (section 18(3))."""
    since = timezone.make_aware(datetime(2026, 5, 20, 10))
    assessment = provisional_assessment(assessed_at=since)
    heads = {"final_bcd": "3010", "final_sws": "301.10", "final_igst": "0.90"}
    done = desks.act("ao.blr", assessment, "finalise_assessment", **FINAL | heads)
    assert (done.extra_duty, set_off(done)) == (3281, {"BCD": 2981, "SWS": 300})
    assert sum(set_off(done).values()) == done.extra_duty
    interest = dues.final_interest(done, timezone.localdate()).amount
    assert interest > 0
    for username in ("ao.blr", "signatory.swift"):
        page = desks.page(username, done)
        for words in ("3,010", "18", "2,981", "Interest, section 18(3)", grouped(interest)):
            assert words in page
    address = reverse("final-print", args=[done.number])
    for username, status in (("ao.blr", 200), ("signatory.swift", 200), ("signatory.metro", 404), ("ao.del", 404)):
        printed = desks.signed_in(username).get(address)
        assert printed.status_code == status and (status == 404 or address in desks.page(username, done))
        for words in ("3,010.00", "2,981.00", f"{interest:.2f}", "Report received.") if status == 200 else ():
            assert reading.squeezed(words) in reading.text(printed.content)
    waiting = provisional_assessment("APPROVAL")
    assert desks.signed_in("signatory.swift").get(reverse("final-print", args=[waiting.number])).status_code == 404
    challan = services.create_challan([done.bill_id], actor("COURIER_SIGNATORY"))
    assert challan.heads == {"BCD": "2981.00", "SWS": "300.00", "interest": f"{interest:.2f}"}


def test_a_final_assessment_is_refused_in_words(desks: Desks) -> None:
    assessment = provisional_assessment()
    odd = desks.refused("ao.blr", assessment, "finalise_assessment", **FINAL | {"final_sws": "1.60"})
    assert "The heads come to ₹ 31.50: duty is levied in whole rupees." in odd
    assert "1.60" in odd


def test_7c_a_new_assessment_supersedes_the_provisional_one(desks: Desks) -> None:
    one = desks.act("ao.blr", bill(Stage.ASSESSMENT, assessable_value=Decimal("100000.01")), "assess", **ACCEPT | BOND)
    one = desks.act("dcac.blr", one, "return_to_assessing_officer", remarks="No bond is needed.")
    one = desks.act("ao.blr", one, "assess", **ACCEPT)
    assert not one.provisional
    assert one.provisional_assessments.get().stage == "SUPERSEDED"


@pytest.mark.parametrize(("username", "step"), [("ao.blr", "finalise_assessment"), ("ao.blr", "finalise")])
def test_what_frees_a_bond_asks_for_the_password_again(people: People, username: str, step: str) -> None:
    one: Any = provisional_assessment() if step == "finalise_assessment" else bill(Stage.PROVISIONALLY_RELEASED)
    client = Client()
    client.force_login(people(username))  # whose password was typed long ago
    answer = client.post(one.step_url(step), {"confirm": "yes"})
    assert answer.status_code == 302 and answer["Location"].startswith("/password/confirm/?next=")
    assert fresh(one).trail_length == one.trail_length
