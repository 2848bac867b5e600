"""What people do: a courier files flights and signs them, a custodian scans them in, payers pay, bonds are debited, officers clear."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from datetime import timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from django.utils import timezone

from bench import flights
from payments.sandbox.ledger import Behaviour
from tools.faults.clients import PATIENCE, Browser, NeverAnswered, Program, Refused
from tools.faults.house import PASSWORD
from tools.faults.journal import Journal
from tools.faults.officers import DESKS, Officer
from tools.faults.pen import Pen
from tools.hosts.people import header

AT_BANK = (
    Behaviour.HONEST,
    Behaviour.ONLY_CONFIRMATION,
    Behaviour.ONLY_RETURN,
    Behaviour.TWICE,
    Behaviour.LATE,
    Behaviour.DROP,
)
BILLS_A_CHALLAN = 12
SIGNATORY = "signatory.swift"
SCANS_AT_ONCE = 100
READ = 0.4  # seconds between two looks at an upload


class Work:
    """All clients of a trial, until so many operations are acknowledged."""

    def __init__(self, journal: Journal, seed: int, shipments: int, transfers: list[str], place: Path) -> None:
        self.journal, self.seed, self.shipments, self.place = journal, seed, shipments, place
        self.transfers = list(reversed(transfers))
        self.wanted, self.begun_at = 0, 0
        self.ended, self.over = (
            threading.Event(),
            threading.Event(),
        )  # everybody stops where they stand; officers go home
        self.goes_on = threading.Event()  # more is begun however much is acknowledged, for it is not over yet
        self.numbers, self.challans, self.lock = count(1), count(1), threading.Lock()
        self.wrong: list[str] = []
        self.threads: list[threading.Thread] = []

    def begin(self, address: str, keys: dict[str, str], lines: int, wanted: int) -> None:
        """Begin to work for so many operations, in so many lines of flights beside a payer and a person of the bonds."""
        self.begun_at, self.wanted = self.journal.operations, wanted
        pen = self._pen(SIGNATORY)
        couriers = [Program(address, keys["courier"], self.journal, self.ended, pen) for _n in range(lines)]
        terminal = Program(address, keys["terminal"], self.journal, self.ended)
        browser = Browser(address, SIGNATORY, self.journal, self.ended, pen)
        courses: list[tuple[Any, ...]] = [(self._flights, one, terminal, browser) for one in couriers]
        courses += [(self._payments, couriers[0], browser), (self._transfers, browser)]
        self.over.clear()
        for desk in DESKS:
            its = Browser(address, desk.username, self.journal, self.ended, self._pen(desk.username))
            courses.append((Officer(desk, its, self.journal).work, self.over))
        self.threads = [threading.Thread(target=self._guarded, args=given, daemon=True) for given in courses]
        for thread in self.threads:
            thread.start()

    def _pen(self, username: str) -> Pen:
        return Pen(self.place, username, PASSWORD)

    def pay_in(self, address: str, deposit: str) -> Browser:
        """Before anything dies, what is to be spent is paid in at the bank; returns the browser of the one who did."""
        browser = Browser(address, SIGNATORY, self.journal, self.ended)
        browser.pay(deposit, Behaviour.HONEST.value)
        return browser

    @property
    def is_enough(self) -> bool:
        """Whether so many operations are acknowledged."""
        return (self.done >= self.wanted and not self.goes_on.is_set()) or self.ended.is_set()

    @property
    def done(self) -> int:
        """How many are acknowledged since everybody began."""
        return self.journal.operations - self.begun_at

    def join(self) -> None:
        """Wait until everybody has finished what was begun."""
        officers = len(DESKS)
        for thread in self.threads[:-officers]:
            thread.join()
        self.over.set()
        for thread in self.threads[-officers:]:
            thread.join()

    def _guarded(self, course: Any, *given: Any) -> None:
        try:
            course(*given)
        except NeverAnswered as fault:
            with self.lock:
                self.wrong.append(str(fault))
            self.ended.set()
            self.over.set()

    def _flights(self, courier: Program, terminal: Program, browser: Browser) -> None:
        while not self.is_enough:
            with self.lock:
                number = next(self.numbers)
            self._flight(number, courier, terminal, browser)

    def _flight(self, number: int, courier: Program, terminal: Program, browser: Browser) -> None:
        """One flight: begun, its shipments, submitted, its bills filed and signed, landed, scanned in, closed."""
        flight, journal, salt = f"FT{number:05d}", self.journal, number % 1000
        rows = flights.shipments(self.shipments, salt)
        begun = self._once(courier, "/manifests", f"{flight}-begin", "begun", {"flight": flight}, json=header(flight))
        self._handed_in(courier, f"/manifests/{begun['key']}/shipments", flights.as_csv(rows), "READY")
        key = self._submitted(courier, begun["key"], flight)
        journal.ask(f"{flight}-bills", "bills")
        done = self._filed(courier, key, flights.as_csv(flights.bills(self.shipments, salt)))
        summary = done["summary"]
        journal.acknowledge(
            f"{flight}-bills", "bills", self.shipments, flight=flight, first=summary["first"], last=summary["last"],
            upload=done["id"],
        )  # fmt: skip
        journal.acknowledge(f"{flight}-signed", "signed", 1, upload=done["id"], signature=done["signature"])
        self._land(flight, key, number, browser, courier)
        self._scanned_in(flight, key, rows, terminal, salt)

    def _submitted(self, courier: Program, draft: str, flight: str) -> str:
        """The manifest is submitted and signed; its number. The same is asked and signed under one key until it is answered."""
        key = f"{flight}-submit"
        self.journal.ask(key, "submitted")
        told = courier.post(f"/manifests/{draft}/submit", key, json={"declared": ["complete", "true"]})
        signature = ""
        if "to_sign" in told:
            done = courier.sign(told["to_sign"])
            number, signature = str(done["document"]), str(done["signature"])
        else:
            number = str(told["number"])
        self.journal.acknowledge(key, "submitted", 1, document=number, flight=flight, signature=signature)
        return number

    def _once(self, program: Program, path: str, key: str, what: str, about: dict[str, Any], **sent: Any) -> Any:
        """Something done under a key: logged before it is asked for and when it is acknowledged."""
        self.journal.ask(key, what)
        told = program.post(path, key, **sent)
        self.journal.acknowledge(key, what, 1, document=told.get("number") or told.get("key", ""), **about)
        return told

    def _handed_in(self, courier: Program, path: str, content: bytes, state: str) -> Any:
        """A file handed in and looked at until it is so far; what the outage stopped is handed in again."""
        for _try in range(60):
            upload = courier.post(path, files={"file": ("flight.csv", content)})
            upload = self._seen(courier, upload, (state, "FAILED", "REFUSED"))
            if upload["state"] == state:
                return upload
            if upload["state"] == "REFUSED":
                break
            self.journal.note("upload FAILED")
        raise NeverAnswered(f"{path}: {upload['state']} {upload['problem']}")

    def _filed(self, courier: Program, key: str, content: bytes) -> Any:
        """The bills of a flight, handed in, signed and filed."""
        for _try in range(60):
            upload = self._handed_in(courier, f"/manifests/{key}/bills", content, "READY")
            signed = {"declared": [one["name"] for one in upload["declarations"]]}
            told, signature = courier.post(f"/uploads/{upload['id']}/sign", json=signed), ""
            if told["to_sign"]:
                signature = courier.sign(told["to_sign"])["signature"]
            upload = self._seen(courier, upload, ("DONE", "FAILED", "REFUSED"))
            if upload["state"] == "DONE":
                return upload | {"signature": signature}
            self.journal.note(f"filing {upload['state']}")
            if upload["state"] == "REFUSED":
                break
        raise NeverAnswered(f"bills of {key}: {upload['state']} {str(upload['problem'])[:600]}")

    def _seen(self, courier: Program, upload: Any, states: tuple[str, ...]) -> Any:
        until = time.monotonic() + 900
        while upload["state"] not in states and time.monotonic() < until:
            time.sleep(READ)
            upload = courier.get(f"/uploads/{upload['id']}")
        return upload

    def _land(self, flight: str, key: str, number: int, browser: Browser, courier: Program) -> None:
        """The IGM number is fed on the manifest's page."""
        self.journal.ask(f"{flight}-igm", "landed")
        arrived = timezone.localtime(timezone.now() - timedelta(minutes=2))
        fed = {"feed_igm-igm_number": f"{7000000 + number}", "feed_igm-actual_arrival": f"{arrived:%d/%m/%Y %H:%M}"}
        until = time.monotonic() + PATIENCE
        while True:  # where a clock is behind, the aircraft has not landed yet
            browser.post(f"/manifests/{key}/feed-igm/", **fed)
            stage = courier.get(f"/manifests/{key}")["stage"]["code"]
            if stage == "IGM_FED":
                break
            if time.monotonic() > until:
                raise NeverAnswered(f"{key} stands at {stage} after its IGM number was fed")
            time.sleep(2)
        self.journal.acknowledge(f"{flight}-igm", "landed", 1, document=key)

    def _scanned_in(self, flight: str, key: str, rows: list[dict[str, str]], terminal: Program, salt: int) -> None:
        about = {"flight": flight}
        self._once(terminal, f"/manifests/{key}/arrival-scan", f"{flight}-scan", "scan begun", about)
        codes = [code for row in rows for code in (row["crn_numbers"].split() or [row["hawb"]])]
        dice = Random(f"{self.seed}:{salt}")  # noqa: S311 not a secret
        for n in range(0, len(codes), SCANS_AT_ONCE):
            sent = [
                {"key": str(UUID(int=dice.getrandbits(128), version=4)), "code": code, "at": timezone.now().isoformat()}
                for code in codes[n : n + SCANS_AT_ONCE]
            ]
            self.journal.ask(f"{flight}-scans-{n}", "scans")
            told = terminal.post(f"/manifests/{key}/scans", json={"scans": sent})
            if wrong := [one for one in told["answers"] if one["verdict"] != "ARRIVED"]:
                raise NeverAnswered(f"{key}: scanned once and answered {wrong[0]}")
            keys = [one["key"] for one in sent]
            self.journal.acknowledge(f"{flight}-scans-{n}", "scans", len(sent), scans=keys, manifest=key)
        remarks = {"remarks": "All of it"}
        self._once(terminal, f"/manifests/{key}/close-arrival", f"{flight}-close", "closed", about, json=remarks)

    def _payments(self, courier: Program, browser: Browser) -> None:
        """Whatever waits for its duty is put on challans; one half is paid from the ledger, the other at the bank."""
        dice = Random(self.seed)  # noqa: S311 not a secret
        while not self.is_enough or any(thread.is_alive() for thread in self.threads[:1]):
            items = courier.get("/payable-bills", station="BLR", limit=100)["items"]
            if not items:
                time.sleep(0.5)
                if self.is_enough:
                    break
            for n in range(0, len(items), BILLS_A_CHALLAN):
                bills = [one["number"] for one in items[n : n + BILLS_A_CHALLAN]]
                key = f"challan-{next(self.challans):06d}"
                try:
                    made = self._once(
                        courier, "/challans", key, "challan", {"bills": bills}, json={"bills": bills, "bank": ""}
                    )
                except Refused:  # one of them has moved on since the list was read
                    continue
                challan = made["number"]
                if dice.random() < 0.6:
                    with suppress(Refused):  # another amount is due by now: it goes onto a challan of its own
                        self._once(
                            courier,
                            f"/challans/{challan}/pay-from-ledger",
                            f"{key}-pay",
                            "debited",
                            {"challan": challan},
                        )
                    continue
                self.journal.ask(f"{key}-bank", "paid")
                browser.pay(challan, dice.choice(AT_BANK).value)
                self.journal.acknowledge(f"{key}-bank", "paid", 1, document=challan)
                if self.ended.is_set():
                    return

    def _transfers(self, browser: Browser) -> None:
        """Transfer manifests are filed from their pages: each debits the bond once (PN17 13.2)."""
        while self.transfers and not self.is_enough:
            key = self.transfers.pop()
            self.journal.ask(f"{key}-submit", "bonded")
            while browser.signed(answer := browser.post(f"/transit/manifests/{key}/submit/", confirm="1")):
                continue  # what was signed is no draft any more
            if answer.status_code not in (302, 404):  # filed, or filed the time before and no draft any more
                raise NeverAnswered(f"{key} answered {answer.status_code}")
            self.journal.acknowledge(f"{key}-submit", "bonded", 1, document=key)
            time.sleep(0.5)
