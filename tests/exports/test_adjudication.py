"""Goods for export that are adjudicated: referred, decided by an order, and let go when fine and penalty are paid."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from bills.stages import Hold
from eccs.trail import broken_lines
from eccs.workflow import Refused, take
from exports.models import CourierShippingBill, ExportDemand, ExportDeparture, ShippingBillTrail
from exports.stages import Stage
from payments.models import Challan
from tests.bills.conftest import SignedIn
from tests.bills.desks import Desks
from tests.factories.firms import actor
from tests.factories.shipping import export_departure, shipping_bill

pytestmark = pytest.mark.django_db

ORDER: dict[str, Any] = {
    "outcome": "RELEASE", "order_number": "31/2026", "order_date": "2026-11-19", "fine": "500", "penalty": "200",
    "remarks": "Misdeclared.",
}  # fmt: skip


def stored(one: CourierShippingBill) -> CourierShippingBill:
    """The bill as it stands now."""
    return CourierShippingBill.objects.get(pk=one.pk)


def paid(challan: Challan) -> Challan:
    """The bank has confirmed it."""
    challan = take(challan, "go_to_bank", actor("COURIER_SIGNATORY"))
    done: Challan = take(
        challan, "confirm_paid", actor("SYSTEM"), bank_transaction="SBX26112214007", told_by="confirmation"
    )
    return done


def test_goods_are_redeemed_by_a_challan_and_then_let_go(signed_in: SignedIn) -> None:
    one, desks = shipping_bill(Stage.FOR_LET_EXPORT), Desks(signed_in)
    one = desks.act("leo.blr", one, "refer_to_assessing_officer", remarks="The brand looks copied.")
    one = desks.act("ao.blr", one, "raise_query", question="Who owns the mark?")
    one = take(one, "reply_to_query", actor("COURIER_SIGNATORY"), reply="The exporter.")
    assert one.stage == Stage.ADJUDICATION  # back at the desk that asked
    one = desks.act("ao.blr", one, "adjudicate", **ORDER | {"order_date": "19/11/2026"})
    assert (one.stage, one.holds) == (Stage.FINE, Hold.FINE)
    demand = ExportDemand.objects.get(bill=one)
    assert (demand.stage, demand.amount, str(demand.number)[:8]) == ("DUE", Decimal(700), "PEN_BLR_")
    assert "Redemption fine" in desks.page("dcac.blr", demand) and "31/2026" in desks.page("leo.blr", one)
    signatory = signed_in("signatory.swift")
    assert reverse("fine-challan") in signatory.get(one.get_absolute_url()).content.decode()
    assert one.hawb in signatory.get(reverse("fine-challan")).content.decode()
    signatory.post(reverse("fine-challan"), {"demand": [demand.pk]})
    challan = Challan.objects.get()
    assert (challan.amount, challan.heads) == (Decimal(700), {"fine": "500.00", "penalty": "200.00"})
    assert signatory.post(reverse("fine-challan"), {"demand": [demand.pk]}).status_code == 409  # stands on one already
    assert one.hawb in signatory.get(challan.get_absolute_url()).content.decode()
    assert paid(challan).stage == "PAID"
    one = stored(one)
    assert (one.stage, one.holds, ExportDemand.objects.get().stage) == (Stage.FOR_LET_EXPORT, "", "PAID")
    assert challan.lines.get().credited_at is not None
    assert take(one, "give_let_export_order", actor("LEO_OFFICER")).stage == Stage.LET_EXPORT
    assert not list(broken_lines(ShippingBillTrail))


def test_what_is_confiscated_does_not_leave_and_its_penalty_stays_due() -> None:
    one = take(shipping_bill(Stage.XRAY), "stop", actor("DCAC"), remarks="A tip.")
    one = take(one, "send_for_adjudication", actor("DCAC"), remarks="Copied brand.")
    done = take(
        one,
        "adjudicate",
        actor("ASSESSING_OFFICER", name="Ira Menon"),
        **ORDER | {"outcome": "CONFISCATE", "fine": "0"},
    )
    assert (done.stage, done.holds) == (Stage.CONFISCATED, "")
    demand = ExportDemand.objects.get(bill=one)
    assert (demand.fine, demand.penalty) == (0, 200)
    take(demand, "confirm_demand", actor("SYSTEM"), challan="1911402718")


def test_a_fine_that_is_paid_while_the_goods_are_held_lets_them_go_on_when_the_hold_ends() -> None:
    from exports.adjudication import paid as credited

    one = take(shipping_bill(Stage.FINE), "stop", actor("DCAC"), remarks="Wait.")
    demand = ExportDemand.objects.get(bill=one)
    credited([take(demand, "confirm_demand", actor("SYSTEM"), challan="1911402718")], "1911402718")
    held = stored(one)
    assert (held.stage, held.held_by) == (Stage.STOPPED, [Hold.STOP])
    assert take(held, "clear_stop", actor("DCAC"), remarks="Nothing.").stage == Stage.XRAY
    with pytest.raises(Refused, match="fine or penalty"):
        take(shipping_bill(Stage.FOR_LET_EXPORT, holds=Hold.FINE), "give_let_export_order", actor("LEO_OFFICER"))


def test_an_order_without_money_sends_the_goods_on_and_no_system_gives_their_order() -> None:
    one = take(shipping_bill(Stage.XRAY), "stop", actor("DCAC"), remarks="A tip.")
    one = take(one, "send_for_adjudication", actor("DCAC"), remarks="Look at it.")
    one = take(one, "adjudicate", actor("ASSESSING_OFFICER", name="Ira Menon"), **ORDER | {"fine": "0", "penalty": "0"})
    assert one.stage == Stage.XRAY and not ExportDemand.objects.exists()
    assert take(one, "clear_xray", actor("XRAY_OFFICER")).stage == Stage.FOR_LET_EXPORT


def test_6_1_an_officer_departs_from_the_rms_with_the_supervisor_and_the_trade_reads_nothing(
    signed_in: SignedIn,
) -> None:
    one = shipping_bill(Stage.ASSESSMENT, lane="BOTH")
    reason = "Regular shipper, same goods every week."
    one = take(one, "request_departure", actor("ASSESSING_OFFICER"), what="ASSESSMENT", reason=reason)
    asked = ExportDeparture.objects.get(bill=one)
    assert reason in signed_in("dcac.blr").get(asked.get_absolute_url()).content.decode()
    assert signed_in("signatory.swift").get(asked.get_absolute_url()).status_code in (403, 404)
    take(asked, "approve", actor("DCAC", name="Ira Menon"))
    one = stored(one)
    assert (one.stage, one.assessment_required, one.examination_prescribed) == (Stage.XRAY, False, True)
    examined = export_departure(of=take(one, "clear_xray", actor("XRAY_OFFICER")))
    take(examined, "approve", actor("DCAC"))
    assert stored(one).stage == Stage.FOR_LET_EXPORT  # it is not facilitated by that


def test_what_an_examination_finds_is_told_to_the_rms(signed_in: SignedIn) -> None:
    one = shipping_bill(Stage.EXAMINATION, lane="EXAMINATION")
    decided = one.risk_decision
    assert decided is not None
    decided.reasons = [{"rule": "N-0099", "outcome": "EXAMINATION"}]
    decided.save()
    report: dict[str, Any] = {"packages_opened": 1, "percent": 100, "findings": "Other goods."}
    take(one, "report_examination", actor("INSPECTOR"), **report, recommendation="REFER")
    decided.refresh_from_db()
    assert decided.found == "CONFIRMED"
