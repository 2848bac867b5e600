"""A mixed day at a station, as locust plays it: each person works through the pages, or a program through the API, on what others have left.

How many declarations an hour come in stands in the file LOAD_PLACE/rate, which `tools.load` raises step by step. A person acts as often as that asks,
however slow the pages are, until nobody could. What was asked is written to LOAD_PLACE/asked: moment, milliseconds, whether it was answered well, page.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import re
import time
import uuid
from collections import deque
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import gevent
from gevent.lock import Semaphore
from locust import FastHttpUser, events, task

from tools.load.page_forms import Form, Pairs, encoded, form_to, forms_of

PLACE = Path(os.environ["LOAD_PLACE"])
TOLD = json.loads((PLACE / "told.json").read_text())
IST = timezone(timedelta(hours=5, minutes=30))
FLIGHT = int(TOLD["flight"])  # declarations of a file
IMPORTS, BY_PROGRAM = 0.8, 0.4  # of the declarations are imports; of the flights come by the API
TRACKED, LOOKED = 1.0, 0.3  # pages of the public, and of people who look something up, for each declaration
FILES = {name: (PLACE / f"{name}.csv").read_bytes() for name in ("shipments", "bills", "shipping")}
serials = itertools.count(int(TOLD["first"]))
landed: deque[str] = deque()  # manifests that the custodian has not scanned yet
awaited: deque[str] = deque()  # goods for export that are not handed in yet
known: deque[str] = deque(maxlen=2000)  # house airway bills that people ask after
bills: deque[str] = deque(maxlen=2000)  # addresses of bills that officers and couriers have seen
cookies: dict[str, list[Any]] = {}
at_the_door = Semaphore()
asked = (PLACE / "asked").open("a", buffering=1)
OWED = re.compile(r'name="bill"[^>]*value="(\d+)"|value="(\d+)"[^>]*name="bill"')
TICKED = re.compile(r'name="document"[^>]*value="(\d+)"|value="(\d+)"[^>]*name="document"')


class Astray(Exception):
    """A page was not what it must be; the person gives this piece of work up, and it is told as a fault."""


@events.request.add_listener
def write_down(name: str, response_time: float, exception: Any = None, **_more: Any) -> None:
    """One line for each page."""
    asked.write(f"{time.time():.3f}\t{response_time:.1f}\t{'no' if exception else 'yes'}\t{name}\t{exception or ''}\n")


def rate() -> float:
    """Declarations a second that come in now."""
    try:
        return float((PLACE / "rate").read_text() or 0) / 3600
    except ValueError:  # it is being written
        return 1.0


def named(path: str) -> str:
    """A page's address without numbers and keys."""
    return re.sub(r"/[^/]*[0-9A-Z][^/]*(?=/|$)", "/…", re.sub(r"https?://[^/]+", "", path).split("?")[0])


