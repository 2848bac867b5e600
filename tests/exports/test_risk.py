"""Shipping bills and the RMS: documents asked for, interventions, weights, what waits, and X-ray attention (PN17 6, 6.1)."""

from __future__ import annotations

import logging
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import SYSTEM
from bills import asking
from bills import tasks as bill_tasks
from eccs import dated_rules
from eccs.dated_rules import DatedRule
from eccs.models import Notice
from eccs.workflow import Refused, take, take_many
from exports import registering, risk, tasks
from exports.models import CourierShippingBill, ExportShipment
from exports.stages import Stage
from rms.models import ALL_BILLS, BY_RULES, RiskDecision, RuleDay
from tests.bills.conftest import SignedIn
from tests.factories.bills import decision
from tests.factories.firms import actor
from tests.factories.rules import risk_rule
from tests.factories.shipping import documents, export_manifest, shipping_bill

pytestmark = pytest.mark.django_db

MARK = "QUINCE"  # a word of the rule that no firm may read
LETTER = "Letter of origin"
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture(autouse=True)
def nothing_at_least() -> None:
    """None is drawn by lot."""
    DatedRule.objects.filter(name__regex="^(random|minimum)_.*_percent$").update(value="0")
    dated_rules.forget()


def fresh(bill: CourierShippingBill) -> CourierShippingBill:
    """As it is now."""
    now: CourierShippingBill = CourierShippingBill.objects.select_related("risk_decision").get(pk=bill.pk)
    return now


def rule_on(fact: str, value: str, **said: Any) -> Any:
    """A rule in force that hits one value."""
    condition = {"all": [{"fact": fact, "is": said.pop("is_", "EQUALS"), "value": value}]}
    return risk_rule(condition=condition, **{"outcome": "", "instruction": f"{MARK}: look.", **said})


def scanned(bill: CourierShippingBill) -> CourierShippingBill:
    """The goods are at the terminal."""
    done: CourierShippingBill = take(bill, "register_goods", actor("ARRIVAL_SCANNER"))
    return done


def hand_in(signed_in: SignedIn, bill: CourierShippingBill, content: bytes = PDF) -> None:
    """The courier attaches a paper on the page of its bill."""
    paper = SimpleUploadedFile("letter.pdf", content, "application/pdf")
    signed_in("courier.swift").post(reverse("csb-attach", args=[bill.key]), {"kind": "OTHER", "papers": paper})


def test_6_1_documents_asked_for_come_before_the_let_export_order(signed_in: SignedIn) -> None:
    rule_on("tariff_items", "6109", is_="STARTS_WITH", kind="CCR", documents=LETTER)
    one = shipping_bill(Stage.GOODS)
    assert risk.register([one.pk], actor("ARRIVAL_SCANNER"), timezone.now()) == 1
    one = fresh(one)
    assert (one.stage, one.documents_complete, one.documents_required) == (Stage.DOCUMENTS, False, LETTER)
    courier = signed_in("courier.swift")
    page = courier.get(one.get_absolute_url()).content.decode()
    assert LETTER in page and "Compulsory documents" in page and MARK not in page
    told = signed_in("ao.blr").get(one.get_absolute_url()).content.decode()
    assert "CCR Instruction" in told and "Awaited" in told and MARK in told and LETTER in told
    assert LETTER not in signed_in("scan.blr").get(one.get_absolute_url()).content.decode()
    with pytest.raises(Refused, match="attach the documents asked for"):
        take(one, "submit_compulsory_documents", actor("COURIER_SIGNATORY"))
    hand_in(signed_in, one)
    one = take(one, "submit_compulsory_documents", actor("COURIER_SIGNATORY"))
    assert (one.stage, one.documents_complete) == (Stage.XRAY, True)
    assert "Complete" in signed_in("ao.blr").get(one.get_absolute_url()).content.decode()
    assert take(one, "clear_xray", actor("XRAY_OFFICER")).stage == Stage.LET_EXPORT


