"""The arrival scan as the station's messages reach it: every pull answered, none lost, none counted twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from bills.stages import Stage as BillStage
from manifests.arrival import clean
from manifests.clearance import Stage
from manifests.events import house_airway_bills_arrived
from manifests.models import ArrivalScan, ExpressCargoManifest, HouseAirwayBill, Package
from tests.factories.bills import bill
from tests.factories.manifests import house_airway_bill, manifest
from tests.manifests.conftest import SignedIn

pytestmark = pytest.mark.django_db

NOW = "2026-11-19T07:00:00+05:30"


@pytest.fixture
def flight(signed_in: SignedIn) -> ExpressCargoManifest:
    """A manifest at its arrival scan: one shipment of one package, one of three."""
    signed_in("scan.blr")
    begun = datetime.fromisoformat(NOW) - timedelta(minutes=5)
    on = manifest(Stage.ARRIVAL_SCAN, scan_started_at=begun, hawb_count=2, package_count=4)
    house_airway_bill(on, number="SWF001", gross_weight_kg=Decimal("10.000"))
    house_airway_bill(on, number="SWF002", packages=3)
    return on


@pytest.fixture
def scan(signed_in: SignedIn, flight: ExpressCargoManifest) -> Callable[..., list[dict[str, Any]]]:
    """Pulls of the trigger, sent together; their answers."""
    station = signed_in("scan.blr")

    def send(*codes: str, keys: list[str] | None = None, status: int = 200) -> Any:
        listed = [
            {"key": key, "code": code, "at": NOW}
            for code, key in zip(codes, keys or [str(uuid4()) for _ in codes], strict=True)
        ]
        answer = station.post(reverse("scans", args=[flight.key]), json.dumps({"scans": listed}), "application/json")
        assert answer.status_code == status
        return answer.json().get("answers", answer.json())

    return send


def arrived(number: str) -> tuple[int, bool]:
    """How many packages of a HAWB have arrived, and whether all have."""
    hawb = HouseAirwayBill.objects.get(number=number)
    return hawb.packages_arrived, hawb.arrived_at is not None


def test_a_single_package_completes_its_hawb(scan: Callable[..., Any]) -> None:
    (answer,) = scan("SWF001")
    assert (answer["verdict"], answer["hawb"], answer["arrived"], answer["packages"]) == ("ARRIVED", "SWF001", 1, 1)
    assert arrived("SWF001") == (1, True)
    assert ArrivalScan.objects.get().scanned_at.isoformat() == "2026-11-19T01:30:00+00:00"


def test_5_2_a_hawb_of_three_packages_arrives_with_the_third(scan: Callable[..., Any]) -> None:
    first, second = scan("SWF002-1", "SWF002-3")
    assert (first["part"], first["arrived"], second["part"], second["arrived"]) == (1, 1, 3, 2)
    assert arrived("SWF002") == (2, False)
    scan("SWF002-2")
    assert arrived("SWF002") == (3, True)


def test_a_package_scanned_twice_is_a_duplicate_and_counts_once(scan: Callable[..., Any]) -> None:
    scan("SWF002-1")
    (again,) = scan("SWF002-1")
    assert (again["verdict"], again["arrived"], again["before"]) == ("DUPLICATE", 1, "07:00:00")
    assert arrived("SWF002") == (1, False)


def test_the_same_message_twice_has_the_same_answer_and_one_scan(scan: Callable[..., Any]) -> None:
    key = str(uuid4())
    (first,) = scan("SWF001", keys=[key])
    (again,) = scan("SWF001", keys=[key])
    assert (first["verdict"], again["verdict"]) == ("ARRIVED", "ARRIVED")
    assert ArrivalScan.objects.count() == 1
    assert arrived("SWF001") == (1, True)


def test_answers_come_in_the_order_of_the_scans(scan: Callable[..., Any]) -> None:
    answers = scan("SWF002-3", "STRAY9", "SWF001", "SWF002-3")
    assert [(answer["code"], answer["verdict"]) for answer in answers] == [
        ("SWF002-3", "ARRIVED"), ("STRAY9", "UNKNOWN"), ("SWF001", "ARRIVED"), ("SWF002-3", "DUPLICATE"),
    ]  # fmt: skip


def test_what_is_not_manifested_is_kept_as_excess(scan: Callable[..., Any], flight: ExpressCargoManifest) -> None:
    other = house_airway_bill(manifest(Stage.ARRIVAL_SCAN), number="OTHER1")
    for code in ("STRAY9", "SWF002", "OTHER1"):
        assert scan(code)[0]["verdict"] == "UNKNOWN"
    assert Package.objects.get(hawb=other).arrived_at is None
    assert flight.scans.filter(verdict="UNKNOWN").count() == 3


@pytest.mark.parametrize(
    ("label", "code"),
    [
        (" swf001 ", "SWF001"),
        ("]C1SWF001", "SWF001"),
        ("]C1401SWF001", "SWF001"),
        ("(401)SWF001", "SWF001"),
        ("401SWF001\x1d", "SWF001"),
        ("4010234567", "4010234567"),
        ("8001230000004", "8001230000004"),
    ],
)
def test_a_label_is_read_without_marks_and_application_identifiers(label: str, code: str) -> None:
    assert clean(label) == code


def test_5_2_an_arrived_hawb_moves_its_bill_in_the_same_breath(
    scan: Callable[..., Any], flight: ExpressCargoManifest
) -> None:
    waiting = bill(BillStage.ARRIVAL, hawb=HouseAirwayBill.objects.get(number="SWF001"))
    scan("SWF001")
    moved = type(waiting).objects.get(pk=waiting.pk)
    assert moved.stage == BillStage.XRAY
    assert moved.arrived_at is not None


def test_nothing_is_kept_of_a_scan_whose_consequences_fail(scan: Callable[..., Any]) -> None:
    def broken(**_news: Any) -> None:
        raise RuntimeError

    house_airway_bills_arrived.connect(broken)
    try:
        with pytest.raises(RuntimeError):
            scan("SWF001")
    finally:
        house_airway_bills_arrived.disconnect(broken)
    assert not ArrivalScan.objects.exists()
    assert arrived("SWF001") == (0, False)


def test_one_statement_records_a_scan(
    scan: Callable[..., Any], flight: ExpressCargoManifest, django_assert_max_num_queries: Any
) -> None:
    scan("SWF002-1")
    with django_assert_max_num_queries(7):  # the person, the manifest, the scan between its savepoints
        scan("SWF002-2")


@pytest.mark.parametrize(
    "message",
    [
        "", "[]", "{}", '{"scans": []}', '{"scans": [{"key": "1", "code": "A", "at": "2026-11-19T07:00:00+05:30"}]}',
        '{"scans": [{"key": "6f1f9d0e-7a0c-4a55-9a77-0d4a3f0e1c55", "code": "A", "at": "2026-11-19T07:00:00"}]}',
        '{"scans": [{"key": "6f1f9d0e-7a0c-4a55-9a77-0d4a3f0e1c55", "code": " ", "at": "2026-11-19T07:00:00+05:30"}]}',
        '{"scans": [{"key": "6f1f9d0e-7a0c-4a55-9a77-0d4a3f0e1c55", "code": "A\\u0000", "at": "2026-11-19T07:00:00+05:30"}]}',
        '{"scans": [{"key": "6f1f9d0e-7a0c-4a55-9a77-0d4a3f0e1c55", "code": 7, "at": "2026-11-19T07:00:00+05:30"}]}',
    ],
)  # fmt: skip
def test_a_message_that_is_none_is_refused(signed_in: SignedIn, flight: ExpressCargoManifest, message: str) -> None:
    answer = signed_in("scan.blr").post(reverse("scans", args=[flight.key]), message, "application/json")
    assert answer.status_code == 400
    assert not ArrivalScan.objects.exists()


def test_a_clock_that_runs_ahead_does_not_make_arrivals_of_the_future(
    signed_in: SignedIn, flight: ExpressCargoManifest
) -> None:
    behind = {"scans": [{"key": str(uuid4()), "code": "SWF009", "at": "2020-01-01T00:00:00+00:00"}]}
    signed_in("scan.blr").post(reverse("scans", args=[flight.key]), json.dumps(behind), "application/json")
    assert ArrivalScan.objects.get(code="SWF009").scanned_at == flight.scan_started_at  # a clock that was reset
    ArrivalScan.objects.all().delete()
    ahead = {"scans": [{"key": str(uuid4()), "code": "SWF001", "at": "2099-01-01T00:00:00+05:30"}]}
    signed_in("scan.blr").post(reverse("scans", args=[flight.key]), json.dumps(ahead), "application/json")
    assert ArrivalScan.objects.get().scanned_at <= timezone.now()


@pytest.mark.parametrize(("stage", "status"), [(Stage.SUBMITTED, 409), (Stage.IGM_FED, 409), (Stage.ARRIVED, 200)])
def test_scans_are_taken_from_the_start_and_late_ones_after_the_close(
    signed_in: SignedIn, stage: str, status: int
) -> None:
    station = signed_in("scan.blr")
    on = house_airway_bill(manifest(stage), number="SWF009").manifest
    message = json.dumps({"scans": [{"key": str(uuid4()), "code": "SWF009", "at": NOW}]})
    assert station.post(reverse("scans", args=[on.key]), message, "application/json").status_code == status
    assert arrived("SWF009") == ((1, True) if status == 200 else (0, False))


@pytest.mark.parametrize("username", ["scan.del", "ao.blr", "courier.swift", "warehouse.blr"])
def test_only_the_stations_own_scanners_scan(signed_in: SignedIn, flight: ExpressCargoManifest, username: str) -> None:
    browser = signed_in(username)
    message = json.dumps({"scans": [{"key": str(uuid4()), "code": "SWF001", "at": NOW}]})
    assert browser.post(reverse("scans", args=[flight.key]), message, "application/json").status_code in (403, 404)
    assert browser.get(reverse("scan-station", args=[flight.key])).status_code in (403, 404)
    assert browser.get(reverse("scan-packages", args=[flight.key])).status_code in (403, 404)
    assert not ArrivalScan.objects.exists()


def test_the_station_holds_every_package_to_judge_by(signed_in: SignedIn, flight: ExpressCargoManifest) -> None:
    listed = signed_in("scan.blr").get(reverse("scan-packages", args=[flight.key])).json()["pieces"]
    assert sorted(piece[0] for piece in listed) == ["SWF001", "SWF002-1", "SWF002-2", "SWF002-3"]
    assert ["SWF001", "SWF001", 1, "10.000", "", False, 0, 0, False] in listed


def test_one_label_in_the_plain_form(signed_in: SignedIn, flight: ExpressCargoManifest) -> None:
    station = signed_in("scan.blr")
    key = str(uuid4())
    for _ in range(2):
        answer = station.post(reverse("scans", args=[flight.key]), {"key": key, "code": "swf001"}, follow=True)
        assert answer.status_code == 200
    assert ArrivalScan.objects.get().verdict == "ARRIVED"


def weigh(signed_in: SignedIn, on: ExpressCargoManifest, hawb: str, kg: str) -> tuple[int, str]:
    """What is answered to a weight."""
    answer = signed_in("scan.blr").post(
        reverse("weight", args=[on.key]), {"hawb": hawb, "kg": kg}, headers={"Accept": "application/json"}
    )
    return answer.status_code, next(iter(answer.json().values()))


@pytest.mark.parametrize(("kg", "beyond"), [("10.2", False), ("10", False), ("15", True), ("5", True)])
def test_a_weight_is_kept_and_beyond_the_tolerance_said(
    signed_in: SignedIn, flight: ExpressCargoManifest, kg: str, *, beyond: bool
) -> None:
    status, words = weigh(signed_in, flight, "swf001", kg)
    assert status == 200
    assert ("beyond the tolerance" in words) == beyond
    assert HouseAirwayBill.objects.get(number="SWF001").actual_weight_kg == Decimal(kg)


@pytest.mark.parametrize(
    ("hawb", "kg", "status"),
    [
        ("SWF001", "0", 422),
        ("SWF001", "-2", 422),
        ("SWF001", "heavy", 422),
        ("SWF009", "2", 404),
        ("", "2", 422),
        ("S!", "2", 422),
    ],
)
def test_a_weight_that_is_none_is_refused(
    signed_in: SignedIn, flight: ExpressCargoManifest, hawb: str, kg: str, status: int
) -> None:
    assert weigh(signed_in, flight, hawb, kg)[0] == status
    assert not HouseAirwayBill.objects.exclude(actual_weight_kg=None).exists()


def test_a_weight_in_the_plain_form_is_answered_on_the_station(
    signed_in: SignedIn, flight: ExpressCargoManifest
) -> None:
    station = signed_in("scan.blr")
    answer = station.post(reverse("weight", args=[flight.key]), {"hawb": "SWF001", "kg": "10.1"}, follow=True)
    assert "10.1 kg recorded, declared 10.000 kg." in answer.content.decode()


def test_short_and_excess_are_listed_when_the_arrival_is_closed(
    signed_in: SignedIn, scan: Callable[..., Any], flight: ExpressCargoManifest
) -> None:
    scan("SWF001", "SWF002-1", "STRAY9", "STRAY9")
    station = signed_in("scan.blr")
    station.post(flight.step_url("close_arrival"), {"close_arrival-remarks": "Two left behind at HKG", "confirm": "1"})
    closed = ExpressCargoManifest.objects.get(pk=flight.pk)
    assert (closed.stage, closed.scan_closed_at is not None) == (Stage.ARRIVED, True)
    for username in ("scan.blr", "ao.blr", "courier.swift"):
        page = signed_in(username).get(reverse("differences", args=[flight.key]))
        words = page.content.decode()
        assert "Short: 2 packages" in words
        assert "SWF002-2" in words and "SWF002-3" in words and "SWF002-1" not in words
        assert "Excess: 1 label" in words and "STRAY9" in words
    assert signed_in("ao.del").get(reverse("differences", args=[flight.key])).status_code == 404
