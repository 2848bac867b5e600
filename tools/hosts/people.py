"""Who uses the hosts: a courier's program that repeats what was not answered under the same key, and a person at a browser."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import requests

from tools.hosts.deployment import BASE_DIR

KEY = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from accounts.permissions import Actor
from api import keys
from api.scopes import Scope
person = User.objects.get(username="signatory.swift")
print("KEY " + keys.make(Actor.of(person), name="hosts", person=person, station="", scopes=[one.value for one in Scope],
    expires_on=timezone.localdate() + timedelta(days=30))[1])
"""


FILES = """
from bench import flights
for make in (flights.shipments, flights.bills):
    print("FILE " + flights.as_csv(make({count}, {salt})).decode())
"""


def header(flight: str) -> dict[str, str]:
    """The header of a manifest."""
    arrival = datetime.now(ZoneInfo("Asia/Kolkata")) + timedelta(hours=5)
    return {
        "station": "BLR", "airline": "Zephyr Air", "flight_number": flight, "airport_of_shipment": "HKG",
        "country_of_exportation": "HK", "first_port_of_arrival": "BLR", "scheduled_arrival": f"{arrival:%Y-%m-%dT%H:%M}",
    }  # fmt: skip


class Program:
    """A courier's program: what it was told is kept, so that it can be held against the database at the end."""

    def __init__(self, address: str, key: str) -> None:
        self.address, self.key = address, key
        self.begun: dict[str, str] = {}  # flight -> key of its manifest, as it was acknowledged
        self.tries = 0

    def begin(self, flight: str, patience: float = 60.0) -> float:
        """Begin a manifest, again and again under the same key until it is acknowledged; after how many seconds it was."""
        began = time.monotonic()
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": f"hosts-{flight}"}
        sent = header(flight)
        while time.monotonic() - began < patience:
            self.tries += 1
            try:
                answer = requests.post(f"{self.address}/api/v1/manifests", json=sent, headers=headers, timeout=20)
                if answer.ok:
                    self.begun[flight] = answer.json()["key"]
                    return time.monotonic() - began
                if answer.status_code < 500 and answer.status_code not in (409, 429):
                    raise SystemExit(f"a manifest was refused: {answer.status_code} {answer.text[:300]}")
            except requests.RequestException:
                pass
            time.sleep(0.2)
        raise SystemExit(f"within {patience:.0f} s no manifest could be begun")

    def file(self, flight: str, files: list[str]) -> tuple[str, str, str]:
        """A whole flight, its shipments and bills, by the client that the README shows."""
        found = re.search(r"<!-- client: begin -->\s+```python\n(.*?)```", (BASE_DIR / "README.md").read_text(), re.DOTALL)
        if not found:
            raise SystemExit("README.md shows no client")
        space: dict[str, Any] = {"print": lambda _words: None}
        exec(found[1], space)  # noqa: S102 our own README
        sent = (("flight.csv", BytesIO(one.encode())) for one in files)
        number, first, last = space["file_flight"](self.address, self.key, header(flight), *sent)
        return number, first, last


class Person(threading.Thread):
    """Somebody at a browser who asks for pages all the time; every answer is counted."""

    def __init__(self, address: str, username: str, pages: Iterable[str]) -> None:
        super().__init__(daemon=True)
        self.address, self.username, self.pages = address, username, list(pages)
        self.session = requests.Session()
        self.answers: list[tuple[str, int, float]] = []
        self.ended = threading.Event()

    def sign_in(self, password: str) -> Person:
        """Sign in by the form."""
        address = f"{self.address}/sign-in/"
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.session.get(address, timeout=30).text)
        sent = {"csrfmiddlewaretoken": found[1] if found else "", "username": self.username, "password": password}
        answer = self.session.post(address, data=sent, timeout=30)
        if "sign-in" in answer.url:
            raise SystemExit(f"{self.username} could not sign in: {answer.status_code}")
        return self

    def ask(self, page: str) -> tuple[int, float]:
        """One page: the status, 0 where nothing was answered, and the seconds."""
        began = time.monotonic()
        try:
            status = self.session.get(f"{self.address}{page}", timeout=30, allow_redirects=False).status_code
        except requests.RequestException:
            status = 0
        self.answers.append((page, status, time.monotonic() - began))
        return self.answers[-1][1:]

    def run(self) -> None:
        """All pages in turn until told to end."""
        while not self.ended.is_set():
            for page in self.pages:
                self.ask(page)
                time.sleep(0.05)

    def end(self) -> list[tuple[str, int, float]]:
        """Stop asking; what was not answered well."""
        self.ended.set()
        self.join()
        return [one for one in self.answers if one[1] != 200]
