"""A station from nothing: its Port Admin, its roles, its firms, its Group Admins, their people, and the first flight."""

from __future__ import annotations

import re

from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.access import PersonTrail, StationRole, StationRoleTrail
from accounts.models import AuthorisedCourier, Posting, User
from bills.stages import Stage
from eccs import trail
from manifests.models import ExpressCargoManifest
from tests.browser import flights
from tests.browser.conftest import Visit, member
from tests.browser.test_journeys import hand_in_manifest, pay, press, scan_all, sign, stages

WHY = "The station opens on the order of the Commissioner."
NEW = "First-monsoon-over-Jaipur-7"


class Invited:
    """The people of the new station: each follows the link of the own letter, chooses a password, signs in and stays at the browser."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._pages: dict[str, Page] = {}

    def __call__(self, username: str) -> Page:
        if username not in self._pages:
            self._pages[username] = self._come(username)
        return self._pages[username]

    def _come(self, username: str) -> Page:
        [letter] = [one for one in mail.outbox if one.to == [f"{username}@eccs.example"] and "link" in str(one.body)]
        links = re.findall(r"http\S+/reset/\S+", str(letter.body))
        page = self._visit("")
        page.goto(links[0])
        page.get_by_label("New password", exact=True).fill(NEW)
        page.get_by_label("New password again").fill(NEW)
        press(page, "Change password")
        page.get_by_label("User name").fill(username)
        page.get_by_label("Password").fill(NEW)
        press(page, "Continue")
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        return page


def create(page: Page, username: str, name: str, place: str = "") -> None:
    """A new person, in the place named or the only one there is."""
    page.goto("/people/")
    page.get_by_role("link", name="Create person").or_(page.get_by_role("button", name="Create person")).first.click()
    if place:
        page.get_by_label("Belongs to").select_option(label=place)
    page.get_by_label("User name").fill(username)
    page.get_by_label("Full name").fill(name)
    page.get_by_label("E-mail address").fill(f"{username}@eccs.example")
    page.get_by_label("Reason").fill(WHY)
    press(page, "Create person")
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def give(page: Page, role: str) -> None:
    """A role for the person whose page stands open."""
    page.get_by_role("link", name="Give role").click()
    page.get_by_label("Role", exact=True).select_option(label=role)
    page.get_by_label("Reason").fill(WHY)
    press(page, "Give role")
    expect(page.locator(".said--success")).to_contain_text("Give role done")


def test_a_station_is_set_up_from_nothing_and_the_first_flight_clears_there(visit: Visit) -> None:
    for username in ("sysadmin", "courieradmin.swift", "importeradmin.kaveri"):
        member(username)
    firm = member("courieradmin.swift").courier
    assert firm is not None
    StationRole.objects.all().delete()
    invited = Invited(visit)

    page = visit("sysadmin")
    create(page, "port.jai", "Nila Rathore", "Customs, Jaipur (JAI)")
    give(page, "Port Admin, JAI")

    port = invited("port.jai")
    port.goto("/people/")
    expect(port.get_by_text("There is no Group Admin yet for")).to_be_visible()
    port.goto("/roles/")
    port.get_by_label("Reason").fill(WHY)
    press(port, "Open all standard roles")
    expect(port.locator(".said--success")).to_contain_text("roles are open now")
    create(port, "customs.jai", "Asha Meena", "Customs, Jaipur (JAI)")
    give(port, "Group Admin (Customs), JAI")
    customs = invited("customs.jai")
    create(customs, "jc.jai", "Ila Bhati")
    give(customs, "Joint Commissioner, JAI")
    enter_the_firms(invited("jc.jai"), firm)

    for username, name, place, role in (
        ("swift.jai", "Om Saini", f"Courier: {firm}", "Group Admin (Courier), JAI"),
        ("kaveri.jai", "Lata Mina", "Importer: Kaveri Instruments Private Limited", "Group Admin (Importer), JAI"),
        ("terminal.jai", "Rafi Jat", "Custodian: Jaipur Terminal Services", "Group Admin (Custodian), JAI"),
    ):
        create(port, username, name, place)
        give(port, role)
    port.goto("/people/")
    expect(port.get_by_text("There is no Group Admin yet for")).to_have_count(0)

    for admin, username, name, role in (
        ("customs.jai", "xray.jai", "Uma Gaur", "X-ray Officer, JAI"),
        ("swift.jai", "signatory.jai", "Devan Soni", "Courier Signatory, JAI"),
        ("kaveri.jai", "importer.jai", "Sita Soni", "Importer, JAI"),
        ("terminal.jai", "scan.jai", "Hari Gurjar", "Arrival Scanner, JAI"),
    ):
        by = invited(admin)
        create(by, username, name)
        give(by, role)
    assert set(Posting.objects.filter(station="JAI").values_list("user__home", flat=True)) == {"JAI"}
    assert User.objects.get(username="signatory.jai").courier == firm

    first_flight(invited)
    assert set(stages().values()) == {Stage.OUT_OF_CHARGE}
    assert not list(trail.broken_lines(PersonTrail)) and not list(trail.broken_lines(StationRoleTrail))


def enter_the_firms(page: Page, firm: AuthorisedCourier) -> None:
    """The Joint Commissioner enters the custodian, and the courier's bond for the station."""
    page.goto("/directory/custodians/")
    page.get_by_role("button", name="Enter a custodian").click()
    page.get_by_label("Name").fill("Jaipur Terminal Services")
    page.get_by_label("Station").select_option("JAI")
    page.get_by_label("First day").fill(f"{timezone.localdate():%d/%m/%Y}")
    page.locator("main form button.govuk-button").click()
    expect(page.get_by_role("heading", name="Jaipur Terminal Services")).to_be_visible()
    page.goto(firm.get_absolute_url())
    step = page.locator("#step-extend_to_station")
    step.locator("summary").click()
    step.get_by_label("Station", exact=True).select_option("JAI")
    today = f"{timezone.localdate():%d/%m/%Y}"
    for label, value in (
        ("First day at the station", today), ("Bond number", "CB/JAI/26-1"), ("Bond executed on", today), ("Amount, rupees", "1000000"),
        ("Deposit or guarantee number", "BG/JAI/26-1"),
    ):  # fmt: skip
        step.get_by_label(label).fill(value)
    step.get_by_label("Security", exact=True).select_option("GUARANTEE")
    step.locator("button.govuk-button").click()
    expect(page.locator(".said--success")).to_contain_text("Extend to a station done")
    assert firm.stations.filter(station="JAI", bond_number="CB/JAI/26-1").exists()


