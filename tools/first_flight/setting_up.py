"""A station is set up: rules and rates, roles, firms, Group Admins and their people."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from zoneinfo import ZoneInfo

from playwright.sync_api import FilePayload

from tools.first_flight.people import People, Person, Stuck, labelled

INDIA = ZoneInfo("Asia/Kolkata")
WHY = "The station opens: order of the Commissioner for a first flight."
COURIER, COURIER_PAN = "Lantern Express Private Limited", "AALCL4821K"
IMPORTER, IEC = "Krishna Electronics", "AAKCK4417E"
CUSTODIAN = "Terminal Services of the Station"

Link = Callable[[str], str]

CUSTOMS = (
    ("jc", "Ila Bhati", "Joint Commissioner"), ("ao", "Uma Gaur", "Assessing Officer"), ("dcac", "Om Saini", "DC/AC"),
    ("xray", "Asha Meena", "X-ray Officer"), ("inspector", "Hari Gurjar", "Inspector"),
    ("superintendent", "Lata Mina", "Shed Superintendent"),
)  # fmt: skip


def today() -> str:
    """Today in India, as people there write it."""
    return f"{datetime.now(INDIA):%d/%m/%Y}"


class Station:
    """One station, and the way to its letters."""

    def __init__(self, people: People, code: str, link: Link) -> None:
        self.people, self.code, self.link = people, code, link

    def username(self, word: str) -> str:
        """What somebody of this station is called."""
        return f"{word}.{self.code.lower()}"

    def by(self, word: str) -> Person:
        """Somebody of this station."""
        return self.people[self.username(word)]

    def rules(self, admin: str) -> None:
        """The System Admin orders that filings and orders are signed here."""
        person = self.people[admin]
        person.prove()
        for rule in ("signed_filings", "signed_orders"):
            person.go(f"/rules/{rule}/")
            person.page.get_by_label("On", exact=True).check()
            person.fill(In_force_from=today(), Source="Order 1 of the first flight")
            labelled(person.page, "Where").select_option(self.code)
            person.press("Show what it changes")
            person.press("Add the row")

    def rates(self, admin: str, second: str) -> None:
        """One System Admin loads tariff and rates of exchange, the other approves them."""
        day = f"{datetime.now(INDIA):%Y-%m-%d}"
        self._load(admin, second, "exchange-rates", {
            "currency": "USD", "unit": "1", "import_rate": "88.40", "export_rate": "86.70", "from_date": day,
            "notification": "Notification of the first flight (N.T.)",
        })  # fmt: skip
        self._load(admin, second, "tariff", {
            "cth": "85183000", "description": "Headphones and earphones", "unit": "NOS", "bcd_percent": "15", "igst_percent": "18",
            "from_date": day, "notification": "Notification of the first flight",
        })  # fmt: skip

    def _load(self, admin: str, second: str, sort: str, row: dict[str, str]) -> None:
        text = StringIO()
        writer = csv.DictWriter(text, list(row))
        writer.writeheader()
        writer.writerow(row)
        person = self.people[admin]
        person.prove()
        person.go(f"/bills/rates/new/{sort}/")
        if sort == "tariff":
            person.page.get_by_label("New and changed rates").check()
        person.page.locator("input[name=file]").set_input_files(
            FilePayload(name=f"{sort}.csv", mimeType="text/csv", buffer=text.getvalue().encode())
        )
        person.press("Upload and check")
        person.page.locator("#step-propose").wait_for()  # the worker reads the file meanwhile
        self._step(person, "propose")
        address = person.page.url  # with its number
        checker = self.people[second]
        checker.go(address)
        self._step(checker, "approve")
        checker.go(address)
        checker.says("Approved")

    def open(self, admin: str) -> None:
        """The System Admin makes the Port Admin, who opens the roles and makes the Group Admin of Customs, who makes the officers."""
        self.create(self.people[admin], "port", "Nila Rathore", place=self._customs(), role="Port Admin")
        port = self.by("port")
        port.go("/roles/")
        labelled(port.page, "Reason").fill(WHY)
        port.press("Open all standard roles")
        port.says("roles are open now")
        self.create(port, "customs", "Asha Nair", place=self._customs(), role="Group Admin (Customs)")
        for word, name, role in CUSTOMS:
            self.create(self.by("customs"), word, name, role=role)
            self.by(word).certify(self.people.authority)

    def _customs(self) -> str:
        return f"({self.code})"

    def firms(self) -> None:
        """The Joint Commissioner enters custodian and importer, and registers a courier with its bond."""
        jc = self.by("jc")
        jc.go("/directory/custodians/new/")
        jc.fill(Name=CUSTODIAN, Address="Cargo road 1", First_day=today())
        labelled(jc.page, "Station").select_option(self.code)
        jc.press("Save and go on")
        jc.go("/directory/importers/new/")
        jc.fill(IEC=IEC, Name=IMPORTER, Address="14, 3rd Cross")
        jc.press("Save and go on")
        jc.go("/directory/couriers/new/")
        jc.fill(PAN=COURIER_PAN, Name=COURIER, Short_name="Lantern", Address="22 Harbour Lane")
        jc.press("Save and go on")
        address = jc.page.url
        self._step(jc, "extend_to_station", {
            "First day at the station": today(), "Bond number": "CB/1", "Bond executed on": today(), "Amount, rupees": "1000000",
            "Deposit or guarantee number": "BG/1",
        }, {"Station": self.code, "Security": "GUARANTEE"})  # fmt: skip
        jc.go(address)
        self._step(jc, "register", {"Number of the registration order": "ORDER/1", "Registered on": today()})
        jc.go("/directory/couriers/")
        jc.page.locator("tbody tr", has_text=COURIER).locator(".stage", has_text="Registered").wait_for()

    def trade(self) -> None:
        """The Port Admin makes the Group Admins of courier, importer and custodian, who make their own people."""
        for group, firm, pan, people in (
            ("Courier", COURIER, COURIER_PAN, (("signatory", "Devan Soni", "Courier Signatory"),)),
            ("Importer", IMPORTER, IEC, (("importer", "Sita Soni", "Importer"),)),
            ("Custodian", CUSTODIAN, "", (("scan", "Rafi Jat", "Arrival Scanner"),)),
        ):
            admin = f"{group.lower()}admin"
            self.create(
                self.by("port"), admin, f"Zoya {group}", place=f"{group}: {firm}", role=f"Group Admin ({group})"
            )
            for word, name, role in people:
                self.create(self.by(admin), word, name, role=role, firm=firm, pan=pan)
        self.by("signatory").certify(self.people.authority)
        self._step_at(self.by("jc"), "/directory/couriers/", COURIER, "enter_signatory")

    def _step_at(self, person: Person, listed: str, firm: str, step: str) -> None:
        person.go(listed)
        with person.page.expect_navigation():
            person.page.get_by_role("link", name=firm).first.click()
        username = self.username("signatory")
        self._step(person, step, {"Name": "Devan Soni", "Certificate number": "F/1", "Passed on": today()}, {
            "User of ECCS": username, "Passed under CBLR 2018": "",
        })  # fmt: skip

    def create(
        self, by: Person, word: str, name: str, *, role: str, place: str = "", firm: str = "", pan: str = ""
    ) -> None:
        """A new person with a role, who comes by the letter's link."""
        username = self.username(word)
        by.prove()
        by.go("/people/new/")
        places = labelled(by.page, "Belongs to")
        if places.count():  # where there is but one place it is not asked
            there = places.locator("option").all_inner_texts()
            places.select_option(label=next((one for one in there if place in one), place))
        by.fill(User_name=username, Full_name=name, Reason=WHY)
        labelled(by.page, "E-mail address").fill(f"{username}@eccs.example")
        by.press("Create person")
        with by.page.expect_navigation():
            by.page.get_by_role("link", name="Give role").click()
        labelled(by.page, "Role").select_option(label=f"{role}, {self.code}")
        labelled(by.page, "Reason").fill(WHY)
        try:
            by.press("Give role")
        except Stuck:
            conflicts = by.page.get_by_label(
                "Give it all the same"
            )  # the role itself holds what two people do on one document
            if not conflicts.count():
                raise
            conflicts.check()
            by.press("Give role")
        by.says("Give role done")
        self.people.welcome(username, name, lambda: self.link(f"{username}@eccs.example"), firm, pan)

    @staticmethod
    def _step(
        person: Person, name: str, typed: dict[str, str] | None = None, chosen: dict[str, str] | None = None
    ) -> None:
        take(person, name, typed, chosen)


def take(person: Person, name: str, typed: dict[str, str] | None = None, chosen: dict[str, str] | None = None) -> None:
    """Take a step on the document whose page stands open, and confirm it where that is asked. Raises Stuck where it is not offered."""
    step = person.page.locator(f"#step-{name}")
    if not step.count():
        raise Stuck(f"the step {name} is not offered")
    if step.locator("summary").count() and step.get_attribute("open") is None:
        step.locator("summary").click()
    for label, value in (typed or {}).items():
        labelled(step, label).fill(value)
    for label, value in (chosen or {}).items():
        field = labelled(step, label)
        field.select_option(value) if value else field.select_option(index=1)
    person.send(step.locator("form button.govuk-button, button.govuk-button").first)
    if person.page.locator("form input[name=confirm][value=yes]").count():
        person.send(person.page.locator("form:has(input[name=confirm]) button.govuk-button").first)
