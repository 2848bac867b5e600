"""Bills put to the RMS again: what was said before stands, what waits is asked, and each is counted once (PN17 6.1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from accounts.permissions import SYSTEM
from bills import risk, tasks, xray_results
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from eccs import dated_rules
from eccs.dated_rules import DatedRule
from eccs.workflow import Refused, take, take_many
from manifests.arrival import weigh
from manifests.clearance import Stage as ManifestStage
from manifests.models import ExpressCargoManifest
from rms.models import PartyDay, RiskDecision, RiskRule, RuleDay
from tests.bills.conftest import SignedIn
from tests.bills.test_documents_and_rms import filed
from tests.bills.test_interventions import flight, good
from tests.bills.test_risk import Rows, bills_of, decided, file_all
from tests.factories.bills import bill, decision
from tests.factories.documents import flight as documents
from tests.factories.firms import actor
from tests.factories.rules import risk_rule

__all__ = ["flight", "good"]  # fixtures
pytestmark = pytest.mark.django_db


def fresh(one: CourierBillOfEntry) -> CourierBillOfEntry:
    """As it is now."""
    now: CourierBillOfEntry = CourierBillOfEntry.objects.select_related("risk_decision").get(pk=one.pk)
    return now


def service(value: str) -> None:
    """The RMS is in service, or out of it."""
    DatedRule.objects.filter(name="rms_in_service").update(value=value)
    dated_rules.forget()


def on(hawb: str, **said: Any) -> RiskRule:
    """A rule on one shipment."""
    return risk_rule(condition={"all": [{"fact": "hawb", "is": "EQUALS", "value": hawb}]}, **said)


def hits(rule: RiskRule) -> int:
    return int(RuleDay.objects.filter(rule=rule.key).aggregate(n=Sum("hits", default=0))["n"])


def test_what_earlier_decisions_said_is_read_wherever_the_last_is(
    signed_in: SignedIn, flight: ExpressCargoManifest, good: Rows
) -> None:
    """An intervention that is heard while the RMS is away hides nothing of what the RMS said before."""
    first = on(
        "SWF001", outcome="EXAMINATION", examine_percent=40, xray=True, instruction="Look under the lining.",
        courier_text="Have the key at hand.",
    )  # fmt: skip
    one = file_all(signed_in, flight, good)["SWF001"]
    service("off")
    order = on("SWF001", kind="INTERVENTION", outcome="EXAMINATION", instruction="Open the red box.")
    assert tasks.intervene(order.pk) == 1
    one = bills_of(flight)["SWF001"]
    page = signed_in("ao.blr").get(one.get_absolute_url()).content.decode()
    for words in ("Look under the lining.", "Open the red box.", "X-ray attention", "Examine at least 40 percent"):
        assert words in page
    CourierBillOfEntry.objects.filter(pk=one.pk).update(stage=Stage.XRAY, xray_result="", arrived_at=timezone.now())
    queue = signed_in("xray.blr").get("/bills/imports/queue/xray/").content.decode()
    assert "X-ray attention" in queue
    CourierBillOfEntry.objects.filter(pk=one.pk).update(
        stage=Stage.EXAMINATION, xray_result="CLEAR", xray_at=timezone.now(), duty_paid=one.amount_due
    )
    assert "Have the key at hand." in signed_in("signatory.swift").get(one.get_absolute_url()).content.decode()
    assert xray_results.count(timezone.localdate()) == 2  # the X-ray counts for both rules

    # Of the packages 40 percent are opened, or nothing is released
    report: dict[str, Any] = {
        "packages_opened": 1,
        "percent": 39,
        "findings": "As declared.",
        "recommendation": "RELEASE",
    }
    with pytest.raises(Refused, match="at least 40 percent"):
        take(bills_of(flight)["SWF001"], "report_examination", actor("INSPECTOR"), **report)
    done = take(bills_of(flight)["SWF001"], "report_examination", actor("INSPECTOR"), **report | {"percent": 40})
    assert done.stage == Stage.FOR_OUT_OF_CHARGE
    assert {row.rule: row.looked_at for row in RuleDay.objects.filter(looked_at__gt=0)} == {first.key: 1, order.key: 1}
    assert (hits(first), hits(order)) == (1, 1)


def test_a_departure_that_was_approved_leaves_the_share_to_the_inspector(
    signed_in: SignedIn, flight: ExpressCargoManifest, good: Rows
) -> None:
    on("SWF001", outcome="EXAMINATION", examine_percent=40)
    one = file_all(signed_in, flight, good)["SWF001"]
    standing = {"stage": Stage.EXAMINATION, "xray_result": "SUSPICIOUS", "arrived_at": timezone.now()}
    CourierBillOfEntry.objects.filter(pk=one.pk).update(**standing)
    take(bills_of(flight)["SWF001"], "depart_from_rms", SYSTEM, departure="DEP", what="EXAMINATION")
    report: dict[str, Any] = {
        "packages_opened": 1,
        "percent": 5,
        "findings": "As declared.",
        "recommendation": "RELEASE",
    }
    assert take(bills_of(flight)["SWF001"], "report_examination", actor("INSPECTOR"), **report).examined_at


def test_a_bill_that_changed_while_the_rms_was_away_is_put_to_it_when_it_is_back(
    signed_in: SignedIn, flight: ExpressCargoManifest, good: Rows
) -> None:
    file_all(signed_in, flight, good)
    service("off")
    assert risk.arrived(flight, timezone.now()) == 0
    assert {one.risk_pending for one in bills_of(flight).values()} == {True}
    page = signed_in("risk.blr").get("/bills/awaiting-risk/").content.decode()
    assert str(bills_of(flight)["SWF001"].number).rsplit("_", 2)[1] in page
    late = on("SWF001", outcome="EXAMINATION")
    assert risk.decide_waiting() == 0
    service("on")
    assert (risk.decide_waiting(), risk.decide_waiting()) == (1, 0)
    after = bills_of(flight)
    assert {one.risk_pending for one in after.values()} == {False}
    assert (after["SWF001"].examination_prescribed, after["SWF002"].examination_prescribed) == (True, False)
    assert (hits(late), RuleDay.objects.filter(rule="").aggregate(n=Sum("hits"))) == (1, {"n": 2})


def test_a_bill_amended_before_the_rms_was_back_is_in_the_history_on_its_day_of_filing(
    signed_in: SignedIn, flight: ExpressCargoManifest, good: Rows
) -> None:
    service("off")
    one = file_all(signed_in, flight, good)["SWF001"]
    assert not PartyDay.objects.filter(party="CONSIGNEE").exists()
    days_ago = timezone.now() - timedelta(days=3)
    CourierBillOfEntry.objects.filter(manifest=flight).update(filed_at=days_ago)
    service("on")
    CourierBillOfEntry.objects.filter(pk=one.pk).update(holds="AMENDMENT")
    one = bills_of(flight)["SWF001"]
    take(one, "amend", SYSTEM, amendment="A1", changes=[])
    counted = PartyDay.objects.filter(party="CONSIGNEE")
    assert counted.values_list("day", flat=True).get() == timezone.localdate(days_ago)
    assert risk.decide_waiting() == 1
    assert counted.aggregate(n=Sum("bills")) == {"n": 2}


def test_a_bill_put_to_the_rms_again_counts_as_it_is_now_and_once(
    signed_in: SignedIn, flight: ExpressCargoManifest, good: Rows
) -> None:
    """A new consignee has one bill on the day, the old one the other: no split shipment where there is none."""
    bills = file_all(signed_in, flight, good)
    facts = decided(bills["SWF001"]).facts
    flight.hawbs.filter(number="SWF001").update(consignee_name="Somebody Else")
    assert risk.arrived(flight, timezone.now()) == 1
    now = decided(bills_of(flight)["SWF001"]).facts
    assert (facts["same_day_bills_consignee"], now["same_day_bills_consignee"]) == (2, 1)
    assert Decimal(now["same_day_value_consignee"]) == bills["SWF001"].assessable_value
    assert (now["same_day_bills_kyc"], now["kyc_names"]) == (2, 2)
    flight.hawbs.filter(number="SWF002").update(gross_weight_kg=9)
    assert risk.arrived(flight, timezone.now()) == 1
    other = decided(bills_of(flight)["SWF002"]).facts
    assert (other["same_day_bills_consignee"], other["same_day_bills_kyc"]) == (1, 2)
    sums = PartyDay.objects.filter(party="CONSIGNEE").values_list("key").annotate(n=Sum("bills"))
    assert sorted(n for _key, n in sums) == [1, 1]


def test_a_shipment_that_weighs_more_than_declared_is_looked_at_again(
    signed_in: SignedIn, flight: ExpressCargoManifest, good: Rows
) -> None:
    heavy = {"all": [{"fact": "weight_difference_percent", "is": "ABOVE", "value": "50"}]}
    rule = risk_rule(condition=heavy, outcome="EXAMINATION")
    file_all(signed_in, flight, good)
    declared = flight.hawbs.get(number="SWF001").gross_weight_kg
    weigh(flight, "SWF002", declared)
    weigh(flight, "SWF001", declared * 2)
    after = bills_of(flight)
    assert (after["SWF001"].examination_prescribed, after["SWF002"].examination_prescribed) == (True, False)
    assert (decided(after["SWF001"]).cause, hits(rule)) == ("WEIGHED", 1)


def test_documents_that_weigh_more_than_declared_are_looked_at_again(people: Callable[[str], User]) -> None:
    people("courier.swift")
    risk_rule(
        condition={"all": [{"fact": "weight_difference_percent", "is": "ABOVE", "value": "50"}]}, outcome="EXAMINATION"
    )
    announced = documents(ManifestStage.ARRIVAL_SCAN, scan_started_at=timezone.now())
    one = filed(announced)
    shipment = one.shipments().order_by("pk").first()
    assert shipment is not None and not one.examination_prescribed
    weigh(announced, shipment.number, shipment.gross_weight_kg * 3)
    now = fresh(one)
    assert (now.examination_prescribed, decided(now).cause) == (True, "WEIGHED")


def test_5_2_a_bag_that_weighs_more_than_declared_has_its_documents_looked_at_again(
    people: Callable[[str], User],
) -> None:
    """Every shipment in it has its share of the difference, also where that is within the tolerance of the manifest."""
    people("courier.swift")
    risk_rule(
        condition={"all": [{"fact": "weight_difference_percent", "is": "ABOVE", "value": "3"}]}, outcome="EXAMINATION"
    )
    announced = documents(ManifestStage.ARRIVAL_SCAN, scan_started_at=timezone.now())
    one = filed(announced)
    bag = announced.bags.order_by("pk").first()
    assert bag is not None
    declared = bag.hawbs.aggregate(kg=Sum("gross_weight_kg"))["kg"]
    weigh(announced, bag.number, declared)
    assert not fresh(one).examination_prescribed
    weigh(announced, bag.number, declared * Decimal("1.04"))
    now = fresh(one)
    assert (now.examination_prescribed, decided(now).cause) == (True, "WEIGHED")
    assert decided(now).reasons[0]["compared"][0]["found"].endswith(": 4.00")


def test_what_draws_attention_at_xray_is_cleared_by_itself(people: Callable[[str], User]) -> None:
    drawn = decision()
    RiskDecision.objects.filter(pk=drawn.pk).update(xray_attention=True)
    one, other = bill(Stage.XRAY, risk_decision=drawn), bill(Stage.XRAY)
    outcome = take_many(CourierBillOfEntry, [one.pk, other.pk], "clear_xray", actor("XRAY_OFFICER"))
    assert [done.pk for done in outcome.moved] == [other.pk]
    assert "clear it by itself" in outcome.refused[0].reasons[0] and outcome.refused[0].document == one
    assert take(one, "clear_xray", actor("XRAY_OFFICER")).xray_result == "CLEAR"


def test_what_is_found_counts_once_a_bill_and_only_what_an_order_demands(people: Callable[[str], User]) -> None:
    one = bill(Stage.EXAMINATION, examination_prescribed=True)
    report: dict[str, Any] = {
        "packages_opened": 1,
        "percent": 100,
        "findings": "Other goods.",
        "recommendation": "ADJUDICATE",
    }
    take(one, "report_examination", actor("INSPECTOR"), **report)
    told = risk.adverse("RELEASE", fine=Decimal(0), penalty=Decimal(0), revised_duty=None)
    assert not told and risk.adverse("CONFISCATE") and risk.adverse("RELEASE", penalty=Decimal(1))
    after = CourierBillOfEntry.objects.select_related("risk_decision").get(pk=one.pk)
    after.taken_at = timezone.now()
    for confirmed in (True, False):
        risk.found(after, examined=False, confirmed=confirmed)
    row = RuleDay.objects.filter(rule="N-0099").aggregate(looked=Sum("looked_at"), confirmed=Sum("confirmed"))
    assert row == {"looked": 1, "confirmed": 1}
    assert RiskDecision.objects.get(pk=after.risk_decision_id).found == "CONFIRMED"
