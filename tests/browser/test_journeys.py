"""The journeys of the people: a courier brings a flight and pays, officers clear what stands on their desks."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import FilePayload, Page, expect

from bills.models import BillTrail, CourierBillOfEntry, OutOfCharge
from bills.stages import Stage
from eccs import trail
from eccs.workflow import Document
from manifests.models import ExpressCargoManifest, HouseAirwayBill, Package
from payments.models import Challan
from tests.browser import flights
from tests.browser.conftest import PASSWORD, Visit, member
from tests.factories.bills import bill


def press(page: Page, name: str) -> None:
    """Press the button of that name."""
    page.get_by_role("button", name=name).first.click()


def sign(page: Page) -> None:
    """Tick every declaration and sign."""
    for box in page.locator("form.sign input[type=checkbox]").all():
        box.check()
    page.locator("form.sign button").click()


def stages() -> dict[str, str]:
    """Where each bill stands, by the end of its HAWB."""
    return {one.hawb.number[-1]: str(one.stage) for one in CourierBillOfEntry.objects.select_related("hawb")}


def hand_in_manifest(page: Page, count: int, station: str = "BLR") -> ExpressCargoManifest:
    """The manifest's header with a file of that many shipments, checked."""
    rows = [flights.shipment(n) for n in range(1, count + 1)]
    return open_manifest(page, flights.as_file("ecm.csv", flights.ECM, rows), station)


def open_manifest(page: Page, file: Any, station: str = "BLR") -> ExpressCargoManifest:
    """The manifest's header with a file of its shipments, as a browser hands it in."""
    page.goto("/manifests/new/")
    page.get_by_label("Station", exact=True).select_option(station)
    for label, value in (
        ("Airline", "Zephyr Air"), ("Flight number", "zz318"), ("Airport of shipment", "hkg"),
        ("Country of exportation", "hk"), ("First port of arrival", station), ("Scheduled arrival", "20/11/2026 06:20"),
    ):  # fmt: skip
        page.get_by_label(label).fill(value)
    page.locator("input[type=file]").set_input_files(file)
    press(page, "Save and go on")
    expect(page.locator("h1")).to_be_visible()
    return ExpressCargoManifest.objects.get()


def test_a_courier_brings_a_flight_and_it_leaves_customs(visit: Visit) -> None:
    member("signatory.swift")
    page = visit("")
    page.goto("/")
    page.get_by_label("User name").fill("signatory.swift")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Continue")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()

    flight = hand_in_manifest(page, 5)
    page.goto(flight.get_absolute_url())
    for box in page.get_by_role("checkbox", name=re.compile("This manifest is complete|true to the documents")).all():
        box.check()
    press(page, "Submit manifest")
    press(page, "Submit manifest")
    flight = ExpressCargoManifest.objects.get()
    assert (flight.stage, flight.hawb_count, flight.package_count) == ("SUBMITTED", 5, 5)
    expect(page.get_by_text(flight.number or "").first).to_be_visible()

    page.goto(f"/bills/flights/{flight.key}/")
    rows = [flights.item(n) for n in range(1, 6)]
    page.locator("input[name=file]").set_input_files(flights.as_file("cbe.csv", flights.CBE, rows))  # type: ignore[arg-type]
    page.locator("main form[enctype] button").first.click()
    sign(page)
    expect(page.locator("h1")).to_be_visible()
    assert set(stages().values()) == {Stage.DUTY}

    pay(page)
    assert set(stages().values()) == {Stage.ARRIVAL}
    assert Challan.objects.get().stage == "PAID"

    page.goto(flight.get_absolute_url())
    page.get_by_role("textbox", name="IGM number").fill("2914407")
    page.get_by_role("textbox", name="Actual arrival").fill("20/11/2026 06:18")
    press(page, "Feed IGM number")
    assert ExpressCargoManifest.objects.get().stage == "IGM_FED"

    scan_all(visit, flight)
    assert set(stages().values()) == {Stage.XRAY}

    xray = visit("xray.blr")
    xray.goto("/bills/imports/queue/xray/")
    xray.get_by_role("link", name="All on this page").or_(xray.locator(".tick-all")).first.click()
    press(xray, "Clear X-ray")
    expect(xray.get_by_text("Clear X-ray done on 5 documents.")).to_be_visible()
    assert set(stages().values()) == {Stage.OUT_OF_CHARGE}
    assert sorted(OutOfCharge.objects.values_list("serial", "automatic")) == [(n, True) for n in range(1, 6)]
    assert not list(trail.broken_lines(BillTrail))

    one = CourierBillOfEntry.objects.order_by("serial").first()
    assert one is not None
    page.goto(one.get_absolute_url())
    with page.expect_response(lambda answer: answer.url.endswith(".pdf")) as answered:
        page.evaluate(
            "(address) => fetch(address).then((r) => r.arrayBuffer())", f"/bills/prints/{one.key}/out-of-charge.pdf"
        )
    assert answered.value.status == 200
    assert answered.value.headers["content-type"] == "application/pdf"


