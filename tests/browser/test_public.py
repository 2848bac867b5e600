"""Somebody on a phone, without an account and without JavaScript, asks where a parcel is."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from bills.stages import Stage
from tests.factories.bills import bill
from tests.factories.firms import courier


def test_a_parcel_is_tracked_on_a_phone_without_javascript(whole_system: str, chromium: Browser) -> None:
    hawb, firm = bill(Stage.QUERY, arrived=True).consignment, courier()
    context = chromium.new_context(
        base_url=whole_system, viewport={"width": 360, "height": 720}, is_mobile=True, has_touch=True, device_scale_factor=2,
        java_script_enabled=False, locale="en-IN",
    )  # fmt: skip
    fetched: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: fetched.append(request.url.rpartition("/")[2]))
    page.goto("/public/")
    page.get_by_role("link", name="Track a shipment").first.tap()
    expect(page.get_by_role("heading", name="Track a shipment")).to_be_visible()
    page.get_by_label("HAWB number").fill(hawb.lower())
    page.get_by_label("Courier").select_option(label=firm.name)
    page.get_by_role("button", name="Track").tap()
    expect(page.get_by_role("heading", name="Your shipment")).to_be_in_viewport()
    expect(page.locator(".track__now")).to_contain_text("With Customs")
    heavy = [one for one in fetched if one.endswith((".js", ".woff2"))]
    assert set(heavy) <= {"devanagari-small.woff2"}, fetched  # and that only where the device has no Devanagari
    page.get_by_label("HAWB number").fill("SWF0000000009")
    page.get_by_role("button", name="Track").tap()
    expect(page.get_by_role("heading", name="Nothing is known of this shipment")).to_be_in_viewport()
    context.close()
