"""CBE-XI: documents of many house airway bills, from filing to Out of Charge (PN17 5.2, 5.4.1, 6.1, 7)."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Actor
from bills.models import BillTrail, CourierBillOfEntry, CoveredShipment
from bills.stages import Stage
from bills.xi import filing
from bills.xi.selection import Chosen, Named
from eccs.dated_rules import DatedRule
from eccs.trail import broken_lines
from eccs.workflow import Refused, take, take_many
from manifests import arrival, holds
from manifests.clearance import Stage as ManifestStage
from manifests.models import ExpressCargoManifest, HouseAirwayBill, WarehouseEntry
from rms import deciding
from rms.models import RiskDecision
from tests.bills.conftest import SignedIn
from tests.bills.desks import REPORT, Desks, fresh, picture
from tests.factories.documents import bill_of_documents, flight
from tests.factories.firms import actor
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.rules import risk_rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def landed(people: Callable[[str], User]) -> ExpressCargoManifest:
    """Swift's documents at their arrival scan."""
    people("courier.swift")
    return flight(ManifestStage.ARRIVAL_SCAN, scan_started_at=timezone.now())


def begun(on: ExpressCargoManifest, *named: tuple[str, str]) -> CourierBillOfEntry:
    """A draft over the whole flight, or over bags and house airway bills by name."""
    rows = tuple(Named(n, bag, hawb) for n, (bag, hawb) in enumerate(named, 1))
    return filing.start(on, on.created_by_id, Chosen(whole=not rows, named=rows))


def filed(on: ExpressCargoManifest, *named: tuple[str, str]) -> CourierBillOfEntry:
    """The same, filed by the signatory."""
    done: CourierBillOfEntry = take(begun(on, *named), "file", actor("COURIER_SIGNATORY"))
    return done


def refused(on: ExpressCargoManifest, *named: tuple[str, str]) -> str:
    """Why such a bill is not filed; nothing has changed."""
    draft = begun(on, *named)
    before = CoveredShipment.objects.count()
    with pytest.raises(Refused) as refusal:
        take(draft, "file", actor("COURIER_SIGNATORY"))
    assert (fresh(draft).stage, CoveredShipment.objects.count()) == (Stage.DRAFT, before)
    return str(refusal.value)


def scan(on: ExpressCargoManifest, *codes: str, by: Actor | None = None) -> None:
    """Pulls of the trigger at the belt."""
    pulls = [arrival.Scan(uuid4(), code, timezone.now()) for code in codes]
    arrival.record(on.pk, pulls, by or actor("ARRIVAL_SCANNER"), documents=True)


def covered(one: CourierBillOfEntry) -> list[str]:
    """The house airway bills of a bill, in the order of filing."""
    return list(one.covered.order_by("pk").values_list("hawb__number", flat=True))


def test_7_a_flight_of_documents_goes_straight_to_xray_and_out_of_charge(landed: ExpressCargoManifest) -> None:
    one = filed(landed)
    assert (one.kind, one.stage, one.shipment_count, one.bag_count) == ("CBE-XI", Stage.ARRIVAL, 4, 2)
    assert one.number == f"CBE-XI_{landed.number.removeprefix('ECM_')}_01"  # type: ignore[union-attr]
    assert covered(one) == ["D001", "D002", "D003", "D004"]
    assert (one.total_duty, one.assessable_value, one.amount_due, one.assessment_required) == (0, 0, 0, False)
    told = BillTrail.objects.get(document=one).snapshot
    assert (
        told is not None
        and told["bags"] == {"BAG-1": ["D001", "D002"], "BAG-2": ["D003"]}
        and told["loose"] == ["D004"]
    )
    scan(landed, "BAG-1", "BAG-2", "D004")
    assert fresh(one).stage == Stage.ARRIVAL and fresh(one).arrived_at is None  # one piece is still to come
    scan(landed, "D004")
    assert fresh(one).stage == Stage.XRAY and fresh(one).arrived_at is not None
    done = take_many(CourierBillOfEntry, [one.pk], "clear_xray", actor("XRAY_OFFICER")).moved[0]
    assert done.stage == Stage.OUT_OF_CHARGE and fresh(one).order.automatic
    assert WarehouseEntry.objects.filter(out_on="OUT_OF_CHARGE").count() == 4
    assert not list(broken_lines(BillTrail))


