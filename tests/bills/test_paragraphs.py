"""Each lettered paragraph of PN17 7, and 9 to 11, walked to the stage that the notice orders."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from bills.models import Attachment, BillAmendment, BillCancellation, CourierBillOfEntry
from bills.stages import HERE, Stage
from eccs.dated_rules import DatedRule
from eccs.models import Notice
from payments.documents import cyber_receipt
from tests.bills.conftest import SignedIn
from tests.bills.desks import ACCEPT, ORDER, REPORT, SECURITY, Desks, arrive, fresh, picture
from tests.factories.bills import bill, decision
from tests.factories.manifests import manifest
from tests.papers import reading

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n a picture"


@pytest.fixture
def desks(signed_in: SignedIn) -> Desks:
    """The cast at its desks."""
    signed_in("ao.blr")
    return Desks(signed_in)


def test_7a_first_check(desks: Desks) -> None:
    one = bill(Stage.ASSESSMENT, arrived=False, examination_prescribed=True, risk_decision=decision("BOTH"))
    one = desks.act("ao.blr", one, "send_for_first_check", remarks="Open the charger.")
    assert one.stage == Stage.FIRST_CHECK_ARRIVAL
    one = arrive(one)
    assert one.stage == Stage.FIRST_CHECK
    assert "Open the charger." in desks.page("inspector.blr", one)
    one = desks.act("inspector.blr", one, "report_first_check_examination", **REPORT, photos=picture())
    assert one.stage == Stage.ASSESSMENT
    assert one.examinations.get().first_check
    assert "already" in desks.refused("ao.blr", one, "send_for_first_check")
    one = desks.act("ao.blr", one, "assess", **ACCEPT | {"examine": "yes"})
    assert one.stage == Stage.DUTY
    one, _challan = desks.pay(one)
    assert one.stage == Stage.XRAY
    one = desks.act("xray.blr", one, "clear_xray")
    assert one.stage == Stage.FOR_OUT_OF_CHARGE  # the goods are not examined twice
    assert desks.act("superintendent.blr", one, "give_out_of_charge").stage == Stage.OUT_OF_CHARGE


def test_7b_second_check(desks: Desks) -> None:
    one = bill(Stage.ASSESSMENT, arrived=False)
    one = desks.act("ao.blr", one, "assess", **ACCEPT | {"examine": "yes"})
    one, _challan = desks.pay(one)
    assert one.stage == Stage.ARRIVAL
    one = arrive(one)
    one = desks.act("xray.blr", one, "clear_xray")
    assert one.stage == Stage.EXAMINATION
    one = desks.act("inspector.blr", one, "report_examination", **REPORT)
    assert desks.act("superintendent.blr", one, "give_out_of_charge").stage == Stage.OUT_OF_CHARGE


def test_7d_query_during_assessment(desks: Desks) -> None:
    one = desks.act("ao.blr", bill(Stage.ASSESSMENT), "raise_query", question="Which battery?")
    assert one.stage == Stage.QUERY
    assert desks.act("signatory.swift", one, "reply_to_query", reply="Lithium.").stage == Stage.ASSESSMENT


def test_7e_detention_by_the_assessing_officer(desks: Desks) -> None:
    one = bill(Stage.ASSESSMENT)
    one = desks.act(
        "ao.blr", one, "detain", grounds="The brand looks copied.", documents_wanted="Letter of the right holder"
    )
    assert one.stage == Stage.DETAINED
    memo = one.detentions.get()
    assert memo.number.startswith("DM_BLR_")
    printed = desks.signed_in("signatory.swift").get(reverse("detention-print", args=[memo.number]))
    assert reading.squeezed("The brand looks copied.") in reading.text(printed.content)
    assert desks.signed_in("scan.blr").get(reverse("detention-print", args=[memo.number])).status_code == 404
    assert memo.number in desks.page("scan.blr", one)
    assert "The brand looks copied." not in desks.page("scan.blr", one)
    assert "Your goods are detained" in desks.page("signatory.swift", one)
    one = desks.act("signatory.swift", one, "reply_to_detention_memo", reply="Here is the letter.")
    assert one.stage == Stage.DETAINED
    assert "Customs has your answer and decides." in desks.page("signatory.swift", one)
    assert "strip__do" not in desks.page("signatory.swift", one)
    assert "answered already" in desks.refused("signatory.swift", one, "reply_to_detention_memo", reply="Again.")
    assert "Another desk detained" in desks.refused("superintendent.blr", one, "lift_detention", remarks="No.")
    one = desks.act("ao.blr", one, "lift_detention", remarks="The letter is in order.")
    assert (one.stage, one.holds) == (Stage.ASSESSMENT, "")
    assert one.detentions.get().outcome == "LIFTED"


def test_7f_approval_by_the_dcac(desks: Desks) -> None:
    one = desks.act("ao.blr", bill(Stage.ASSESSMENT, assessable_value=Decimal("100000.01")), "assess", **ACCEPT)
    assert one.stage == Stage.APPROVAL
    one = desks.act("dcac.blr", one, "return_to_assessing_officer", remarks="Look at the freight.")
    assert one.stage == Stage.ASSESSMENT
    one = desks.act("ao.blr", one, "assess", **ACCEPT)
    assert desks.act("dcac.blr", one, "approve_appraisal").stage == Stage.DUTY


def test_7f_a_value_at_the_limit_needs_no_approval(desks: Desks) -> None:
    one = bill(Stage.ASSESSMENT, assessable_value=Decimal("100000.00"))
    assert desks.act("ao.blr", one, "assess", **ACCEPT).stage == Stage.DUTY


def test_7g_duty_fine_and_penalty_are_paid_under_their_own_heads(desks: Desks) -> None:
    one = desks.act("ao.blr", bill(Stage.ADJUDICATION, arrived=True), "adjudicate", **ORDER)
    assert (one.stage, one.amount_due) == (Stage.DUTY, Decimal("731.00"))
    assert "Duty, interest, fine and penalty to pay" in desks.page("signatory.swift", one)
    one, challan = desks.pay(one)
    assert (one.stage, one.amount_due) == (Stage.XRAY, 0)
    assert {head: Decimal(amount) for head, amount in challan.heads.items()} == {
        "BCD": 11, "SWS": Decimal("1.10"), "IGST": Decimal("18.90"), "fine": 500, "penalty": 200,
    }  # fmt: skip
    receipt = reading.text(cyber_receipt(challan))
    assert "Fine500.00" in receipt
    assert "Penalty200.00" in receipt


def test_7h_a_suspicious_xray_with_its_image_goes_to_the_inspector(desks: Desks) -> None:
    one = desks.act("xray.blr", bill(Stage.XRAY), "mark_suspicious", remarks="A dense block.", image=picture())
    assert one.stage == Stage.EXAMINATION
    kept = one.attachments.get()
    assert kept.kind == Attachment.Kind.XRAY
    address = reverse("attachment", args=[kept.pk])
    seen = desks.signed_in("inspector.blr").get(address)
    assert b"".join(seen.streaming_content) == PNG  # type: ignore[attr-defined]
    for username in ("signatory.swift", "scan.blr"):
        assert desks.signed_in(username).get(address).status_code == 404
        assert "picture.png" not in desks.page(username, one)
    one = desks.act("inspector.blr", one, "report_examination", **REPORT)
    assert one.stage == Stage.FOR_OUT_OF_CHARGE


@pytest.mark.parametrize(("day", "stage"), [(28, Stage.FOR_OUT_OF_CHARGE), (29, Stage.OUT_OF_CHARGE)])
def test_7h_auto_out_of_charge_begins_on_29_november_2019(desks: Desks, day: int, stage: str) -> None:
    one = bill(Stage.XRAY, facilitated=True, presented_on=date(2019, 11, day))
    assert desks.act("xray.blr", one, "clear_xray").stage == stage


def test_7h_many_are_marked_suspicious_at_once_with_the_image_of_all(desks: Desks) -> None:
    ticked = [bill(Stage.XRAY), bill(Stage.XRAY)]
    address = reverse("steps", args=["bills/imports", "xray", "mark-suspicious"])
    sent = {"document": [one.pk for one in ticked], "confirm": "yes", "mark_suspicious-remarks": "Both are dense."}
    asked = desks.signed_in("xray.blr").post(address, {"document": [one.pk for one in ticked]})
    assert 'type="file"' in asked.content.decode() and "multipart/form-data" in asked.content.decode()
    without = desks.signed_in("xray.blr").post(address, sent)
    assert without.status_code == 422 and "Attach the X-ray image" in without.content.decode()
    assert {fresh(one).stage for one in ticked} == {Stage.XRAY}
    desks.signed_in("xray.blr").post(address, sent | {"mark_suspicious-image": picture()})
    assert {fresh(one).stage for one in ticked} == {Stage.EXAMINATION}
    kept = Attachment.objects.filter(bill__in=ticked)
    assert {(one.bill_id, one.kind) for one in kept} == {(one.pk, "XRAY") for one in ticked}
    assert len({one.file.name for one in kept}) == 1


@pytest.mark.parametrize(("presented", "wanted"), [(date(2026, 11, 18), True), (date(2026, 11, 19), False)])
def test_7h_the_image_is_required_by_a_dated_rule_of_the_station(desks: Desks, presented: date, wanted: bool) -> None:
    order = {"value": "off", "from_date": "2026-11-19", "source": "Station order 3"}
    DatedRule.objects.create(name="xray_image_required", station_code="BLR", **order)
    one = bill(Stage.XRAY, presented_on=presented)
    assert ("Required at this station." in desks.page("xray.blr", one)) == wanted
    if wanted:
        said = desks.refused("xray.blr", one, "mark_suspicious", remarks="Dense.")
        assert "Attach the X-ray image" in said and "Dense." in said
    else:
        assert desks.act("xray.blr", one, "mark_suspicious", remarks="Dense.").stage == Stage.EXAMINATION


def test_7i_the_report_says_what_was_opened_found_and_recommended(desks: Desks) -> None:
    report = {**REPORT, "percent": "25", "findings": "Two cells more.", "recommendation": "ADJUDICATE"}
    one = desks.act("inspector.blr", bill(Stage.EXAMINATION), "report_examination", **report, photos=picture())
    assert one.stage == Stage.FOR_OUT_OF_CHARGE
    page = desks.page("superintendent.blr", one)
    for words in ("25 % examined", "Two cells more.", "Refer to Assessing Officer", "Photo of the examination"):
        assert words in page
    assert "Two cells more." not in desks.page("signatory.swift", one)


def test_7j_query_before_out_of_charge(desks: Desks) -> None:
    one = desks.act("superintendent.blr", bill(Stage.FOR_OUT_OF_CHARGE), "raise_query", question="Whose brand?")
    one = desks.act("signatory.swift", one, "reply_to_query", reply="Our own.")
    assert one.stage == Stage.FOR_OUT_OF_CHARGE


def test_7k_referral_query_and_adjudication(desks: Desks) -> None:
    one = bill(Stage.FOR_OUT_OF_CHARGE)
    one = desks.act("superintendent.blr", one, "refer_to_assessing_officer", remarks="Misdeclared.")
    assert one.stage == Stage.ADJUDICATION
    one = desks.act("ao.blr", one, "raise_query", question="Why so cheap?")
    one = desks.act("signatory.swift", one, "reply_to_query", reply="A sale.")
    assert one.stage == Stage.ADJUDICATION
    one = desks.act("ao.blr", one, "adjudicate", **ORDER | {"revised_duty": "62"})
    assert (one.stage, one.total_duty, one.amount_due) == (Stage.DUTY, 62, Decimal("731.00"))
    assert sum(Decimal(amount) for amount in one.duty_heads.values()) == 62
    one, challan = desks.pay(one)
    assert challan.amount == Decimal("731.00")  # the 31 rupees paid before are set off
    assert one.stage == Stage.FOR_OUT_OF_CHARGE
    assert desks.act("superintendent.blr", one, "give_out_of_charge").stage == Stage.OUT_OF_CHARGE


@pytest.mark.parametrize(
    ("given", "changed", "stage"),
    [
        ({"duty_paid": 31}, {"fine": "0", "penalty": "0"}, Stage.ARRIVAL),
        (
            {"duty_paid": 31, "arrived": True, "xray_result": "CLEAR"},
            {"fine": "0", "penalty": "0"},
            Stage.FOR_OUT_OF_CHARGE,
        ),
        ({"documents_complete": False}, {}, Stage.DOCUMENTS),
        ({}, {"outcome": "CONFISCATE", "fine": "0"}, Stage.CONFISCATED),
    ],
)
def test_7k_what_an_order_leads_to(desks: Desks, given: dict[str, Any], changed: dict[str, str], stage: str) -> None:
    one = bill(Stage.ADJUDICATION, **{"arrived": False, **given})
    assert desks.act("ao.blr", one, "adjudicate", **ORDER | changed).stage == stage


def test_7k_what_was_paid_on_goods_that_are_confiscated_is_recorded_refundable(desks: Desks) -> None:
    one = bill(Stage.ADJUDICATION, duty_paid=Decimal(31))
    told = f"{one.number}: the goods are confiscated by order 31/2026"
    one = desks.act("ao.blr", one, "adjudicate", **ORDER | {"outcome": "CONFISCATE", "fine": "0"})
    assert one.adjudications.get().refundable == Decimal(31)
    assert "refundable ₹ 31" in re.sub("<[^>]+>", "", desks.page("signatory.swift", one))
    assert Notice.objects.get(subject__startswith=told).audience == f"courier:{one.courier_id}"
    unpaid = desks.act(
        "ao.blr", bill(Stage.ADJUDICATION), "adjudicate", **ORDER | {"outcome": "CONFISCATE", "fine": "0"}
    )
    assert unpaid.adjudications.get().refundable is None


def test_7k_goods_confiscated_absolutely_are_not_redeemed(desks: Desks) -> None:
    given = ORDER | {"outcome": "CONFISCATE"}
    assert "cannot be redeemed" in desks.refused("ao.blr", bill(Stage.ADJUDICATION), "adjudicate", **given)


def test_7l_detention_memo_after_an_examination(desks: Desks) -> None:
    one = desks.act(
        "inspector.blr", bill(Stage.EXAMINATION), "report_examination", **REPORT | {"recommendation": "DETAIN"}
    )
    one = desks.act("superintendent.blr", one, "issue_detention_memo", grounds="Copied brand.")
    assert one.stage == Stage.DETAINED
    assert "Another desk detained" in desks.refused("ao.blr", one, "refer_detained_goods", remarks="Mine.")
    one = desks.act("superintendent.blr", one, "refer_detained_goods", remarks="For an order.")
    assert (one.stage, one.holds, one.detentions.get().outcome) == (Stage.ADJUDICATION, "", "REFERRED")


def test_7m_re_examination_keeps_all_reports(desks: Desks) -> None:
    one = desks.act("inspector.blr", bill(Stage.EXAMINATION), "report_examination", **REPORT)
    one = desks.act("superintendent.blr", one, "order_re_examination", remarks="Count the cells.")
    assert one.stage == Stage.EXAMINATION
    one = desks.act("inspector.blr", one, "report_examination", **REPORT | {"findings": "Ten cells."})
    assert one.stage == Stage.FOR_OUT_OF_CHARGE
    page = desks.page("superintendent.blr", one)
    assert "As declared." in page
    assert "Ten cells." in page


def test_7n_provisional_release_and_its_final_order(desks: Desks) -> None:
    one = bill(Stage.DETAINED)
    ended = desks.refused(
        "superintendent.blr", one, "release_provisionally", **SECURITY | {"guarantee_valid_until": "01/01/2020"}
    )
    assert "The guarantee has ended" in ended
    one = desks.act("superintendent.blr", one, "release_provisionally", **SECURITY)
    assert one.stage == Stage.PROVISIONALLY_RELEASED
    assert one.releases.get().bond_amount == 5000
    assert Notice.objects.filter(
        audience=f"courier:{one.courier_id}", subject__contains="released provisionally"
    ).exists()
    final = {name: value for name, value in ORDER.items() if name != "outcome"}
    one = desks.act("ao.blr", one, "finalise", **final)
    assert (one.stage, one.amount_due) == (Stage.DUTY, Decimal("731.00"))
    for step in ("request_amendment", "request_cancellation"):
        assert "released provisionally" in desks.refused("signatory.swift", one, step, reason="Too late.")
    one, _challan = desks.pay(one)
    assert one.stage == Stage.FINALISED


def test_7n_goods_that_have_not_arrived_are_not_released(desks: Desks) -> None:
    one = bill(Stage.DETAINED, arrived=False)
    assert "not every package has arrived" in desks.refused(
        "superintendent.blr", one, "release_provisionally", **SECURITY
    )


@pytest.mark.parametrize("stage", [stage for stage in HERE if stage != Stage.STOPPED])
def test_9_the_dcac_stops_at_any_stage_and_clears(desks: Desks, stage: str) -> None:
    one = bill(stage, duty_paid=0, arrived=False) if stage == Stage.ARRIVAL else bill(stage)
    if stage == Stage.ARRIVAL:
        CourierBillOfEntry.objects.filter(pk=one.pk).update(duty_paid=31)
    stopped = desks.act("dcac.blr", one, "stop", remarks="A letter has come.")
    assert stopped.stage == Stage.STOPPED
    assert "stopped this clearance" in desks.page("signatory.swift", stopped)
    assert "A letter has come." not in desks.page("signatory.swift", stopped)
    assert desks.act("dcac.blr", stopped, "clear_stop", remarks="In order.").stage == stage


def test_9_what_came_while_it_was_stopped_counts(desks: Desks) -> None:
    one = desks.act("dcac.blr", bill(Stage.ARRIVAL, arrived=False), "stop", remarks="Wait.")
    assert arrive(one).stage == Stage.STOPPED
    assert desks.act("dcac.blr", one, "clear_stop", remarks="Go on.").stage == Stage.XRAY


def test_9_a_stopped_bill_is_detained_or_adjudicated(desks: Desks) -> None:
    one = desks.act("dcac.blr", bill(Stage.QUERY), "stop", remarks="Wait.")
    one = desks.act("dcac.blr", one, "detain", grounds="Under inquiry.")
    assert (one.stage, one.detained_from, one.holds) == (Stage.DETAINED, Stage.ASSESSMENT, "DETENTION REPLY")
    assert "Withdrawn" in one.queries.get().reply
    assert "Another desk detained" in desks.refused("ao.blr", one, "lift_detention", remarks="Mine.")
    one = desks.act("dcac.blr", one, "lift_detention", remarks="In order.")
    assert one.stage == Stage.ASSESSMENT
    one = desks.act("dcac.blr", one, "stop", remarks="Wait again.")
    assert desks.act("dcac.blr", one, "send_for_adjudication", remarks="Decide.").stage == Stage.ADJUDICATION


def test_10_cancellation_is_verified_and_approved(desks: Desks) -> None:
    one = desks.act(
        "signatory.swift", bill(Stage.XRAY, on=manifest("ARRIVAL_SCAN")), "request_cancellation", reason="Filed twice."
    )
    asked = BillCancellation.objects.get()
    assert (one.stage, asked.stage, asked.trail.get().by_name) == (Stage.XRAY, "REQUESTED", one.trail.get().by_name)
    assert "requested cancellation" in desks.refused("signatory.swift", one, "request_cancellation", reason="Again.")
    asked = desks.act("ao.blr", asked, "verify", remarks="True.")
    asked = desks.act("dcac.blr", asked, "approve")
    one = fresh(one)
    assert (one.stage, asked.stage, asked.refundable) == (Stage.CANCELLED, "APPROVED", Decimal("31.00"))
    assert bill(Stage.DRAFT, hawb=one.hawb).stage == Stage.DRAFT  # the shipment may have another bill


def test_10_a_cancellation_is_rejected_and_the_bill_goes_on(desks: Desks) -> None:
    one = desks.act("signatory.swift", bill(Stage.FOR_OUT_OF_CHARGE), "request_cancellation", reason="Filed twice.")
    assert "requested cancellation" in desks.refused("superintendent.blr", one, "give_out_of_charge")
    asked = desks.act("ao.blr", BillCancellation.objects.get(), "verify", remarks="Not true.")
    desks.act("dcac.blr", asked, "reject", remarks="It was filed once.")
    assert "It was filed once." in desks.page("signatory.swift", asked)
    assert desks.act("superintendent.blr", fresh(one), "give_out_of_charge").stage == Stage.OUT_OF_CHARGE


def amended(desks: Desks, one: CourierBillOfEntry, price: str) -> tuple[Any, BillAmendment]:
    """The unit price of a bill is amended, as far as the Assessing Officer."""
    page = desks.signed_in("signatory.swift").get(one.step_url("request_amendment"))
    values = page.context["form"]
    sent = {bound.name: bound.value() for bound in values if bound.value() not in (None, "", False)}
    sent |= {"item1_unit_price": price, "reason": "The invoice was misread."}
    one = desks.act("signatory.swift", one, "request_amendment", **sent)
    return one, desks.act("ao.blr", BillAmendment.objects.get(), "process", remarks="As on the invoice.")


@pytest.mark.parametrize(("price", "dearer"), [("22.40", True), ("5.00", False)])
def test_11_amendment_sets_off_what_was_paid(desks: Desks, price: str, dearer: bool) -> None:
    one = bill(Stage.FOR_OUT_OF_CHARGE, total_duty=Decimal(3500), duty_paid=Decimal(3500))
    one, asked = amended(desks, one, price)
    assert [(c["name"], c["old"]) for c in asked.changes] == [("unit_price", "11.2")]
    assert "requested amendment" in desks.refused("superintendent.blr", one, "give_out_of_charge")
    page = desks.page("dcac.blr", asked)
    assert "<del>11.2</del>" in page
    asked = desks.act("dcac.blr", asked, "approve")
    one = fresh(one)
    assert (one.stage, asked.stage, one.holds) == (Stage.ASSESSMENT, "APPROVED", "")
    assert asked.due - asked.refundable == one.amount_due == one.total_duty - 3500
    assert (asked.due > 0) is dearer
    one = desks.act("ao.blr", one, "assess", **ACCEPT)
    if dearer:
        one, challan = desks.pay(one)
        assert challan.amount == asked.due
    assert one.stage == Stage.FOR_OUT_OF_CHARGE
    assert desks.act("superintendent.blr", one, "give_out_of_charge").stage == Stage.OUT_OF_CHARGE


def test_11_an_amendment_waits_for_the_end_of_a_hold_and_changes_something(desks: Desks) -> None:
    one, asked = amended(desks, bill(Stage.XRAY), "12.00")
    desks.act("dcac.blr", one, "stop", remarks="Wait.")
    assert "that ends first" in desks.refused("dcac.blr", asked, "approve")
    other = bill(Stage.XRAY)
    page = desks.signed_in("signatory.swift").get(other.step_url("request_amendment"))
    sent = {bound.name: bound.value() for bound in page.context["form"] if bound.value() not in (None, "", False)}
    assert "Nothing is changed" in desks.refused(
        "signatory.swift", other, "request_amendment", **sent | {"reason": "None."}
    )
    too_dear = sent | {"item1_unit_price": "1200", "reason": "Dearer."}
    assert "file CBE-XIV" in desks.refused("signatory.swift", other, "request_amendment", **too_dear)