def pay(page: Page) -> None:
    """All bills that wait on one challan, paid at the sandbox bank, and back."""
    page.goto("/payments/new/")
    page.locator(".tick-all").click()
    press(page, "Make a challan")
    page.locator(".pay__now button").click()
    page.get_by_label("Customer name").fill("Asha")
    press(page, "Log in")
    press(page, "Approve")
    press(page, "Return to ECCS")
    expect(page.get_by_text("Cyber receipt").first).to_be_visible()


def scan_all(visit: Visit, flight: ExpressCargoManifest, who: str = "scan.blr") -> None:
    """Start the arrival scan and scan every package."""
    page = visit(who)
    page.goto(flight.get_absolute_url())
    press(page, "Start arrival scan")
    page.goto(f"/manifests/{flight.key}/scan/")
    page.wait_for_load_state("networkidle")
    for code in Package.objects.filter(manifest=flight).values_list("crn", flat=True):
        page.keyboard.insert_text(code)
        page.keyboard.press("Enter")
    expect(page.locator("#unsent-say")).to_have_text("All sent")


def open_step(page: Page, one: Document, name: str) -> None:
    """The bill's page with one step unfolded."""
    page.goto(one.get_absolute_url())
    step = page.locator(f"#step-{name}")
    if step.get_attribute("open") is None and step.locator("summary").count():
        step.locator("summary").click()


def take_step(page: Page, name: str) -> None:
    """Send the form of the unfolded step."""
    page.locator(f"#step-{name} form button.govuk-button").click()


def stage_of(one: CourierBillOfEntry) -> str:
    """Where the bill stands now."""
    return str(CourierBillOfEntry.objects.get(pk=one.pk).stage)


def give_out_of_charge(visit: Visit, one: CourierBillOfEntry) -> None:
    """The superintendent lets the goods go, on a page that asks again."""
    page = visit("superintendent.blr")
    open_step(page, one, "give_out_of_charge")
    take_step(page, "give_out_of_charge")
    assert stage_of(one) == Stage.FOR_OUT_OF_CHARGE
    press(page, "Give Out of Charge")
    expect(page.get_by_text("Give Out of Charge done").first).to_be_visible()
    assert stage_of(one) == Stage.OUT_OF_CHARGE


def test_a_queried_bill(visit: Visit) -> None:
    one = bill(Stage.ASSESSMENT, assessment_required=True, arrived=True)
    officer = visit("ao.blr")
    open_step(officer, one, "raise_query")
    officer.get_by_label("Question to the courier").fill("Which battery is inside?")
    take_step(officer, "raise_query")
    assert stage_of(one) == Stage.QUERY

    courier = visit("signatory.swift")
    courier.goto(one.get_absolute_url())
    expect(courier.get_by_text("Which battery is inside?").first).to_be_visible()
    courier.locator("#step-reply_to_query textarea").fill("A lithium cell of 40 mAh.")
    courier.locator("#step-reply_to_query button.govuk-button").click()
    assert stage_of(one) == Stage.ASSESSMENT

    officer.goto(one.get_absolute_url())
    expect(officer.get_by_text("A lithium cell of 40 mAh.").first).to_be_visible()
    open_step(officer, one, "assess")
    take_step(officer, "assess")
    assert stage_of(one) == Stage.DUTY

    pay(courier)
    xray = visit("xray.blr")
    open_step(xray, one, "clear_xray")
    take_step(xray, "clear_xray")
    give_out_of_charge(visit, one)
    steps = list(BillTrail.objects.filter(document=one).values_list("step", flat=True))
    assert steps == [
        "raise_query", "reply_to_query", "assess", "confirm_payment", "clear_xray", "give_out_of_charge",
    ]  # fmt: skip


