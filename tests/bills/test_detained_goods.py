"""What Customs detain stands as detained in the custodian's warehouse register (PN17 7.1(e), 7.1(l), 7.1(n), 9.0)."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import SYSTEM
from bills.models import BillCancellation, CourierBillOfEntry
from bills.stages import Stage
from eccs.workflow import Refused, take
from manifests.arrival import Scan, pieces, record
from manifests.clearance import Stage as ManifestStage
from manifests.models import WarehouseEntry
from tests.bills.conftest import SignedIn
from tests.bills.desks import ORDER, SECURITY, Desks, fresh
from tests.every_step.declared import CASES
from tests.factories.bills import bill
from tests.factories.documents import bill_of_documents, flight
from tests.factories.firms import actor
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.uncleared import lying

pytestmark = pytest.mark.django_db

GROUNDS = {"grounds": "The brand looks copied."}


@pytest.fixture
def desks(signed_in: SignedIn) -> Desks:
    """The cast at its desks."""
    signed_in("ao.blr")
    return Desks(signed_in)


def entry_of(one: CourierBillOfEntry) -> WarehouseEntry:
    """The line of the register."""
    return WarehouseEntry.objects.get(hawb=one.hawb_id)


def test_7e_the_register_shows_what_is_detained_and_remembers_it(desks: Desks) -> None:
    one = bill(Stage.ASSESSMENT, arrived=True)
    lying(2, hawb=one.hawb)
    one = desks.act("ao.blr", one, "detain", **GROUNDS)
    memo, keeper = one.detentions.get(), desks.signed_in("warehouse.blr")
    assert entry_of(one).detained_since == memo.issued_at
    assert one.hawb.number in keeper.get(f"{reverse('warehouse-register')}?view=detained").content.decode()
    one = desks.act("ao.blr", one, "lift_detention", remarks="The right holder has answered.")
    assert entry_of(one).detained_since is None and entry_of(one).out_at is None
    page = keeper.get(reverse("warehouse-entry", args=[entry_of(one).pk])).content.decode()
    assert f"Detained: memo {memo.number}" in page and "Detention ended" in page


def test_7e_goods_detained_before_they_land_are_detained_when_they_come(desks: Desks) -> None:
    one = desks.act("ao.blr", bill(Stage.ASSESSMENT, arrived=False), "detain", **GROUNDS)
    assert entry_of(one).in_at is None
    record(one.manifest_id, [Scan(uuid4(), one.hawb.number, timezone.now())], actor("ARRIVAL_SCANNER"))
    found = entry_of(one)
    assert found.in_at is not None and found.detained_since is not None


def test_7n_goods_released_provisionally_are_out(desks: Desks) -> None:
    one = bill(Stage.FOR_OUT_OF_CHARGE)
    lying(2, hawb=one.hawb)
    one = desks.act("superintendent.blr", one, "issue_detention_memo", **GROUNDS)
    one = desks.act("superintendent.blr", one, "release_provisionally", **SECURITY)
    found = entry_of(one)
    assert (found.detained_since, found.out_on, found.out_at) == (None, "RELEASED", one.released_at)


def test_9_a_stopped_bill_that_goes_to_adjudication_is_detained_no_longer(desks: Desks) -> None:
    one = bill(Stage.ASSESSMENT, arrived=True)
    lying(2, hawb=one.hawb)
    one = desks.act("ao.blr", one, "detain", **GROUNDS)
    one = desks.act("dcac.blr", one, "stop", remarks="Information received.")
    assert entry_of(one).detained_since is not None
    desks.act("dcac.blr", one, "send_for_adjudication", remarks="Copied brand.")
    assert entry_of(one).detained_since is None


def test_7k_no_request_and_no_paper_goes_past_the_order(desks: Desks) -> None:
    one = desks.act("signatory.swift", bill(Stage.FOR_OUT_OF_CHARGE), "request_cancellation", reason="Filed twice.")
    asked = desks.act("ao.blr", BillCancellation.objects.get(), "verify", remarks="It was.")
    one = desks.act("superintendent.blr", one, "refer_to_assessing_officer", remarks="Misdeclared.")
    assert "reject the request" in desks.refused("dcac.blr", asked, "approve")
    assert "requested cancellation" in desks.refused("ao.blr", one, "adjudicate", **ORDER)
    desks.act("dcac.blr", asked, "reject", remarks="Ask again after the order.")
    one = fresh(one)
    assert one.step_url("request_cancellation") not in desks.page("signatory.swift", one)
    for name in ("request_amendment", "request_cancellation", "amend", "cancel", "clear_manually"):
        by = SYSTEM if name in ("amend", "cancel", "clear_manually") else actor("COURIER_SIGNATORY")
        with pytest.raises(Refused, match="not possible there"):
            take(one, name, by, **CASES[CourierBillOfEntry].answers[name](one))
    assert desks.act("ao.blr", one, "adjudicate", **ORDER).stage == Stage.DUTY


def test_7k_goods_confiscated_have_left_the_register(desks: Desks) -> None:
    one = bill(Stage.ADJUDICATION, arrived=True)
    lying(2, hawb=one.hawb)
    order = ORDER | {"outcome": "CONFISCATE", "fine": "0"}
    assert desks.act("ao.blr", one, "adjudicate", **order).stage == Stage.CONFISCATED
    entry = entry_of(one)
    assert (entry.out_at is not None, entry.out_on) == (True, WarehouseEntry.Out.CONFISCATED)


@pytest.mark.parametrize("packages", [1, 2])
def test_7k_goods_confiscated_before_they_land_go_to_the_disposal_store(desks: Desks, packages: int) -> None:
    on = manifest(ManifestStage.ARRIVAL_SCAN)
    hawb = house_airway_bill(on, packages=packages)
    one, other = bill(Stage.ADJUDICATION, hawb=hawb, arrived=False), house_airway_bill(on)
    order, scanner = ORDER | {"outcome": "CONFISCATE", "fine": "0"}, actor("ARRIVAL_SCANNER")
    desks.act("ao.blr", one, "adjudicate", **order)
    keeper, register = desks.signed_in("warehouse.blr"), reverse("warehouse-register")
    assert "not yet here" in keeper.get(f"{register}?view=confiscated").content.decode()
    labels = [piece.crn for piece in hawb.pieces.order_by("part")]
    held = {piece[0]: piece[8] for piece in pieces(on)}
    assert [held[label] for label in labels] == [True] * packages and sum(held.values()) == packages
    told = record(on.pk, [Scan(uuid4(), code, timezone.now()) for code in (*labels, other.number)], scanner)
    assert [(one["verdict"], one["confiscated"]) for one in told] == [("ARRIVED", True)] * packages + [
        ("ARRIVED", False)
    ]
    entry = entry_of(one)
    assert entry.in_at and entry.out_at and entry.in_at <= entry.out_at
    assert entry.out_on == WarehouseEntry.Out.CONFISCATED
    shown = keeper.get(f"{register}?view=confiscated").content.decode()
    assert "Confiscated: to the disposal store" in shown and hawb.number in shown and other.number not in shown
    stock = keeper.get(register).content.decode()
    assert hawb.number not in stock and other.number in stock
    keeper.post(reverse("warehouse-move"), {"entry": [entry.pk], "location": "A-1"})
    assert entry_of(one).location == ""
    one = CourierBillOfEntry.objects.get(pk=one.pk)
    assert (one.stage, one.arrived_at is not None) == (Stage.CONFISCATED, True)


def test_7k_documents_confiscated_leave_the_register_every_shipment_of_the_bill(desks: Desks) -> None:
    on = flight(ManifestStage.ARRIVAL_SCAN)
    one = bill_of_documents(Stage.ADJUDICATION, on=on, arrived_at=None)
    order = ORDER | {"outcome": "CONFISCATE", "fine": "0"}
    desks.act("ao.blr", one, "adjudicate", **order)
    entries = WarehouseEntry.objects.filter(hawb__manifest=on)
    assert [entry.out_on for entry in entries] == ["CONFISCATED"] * 4
    codes = ("BAG-1", "D004", "D009")
    told = record(
        on.pk, [Scan(uuid4(), code, timezone.now()) for code in codes], actor("ARRIVAL_SCANNER"), documents=True
    )
    assert [one["confiscated"] for one in told] == [True, True, False]
    assert {piece[0]: piece[8] for piece in pieces(on)} == dict.fromkeys(("BAG-1", "BAG-2", "D004"), True)
