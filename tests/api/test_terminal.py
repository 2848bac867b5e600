"""A custodian's program at the terminal: what the scan station does, by the same checks, for its own terminal alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from bills.models import CourierBillOfEntry
from bills.stages import Stage as BillStage
from exports.models import CourierShippingBill
from exports.stages import Stage as ExportStage
from manifests.clearance import Stage
from manifests.models import ArrivalScan, ExpressCargoManifest
from tests.api.conftest import Made, Program
from tests.factories.bills import bill
from tests.factories.directory import custodian
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.shipping import shipping_bill

pytestmark = pytest.mark.django_db

Terminal = Callable[..., Program]


@pytest.fixture
def terminal(program: Made, people: Callable[[str], User]) -> Terminal:
    """A program of a custodian in the name of one of its people."""

    def made(username: str = "scan.blr", scopes: list[str] | None = None) -> Program:
        if people(username).custodian_id is None:
            User.objects.filter(username=username).update(custodian=custodian(station=username[-3:].upper()))
        return program(username, scopes or ["read", "terminal"])

    return made


def once(name: str) -> dict[str, str]:
    """A key under which something is done once."""
    return {"idempotency-key": f"terminal-{name}"}


def pulls(*codes: str) -> dict[str, Any]:
    """Scans of labels."""
    now = timezone.now()
    return {"scans": [{"key": str(uuid4()), "code": code, "at": now.isoformat()} for code in codes]}


def landed(**given: Any) -> ExpressCargoManifest:
    """A manifest that has landed, with a shipment of one package and one of two."""
    on = manifest(Stage.IGM_FED, hawb_count=2, package_count=3, **given)
    house_airway_bill(on, number="SWF001")
    house_airway_bill(on, number="SWF002", packages=2)
    return on


def test_an_arrival_from_the_first_scan_to_the_close(terminal: Terminal) -> None:
    asking, flight = terminal(), landed()
    here = f"/manifests/{flight.number}"
    assert asking.post(f"{here}/scans", pulls("SWF001")).status_code == 409
    first, again = (asking.post(f"{here}/arrival-scan", **once("begin")) for _n in range(2))
    assert first.status_code == again.status_code == 200 and first.json()["stage"]["code"] == "ARRIVAL_SCAN"
    sent = pulls("swf001", "SWF002-1", "SWF001", "STRANGE1")
    told = asking.post(f"{here}/scans", sent).json()["answers"]
    assert [one["verdict"] for one in told][::3] == ["ARRIVED", "UNKNOWN"] and told[2]["verdict"] == "DUPLICATE"
    assert asking.post(f"{here}/scans", sent).json()["answers"] == told  # sent again, nothing counts twice
    assert ArrivalScan.objects.count() == 4
    short = asking.get(f"{here}/differences").json()
    assert not short["closed"] and {one["kind"] for one in short["items"]} == {"SHORT", "EXCESS"}
    weights = {"weights": [{"hawb": "SWF001", "kg": "4.2"}, {"hawb": "SWF002", "kg": "9.9"}]}
    said = asking.post(f"{here}/weights", weights, **once("weigh")).json()["items"]
    assert "beyond the tolerance" not in said[0]["words"] and "must be amended" in said[1]["words"]
    wrong = {"weights": [{"hawb": "SWF001", "kg": "5"}, {"hawb": "NONE1", "kg": "1"}, {"hawb": "SWF002", "kg": "0"}]}
    refused = asking.post(f"{here}/weights", wrong, **once("wrong"))
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["errors"]] == ["weights.1.hawb", "weights.2.kg"]
    assert flight.hawbs.get(number="SWF001").actual_weight_kg != 5  # all or none
    closed = asking.post(f"{here}/close-arrival", {"remarks": "One torn."}, **once("close")).json()
    assert closed["stage"]["code"] == "ARRIVED"
    listed = asking.get(f"{here}/differences").json()
    assert listed["closed"] and {one["code"] for one in listed["items"] if one["kind"] == "EXCESS"} == {"STRANGE1"}
    assert all(line.by_name.endswith(f"{asking_key()}") for line in flight.trail.filter(step="close_arrival"))


def asking_key() -> str:
    """What the trail calls the program's key."""
    from api.models import ApiKey

    return ApiKey.objects.get().called


