"""Goods for export that weigh otherwise than declared: the scale calls for an amendment, which holds the order back (PN17 5.2)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bills.stages import Hold
from eccs import desks as at_desks
from eccs.models import Notice
from eccs.notices import gather
from eccs.trail import broken_lines
from eccs.workflow import Refused, take, take_many
from exports.listing import SHIPPING_BILLS
from exports.models import CourierShippingBill, ExportAmendment
from exports.models.requests import ExportAmendmentTrail
from exports.registering import weigh
from exports.stages import Stage
from tests.bills.conftest import SignedIn
from tests.bills.desks import Desks
from tests.factories.firms import actor
from tests.factories.shipping import documents, export_amendment, shipping_bill

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


@pytest.mark.parametrize("ends", ["asked for", "weighed again"])
def test_5_2_the_clock_of_the_leo_desk_stands_still_while_the_courier_owes_an_amendment_of_weight(
    signed_in: SignedIn, ends: str
) -> None:
    hour, begun = timedelta(hours=1), timezone.now() - timedelta(days=1)
    one = take(shipping_bill(Stage.XRAY, reopened_at=begun), "clear_xray", actor("XRAY_OFFICER"), at=begun)
    desk, officer = (SHIPPING_BILLS, Stage.FOR_LET_EXPORT, "BLR"), signed_in("leo.blr")
    assert one.stage == Stage.FOR_LET_EXPORT
    assert CourierShippingBill.objects.filter(at_desks.late_at(*desk)).exists()
    with time_machine.travel(begun + hour, tick=False):
        scaled(one, "12")
    assert at_desks.standing_still(SHIPPING_BILLS, [one]) == {one.pk}
    assert not CourierShippingBill.objects.filter(at_desks.late_at(*desk)).exists()
    assert "stands still: the firm owes an answer" in officer.get(one.get_absolute_url()).content.decode()
    if ends == "asked for":
        take(ExportAmendment.objects.get(), "ask", actor("COURIER_SIGNATORY"), at=begun + 20 * hour, reason="Repacked.")
    else:
        with time_machine.travel(begun + 20 * hour, tick=False):
            scaled(one, "9.4")
    assert stored(one).stage_since == begun + 19 * hour  # one hour before it was weighed, and what follows the answer
    assert not at_desks.standing_still(SHIPPING_BILLS, [one])
    assert stored(one).trail.filter(step="end_wait_for_weight").count() == 1


def test_5_2_a_bag_of_documents_weighed_otherwise_is_amended_by_the_bag(signed_in: SignedIn) -> None:
    one, desks_ = documents(Stage.XRAY), Desks(signed_in)
    first, second = one.bags.order_by("number")
    loose = one.shipments.get(bag=None)  # 0.35 kg each, two of them in the first bag
    assert "must be amended" not in weigh("BLR", first.number, Decimal("0.7"))
    assert "declared 0.350 kg: beyond the tolerance" in weigh("BLR", second.number, Decimal("0.5"))
    assert "beyond the tolerance" in weigh("BLR", loose.number, Decimal("0.6"))
    asked = ExportAmendment.objects.get()
    told = [(line["number"], line["old"], line["new"]) for line in asked.changes]
    assert (asked.stage, told) == ("CALLED_FOR", [(second.number, "0.35", "0.5"), (loose.number, "0.35", "0.6")])
    one = desks_.act("xray.blr", one, "clear_xray")
    assert one.stage == Stage.FOR_LET_EXPORT  # the system gives no order meanwhile
    assert "weighs 0.500 kg, declared 0.350 kg, and 1 more" in desks_.refused("leo.blr", one, "give_let_export_order")
    assert at_desks.standing_still(SHIPPING_BILLS, [one]) == {one.pk}
    asked = desks_.act("signatory.swift", asked, "ask", reason="Weighed without the bags.")
    weigh("BLR", first.number, Decimal("0.7"))  # a bag that weighs what was declared leaves the request as it is
    assert ExportAmendment.objects.get().stage == "REQUESTED"
    weigh("BLR", first.number, Decimal(1))  # the scale calls for another bag: that is asked for together
    asked = ExportAmendment.objects.get()
    assert (asked.stage, len(asked.changes)) == ("CALLED_FOR", 3)
    asked = desks_.act("signatory.swift", asked, "ask", reason="Weighed without the bags.")
    page = desks_.page("ao.blr", asked)
    assert second.number in page and "<ins>0.5</ins>" in page
    desks_.act("ao.blr", asked, "process", remarks="As the scale shows.")
    desks_.act("dcac.blr", asked, "approve")
    done = stored(one)
    assert (done.gross_weight_kg, done.actual_weight_kg, done.holds) == (Decimal("2.1"), Decimal("2.1"), "")
    inside = [str(kg) for kg in first.shipments.values_list("gross_weight_kg", flat=True)]
    assert inside == ["0.500", "0.500"]  # the bag is shared by what is in it
    assert take(done, "give_let_export_order", actor("LEO_OFFICER")).stage == Stage.LET_EXPORT


def test_bags_weighed_again_within_the_tolerance_end_the_amendment_of_their_bill() -> None:
    one = documents(Stage.GOODS)
    first, second = one.bags.order_by("number")
    for bag, kg in ((first, "9"), (second, "9"), (first, "0.71")):
        weigh("BLR", bag.number, Decimal(kg))
    asked = ExportAmendment.objects.get()
    assert [line["number"] for line in asked.changes] == [second.number]
    weigh("BLR", second.number, Decimal("0.35"))
    asked = ExportAmendment.objects.get()
    assert (asked.stage, stored(one).holds) == ("WITHDRAWN", "")


def test_bags_of_many_bills_are_held_against_their_weight_in_two_questions() -> None:
    bills = [documents(Stage.XRAY) for _n in range(4)]
    for one in bills:
        weigh("BLR", one.bags.order_by("number")[0].number, Decimal("0.7"))
    with CaptureQueriesContext(connection) as asked:
        outcome = take_many(CourierShippingBill, [one.pk for one in bills], "clear_xray", actor("XRAY_OFFICER"))
    assert {stored(one).stage for one in bills} == {Stage.LET_EXPORT} and not outcome.refused
    assert len([query for query in asked if 'FROM "exports_export' in query["sql"]]) == 2
