"""A flight of any size, made by a program that also counts it: from its two files to Out of Charge, through the pages.

`ECCS_MAKE_FLIGHT` names that program (`--rows N --seed N --errors N --out DIR` writes `ecm.csv`, `cbe.csv` and `truth.json`);
`ECCS_MAKE_FLIGHT_ROWS` the size of the flight, 200 where it is not set.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import Sum
from django.utils import timezone
from playwright.sync_api import Page, expect

from bills import filing
from bills.models import BillTrail, CourierBillOfEntry, Item, OutOfCharge
from bills.stages import Stage
from eccs import trail
from manifests.models import ExpressCargoManifest, HouseAirwayBill, ManifestTrail, Package
from manifests.scan_views import AT_ONCE
from payments.models import Challan
from payments.views import BILLS_A_PAGE
from tests.browser.conftest import Visit
from tests.browser.test_journeys import open_manifest, pay, press, sign

PROGRAM = os.environ.get("ECCS_MAKE_FLIGHT", "")
ROWS = int(os.environ.get("ECCS_MAKE_FLIGHT_ROWS", "200"))

Truth = dict[str, Any]


def made(folder: Path, errors: int = 0) -> Truth:
    """The two files in the folder, and what they hold as their maker counted it."""
    words = ["--rows", str(ROWS), "--seed", "7", "--errors", str(errors), "--out", str(folder)]
    subprocess.run([sys.executable, PROGRAM, *words], check=True)
    truth: Truth = json.loads((folder / "truth.json").read_text())
    return truth


def hand_in(page: Page, file: Path) -> None:
    """Choose a file on the page that stands open, and send it."""
    page.locator("input[name=file]").set_input_files(file)
    page.locator("form:has(input[name=file]) button").first.click()


def named(page: Page) -> list[tuple[int, str]]:
    """Row and column of each fault on the page, each with its reason."""
    rows = page.locator("section[aria-labelledby=rows] tbody tr").all()
    cells = [row.locator("td").all_inner_texts() for row in rows]
    assert all(reason.strip() for *_, reason in cells)
    return sorted((int(row), column) for row, column, *_ in cells)


def spoiled(truth: Truth, file: str) -> list[tuple[int, str]]:
    """The cells that were spoiled in a file."""
    return sorted((one["row"], one["column"]) for one in truth["spoiled"] if one["file"] == file)


def desk_of(bill: CourierBillOfEntry) -> Stage:
    """Where a bill stands once its duty is paid, it has landed and X-ray saw nothing: by what the RMS decided."""
    decision = bill.risk_decision
    assert decision is not None
    if decision.documents_required:
        return Stage.DOCUMENTS
    if decision.assesses:
        return Stage.ASSESSMENT
    return Stage.EXAMINATION if decision.examines else Stage.OUT_OF_CHARGE


@pytest.mark.skipif(not PROGRAM, reason="ECCS_MAKE_FLIGHT names no program that makes a flight")
def test_a_flight_of_many_leaves_customs(visit: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filing._chance, "randrange", Random(7).randrange)
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    truth, faults = made(right), made(wrong, errors=20)
    page = visit("signatory.swift")
    page.set_default_timeout(120_000)

    flight = the_manifest(page, right, wrong, truth, faults)
    the_bills(page, flight, right, wrong, truth, faults)
    due = CourierBillOfEntry.objects.filter(stage=Stage.DUTY).count()
    while CourierBillOfEntry.objects.filter(stage=Stage.DUTY).exists():
        pay(page)
    assert due > BILLS_A_PAGE
    assert Challan.objects.filter(stage="PAID").count() == -(-due // BILLS_A_PAGE)

    land(page, visit, flight, truth)
    cleared = clear_xray(visit("xray.blr"))

    bills = list(CourierBillOfEntry.objects.select_related("risk_decision"))
    stands = {bill.pk: Stage(bill.stage) for bill in bills}
    assert stands == {bill.pk: desk_of(bill) for bill in bills}
    counted = Counter(stands.values())
    assert cleared == counted[Stage.OUT_OF_CHARGE] + counted[Stage.EXAMINATION]
    assert (
        OutOfCharge.objects.filter(automatic=True).count()
        == counted[Stage.OUT_OF_CHARGE]
        == OutOfCharge.objects.count()
    )
    hands = BillTrail.objects.filter(document__stage=Stage.OUT_OF_CHARGE).values_list("step", flat=True)
    assert set(hands) <= {"file", "confirm_payment", "record_arrival", "clear_xray"}
    for officer, stage in (("ao.blr", Stage.ASSESSMENT), ("inspector.blr", Stage.EXAMINATION)):
        desk = visit(officer)
        desk.goto(f"/bills/imports/queue/{stage.lower()}/")
        expect(desk.locator("nav.views li").first).to_have_text(f"All {counted[stage]}")
    assert not list(trail.broken_lines(BillTrail)) and not list(trail.broken_lines(ManifestTrail))
    print(truth, dict(counted), f"challans: {Challan.objects.count()}, X-ray cleared: {cleared}")  # shown with -s


def the_manifest(page: Page, right: Path, wrong: Path, truth: Truth, faults: Truth) -> ExpressCargoManifest:
    """The spoiled file is named cell by cell and saves nothing; the right one is what its maker counted."""
    flight = open_manifest(page, wrong / "ecm.csv")
    assert named(page) == spoiled(faults, "ecm")
    assert not HouseAirwayBill.objects.exists() and not Package.objects.exists()
    hand_in(page, right / "ecm.csv")
    expect(page.locator("h1")).to_be_visible()
    page.goto(flight.get_absolute_url())
    for box in page.get_by_role("checkbox", name=re.compile("This manifest is complete|true to the documents")).all():
        box.check()
    press(page, "Submit manifest")
    press(page, "Submit manifest")
    flight = ExpressCargoManifest.objects.get()
    assert (flight.stage, flight.hawb_count, flight.package_count) == ("SUBMITTED", truth["hawbs"], truth["packages"])
    weight = HouseAirwayBill.objects.aggregate(sum=Sum("gross_weight_kg"))["sum"]
    assert (str(weight), HouseAirwayBill.objects.count()) == (truth["gross_weight_kg"], truth["hawbs"])
    return flight


def the_bills(page: Page, flight: ExpressCargoManifest, right: Path, wrong: Path, truth: Truth, faults: Truth) -> None:
    """One bill a HAWB by the second file: nothing of the spoiled one, all of the right one once it is signed."""
    page.goto(f"/bills/flights/{flight.key}/")
    hand_in(page, wrong / "cbe.csv")
    assert named(page) == spoiled(faults, "cbe")
    assert not CourierBillOfEntry.objects.exists()
    hand_in(page, right / "cbe.csv")
    sign(page)
    expect(page.locator("h1")).to_be_visible()
    filed = CourierBillOfEntry.objects.exclude(number=None)
    assert (filed.count(), Item.objects.count()) == (truth["bills"], truth["items"])


def land(page: Page, visit: Visit, flight: ExpressCargoManifest, truth: Truth) -> None:
    """The aircraft lands; the scan station sends every package, a hundred at a time."""
    page.goto(flight.get_absolute_url())
    page.get_by_role("textbox", name="IGM number").fill("2914407")
    page.get_by_role("textbox", name="Actual arrival").fill("20/11/2026 06:18")
    press(page, "Feed IGM number")
    station = visit("scan.blr")
    station.goto(flight.get_absolute_url())
    press(station, "Start arrival scan")
    station.goto(f"/manifests/{flight.key}/scan/")
    token = station.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    said: Counter[str] = Counter()
    labels = list(Package.objects.order_by("pk").values_list("crn", flat=True))
    for begin in range(0, len(labels), AT_ONCE):
        now, codes = timezone.now().isoformat(), labels[begin : begin + AT_ONCE]
        scans = [{"key": str(uuid4()), "code": code, "at": now} for code in codes]
        answer = station.request.post(
            f"/manifests/{flight.key}/scans/", data={"scans": scans}, headers={"X-CSRFToken": token}
        )
        assert answer.status == 200
        said.update(one["verdict"] for one in answer.json()["answers"])
    assert said == {"ARRIVED": truth["packages"]}
    assert Package.objects.filter(arrived_at=None).count() == 0


def clear_xray(page: Page) -> int:
    """X-ray clears all that waits, a full page at a time; how many that were."""
    cleared = CourierBillOfEntry.objects.filter(stage=Stage.XRAY).count()
    while CourierBillOfEntry.objects.filter(stage=Stage.XRAY).exists():
        page.goto("/bills/imports/queue/xray/?show=250")
        page.locator(".tick-all").first.click()
        press(page, "Clear X-ray")
        expect(page.get_by_text("Clear X-ray done on").first).to_be_visible()
    return cleared
