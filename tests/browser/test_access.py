"""Every page as axe sees it: nothing serious, for the trade, for officers, for the custodian, and before signing in.

And no page is wider than its screen, on a desk or in a hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.test import Client
from django.urls import resolve
from playwright.sync_api import Page

from accounts.permissions import Actor
from eccs import pages
from tests.browser.conftest import Visit, member, session_of
from tests.walk import addresses
from tests.walk.world import World

BAD = ("serious", "critical")
TRADE = ("signatory.swift", "courieradmin.swift", "importer.kaveri")
OTHERS = (
    "ao.blr", "dcac.blr", "xray.blr", "inspector.blr", "superintendent.blr", "scan.blr", "warehouse.blr", "portadmin.blr",
    "customsadmin.blr", "custodianadmin.blr", "jc.blr", "commissioner.blr", "auditor.blr", "sysadmin",
    "bondmaker.blr", "bondchecker.blr", "risk.blr", "riskapprover.blr", "servicecentre.blr",
)  # fmt: skip
LEAD_ON = (
    "counter-answers",
    "own-registration",
    "uncleared-dispose",
    "goods-station",
)  # to the customer to be served, to the own firm, to goods to be ticked, to the own terminal
NOT_HANDED_OUT = (
    "rms/rules",
    "counter/visits",
)  # no supervisor reads the rules of risk or the tokens of the day: none puts one before another
OF_THE_PUBLIC = (
    "/public/", "/public/track/", "/public/track/?hawb=SWF7731904425&courier=", "/public/exchange-rates/", "/public/exchange-rates/USD/",
    "/public/tariff/?q=85", "/public/tariff/98049000/", "/public/forms/", "/public/forms/cbe-xiii/", "/public/advisories/",
    "/public/couriers/", "/bills/estimate/", "/public/status/", "/help/",
)  # fmt: skip
TRIES = 3  # addresses of one kind of page, of which a person may see some


class NoPage(Exception):
    """The address is nobody's page."""


SHAPES = """() => {
    const found = one => one.split(' ').every(id => document.getElementById(id))
    const of = one => one && [
        one.tagName, one.className.baseVal ?? one.className, one.type, one.textContent.trim() ? 'says' : 'empty', one.labels?.length,
        ...[...one.attributes].map(a => a.name + (/^(for|aria-.*(by|controls))$/.test(a.name) ? found(a.value) : '')).sort(),
    ].join(' ')
    return [...new Set([...document.querySelectorAll('*')].map(one => of(one.parentElement) + ' > ' + of(one)))]
}"""  # every element by its place, classes, type, labels and attributes, without what they say
LOOKED_AT = 2  # elements of one shape, on so many pages


def faults(page: Page, known: Counter[str]) -> list[str]:
    """What axe finds serious, with the first place where it stands; a page without a shape that is new is not looked at."""
    shapes = page.evaluate(SHAPES)
    if all(known[shape] >= LOOKED_AT for shape in shapes):
        return []
    known.update(shapes)
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then(told => told.violations)")
    return [f"{page.url} {f['id']}: {f['nodes'][0]['html'][:160]}" for f in found if f["impact"] in BAD]


def kinds_of_page(world: World) -> Iterator[list[str]]:
    """The addresses of each kind of page: those of one name, and of one kind of document where the name has several.

    Every document's page is a kind by itself: there are the forms of the steps of its stage.
    """
    for name, listed in ({**world.addresses, **world.shared}).items():
        kinds: dict[Any, list[str]] = {}
        for address in listed:
            slug = resolve(address.split("?")[0]).kwargs.get("slug")
            listing = pages.listing_of(slug or "")
            handed_out = listing and listing.queued and slug not in NOT_HANDED_OUT
            if name != "work-priority" or handed_out:  # what stands at no desk goes before nothing
                kinds.setdefault(address if name == "document" else slug, []).append(address)
        yield from kinds.values()


def concerned(actor: Actor, address: str) -> bool:
    """Whether the declarations give this address to the person; a page that belongs to nobody in particular is all's.

    Nobody is concerned with the page of a document that is not there for them.
    """
    match = resolve(address.split("?", maxsplit=1)[0])
    if match.url_name in {page.url_name for page in pages.declared()}:
        return actor.may(pages.activity_of(match.url_name))
    listing = pages.listing_of(match.kwargs.get("slug", ""))
    if listing is not None and match.url_name == "queue":
        return pages.from_verb(match.kwargs["stage"]).upper() in listing.waiting_at(actor)
    if listing is None or ("key" not in match.kwargs and match.url_name != "steps"):
        return True
    if match.url_name in ("step", "steps"):
        step = listing.model.steps()[pages.from_verb(match.kwargs["verb"])]
        if match.url_name == "steps" and not step.many:
            return False
        if not any(actor.may(activity) for activity in step.activities):
            return False
    if match.url_name == "steps":
        return True
    shown: Any = listing.visible_to(actor).filter(listing.model.by_key(match.kwargs["key"])).first()
    if shown is None:
        return False
    if match.url_name == "document":
        steps = [step for step in listing.model.steps().values() if shown.stage in step.sources and not step.anytime]
        mine = [step for step in steps if actor.acts_as(step.activity_at(shown.stage), shown)]
        return bool(mine) or not any(step.roles for step in steps) or all(step.roles == ("SYSTEM",) for step in steps)
    return True


