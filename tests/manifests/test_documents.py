"""ECM (Documents): bags and loose shipments, from file and form to the scan of a bag (PN17 5.1, 5.2)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from eccs.models import Upload
from manifests.clearance import Stage
from manifests.models import ArrivalScan, Bag, ExpressCargoManifest, HouseAirwayBill, Package, WarehouseEntry
from tests.factories.manifests import house_airway_bill, manifest
from tests.manifests.conftest import SignedIn, as_csv, send

pytestmark = pytest.mark.django_db
DOCUMENTS = ExpressCargoManifest.Kind.DOCUMENTS
NOW = "2026-11-19T07:00:00+05:30"


def row(hawb: str, bag: str = "", /, **given: str) -> dict[str, str]:
    """One good row."""
    return {
        "hawb": hawb, "mawb": "157-12345675", "bag_number": bag, "pieces": "1", "gross_weight_kg": "0.350",
        "description": "", "consignor_name": "Lantern Bay Audio", "consignor_address": "", "consignor_country": "HK",
        "consignee_name": "Krishna Electronics", "consignee_address": "", "consignee_city": "",
    } | given  # fmt: skip


GOOD = [row("SWF001", "BAG-1"), row("SWF002", "bag-1", pieces="2"), row("SWF003", "BAG-2"), row("SWF004", pieces="3")]


@pytest.fixture
def empty(people: Callable[[str], User]) -> ExpressCargoManifest:
    """Swift's draft of documents."""
    courier = people("courier.swift").courier
    return manifest(Stage.DRAFT, kind=DOCUMENTS, courier=courier, hawb_count=0, package_count=0, gross_weight_kg=0)


def test_the_kind_is_chosen_at_the_start(signed_in: SignedIn) -> None:
    client = signed_in("courier.swift")
    assert "ECM (Documents)" in client.get(reverse("manifest-new")).content.decode()
    given = {
        "kind": DOCUMENTS, "station": "BLR", "airline": "Zephyr Air", "flight_number": "ZZ318", "airport_of_shipment": "HKG",
        "country_of_exportation": "HK", "first_port_of_arrival": "BLR",
        "scheduled_arrival": timezone.localtime().strftime("%d/%m/%Y %H:%M"),
    }  # fmt: skip
    client.post(reverse("manifest-new"), given)
    assert ExpressCargoManifest.objects.get().kind == DOCUMENTS
    page = client.get(ExpressCargoManifest.objects.get().get_absolute_url()).content.decode()
    assert reverse("upload-template", args=["ecm-documents"]) in page


def test_a_good_file_fills_bags_and_loose_shipments(signed_in: SignedIn, empty: ExpressCargoManifest) -> None:
    assert send(signed_in("courier.swift"), empty, as_csv(GOOD)).state == Upload.State.READY
    bags = {
        bag.number: sorted(bag.hawbs.values_list("number", flat=True)) for bag in Bag.objects.filter(manifest=empty)
    }
    assert bags == {"BAG-1": ["SWF001", "SWF002"], "BAG-2": ["SWF003"]}
    assert HouseAirwayBill.objects.get(number="SWF004").bag is None
    filled = ExpressCargoManifest.objects.get(pk=empty.pk)
    assert (filled.hawb_count, filled.package_count, filled.gross_weight_kg) == (4, 7, Decimal("1.400"))
    assert not Package.objects.exists()


def test_another_file_takes_the_place_of_the_first(signed_in: SignedIn, empty: ExpressCargoManifest) -> None:
    client = signed_in("courier.swift")
    send(client, empty, as_csv(GOOD))
    send(client, empty, as_csv([row("SWF009", "BAG-9")]))
    assert list(Bag.objects.values_list("number", flat=True)) == ["BAG-9"]


@pytest.mark.parametrize(
    ("given", "column", "reason"),
    [
        ({"hawb": "8.00123E+12"}, "hawb", "spreadsheet"),
        ({"hawb": "SWF001"}, "hawb", "is also in row 2"),
        ({"mawb": "157-12345678"}, "mawb", "check digit"),
        ({"bag_number": "!"}, "bag_number", "is not a bag number"),
        ({"bag_number": "8.00123E+12"}, "bag_number", "spreadsheet"),
        ({"bag_number": "SWF001"}, "bag_number", "is also the HAWB of row 2"),
        ({"pieces": "0"}, "pieces", "at least one piece"),
        ({"pieces": "two"}, "pieces", "is not a whole number"),
        ({"gross_weight_kg": "0"}, "gross_weight_kg", "above zero"),
        ({"gross_weight_kg": ""}, "gross_weight_kg", "is missing"),
        ({"consignor_name": ""}, "consignor_name", "is missing"),
        ({"consignor_country": "XX"}, "consignor_country", "ISO 3166"),
        ({"consignee_name": ""}, "consignee_name", "is missing"),
        ({"consignee_city": "x" * 61}, "consignee_city", "longer than 60"),
    ],
)
def test_every_fault_is_named_by_row_and_column(
    signed_in: SignedIn, empty: ExpressCargoManifest, given: dict[str, str], column: str, reason: str
) -> None:
    upload = send(signed_in("courier.swift"), empty, as_csv([row("SWF001"), row("SWF002", "BAG-1") | given]))
    assert upload.state == Upload.State.REFUSED
    assert [(f[0], f[1]) for f in upload.faults] == [(3, column)]
    assert reason in upload.faults[0][3]
    assert not HouseAirwayBill.objects.exists()


