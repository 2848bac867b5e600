"""The first flight: manifest, bills, duty, landing, scans, X-ray, and the desks at which a bill may still stand."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta

from playwright.sync_api import FilePayload, Page

from tests.browser import flights
from tools.first_flight.people import Person, Stuck
from tools.first_flight.setting_up import INDIA, Station, take

COUNT = 3
MOST_DESKS = 12  # a bill has no longer way
DONE = "Out of Charge"
READ = "(address) => fetch(address).then((r) => r.text()).then((t) => [t.slice(0, 5), t.includes('/ByteRange')])"


class Flight:
    """One flight of a new courier."""

    def __init__(self, station: Station) -> None:
        self.station = station
        self.manifest = ""  # its address
        self.submitted = datetime.now(INDIA)
        self.bills: dict[str, str] = {}  # HAWB to address
        moment = f"{self.submitted:%j%H%M}"
        self.numbers = [int(f"{moment}{n}") for n in range(1, COUNT + 1)]

    @property
    def signatory(self) -> Person:
        """Who files and pays."""
        return self.station.by("signatory")

    def file_manifest(self) -> None:
        """The signatory declares the flight with a file of its shipments, and submits it under a signature."""
        person, code = self.signatory, self.station.code
        person.go("/manifests/new/")
        page = person.page
        page.get_by_label("Station", exact=True).select_option(code)
        arrival = datetime.now(INDIA) + timedelta(minutes=10)
        for label, value in (
            ("Airline", "Zephyr Air"), ("Flight number", "zz318"), ("Airport of shipment", "hkg"), ("Country of exportation", "hk"),
            ("First port of arrival", code), ("Scheduled arrival", f"{arrival:%d/%m/%Y %H:%M}"),
        ):  # fmt: skip
            page.get_by_label(label).fill(value)
        rows = [flights.shipment(n) for n in self.numbers]
        page.locator("input[type=file]").set_input_files(flights.as_file("ecm.csv", flights.ECM, rows))  # type: ignore[arg-type]
        person.press("Save and go on")
        page.locator("#step-submit").wait_for()  # the worker reads the file meanwhile
        for box in page.locator("#step-submit input[type=checkbox]").all():
            box.check()
        take(person, "submit")
        self.submitted = datetime.now(INDIA)
        person.says(f"ECM_{code}_")
        self.manifest = page.url

    def file_bills(self) -> None:
        """All bills as one file, signed in one act."""
        person = self.signatory
        person.go(self.manifest)
        page = person.page
        with page.expect_navigation():
            page.get_by_role("button", name="Upload bills for this flight").click()
        invoiced = f"{datetime.now(INDIA) - timedelta(days=7):%Y-%m-%d}"
        rows = [flights.item(n, invoice_date=invoiced) for n in self.numbers]
        page.locator("input[name=file]").set_input_files(flights.as_file("cbe.csv", flights.CBE, rows))  # type: ignore[arg-type]
        person.send(page.locator("main form[enctype] button").first)
        page.locator("form.sign").wait_for()
        for box in page.locator("form.sign input[type=checkbox]").all():
            box.check()
        person.send(page.locator("form.sign button").first)
        for number in self.numbers:
            self.bills[hawb(number)] = self._found(person, hawb(number))

    @staticmethod
    def _found(person: Person, number: str) -> str:
        """The address of the bill for a shipment, by the one line that finds everything."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            person.go(f"/find/?q={number}")
            if re.search(r"/bills/imports/[^/]+/$", person.page.url):
                return person.page.url
            links = person.page.locator("main a[href^='/bills/imports/']")
            if links.count():
                return str(links.first.get_attribute("href"))
            time.sleep(1)
        raise Stuck(f"no bill is found for {number}")

    def land(self) -> None:
        """The IGM number and the landing, which comes after the manifest."""
        person = self.signatory
        while datetime.now(INDIA).replace(second=0) <= self.submitted:
            time.sleep(1)
        person.go(self.manifest)
        person.page.get_by_role("textbox", name="IGM number").fill(f"{self.numbers[0] % 10**7:07d}")
        person.page.get_by_role("textbox", name="Actual arrival").fill(f"{datetime.now(INDIA):%d/%m/%Y %H:%M}")
        person.press("Feed IGM number")

    def scan(self) -> None:
        """The custodian scans every package."""
        person = self.station.by("scan")
        person.go(self.manifest)
        person.press("Start arrival scan")
        page = person.page
        page.goto(f"{self.manifest.rstrip('/')}/scan/")
        page.locator("#scan-form[data-live=yes][data-ready=yes]").wait_for()
        for number in self.numbers:
            page.keyboard.insert_text(hawb(number))
            page.keyboard.press("Enter")
        page.locator("#done", has_text=re.compile(rf"^{COUNT}$")).wait_for()
        page.locator("#unsent-say", has_text="All sent").wait_for()

    def pay(self) -> None:
        """What waits for duty goes on one challan, is paid at the bank, and comes back."""
        person = self.signatory
        person.go("/payments/new/")
        page = person.page
        if not page.locator(".tick-all").count():
            return
        page.locator(".tick-all").click()
        person.press("Make a challan")
        with page.expect_navigation():
            page.locator(".pay__now button").click()
        page.get_by_label("Customer name").fill("Asha")
        for name in ("Log in", "Approve", "Return to ECCS"):
            with page.expect_navigation():
                page.get_by_role("button", name=name).first.click()
        person.says("Cyber receipt")

    def suspect(self) -> None:
        """One picture is dark: that bill goes to the Inspector, who looks into the goods, and to the Superintendent."""
        person = self.station.by("xray")
        person.go(self.bills[hawb(self.numbers[-1])])
        step = person.page.locator("#step-mark_suspicious")
        if step.count():  # else it waits at another desk
            picture = FilePayload(name="x.png", mimeType="image/png", buffer=b"\x89PNG\r\n\x1a\n a picture")
            step.locator("input[type=file]").set_input_files(picture)
            take(person, "mark_suspicious", {"What is suspicious": "A dense block in the lid."})

    def clear_xray(self) -> None:
        """What stands at X-ray is cleared in one act."""
        person = self.station.by("xray")
        person.go("/bills/imports/queue/xray/")
        if not person.page.locator(".tick-all").count():
            return
        person.page.locator(".tick-all").first.click()
        person.press("Clear X-ray")

    def stages(self) -> dict[str, str]:
        """Where each bill stands, as its courier reads it."""
        person = self.signatory
        found = {}
        for number, address in self.bills.items():
            person.go(address)
            found[number] = person.page.locator(".billtitle .stage").first.inner_text().strip()
        return found

    def clear(self) -> list[str]:
        """Everything at the desk where it stands, until all is Out of Charge; what was done, in words. Raises Stuck."""
        told: list[str] = []
        for _desk in range(MOST_DESKS):
            waiting = {number: stage for number, stage in self.stages().items() if stage != DONE}
            if not waiting:
                return told
            for number, stage in waiting.items():
                told.append(f"{number}: {stage}")
                self._at_desk(number, stage)
        raise Stuck(f"after {MOST_DESKS} desks: {told}")

    def orders(self) -> None:
        """Each bill's Out of Charge order, as its courier prints it, bears the seal. Raises Stuck."""
        person = self.signatory
        for number, address in self.bills.items():
            person.go(address)
            order = person.page.locator("a[href$='out-of-charge.pdf']").first.get_attribute("href")
            begins, sealed = person.page.evaluate(READ, order)
            if begins != "%PDF-" or not sealed:
                raise Stuck(f"the Out of Charge order of {number} is no sealed PDF: {begins}")

    def _at_desk(self, number: str, stage: str) -> None:
        if stage == "Awaiting duty":
            self.pay()
            return
        if stage == "For X-ray":
            self.clear_xray()
            return
        if stage not in DESKS:
            raise Stuck(f"{number} stands at “{stage}”, and nobody here has a step there")
        word, step, typed = DESKS[stage]
        person = self.station.by(word)
        person.go(self.bills[number])
        if stage == "For examination":
            recommend(person.page)
        take(person, step, typed)


DESKS: dict[str, tuple[str, str, dict[str, str]]] = {
    "For assessment": ("ao", "assess", {}),
    "For approval": ("dcac", "approve", {}),
    "For examination": ("inspector", "report_examination", {"Findings": "As declared."}),
    "For Out of Charge": ("superintendent", "give_out_of_charge", {}),
}


def recommend(page: Page) -> None:
    """The Inspector recommends that the goods go."""
    step = page.locator("#step-report_examination")
    if step.get_attribute("open") is None:
        step.locator("summary").click()
    step.get_by_label("Give Out of Charge").check()


def hawb(number: int) -> str:
    """The number of a shipment, as the files write it."""
    return str(flights.shipment(number)["hawb"])