def test_before_auto_out_of_charge_the_superintendent_gives_it(landed: ExpressCargoManifest) -> None:
    DatedRule.objects.filter(name="auto_out_of_charge").exclude(value="off").delete()
    from eccs import dated_rules

    dated_rules.forget()
    one = filed(landed)
    scan(landed, "BAG-1", "BAG-2", "D004", "D004")
    take_many(CourierBillOfEntry, [one.pk], "clear_xray", actor("XRAY_OFFICER"))
    assert fresh(one).stage == Stage.FOR_OUT_OF_CHARGE
    assert take(fresh(one), "give_out_of_charge", actor("SHED_SUPERINTENDENT")).stage == Stage.OUT_OF_CHARGE


def test_filed_after_arrival_it_stands_at_xray_at_once(landed: ExpressCargoManifest) -> None:
    scan(landed, "BAG-1", "BAG-2", "D004", "D004")
    assert filed(landed).stage == Stage.XRAY


def test_bags_and_loose_shipments_are_filed_apart_each_once(landed: ExpressCargoManifest) -> None:
    first, second = filed(landed, ("BAG-1", "")), filed(landed, ("", "D004"), ("BAG-2", "D003"))
    assert (covered(first), covered(second)) == (["D001", "D002"], ["D003", "D004"])
    assert (first.serial, second.serial) == (1, 2)
    assert f"House airway bill D001 (row 1): has a bill already: {first.number}" in refused(landed, ("", "D001"))
    assert f"Bag BAG-1 (row 1): holds D001, which has a bill already: {first.number}" in refused(landed, ("BAG-1", ""))
    assert "no shipment of the manifest is left to file" in refused(landed)
    scan(landed, "BAG-1")
    assert (fresh(first).stage, fresh(second).stage) == (Stage.XRAY, Stage.ARRIVAL)


def test_every_fault_names_its_row_and_field(landed: ExpressCargoManifest) -> None:
    holds.put_on_hold(HouseAirwayBill.objects.get(number="D003").pk, "A paper is missing.", actor("COURIER_OPERATOR"))
    said = refused(
        landed, ("BAG-9", ""), ("", "X999"), ("BAG-1", ""), ("", "D002"), ("BAG-2", ""), ("BAG-1", "D004"), ("", "")
    )
    for words in (
        "Bag BAG-9 (row 1): is no bag of the manifest", "House airway bill X999 (row 2): is not on the manifest",
        "House airway bill D002 (row 4): is also in row 3: BAG-1", "Bag BAG-2 (row 5): holds D003, which is on hold",
        "House airway bill D004 (row 6): is loose on the manifest", "Bag: is empty",
    ):  # fmt: skip
        assert words in said
    assert covered(filed(landed)) == ["D001", "D002", "D004"]  # of the whole flight what is on hold is left out
    assert "Bill CBE-XI" in holds.why_not_held(HouseAirwayBill.objects.get(number="D001"))


def test_a_flight_of_goods_is_refused_with_the_forms_that_fit(people: Callable[[str], User]) -> None:
    goods = manifest()
    house_airway_bill(goods)
    people("courier.swift")
    assert "CBE-XII, CBE-XIII or CBE-XIV" in refused(goods)


def test_7_what_the_rms_looks_for_is_examined_and_never_assessed(landed: ExpressCargoManifest) -> None:
    krishna = {"all": [{"fact": "consignee", "is": "CONTAINS", "value": "krishna"}]}
    risk_rule(condition=krishna, outcome="BOTH", instruction="Open it.", from_date=timezone.localdate())
    one = filed(landed)
    assert (one.stage, one.facilitated, one.examination_prescribed) == (Stage.ARRIVAL, False, True)
    assert one.risk_decision is not None and one.risk_decision.reasons[0]["found"].startswith("D001: ")
    scan(landed, "BAG-1", "BAG-2", "D004", "D004")
    take_many(CourierBillOfEntry, [one.pk], "clear_xray", actor("XRAY_OFFICER"))
    assert fresh(one).stage == Stage.EXAMINATION
    HouseAirwayBill.objects.filter(manifest=landed).update(consignee_name="Somebody else")
    assert deciding.differences(RiskDecision.objects.get(pk=one.risk_decision.pk)) == []  # taken again as it was


