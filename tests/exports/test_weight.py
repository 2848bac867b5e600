"""Goods for export that weigh otherwise than declared: the scale calls for an amendment, which holds the order back (PN17 5.2)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from bills.stages import Hold
from eccs.models import Notice
from eccs.notices import gather
from eccs.trail import broken_lines
from eccs.workflow import Refused, take
from exports.models import CourierShippingBill, ExportAmendment
from exports.models.requests import ExportAmendmentTrail
from exports.registering import weigh
from exports.stages import Stage
from tests.bills.conftest import SignedIn
from tests.bills.desks import Desks
from tests.factories.firms import actor
from tests.factories.shipping import export_amendment, shipping_bill

pytestmark = pytest.mark.django_db


def stored(one: CourierShippingBill) -> CourierShippingBill:
    """The bill as it stands."""
    return CourierShippingBill.objects.get(pk=one.pk)


def scaled(one: CourierShippingBill, kg: str) -> str:
    """The custodian weighs the goods."""
    return weigh("BLR", one.hawb, Decimal(kg))


@pytest.mark.parametrize(("kg", "opened"), [("9.870", False), ("9.871", True), ("8.930", False), ("8.929", True)])
def test_beyond_the_tolerance_the_system_opens_an_amendment(kg: str, *, opened: bool) -> None:
    one = shipping_bill(Stage.GOODS)
    assert ("must be amended" in scaled(one, kg)) == opened
    assert (stored(one).holds, ExportAmendment.objects.exists()) == (Hold.AMENDMENT if opened else "", opened)


def test_5_2_the_weight_of_goods_for_export_is_asked_for_and_decided_before_the_order(signed_in: SignedIn) -> None:
    one, desks = shipping_bill(Stage.XRAY), Desks(signed_in)
    said = signed_in("scan.blr").post(
        reverse("goods-weight", args=["BLR"]), {"hawb": one.hawb, "kg": "12"}, headers={"Accept": "application/json"}
    )
    assert "declared 9.400 kg: beyond the tolerance, the shipping bill must be amended" in said.json()["said"]
    asked = ExportAmendment.objects.get()
    assert (asked.stage, asked.requested_by, asked.changes[0]["new"]) == ("CALLED_FOR", None, "12")
    gather(ExportAmendmentTrail)
    assert "Weight beyond the tolerance" in Notice.objects.get().subject
    one = desks.act("xray.blr", one, "clear_xray")
    assert one.stage == Stage.FOR_LET_EXPORT
    for refused in ("decision on the requested amendment", "weigh 12.000 kg, declared 9.400 kg"):
        assert refused in desks.refused("leo.blr", one, "give_let_export_order")
    assert str(asked.number) in desks.page("signatory.swift", one)
    asked = desks.act("signatory.swift", asked, "ask", reason="The box was repacked.")
    assert asked.requested_by is not None and asked.requested_by.username == "signatory.swift"
    page = desks.page("ao.blr", asked)
    assert "The box was repacked." in page and "<del>9.4</del>" in page and "<ins>12</ins>" in page
    desks.act("ao.blr", asked, "process", remarks="As the scale shows.")
    desks.act("dcac.blr", asked, "approve")
    done = stored(one)
    assert (done.stage, done.gross_weight_kg, done.holds) == (Stage.ASSESSMENT, Decimal(12), "")
    assert not list(broken_lines(ExportAmendmentTrail))


def test_weighed_again_the_latest_weight_counts_and_within_the_tolerance_nothing_is_amended() -> None:
    one = shipping_bill(Stage.XRAY)
    scaled(one, "12")
    take(ExportAmendment.objects.get(), "ask", actor("COURIER_SIGNATORY"), reason="Repacked.")
    scaled(one, "11")
    asked = ExportAmendment.objects.get()
    assert (asked.stage, asked.changes[0]["new"]) == ("CALLED_FOR", "11")
    assert "must be amended" not in scaled(one, "9.5")
    asked = ExportAmendment.objects.get()
    assert (asked.stage, stored(one).holds, "9.5 kg" in asked.decision) == ("WITHDRAWN", "", True)
    assert take(stored(one), "clear_xray", actor("XRAY_OFFICER")).stage == Stage.LET_EXPORT
    assert "Let Export Order is given: tell Customs" in scaled(one, "12")  # what is let go is amended no more
    assert stored(one).holds == ""


def test_a_request_that_is_open_is_decided_first_and_a_refused_weight_is_not_called_for_again() -> None:
    one = shipping_bill(Stage.XRAY, holds=Hold.AMENDMENT)
    own = export_amendment("PROCESSED", of=one)
    scaled(one, "12")
    assert ExportAmendment.objects.get() == own
    take(own, "reject", actor("DCAC", name="Ira Menon"), remarks="No proof.")
    called = ExportAmendment.objects.get(of_weight=True)
    assert (called.stage, stored(one).holds) == ("CALLED_FOR", Hold.AMENDMENT)
    called = take(called, "ask", actor("COURIER_SIGNATORY"), reason="Repacked.")
    called = take(called, "process", actor("ASSESSING_OFFICER"), remarks="Open it.")
    take(called, "reject", actor("DCAC", name="Ira Menon"), remarks="Open it first.")
    assert (ExportAmendment.objects.count(), stored(one).holds) == (2, "")
    waits = take(stored(one), "clear_xray", actor("XRAY_OFFICER"))
    with pytest.raises(Refused, match=r"declared 9\.400 kg"):
        take(waits, "give_let_export_order", actor("LEO_OFFICER"))