def ticked(actor: Actor, address: str) -> str:
    """The address of a step on many documents, with all ticked that are in its queue; any other address as it is."""
    match = resolve(address.split("?", maxsplit=1)[0])
    listing = pages.listing_of(match.kwargs.get("slug", ""))
    if match.url_name != "steps" or listing is None:
        return address
    there: Any = listing.visible_to(actor).filter(stage=pages.from_verb(match.kwargs["stage"]).upper())
    return f"{address}?ticked={'.'.join(str(pk) for pk in there.values_list('pk', flat=True))}"


def shown_to(client: Client, listed: list[str]) -> str:
    """The first of some addresses that is a page for this person, or nothing. Raises NoPage for a file or a fragment."""
    for address in listed[:: max(1, len(listed) // TRIES)]:
        leads_on = resolve(address.split("?", maxsplit=1)[0]).url_name in LEAD_ON
        answer: Any = client.get(address, follow=leads_on)
        html = answer.headers.get("Content-Type", "").startswith("text/html") and b"<html" in answer.content
        answer.close()  # of a file
        if answer.status_code == 405 or (answer.status_code == 200 and not html):
            raise NoPage  # a fragment stands in a page of its own
        if answer.status_code == 200:
            return address
    return ""


class Readers:
    """Some people, each with a browser of the own once it is needed."""

    def __init__(self, visit: Visit, usernames: tuple[str, ...]) -> None:
        self._visit = visit
        self._actors = {name: Actor.of(member(name)) for name in usernames}
        self._pages: dict[str, Page] = {}
        self._clients = {name: Client(raise_request_exception=False) for name in usernames}
        for (
            name,
            client,
        ) in self._clients.items():  # a page is looked for without the browser, which takes six times as long
            client.cookies[settings.SESSION_COOKIE_NAME] = session_of(name)

    def one_of(self, listed: list[str], turn: int) -> Page | None:
        """The browser of somebody to whom one of the addresses shows a page, not always the same; it is open there."""
        theirs = {
            n: [ticked(actor, one) for one in listed if concerned(actor, one)] for n, actor in self._actors.items()
        }
        names = [name for name, found in theirs.items() if found]
        for name in (*names[turn % max(1, len(names)) :], *names[: turn % max(1, len(names))]):
            if address := shown_to(self._clients[name], theirs[name]):
                page = self._pages.get(name) or self._pages.setdefault(name, self._visit(name, bypass_csp=True))
                page.goto(address)
                page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
                return page
        return None


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
    """Each kind of page as somebody of the trade sees it, or of the others, in turn; the forms of all steps unfolded."""
    world, unread = addresses.build(), set[str]()
    assert {one.url_name for one in pages.declared()} <= {*world.addresses, *world.shared}
    audiences = [Readers(visit, TRADE), Readers(visit, OTHERS)]
    looked, found, known = 0, [], Counter[str]()
    for n, listed in enumerate(kinds_of_page(world)):
        if n % 2 != half:
            continue
        turn = n // 2
        for readers in audiences if turn % 2 else audiences[::-1]:
            try:
                page = readers.one_of(listed, turn // 2)
            except NoPage:
                break
            if page is not None:
                found += faults(page, known) + too_wide(page)
                looked += 1
                break
        else:
            unread |= {resolve(address.split("?")[0]).url_name or "" for address in listed}
    assert not unread & {one.url_name for one in pages.declared()}, unread  # what is declared is somebody's to read
    assert not found, "\n".join(found)
    assert looked >= 50 and len(known) > 500


def test_axe_finds_nothing_serious_before_signing_in_or_where_nothing_is(visit: Visit) -> None:
    page = visit("", bypass_csp=True)
    page.goto("/sign-in/")
    found = faults(page, Counter())
    page.get_by_role("button", name="Continue").click()
    found += faults(page, Counter())
    known = Counter[str]()
    for address in OF_THE_PUBLIC:
        page.goto(address)
        found += faults(page, known) + too_wide(page)
    signed_in = visit("ao.blr", bypass_csp=True)
    signed_in.goto("/bills/imports/CBE-XIII_BLR_2026-2027_99_99/")
    found += faults(signed_in, Counter())
    assert not found, "\n".join(found)


def test_a_page_can_be_walked_by_keyboard(visit: Visit) -> None:
    page = visit("ao.blr")
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