def test_thousands_take_as_many_statements_as_four(people: Callable[[str], User]) -> None:
    """To file, to scan the last bag, and to clear at the X-ray; the first of the three flights makes what is remembered."""
    people("courier.swift")
    signatory, belt, xray = (actor(role) for role in ("COURIER_SIGNATORY", "ARRIVAL_SCANNER", "XRAY_OFFICER"))
    _warm, four, many = (_statements(more, signatory, belt, xray) for more in (0, 0, 80))
    assert four == many


def _statements(more: int, signatory: Actor, belt: Actor, xray: Actor) -> list[int]:
    """How many statements a flight of four and so many more documents takes at each step."""
    landed = flight(ManifestStage.ARRIVAL_SCAN, scan_started_at=timezone.now())
    for _n in range(more):
        house_airway_bill(landed, bag="BAG-2")
    draft, before = begun(landed), CoveredShipment.objects.count()
    with CaptureQueriesContext(connection) as to_file:
        one = take(draft, "file", signatory)
    assert (one.shipment_count, CoveredShipment.objects.count() - before) == (4 + more, 4 + more)
    scan(landed, "BAG-1", "D004", "D004", by=belt)
    with CaptureQueriesContext(connection) as to_scan:
        scan(landed, "BAG-2", by=belt)
    with CaptureQueriesContext(connection) as to_clear:
        take_many(CourierBillOfEntry, [one.pk], "clear_xray", xray)
    assert fresh(one).stage == Stage.OUT_OF_CHARGE
    return [len(to_file), len(to_scan), len(to_clear)]


def test_7_a_suspicious_picture_leads_to_examination_memo_and_the_superintendent(signed_in: SignedIn) -> None:
    signed_in("xray.blr")
    desks, one = Desks(signed_in), bill_of_documents(Stage.XRAY)
    one = desks.act("xray.blr", one, "mark_suspicious", remarks="A dense block in BAG-1.", image=picture())
    assert one.stage == Stage.EXAMINATION
    one = desks.act("inspector.blr", one, "report_examination", **REPORT)
    assert one.stage == Stage.FOR_OUT_OF_CHARGE
    one = desks.act("superintendent.blr", one, "issue_detention_memo", grounds="Currency between the sheets.")
    assert WarehouseEntry.objects.filter(detained_since__isnull=False).count() == 4
    paper = signed_in("superintendent.blr").get(reverse("detention-print", args=[one.open_detention().number]))
    assert paper.status_code == 200 and paper["Content-Type"] == "application/pdf"
    one = desks.act("superintendent.blr", one, "lift_detention", remarks="Counted and returned.")
    one = desks.act("superintendent.blr", one, "give_out_of_charge")
    assert one.stage == Stage.OUT_OF_CHARGE
    assert not WarehouseEntry.objects.filter(detained_since__isnull=False).exists()
    assert WarehouseEntry.objects.filter(out_on="OUT_OF_CHARGE").count() == 4


def test_10_a_cancelled_bill_frees_its_shipments_for_another(landed: ExpressCargoManifest) -> None:
    one = filed(landed)
    from accounts.permissions import SYSTEM

    take(one, "cancel", SYSTEM, cancellation="C1")
    again = filed(landed)
    assert covered(again) == covered(one) == ["D001", "D002", "D003", "D004"]
    assert again.serial == 2


def test_the_database_lets_no_shipment_onto_two_bills(landed: ExpressCargoManifest) -> None:
    from django.db import IntegrityError, transaction

    one = filed(landed, ("BAG-1", ""))
    other = filed(landed, ("BAG-2", ""))
    with pytest.raises(IntegrityError), transaction.atomic():
        filing.cover(other, [HouseAirwayBill.objects.get(number="D001").pk])
    assert covered(one) == ["D001", "D002"]
    assert json.dumps(covered(other)) == '["D003"]'
