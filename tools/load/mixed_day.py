"""A mixed day at a station, as locust plays it: each person works through the pages, or a program through the API, on what others have left.

How many declarations an hour come in stands in the file LOAD_PLACE/rate, which `tools.load` raises step by step. A person acts as often as that asks,
however slow the pages are, until nobody could. What was asked is written to LOAD_PLACE/asked: moment, milliseconds, whether it was answered well, page.
"""

from __future__ import annotations

import json
import random
import re
import uuid
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Any

import gevent

from tools.load.officers import Approver, Assessor, Inspector, LetExport, Superintendent, XRay
from tools.load.page_forms import Form, encoded, form_to, forms_of
from tools.load.people import (
    ASSESSED,
    BILL,
    BY_PROGRAM,
    FILES,
    FLIGHT,
    IMPORTS,
    IST,
    LOOKED,
    OWED,
    TOLD,
    TRACKED,
    Astray,
    Person,
    awaited,
    bills,
    known,
    landed,
    owing,
    rate,
    serials,
    why_not_answered,
)

__all__ = ["Approver", "Assessor", "Inspector", "LetExport", "Superintendent", "XRay"]  # whom locust finds here


def flight_files(number: int) -> tuple[bytes, bytes]:
    """The two files of a flight, with house airway bills of its own.

    Its consignees are its own too, but on one flight of five: those have the same as all such, so that the RMS sends them to assessment.
    """
    first, last = chr(65 + number % 26), chr(65 + number // 26 % 26)
    own = {
        b"Receiver ": f"Receiver {number} ",
        b", 3rd Cross": f", 3rd Cross, Block {number}",
        b"ABCPK0": f"A{first}{last}PK{number // 676 % 10}",
    }
    told = {b"SW777": f"LD{number:09d}"} | ({} if number % ASSESSED == 0 else own)
    files = [FILES[name] for name in ("shipments", "bills")]
    for old, new in told.items():
        files = [one.replace(old, new.encode()) for one in files]
    return files[0], files[1]


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
        _where, page = self.wait_for(upload, lambda where, _page: "/uploads/" not in where)
        _where, page = self.send(page, "/submit/", True)
        key = re.search(r'/bills/flights/([^/"]+)/', page)
        if key is None:
            raise Astray(f"a manifest was not submitted: {why_not_answered(page)}")
        self.get(f"/bills/flights/{key[1]}/")
        upload, _page = self.post(f"/bills/flights/{key[1]}/", [], {"file": filed})
        _where, page = self.wait_for(upload, lambda _where, page: "/sign/" in page)
        upload, _page = self.send(page, "/sign/", True)
        self.wait_for(upload, lambda _where, page: f"{FLIGHT} bills filed" in page)
        self.land(key[1])
        self.settle(key[1])

    def land(self, key: str) -> None:
        """The aircraft has landed."""
        arrived = datetime.now(IST) - timedelta(minutes=1)
        page = self.get(f"/manifests/{key}/")
        self.send(
            page,
            "/feed-igm/",
            igm_number=str(random.randrange(10**6, 10**7)),
            actual_arrival=f"{arrived:%d/%m/%Y %H:%M}",
        )
        landed.append(key)

    def settle(self, key: str) -> None:
        """Pay what the flight owes; what is assessed first owes later."""
        if self.pay(key) < FLIGHT:
            owing.append(key)

    def pay(self, key: str) -> int:
        """What the flight owes, at the bank; for how many bills."""
        address = f"/payments/new/?manifest={key}"
        ids = ["".join(one) for one in OWED.findall(self.get(address))]
        if not ids:
            return 0
        _where, page = self.post(address, [("bank", "BANK"), *(("bill", one) for one in ids)])
        _where, page = self.send(page, "/go-to-bank/")
        bank = TOLD["bank"]
        steps: tuple[dict[str, str], ...] = ({"customer": "Asha"}, {"decision": "PAID"}, {})
        for given in steps:
            form = forms_of(page)[0]
            address = form.action if form.action.startswith("http") else f"{bank}{form.action}"
            _where, page = self.post(address, form.filled(**given))
        if "receipt" not in page:
            raise Astray(f"not paid: {why_not_answered(page)}")
        return len(ids)


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
        key = {"Authorization": f"Bearer {TOLD['key']}", "Idempotency-Key": str(uuid.uuid4())}
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
        upload = self.until(self.api("POST", f"/manifests/{number_given}/bills", file=filed), "READY")
        signed = {"declared": [one["name"] for one in upload["declarations"]]}
        self.until(self.api("POST", f"/uploads/{upload['id']}/sign", signed), "DONE")
        for one in self.api("GET", "/bills")["items"][:3]:
            self.api("GET", f"/bills/{one['number']}")
        self.land(number_given)
        self.settle(number_given)


class Payer(Courier):
    """A courier's signatory who looks whether flights with bills under assessment owe duty now, and pays it."""

    fixed_count = 2

    def often(self) -> float:
        return max(rate() * IMPORTS / FLIGHT / ASSESSED, 0.1)

    def act(self) -> None:
        for _flight in range(min(2, len(owing))):
            key = owing.popleft()
            if not self.pay(key):
                owing.append(key)  # still under assessment
                return


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
        upload, _page = self.send(page, "/sign/", True)
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
        for code, *_told in json.loads(self.get(f"/manifests/{key}/packages/"))["pieces"]:
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


class Public(Person):
    """People without an account."""

    fixed_count = 6

    def often(self) -> float:
        return rate() * TRACKED

    def act(self) -> None:
        page = random.choice(["/public/", "/public/track/", "/public/exchange-rates/", "/public/status/"])
        if known and random.random() < 0.8:
            page = f"/public/track/?hawb={random.choice(known)}&courier={TOLD['courier']}"
        # each is somebody else, as the proxy tells it: few questions are answered to one address
        self.get(
            page, **{"X-Forwarded-For": f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(256)}"}
        )


class Looking(Person):
    """A courier's people who look things up."""

    username, fixed_count = "courier.swift", 3
    seen: deque[str] = deque(maxlen=500)  # addresses of bills that this kind of person may open
    pages: tuple[str, ...] = ("/", "/manifests/", "/payments/", "/bills/imports/queue/duty/")

    def often(self) -> float:
        return rate() * LOOKED / 2

    def act(self) -> None:
        one = random.random()
        if known and one < 0.3:
            self.get(f"/find/?q={random.choice(known)}")
        elif self.seen and one < 0.6:
            self.get(random.choice(self.seen))
        else:
            found = BILL.findall(self.get(random.choice(self.pages)))[:5]
            self.seen.extend(
                one for one in found if "/draft-" not in one
            )  # a draft has another address once it is submitted


class Officer(Looking):
    """Officers who look things up."""

    username, fixed_count = "ao.blr", 3
    seen = bills
    pages = ("/", "/manifests/", "/bills/imports/queue/assessment/", "/bills/imports/queue/assessment/?show=50")
