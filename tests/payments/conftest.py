"""Bills that wait for duty, and a bank within reach of the tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from io import BytesIO
from itertools import count
from pathlib import Path
from re import findall
from typing import Any
from urllib.parse import urlencode, urlsplit
from wsgiref.util import setup_testing_defaults

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Actor
from bills.models import CourierBillOfEntry
from eccs import numbering
from manifests.models import ExpressCargoManifest, HouseAirwayBill, MasterAirwayBill
from payments import bank, services
from payments.models import Challan
from payments.sandbox.ledger import Behaviour, Ledger
from payments.sandbox.post import PostOffice
from payments.sandbox.site import Site
from rms.models import RiskDecision

KEY = "ab" * 32
People = Callable[[str], User]


class Flight:
    """One firm's manifest at one station, and bills on it that wait for duty."""

    def __init__(self, user: User, station: str) -> None:
        now = timezone.now()
        self.user, self.station, self.serials = user, station, count(1)
        self.courier = user.courier
        self.manifest = ExpressCargoManifest(
            station_id=station, courier=self.courier, stage="IGM_FED", airline="Zenith", flight_number="ZZ318",
            airport_of_shipment="HKG", country_of_exportation="HK", first_port_of_arrival=station,
            scheduled_arrival=now, actual_arrival=now, igm_number="1234567", created_by=user, submitted_at=now,
            serial=1, number=f"ECM_{station}_2026-2027_{numbering.allocate('of the tests')}",
        )  # fmt: skip
        self.manifest.save()
        self.master = MasterAirwayBill.objects.create(manifest=self.manifest, number="157-12345675")

    def bill(self, duty: int = 1000, **changes: Any) -> CourierBillOfEntry:
        """A bill with this duty in rupees, at Awaiting duty."""
        n, now = next(self.serials), timezone.now()
        hawb = HouseAirwayBill.objects.create(
            manifest=self.manifest, master=self.master, number=f"H{self.manifest.pk}X{n}", packages=1,
            gross_weight_kg=1, description="Books", consignor_name="A", consignor_address="B", consignor_country="HK",
            consignee_name="Tara", consignee_address="D", consignee_city="E", consignee_state="F", invoice_value=1,
            invoice_currency="USD",
        )  # fmt: skip
        decision = RiskDecision.objects.create(lane="FACILITATED", draw=Decimal(0), ruleset="1", decided_at=now)
        facts: dict[str, Any] = {
            "station_id": self.station, "courier": self.courier, "manifest": self.manifest, "hawb": hawb,
            "stage": "DUTY", "created_by": self.user, "filed_at": now, "presented_on": now.date(),
            "risk_decision": decision,
            "total_duty": Decimal(duty), "duty_heads": {"bcd": str(duty - duty // 2), "igst": str(duty // 2)},
            "number": f"CBE-XIII_{self.station}_2026-2027_{self.manifest.pk}_{n}", "facilitated": True,
        }  # fmt: skip
        bill = CourierBillOfEntry(**{**facts, **changes})
        bill.save()
        return bill


@pytest.fixture
def swift(people: People) -> Flight:
    """A flight of Swift at Bengaluru."""
    return Flight(people("courier.swift"), "BLR")


@pytest.fixture
def metro(people: People) -> Flight:
    """A flight of another firm at the same station."""
    return Flight(people("courier.metro"), "BLR")


@pytest.fixture
def payer(people: People) -> Actor:
    """Swift's operator."""
    return Actor.of(people("courier.swift"))


@pytest.fixture(autouse=True)
def bank_settings(settings: Any) -> None:
    """The bank of the tests."""
    settings.BANK_URL, settings.BANK_KEY = "http://bank.example", KEY


@pytest.fixture
def at_bank(swift: Flight, payer: Actor) -> Challan:
    """A challan of two bills, 3,500 rupees, that was taken to the bank."""
    challan = services.create_challan([swift.bill(1000).pk, swift.bill(2500).pk], payer)
    services.send_to_bank(challan, payer, "http://testserver/payments/bank/return/")
    return Challan.objects.get(pk=challan.pk)


def told(challan: Challan, sort: type[bank.Outcome] = bank.Confirmation, /, **changes: Any) -> Any:
    """What a bank would say about a challan that was paid."""
    facts = {
        "challan": challan.number, "amount_paise": challan.paise, "bank_transaction": "SBX261121000000001",
        "status": bank.Status.PAID,
    }  # fmt: skip
    return sort(**{**facts, **changes})


def bill_of(line: Any) -> CourierBillOfEntry:
    """The bill that a line of a challan pays; of a transshipment fee there is none."""
    assert line.bill is not None
    found: CourierBillOfEntry = line.bill
    return found


class BankAtHand:
    """The sandbox bank without sockets: its pages, its post to ECCS, and ECCS's questions to it."""

    def __init__(self, path: Path, eccs: Client) -> None:
        self.keys, self.eccs, self.moved = bank.KeyRing.of(KEY), eccs, timedelta(0)
        self.away = False
        self.ledger = Ledger(path / "bank.sqlite3")
        self.site = Site(self.ledger, self.keys, now=self.now)
        self.office = PostOffice(
            self.ledger, self.keys, "http://testserver/payments/bank/confirmation/", send=self._to_eccs, now=self.now
        )

    def now(self) -> datetime:
        """The bank's clock."""
        return datetime.now(UTC) + self.moved

    def _to_eccs(self, url: str, values: Mapping[str, str], timeout: int) -> bytes:
        answer = self.eccs.post(urlsplit(url).path, dict(values))
        if answer.status_code != 200:
            raise bank.BankSilent(str(answer.status_code))
        return answer.content

    def from_eccs(self, url: str, values: Mapping[str, str], timeout: int) -> bytes:
        """ECCS asks."""
        if self.away:
            raise bank.BankSilent("away")
        status, _headers, body = self.call("POST", urlsplit(url).path, values)
        if not status.startswith("200"):
            raise bank.BankSilent(status)
        return body

    def fetch(self, url: str, values: Mapping[str, str], timeout: int, largest: int) -> tuple[bytes, dict[str, str]]:
        """ECCS asks for a file: the answer with its headers."""
        if self.away:
            raise bank.BankSilent("away")
        _status, headers, body = self.call("POST", urlsplit(url).path, values)
        return body, headers

    def call(
        self, method: str, address: str, values: Mapping[str, str] | None = None
    ) -> tuple[str, dict[str, str], bytes]:
        """One request of a browser, or of ECCS."""
        body, parts = urlencode(values or {}).encode(), urlsplit(address)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method, "PATH_INFO": parts.path, "QUERY_STRING": parts.query,
            "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body),
        }  # fmt: skip
        setup_testing_defaults(environ)
        head: list[Any] = []
        start: Any = lambda status, headers: head.extend([status, headers])  # noqa: E731 the caller of WSGI
        answer = b"".join(self.site(environ, start))
        return head[0], dict(head[1]), answer

    def pay(self, address: str, behaviour: Behaviour = Behaviour.HONEST, decision: str = "PAID") -> dict[str, str]:
        """Log in, decide, and return what the browser carries back (nothing where the answer is lost)."""
        _status, _headers, page = self.call("GET", address)
        _status, headers, _page = self.call("POST", "/log-in", {**fields_of(page), "customer": "Asha"})
        self.call("POST", headers["Location"], {"decision": decision, "behaviour": behaviour.value})
        self.office.deliver_due()
        return fields_of(self.call("GET", headers["Location"])[2])


def fields_of(page: bytes) -> dict[str, str]:
    """The hidden fields of a page."""
    found = findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.decode())
    return {unescape(name): unescape(value) for name, value in found}


@pytest.fixture
def sandbox(tmp_path: Path, client: Client, monkeypatch: pytest.MonkeyPatch) -> BankAtHand:
    """The sandbox bank, confirming to this ECCS and answering its questions."""
    at_hand = BankAtHand(tmp_path, Client())
    monkeypatch.setattr(bank, "post", at_hand.from_eccs)
    monkeypatch.setattr(bank, "fetch", at_hand.fetch)
    return at_hand
