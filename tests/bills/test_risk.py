"""Bills and the RMS: what is stored, what is counted, what happens when it is away or hears more, and how officers depart from it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Actor
from bills import asking, risk, xray_results
from bills.models import CourierBillOfEntry, Examination, Item, RiskDeparture
from bills.stages import Stage
from eccs import dated_rules, upload_runner
from eccs.dated_rules import DatedRule
from eccs.workflow import Refused, take
from manifests.models import ExpressCargoManifest
from rms import deciding, history, shares
from rms.models import KeptRuleset, PartyDay, RiskDecision, RuleDay
from tests.bills.conftest import SignedIn
from tests.bills.test_upload import row, send
from tests.factories.bills import bill
from tests.factories.firms import actor
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.rules import risk_rule

pytestmark = pytest.mark.django_db
Rows = list[dict[str, str]]
MARK = "zanzibar"


@pytest.fixture(autouse=True)
def nothing_by_lot(db: None) -> None:
    """No bill is drawn by lot, so that the rules alone decide."""
    for name in (
        f"{share}_{what}_percent" for share in ("random", "minimum") for what in ("assessment", "examination")
    ):
        DatedRule.objects.filter(name=name).update(value="0")
    dated_rules.forget()


@pytest.fixture
def flight(people: Callable[[str], User]) -> ExpressCargoManifest:
    """A submitted manifest of two shipments."""
    made = manifest(courier=people("courier.swift").courier)
    for n in (1, 2):
        house_airway_bill(made, number=f"SWF00{n}")
    return made


@pytest.fixture
def good() -> Rows:
    """Two bills."""
    return [row("SWF001"), row("SWF002")]


def file_all(signed_in: SignedIn, on: ExpressCargoManifest, rows: Rows) -> dict[str, CourierBillOfEntry]:
    """File the rows; the bills by house airway bill."""
    upload = send(signed_in, on, rows)
    signatory = signed_in("signatory.swift")
    signatory.post(f"/uploads/{upload.pk}/sign/", {"declare1": "on", "declare2": "on"})
    upload_runner.save(upload.pk, int(signatory.session["_auth_user_id"]))
    return bills_of(on)


def bills_of(on: ExpressCargoManifest) -> dict[str, CourierBillOfEntry]:
    found = CourierBillOfEntry.objects.filter(manifest=on).select_related(
        "hawb", "risk_decision", "manifest", "courier"
    )
    return {one.hawb.number: one for one in found if one.hawb is not None}


def decided(one: CourierBillOfEntry) -> RiskDecision:
    assert one.risk_decision is not None
    return one.risk_decision


def test_6_a_decision_keeps_facts_ruleset_and_trace_and_is_taken_again_as_it_was(
    signed_in: SignedIn,
    flight: ExpressCargoManifest,
    good: Rows,
) -> None:
    rule = risk_rule(
        title=MARK, instruction=f"{MARK}: open it", outcome="BOTH", examine_percent=40, xray=True,
        condition={"all": [{"fact": "hawb", "is": "EQUALS", "value": "SWF001"}]},
    )  # fmt: skip
    bills = file_all(signed_in, flight, good)
    first = decided(bills["SWF001"])
    assert (first.lane, first.examine_percent, first.xray_attention) == ("BOTH", 40, True)
    assert first.reasons[0]["rule"] == rule.number and first.reasons[0]["compared"][0]["found"] == "SWF001"
    assert decided(bills["SWF002"]).lane == "FACILITATED"
    assert all(not deciding.differences(decided(one)) for one in bills.values())

    # Nothing of it is told to the trade; the officer reads it, and that is on record
    for username in ("courier.swift", "signatory.swift"):
        browser = signed_in(username)
        for address in (
            bills["SWF001"].get_absolute_url(),
            "/find/?q=SWF001",
            "/",
            "/bills/imports/queue/assessment/?lane=BOTH",
        ):
            assert (
                MARK not in browser.get(address).content.decode()
                and str(rule.number) not in browser.get(address).content.decode()
            )
    page = signed_in("ao.blr").get(bills["SWF001"].get_absolute_url()).content.decode()
    assert MARK in page and "Examine at least 40 percent" in page and "X-ray attention" in page

    # A later version, and the suspension, change nothing of what was decided
    take(rule, "suspend", actor("RISK_APPROVER"), remarks="Enough.")
    assert not deciding.differences(RiskDecision.objects.get(pk=first.pk))


def test_history_is_counted_as_bills_are_filed_and_folded_without_a_change(
    signed_in: SignedIn,
    flight: ExpressCargoManifest,
    good: Rows,
) -> None:
    risk_rule(condition={"all": [{"fact": "hawb", "is": "EQUALS", "value": "SWF001"}]})
    bills = file_all(signed_in, flight, good)
    facts = decided(bills["SWF001"]).facts
    # Both are of one consignee and one courier: bills of one filing count for one another, on their day and not as history
    assert (facts["same_day_bills_consignee"], facts["history"]) == (2, {})
    both = sum((one.assessable_value for one in bills.values()), Decimal(0))
    assert Decimal(facts["same_day_value_consignee"]) == both

    later = timezone.localdate() + timedelta(days=40)
    now = risk.facts_of(bills["SWF002"], list(Item.objects.filter(bill=bills["SWF002"])))
    for folded in (False, True):
        if folded:
            PartyDay.objects.bulk_create(
                [PartyDay(party="COURIER", key=now.courier, day=timezone.localdate(), bills=0)]
            )
            assert history.fold() >= 1
        today = history.with_history([now], [[]], timezone.localdate(), counted=[now])[0]
        assert today.history["courier_bills_30"] == 2 and today.history["consignee_hits_30"] == 1
        then = history.with_history([now], [[]], later, counted=[now])[0]
        assert (then.history.get("courier_bills_30", 0), then.history["courier_bills_90"]) == (0, 2)
    assert RuleDay.objects.get(rule="BLR-0001").hits == 1


def test_split_shipments_and_one_kyc_id_with_several_names_are_seen(
    signed_in: SignedIn,
    flight: ExpressCargoManifest,
    good: Rows,
) -> None:
    risk_rule(condition={"all": [{"fact": "same_day_value_consignee", "is": "ABOVE", "value": "12000"}]}, title="Split")
    risk_rule(condition={"all": [{"fact": "kyc_names", "is": "ABOVE", "value": "1"}]}, outcome="EXAMINATION")
    flight.hawbs.filter(number="SWF002").update(consignee_name="Somebody Else")
    bills = file_all(signed_in, flight, good)
    names = {number: {reason["rule"] for reason in decided(one).reasons} for number, one in bills.items()}
    assert "BLR-0002" in names["SWF001"] and "BLR-0002" in names["SWF002"]
    value = decided(bills["SWF001"]).facts["same_day_value_consignee"]
    assert ("BLR-0001" in names["SWF001"]) == (Decimal(value) > 12000)


def test_bills_wait_while_the_rms_is_away_and_none_is_facilitated(
    signed_in: SignedIn,
    flight: ExpressCargoManifest,
    good: Rows,
) -> None:
    DatedRule.objects.filter(name="rms_in_service").update(value="off")
    dated_rules.forget()
    bills = file_all(signed_in, flight, good)
    assert {(one.stage, one.facilitated, decided(one).lane) for one in bills.values()} == {
        (Stage.ASSESSMENT, False, "PENDING")
    }
    with pytest.raises(Refused, match="was away"):
        take(bills["SWF001"], "assess", actor("ASSESSING_OFFICER"))
    page = signed_in("risk.blr").get("/bills/awaiting-risk/").content.decode()
    assert "out of service" in page and str(bills["SWF001"].number).rsplit("_", 2)[1] in page
    assert risk.decide_waiting() == 0

    DatedRule.objects.filter(name="rms_in_service").update(value="on")
    dated_rules.forget()
    assert risk.decide_waiting() == 2
    after = bills_of(flight)
    assert {(one.facilitated, decided(one).lane) for one in after.values()} == {(True, "FACILITATED")}
    assert {one.stage for one in after.values()} <= {Stage.DUTY, Stage.ARRIVAL}
    assert all(decided(after[n]).draw == decided(bills[n]).draw and decided(after[n]).before_id for n in bills)
    assert not asking.waiting(risk.IMPORTS).exists() and risk.decide_waiting() == 0


def test_a_rule_that_breaks_keeps_bills_waiting_and_filing_going(
    signed_in: SignedIn,
    flight: ExpressCargoManifest,
    good: Rows,
) -> None:
    rule = risk_rule(condition={"all": [{"fact": "no_such_fact", "is": "ABOVE", "value": "x"}]})
    bills = file_all(signed_in, flight, good)
    assert {decided(one).lane for one in bills.values()} == {"PENDING"}
    # The page where they wait says which rule it is; suspended, it holds up nobody
    for username, named in (("risk.blr", True), ("risk.del", False)):
        page = signed_in(username).get("/bills/awaiting-risk/").content.decode()
        assert ("cannot read these rules" in page and rule.key in page) == named
    assert signed_in("risk.blr").get(rule.get_absolute_url()).status_code == 200
    take(rule, "suspend", actor("RISK_OFFICER"), remarks="It cannot be read.")
    assert risk.decide_waiting() == 2


def test_the_rms_hears_of_changes_and_only_adds_to_what_it_prescribed(
    signed_in: SignedIn,
    flight: ExpressCargoManifest,
    good: Rows,
) -> None:
    bills = file_all(signed_in, flight, good)
    assert risk.arrived(flight, timezone.now()) == 0
    risk_rule(condition={"all": [{"fact": "hawb", "is": "EQUALS", "value": "SWF001"}]}, outcome="BOTH")
    assert risk.arrived(flight, timezone.now()) == 1
    after = bills_of(flight)["SWF001"]
    assert (after.stage, after.facilitated, after.examination_prescribed) == (Stage.ASSESSMENT, False, True)
    assert decided(after).cause == "ARRIVED" and decided(after).before_id == bills["SWF001"].risk_decision_id
    line = after.trail.latest("seq")
    trade = signed_in("signatory.swift").get(after.get_absolute_url()).content.decode()
    assert line.step == "hear_rms_again" and "Decide on risk again" not in trade


def test_6_1_an_officer_departs_from_the_rms_with_a_reason_and_the_dcac_s_approval(signed_in: SignedIn) -> None:
    one = bill(Stage.EXAMINATION, examination_prescribed=True)
    page = signed_in("inspector.blr").post(
        one.step_url("request_departure"),
        {"request_departure-what": "EXAMINATION", "request_departure-reason": f"{MARK}: perishable, X-ray is clear."}, follow=True,
    )  # fmt: skip
    assert page.status_code == 200
    asked = RiskDeparture.objects.get(bill=one)
    assert asked.number and asked.number.startswith("DEP_BLR_")
    with pytest.raises(Refused):
        take(asked, "approve", actor("INSPECTOR"))
    for username in ("courier.swift", "scan.blr"):
        browser = signed_in(username)
        assert browser.get(asked.get_absolute_url()).status_code == 404
        assert MARK not in browser.get(one.get_absolute_url()).content.decode()
    signed_in("dcac.blr").post(asked.step_url("approve"), {"confirm": "yes"})
    after = CourierBillOfEntry.objects.get(pk=one.pk)
    assert (after.stage, after.examination_prescribed, after.facilitated) == (Stage.FOR_OUT_OF_CHARGE, False, False)


def test_what_examinations_find_is_counted_for_the_rule(people: Callable[[str], User]) -> None:
    one = bill(Stage.EXAMINATION, examination_prescribed=True)
    by = Actor.of(people("inspector.blr"))
    report: dict[str, Any] = {
        "packages_opened": 1,
        "percent": 100,
        "findings": "Other goods.",
        "recommendation": "ADJUDICATE",
    }
    take(one, "report_examination", by, **report)
    row = RuleDay.objects.get(rule="N-0099")
    assert (row.looked_at, row.confirmed, row.examinations) == (1, 1, 1) and Examination.objects.count() == 1


def test_chance_takes_what_rules_leave_of_the_minimum(signed_in: SignedIn) -> None:
    today = timezone.localdate()
    DatedRule.objects.create(
        name="minimum_assessment_percent", station_code="BLR", from_date=today, value="7.5", source="Trial"
    )
    DatedRule.objects.create(
        name="minimum_examination_percent", station_code="BLR", from_date=today, value="2", source="Trial"
    )
    dated_rules.forget()
    assert [str(one) for one in shares.shares_at("BLR", today)] == ["7.500", "2.000"]
    yesterday = today - timedelta(days=1)
    for rule, hits in (
        ("", 200),
        ("rules:ASSESSMENT", 9),
        ("rules:EXAMINATION", 8),
        ("rules:BOTH", 8),
        ("lane:FACILITATED", 183),
        ("lane:BOTH", 8),
    ):
        RuleDay.objects.create(rule=rule, station_code="BLR", day=yesterday, hits=hits)
        RuleDay.objects.create(rule=rule, station_code="DEL", day=yesterday, hits=1)
    RuleDay.objects.create(rule="rules:ASSESSMENT", station_code="BLR", day=today, hits=50)  # today counts tomorrow
    # Rules took 4.5 percent. Of those that chance takes, 4.5 percent are taken by rules already: 3 percent would not do
    assert [str(one) for one in shares.shares_at("BLR", today)] == ["3.142", "0.000"]
    at_blr = shares.of_stations(["BLR"], today)[0]
    assert [round(one.expected, 2) for one in at_blr.shares] == [Decimal("7.5"), Decimal("4")]
    told = {lane.value: round(expected, 1) for lane, _bills, _held, expected in at_blr.lanes}
    assert told == {
        "FACILITATED": Decimal("92.5"), "ASSESSMENT": Decimal("3.5"), "EXAMINATION": Decimal("0.0"), "BOTH": Decimal("4.0"),
    }  # fmt: skip
    assert deciding.ruleset_at("BLR", today).version != deciding.ruleset_at("BLR", yesterday).version
    kept = KeptRuleset.objects.get(version=deciding.ruleset_at("BLR", today).version)
    assert kept.assess_percent == Decimal("3.142")
    page = signed_in("risk.blr").get("/rms/shares/").content.decode()
    assert "91.5" in page and "raised to the minimum" in page and "DEL" not in page
    assert signed_in("ao.blr").get("/rms/shares/").status_code == 403


def test_bills_are_counted_by_lane_and_by_what_rules_alone_prescribed(
    signed_in: SignedIn, flight: ExpressCargoManifest, good: Rows
) -> None:
    risk_rule(condition={"all": [{"fact": "hawb", "is": "EQUALS", "value": "SWF001"}]}, outcome="BOTH")
    file_all(signed_in, flight, good)
    told = dict(RuleDay.objects.filter(rule__contains=":").values_list("rule", "hits"))
    assert told == {
        "lane:BOTH": 1,
        "lane:FACILITATED": 1,
        "rules:ASSESSMENT": 1,
        "rules:EXAMINATION": 1,
        "rules:BOTH": 1,
    }


def test_what_xray_sees_is_counted_for_the_rule_once(people: Callable[[str], User]) -> None:
    by, today = Actor.of(people("xray.blr")), timezone.localdate()
    clear, dark = (bill(Stage.XRAY, examination_prescribed=True) for _n in range(2))
    take(clear, "clear_xray", by)
    assert xray_results.count(today) == 1
    take(dark, "mark_suspicious", by, remarks="A dark shape.")
    assert xray_results.count(today) == 1 and xray_results.count(today) == 0
    assert xray_results.count(today - timedelta(days=1)) == 0
    sums = RuleDay.objects.filter(rule="N-0099").aggregate(xrayed=Sum("xrayed"), suspicious=Sum("suspicious"))
    assert sums == {"xrayed": 2, "suspicious": 1}


def test_a_bill_with_examination_prescribed_looks_to_the_trade_like_any_other(
    signed_in: SignedIn, flight: ExpressCargoManifest, good: Rows
) -> None:
    """Neither words nor the length of an answer tell which of two bills the RMS picked."""
    one_of_two = {"all": [{"fact": "hawb", "is": "EQUALS", "value": "SWF001"}]}
    risk_rule(condition=one_of_two, outcome="EXAMINATION", instruction=f"{MARK}: open.", xray=True)
    bills = file_all(signed_in, flight, good)
    picked, other = bills["SWF001"], bills["SWF002"]
    assert decided(other).reasons == []
    assert decided(picked).lane == "EXAMINATION" and decided(other).lane == "FACILITATED"
    for username in ("signatory.swift", "courieradmin.swift", "warehouse.blr"):
        client = signed_in(username)
        for address in ("", "trail/", "print/", "declaration.pdf"):
            first, second = (client.get(f"{one.get_absolute_url()}{address}") for one in (picked, other))
            assert first.status_code == second.status_code
            if address != "declaration.pdf":
                told = [re.sub(r"\d", "0", answer.content.decode()) for answer in (first, second)]
                assert MARK not in told[0] and len(told[0]) == len(told[1]), (username, address)