@pytest.mark.parametrize(
    ("lane", "assessed", "stage"),
    [("FACILITATED", False, "XRAY"), ("ASSESSMENT", False, "ASSESSMENT"), ("ASSESSMENT", True, "ASSESSMENT")],
)
def test_with_its_documents_a_bill_goes_where_it_would_have_gone(lane: str, stage: str, *, assessed: bool) -> None:
    at = timezone.now() if assessed else None
    one = shipping_bill(Stage.DOCUMENTS, lane=lane, assessed_at=at)
    assert take(one, "submit_compulsory_documents", actor("COURIER_SIGNATORY")).stage == stage


def test_the_courier_is_reminded_of_documents_it_does_not_hand_in() -> None:
    one = shipping_bill(Stage.DOCUMENTS)
    assert tasks.chase_answers() == 0
    CourierShippingBill.objects.filter(pk=one.pk).update(stage_since=timezone.now() - timedelta(days=30))
    assert (tasks.chase_answers(), tasks.chase_answers()) == (1, 0)
    told = Notice.objects.latest("pk")
    assert "compulsory documents" in told.subject and LETTER in told.body


def test_documents_of_many_rules_have_room_whatever_they_say() -> None:
    for n in range(4):
        rule_on("kind", "CSB-V", kind="CCR", documents=f"{n}{'x' * 199}")
    one = scanned(shipping_bill(Stage.GOODS))
    assert len(one.documents_required.split("; ")) == 4 and one.stage == Stage.DOCUMENTS


@pytest.mark.parametrize(
    ("stage", "outcome", "asked", "then"),
    [
        (Stage.XRAY, "EXAMINATION", "", Stage.XRAY),
        (Stage.XRAY, "ASSESSMENT", "", Stage.ASSESSMENT),
        (Stage.FOR_LET_EXPORT, "EXAMINATION", "", Stage.EXAMINATION),
        (Stage.FOR_LET_EXPORT, "", LETTER, Stage.DOCUMENTS),
        (Stage.QUERY, "BOTH", LETTER, Stage.QUERY),
        (Stage.LET_EXPORT, "BOTH", LETTER, Stage.LET_EXPORT),
    ],
)
def test_6_1_an_intervention_reaches_a_shipping_bill_until_it_is_let_go(
    stage: str, outcome: str, asked: str, then: str
) -> None:
    one, other = shipping_bill(stage), shipping_bill(stage)
    before = RiskDecision.objects.count()
    rule = rule_on("hawb", one.hawb, kind="INTERVENTION", outcome=outcome, documents=asked)
    reached = stage != Stage.LET_EXPORT
    assert (bill_tasks.intervene(rule.pk), bill_tasks.intervene()) == (int(reached), 0)
    now = fresh(one)
    assert (now.stage, now.documents_required) == (then, asked if reached else "")
    assert now.examination_prescribed == (reached and outcome in ("EXAMINATION", "BOTH"))
    assert now.assessment_required == (reached and outcome in ("ASSESSMENT", "BOTH"))
    assert fresh(other).risk_decision_id == other.risk_decision_id
    assert RiskDecision.objects.count() == before + reached
    if asked and reached:
        told = Notice.objects.filter(subject__contains="compulsory documents are asked for").get()
        assert told.audience == f"courier:{one.courier_id}" and MARK not in told.body


def test_goods_that_were_examined_are_examined_again_by_an_intervention_on_their_shipping_bill() -> None:
    then = timezone.now()
    one = shipping_bill(Stage.FOR_LET_EXPORT, examined_at=then)
    rule = rule_on("hawb", one.hawb, kind="INTERVENTION", outcome="EXAMINATION")
    assert bill_tasks.intervene(rule.pk) == 1
    assert (fresh(one).stage, fresh(one).examined_at) == (Stage.EXAMINATION, None)


