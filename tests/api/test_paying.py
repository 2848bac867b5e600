"""Paying by a program: what waits, challans, and the cash ledger; each payment once, and only of the own firm."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from payments.cash import ledger
from payments.cash.models import CashEntry
from payments.clearance import Stage as ChallanStage
from payments.models import Challan, CyberReceipt
from tests.api.conftest import Made
from tests.factories.bills import bill
from tests.factories.challans import challan, funded

pytestmark = pytest.mark.django_db


def once(name: str) -> dict[str, str]:
    """A key under which something is done once."""
    return {"idempotency-key": f"paying-{name}"}


def test_bills_are_put_on_a_challan_once(program: Made) -> None:
    asking = program(scopes=["read", "pay"])
    bills = [bill(Stage.DUTY), bill(Stage.DUTY)]
    told = {"bills": [str(one.number) for one in bills]}
    made, again = (asking.post("/challans", told, **once("challan")) for _n in range(2))
    assert made.status_code == 201, made.content
    assert made.json() == again.json() and Challan.objects.count() == 1
    assert sorted(made.json()["bills"]) == sorted(told["bills"])
    moment = {"created_at": ""}  # told to the microsecond, and to the millisecond
    assert asking.get(f"/challans/{made.json()['number']}").json() | moment == made.json() | moment
    twice = asking.post("/challans", told, **once("another"))
    assert twice.status_code == 409 and "can no longer be paid" in twice.json()["detail"]
    missing = asking.post("/challans", {"bills": [told["bills"][0], "CBE_X"]}, **once("missing"))
    assert missing.status_code == 422 and missing.json()["errors"][0]["field"] == "bills.1"
    other = program("signatory.metro").post("/challans", told, **once("challan"))
    assert other.status_code == 422 and Challan.objects.count() == 1
    assert program(scopes=["read"], name="Reader").post("/challans", told, **once("reader")).status_code == 403


def test_what_waits_to_be_paid_is_told_with_what_it_owes_and_is_gone_once_on_a_challan(program: Made) -> None:
    asking, one, other = program(scopes=["pay"]), bill(Stage.DUTY), bill(Stage.DUTY, firm="metro")
    (told,) = asking.get("/payable-bills").json()["items"]
    assert (told["number"], Decimal(told["due"])) == (one.number, one.amount_due) and told["station"] == "BLR"
    assert asking.get("/payable-bills", station="DEL").json()["items"] == []
    metro = program("signatory.metro", scopes=["pay"]).get("/payable-bills").json()["items"]
    assert [row["number"] for row in metro] == [other.number]
    asking.post("/challans", {"bills": [told["number"]]}, **once("waits"))
    assert asking.get("/payable-bills").json()["items"] == []
    assert program(scopes=["read"], name="Reader").get("/payable-bills").status_code == 403


def test_a_challan_is_paid_from_the_ledger_once_however_often_it_is_asked(program: Made) -> None:
    asking, one = program(scopes=["ledger", "read"]), bill(Stage.DUTY)
    owed = funded(challan(ChallanStage.CREATED, one))
    here = f"/challans/{owed.number}/pay-from-ledger"
    first, again = (asking.post(here, None, **once("paid")) for _n in range(2))
    assert first.status_code == 200, first.content
    assert first.json() == again.json() and again.headers["Idempotency-Replayed"] == "true"
    told = first.json()
    assert (told["stage"]["code"], told["bank"]) == ("PAID", "LEDGER")
    assert told["receipt"] == CyberReceipt.objects.get().number
    assert CashEntry.objects.filter(sort="PAYMENT").count() == 1
    assert ledger.balance_of(courier_id=owed.courier_id, importer_id=None) == 0
    assert CourierBillOfEntry.objects.get(pk=one.pk).stage != Stage.DUTY
    twice = asking.post(here, None, **once("another"))
    assert twice.status_code == 409 and CashEntry.objects.filter(sort="PAYMENT").count() == 1
    for paper in ("receipt.pdf", "tr-6.pdf"):
        assert asking.get(f"/challans/{owed.number}/{paper}").content[:5] == b"%PDF-"


def test_what_the_ledger_lacks_is_said_and_nothing_is_paid(program: Made) -> None:
    asking, owed = program(scopes=["ledger"]), challan(ChallanStage.CREATED)
    refused = asking.post(f"/challans/{owed.number}/pay-from-ledger", None, **once("short"))
    assert refused.status_code == 409 and "cash ledger has a balance of" in refused.json()["detail"]
    assert Challan.objects.get(pk=owed.pk).stage == ChallanStage.CREATED
    bound = program(scopes=["ledger"], station="BLR", name="Bound")
    unsaid = bound.post(f"/challans/{owed.number}/pay-from-ledger", None, **once("unsaid"))
    assert unsaid.status_code == 409 and "Less is on the cash ledger" in unsaid.json()["detail"]
    assert bound.get("/ledger").json()["balance"] is None


@pytest.mark.parametrize(
    ("who", "scopes", "status"),
    [("signatory.metro", ["ledger", "pay"], 404), ("signatory.swift", ["pay", "read"], 403), ("warehouse.blr", ["ledger"], 404)],
)  # fmt: skip
def test_nobody_elses_ledger_pays_and_no_key_without_the_scope(
    who: str, scopes: list[str], status: int, program: Made, people: Callable[[str], User]
) -> None:
    owed = funded(challan(ChallanStage.CREATED))
    refused = program(who, scopes=scopes).post(f"/challans/{owed.number}/pay-from-ledger", None, **once("alien"))
    assert refused.status_code == status and not CashEntry.objects.filter(sort="PAYMENT").exists()


def test_the_ledger_is_told_to_its_firm_page_by_page(program: Made) -> None:
    asking = program(scopes=["ledger"])
    paid = funded(challan(ChallanStage.CREATED))
    assert asking.post(f"/challans/{paid.number}/pay-from-ledger", None, **once("told")).status_code == 200
    first = asking.get("/ledger", limit=1).json()
    assert Decimal(first["balance"]) == 0 and first["items"][0]["challan"] == paid.number
    rest = asking.get("/ledger", limit=1, cursor=first["next"]).json()
    amounts = [Decimal(told["items"][0]["amount"]) for told in (first, rest)]
    assert amounts == [-paid.amount, paid.amount] and rest["next"] is None
    metro: Any = program("signatory.metro", scopes=["ledger"]).get("/ledger").json()
    assert (Decimal(metro["balance"]), metro["items"]) == (0, [])


def test_a_challan_is_made_anew_once(program: Made) -> None:
    asking, old = program(scopes=["pay"]), challan(ChallanStage.CREATED)
    made, again = (asking.post(f"/challans/{old.number}/anew", None, **once("anew")) for _n in range(2))
    assert made.status_code == 201, made.content
    assert made.json() == again.json() and made.json()["number"] != old.number and Challan.objects.count() == 2
    assert Challan.objects.get(pk=old.pk).stage == ChallanStage.WITHDRAWN
    at_bank = challan(ChallanStage.AT_BANK)
    assert asking.post(f"/challans/{at_bank.number}/anew", None, **once("bank")).status_code == 409
    alien = program("signatory.metro", scopes=["pay"]).post(f"/challans/{at_bank.number}/anew", None, **once("alien"))
    assert alien.status_code == 404
