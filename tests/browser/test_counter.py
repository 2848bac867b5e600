"""The Service Centre by keyboard alone: from the token to the sealed filing, with the customer's own screen (PN17 2.3, 2.4)."""

from __future__ import annotations

import re

from django.urls import reverse
from playwright.sync_api import FilePayload, Page, expect

from bills.models import CourierBillOfEntry
from bills.stages import Stage
from counter.models import CustomerDisplay, Visit
from tests.browser.conftest import Visit as Visiting
from tests.browser.conftest import member
from tests.factories.bills import bill
from tests.factories.manifests import house_airway_bill, manifest

MOST = 40


class Keyboard:
    """An operator's hands: data is typed from paper, every other key is counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, *keys: str) -> None:
        """Keys that are no data."""
        for key in keys:
            self.pressed += 1
            self.page.keyboard.press(key)
            if key.startswith("Arrow"):  # no hand is quicker than the screen
                self.page.evaluate("new Promise(requestAnimationFrame)")

    def data(self, text: str) -> None:
        """What stands on the paper."""
        self.page.keyboard.type(text)

    def load(self, *keys: str) -> None:
        """Keys that lead to the next page."""
        with self.page.expect_navigation():
            self.press(*keys)


def test_2_3_a_walk_in_is_served_from_token_to_sealed_filing_in_under_forty_keystrokes(visit: Visiting) -> None:
    courier = member("courier.swift").courier
    assert courier is not None
    hawb = house_airway_bill(manifest(courier=courier))
    page = visit("servicecentre.blr")
    page.goto(reverse("counter"))
    page.get_by_role("button", name="Set up the display").click()  # once, on the first day
    screen = visit("")
    screen.goto(reverse("counter-display", args=[CustomerDisplay.objects.get().key]))
    expect(screen.get_by_text("Please wait for your number")).to_be_visible()

    hands = Keyboard(page)
    hands.press("t")
    hands.data(str(courier.number))
    hands.press("Tab")
    hands.data("Devan Kaul")
    hands.load("Enter")
    hands.load("c")
    expect(screen.get_by_text("Please come to the counter")).to_be_visible()
    expect(screen.locator(".calls__token")).to_have_text(str(Visit.objects.get().serial))
    hands.load("s")
    hands.press("b")
    hands.data(hawb.number)
    hands.load("Enter")
    hands.load("b")

    expect(page.get_by_role("heading", name="Consignee and KYC")).to_be_visible()
    hands.press("ArrowUp", "ArrowUp", "ArrowUp", "Tab")  # GSTIN
    hands.data("29AAKCK4417E1ZH")
    hands.press("Tab")
    hands.data("AAKCK4417E")
    hands.load("Enter")
    expect(page.get_by_role("heading", name="Invoice and terms")).to_be_visible()
    hands.data("LBA-26-11873")
    hands.press("Tab")
    hands.data("12/11/2026")
    hands.load("Enter")
    expect(page.get_by_role("heading", name="Item 1")).to_be_visible()
    hands.data("85183000")
    hands.press("Tab", "Tab", "Tab")
    hands.data("10")
    hands.press("Tab")
    hands.data("NOS")
    hands.press("Tab")
    hands.data("11.20")
    hands.load("Enter")

    expect(page.get_by_role("heading", name="Check your answers, then sign")).to_be_visible()
    hands.load("d")
    expect(screen.get_by_text("Please check what was entered")).to_be_visible()
    expect(screen.locator(".calls__sums")).to_contain_text("85183000")
    with page.context.expect_page() as opened:
        hands.press("p")
    assert opened.value.url.endswith(".pdf")
    opened.value.close()
    hands.press("Control+w")  # which an operator presses to come back
    page.bring_to_front()
    hands.press("v")
    scan = page.locator("input[type=file][name=scan]")
    expect(scan).to_be_focused()
    hands.pressed += (
        2  # Space opens the computer's own window for files, Enter chooses the scan in it: neither is the page's
    )
    sealed: FilePayload = {"name": "sealed.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 sealed"}
    scan.set_input_files(sealed)
    hands.press("Tab")
    hands.load("Enter")
    expect(page.locator("section[aria-labelledby=h-sealing] .state--ok")).to_have_text("Sealed")
    hands.press("f", "Space", "Tab", "Space")
    hands.load("Enter")
    expect(page.get_by_text(re.compile("CBE-XIII_BLR_")).first).to_be_visible()

    filed = CourierBillOfEntry.objects.get()
    assert (
        filed.stage != Stage.DRAFT
        and filed.courier == courier
        and filed.trail.get(step="file").role == "SERVICE_CENTRE"
    )
    assert hands.pressed < MOST


def test_2_3_a_query_is_answered_at_the_counter_by_keyboard_alone(visit: Visiting) -> None:
    courier = member("courier.swift").courier
    assert courier is not None
    asked = bill(Stage.QUERY)
    page = visit("servicecentre.blr")
    page.goto(reverse("counter"))
    hands = Keyboard(page)
    hands.press("t")
    hands.data(str(courier.number))
    hands.press("Tab")
    hands.data("Devan Kaul")
    for key in ("Enter", "c", "s"):
        hands.load(key)
    hands.press("r")
    hands.data(str(asked.number))
    hands.load("Enter")
    hands.load("1")
    expect(page.get_by_text("Which battery?")).to_be_visible()
    expect(page.get_by_label("Your answer")).to_be_focused()
    hands.data("A lithium-ion battery of 12 Wh.")
    hands.press("Tab", "Tab")
    hands.load("Enter")
    hands.press("v")
    scan = page.locator("input[type=file][name=scan]")
    expect(scan).to_be_focused()
    scan.set_input_files({"name": "sealed.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 sealed"})
    hands.press("Tab")
    hands.load("Enter")
    expect(page.locator("section[aria-labelledby=h-sealing] .state--ok")).to_have_text("Sealed")
    hands.load("f")
    expect(page.get_by_text(f"Reply to query: {asked.number}").first).to_be_visible()
    line = CourierBillOfEntry.objects.get(pk=asked.pk).trail.get(step="reply_to_query")
    assert line.role == "SERVICE_CENTRE" and hands.pressed < MOST / 2