def test_a_file_of_the_other_kind_is_refused_by_its_columns(signed_in: SignedIn, empty: ExpressCargoManifest) -> None:
    upload = send(signed_in("courier.swift"), empty, b"hawb,mawb,packages\nA,B,1\n")
    assert "Unknown columns: packages" in upload.refusal


def test_templates_are_offered_empty_and_filled(signed_in: SignedIn) -> None:
    client = signed_in("courier.swift")
    for query in ("", "?example=1", "?format=xlsx", "?example=1&format=xlsx"):
        answer = client.get(reverse("upload-template", args=["ecm-documents"]) + query)
        assert answer.status_code == 200
    filled = b"".join(client.get(reverse("upload-template", args=["ecm-documents"]) + "?example=1").streaming_content)  # type: ignore[attr-defined]
    assert b"BAG-0417" in filled


def test_a_shipment_is_typed_in(signed_in: SignedIn, empty: ExpressCargoManifest) -> None:
    client = signed_in("courier.swift")
    address = reverse("manifest-shipment", args=[empty.key])
    assert client.post(address, row("swf001", "BAG-1")).status_code == 302
    assert client.post(address, row("SWF002", "BAG-1")).status_code == 302
    assert Bag.objects.get().hawbs.count() == 2
    for given, words in (
        (row("SWF001"), "is on this manifest already"),
        (row("SWF003", "SWF001"), "is on this manifest already"),
    ):
        answer = client.post(address, given)
        assert answer.status_code == 422 and words in answer.content.decode()


# ── the arrival scan ─────────────────────────────────────────────────────────


@pytest.fixture
def landed(signed_in: SignedIn) -> ExpressCargoManifest:
    """A manifest at its arrival scan: a bag of three, a bag of one, a loose shipment of two pieces."""
    signed_in("scan.blr")
    on = manifest(
        Stage.ARRIVAL_SCAN, kind=DOCUMENTS, scan_started_at=datetime.fromisoformat(NOW), hawb_count=5, package_count=7
    )
    for number, pieces, bag in (
        ("D001", 1, "BAG-1"),
        ("D002", 2, "BAG-1"),
        ("D003", 1, "BAG-1"),
        ("D004", 1, "BAG-2"),
        ("D005", 2, ""),
    ):
        house_airway_bill(on, number=number, packages=pieces, bag=bag)
    return on


@pytest.fixture
def scan(signed_in: SignedIn, landed: ExpressCargoManifest) -> Callable[..., list[dict[str, Any]]]:
    """Pulls of the trigger; their answers."""
    station = signed_in("scan.blr")

    def pull(*codes: str, keys: list[str] | None = None) -> Any:
        given = zip(codes, keys or [str(uuid4()) for _ in codes], strict=True)
        message = json.dumps({"scans": [{"key": key, "code": code, "at": NOW} for code, key in given]})
        answer = station.post(reverse("scans", args=[landed.key]), message, "application/json")
        assert answer.status_code == 200
        return answer.json()["answers"]

    return pull


def arrived() -> dict[str, int]:
    """How many pieces of each shipment have arrived."""
    return dict(HouseAirwayBill.objects.order_by("number").values_list("number", "packages_arrived"))


def test_5_2_one_scan_of_a_bag_arrives_all_that_is_in_it(scan: Callable[..., Any]) -> None:
    (answer,) = scan("bag-1")
    assert (answer["verdict"], answer["in_bag"], answer["hawb"]) == ("ARRIVED", 3, None)
    assert arrived() == {"D001": 1, "D002": 2, "D003": 1, "D004": 0, "D005": 0}
    assert HouseAirwayBill.objects.filter(arrived_at__isnull=False).count() == 3
    assert WarehouseEntry.objects.filter(in_at__isnull=False).count() == 3


def test_a_bag_scanned_twice_is_a_duplicate(scan: Callable[..., Any]) -> None:
    scan("BAG-1")
    (again,) = scan("BAG-1")
    assert (again["verdict"], again["before"]) == ("DUPLICATE", "07:00:00")


def test_a_loose_shipment_is_counted_piece_by_piece(scan: Callable[..., Any]) -> None:
    first, second, third = scan("D005", "D005", "D005")
    assert [(a["verdict"], a["arrived"], a["packages"]) for a in (first, second, third)] == [
        ("ARRIVED", 1, 2), ("ARRIVED", 2, 2), ("DUPLICATE", 2, 2),
    ]  # fmt: skip
    assert HouseAirwayBill.objects.get(number="D005").arrived_at is not None


def test_the_same_message_twice_counts_once(scan: Callable[..., Any]) -> None:
    keys = [str(uuid4()), str(uuid4())]
    first, again = scan("BAG-1", "D005", keys=keys), scan("BAG-1", "D005", keys=keys)
    assert [a["verdict"] for a in first] == [a["verdict"] for a in again] == ["ARRIVED", "ARRIVED"]
    assert ArrivalScan.objects.count() == 2
    assert arrived()["D005"] == 1


