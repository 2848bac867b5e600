"""A CBE-XI before the RMS: its whole facts, and what stays prescribed when its documents change (PN17 6.1, 7, 11.0)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from bills.models import CourierBillOfEntry
from bills.risk import arrived, decide_waiting
from bills.stages import Stage
from bills.xi import amending, filing
from bills.xi.selection import Chosen, Named
from eccs import dated_rules
from eccs.dated_rules import DatedRule
from eccs.models import Notice
from eccs.workflow import take
from manifests.clearance import Stage as ManifestStage
from manifests.models import ExpressCargoManifest, HouseAirwayBill
from rms.clearance import Stage as RuleStage
from rms.models import RiskRule
from tests.bills.desks import fresh
from tests.factories.documents import flight
from tests.factories.firms import actor
from tests.factories.rules import risk_rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def on(people: Callable[[str], User]) -> ExpressCargoManifest:
    """Swift's documents at their arrival scan."""
    people("courier.swift")
    return flight(ManifestStage.ARRIVAL_SCAN, scan_started_at=timezone.now(), flight_number="EK568")


def filed(on: ExpressCargoManifest, bag: str = "BAG-1") -> CourierBillOfEntry:
    """A bill over the documents of one bag."""
    by = actor("COURIER_SIGNATORY")
    assert by.user_id is not None
    draft = filing.start(on, by.user_id, Chosen(False, (Named(1, bag, ""),)))
    one: CourierBillOfEntry = take(draft, "file", by)
    return one


def looks_for(fact: str, value: str, is_: str = "EQUALS", **said: Any) -> RiskRule:
    """A rule in force from today."""
    condition = {"all": [{"fact": fact, "is": is_, "value": value}]}
    return risk_rule(condition=condition, from_date=timezone.localdate(), **said)


def amended(one: CourierBillOfEntry, on_: str) -> CourierBillOfEntry:
    """Documents are put on by an approved amendment."""
    from accounts.permissions import SYSTEM

    changes = [{"name": amending.ON, "item": 0, "old": "", "new": on_}]
    done: CourierBillOfEntry = take(fresh(one), "amend", SYSTEM, amendment="A1", changes=changes)
    return done


@pytest.mark.parametrize(
    ("fact", "is_", "value"),
    [
        ("address", "CONTAINS", "Jigani"),
        ("route", "EQUALS", "DXB"),
        ("flight", "EQUALS", "EK568"),
        ("weight_difference_percent", "ABOVE", "900"),
    ],
)
def test_6_1_rules_on_address_route_flight_and_actual_weight_hit_documents(
    on: ExpressCargoManifest, fact: str, is_: str, value: str
) -> None:
    ExpressCargoManifest.objects.filter(pk=on.pk).update(airport_of_shipment="DXB")
    on.hawbs.filter(number="D002").update(consignee_address="4 Jigani Road", actual_weight_kg=61)
    looks_for(fact, value, is_, outcome="EXAMINATION")
    one = filed(ExpressCargoManifest.objects.get(pk=on.pk))
    assert one.risk_decision is not None and one.examination_prescribed
    assert len(one.risk_decision.reasons) == 1
    assert not filed(on, "BAG-2").examination_prescribed or fact in ("route", "flight")


def test_6_1_documents_asked_for_when_the_manifest_changes_are_awaited(on: ExpressCargoManifest) -> None:
    from accounts.permissions import SYSTEM

    one = filed(on)
    assert (one.stage, one.documents_complete) == (Stage.ARRIVAL, True)
    looks_for("consignee", "Zenith", "CONTAINS", outcome="", documents="Passport copy", instruction="Secret words.")
    HouseAirwayBill.objects.filter(number="D001").update(consignee_name="Zenith Ltd")
    now = take(one, "carry_details", SYSTEM, hawb="D001", amendment="M1")
    assert (now.stage, now.documents_required, now.documents_complete) == (Stage.DOCUMENTS, "Passport copy", False)
    told = Notice.objects.get(subject__contains="compulsory documents are asked for")
    assert told.audience == f"courier:{one.courier_id}" and told.body.startswith("Passport copy\n")


