"""What an officer must assess whatever the RMS says: no late word of the RMS and no departure from it lifts that (PN17 6.1, 11.0)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.permissions import SYSTEM
from bills import risk
from bills.models import Attachment, CourierBillOfEntry, RiskDeparture, TariffRate
from bills.stages import Stage
from eccs import dated_rules
from eccs.dated_rules import DatedRule
from eccs.workflow import Refused, take
from manifests.clearance import Stage as ManifestStage
from rms.models import RiskDecision
from tests.bills.conftest import SignedIn
from tests.bills.desks import fresh
from tests.bills.test_kinds import file
from tests.bills.test_upload import row
from tests.factories.bills import bill, decision
from tests.factories.firms import actor
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.requests import CHANGES

pytestmark = pytest.mark.django_db


def facilitates(one: CourierBillOfEntry) -> Any:
    """The RMS, which was away, prescribes nothing."""
    told: dict[str, Any] = {"decision": decision().pk, "lane": "FACILITATED", "documents": "", "rules": []}
    return take(one, "hear_rms", SYSTEM, **told)


def amended(one: CourierBillOfEntry) -> Any:
    """An amendment of the unit price is approved."""
    return take(one, "amend", SYSTEM, amendment="AMD_BLR_1", changes=CHANGES)


def in_doubt(one: CourierBillOfEntry) -> Any:
    """The duty cannot be worked out with the rates of the day of arrival."""
    return take(
        one,
        "send_back_for_assessment",
        SYSTEM,
        reason="Item 1 is not in the tariff.",
        rates_on=timezone.localdate().isoformat(),
    )


def with_a_piece_more(one: CourierBillOfEntry) -> Any:
    """One piece more than was manifested has landed."""
    return take(
        one, "carry_pieces", SYSTEM, hawb="H", before=1, after=2, excess=True, whole=False, amendment="ECMA_BLR_1"
    )


CAUSES = [amended, in_doubt, with_a_piece_more]


@pytest.fixture(autouse=True)
def tariff(db: None) -> None:
    """What the bill of the factory is reckoned by."""
    TariffRate.objects.create(
        cth="85183000", description="Headphones", unit="NOS", bcd_percent=10, igst_percent=18, from_date="2017-07-01"
    )


@pytest.mark.parametrize("cause", CAUSES)
def test_a_late_word_of_the_rms_does_not_lift_the_assessment(cause: Any) -> None:
    waits = bill(Stage.ASSESSMENT, risk_decision=decision("PENDING"), risk_pending=True, assessment_required=True)
    heard = facilitates(cause(waits))
    assert (heard.stage, heard.facilitated, heard.assessment_due) == (Stage.ASSESSMENT, False, True)
    assert not heard.assessment_required


def test_a_bill_that_waited_for_the_rms_alone_goes_on() -> None:
    heard = facilitates(
        bill(Stage.ASSESSMENT, risk_decision=decision("PENDING"), risk_pending=True, assessment_required=True)
    )
    assert (heard.stage, heard.facilitated) == (Stage.DUTY, True)


@pytest.mark.parametrize("cause", CAUSES)
def test_a_departure_lifts_nothing_but_what_the_rms_prescribed(cause: Any) -> None:
    one = cause(bill(Stage.DUTY, assessment_required=False))
    assert one.stage == Stage.ASSESSMENT and one.prescribed_now() == []
    with pytest.raises(Refused, match="prescribes nothing"):
        take(one, "request_departure", actor("ASSESSING_OFFICER"), what="ASSESSMENT", reason="It is a small parcel.")
    RiskDecision.objects.filter(pk=one.risk_decision_id).update(lane="ASSESSMENT")
    CourierBillOfEntry.objects.filter(pk=one.pk).update(assessment_required=True)
    kept = take(fresh(one), "depart_from_rms", SYSTEM, departure="DEP_BLR_1", what="ASSESSMENT")
    assert kept.stage == Stage.ASSESSMENT


@pytest.mark.parametrize("cause", CAUSES)
def test_a_departure_asked_for_before_is_approved_and_the_bill_is_assessed_all_the_same(
    cause: Any, signed_in: SignedIn
) -> None:
    """The two are apart: the DC/AC lifts what the RMS prescribed, and reads that it lifts no more."""
    one = bill(Stage.ASSESSMENT, assessment_required=True, risk_decision=decision("ASSESSMENT"))
    told: dict[str, Any] = {"what": "ASSESSMENT", "reason": "It is a small parcel."}
    take(one, "request_departure", actor("ASSESSING_OFFICER"), **told)
    asked = RiskDeparture.objects.get()
    page = signed_in("dcac.blr").get(asked.get_absolute_url()).content.decode()
    assert "whatever the RMS says" not in page
    cause(fresh(one))
    page = signed_in("dcac.blr").get(asked.get_absolute_url()).content.decode()
    assert "an officer assesses it whatever the RMS says" in page
    assert take(asked, "approve", actor("DCAC", name="Ila Nair")).stage == "APPROVED"
    one = fresh(one)
    assert (one.stage, one.assessment_required, one.assessment_due) == (Stage.ASSESSMENT, False, True)
    assert not one.facilitated and take(one, "assess", actor("ASSESSING_OFFICER")).assessed_at


def test_a_departure_from_the_assessment_waits_for_the_end_of_a_hold() -> None:
    one = bill(Stage.ASSESSMENT, assessment_required=True, risk_decision=decision("ASSESSMENT"))
    take(one, "request_departure", actor("ASSESSING_OFFICER"), what="ASSESSMENT", reason="It is a small parcel.")
    take(one, "stop", actor("DCAC"), remarks="Wait.")
    with pytest.raises(Refused, match="“Stopped”: that ends first"):
        take(RiskDeparture.objects.get(), "approve", actor("DCAC", name="Ila Nair"))
    take(fresh(one), "clear_stop", actor("DCAC"), remarks="In order.")
    assert take(RiskDeparture.objects.get(), "approve", actor("DCAC", name="Ila Nair")).stage == "APPROVED"
    assert fresh(one).stage == Stage.DUTY


@pytest.mark.parametrize("cause", CAUSES)
def test_documents_asked_for_meanwhile_do_not_lead_past_the_assessment(cause: Any) -> None:
    on = manifest(ManifestStage.ARRIVAL_SCAN)
    one = cause(bill(Stage.DUTY, hawb=house_airway_bill(on)))
    asked = take(
        one, "hear_rms_again", SYSTEM, decision=decision().pk, lane="FACILITATED", documents="Test report", rules=[]
    )
    assert asked.stage == Stage.DOCUMENTS
    Attachment.objects.create(
        bill=asked, kind="OTHER", name="a.pdf", file="a.pdf", size=1, sha256="0" * 64, by=asked.created_by
    )
    RiskDecision.objects.filter(pk=asked.risk_decision_id).update(documents_required="Test report")
    handed_in = take(fresh(asked), "submit_compulsory_documents", actor("COURIER_SIGNATORY", firm="swift"))
    assert handed_in.stage == Stage.ASSESSMENT


def test_an_appraisal_that_is_returned_is_made_again_after_the_documents_too() -> None:
    one = take(bill(Stage.APPROVAL), "return_to_assessing_officer", actor("DCAC"), remarks="The value?")
    assert (one.stage, one.assessed_at, one.assessment_due) == (Stage.ASSESSMENT, None, True)


def test_the_assessment_ends_what_was_due() -> None:
    one = take(amended(bill(Stage.DUTY)), "assess", actor("ASSESSING_OFFICER"))
    assert (one.stage, one.assessment_due, one.facilitated) == (Stage.DUTY, False, False)


def test_related_parties_are_assessed_though_the_rms_facilitates_the_bill_late(
    signed_in: SignedIn, people: Callable[[str], User]
) -> None:
    DatedRule.objects.filter(name__startswith="random_").update(value="0")
    DatedRule.objects.filter(name__startswith="minimum_").update(value="0")
    DatedRule.objects.filter(name="rms_in_service").update(value="off")
    dated_rules.forget()
    on = manifest(courier=people("courier.swift").courier)
    for number in ("SWF001", "SWF002"):
        house_airway_bill(on, number=number)
    small: dict[str, Any] = {"form": "CBE-XIV", "iec": "AAKCK4417E", "unit_price": "1", "eou": "Y"}
    rows = [row("SWF001", **small, related="Y"), row("SWF002", **small)]
    assert {one.stage for one in file(signed_in, on, rows)} == {Stage.ASSESSMENT}
    DatedRule.objects.filter(name="rms_in_service").update(value="on")
    dated_rules.forget()
    assert risk.decide_waiting() == 2
    related, other = CourierBillOfEntry.objects.order_by("pk")
    assert (related.stage, related.facilitated, related.assessment_due) == (Stage.ASSESSMENT, False, True)
    assert (other.stage, other.facilitated, other.assessment_due) == (Stage.DUTY, True, False)


def test_an_order_on_the_goods_ends_what_was_due() -> None:
    one = bill(Stage.ADJUDICATION, assessment_due=True)
    told: dict[str, Any] = {
        "order_number": "OIO 1",
        "order_date": timezone.localdate().isoformat(),
        "fine": "0",
        "penalty": "0",
    }
    done = take(one, "adjudicate", actor("ASSESSING_OFFICER"), outcome="RELEASE", remarks="As declared.", **told)
    assert (done.stage, done.assessment_due) == (Stage.DUTY, False)