def test_an_intervention_before_the_goods_come_is_heard_when_they_do_and_one_on_documents_too() -> None:
    one, many = shipping_bill(Stage.GOODS), documents(Stage.XRAY)
    shipment = ExportShipment.objects.filter(bill=many).latest("pk").number
    early = rule_on("hawb", one.hawb, kind="INTERVENTION", outcome="EXAMINATION")
    late = rule_on("hawb", shipment, kind="INTERVENTION", outcome="EXAMINATION")
    assert (bill_tasks.intervene(early.pk), bill_tasks.intervene(late.pk)) == (0, 1)
    assert scanned(one).examination_prescribed
    assert fresh(many).examination_prescribed and not fresh(many).facilitated


@pytest.mark.parametrize("of_documents", [False, True])
def test_an_intervention_is_heard_by_a_shipping_bill_that_waits_for_the_rms(*, of_documents: bool) -> None:
    away = DatedRule.objects.create(name="rms_in_service", from_date="2026-11-01", value="off", source="trial")
    dated_rules.forget()
    one = scanned(documents(Stage.GOODS) if of_documents else shipping_bill(Stage.GOODS))
    hawb = one.hawb or one.shipments.order_by("-pk")[0].number
    rule = rule_on("hawb", hawb, kind="INTERVENTION", outcome="EXAMINATION")
    assert bill_tasks.intervene(rule.pk) == 1
    assert (fresh(one).risk_pending, fresh(one).examination_prescribed) == (True, True)
    away.delete()
    dated_rules.forget()
    assert (risk.decide_waiting(), risk.decide_waiting()) == (1, 0)
    now = fresh(one)
    assert (now.stage, now.risk_pending, now.facilitated, now.examination_prescribed) == (
        Stage.XRAY,
        False,
        False,
        True,
    )


def test_5_2_goods_weighed_after_their_registration_are_put_to_the_rms_again() -> None:
    heavy = {"all": [{"fact": "weight_difference_percent", "is": "ABOVE", "value": "3"}]}
    rule = risk_rule(condition=heavy, outcome="EXAMINATION")
    one, many = scanned(shipping_bill(Stage.GOODS)), documents(Stage.XRAY)
    bag = many.bags.order_by("pk")[0]
    registering.weigh("BLR", one.hawb, one.gross_weight_kg)
    assert not fresh(one).examination_prescribed
    registering.weigh("BLR", one.hawb, one.gross_weight_kg * Decimal("1.04"))  # within the tolerance
    now = fresh(one)
    assert now.risk_decision is not None
    assert (now.examination_prescribed, now.risk_decision.cause) == (True, "WEIGHED")
    registering.weigh("BLR", bag.number, Decimal("0.735"))  # 0.700 declared of the two in it
    now = fresh(many)
    assert now.risk_decision is not None
    assert (now.examination_prescribed, now.risk_decision.cause) == (True, "WEIGHED")
    assert now.risk_decision.reasons[0]["compared"][0]["found"].endswith(": 5.14")
    assert RuleDay.objects.filter(rule=rule.key).count() == 2


def test_where_no_rule_looks_at_weights_nothing_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    rule_on("tariff_items", "9999")
    one = shipping_bill(Stage.XRAY)
    monkeypatch.setattr(asking, "ask_for", lambda *_given: pytest.fail("asked again"))
    registering.weigh("BLR", one.hawb, Decimal("20"))