def test_an_arrived_shipment_moves_its_bill_and_is_moved_in_the_warehouse(terminal: Terminal) -> None:
    asking, flight = terminal(scopes=["terminal"]), landed()
    one = bill(BillStage.ARRIVAL, on=flight, hawb=flight.hawbs.get(number="SWF001"))
    asking.post(f"/manifests/{flight.number}/arrival-scan", **once("begin"))
    asking.post(f"/manifests/{flight.number}/scans", pulls("SWF001"))
    assert CourierBillOfEntry.objects.get(pk=one.pk).stage == BillStage.XRAY
    keeper = terminal("warehouse.blr")
    assert asking.post("/warehouse/move", {"hawbs": ["SWF001"], "location": "A1"}, **once("no")).status_code == 403
    moved = keeper.post("/warehouse/move", {"hawbs": ["swf001", "SWF002"], "location": "a-12"}, **once("move"))
    assert moved.json() == {"count": 1, "not_here": ["SWF002"]}
    (kept,) = keeper.get("/warehouse", hawb="SWF001").json()["items"]
    assert (kept["location"], kept["out_at"]) == ("A-12", None)
    assert [row["hawb"] for row in keeper.get("/warehouse").json()["items"]] == ["SWF001"]
    bad = keeper.post("/warehouse/move", {"hawbs": ["SWF001"], "location": "?"}, **once("bad"))
    assert bad.status_code == 422 and bad.json()["errors"][0]["field"] == "location"


def test_goods_for_export_are_awaited_scanned_weighed_and_go_on(terminal: Terminal) -> None:
    asking, one = terminal(scopes=["terminal"]), shipping_bill(ExportStage.GOODS, packages=2, packages_in=0)
    (awaited,) = asking.get("/stations/BLR/goods").json()["items"]
    assert (awaited["hawb"], awaited["packages"], awaited["arrived"]) == (one.hawb, 2, 0)
    kg = {"weights": [{"hawb": one.hawb, "kg": str(one.gross_weight_kg)}]}
    assert one.hawb == asking.post("/stations/BLR/goods/weights", kg, **once("kg")).json()["items"][0]["hawb"]
    for part in (1, 2):
        (told,) = asking.post("/stations/BLR/goods", pulls(str(one.hawb))).json()["answers"]
        assert (told["verdict"], told["arrived"]) == ("ARRIVED", part)
    assert CourierShippingBill.objects.get(pk=one.pk).stage != ExportStage.GOODS
    (kept,) = terminal("warehouse.blr").get("/export-warehouse").json()["items"]
    assert kept["hawb"] == one.hawb
    assert (
        asking.get("/stations/DEL/goods").status_code
        == asking.post("/stations/DEL/goods", pulls("X1")).status_code
        == 404
    )


def test_another_terminal_a_courier_and_a_key_without_the_scope_do_nothing(terminal: Terminal, program: Made) -> None:
    flight = landed()
    here = f"/manifests/{flight.number}"
    assert terminal("scan.del").post(f"{here}/arrival-scan", **once("begin")).status_code == 404
    assert program().post(f"{here}/arrival-scan", **once("begin")).status_code == 403
    assert terminal("scan.blr", ["read"]).post(f"{here}/scans", pulls("SWF001")).status_code == 403
    assert ExpressCargoManifest.objects.get().stage == Stage.IGM_FED and not ArrivalScan.objects.exists()


def test_a_scan_says_when_and_what(terminal: Terminal) -> None:
    asking = terminal()
    blank = asking.post("/stations/BLR/goods", pulls("]C1"))
    assert blank.status_code == 422 and blank.json()["errors"][0]["field"] == "scans.0.code"
    late = (timezone.now() - timedelta(hours=1)).replace(tzinfo=None).isoformat()
    told = asking.post("/stations/BLR/goods", {"scans": [{"key": str(uuid4()), "code": "SWF1", "at": late}]})
    assert told.status_code == 422 and told.json()["errors"][0]["field"] == "scans.0.at"
