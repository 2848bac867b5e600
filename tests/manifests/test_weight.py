"""A weight beyond the tolerance: the system asks, the courier confirms, the DC/AC approves (PN17 5.2)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import SYSTEM
from bills.models import CourierBillOfEntry
from bills.stages import Stage as BillStage
from eccs.models import Notice
from eccs.workflow import Refused, take, take_many
from manifests import amendments, arrival
from manifests.arrival import Scan
from manifests.clearance import Stage
from manifests.models import AmendmentTrail, ExpressCargoManifest, HouseAirwayBill, ManifestAmendment
from manifests.tasks import chase_weights
from tests.factories.bills import bill, hawb_of
from tests.factories.documents import bill_of_documents, flight
from tests.factories.firms import actor
from tests.factories.manifests import house_airway_bill, manifest
from tests.manifests.conftest import SignedIn

pytestmark = pytest.mark.django_db


def weighed(hawb: HouseAirwayBill, kg: str) -> str:
    """What the station says to a weight."""
    return arrival.weigh(ExpressCargoManifest.objects.get(pk=hawb.manifest_id), hawb.number, Decimal(kg))


@pytest.mark.parametrize(("kg", "opened"), [("10.500", False), ("10.501", True), ("9.500", False), ("9.499", True)])
def test_a_weight_beyond_the_tolerance_opens_an_amendment(kg: str, *, opened: bool) -> None:
    hawb = house_airway_bill(manifest(Stage.ARRIVED), gross_weight_kg=Decimal("10.000"))
    assert ("beyond the tolerance" in weighed(hawb, kg)) == opened
    assert ManifestAmendment.objects.exists() == opened
    if opened:
        amendment = ManifestAmendment.objects.get()
        assert amendment.of_weight and amendment.stage == "DRAFT"
        line = AmendmentTrail.objects.get()
        assert (line.by_name, line.step, line.answers) == (
            SYSTEM.name, "record_weight", {"hawb": hawb.number, "declared": "10.000", "actual": kg},
        )  # fmt: skip


def test_5_2_the_courier_confirms_the_weight_and_the_dcac_approves_it(signed_in: SignedIn) -> None:
    hawb = hawb_of(
        bill(BillStage.XRAY, hawb=house_airway_bill(manifest(Stage.ARRIVED), gross_weight_kg=Decimal("10.000")))
    )
    weighed(hawb, "15")
    amendment = ManifestAmendment.objects.get()
    client = signed_in("signatory.swift")
    assert str(amendment.pk) in client.get("/manifests/amendments/queue/draft/").content.decode()
    page = client.get(amendment.get_absolute_url()).content.decode()
    assert "10.000" in page and "15" in page and "Opened by ECCS" in page
    client.post(amendment.step_url("request_amendment"), {"request_amendment-reason": "As weighed"})
    take(ManifestAmendment.objects.get(pk=amendment.pk), "approve_amendment", actor("DCAC"))
    assert HouseAirwayBill.objects.get(pk=hawb.pk).gross_weight_kg == Decimal("15.000")


def test_5_2_what_the_scale_showed_is_not_taken_back_by_the_courier(signed_in: SignedIn) -> None:
    client = signed_in("signatory.swift")
    hawb = house_airway_bill(manifest(Stage.ARRIVED), gross_weight_kg=Decimal("10.000"))
    weighed(hawb, "15")
    amendment = ManifestAmendment.objects.get()
    told = Notice.objects.get()
    assert told.audience == f"courier:{amendment.courier_id}"
    assert hawb.number in told.subject and "10.000" in told.subject and amendment.get_absolute_url() in told.body
    page = client.get(amendment.get_absolute_url()).content.decode()
    assert "Take back" not in page
    line = amendment.lines.get()
    assert client.post(reverse("amend-remove", args=[hawb.manifest.key, line.pk])).status_code == 404
    refused = client.post(amendment.step_url("withdraw"), {"confirm": "yes"})
    assert (refused.status_code, "recorded a weight beyond the tolerance" in refused.content.decode()) == (409, True)
    assert amendment.lines.get() == line
    for username, status in (("dcac.blr", 200), ("dcac.del", 404), ("signatory.metro", 404)):
        assert signed_in(username).get(amendment.get_absolute_url()).status_code == status
    assert amendment.get_absolute_url() in signed_in("dcac.blr").get(hawb.manifest.get_absolute_url()).content.decode()
    weighed(hawb, "10")
    assert client.post(amendment.step_url("withdraw"), {"confirm": "yes"}).status_code == 302  # nothing is left of it


@pytest.mark.parametrize(("kg", "lines"), [("12", 1), ("10", 0)])
def test_5_2_a_weight_that_the_scale_no_longer_shows_is_not_approved(kg: str, lines: int) -> None:
    hawb = house_airway_bill(manifest(Stage.ARRIVED), gross_weight_kg=Decimal("10.000"))
    decides = actor("DCAC", name="Ila Nair")
    weighed(hawb, "15")
    asked = take(ManifestAmendment.objects.get(), "request_amendment", actor("COURIER_SIGNATORY"), reason="As weighed.")
    weighed(hawb, kg)
    with pytest.raises(Refused, match=rf"was weighed again since this was asked for: {kg}\.000 kg"):
        take(asked, "approve_amendment", decides)
    assert HouseAirwayBill.objects.get(pk=hawb.pk).gross_weight_kg == Decimal("10.000")
    take(asked, "reject_amendment", decides, remarks="Weighed again.")
    assert ManifestAmendment.objects.filter(stage="DRAFT", of_weight=True, lines__isnull=False).count() == lines
    weighed(hawb, "15")
    again = take(
        ManifestAmendment.objects.get(stage="DRAFT"), "request_amendment", actor("COURIER_SIGNATORY"), reason="x"
    )
    assert take(again, "approve_amendment", decides).stage == "APPROVED"


def test_weighed_again_within_the_tolerance_takes_it_back_and_several_share_one_amendment() -> None:
    on = manifest(Stage.ARRIVED)
    first, second = (house_airway_bill(on, gross_weight_kg=Decimal("10.000")) for _ in range(2))
    weighed(first, "15")
    weighed(second, "16")
    amendment = ManifestAmendment.objects.get()
    assert amendment.lines.count() == 2
    weighed(first, "10")
    assert amendment.lines.get().hawb == second.number


def test_5_2_goods_of_another_weight_stay_until_the_amendment_is_decided() -> None:
    on = manifest(Stage.ARRIVED)
    heavy, light, other = (house_airway_bill(on, arrived=True, gross_weight_kg=Decimal("10.000")) for _ in range(3))
    facilitated = bill(BillStage.XRAY, hawb=heavy, facilitated=True)
    waiting = [bill(BillStage.FOR_OUT_OF_CHARGE, hawb=hawb) for hawb in (light, other)]
    for hawb in (heavy, light):
        weighed(hawb, "15")
    (amendment,) = ManifestAmendment.objects.all()
    waiting.append(take(facilitated, "clear_xray", actor("XRAY_OFFICER")))
    assert waiting[2].stage == BillStage.FOR_OUT_OF_CHARGE  # not Out of Charge at once
    superintendent, ids = actor("SHED_SUPERINTENDENT"), [one.pk for one in waiting]
    done = take_many(CourierBillOfEntry, ids, "give_out_of_charge", superintendent)
    assert [one.pk for one in done.moved] == [waiting[1].pk]
    assert (
        all("weighs more or less than declared" in str(refused) for refused in done.refused) and len(done.refused) == 2
    )
    amendment = take(amendment, "request_amendment", actor("COURIER_SIGNATORY"), reason="As weighed.")
    with pytest.raises(Refused, match=f"decision of the DC/AC on {amendment}"):
        take(waiting[0], "give_out_of_charge", superintendent)
    take(
        amendment,
        "reject_amendment",
        actor("DCAC", name="Rafi Das"),
        remarks="The scale was wrong: it was repaired since.",
    )
    done = take_many(CourierBillOfEntry, ids, "give_out_of_charge", superintendent)
    assert {one.stage for one in done.moved} == {BillStage.OUT_OF_CHARGE} and len(done.moved) == 2


def test_5_2_a_weight_of_one_shipment_keeps_the_documents_of_the_whole_bill() -> None:
    one = bill_of_documents(BillStage.FOR_OUT_OF_CHARGE)
    hawb = one.shipments().order_by("number")[1]
    weighed(hawb, "9")
    with pytest.raises(Refused, match=f"{hawb.number} weighs more or less"):
        take(one, "give_out_of_charge", actor("SHED_SUPERINTENDENT"))
    weighed(hawb, str(hawb.gross_weight_kg))  # the scale was read wrongly
    assert take(one, "give_out_of_charge", actor("SHED_SUPERINTENDENT")).stage == BillStage.OUT_OF_CHARGE


def test_5_2_the_courier_is_reminded_of_the_weight_as_of_a_query() -> None:
    hawb, now = house_airway_bill(manifest(Stage.ARRIVED), gross_weight_kg=Decimal("10.000")), timezone.now()
    with time_machine.travel(now, tick=False):
        weighed(hawb, "15")
    Notice.objects.all().delete()
    for hours, reminded in ((71.99, 0), (72, 1), (143.99, 0)):
        with time_machine.travel(now + timedelta(hours=hours), tick=False):
            assert [chase_weights(), chase_weights()] == [reminded, 0]
    told = Notice.objects.get()
    assert told.audience == f"courier:{hawb.manifest.courier_id}" and hawb.number in told.body
    take(ManifestAmendment.objects.get(), "request_amendment", actor("COURIER_SIGNATORY"), reason="As weighed.")
    with time_machine.travel(now + timedelta(days=30), tick=False):
        assert chase_weights() == 0


# ── bags ─────────────────────────────────────────────────────────────────────


def weigh_bag(on: ExpressCargoManifest, kg: str, number: str = "BAG-1") -> str:
    """What the station says to the weight of a bag."""
    return arrival.weigh(ExpressCargoManifest.objects.get(pk=on.pk), number, Decimal(kg))


def bagged() -> ExpressCargoManifest:
    """A flight whose first bag is declared with 10 kg: 7 and 3."""
    on = flight(Stage.ARRIVAL_SCAN, arrived=True, scan_started_at=timezone.now())
    for number, kg in (("D001", "7.000"), ("D002", "3.000")):
        on.hawbs.filter(number=number).update(gross_weight_kg=Decimal(kg))
    return on


@pytest.mark.parametrize(("kg", "opened"), [("10.500", False), ("10.501", True), ("9.500", False), ("9.499", True)])
def test_a_bag_beyond_the_tolerance_opens_an_amendment(kg: str, *, opened: bool) -> None:
    on = bagged()
    assert ("beyond the tolerance" in weigh_bag(on, kg)) == opened
    assert on.bags.get(number="BAG-1").actual_weight_kg == Decimal(kg)
    assert ManifestAmendment.objects.exists() == opened
    if opened:
        line = ManifestAmendment.objects.get().lines.get()
        assert (line.kind, line.hawb, line.before["gross_weight_kg"]) == ("BAG", "BAG-1", "10.000")
        assert weigh_bag(on, "10").startswith("10 kg recorded")
        assert not ManifestAmendment.objects.get().lines.exists()


def test_5_2_the_weight_of_a_bag_is_approved_and_shared_by_its_shipments(signed_in: SignedIn) -> None:
    signed_in("scan.blr")
    on = bagged()
    one = bill_of_documents(BillStage.FOR_OUT_OF_CHARGE, on=on)
    said = signed_in("scan.blr").post(
        reverse("weight", args=[on.key]), {"hawb": "bag-1", "kg": "11.001"}, headers={"Accept": "application/json"}
    )
    assert "beyond the tolerance" in said.json()["said"]
    assert "BAG-1" in Notice.objects.get().subject
    with pytest.raises(Refused, match="BAG-1 weighs more or less than declared"):
        take(one, "give_out_of_charge", actor("SHED_SUPERINTENDENT"))
    asked = take(ManifestAmendment.objects.get(), "request_amendment", actor("COURIER_SIGNATORY"), reason="As weighed")
    page = signed_in("dcac.blr").get(asked.get_absolute_url()).content.decode()
    assert "Weight of a bag" in page and "<td>10.000</td>" in page and "<b>11.001</b>" in page
    take(asked, "approve_amendment", actor("DCAC", name="Rafi Das"))
    assert dict(on.hawbs.filter(bag__number="BAG-1").values_list("number", "gross_weight_kg")) == {
        "D001": Decimal("7.701"), "D002": Decimal("3.300"),
    }  # fmt: skip
    assert take(one, "give_out_of_charge", actor("SHED_SUPERINTENDENT")).stage == BillStage.OUT_OF_CHARGE
    assert "not on this manifest" in signed_in("scan.blr").post(
        reverse("weight", args=[on.key]), {"hawb": "BAG-99", "kg": "1"}, headers={"Accept": "application/json"}
    ).json()["refused"]  # fmt: skip


def test_a_weight_that_fits_what_landed_is_a_discrepancy_no_longer() -> None:
    on = manifest(Stage.ARRIVAL_SCAN, scan_started_at=timezone.now())
    hawb = house_airway_bill(on, packages=2, gross_weight_kg=Decimal("10.000"))
    scan = Scan(uuid4(), f"{hawb.number}-1", timezone.now())
    arrival.record(on.pk, [scan], actor("ARRIVAL_SCANNER"))
    weighed(hawb, "5.1")
    row = amendments.row_of(HouseAirwayBill.objects.select_related("master", "bag", "manifest").get(pk=hawb.pk))
    cells = {"packages": "1", "crn_numbers": f"{hawb.number}-1", "gross_weight_kg": "5.000"}
    asked = amendments.propose_pieces(on, hawb.number, row | cells, actor("COURIER_OPERATOR"))
    asked = take(asked, "request_amendment", actor("COURIER_SIGNATORY"), reason="One stayed behind")
    take(asked, "approve_amendment", actor("DCAC", name="Rafi Das"))
    assert not ManifestAmendment.objects.get(of_weight=True).lines.exists()
