"""Goods for export in the browser: received at the scan station, X-rayed many at once, on a manifest, gone."""

from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import FilePayload, Page, expect

from bills.models import CourierBillOfEntry
from eccs.trail import broken_lines
from exports.models import CourierExportManifest, CourierShippingBill, LetExportOrder, ShippingBillTrail
from exports.stages import Stage
from manifests.clearance import Stage as ManifestStage
from tests.browser.conftest import Visit, member
from tests.browser.flights import CBE, as_file, item
from tests.browser.test_journeys import open_step, sign, take_step
from tests.browser.test_scan_station import pull
from tests.exports.conftest import row
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.shipping import shipping_bill

BILLS = int(os.environ.get("ECCS_BROWSER_BILLS", "60"))  # `make journey` sends 3,000
PATIENCE = 15_000 + 60 * BILLS  # milliseconds


def stages() -> set[str]:
    """Where the shipping bills stand."""
    return set(CourierShippingBill.objects.values_list("stage", flat=True))


def test_goods_are_received_xrayed_and_leave(visit: Visit) -> None:
    swift = member("courier.swift").courier
    one, two = (shipping_bill(Stage.GOODS, of=swift, packages=n, packages_in=0) for n in (1, 2))
    station = visit("scan.blr")
    station.goto("/exports/receive/")
    expect(station.locator("#scan-form")).to_have_attribute("data-ready", "yes")
    for code in (one.hawb, two.hawb, "STRAY1"):
        pull(station, code)
    expect(station.locator("#unsent-say")).to_have_text("All sent")
    expect(station.locator("#done")).to_have_text("2")
    pull(station, two.hawb)
    expect(station.locator("#unsent-say")).to_have_text("All sent")
    expect(station.locator("#verdict")).to_have_attribute("data-state", "ok")
    assert stages() == {Stage.XRAY}

    xray = visit("xray.blr")
    xray.goto("/exports/bills/queue/xray/")
    for box in xray.locator("tbody input[type=checkbox]").all():
        box.check()
    xray.get_by_role("button", name="Clear X-ray").first.click()
    expect(xray.locator("body")).to_contain_text("done on 2 documents")
    assert stages() == {Stage.LET_EXPORT}

    manifest = begin_flight(visit("courier.swift"), "ZZ901")
    file_manifest(visit, manifest)
    assert stages() == {Stage.MANIFESTED}


def begin_flight(courier: Page, flight: str) -> CourierExportManifest:
    """An export manifest for a flight, with everything on it that may go."""
    courier.goto("/exports/flights/")
    departs = timezone.localtime(timezone.now() + timedelta(hours=3))
    told = {
        "airline": "Zephyr Air", "flight_number": flight, "mawb": "899-44172063", "airport_of_destination": "FRA",
        "scheduled_departure": f"{departs:%d/%m/%Y %H:%M}",
    }  # fmt: skip
    for name, text in told.items():
        courier.locator(f"#id_{name}").fill(text)
    courier.locator("#id_station").select_option("BLR")
    courier.get_by_role("button", name="Begin").click()
    expect(courier.get_by_role("heading", level=1)).to_contain_text(flight)
    courier.get_by_role("button", name="Save and go on to filing").click()
    return CourierExportManifest.objects.get(flight_number=flight)


def file_manifest(visit: Visit, manifest: CourierExportManifest) -> None:
    """The signatory files it."""
    signatory = visit("signatory.swift")
    signatory.set_default_timeout(PATIENCE)
    signatory.goto(manifest.step_url("file"))
    signatory.get_by_role("button", name="File export manifest").click()
    expect(signatory.locator("body")).to_contain_text("Awaiting EGM number", timeout=PATIENCE)
    manifest.refresh_from_db()


def feed_egm(courier: Page, manifest: CourierExportManifest, number: str) -> None:
    """The aircraft has left."""
    courier.goto(manifest.step_url("feed_egm"))
    courier.locator("[name=feed_egm-egm_number]").fill(number)
    left = timezone.localtime(timezone.now())
    courier.locator("[name=feed_egm-departed_at]").fill(f"{left:%d/%m/%Y %H:%M}")
    with courier.expect_navigation():
        courier.get_by_role("button", name="Feed EGM number").first.click()
    expect(courier.locator("body")).to_contain_text("Exported")


def counted() -> dict[str, int]:
    """How many shipping bills stand at each stage."""
    return Counter(CourierShippingBill.objects.values_list("stage", flat=True))