def test_a_shipment_in_a_bag_and_a_stranger_are_unknown(scan: Callable[..., Any]) -> None:
    assert [a["verdict"] for a in scan("D001", "STRAY9")] == ["UNKNOWN", "UNKNOWN"]
    assert not any(arrived().values())


def test_a_bag_with_a_held_shipment_is_said_to_be_held(scan: Callable[..., Any]) -> None:
    HouseAirwayBill.objects.filter(number="D002").update(held_since=timezone.now())
    assert [a["held"] for a in scan("BAG-1", "BAG-2", "D005")] == [True, False, False]


def test_the_station_judges_by_bags_and_loose_shipments(signed_in: SignedIn, landed: ExpressCargoManifest) -> None:
    held = signed_in("scan.blr").get(reverse("scan-packages", args=[landed.key])).json()
    assert [piece[:3] + piece[5:] for piece in sorted(held["pieces"])] == [
        ["BAG-1", "BAG-1", 1, False, 3, 0, False], ["BAG-2", "BAG-2", 1, False, 1, 0, False],
        ["D005", "D005", 2, False, 0, 0, False],
    ]  # fmt: skip
    assert held["inside"] == {"D001": "BAG-1", "D002": "BAG-1", "D003": "BAG-1", "D004": "BAG-2"}
    page = signed_in("scan.blr").get(reverse("scan-station", args=[landed.key])).content.decode()
    assert '<span id="all">4</span>' in page


def test_a_bag_of_thousands_takes_as_many_statements_as_a_small_one(
    scan: Callable[..., Any], landed: ExpressCargoManifest, django_assert_max_num_queries: Any
) -> None:
    for _ in range(60):
        house_airway_bill(landed, bag="BAG-3")
    scan("BAG-2")
    with django_assert_max_num_queries(10):
        scan("BAG-3")


def test_short_and_excess_by_bag_and_by_loose_shipment(
    signed_in: SignedIn, scan: Callable[..., Any], landed: ExpressCargoManifest
) -> None:
    scan("BAG-1", "D005", "STRAY9")
    signed_in("scan.blr").post(landed.step_url("close_arrival"), {"confirm": "1"})
    told = landed.differences.order_by("kind", "code").values_list("kind", "code", "count")
    assert list(told) == [("EXCESS", "STRAY9", 1), ("SHORT", "BAG-2", 1), ("SHORT", "D005", 1)]
    page = signed_in("courier.swift").get(reverse("differences", args=[landed.key])).content.decode()
    assert "Short: 2 bags and loose pieces" in page and "STRAY9" in page


# ── loose pieces by their cross reference numbers ────────────────────────────


@pytest.fixture
def labelled(landed: ExpressCargoManifest) -> HouseAirwayBill:
    """A loose shipment of two pieces, each with its CRN, and one in a bag with its own."""
    hawb = landed.hawbs.get(number="D005")
    inside = landed.hawbs.get(number="D001")
    told = ((hawb, "CRN000A", 1), (hawb, "CRN000B", 2), (inside, "CRN000C", 1))
    Package.objects.bulk_create(Package(manifest=landed, hawb=of, crn=crn, part=part) for of, crn, part in told)
    return hawb


def test_5_2_a_loose_shipment_is_found_by_its_crn_and_each_piece_counts_once(
    scan: Callable[..., Any], labelled: HouseAirwayBill
) -> None:
    first, again, other, late = scan("CRN000A", "CRN000A", "CRN000B", "D005")
    assert [(one["verdict"], one["hawb"], one["arrived"]) for one in (first, again, other, late)] == [
        ("ARRIVED", "D005", 1), ("DUPLICATE", "D005", 1), ("ARRIVED", "D005", 2), ("DUPLICATE", "D005", 2),
    ]  # fmt: skip
    assert arrived()["D005"] == 2
    assert HouseAirwayBill.objects.get(number="D005").arrived_at is not None
    assert not Package.objects.filter(hawb=labelled, arrived_at=None).exists()


def test_a_piece_counted_under_its_hawb_leaves_one_for_its_crn(
    scan: Callable[..., Any], labelled: HouseAirwayBill
) -> None:
    assert [one["verdict"] for one in scan("D005")] == ["ARRIVED"]
    assert [one["verdict"] for one in scan("CRN000A")] == ["ARRIVED"]
    assert [one["verdict"] for one in scan("CRN000B", "CRN000C")] == ["DUPLICATE", "UNKNOWN"]  # C is in a bag
    assert arrived()["D005"] == 2


def test_the_station_knows_the_crns_of_loose_shipments(
    signed_in: SignedIn, landed: ExpressCargoManifest, labelled: HouseAirwayBill, scan: Callable[..., Any]
) -> None:
    scan("CRN000A")
    told = signed_in("scan.blr").get(reverse("scan-packages", args=[landed.key])).json()["own"]
    assert told == {"CRN000A": ["D005", "07:00:00"], "CRN000B": ["D005", ""]}
