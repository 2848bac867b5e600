"""Every page as axe sees it: nothing serious, for the trade, for officers, for the custodian, and before signing in."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Visit
from tests.walk import addresses

BAD = ("serious", "critical")


def faults(page: Page) -> list[str]:
    """What axe finds serious, with the first place where it stands."""
    found = Axe().run(page).response["violations"]
    return [f"{page.url} {f['id']}: {f['nodes'][0]['html'][:160]}" for f in found if f["impact"] in BAD]


def shown(page: Page, address: str) -> bool:
    """Whether the address is a page for this person."""
    answer = page.request.get(address, max_redirects=0)
    html = (answer.headers.get("content-type") or "").startswith("text/html")
    return answer.status == 200 and html and "<html" in answer.text()  # a fragment stands in a page of its own


@pytest.mark.parametrize("username", ["signatory.swift", "ao.blr", "superintendent.blr", "scan.blr", "portadmin.blr"])
def test_axe_finds_nothing_serious_on_any_page(username: str, visit: Visit) -> None:
    world = addresses.build()
    page = visit(username, bypass_csp=True)
    looked: dict[str, int] = {}
    found: list[str] = []
    for name, listed in {**world.addresses, **world.shared}.items():
        for address in listed:
            if looked.get(name, 0) < 2 and shown(page, address):
                page.goto(address)
                found += faults(page)
                looked[name] = looked.get(name, 0) + 1
    assert not found, "\n".join(found)
    assert len(looked) >= 6, looked


def test_axe_finds_nothing_serious_before_signing_in_or_where_nothing_is(visit: Visit) -> None:
    page = visit("", bypass_csp=True)
    page.goto("/sign-in/")
    found = faults(page)
    page.get_by_role("button", name="Continue").click()
    found += faults(page)
    signed_in = visit("ao.blr", bypass_csp=True)
    signed_in.goto("/bills/imports/CBE-XIII_BLR_2026-2027_99_99/")
    found += faults(signed_in)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("width", [390, 1366])
def test_no_page_of_the_trade_is_wider_than_its_screen(width: int, visit: Visit) -> None:
    world = addresses.build()
    page = visit("signatory.swift", width=width)
    wide: list[str] = []
    for listed in {**world.addresses, **world.shared}.values():
        address = listed[0]
        if shown(page, address):
            page.goto(address)
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
                wide.append(address)
    assert not wide


def test_a_page_can_be_walked_by_keyboard(visit: Visit) -> None:
    page = visit("ao.blr")
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