class Person(FastHttpUser):  # type: ignore[misc]
    """Somebody who acts so often as the rate asks."""

    abstract = True
    username = ""
    connection_timeout = network_timeout = 60.0
    due = 0.0

    def often(self) -> float:
        """How many acts a second all of this kind do together."""
        return 1.0

    def act(self) -> None:
        """One piece of work."""

    def on_start(self) -> None:
        """Sign in by the form, once for each person; others of the same name go on with it."""
        self.due = time.time() + random.random() * 2
        if not self.username:
            return
        with at_the_door:
            while self.username not in cookies:
                self.sign_in()
        for one in cookies[self.username]:
            self.client.cookiejar.set_cookie(one)

    def sign_in(self) -> None:
        """By the form, one person after the other: the system lets few in at a moment and tells the others to wait."""
        page = self.get("/sign-in/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        sent = [("csrfmiddlewaretoken", token[1] if token else ""), ("username", self.username), ("password", TOLD["password"])]
        if "sign-in" not in self.post("/sign-in/", sent)[0]:
            cookies[self.username] = list(self.client.cookiejar)

    def wait_time(self) -> float:
        """Until the next act is due, looking up now and then: the rate may have risen."""
        return min(max(self.due - time.time(), 0.0), 0.5)

    @task
    def turn(self) -> None:
        """Act where it is time."""
        gap = self.fixed_count / max(self.often(), 0.001)
        now = time.time()
        if now < self.due - 0.01:
            self.due = min(self.due, now + gap)
            return
        self.due = max(self.due + gap * random.uniform(0.8, 1.2), now - gap)
        try:
            self.act()
        except Astray as fault:
            write_down(f"astray: {type(self).__name__}", 0.0, str(fault))

    def ask(self, way: str, path: str, body: bytes | None = None, kind: str = "", **headers: str) -> tuple[str, str]:
        """One page and those it leads to: where it ended, and what it says."""
        for _turn in range(6):
            sent = {**headers, **({"Content-Type": kind} if kind else {})}
            if way == "POST":
                sent["X-CSRFToken"] = next((one.value for one in self.client.cookiejar if one.name == "csrftoken"), "")
            far = path.startswith("http") and not path.startswith(self.host)
            name = f"bank {way}" if far else f"{way} {named(path)}"
            with self.client.request(
                way, path, data=body, headers=sent, name=name, allow_redirects=False, catch_response=True
            ) as answer:
                if answer.status_code == 409:  # a colleague was quicker
                    answer.success()
                elif not 200 <= answer.status_code < 400:
                    answer.failure(f"{answer.status_code} {path} {_why(answer.text or '')}")
                if answer.status_code not in (301, 302, 303):
                    if answer.status_code >= 400 and answer.status_code != 409:
                        raise Astray(f"{way} {path}: {answer.status_code}")
                    return path, answer.text or ""
                path, way, body, kind = answer.headers["Location"], "GET", None, ""
        raise Astray(f"{path} leads nowhere")

    def get(self, path: str) -> str:
        """A page."""
        return self.ask("GET", path)[1]

    def post(self, path: str, pairs: Pairs, files: dict[str, bytes] | None = None) -> tuple[str, str]:
        """A form."""
        body, kind = encoded(pairs, files)
        return self.ask("POST", path, body, kind)

    def send(self, page: str, end: str, *, ticked: bool = False, **given: str) -> tuple[str, str]:
        """The form of a page that goes there, and the page that asks again."""
        form = form_to(page, end)
        if form is None:
            raise Astray(f"no form to {end} on {named(re.search(r'<title>([^<]*)', page)[1]) if '<title>' in page else page[:80]}")  # type: ignore[index]
        where, then = self.post(form.action, form.filled(ticked=ticked, **given))
        again = [one for one in forms_of(then) if ("confirm", "") in one.values or any(n == "confirm" for n, _v in one.values)]
        if again and where.split("?")[0].endswith(end):
            where, then = self.post(again[0].action or where, again[0].filled(ticked=ticked, **given))
        return where, then

    def wait_for(self, upload: str, holds: Any) -> tuple[str, str]:
        """The page of a file, until a worker has read it."""
        for _second in range(60):
            where, page = self.ask("GET", upload)
            if holds(where, page):
                return where, page
            if "ECCS_ERRORS" in page or "govuk-error-summary" in page:
                raise Astray(f"a file was refused: {_why(page)}")
            gevent.sleep(1)
        raise Astray("a file was not read within a minute")


def _why(page: str) -> str:
    words = re.sub(r"<[^>]+>|\s+", " ", page.split("<main", 1)[-1])
    return re.sub(r"\s+", " ", words)[:160].replace("\t", " ")


def flight_files(number: int) -> tuple[bytes, bytes]:
    """The two files of a flight, with house airway bills of its own."""
    return tuple(FILES[name].replace(b"SW777", f"LD{number:09d}".encode()) for name in ("shipments", "bills"))  # type: ignore[return-value]


def header(number: int) -> dict[str, str]:
    """The header of a manifest."""
    arrival = datetime.now(IST) + timedelta(hours=2)
    return {
        "station": "BLR", "airline": "Zephyr Air", "flight_number": f"ZZ{number % 10000}", "airport_of_shipment": "HKG",
        "country_of_exportation": "HK", "first_port_of_arrival": "BLR", "scheduled_arrival": f"{arrival:%d/%m/%Y %H:%M}",
    }  # fmt: skip


class Courier(Person):
    """A courier's signatory: a flight from two files to the bank."""

    username, fixed_count = "signatory.swift", 12

    def often(self) -> float:
        return rate() * IMPORTS * (1 - BY_PROGRAM) / FLIGHT

    def act(self) -> None:
        number = next(serials)
        shipments, filed = flight_files(number)
        form = form_to(self.get("/manifests/new/"), "") or Form("", "post")
        told = {"kind": "NON_DOCUMENTS", **header(number)}
        upload, _page = self.post("/manifests/new/", form.filled(**told), {"file": shipments})
        where, page = self.wait_for(upload, lambda where, _page: "/uploads/" not in where)
        _where, page = self.send(page, "/submit/", ticked=True)
        key = re.search(r'/bills/flights/([^/"]+)/', page)
        if key is None:
            raise Astray(f"a manifest was not submitted: {_why(page)}")
        self.get(f"/bills/flights/{key[1]}/")
        upload, _page = self.post(f"/bills/flights/{key[1]}/", [], {"file": filed})
        _where, page = self.wait_for(upload, lambda _where, page: "/sign/" in page)
        upload, _page = self.send(page, "/sign/", ticked=True)
        self.wait_for(upload, lambda _where, page: f"{FLIGHT} bills filed" in page)
        self.land(key[1])
        self.pay(key[1])

    def land(self, key: str) -> None:
        """The aircraft has landed."""
        arrived = datetime.now(IST) - timedelta(minutes=1)
        page = self.get(f"/manifests/{key}/")
        self.send(page, "/feed-igm/", igm_number=str(random.randrange(10**6, 10**7)), actual_arrival=f"{arrived:%d/%m/%Y %H:%M}")
        landed.append(key)

    def pay(self, key: str) -> None:
        """What the flight owes, at the bank."""
        address = f"/payments/new/?manifest={key}"
        ids = ["".join(one) for one in OWED.findall(self.get(address))]
        if not ids:
            return
        _where, page = self.post(address, [("bank", "BANK"), *(("bill", one) for one in ids)])
        _where, page = self.send(page, "/go-to-bank/")
        bank = TOLD["bank"]
        for given in ({"customer": "Asha"}, {"decision": "PAID"}, {}):
            form = forms_of(page)[0]
            address = form.action if form.action.startswith("http") else f"{bank}{form.action}"
            _where, page = self.post(address, form.filled(**given))
        if "receipt" not in page:
            raise Astray(f"not paid: {_why(page)}")


class Program(Courier):
    """A courier's own program: the same by the API; the signatory pays."""

    fixed_count = 8

    def often(self) -> float:
        return rate() * IMPORTS * BY_PROGRAM / FLIGHT

    def api(self, way: str, path: str, told: Any = None, file: bytes | None = None) -> Any:
        """One request of the API."""
        if file is not None:
            body, kind = encoded([], {"file": file})
        else:
            body, kind = json.dumps(told).encode() if told is not None else b"", "application/json"
        key = {"Authorization": f"Bearer {TOLD['key']}"}
        return json.loads(self.ask(way, f"/api/v1{path}", body or None, kind, **key)[1])

    def until(self, upload: dict[str, Any], state: str) -> dict[str, Any]:
        """A file, until it is read."""
        for _second in range(60):
            if upload["state"] == state:
                return upload
            if upload["problem"]:
                raise Astray(str(upload["problem"])[:200])
            gevent.sleep(1)
            upload = self.api("GET", f"/uploads/{upload['id']}")
        raise Astray("a file was not read within a minute")

    def act(self) -> None:
        number = next(serials)
        shipments, filed = flight_files(number)
        arrival = datetime.now(IST) + timedelta(hours=2)
        key = self.api("POST", "/manifests", header(number) | {"scheduled_arrival": f"{arrival:%Y-%m-%dT%H:%M}"})["key"]
        self.until(self.api("POST", f"/manifests/{key}/shipments", file=shipments), "READY")
        number_given = self.api("POST", f"/manifests/{key}/submit", {"declared": ["complete", "true"]})["number"]
        upload = self.until(self.api("POST", f"/manifests/{key}/bills", file=filed), "READY")
        signed = {"declared": [one["name"] for one in upload["declarations"]]}
        self.until(self.api("POST", f"/uploads/{upload['id']}/sign", signed), "DONE")
        for one in self.api("GET", "/bills")["items"][:3]:
            self.api("GET", f"/bills/{one['number']}")
        self.land(number_given)
        self.pay(number_given)


class Exporter(Courier):
    """A courier's signatory with a file of shipping bills."""

    fixed_count = 4

    def often(self) -> float:
        return rate() * (1 - IMPORTS) / FLIGHT

    def act(self) -> None:
        mark = f"LX{next(serials):09d}"
        self.get("/exports/files/BLR/")
        content = FILES["shipping"].replace(b"SX777", mark.encode())
        upload, _page = self.post("/exports/files/BLR/", [], {"file": content})
        _where, page = self.wait_for(upload, lambda _where, page: "/sign/" in page)
        upload, _page = self.send(page, "/sign/", ticked=True)
        self.wait_for(upload, lambda _where, page: f"{FLIGHT} shipping bills filed" in page)
        awaited.extend(f"{mark}{n:09d}" for n in range(FLIGHT))


class Scanner(Person):
    """At the arrival scan: each package of a flight by itself, then the close."""

    username, fixed_count = "scan.blr", 6

    def often(self) -> float:
        return 6.0

    def act(self) -> None:
        if not landed:
            return
        key = landed.popleft()
        self.send(self.get(f"/manifests/{key}/"), "/start-arrival-scan/")
        self.get(f"/manifests/{key}/scan/")
        for code in json.loads(self.get(f"/manifests/{key}/packages/"))["pieces"]:
            self.scan(f"/manifests/{key}/scans/", code)
            known.append(code)
        self.send(self.get(f"/manifests/{key}/"), "/close-arrival/")

    def scan(self, path: str, code: str) -> None:
        """One pull of the trigger."""
        body = {"scans": [{"key": str(uuid.uuid4()), "code": code, "at": datetime.now(UTC).isoformat()}]}
        _where, answer = self.ask("POST", path, json.dumps(body).encode(), "application/json")
        if not json.loads(answer)["answers"]:
            raise Astray(f"{code} was not judged")


class GoodsScanner(Scanner):
    """Where goods for export are handed in."""

    fixed_count = 3

    def act(self) -> None:
        if awaited:
            if random.random() < 0.02:
                self.get("/exports/receive/")
            self.scan("/exports/receive/BLR/scans/", awaited.popleft())

    def often(self) -> float:
        return max(rate() * (1 - IMPORTS) * 2, 1.0)


class Bulk(Person):
    """An officer who ticks a whole page of the queue and takes one step on all of it."""

    abstract = True
    places: tuple[tuple[str, str], ...] = ()
    turns = 0

    def often(self) -> float:
        return 0.4

    def act(self) -> None:
        slug, verb = self.places[self.turns % len(self.places)]
        self.turns += 1
        page = self.get(f"/{slug}/?show=100")
        ids = ["".join(one) for one in TICKED.findall(page)][:50]
        bills.extend(re.findall(r'<th scope="row"><a href="([^"]+)"', page)[:5])
        if not ids:
            return
        where, then = self.post(f"/{slug}/{verb}/", [("document", one) for one in ids])
        for form in forms_of(then):
            if any(name == "confirm" for name, _value in form.values):
                self.post(form.action or where, form.filled())
                return


class XRay(Bulk):
    """Pictures of goods that came and of goods that go."""

    username, fixed_count = "xray.blr", 1
    places = (("bills/imports/queue/xray", "clear-xray"), ("exports/bills/queue/xray", "clear-xray"))


class Approver(Bulk):
    """The DC/AC."""

    username, fixed_count = "dcac.blr", 1
    places = (("bills/imports/queue/approval", "approve"),)


class Superintendent(Bulk):
    """Out of Charge, many at once."""

    username, fixed_count = "superintendent.blr", 1
    places = (("bills/imports/queue/for-out-of-charge", "give-out-of-charge"),)


class LetExport(Bulk):
    """The Let Export Order, many at once."""

    username, fixed_count = "leo.blr", 1
    places = (("exports/bills/queue/for-let-export", "give-let-export-order"),)


class Single(Person):
    """An officer who takes the next of a queue, reads it and takes a step; each is another person."""

    abstract = True
    queue, verb = "", ""
    given: dict[str, str] = {}
    people: Any = None

    def on_start(self) -> None:
        """Each has a name of the own."""
        self.username = next(self.people)
        super().on_start()

    def often(self) -> float:
        return max(rate() * 0.5, self.fixed_count / 6)

    def act(self) -> None:
        page = self.get(f"/{self.queue}/")
        slug, _queue, stage = self.queue.rpartition("/queue/")
        for _bill in range(5):  # one after the other: the system shows the next
            if form_to(page, f"/{self.verb}/") is None:
                if form_to(page, f"/work/next/{slug}/{stage}/") is None:
                    return
                _where, page = self.post(f"/work/next/{slug}/{stage}/", [])
            if (form := form_to(page, f"/{self.verb}/")) is None:
                return
            bills.append(form.action.removesuffix(f"{self.verb}/"))
            _where, page = self.send(page, f"/{self.verb}/", **self.given)


class Assessor(Single):
    """An Assessing Officer."""

    fixed_count = 6
    people = itertools.cycle(f"ao{n}.blr" for n in range(1, 7))
    queue, verb = "bills/imports/queue/assessment", "assess"


class Inspector(Single):
    """An Inspector."""

    fixed_count = 6
    people = itertools.cycle(f"inspector{n}.blr" for n in range(1, 7))
    queue, verb = "bills/imports/queue/examination", "report-examination"
    given = {"findings": "As declared.", "recommendation": "RELEASE"}


class Public(Person):
    """People without an account."""

    fixed_count = 6

    def often(self) -> float:
        return rate() * TRACKED

    def act(self) -> None:
        if known and random.random() < 0.8:
            self.get(f"/public/track/?hawb={random.choice(known)}&courier={TOLD['courier']}")
        else:
            self.get(random.choice(["/public/", "/public/track/", "/public/exchange-rates/", "/public/status/"]))


class Looking(Person):
    """A courier's people who look things up."""

    username, fixed_count = "courier.swift", 3
    pages = ("/", "/manifests/", "/payments/", "/bills/imports/queue/duty/", "/bills/imports/queue/arrival/")

    def often(self) -> float:
        return rate() * LOOKED / 2

    def act(self) -> None:
        one = random.random()
        if known and one < 0.3:
            self.get(f"/find/?q={random.choice(known)}")
        elif bills and one < 0.6:
            self.get(random.choice(bills))
        else:
            self.get(random.choice(self.pages))


class Officer(Looking):
    """Officers who look things up."""

    username, fixed_count = "ao.blr", 3
    pages = ("/", "/manifests/", "/bills/imports/queue/assessment/", "/bills/imports/queue/examination/?show=50")
