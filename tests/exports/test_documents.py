"""Documents on CSB-III: from a file of house airway bills in bags to Exported, and what is asked and refused on the way."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Actor
from eccs import upload_runner
from eccs.dated_rules import DatedRule
from eccs.models import Upload
from eccs.trail import broken_lines
from eccs.workflow import Refused, take
from exports import registering, risk
from exports.models import (
    CourierExportManifest,
    CourierShippingBill,
    ExportBag,
    ExportGoods,
    ExportManifestTrail,
    ExportShipment,
    LetExportOrder,
    ShipmentShutOut,
    ShippingBillTrail,
)
from exports.stages import Stage
from manifests.arrival import Scan
from rms.models import RiskDecision
from tests.bills.conftest import SignedIn
from tests.exports.conftest import Row, row
from tests.exports.test_filing import faults as faults_of_goods
from tests.exports.test_journey import as_csv, scan
from tests.exports.test_manifest import flight
from tests.factories.firms import actor
from tests.factories.shipping import (
    SHIPMENT,
    documents,
    documents_typed,
    export_manifest,
    flight_typed,
    manifest_amendment,
    shipping_bill,
)
from tests.papers import reading

pytestmark = pytest.mark.django_db


def begun(signed_in: SignedIn, **header: str) -> CourierShippingBill:
    """A draft of a CSB-III begun in the browser, with its flight."""
    courier = signed_in("courier.swift")
    courier.post(reverse("csb-start"), {"form": "CSB-III", "station": "BLR", "hawb": ""})
    bill = CourierShippingBill.objects.get()
    told = {**flight_typed(), **header}
    assert courier.post(reverse("csb-part", args=[bill.pk, "flight"]), told).status_code == (302 if not header else 422)
    return bill


def handed_in(signed_in: SignedIn, bill: CourierShippingBill, rows: list[Row]) -> Upload:
    """The file of a CSB-III, checked."""
    page = reverse("csb-documents-upload", args=[bill.pk])
    assert "One row a house airway bill" in signed_in("courier.swift").get(page).content.decode()
    signed_in("courier.swift").post(page, {"file": as_csv(rows)})
    upload = Upload.objects.latest("pk")
    upload_runner.check(upload.pk)
    upload.refresh_from_db()
    return upload


def hawbs(bag: str, count: int) -> list[Row]:
    """House airway bills of a bag."""
    return [{**SHIPMENT, "hawb": f"DOC{bag[-1]}{n:04d}", "bag_number": bag} for n in range(count)]


def test_from_a_file_of_bags_to_exported(signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    bill = begun(signed_in)
    rows = [*hawbs("BAG-1", 3), *hawbs("BAG-2", 2), {**SHIPMENT, "hawb": "DOCL0001", "pieces": "2"}]
    assert handed_in(signed_in, bill, [*rows, rows[0]]).faults[0][1:] == ["hawb", "DOC10000", "is also in row 2"]
    upload = handed_in(signed_in, bill, rows)
    assert (upload.state, upload.summary["shipments"], upload.summary["bags"], upload.summary["labels"]) == (
        "READY", 6, 2, 4,
    )  # fmt: skip
    signatory = signed_in("signatory.swift")
    assert "One CSB-III is ready to file" in signatory.get(reverse("upload", args=[upload.pk])).content.decode()
    signatory.post(reverse("upload-sign", args=[upload.pk]), {f"declare{n}": "on" for n in (1, 2, 3)})
    with monkeypatch.context() as patched:
        patched.setattr("exports.iii.filing.judge_draft", None)  # the rows were checked with the file: not once more
        upload_runner.save(upload.pk, int(signatory.session["_auth_user_id"]))
    bill = CourierShippingBill.objects.get()
    assert (bill.stage, bill.packages, bill.shipment_count, bill.bag_count) == (Stage.GOODS, 4, 6, 2)
    assert str(bill.number).startswith("CSB-III_BLR_")
    assert "1 shipping bill filed" in signatory.get(reverse("upload", args=[upload.pk])).content.decode()

    told = signed_in("scan.blr").get(reverse("goods-packages", args=["BLR"])).json()
    assert {piece[0]: piece[6] for piece in told["pieces"]} == {"BAG-1": 3, "BAG-2": 2, "DOCL0001": 0}
    assert told["inside"]["DOC10001"] == "BAG-1"
    key = str(uuid4())
    first = scan(signed_in, "BAG-1", keys=[key])[0]
    assert (first["verdict"], first["in_bag"]) == ("ARRIVED", 3)
    assert scan(signed_in, "BAG-1", keys=[key])[0]["verdict"] == "ARRIVED"  # sent twice, kept once
    said = [one["verdict"] for one in scan(signed_in, "BAG-1", "DOC10000", "DOCL0001", "DOCL0001", "DOCL0001")]
    assert said == ["DUPLICATE", "UNKNOWN", "ARRIVED", "ARRIVED", "DUPLICATE"]
    assert ExportShipment.objects.filter(arrived_at__isnull=False).count() == 4
    weighed = signed_in("scan.blr").post(
        reverse("goods-weight", args=["BLR"]), {"hawb": "BAG-1", "kg": "1.06"}, headers={"Accept": "application/json"}
    )
    assert "declared 1.050 kg" in weighed.json()["said"]
    scan(signed_in, "BAG-2")
    bill = CourierShippingBill.objects.get()
    assert (bill.stage, str(bill.actual_weight_kg)) == (Stage.XRAY, "2.110")  # 1.060 weighed, 1.050 declared
    assert bill.risk_decision is not None and bill.risk_decision.lane == RiskDecision.Lane.FACILITATED

    queue = signed_in("xray.blr").get(reverse("queue", args=["exports/bills", "xray"])).content.decode()
    assert "6 house airway bills" in queue and "2 bags" in queue
    bill = take(bill, "clear_xray", actor("XRAY_OFFICER"))
    assert (bill.stage, LetExportOrder.objects.get().automatic) == (Stage.LET_EXPORT, True)
    courier = signed_in("courier.swift")
    assert courier.get(reverse("find"), {"q": "DOC20001"})["Location"] == bill.get_absolute_url()

    courier.post(reverse("cem-new"), flight())
    manifest = CourierExportManifest.objects.get()
    assert (manifest.bill_count, manifest.package_count, str(manifest.gross_weight_kg)) == (1, 4, "2.110")
    signatory.post(manifest.step_url("file"), {"confirm": "1"})
    manifest.refresh_from_db()
    wrong = courier.post(
        manifest.step_url("shut_out"), {"shut_out-hawbs": "BAG-9", "shut_out-reason": "-", "confirm": "1"}
    )
    assert "Not on this manifest: BAG-9" in wrong.content.decode()
    behind = {"shut_out-hawbs": "BAG-2, DOC10002", "shut_out-reason": "No room.", "confirm": "1"}
    courier.post(manifest.step_url("shut_out"), behind)
    manifest.refresh_from_db()
    assert (manifest.stage, manifest.bill_count, manifest.package_count) == ("FILED", 1, 3)
    assert str(manifest.gross_weight_kg) == "1.050"  # a bag that was opened weighs what is declared of the rest
    now = timezone.localtime(timezone.now())
    egm = {"feed_egm-egm_number": "7710042", "feed_egm-departed_at": f"{now:%d/%m/%Y %H:%M}"}
    courier.post(manifest.step_url("feed_egm"), egm)
    bill = CourierShippingBill.objects.get()
    assert (bill.stage, bill.egm_number) == (Stage.LET_EXPORT, "")  # a part has left, its order holds for the rest
    assert ExportShipment.objects.filter(left_with__manifest=manifest).count() == 3
    shown = courier.get(manifest.get_absolute_url()).content.decode()
    assert "left in part" in shown and "DOC10002" in shown
    with pytest.raises(Refused, match="Some of the documents have left"):
        take(bill, "request_cancellation", actor("COURIER_SIGNATORY"), reason="Not sent.")

    courier.post(reverse("cem-new"), flight(flight_number="ZZ903"))
    following = CourierExportManifest.objects.get(stage="DRAFT")
    assert (following.bill_count, following.package_count) == (1, 2)
    signatory.post(following.step_url("file"), {"confirm": "1"})
    following.refresh_from_db()
    courier.post(following.step_url("feed_egm"), egm | {"feed_egm-egm_number": "7710099"})
    bill = CourierShippingBill.objects.get()
    assert (bill.stage, bill.egm_number) == (Stage.EXPORTED, "7710099")
    assert not ExportShipment.objects.filter(left_with=None).exists()
    for page in (
        reverse("csb-print", args=[bill.number]), reverse("let-export-print", args=[bill.number]),
        reverse("cem-print", args=[manifest.number]), reverse("shut-out-print", args=[manifest.number]),
    ):  # fmt: skip
        assert courier.get(page)["Content-Type"] == "application/pdf"
    paper = reading.text(courier.get(reverse("csb-print", args=[bill.number])).content)
    assert bill.filed_by and "".join(bill.filed_by.full_name.split()) in paper[paper.rindex("Declaration") :]
    listed = reverse("csb-shipments", args=[bill.number])
    assert courier.get(listed, {"bag": "BAG-2"}).content.decode().count("DOC2") == 2
    assert signed_in("courier.metro").get(listed).status_code == 404
    assert not list(broken_lines(ShippingBillTrail)) and not list(broken_lines(ExportManifestTrail))


def test_a_draft_is_typed_by_the_house_airway_bill(signed_in: SignedIn) -> None:
    bill = begun(signed_in)
    courier = signed_in("courier.swift")
    assert "Upload a file of them" in courier.get(bill.get_absolute_url()).content.decode()
    for n, typed in enumerate(documents_typed(), 1):
        page = reverse("csb-item", args=[bill.pk, n])
        assert courier.get(page).status_code == 200
        courier.post(page, typed)
    courier.post(reverse("csb-item", args=[bill.pk, 5]), {**SHIPMENT, "hawb": "X"})
    assert "1 to mend" not in courier.get(bill.get_absolute_url()).content.decode()
    courier.post(reverse("csb-item-remove", args=[bill.pk, 5]))
    assert "2 bags, 1 loose" in courier.get(bill.get_absolute_url()).content.decode()
    declared = {f"file-declared{n}": "on" for n in (1, 2, 3)}
    signed_in("signatory.swift").post(bill.step_url("file"), {**declared, "confirm": "1"})
    bill = CourierShippingBill.objects.get()
    assert (bill.stage, bill.packages, bill.draft) == (Stage.GOODS, 4, {})
    snapshot: Any = ShippingBillTrail.objects.get(document=bill, step="file").snapshot
    assert [len(inside) for inside in snapshot["bags"].values()] == [2, 1]
    courier.post(f"{reverse('csb-start')}?copy={bill.number}", {"form": "CSB-III", "station": "BLR", "hawb": ""})
    assert CourierShippingBill.objects.latest("pk").draft["header"]["airline"] == "Zephyr Air"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"mawb": "899-44172064"}, "MAWB"),
        ({"departure_date": "2026-01-01"}, "Date of departure is before today"),
        ({"landing_date": "2026-01-01"}, "Expected landing date is before the departure"),
        ({"departure_time": "24:10"}, "Time of departure is not a time"),
    ],
    ids=["mawb", "departed", "landed", "time"],
)
def test_a_file_waits_for_the_flight(signed_in: SignedIn, given: dict[str, str], words: str) -> None:
    bill = shipping_bill(
        Stage.DRAFT, kind="CSB-III", hawb="", draft={"header": {**flight_typed(), **given}, "items": [{}]}
    )
    upload = handed_in(signed_in, bill, hawbs("BAG-1", 1))
    assert upload.state == "REFUSED" and words in upload.refusal


def test_a_house_airway_bill_has_one_shipping_bill_and_a_bag_is_awaited_once() -> None:
    filed = documents(Stage.GOODS, packages_in=0)
    bag, inside = filed.bags.order_by("pk")[0], filed.shipments.order_by("pk")[0]
    assert faults_of_goods(row(inside.number)) == [(2, "hawb", "has a shipping bill already")]
    items = [{**SHIPMENT, "hawb": inside.number, "bag_number": "BAG-77"}, {**SHIPMENT, "hawb": "DOCX0001", "bag_number": bag.number}]  # fmt: skip
    draft = {"header": flight_typed(), "items": items}
    again = shipping_bill(Stage.DRAFT, kind="CSB-III", hawb="", draft=draft)
    signatory = actor("COURIER_SIGNATORY")
    with pytest.raises(Refused) as refused:
        take(again, "file", signatory)
    assert refused.value.reasons == [
        "Item 1, hawb: has a shipping bill already.",
        "Item 2, bag_number: is awaited at the terminal already: give the bag another number.",
    ]
    asked = take(filed, "request_cancellation", signatory, reason="Not sent.")
    request = take(asked.cancellations.get(), "verify", actor("ASSESSING_OFFICER", name="Asha Rao"), remarks="Yes.")
    take(request, "approve", actor("DCAC", name="Om Shah"))
    assert take(again, "file", signatory).stage == Stage.GOODS  # the cancelled bill has freed both


@pytest.mark.parametrize("lane", ["ASSESSMENT", "EXAMINATION", "PENDING"])
def test_documents_go_straight_to_xray_and_what_is_not_facilitated_is_examined(lane: str) -> None:
    bill = documents(Stage.GOODS)
    made = RiskDecision.objects.create(lane=lane, draw=0, decided_at=timezone.now())
    bill = take(bill, "register_goods", actor("ARRIVAL_SCANNER"), decision=made.pk, lane=lane)
    assert (bill.stage, bill.assessment_required) == (Stage.XRAY, False)
    assert take(bill, "clear_xray", actor("XRAY_OFFICER")).stage == Stage.EXAMINATION


def test_the_rms_is_asked_of_every_shipment_and_late_where_it_was_away() -> None:
    away = DatedRule.objects.create(name="rms_in_service", from_date="2026-11-01", value="off", source="trial")
    bill = take(documents(Stage.GOODS), "register_goods", actor("ARRIVAL_SCANNER"))
    assert bill.risk_pending and bill.examination_is_due
    away.delete()
    assert risk.decide_waiting() == 1
    bill = CourierShippingBill.objects.get(pk=bill.pk)
    assert bill.risk_decision is not None
    assert (bill.stage, bill.facilitated, bill.examination_is_due) == (Stage.XRAY, True, False)
    assert bill.risk_decision.facts["shipments"] == 4
    assert bill.risk_decision.shipments.said


def test_what_is_all_shut_out_waits_and_what_did_not_leave_may_go_back_to_town() -> None:
    bill = documents(Stage.MANIFESTED)
    manifest = export_manifest("FILED", of=bill)
    courier = actor("COURIER_OPERATOR")
    bags = list(bill.bags.values_list("number", flat=True))
    loose = bill.shipments.get(bag=None).number
    manifest = take(manifest, "shut_out", courier, hawbs=bags, reason="No room.")
    assert (manifest.bill_count, manifest.package_count) == (1, 2)
    manifest = take(manifest, "shut_out", courier, hawbs=[loose], reason="Wet.")
    assert (manifest.bill_count, manifest.package_count) == (0, 0)
    bill = CourierShippingBill.objects.get(pk=bill.pk)
    assert bill.stage == Stage.LET_EXPORT
    assert ShipmentShutOut.objects.count() == 4

    second = documents(Stage.MANIFESTED)
    flown = export_manifest("FILED", of=second)
    flown = take(flown, "shut_out", courier, hawbs=[second.shipments.get(bag=None).number], reason="Wet.")
    take(flown, "feed_egm", courier, egm_number="7710042", departed_at=timezone.now())
    second = CourierShippingBill.objects.get(pk=second.pk)
    assert second.stage == Stage.LET_EXPORT
    done = take(second, "back_to_town", actor("COURIER_SIGNATORY"), reason="The sender wants it back.")
    assert (done.stage, done.egm_number) == (Stage.EXPORTED, "7710042")
    assert take(bill, "back_to_town", actor("COURIER_SIGNATORY"), reason="Not sent.").stage == Stage.BACK_TO_TOWN


def test_documents_short_shipped_in_part_stand_in_the_register_bag_by_bag(signed_in: SignedIn) -> None:
    bill = documents(Stage.MANIFESTED)
    ExportGoods.objects.create(bill=bill, station_id="BLR", in_at=timezone.now())
    first, second = (bag.number for bag in bill.bags.order_by("number"))
    inside, loose = bill.shipments.filter(bag__number=first).first(), bill.shipments.get(bag=None).number
    assert inside is not None
    flown = export_manifest("FILED", of=bill)
    flown = take(flown, "feed_egm", actor("COURIER_OPERATOR"), egm_number="7710042", departed_at=timezone.now())
    off: Any = [{"name": "hawb", "old": number, "new": ""} for number in (second, inside.number)]
    asked = manifest_amendment(of=flown, changes=off, reason="Found in the shed.")
    take(asked, "approve", actor("DCAC", name="Ira Menon"))
    entry = ExportGoods.objects.get()
    told = {(part["label"], part["n"], part["flight"]) for part in entry.bags()}
    assert (entry.out_at, entry.packages) == (None, "2/4")
    assert told == {(first, 1, None), (first, 1, flown.number), (second, 1, None), (loose, 1, flown.number)}
    keeper = signed_in("warehouse.blr")
    page = keeper.get(reverse("export-goods-entry", args=[entry.pk])).content.decode()
    assert f"{first}, {second} did not leave with {flown.number}: Found in the shed." in page
    register = reverse("export-goods-register")
    for asked_for in ({"view": "shut-out"}, {"q": second}, {"q": inside.number}):
        assert bill.consignment in keeper.get(register, asked_for).content.decode(), asked_for


def test_a_bag_brings_all_its_shipments_in_as_many_statements_as_one(django_assert_max_num_queries: Any) -> None:
    items = [{**SHIPMENT, "hawb": f"DOCM{n:05d}", "bag_number": f"BAG-M{n % 20:02d}"} for n in range(400)]
    draft = {"header": flight_typed(), "items": items}
    bill = shipping_bill(Stage.DRAFT, kind="CSB-III", hawb="", draft=draft)
    with django_assert_max_num_queries(30):
        take(bill, "file", actor("COURIER_SIGNATORY"))
    by: Actor = actor("ARRIVAL_SCANNER")
    scans = [Scan(uuid4(), number, timezone.now()) for number in ExportBag.objects.values_list("number", flat=True)]
    with django_assert_max_num_queries(40):
        registering.record("BLR", scans, by)
    assert CourierShippingBill.objects.get(pk=bill.pk).stage == Stage.XRAY
    assert ExportShipment.objects.filter(packages_arrived=1).count() == 400


@pytest.mark.parametrize("stage", ["GOODS", "XRAY", "DETAINED", "STOPPED", "LET_EXPORT", "CANCELLED"])
def test_each_reads_what_is_its_own_on_the_page(signed_in: SignedIn, stage: str) -> None:
    bill = documents(stage, lane="EXAMINATION")
    page = bill.get_absolute_url()
    for who in ("ao.blr", "courier.swift", "scan.blr"):
        told = signed_in(who).get(page).content.decode()
        assert "4 house airway bills" in told or "All 4" in told
        assert ("secret compartment" in told) == (who == "ao.blr" and bill.risk_decision is not None)
    assert signed_in("courier.metro").get(page).status_code == 404