def test_shipping_bills_go_from_a_file_to_two_flights_and_one_comes_back(visit: Visit) -> None:
    """Most get their order with no LEO officer; a suspicious one is examined, one that is shut out leaves with the next, one comes back."""
    signatory = visit("signatory.swift")
    signatory.set_default_timeout(PATIENCE)
    member("courier.swift")
    rows = [row(f"SWX{n:04d}") for n in range(BILLS)]
    signatory.goto("/exports/files/BLR/")
    signatory.locator("#id_file").set_input_files(as_file("csb.csv", tuple(rows[0]), rows))  # type: ignore[arg-type]
    signatory.get_by_role("button", name="Upload and check").click()
    sign(signatory)
    expect(signatory.locator("body")).to_contain_text(f"{BILLS:,} shipping bills filed", timeout=PATIENCE)
    assert counted() == {Stage.GOODS: BILLS}

    station = visit("scan.blr")
    station.goto("/exports/receive/")
    expect(station.locator("#scan-form")).to_have_attribute("data-ready", "yes")
    for one in rows:
        pull(station, str(one["hawb"]))
    expect(station.locator("#unsent-say")).to_have_text("All sent", timeout=PATIENCE)
    assert counted() == {Stage.XRAY: BILLS}

    odd = CourierShippingBill.objects.get(hawb="SWX0007")
    picture: FilePayload = {"name": "x.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n a picture"}
    xray = visit("xray.blr")
    open_step(xray, odd, "mark_suspicious")
    xray.locator("[name=mark_suspicious-remarks]").fill("A dense block in the middle.")
    xray.get_by_label("X-ray image").set_input_files(files=[picture])
    with xray.expect_navigation():
        take_step(xray, "mark_suspicious")
    assert counted() == {Stage.XRAY: BILLS - 1, Stage.EXAMINATION: 1}
    while counted()[Stage.XRAY]:
        xray.goto("/exports/bills/queue/xray/")
        xray.locator(".tick-all").first.click()
        xray.get_by_role("button", name="Clear X-ray").first.click()
        expect(xray.locator("body")).to_contain_text("Clear X-ray done on")
    assert counted() == {Stage.LET_EXPORT: BILLS - 1, Stage.EXAMINATION: 1}
    assert set(LetExportOrder.objects.values_list("automatic", "by")) == {(True, None)}

    inspector = visit("inspector.blr")
    inspector.goto(odd.step_url("report_examination"))
    inspector.locator("[name=report_examination-findings]").fill("A roll of cloth, as declared.")
    inspector.locator("[name=report_examination-photos]").set_input_files(files=[picture])
    inspector.locator("[name=report_examination-recommendation][value=RELEASE]").check()
    with inspector.expect_navigation():
        inspector.get_by_role("button", name="Report examination").first.click()
    assert counted()[Stage.FOR_LET_EXPORT] == 1
    leo = visit("leo.blr")
    leo.goto(odd.step_url("give_let_export_order"))
    with leo.expect_navigation():
        leo.get_by_role("button", name="Give Let Export Order").first.click()
    assert counted() == {Stage.LET_EXPORT: BILLS}

    courier = visit("courier.swift")
    courier.set_default_timeout(PATIENCE)
    first = begin_flight(courier, "ZZ901")
    file_manifest(visit, first)
    courier.goto(first.step_url("shut_out"))
    courier.locator("[name=shut_out-hawbs]").fill("SWX0009")
    courier.locator("[name=shut_out-reason]").fill("No room.")
    with courier.expect_navigation():
        courier.get_by_role("button", name="Shut out").first.click()
    expect(courier.locator("#out")).to_contain_text("SWX0009")
    feed_egm(courier, first, "7710042")
    assert counted() == {Stage.EXPORTED: BILLS - 1, Stage.LET_EXPORT: 1}
    second = begin_flight(courier, "ZZ903")
    file_manifest(visit, second)
    feed_egm(courier, second, "7710043")
    assert counted() == {Stage.EXPORTED: BILLS}
    assert CourierShippingBill.objects.get(hawb="SWX0009").egm_number == "7710043"
    assert not list(broken_lines(ShippingBillTrail))
    one_comes_back(signatory, CourierShippingBill.objects.get(hawb="SWX0011"))


def one_comes_back(signatory: Page, left: CourierShippingBill) -> None:
    """Goods of a shipping bill land again, and are declared against it."""
    on = manifest(ManifestStage.SUBMITTED, courier=left.courier)
    landed = house_airway_bill(on, number="SWFBACK1")
    told = {"cth": left.first_cth, "quantity": "3", "hawb": landed.number, "return_of": left.hawb}
    columns = (*CBE, "return_of")
    signatory.goto(f"/bills/flights/{on.key}/")
    signatory.locator("input[name=file]").set_input_files(
        as_file("cbe.csv", columns, [item(1, **told | {"quantity": "41"})])  # type: ignore[arg-type]
    )
    signatory.locator("main form[enctype] button").first.click()
    expect(signatory.locator("body")).to_contain_text("is more than was exported with")
    signatory.goto(f"/bills/flights/{on.key}/")
    signatory.locator("input[name=file]").set_input_files(as_file("cbe.csv", columns, [item(1, **told)]))  # type: ignore[arg-type]
    signatory.locator("main form[enctype] button").first.click()
    sign(signatory)
    expect(signatory.locator("body")).to_contain_text("1 bill filed")
    came = CourierBillOfEntry.objects.get()
    assert came.return_of == left.number
    for one, other in ((left, came), (came, left)):
        signatory.goto(one.get_absolute_url())
        expect(signatory.locator(f'main a[href="{other.get_absolute_url()}"]').first).to_be_visible()