def test_11_what_was_prescribed_for_documents_stays_prescribed_when_others_are_put_on(on: ExpressCargoManifest) -> None:
    rule = looks_for("hawb", "D001", outcome="EXAMINATION", documents="Letter of the bank")
    one = filed(on)
    assert (one.stage, one.examination_prescribed) == (Stage.DOCUMENTS, True)
    first = one.risk_decision
    RiskRule.objects.filter(pk=rule.pk).update(stage=RuleStage.RETIRED)
    now = amended(one, "D003")
    assert (now.stage, now.examination_prescribed, now.facilitated) == (Stage.DOCUMENTS, True, False)
    assert (now.documents_required, now.documents_complete) == ("Letter of the bank", False)
    decided = now.risk_decision
    assert decided is not None and (decided.before, decided.cause, decided.lane) == (first, "AMENDED", "FACILITATED")
    CourierBillOfEntry.objects.filter(pk=one.pk).update(documents_complete=True)
    looks_for("hawb", "D004", outcome="", documents="Passport copy")
    again = amended(one, "D004")
    assert (again.stage, again.documents_required) == (Stage.DOCUMENTS, "Letter of the bank; Passport copy")


def test_11_where_the_rms_is_away_when_documents_are_put_on_it_decides_later_and_takes_nothing_back(
    on: ExpressCargoManifest,
) -> None:
    rule = looks_for("hawb", "D001", outcome="EXAMINATION", documents="Letter of the bank")
    one = filed(on)
    CourierBillOfEntry.objects.filter(pk=one.pk).update(documents_complete=True)
    RiskRule.objects.filter(pk=rule.pk).update(stage=RuleStage.RETIRED)
    away = DatedRule.objects.create(
        name="rms_in_service", station_code="BLR", from_date=timezone.localdate(), value="off", source="Trial"
    )
    dated_rules.forget()
    now = amended(one, "D003")
    assert now.risk_decision is not None
    assert (now.risk_decision.lane, now.examination_prescribed, now.documents_complete) == ("PENDING", True, True)
    DatedRule.objects.filter(pk=away.pk).update(value="on")
    dated_rules.forget()
    looks_for("hawb", "D003", outcome="", documents="Passport copy")
    assert decide_waiting() == 1
    now = fresh(one)
    assert (now.stage, now.examination_prescribed) == (Stage.DOCUMENTS, True)
    assert now.documents_required == "Letter of the bank; Passport copy"


def test_6_1_a_bill_of_documents_is_put_to_the_rms_again_when_the_aircraft_has_arrived(
    people: Callable[[str], User],
) -> None:
    """A weight that was amended meanwhile is another fact; what has not changed prescribes nothing new."""
    people("courier.swift")
    announced = flight(ManifestStage.SUBMITTED)
    looks_for("weight_kg", "90", "ABOVE", outcome="EXAMINATION")
    one, other = filed(announced), filed(announced, "BAG-2")
    first, landed = one.risk_decision_id, timezone.now() - timedelta(minutes=1)
    assert (one.facilitated, one.examination_prescribed) == (True, False)
    assert arrived(announced, timezone.now()) == 0 and fresh(one).risk_decision_id == first
    announced.hawbs.filter(number="D002").update(gross_weight_kg=91)
    take(announced, "feed_igm", actor("COURIER_SIGNATORY"), igm_number="2914407", actual_arrival=landed)
    now = fresh(one)
    assert now.risk_decision is not None
    assert (now.risk_decision.cause, now.risk_decision.before_id) == ("ARRIVED", first)
    assert (now.facilitated, now.examination_prescribed) == (False, True)
    assert fresh(other).risk_decision_id == other.risk_decision_id
