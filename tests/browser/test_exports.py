"""Goods for export in the browser: received at the scan station, X-rayed many at once, on a manifest, gone."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from exports.models import CourierExportManifest, CourierShippingBill
from exports.stages import Stage
from tests.browser.conftest import Visit, member
from tests.browser.test_scan_station import pull
from tests.factories.shipping import shipping_bill


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

    courier = visit("courier.swift")
    courier.goto("/exports/flights/")
    departs = timezone.localtime(timezone.now() + timedelta(hours=3))
    told = {
        "airline": "Zephyr Air", "flight_number": "ZZ901", "mawb": "899-44172063", "airport_of_destination": "FRA",
        "scheduled_departure": f"{departs:%d/%m/%Y %H:%M}",
    }  # fmt: skip
    for name, text in told.items():
        courier.locator(f"#id_{name}").fill(text)
    courier.locator("#id_station").select_option("BLR")
    courier.get_by_role("button", name="Begin").click()
    expect(courier.get_by_role("heading", level=1)).to_contain_text("ZZ901")
    courier.get_by_role("button", name="Save and go on to filing").click()
    manifest = CourierExportManifest.objects.get()
    signatory = visit("signatory.swift")
    signatory.goto(manifest.step_url("file"))
    signatory.get_by_role("button", name="File export manifest").click()
    expect(signatory.locator("body")).to_contain_text("Awaiting EGM number")
    assert stages() == {Stage.MANIFESTED}
