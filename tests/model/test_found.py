"""Ways that the exploration found in the code and no source orders, each walked on a real bill to the end that it has now."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.permissions import SYSTEM
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from eccs.workflow import Refused, take
from exports.models import CourierShippingBill
from exports.stages import Stage as Leaving
from tests.factories.bills import bill, decision
from tests.factories.departures import departure
from tests.factories.firms import actor
from tests.factories.shipping import export_departure, shipping_bill

pytestmark = pytest.mark.django_db

AGAIN: dict[str, Any] = {"documents": "", "rules": ["N-0099"]}


def heard(one: Any, step: str, lane: str) -> Any:
    """The RMS says so now."""
    return take(one, step, SYSTEM, decision=decision(lane).pk, lane=lane, **AGAIN)


def test_6_1_leaving_out_an_examination_leads_past_no_assessing_officer() -> None:
    """A bill that was assessed is at its desk again with papers newly asked for: to leave out the examination assesses nothing."""
    here = bill(Stage.ASSESSMENT, assessed_at=bill().filed_at, examination_prescribed=True)
    take(departure(of=here), "approve", actor("DCAC"))
    assert CourierBillOfEntry.objects.get(pk=here.pk).stage == Stage.ASSESSMENT
    leaving = shipping_bill(
        Leaving.ASSESSMENT, assessed_at=here.filed_at, assessment_required=False, examination_prescribed=True
    )
    take(export_departure(of=leaving), "approve", actor("DCAC"))
    assert CourierShippingBill.objects.get(pk=leaving.pk).stage == Leaving.ASSESSMENT


def test_6_1_a_held_bill_for_which_the_rms_prescribes_an_assessment_late_goes_back_for_it() -> None:
    """An order let it go on while the RMS was away, and a query holds it when the RMS is back."""
    held: dict[str, Any] = {
        "returns_to": Stage.FOR_OUT_OF_CHARGE,
        "risk_pending": True,
        "xray_result": "CLEAR",
        "assessment_required": True,
    }
    heard(here := bill(Stage.QUERY, arrived=True, duty_paid=31, **held), "hear_rms", "ASSESSMENT")
    assert take(here, "reply_to_query", actor("COURIER_SIGNATORY"), reply="Here.").stage == Stage.ASSESSMENT
    held["returns_to"] = Leaving.FOR_LET_EXPORT
    heard(leaving := shipping_bill(Leaving.QUERY, **held), "hear_rms", "ASSESSMENT")
    assert take(leaving, "reply_to_query", actor("COURIER_SIGNATORY"), reply="Here.").stage == Leaving.ASSESSMENT


@pytest.mark.parametrize("stage", [Leaving.XRAY, Leaving.FOR_LET_EXPORT, Leaving.FINE])
def test_6_1_goods_for_export_that_an_order_let_go_on_are_assessed_when_the_rms_prescribes_it(stage: str) -> None:
    away = shipping_bill(stage, assessed_at=None, assessment_required=True, risk_pending=True)
    assert heard(away, "hear_rms", "ASSESSMENT").stage == Leaving.ASSESSMENT
    known = shipping_bill(stage, assessed_at=None, assessment_required=False)
    assert heard(known, "hear_rms_again", "ASSESSMENT").stage == Leaving.ASSESSMENT


def test_8_0_goods_assessed_while_a_fine_is_due_wait_for_its_payment() -> None:
    fined = heard(shipping_bill(Leaving.FINE, assessed_at=None), "hear_rms_again", "ASSESSMENT")
    assert fined.held_by == ["FINE"]
    assert take(fined, "assess", actor("ASSESSING_OFFICER")).stage == Leaving.FINE
    assert take(fined, "confirm_payment", SYSTEM, challan="1911402718").stage != Leaving.FINE


def test_circular_19_2023_auto_leo_is_not_for_goods_whose_examination_was_left_out() -> None:
    """The RMS marked them for assessment and examination, not for assessment only: an officer gives the order."""
    assessed: dict[str, Any] = {"assessed_at": bill().filed_at}
    both = shipping_bill(Leaving.XRAY, lane="BOTH", **assessed)
    take(export_departure(of=both), "approve", actor("DCAC"))
    assert take(both, "clear_xray", actor("XRAY_OFFICER")).stage == Leaving.FOR_LET_EXPORT
    alone = shipping_bill(Leaving.XRAY, lane="ASSESSMENT", **assessed)
    assert take(alone, "clear_xray", actor("XRAY_OFFICER")).stage == Leaving.LET_EXPORT


def test_7_1m_an_assessment_does_not_undo_the_order_to_examine_again() -> None:
    """The bill is amended while the goods wait for the examination that the Shed Superintendent ordered."""
    ordered = take(
        bill(Stage.FOR_OUT_OF_CHARGE, examined_at=bill().filed_at),
        "order_re_examination",
        actor("SHED_SUPERINTENDENT"),
        remarks="A dispute.",
    )
    CourierBillOfEntry.objects.filter(pk=ordered.pk).update(stage=Stage.ASSESSMENT, assessment_due=True)
    assert take(ordered, "assess", actor("ASSESSING_OFFICER"), mandate_examination=False).stage == Stage.EXAMINATION
    with pytest.raises(Refused, match="is at “For examination” now"):
        take(ordered, "give_out_of_charge", actor("SHED_SUPERINTENDENT"))
    own = bill(Stage.ASSESSMENT, examination_mandated=True)
    assert not take(own, "assess", actor("ASSESSING_OFFICER"), mandate_examination=False).examination_mandated