def test_a_suspicious_bill(visit: Visit) -> None:
    one = bill(Stage.XRAY, facilitated=True)
    xray = visit("xray.blr")
    open_step(xray, one, "mark_suspicious")
    xray.get_by_label("What is suspicious").fill("A dense block in the lid.")
    picture: FilePayload = {"name": "x.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n a picture"}
    xray.get_by_label("X-ray image").set_input_files(files=[picture])
    take_step(xray, "mark_suspicious")
    assert stage_of(one) == Stage.EXAMINATION

    inspector = visit("inspector.blr")
    open_step(inspector, one, "report_examination")
    inspector.get_by_label("Findings").fill("A second battery, as declared.")
    inspector.get_by_label("Give Out of Charge").check()
    take_step(inspector, "report_examination")
    assert stage_of(one) == Stage.FOR_OUT_OF_CHARGE
    give_out_of_charge(visit, one)


def test_a_reassessed_bill(visit: Visit) -> None:
    one = bill(Stage.ASSESSMENT, assessment_required=True, arrived=True)
    before = one.total_duty
    officer = visit("ao.blr")
    open_step(officer, one, "assess")
    officer.get_by_label("Alter, as entered below").check()
    officer.get_by_text("Alter by item").click()
    officer.get_by_label("Unit price of item 1").fill("22.40")
    officer.get_by_label("Remarks").first.fill("The invoice of the maker says 22.40.")
    take_step(officer, "assess")
    assert stage_of(one) == Stage.DUTY
    altered = CourierBillOfEntry.objects.get(pk=one.pk)
    assert altered.total_duty > before

    courier = visit("signatory.swift")
    pay(courier)
    assert CourierBillOfEntry.objects.get(pk=one.pk).duty_paid == altered.total_duty
    xray = visit("xray.blr")
    open_step(xray, one, "clear_xray")
    take_step(xray, "clear_xray")
    assert stage_of(one) == Stage.FOR_OUT_OF_CHARGE
    give_out_of_charge(visit, one)


def test_a_bill_another_officer_has_just_moved(visit: Visit) -> None:
    one = bill(Stage.ASSESSMENT, arrived=True)
    first, second = visit("ao.blr"), visit("dcac.blr")
    open_step(first, one, "assess")
    late = visit("ao.blr")
    open_step(late, one, "raise_query")
    late.get_by_label("Question to the courier").fill("Which battery is inside?")
    take_step(first, "assess")
    assert stage_of(one) == Stage.DUTY
    take_step(late, "raise_query")
    expect(late.get_by_text("Nothing has changed").first).to_be_visible()
    expect(late.get_by_text("is at “Awaiting duty” now").first).to_be_visible()
    assert stage_of(one) == Stage.DUTY
    second.goto(one.get_absolute_url())
    expect(second.locator("main")).to_contain_text("Awaiting duty")


def test_a_spoiled_file_is_named_cell_by_cell_and_nothing_is_saved(visit: Visit) -> None:
    page = visit("courier.swift")
    flight = hand_in_manifest(page, 2)
    rows = [flights.shipment(1, mawb="157-12345671"), flights.shipment(2, packages=0), flights.shipment(2)]
    page.goto(flight.get_absolute_url())
    page.locator("input[type=file]").set_input_files(flights.as_file("ecm.csv", flights.ECM, rows))  # type: ignore[arg-type]
    page.locator("form:has(input[type=file]) button").first.click()
    for words in ("mawb", "packages", "hawb"):
        expect(page.locator("main")).to_contain_text(words)
    assert ExpressCargoManifest.objects.get().hawb_count == 2
    assert HouseAirwayBill.objects.filter(master__number="157-12345671").count() == 0
