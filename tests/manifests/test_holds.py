"""Hold and release, and the custodian's warehouse register (PN17 5.3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from bills.models import CourierBillOfEntry
from bills.stages import Stage as BillStage
from eccs.workflow import Refused, take, take_many
from manifests import holds
from manifests.arrival import Scan, record
from manifests.clearance import Stage
from manifests.locks import filed_bills, why_filed, why_not_deleted
from manifests.models import ExpressCargoManifest, Hold, HouseAirwayBill, ManifestTrail, WarehouseEntry, WarehouseMove
from tests.factories.bills import bill, hawb_of
from tests.factories.firms import actor
from tests.factories.manifests import house_airway_bill, manifest
from tests.manifests.conftest import SignedIn
from tests.papers import reading

pytestmark = pytest.mark.django_db


def fresh(hawb: HouseAirwayBill) -> HouseAirwayBill:
    """As the database has it."""
    return HouseAirwayBill.objects.get(pk=hawb.pk)


def address(hawb: HouseAirwayBill) -> str:
    """Where it is put on hold and released."""
    return reverse("hawb-hold", args=[hawb.manifest.key, hawb.number])


def scanned(hawb: HouseAirwayBill) -> dict[str, Any]:
    """One pull of the trigger."""
    scan = Scan(uuid4(), hawb.number, timezone.now())
    return record(hawb.manifest_id, [scan], actor("ARRIVAL_SCANNER"))[0]


def test_5_3_a_shipment_is_held_and_released(signed_in: SignedIn) -> None:
    client = signed_in("courier.swift")
    hawb = house_airway_bill(manifest(Stage.SUBMITTED))
    assert client.post(address(hawb), {"reason": ""}).status_code == 422
    assert client.post(address(hawb), {"reason": "Waiting for the import licence"}).status_code == 302
    assert fresh(hawb).held_since is not None
    entry = WarehouseEntry.objects.get(hawb=hawb)
    assert (entry.station_id, entry.in_at) == ("BLR", None)
    assert "Release the hold" in client.get(address(hawb)).content.decode()
    assert client.post(address(hawb)).status_code == 302
    assert fresh(hawb).held_since is None
    assert Hold.objects.get().released_at is not None
    assert list(ManifestTrail.objects.order_by("seq").values_list("step", flat=True)) == ["hold", "release_hold"]


def test_5_3_a_held_shipment_is_not_filed(signed_in: SignedIn) -> None:
    signed_in("courier.swift")
    draft = bill(BillStage.DRAFT)
    holds.put_on_hold(hawb_of(draft).pk, "Waiting for the invoice", actor("COURIER_OPERATOR"))
    with pytest.raises(Refused, match=r"is on hold\. Release the hold first"):
        take(draft, "file", actor("COURIER_SIGNATORY"))
    holds.release(hawb_of(draft).pk, actor("COURIER_SIGNATORY"))
    assert take(draft, "file", actor("COURIER_SIGNATORY")).filed_at is not None


def test_a_shipment_with_a_filed_bill_is_not_held(signed_in: SignedIn) -> None:
    client = signed_in("signatory.swift")
    filed = bill(BillStage.ASSESSMENT)
    answer = client.post(address(hawb_of(filed)), {"reason": "Too late"})
    assert answer.status_code == 409
    assert f"Bill {filed.number} is filed" in answer.content.decode()
    assert not Hold.objects.exists()


def test_each_bill_of_a_shipment_counts_by_itself(signed_in: SignedIn) -> None:
    client = signed_in("signatory.swift")
    filed = bill(BillStage.ASSESSMENT)
    live, freed = hawb_of(filed), hawb_of(bill(BillStage.CANCELLED))
    bill(BillStage.DISCARDED, hawb=live)  # begun and put away before the one that was filed
    bill(BillStage.DRAFT, hawb=freed)
    for hawb in (live, freed):
        client.post(address(hawb), {"reason": "Waiting for the invoice"})
    assert fresh(live).held_since is None and fresh(freed).held_since is not None
    assert filed_bills([live.pk, freed.pk]) == {live.pk: filed.number}
    assert why_not_deleted(live, filed_bills([live.pk])) == why_filed(str(filed.number))
    assert "A draft of a bill" in why_not_deleted(freed, filed_bills([freed.pk]))


@pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.DISCARDED])
def test_what_is_not_submitted_is_not_held(stage: str) -> None:
    with pytest.raises(Refused, match="not submitted"):
        holds.put_on_hold(house_airway_bill(manifest(stage)).pk, "x", actor("COURIER_OPERATOR"))


def test_what_has_left_is_not_held() -> None:
    hawb = house_airway_bill(manifest(Stage.ARRIVED), arrived=True)
    WarehouseEntry.objects.update_or_create(
        hawb=hawb, defaults={"station_id": "BLR", "out_at": timezone.now(), "out_on": "TRANSSHIPPED"}
    )
    with pytest.raises(Refused, match="left the warehouse"):
        holds.put_on_hold(hawb.pk, "x", actor("COURIER_OPERATOR"))
    assert not Hold.objects.exists()


def test_holding_twice_and_releasing_twice_is_refused() -> None:
    hawb, by = house_airway_bill(), actor("COURIER_OPERATOR")
    holds.put_on_hold(hawb.pk, "x", by)
    with pytest.raises(Refused, match="on hold already"):
        holds.put_on_hold(hawb.pk, "x", by)
    holds.release(hawb.pk, by)
    with pytest.raises(Refused, match="is not on hold"):
        holds.release(hawb.pk, by)


@pytest.mark.parametrize(
    ("role", "firm"), [("COURIER_OPERATOR", "metro"), ("DCAC", "swift"), ("WAREHOUSE_KEEPER", "swift")]
)
def test_nobody_else_holds_it(role: str, firm: str) -> None:
    hawb = house_airway_bill()
    with pytest.raises(Refused):
        holds.put_on_hold(hawb.pk, "x", actor(role, firm=firm))
    assert fresh(hawb).held_since is None


@pytest.mark.parametrize(("username", "status"), [("courier.metro", 404), ("dcac.blr", 403), ("scan.blr", 403)])
def test_the_page_is_the_own_firms(signed_in: SignedIn, username: str, status: int) -> None:
    client, hawb = signed_in(username), house_airway_bill()
    assert client.get(address(hawb)).status_code == status
    assert client.post(address(hawb), {"reason": "x"}).status_code == status


def test_a_scan_says_that_a_shipment_is_held() -> None:
    hawb = house_airway_bill(manifest(Stage.ARRIVAL_SCAN))
    holds.put_on_hold(hawb.pk, "x", actor("COURIER_OPERATOR"))
    answer = scanned(hawb)
    assert (answer["verdict"], answer["held"]) == ("ARRIVED", True)
    assert WarehouseEntry.objects.get(hawb=hawb).in_at is not None


# ── the register ─────────────────────────────────────────────────────────────


def test_5_3_goods_are_in_with_the_scan_and_out_with_the_out_of_charge() -> None:
    on = manifest(Stage.ARRIVAL_SCAN)
    bills = [bill(BillStage.FOR_OUT_OF_CHARGE, on=on, hawb=house_airway_bill(on)) for _ in range(3)]
    for one in bills:
        scanned(hawb_of(one))
    assert WarehouseEntry.objects.filter(in_at__isnull=False, out_at=None).count() == 3
    done = take_many(
        CourierBillOfEntry, [one.pk for one in bills[:2]], "give_out_of_charge", actor("SHED_SUPERINTENDENT")
    )
    assert len(done.moved) == 2
    out = WarehouseEntry.objects.exclude(out_at=None)
    assert {entry.hawb_id for entry in out} == {one.hawb_id for one in bills[:2]}
    assert {(entry.out_at, entry.out_on) for entry in out} == {(done.moved[0].out_of_charge_at, "OUT_OF_CHARGE")}


def entry_of(hawb: HouseAirwayBill, **given: Any) -> WarehouseEntry:
    """A line of the register."""
    return WarehouseEntry.objects.create(
        hawb=hawb, station_id=hawb.manifest.station_id, **{"in_at": timezone.now(), **given}
    )


def test_goods_are_moved_to_a_location(signed_in: SignedIn) -> None:
    keeper = signed_in("warehouse.blr")
    here, there, gone = (
        entry_of(house_airway_bill()),
        entry_of(house_airway_bill(manifest(station="DEL"))),
        house_airway_bill(),
    )
    out = entry_of(gone, out_at=timezone.now(), out_on="OUT_OF_CHARGE")
    ticked = [here.pk, there.pk, out.pk]
    keeper.post(reverse("warehouse-move"), {"entry": ticked, "location": "bay-h"})
    assert dict(WarehouseEntry.objects.values_list("pk", "location")) == {here.pk: "BAY-H", there.pk: "", out.pk: ""}
    assert WarehouseMove.objects.get().entry_id == here.pk
    page = keeper.get(reverse("warehouse-entry", args=[here.pk])).content.decode()
    assert "Moved to BAY-H" in page
    assert keeper.get(reverse("warehouse-entry", args=[there.pk])).status_code == 404


@pytest.mark.parametrize(
    "given", [{"location": "BAY-H"}, {"entry": ["1"], "location": ""}, {"entry": ["1"], "location": "<b>"}]
)
def test_a_move_that_is_none_changes_nothing(signed_in: SignedIn, given: dict[str, Any]) -> None:
    answer = signed_in("warehouse.blr").post(reverse("warehouse-move"), given, follow=True)
    assert "Nothing has changed" in answer.content.decode()
    assert not WarehouseMove.objects.exists()


def test_the_register_is_searched_by_view_words_and_age(signed_in: SignedIn) -> None:
    keeper, now = signed_in("warehouse.blr"), timezone.now()
    entry_of(house_airway_bill(number="HELD01", held_since=now), location="BAY-H")
    entry_of(house_airway_bill(number="OLD001", consignee_name="Nandi Books"), in_at=now - timedelta(days=31))
    entry_of(house_airway_bill(number="OUT001"), out_at=now, out_on="OUT_OF_CHARGE")
    entry_of(house_airway_bill(number="DET001"), detained_since=now)

    def shown(query: str) -> set[str]:
        page = keeper.get(f"{reverse('warehouse-register')}?{query}").content.decode()
        return {number for number in ("HELD01", "OLD001", "OUT001", "DET001") if f">{number}<" in page}

    assert shown("") == {"HELD01", "OLD001", "DET001"}
    assert shown("view=held") == {"HELD01"}
    assert shown("view=detained") == {"DET001"}
    assert shown("view=out") == {"OUT001"}
    assert shown("view=nowhere") == {"OLD001", "DET001"}
    assert shown("days=31") == {"OLD001"} and shown("days=32") == set()
    assert shown("q=held0") == {"HELD01"} and shown("q=bay-h") == {"HELD01"} and shown("q=nandi") == {"OLD001"}


def test_the_register_is_taken_away_as_a_file(signed_in: SignedIn) -> None:
    entry_of(house_airway_bill(number="OUT001", consignee_name="=Evil"), location="BAY-1")
    answer = signed_in("warehouse.blr").get(reverse("warehouse-export"))
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("station,hawb,bag,manifest")
    assert len(lines) == 2 and "OUT001" in lines[1] and "'=Evil" in lines[1] and "BAY-1" in lines[1]


def test_the_register_is_printed(signed_in: SignedIn) -> None:
    entry_of(house_airway_bill(number="OLD001", consignee_name="Nandi Tools"), location="BAY-1")
    entry_of(house_airway_bill(number="OUT001"), out_at=timezone.now(), out_on="RETURNED")
    keeper = signed_in("warehouse.blr")
    assert reverse("warehouse-print") in keeper.get(reverse("warehouse-register")).content.decode()
    here, gone = (reading.text(keeper.get(reverse("warehouse-print") + view).content) for view in ("", "?view=out"))
    assert "OLD001" in here and "NandiTools" in here and "BAY-1" in here and "OUT001" not in here
    assert "OUT001" in gone and "Returnedtoorigin" in gone and "OLD001" not in gone
    assert signed_in("courier.swift").get(reverse("warehouse-print")).status_code == 403


@pytest.mark.parametrize(
    ("username", "sees", "moves"),
    [
        ("warehouse.blr", True, True), ("custodianadmin.blr", True, False), ("dcac.blr", True, False),
        ("warehouse.del", False, True), ("courier.swift", None, False), ("scan.blr", None, False),
    ],
)  # fmt: skip
def test_who_sees_the_register(signed_in: SignedIn, username: str, *, sees: bool | None, moves: bool) -> None:
    client, entry = signed_in(username), entry_of(house_airway_bill(number="SEEN01"))
    page = client.get(reverse("warehouse-register"))
    assert page.status_code == (403 if sees is None else 200)
    assert ("SEEN01" in page.content.decode()) == bool(sees)
    assert client.get(reverse("warehouse-entry", args=[entry.pk])).status_code == (
        200 if sees else 404 if sees is False else 403
    )
    moved = client.post(reverse("warehouse-move"), {"entry": [entry.pk], "location": "A1"})
    assert moved.status_code == (302 if moves else 403)
    assert (WarehouseEntry.objects.get(pk=entry.pk).location == "A1") == (moves and bool(sees))


def test_a_manifest_does_not_lose_its_chain(signed_in: SignedIn) -> None:
    from eccs import trail

    hawb = house_airway_bill()
    holds.put_on_hold(hawb.pk, "x", actor("COURIER_OPERATOR"))
    fed: dict[str, Any] = {"igm_number": "2914407", "actual_arrival": timezone.now()}
    take(ExpressCargoManifest.objects.get(pk=hawb.manifest_id), "feed_igm", actor("COURIER_OPERATOR"), **fed)
    assert not list(trail.broken_lines(ManifestTrail))
    assert ManifestTrail.objects.count() == 2