def test_what_draws_attention_at_xray_is_not_cleared_with_others(signed_in: SignedIn) -> None:
    drawn = decision()
    RiskDecision.objects.filter(pk=drawn.pk).update(xray_attention=True)
    one, other = shipping_bill(Stage.XRAY, risk_decision=drawn), shipping_bill(Stage.XRAY)
    queue = reverse("queue", args=["exports/bills", "xray"])
    xray = signed_in("xray.blr")
    assert xray.get(queue).content.decode().count("X-ray attention") == 1
    assert "X-ray attention" not in signed_in("courier.swift").get(queue).content.decode()
    address = reverse("steps", args=["exports/bills", "xray", "clear-xray"])
    done = xray.post(address, {"document": [one.pk, other.pk], "confirm": "1"}, follow=True).content.decode()
    assert "clear it by itself" in done and str(one) in done
    assert (fresh(one).stage, fresh(other).stage) == (Stage.XRAY, Stage.LET_EXPORT)
    carried = shipping_bill(Stage.XRAY)
    later = decision()
    RiskDecision.objects.filter(pk=later.pk).update(carried={"xray": True})
    CourierShippingBill.objects.filter(pk=carried.pk).update(risk_decision=later)
    outcome = take_many(CourierShippingBill, [one.pk, carried.pk], "clear_xray", actor("XRAY_OFFICER"))
    assert (len(outcome.moved), len(outcome.refused)) == (0, 2)
    assert take(one, "clear_xray", actor("XRAY_OFFICER")).stage == Stage.LET_EXPORT
    assert take_many(
        CourierShippingBill, [carried.pk], "mark_suspicious", actor("XRAY_OFFICER"), remarks="A block."
    ).moved


def test_shipping_bills_that_wait_for_the_rms_stand_on_its_page_and_are_warned_of_once(
    signed_in: SignedIn, caplog: pytest.LogCaptureFixture
) -> None:
    DatedRule.objects.create(name="rms_in_service", from_date="2026-11-01", value="off", source="trial")
    dated_rules.forget()
    bills = [shipping_bill(Stage.GOODS) for _n in range(3)]
    elsewhere = shipping_bill(Stage.ASSESSMENT, lane="PENDING", station="DEL")
    with caplog.at_level(logging.WARNING, "rms.deciding"):
        assert risk.register([bill.pk for bill in bills], actor("ARRIVAL_SCANNER"), timezone.now()) == 3
    said = [line for line in caplog.records if line.name == "rms.deciding"]
    assert [(line.levelname, line.exc_info) for line in said] == [("WARNING", None)]
    assert "3 bills wait" in said[0].getMessage()
    page = signed_in("risk.blr").get(reverse("risk-waiting")).content.decode()
    assert all(bill.get_absolute_url() in page for bill in bills) and elsewhere.get_absolute_url() not in page
    assert "out of service" in page
    assert signed_in("courier.swift").get(reverse("risk-waiting")).status_code == 403
    assert not any(fresh(bill).facilitated for bill in bills)
    with pytest.raises(Refused, match="was away"):
        take(fresh(bills[0]), "assess", actor("ASSESSING_OFFICER"))


@pytest.mark.parametrize(("held", "lane"), [(0, "EXAMINATION"), (100, "FACILITATED")])
def test_the_least_share_to_be_examined_is_held_for_shipping_bills_too(held: int, lane: str) -> None:
    """Where rules prescribed less than the order asks at least, chance takes the rest: here all of it, or nothing."""
    DatedRule.objects.filter(name="minimum_examination_percent").update(value="100")
    dated_rules.forget()
    yesterday = timezone.localdate() - timedelta(days=1)
    for name, hits in ((ALL_BILLS, 100), (f"{BY_RULES}EXAMINATION", held)):
        RuleDay.objects.create(rule=name, station_code="BLR", day=yesterday, hits=hits)
    one = scanned(shipping_bill(Stage.GOODS))
    assert one.risk_decision is not None and one.risk_decision.lane == lane
    documents_pass = scanned(documents(Stage.GOODS))
    assert documents_pass.risk_decision is not None and documents_pass.risk_decision.lane == "FACILITATED"


def test_nothing_is_asked_of_goods_that_are_let_go_or_on_a_flight() -> None:
    one = export_manifest("FILED").lines.get().bill
    rule_on("hawb", one.hawb, kind="INTERVENTION", outcome="BOTH")
    told: dict[str, Any] = {"decision": decision().pk, "lane": "BOTH", "documents": LETTER, "rules": ["N-1"]}
    with pytest.raises(Refused, match="is not possible there"):
        take(one, "hear_rms_again", SYSTEM, **told)
