"""Every address of the API, asked by every firm: what is another firm's, of another station, or of risk, never appears."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pypdfium2
import pytest
from django.urls import get_resolver

from accounts.models import User
from api.operations import api
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from manifests.models import ExpressCargoManifest
from payments.clearance import Stage as ChallanStage
from tests.api.conftest import Made, Program
from tests.factories.bills import bill
from tests.factories.challans import challan
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.orders import cyber_receipt, let_export_order, out_of_charge
from tests.factories.shipping import shipping_bill

pytestmark = pytest.mark.django_db

OF_TERMINALS = ("api-warehouse", "api-export-warehouse")  # a custodian's: tests/api/test_terminal.py
RISK = ("secret compartment", "N-0099", "Asha Rao", "FACILITATED", "acilitated", "lane", "risk", "RMS")


@pytest.fixture
def documents() -> dict[str, str]:
    """Documents of Swift at Bengaluru, by what their addresses call them."""
    flight = manifest("ARRIVAL_SCAN")
    house_airway_bill(flight)
    made: dict[Any, CourierBillOfEntry] = {stage: bill(stage, on=flight) for stage in Stage}
    cleared = made[Stage.OUT_OF_CHARGE]
    out_of_charge(cleared)
    paid = challan(ChallanStage.PAID, bill(Stage.DUTY, on=flight))
    cyber_receipt(paid)
    let = shipping_bill("LET_EXPORT")
    let_export_order(let)
    return {
        "bills": str(cleared.number), "manifests": flight.key, "challans": str(paid.number),
        "shipping-bills": str(let.number), "query": str(made[Stage.QUERY].number),
    }  # fmt: skip


def asked(documents: dict[str, str]) -> dict[str, list[str]]:
    """Every address that is read, by its name; of a bill also those of one with a query."""
    found: dict[str, list[str]] = {}
    for one in _named():
        route = str(one.pattern)
        if "upload" in route or "signature" in route or one.name in OF_TERMINALS:
            continue
        kind = route.partition("/")[0]
        for key in (documents.get(kind, ""), *([documents["query"]] if kind == "bills" else [])):
            if key or "<" not in route:
                found.setdefault(str(one.name), []).append(f"/{route.replace('<number>', key).replace('<key>', key)}")
    assert len(found) >= 19
    return found


def _named() -> list[Any]:
    """The addresses of operations that are read."""
    inside = [two for one in get_resolver().url_patterns for two in getattr(one, "url_patterns", ())]
    reading = {
        op.url_name for _prefix, router in api._routers for view in router.path_operations.values()
        for op in view.operations if "GET" in op.methods
    }  # fmt: skip
    return [
        three for one in inside for three in getattr(one, "url_patterns", ()) if getattr(three, "name", None) in reading
    ]


def text_of(answer: Any) -> str:
    """What an answer says, of a print-out too."""
    if answer["Content-Type"] != "application/pdf":
        return str(answer.content.decode())
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    document = pypdfium2.PdfDocument(content)
    try:
        return "\n".join(document[n].get_textpage().get_text_range() for n in range(len(document)))
    finally:
        document.close()


def test_own_addresses_answer_and_tell_nothing_of_risk(program: Made, documents: dict[str, str]) -> None:
    asking, seen = program(), set()
    for name, addresses in asked(documents).items():
        for address in addresses:
            answer = asking.get(address)
            assert answer.status_code == 200 or "pdf" in address, (
                address,
                answer.content,
            )
            if answer.status_code == 200:
                seen.add(name)
            told = text_of(answer)
            assert not [word for word in RISK if word in told], address
    assert seen == set(asked(documents))


@pytest.mark.parametrize(
    ("username", "station"),
    [("signatory.metro", ""), ("signatory.swift", "DEL"), ("scan.del", ""), ("courieradmin.metro", "")],
)
def test_others_are_given_nothing(
    program: Made, people: Callable[[str], User], documents: dict[str, str], username: str, station: str
) -> None:
    from tests.factories.directory import custodian

    if username.startswith("scan") and people(username).custodian_id is None:
        User.objects.filter(username=username).update(custodian=custodian(station="DEL"))
    asking = program(username, station=station)
    numbers = [*documents.values(), *ExpressCargoManifest.objects.values_list("flight_number", flat=True), "SWF"]
    for addresses in asked(documents).values():
        for address in addresses:
            answer = asking.get(address)
            assert answer.status_code in (403, 404) or answer.json()["items"] == [], address
            assert not [number for number in numbers if number in answer.content.decode()], address


def test_a_stranger_is_told_of_nothing_but_the_key(documents: dict[str, str]) -> None:
    stranger = Program()
    for addresses in asked(documents).values():
        for address in addresses:
            assert stranger.get(address).status_code == 401, address
