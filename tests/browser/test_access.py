"""Every page as axe sees it: nothing serious, for the trade, for officers, for the custodian, and before signing in.

And no page is wider than its screen, on a desk or in a hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import resolve
from playwright.sync_api import Page

from accounts.models import User
from accounts.permissions import Actor
from eccs import pages
from tests.browser.conftest import Visit
from tests.walk import addresses

BAD = ("serious", "critical")


AXE = Axe()
READERS = ("signatory.swift", "ao.blr", "superintendent.blr", "scan.blr", "portadmin.blr")
TRIES = 3  # addresses of one kind of page, of which a person may see some


class NoPage(Exception):
    """The address is nobody's page."""


def faults(page: Page) -> list[str]:
    """What axe finds serious, with the first place where it stands."""
    found = AXE.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{page.url} {f['id']}: {f['nodes'][0]['html'][:160]}" for f in found if f["impact"] in BAD]


def kinds_of_page(world: addresses.World) -> Iterator[list[str]]:
    """The addresses of each kind of page: those of one name, and of one kind of document where the name has several."""
    for listed in ({**world.addresses, **world.shared}).values():
        kinds: dict[Any, list[str]] = {}
        for address in listed:
            kinds.setdefault(resolve(address.split("?")[0]).kwargs.get("slug"), []).append(address)
        yield from kinds.values()


def concerned(actor: Actor, address: str) -> bool:
    """Whether the declarations give this address to the person; a page that belongs to nobody in particular is all's."""
    match = resolve(address.split("?", maxsplit=1)[0])
    if match.url_name in {page.url_name for page in pages.declared()}:
        return actor.may(pages.activity_of(match.url_name))
    listing = pages.listing_of(match.kwargs.get("slug", ""))
    if listing and match.url_name == "step":
        step = listing.model.steps()[pages.from_verb(match.kwargs["verb"])]
        return any(actor.may(activity) for activity in step.activities)
    return True


def opened(page: Page, listed: list[str]) -> bool:
    """Go to the first of some addresses that is a page for this person. Raises NoPage for a file or a fragment."""
    for address in listed[:: max(1, len(listed) // TRIES)]:
        answer = page.request.get(address, max_redirects=0)
        html = (answer.headers.get("content-type") or "").startswith("text/html")
        if answer.status == 405 or (answer.ok and not (html and "<html" in answer.text())):
            raise NoPage  # a fragment stands in a page of its own
        if answer.status == 200:
            page.goto(address)
            return True
    return False


def readers_of(listed: list[str], readers: list[tuple[Actor, Page]]) -> Iterator[Page]:
    """Those of some people to whom one of the addresses shows a page."""
    with suppress(NoPage):
        for actor, page in readers:
            if opened(page, [address for address in listed if concerned(actor, address)]):
                yield page


def too_wide(page: Page) -> list[str]:
    """The widths of screen, in pixels, on which the page must be moved sideways to be read."""
    found = []
    for width in (390, 1366):
        page.set_viewport_size({"width": width, "height": 768})
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
            found.append(f"{page.url} is wider than {width}")
    return found


@pytest.mark.parametrize("half", [0, 1])
def test_axe_finds_nothing_serious_on_any_page_and_none_is_too_wide(half: int, visit: Visit) -> None:
    """Each kind of page as two of its readers see it, and not always the same two."""
    world = addresses.build()
    pages_of = {username: visit(username, bypass_csp=True) for username in READERS}
    readers = [(Actor.of(User.objects.get(username=username)), page) for username, page in pages_of.items()]
    looked = 0
    found: list[str] = []
    for n, listed in enumerate(kinds_of_page(world)):
        if n % 2 != half:
            continue
        turn = n // 2 % len(readers)
        for page in islice(readers_of(listed, readers[turn:] + readers[:turn]), 2):
            found += faults(page) + too_wide(page)
            looked += 1
    assert not found, "\n".join(found)
    assert looked >= 50


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


def test_a_page_can_be_walked_by_keyboard(visit: Visit) -> None:
    page = visit("ao.blr")
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
