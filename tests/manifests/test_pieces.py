"""Short and excess pieces of a shipment: asked for from the first scan on, decided by the DC/AC (PN17 5.2, 12.0)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from bills.models import CourierBillOfEntry, CoveredShipment
from bills.routing import after_pieces
from bills.stages import HERE, TO_ASSESSMENT
from bills.stages import Stage as BillStage
from eccs.models import Notice
from eccs.workflow import Refused, take
from manifests import amendments, arrival
from manifests.arrival import Scan
from manifests.clearance import Stage
from manifests.models import (
    ExpressCargoManifest,
    HouseAirwayBill,
    ManifestAmendment,
    ManifestTrail,
    ManifestVersion,
    Package,
    WarehouseEntry,
)
from manifests.reconciliation import found
from tests.factories.bills import bill
from tests.factories.documents import bill_of_documents, flight
from tests.factories.firms import actor
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.rules import risk_rule
from tests.manifests.conftest import SignedIn

pytestmark = pytest.mark.django_db
COURIER, SIGNATORY, DCAC = "COURIER_OPERATOR", "COURIER_SIGNATORY", "DCAC"


def scanned(on: ExpressCargoManifest, *codes: str) -> list[dict[str, Any]]:
    """Pulls of the trigger, and what was said to them."""
    scans = [Scan(uuid4(), code, timezone.now()) for code in codes]
    return arrival.record(on.pk, scans, actor("ARRIVAL_SCANNER"), documents=on.is_documents)


def fresh(one: Any) -> Any:
    """As the database has it."""
    return type(one)._default_manager.get(pk=one.pk)


def in_part(stage: str = Stage.ARRIVAL_SCAN) -> tuple[ExpressCargoManifest, HouseAirwayBill]:
    """A shipment of three packages of which two have come."""
    on = manifest(stage, scan_started_at=timezone.now(), package_count=3, gross_weight_kg=Decimal("4.2"))
    hawb = house_airway_bill(on, packages=3)
    scanned(on, f"{hawb.number}-1", f"{hawb.number}-3")
    return on, hawb


def asked(on: ExpressCargoManifest, hawb: HouseAirwayBill, **cells: str) -> ManifestAmendment:
    """Written by the courier."""
    row = amendments.row_of(HouseAirwayBill.objects.select_related("master", "bag", "manifest").get(pk=hawb.pk))
    return amendments.propose_pieces(on, hawb.number, row | cells, actor(COURIER))


def approved(amendment: ManifestAmendment, **given: Any) -> ManifestAmendment:
    """Asked for by the signatory, approved by the DC/AC."""
    requested = take(amendment, "request_amendment", actor(SIGNATORY), reason="As landed", **given)
    done: ManifestAmendment = take(requested, "approve_amendment", actor(DCAC, name="Ila Nair"))
    return done


def short(on: ExpressCargoManifest, hawb: HouseAirwayBill) -> ManifestAmendment:
    """The second of three is asked for as missing."""
    return asked(on, hawb, packages="2", crn_numbers=f"{hawb.number}-1 {hawb.number}-3", gross_weight_kg="2.8")


def test_12_iii_missing_pieces_no_longer_keep_back_what_landed(signed_in: SignedIn) -> None:
    on, hawb = in_part()
    filed = bill(BillStage.ARRIVAL, hawb=hawb)
    client = signed_in("courier.swift")
    address = reverse("amend-pieces", args=[on.key, hawb.number])
    page = client.get(address).content.decode()
    assert "2 of 3 have been scanned" in page and f'value="{hawb.number}-2"' in page
    assert f'value="{hawb.number}-1"' not in page
    assert client.post(address, {"missing": f"{hawb.number}-2", "gross_weight_kg": "2.8"}).status_code == 302
    requested = take(ManifestAmendment.objects.get(), "request_amendment", actor(SIGNATORY), reason="One stayed at HKG")
    page = signed_in("dcac.blr").get(requested.get_absolute_url()).content.decode()
    assert f"<td>{hawb.number}-1 {hawb.number}-2 {hawb.number}-3</td>" in page
    assert f"<b>{hawb.number}-1 {hawb.number}-3</b>" in page and f"Bill {filed.number} carries what landed" in page
    take(requested, "approve_amendment", actor(DCAC, name="Ila Nair"))
    now, goods = fresh(filed), fresh(hawb)
    assert (now.stage, goods.packages, goods.packages_arrived) == (BillStage.XRAY, 2, 2)
    assert goods.arrived_at is not None and now.arrived_at is not None and now.package_count() == 2
    assert list(Package.objects.filter(hawb=hawb).order_by("part").values_list("crn", "part")) == [
        (f"{hawb.number}-1", 1), (f"{hawb.number}-3", 2),
    ]  # fmt: skip
    assert (fresh(on).package_count, fresh(on).gross_weight_kg) == (2, Decimal("2.800"))
    kept = ManifestVersion.objects.get(manifest=on).shipments[0]
    assert (kept["packages"], kept["crn_numbers"].split()[1]) == (3, f"{hawb.number}-2")
    lines = (ManifestTrail.objects.get(step="amend").snapshot or {})["lines"]
    assert [line["kind"] for line in lines] == ["PIECES"]
    told = filed.trail.get(step="carry_pieces")
    assert (told.answers["before"], told.answers["after"], told.by_name) == (3, 2, "ECCS")
    words = f"{filed.number}: {hawb.number} counts with 2 packages, 3 were manifested"
    assert Notice.objects.get(subject=words).audience == f"courier:{on.courier_id}"


def test_12_iii_after_the_close_only_on_an_adjudication_and_the_difference_is_settled() -> None:
    on, hawb = in_part()
    on = take(on, "close_arrival", actor("ARRIVAL_SCANNER"))
    amendment = short(on, hawb)
    with pytest.raises(Refused, match="adjudication"):
        take(amendment, "request_amendment", actor(SIGNATORY), reason="x")
    done = approved(amendment, adjudication_reference="OIO 17/2026")
    settled = on.differences.get()
    assert (settled.code, settled.amendment) == (f"{hawb.number}-2", done)
    assert fresh(hawb).arrived_at is not None


def test_excess_pieces_are_scanned_and_the_bill_is_assessed_and_xrayed_again() -> None:
    on = manifest(Stage.ARRIVAL_SCAN, scan_started_at=timezone.now())
    hawb = house_airway_bill(on)
    scanned(on, hawb.number)
    filed = bill(BillStage.FOR_OUT_OF_CHARGE, hawb=fresh(hawb), facilitated=True)
    approved(asked(on, hawb, packages="2", crn_numbers=f"{hawb.number} EXTRA7", gross_weight_kg="8.4"))
    now = fresh(filed)
    assert (now.stage, now.arrived_at, now.xray_result, now.facilitated) == (BillStage.ASSESSMENT, None, "", False)
    assert (fresh(hawb).packages, fresh(hawb).packages_arrived, fresh(hawb).arrived_at) == (2, 1, None)
    done = take(now, "assess", actor("ASSESSING_OFFICER"), remarks="Two sets")
    assert done.stage == BillStage.ARRIVAL
    assert scanned(on, "EXTRA7")[0]["verdict"] == "ARRIVED"
    assert fresh(filed).stage == BillStage.XRAY
    assert WarehouseEntry.objects.get(hawb=hawb).in_at is not None


def test_an_excess_piece_that_was_scanned_already_has_arrived() -> None:
    on, hawb = in_part(Stage.ARRIVED)
    scanned(on, "STRAY9")
    filed = bill(BillStage.ARRIVAL, hawb=fresh(hawb))
    on.differences.bulk_create(found(on, timezone.now()))
    ExpressCargoManifest.objects.filter(pk=on.pk).update(scan_closed_at=timezone.now())
    codes = f"{hawb.number}-1 {hawb.number}-3 STRAY9"
    approved(asked(fresh(on), hawb, crn_numbers=codes), adjudication_reference="OIO 18/2026")
    assert (fresh(hawb).packages_arrived, fresh(filed).stage) == (3, BillStage.ASSESSMENT)
    assert fresh(filed).arrived_at is not None
    assert not on.differences.filter(settled_at=None).exists()


def test_what_cannot_be_asked_for_is_refused_in_words(signed_in: SignedIn) -> None:
    early = manifest(Stage.IGM_FED)
    unscanned = house_airway_bill(early, packages=2)
    with pytest.raises(Refused, match="Nothing of this manifest is scanned yet"):
        asked(early, unscanned, packages="1", crn_numbers=f"{unscanned.number}-1")
    on, hawb = in_part()
    with pytest.raises(Refused, match=f"{hawb.number}-3 has been scanned: it is not short"):
        asked(on, hawb, packages="1", crn_numbers=f"{hawb.number}-1")
    with pytest.raises(Refused, match="Say which pieces are missing"):
        asked(on, hawb, gross_weight_kg="9")
    other = house_airway_bill(on)
    with pytest.raises(Refused, match=f"{other.number} is on the manifest already, for another"):
        asked(on, hawb, packages="4", crn_numbers=f"{hawb.number}-1 {hawb.number}-2 {hawb.number}-3 {other.number}")
    client = signed_in("courier.swift")
    alone = reverse("amend-pieces", args=[on.key, other.number])
    assert (
        "No package would be left"
        in client.post(alone, {"missing": other.number, "gross_weight_kg": "1"}).content.decode()
    )
    WarehouseEntry.objects.filter(hawb=hawb).update(out_at=timezone.now(), out_on="OUT_OF_CHARGE")
    with pytest.raises(Refused, match="added as a shipment of its own"):
        asked(on, hawb, packages="4", crn_numbers=f"{hawb.number}-1 {hawb.number}-2 {hawb.number}-3 XTRA9")
    assert signed_in("courier.metro").get(alone).status_code == 404
    assert not ManifestAmendment.objects.exists()


def test_a_piece_scanned_since_the_request_is_not_taken_off() -> None:
    on, hawb = in_part()
    requested = take(short(on, hawb), "request_amendment", actor(SIGNATORY), reason="x")
    scanned(on, f"{hawb.number}-2")
    with pytest.raises(Refused, match=f"{hawb.number}-2 has been scanned"):
        take(requested, "approve_amendment", actor(DCAC, name="Ila Nair"))
    assert fresh(hawb).packages == 3


# ── documents ────────────────────────────────────────────────────────────────


def test_loose_documents_that_came_in_part_let_the_cbe_xi_go_on() -> None:
    on = flight(Stage.ARRIVAL_SCAN, scan_started_at=timezone.now())
    filed = bill_of_documents(BillStage.ARRIVAL, on=on)
    scanned(on, "BAG-1", "BAG-2", "D004")
    assert fresh(filed).stage == BillStage.ARRIVAL
    approved(asked(on, on.hawbs.get(number="D004"), pieces="1"))
    assert (fresh(filed).stage, on.hawbs.get(number="D004").packages) == (BillStage.XRAY, 1)


def test_a_piece_of_documents_in_excess_is_scanned_and_xrayed_with_the_rest() -> None:
    on = flight(Stage.ARRIVAL_SCAN, arrived=True, scan_started_at=timezone.now())
    filed = bill_of_documents(BillStage.FOR_OUT_OF_CHARGE, on=on)
    assert scanned(on, "D004")[0]["verdict"] == "DUPLICATE"
    approved(asked(on, on.hawbs.get(number="D004"), pieces="3"))
    assert (fresh(filed).stage, fresh(filed).arrived_at) == (BillStage.ARRIVAL, None)
    assert scanned(on, "D004")[0]["verdict"] == "ARRIVED"
    assert fresh(filed).stage == BillStage.XRAY


def test_a_shipment_that_was_not_in_its_bag_is_taken_off_the_manifest() -> None:
    on = flight(Stage.ARRIVAL_SCAN, scan_started_at=timezone.now())
    filed = bill_of_documents(BillStage.ARRIVAL, on=on)
    scanned(on, "BAG-1", "BAG-2")
    with pytest.raises(Refused, match=f"bill {filed.number} covers it. Take it off that bill"):
        amendments.propose_delete(on, "D002", actor(COURIER))
    CoveredShipment.objects.filter(hawb__number="D002").delete()
    done = approved(amendments.propose_delete(on, "D002", actor(COURIER)))
    assert not on.hawbs.filter(number="D002").exists()
    kept = ManifestTrail.objects.get(step="amend").snapshot or {}
    assert kept["out_of_register"][0]["hawb"] == "D002" and done.stage == "APPROVED"


def test_pieces_missing_in_a_bag_are_short_and_those_of_an_unscanned_bag_wait() -> None:
    on = flight(Stage.ARRIVAL_SCAN, scan_started_at=timezone.now())
    scanned(on, "BAG-1")
    approved(asked(on, on.hawbs.get(number="D002"), pieces="1"))
    one = on.hawbs.get(number="D002")
    assert (one.packages, one.packages_arrived, one.arrived_at is None) == (1, 1, False)
    with pytest.raises(Refused, match="Bag BAG-2 is not scanned yet"):
        asked(on, on.hawbs.get(number="D003"), pieces="2")


def test_the_station_stays_open_for_what_is_still_to_come(signed_in: SignedIn) -> None:
    on, hawb = in_part(Stage.ARRIVED)
    client, address = signed_in("scan.blr"), reverse("scan-station", args=[on.key])
    page = client.get(address)
    assert page.status_code == 200 and "Close arrival" not in page.content.decode()
    scanned(on, f"{hawb.number}-2")
    assert client.get(address).status_code == 302
    assert CourierBillOfEntry.objects.count() == 0


# ── where the bill goes ──────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("stage", "excess", "arrived", "goes"),
    [
        (BillStage.ARRIVAL, False, True, BillStage.XRAY),
        (BillStage.ARRIVAL, False, False, BillStage.ARRIVAL),
        (BillStage.FIRST_CHECK_ARRIVAL, False, True, BillStage.FIRST_CHECK),
        (BillStage.DUTY, False, True, BillStage.DUTY),
        (BillStage.QUERY, False, True, BillStage.QUERY),
        (BillStage.FIRST_CHECK, True, False, BillStage.FIRST_CHECK_ARRIVAL),
        (BillStage.ADJUDICATION, True, False, BillStage.ADJUDICATION),
        (BillStage.DETAINED, True, False, BillStage.DETAINED),
        *((stage, True, False, BillStage.ASSESSMENT) for stage in TO_ASSESSMENT),
    ],
)
def test_where_a_bill_goes_with_the_pieces_that_landed(stage: str, excess: bool, arrived: bool, goes: str) -> None:
    one = bill(stage, arrived=not arrived or stage not in (BillStage.ARRIVAL, BillStage.FIRST_CHECK_ARRIVAL))
    one.arrived_at, one.xray_result = (timezone.now() if arrived else None), ""
    one.assessment_required, one.assessed_at = excess, None
    assert after_pieces(one, excess=excess) == goes


@pytest.mark.parametrize("excess", [False, True])
@pytest.mark.parametrize("documents", [False, True])
def test_documents_that_are_asked_for_with_the_pieces_come_first(documents: bool, excess: bool) -> None:
    kind = "CBE-XI" if documents else "CBE-XIII"
    bills = [CourierBillOfEntry(stage=stage, documents_complete=False, kind=kind) for stage in HERE]
    first = {one.stage for one in bills if after_pieces(one, excess=excess) == BillStage.DOCUMENTS}
    assert first == {BillStage.DOCUMENTS, BillStage.ASSESSMENT, *TO_ASSESSMENT}


def test_pieces_less_for_which_the_rms_asks_documents_lead_to_the_courier() -> None:
    on, hawb = in_part()
    filed = bill(BillStage.ARRIVAL, hawb=hawb)
    risk_rule(
        condition={"all": [{"fact": "packages", "is": "BELOW", "value": "3"}]}, outcome="", documents="Packing list",
        from_date=timezone.localdate(),
    )  # fmt: skip
    approved(short(on, hawb))
    now = fresh(filed)
    assert (now.stage, now.documents_required, now.documents_complete) == (BillStage.DOCUMENTS, "Packing list", False)


def test_a_piece_in_excess_of_detained_goods_leads_to_assessment_when_the_detention_ends() -> None:
    on = manifest(Stage.ARRIVAL_SCAN, scan_started_at=timezone.now())
    hawb = house_airway_bill(on)
    scanned(on, hawb.number)
    held = bill(BillStage.DETAINED, hawb=fresh(hawb), detained_from=BillStage.FOR_OUT_OF_CHARGE, xray_result="CLEAR")
    approved(asked(on, hawb, packages="2", crn_numbers=f"{hawb.number} EXTRA7"))
    assert (fresh(held).stage, fresh(held).detained_from) == (BillStage.DETAINED, BillStage.ASSESSMENT)


def test_a_piece_in_excess_waits_for_the_answer_to_a_query_on_a_cbe_xi() -> None:
    on = flight(Stage.ARRIVAL_SCAN, arrived=True, scan_started_at=timezone.now())
    scanned(on, "D004")
    bill_of_documents(BillStage.QUERY, on=on, returns_to=BillStage.FOR_OUT_OF_CHARGE, holds="QUERY")
    with pytest.raises(Refused, match="the courier answers it first"):
        approved(asked(on, on.hawbs.get(number="D004"), pieces="3"))
    assert on.hawbs.get(number="D004").packages == 2