def first_flight(visit: Visit) -> None:
    """Two shipments, filed, paid, landed, scanned and X-rayed by the people of the new station."""
    page = visit("signatory.jai")
    flight = hand_in_manifest(page, 2, "JAI")
    page.goto(flight.get_absolute_url())
    for box in page.get_by_role("checkbox", name=re.compile("This manifest is complete|true to the documents")).all():
        box.check()
    press(page, "Submit manifest")
    press(page, "Submit manifest")
    flight = ExpressCargoManifest.objects.get()
    assert (flight.number or "").startswith("ECM_JAI_")
    page.goto(f"/bills/flights/{flight.key}/")
    rows = [flights.item(n) for n in (1, 2)]
    page.locator("input[name=file]").set_input_files(flights.as_file("cbe.csv", flights.CBE, rows))  # type: ignore[arg-type]
    page.locator("main form[enctype] button").first.click()
    sign(page)
    expect(page.locator("h1")).to_be_visible()
    pay(page)
    page.goto(flight.get_absolute_url())
    page.get_by_role("textbox", name="IGM number").fill("2914407")
    page.get_by_role("textbox", name="Actual arrival").fill("20/11/2026 06:18")
    press(page, "Feed IGM number")
    scan_all(visit, flight, "scan.jai")
    xray = visit("xray.jai")
    xray.goto("/bills/imports/queue/xray/")
    xray.locator(".tick-all").first.click()
    press(xray, "Clear X-ray")
    expect(xray.get_by_text("Clear X-ray done on 2 documents.")).to_be_visible()
