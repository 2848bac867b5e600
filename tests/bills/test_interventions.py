"""Interventions on one shipment, and the bills that are filed already (PN17 6.1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from accounts.permissions import SYSTEM, Actor
from bills import risk, tasks
from bills.models import Attachment, CourierBillOfEntry, Examination
from bills.stages import Stage
from eccs import dated_rules
from eccs.dated_rules import DatedRule
from eccs.models import Notice
from eccs.workflow import take
from manifests.models import ExpressCargoManifest
from rms import deciding
from rms.clearance import Stage as RuleStage
from rms.models import RiskRule, RuleDay
from tests.bills.conftest import SignedIn
from tests.bills.test_risk import MARK, Rows, bills_of, decided, file_all
from tests.bills.test_upload import row
from tests.factories.firms import actor
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.rules import risk_rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def flight(people: Callable[[str], User]) -> ExpressCargoManifest:
    """A submitted manifest of two shipments, of which none is drawn by lot."""
    DatedRule.objects.filter(name__regex="^(random|minimum)_.*_percent$").update(value="0")
    dated_rules.forget()
    made = manifest(courier=people("courier.swift").courier)
    for n in (1, 2):
        house_airway_bill(made, number=f"SWF00{n}")
    return made


@pytest.fixture
def good() -> Rows:
    """Two bills."""
    return [row("SWF001"), row("SWF002")]


def test_an_intervention_reaches_a_bill_that_is_filed_already(
    signed_in: SignedIn, flight: ExpressCargoManifest, good: Rows
) -> None:
    bills = file_all(signed_in, flight, good)
    rule = risk_rule(
        RuleStage.PROPOSED, kind="INTERVENTION", outcome="EXAMINATION", documents="Authorisation of the Drug Controller",
        condition={"all": [{"fact": "hawb", "is": "EQUALS", "value": "SWF001"}]}, instruction=f"{MARK}: open all.",
    )  # fmt: skip
    take(rule, "activate", actor("RISK_APPROVER"))
    assert (tasks.intervene(rule.pk), tasks.intervene()) == (1, 0)  # what beat sweeps up was heard already
    after = bills_of(flight)
    assert after["SWF002"].risk_decision_id == bills["SWF002"].risk_decision_id
    one = after["SWF001"]
    assert (one.stage, one.facilitated, one.examination_prescribed) == (Stage.DOCUMENTS, False, True)
    assert decided(one).cause == "INTERVENED" and one.documents_required == "Authorisation of the Drug Controller"
    told = Notice.objects.filter(subject__contains="compulsory documents").latest("pk")
    assert "Drug Controller" in told.body and MARK not in told.body

    # The document is handed in: the bill goes on, and is examined; activated again, the rule says nothing new
    courier = signed_in("signatory.swift")
    assert MARK not in courier.get(one.get_absolute_url()).content.decode()
    Attachment.objects.create(
        bill=one,
        kind="OTHER",
        name="a.pdf",
        file="a.pdf",
        size=1,
        sha256="0" * 64,
        by=User.objects.get(username="signatory.swift"),
    )
    take(one, "submit_compulsory_documents", Actor.of(User.objects.get(username="signatory.swift")))
    handed_in = bills_of(flight)["SWF001"]
    assert handed_in.documents_complete and handed_in.stage == bills["SWF001"].stage
    take(RiskRule.objects.get(pk=rule.pk), "suspend", actor("RISK_APPROVER"), remarks="Enough.")
    take(RiskRule.objects.get(pk=rule.pk), "resume", actor("RISK_APPROVER"))
    assert tasks.intervene(rule.pk) == 0
    assert bills_of(flight)["SWF001"].risk_decision_id == one.risk_decision_id


def test_an_intervention_finds_no_goods_that_were_released(
    signed_in: SignedIn, flight: ExpressCargoManifest, good: Rows
) -> None:
    """After the final order a bill whose goods are gone waits for money alone: nothing is asked for and nobody assesses it."""
    bills = file_all(signed_in, flight, good)
    CourierBillOfEntry.objects.filter(pk=bills["SWF001"].pk).update(stage=Stage.DUTY, released_at=timezone.now())
    rule = risk_rule(
        kind="INTERVENTION", outcome="BOTH", documents="Authorisation of the Drug Controller",
        condition={"any": [{"fact": "hawb", "is": "EQUALS", "value": f"SWF00{n}"} for n in (1, 2)]},
    )  # fmt: skip
    assert tasks.intervene(rule.pk) == 1
    released = bills_of(flight)["SWF001"]
    assert (released.stage, released.documents_complete) == (Stage.DUTY, True)
    late = decided(bills_of(flight)["SWF002"])
    told: dict[str, Any] = {"decision": late.pk, "lane": "BOTH", "documents": "Test report", "rules": []}
    assert take(released, "hear_rms_again", SYSTEM, **told).stage == Stage.DUTY


def test_goods_that_were_examined_are_examined_again_by_an_intervention(
    signed_in: SignedIn, flight: ExpressCargoManifest, good: Rows
) -> None:
    by_rule = {"all": [{"fact": "hawb", "is": "EQUALS", "value": "SWF001"}]}
    risk_rule(condition=by_rule, outcome="EXAMINATION")
    one = file_all(signed_in, flight, good)["SWF001"]
    standing = {
        "stage": Stage.EXAMINATION,
        "xray_result": "CLEAR",
        "arrived_at": timezone.now(),
        "duty_paid": one.amount_due,
    }
    CourierBillOfEntry.objects.filter(pk=one.pk).update(**standing)
    report: dict[str, Any] = {
        "packages_opened": 1,
        "percent": 10,
        "findings": "As declared.",
        "recommendation": "RELEASE",
    }
    examined = take(one, "report_examination", actor("INSPECTOR"), **report)
    assert examined.stage == Stage.FOR_OUT_OF_CHARGE

    asks = risk_rule(kind="INTERVENTION", condition=by_rule, outcome="", documents="Test report")
    assert tasks.intervene(asks.pk) == 1
    assert bills_of(flight)["SWF001"].examined_at == examined.examined_at  # it prescribes no examination
    CourierBillOfEntry.objects.filter(pk=one.pk).update(
        stage=Stage.STOPPED, stopped_from=Stage.FOR_OUT_OF_CHARGE, holds="STOP", documents_complete=True
    )
    opens = risk_rule(kind="INTERVENTION", condition=by_rule, outcome="EXAMINATION", instruction=f"{MARK}: open all.")
    assert tasks.intervene(opens.pk) == 1
    held = bills_of(flight)["SWF001"]
    assert (held.examined_at, held.examination_is_due, Examination.objects.count()) == (None, True, 1)
    assert take(held, "clear_stop", actor("DCAC"), remarks="Open all.").stage == Stage.EXAMINATION


@pytest.mark.parametrize("away", ["out of service", "waiting"])
def test_an_intervention_is_heard_though_the_rms_is_away(
    signed_in: SignedIn, flight: ExpressCargoManifest, good: Rows, away: str
) -> None:
    """It is an officer's own order: a facilitated bill does not leave past it, and one that waits for the RMS still waits."""
    if away == "out of service":
        bills = file_all(signed_in, flight, good)
        assert bills["SWF001"].facilitated
    DatedRule.objects.filter(name="rms_in_service").update(value="off")
    dated_rules.forget()
    if away == "waiting":
        bills = file_all(signed_in, flight, good)
    rule = risk_rule(
        kind="INTERVENTION", outcome="EXAMINATION",
        condition={"all": [{"fact": "hawb", "is": "EQUALS", "value": "SWF001"}]},
    )  # fmt: skip
    assert (tasks.intervene(rule.pk), tasks.intervene(rule.pk)) == (1, 0)
    one, other = bills_of(flight)["SWF001"], bills_of(flight)["SWF002"]
    assert (one.facilitated, one.examination_prescribed) == (False, True)
    assert decided(one).before_id == bills["SWF001"].risk_decision_id
    assert (decided(one).lane, [reason["rule"] for reason in decided(one).reasons]) == (
        "EXAMINATION", [rule.number]
    )  # fmt: skip
    assert one.risk_pending == (away == "waiting") and not deciding.differences(decided(one))
    assert other.risk_decision_id == bills["SWF002"].risk_decision_id
    DatedRule.objects.filter(name="rms_in_service").update(value="on")
    dated_rules.forget()
    take(RiskRule.objects.get(pk=rule.pk), "suspend", actor("RISK_APPROVER"), remarks="It was heard.")
    assert risk.decide_waiting() == (2 if away == "waiting" else 0)
    again = bills_of(flight)["SWF001"]
    assert RuleDay.objects.filter(rule=rule.key).aggregate(n=Sum("hits")) == {"n": 1}
    assert (again.facilitated, again.examination_prescribed, decided(again).lane_of_all) == (False, True, "EXAMINATION")
    assert (again.risk_pending, decided(again).rules_hit) == (False, {rule.number})  # what it was once told stands


def test_an_intervention_on_one_of_several_bills_is_heard_from_its_first_day(
    signed_in: SignedIn, flight: ExpressCargoManifest, good: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_all(signed_in, flight, good)
    rule = risk_rule(
        kind="INTERVENTION", outcome="EXAMINATION", from_date=timezone.localdate() + timedelta(days=1),
        condition={"all": [{"fact": "hawb", "is": "ONE_OF", "values": ["SWF001", "SWF002"]}]},
    )  # fmt: skip
    assert tasks.intervene(rule.pk) == 0
    RiskRule.objects.filter(pk=rule.pk).update(stage_since=timezone.now() - timedelta(days=3))
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(tasks, "timezone", SimpleNamespace(now=lambda: tomorrow, localdate=timezone.localdate))
    assert (tasks.intervene(), tasks.intervene()) == (2, 0)
    assert all(one.examination_prescribed for one in bills_of(flight).values())
