"""Rules of risk on their pages: built by clicking, put in force by another person, suspended, and what they then decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts import sessions
from accounts.models import User
from eccs import dated_rules
from eccs.dated_rules import DatedRule
from eccs.workflow import Refused, take
from rms import backtest, conditions, feedback
from rms.conditions import DEEPEST
from rms.deciding import packed, ruleset_at
from rms.forms import initial_of
from rms.models import BackTest, KeptShipments, RiskDecision, RiskRule, RuleDay, RuleVersion
from rms.tasks import resume_back_tests
from tests.factories import firms
from tests.factories.firms import actor
from tests.factories.rules import risk_rule
from tests.rms.test_decision import FACTS

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate().strftime("%d/%m/%Y")
SAID = {
    "title": "Watches from Hong Kong", "outcome": "BOTH", "examine_percent": "25", "instruction": "Open two watches.",
    "from_date": TODAY, "why": "Alert 4/2026.", "kind": "RULE", "station": "BLR",
}  # fmt: skip
BUILT = {
    "node": ["r", "r-0", "r-1"], "group-r": "all", "fact-r-0": "consignor_country", "is-r-0": "EQUALS", "value-r-0": "hk",
    "fact-r-1": "descriptions", "is-r-1": "CONTAINS", "value-r-1": "watch",
}  # fmt: skip


@pytest.fixture
def signed_in(people: Callable[[str], User]) -> Callable[[str], Client]:
    """The browser of a member of the cast, in which the password was typed just now."""

    def browser(username: str) -> Client:
        client = Client()
        client.force_login(people(username))
        session = client.session
        session[sessions.PROVED] = sessions._seconds()
        session.save()
        return client

    return browser


def codes_in_force() -> list[str]:
    return [one.code for one in ruleset_at("BLR", timezone.localdate()).criteria]


def test_a_rule_is_built_proposed_activated_by_another_revised_and_suspended(
    signed_in: Callable[[str], Client],
) -> None:
    officer, approver = signed_in("risk.blr"), signed_in("riskapprover.blr")
    assert "Watches" not in officer.get("/rms/").content.decode()
    assert officer.get("/rms/new/").status_code == 200
    first = officer.get("/rms/new/?kind=RULE&station=BLR").content.decode()
    assert "Add a comparison" in first and "Assessable value" in first and "₹" in first

    # A button keeps what was typed, keeps nothing in the system, and shows the sentence
    shown = officer.post("/rms/new/", {**SAID, **BUILT, "do": "group:r"})
    page = shown.content.decode()
    assert shown.status_code == 200 and "Watches from Hong Kong" in page and 'name="group-r-2"' in page
    assert "Country of the consignor is HK and Description holds the word watch" in page
    assert not RiskRule.objects.filter(title=SAID["title"]).exists()

    # What is wrong is said, with a link to the part
    bad = officer.post("/rms/new/", {**SAID, **BUILT, "is-r-0": "ABOVE", "outcome": "", "do": "save"})
    told = bad.content.decode()
    assert (
        bad.status_code == 422
        and "Error:" in told
        and 'href="#part-r-0"' in told
        and "A rule leads to something" in told
    )

    kept = officer.post("/rms/new/", {**SAID, **BUILT, "do": "save"}, follow=True)
    rule = RiskRule.objects.get(title=SAID["title"])
    assert kept.status_code == 200 and (rule.stage, rule.latest_no, rule.key) == ("DRAFT", 1, f"draft-{rule.pk}")
    assert "Country of the consignor is HK" in kept.content.decode()
    # Not tested, it is proposed only where the officer says so
    refused = officer.post(rule.step_url("propose"))
    assert refused.status_code == 409 and "was not tested" in refused.content.decode()
    officer.post(rule.step_url("propose"), {"propose-despite": "on"})
    rule = RiskRule.objects.get(pk=rule.pk)
    assert (rule.stage, rule.number) == ("PROPOSED", "BLR-0001")
    assert rule.number not in codes_in_force()

    # Whoever wrote it does not activate it; the approver does, on a page of its own
    with pytest.raises(Refused):
        take(rule, "activate", actor("RISK_OFFICER"))
    approver.post(rule.step_url("activate"), {"confirm": "yes"})
    rule = RiskRule.objects.get(pk=rule.pk)
    assert (rule.stage, rule.in_force_no) == ("ACTIVE", 1) and rule.number in codes_in_force()

    # A new version does not decide before another person activates it
    address = f"/rms/rules/{rule.key}/write-version/"
    assert "watch" in officer.get(address).content.decode()
    officer.post(address, {**SAID, **BUILT, "value-r-0": "cn", "do": "save"})
    rule = RiskRule.objects.get(pk=rule.pk)
    assert (rule.latest_no, rule.in_force_no) == (2, 1)
    officer.post(rule.step_url("propose_version"), {"propose_version-despite": "on"})
    approver.post(rule.step_url("activate_version"), {"confirm": "yes"})
    rule = RiskRule.objects.get(pk=rule.pk)
    assert (rule.stage, rule.in_force_no) == ("ACTIVE", 2)
    assert [one.condition["all"][0]["value"] for one in rule.versions.order_by("no")] == ["HK", "CN"]

    # A suspended rule hits nothing; who did what and why is on record
    approver.post(rule.step_url("suspend"), {"confirm": "yes", "suspend-remarks": "Too many hits."})
    assert RiskRule.objects.get(pk=rule.pk).stage == "SUSPENDED" and rule.number not in codes_in_force()
    assert [line.step for line in rule.trail.order_by("seq")] == [
        "write", "propose", "activate", "write_version", "propose_version", "activate_version", "suspend",
    ]  # fmt: skip
    assert "Too many hits." in approver.get(rule.get_absolute_url()).content.decode()


def test_lists_shares_interventions_and_documents_each_ask_for_their_own(signed_in: Callable[[str], Client]) -> None:
    officer = signed_in("risk.blr")
    plain = {**SAID, "node": ["r", "r-0"], "group-r": "all", "do": "save"}

    def sent(**more: Any) -> str:
        return officer.post("/rms/new/", {**plain, **more}).content.decode()

    file = SimpleUploadedFile("targets.csv", b"iec\n0388066415\n" + b"x" * 130 + b"\n0300000001\n")
    told = sent(kind="TARGET", target_fact="iec", targets_file=file)
    assert "Row 3: A value has at most 120 characters." in told
    file = SimpleUploadedFile("targets.csv", b"iec\n" + "\n".join(f"03{n:08d}" for n in range(10_000)).encode())
    sent(kind="TARGET", target_fact="iec", targets_file=file, title="Ten thousand")
    assert len(RuleVersion.objects.get(rule__title="Ten thousand").targets) == 10_000
    assert "The list is empty" in sent(kind="TARGET", target_fact="iec")
    assert "add at least one comparison" in sent(kind="RULE")
    assert "The last day lies before the first." in sent(kind="RULE", to_date="01/01/2020")
    assert "Enter a share above 0" in sent(kind="RANDOM", share="0")
    assert "compare the tariff item" in sent(
        kind="CCR", documents="Licence", **{"fact-r-0": "packages", "is-r-0": "ABOVE", "value-r-0": "1"}
    )
    sent(kind="INTERVENTION", hawb="swf77", title="One bill")
    assert RuleVersion.objects.get(rule__title="One bill").condition == {
        "all": [{"fact": "hawb", "is": "EQUALS", "value": "SWF77"}]
    }
    hostile = "<script>alert(1)</script>"
    sent(kind="RANDOM", share="2.5", title=hostile)
    page = officer.get("/rms/").content.decode()
    assert hostile not in page and "&lt;script&gt;" in page and "2.5 percent by lot" in page


@pytest.mark.parametrize("kind", ["TARGET", "INTERVENTION"])
def test_a_rule_nested_to_the_limit_is_written_anew_as_it_stands(kind: str) -> None:
    tree: dict[str, Any] = {"fact": "weight_kg", "is": "ABOVE", "value": "60"}
    for _n in range(DEEPEST):
        tree = {"any": [tree]}
    own = {"fact": "iec", "is": "ON_LIST"} if kind == "TARGET" else {"fact": "hawb", "is": "EQUALS", "value": "SWF1"}
    assert not conditions.read(tree).faults
    rule = risk_rule("DRAFT", kind=kind, condition={"all": [own, tree]}, targets=["0388066415"])
    version = rule.newest()
    assert version is not None
    again = conditions.read(initial_of(version)[1])
    assert (again.tree, again.faults) == (tree, [])


@pytest.mark.parametrize("username", ["courier.swift", "importer.kaveri", "scan.blr", "ao.blr", "risk.del"])
def test_a_rule_of_a_station_is_seen_by_those_who_keep_its_rules_alone(
    username: str, signed_in: Callable[[str], Client]
) -> None:
    rule, client = risk_rule(title="Marked rule"), signed_in(username)
    assert client.get(rule.get_absolute_url()).status_code == 404
    assert client.get(f"/rms/rules/{rule.key}/write-version/").status_code == 404
    listed = client.get("/rms/")
    assert (
        listed.status_code == (200 if username == "risk.del" else 403) and "Marked rule" not in listed.content.decode()
    )


def test_what_was_written_is_never_changed() -> None:
    from django.db import DatabaseError, transaction

    version = risk_rule().versions.get(no=1)
    version.instruction = "Nothing to see."
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        version.save()


def test_a_version_is_held_against_past_bills_and_a_dangerous_one_is_refused(
    signed_in: Callable[[str], Client],
) -> None:
    for n in range(20):
        facts = FACTS.kept() | {"hawb": f"SWF{n}", "station": "DEL" if n > 15 else "BLR"}
        RiskDecision.objects.create(
            lane="FACILITATED", draw=Decimal("0.5"), ruleset="", decided_at=timezone.now(), facts=facts,
            reasons=[{"rule": "N-0001", "outcome": "ASSESSMENT"}] if n == 3 else [], found="CONFIRMED" if n == 3 else "",
        )  # fmt: skip
    officer = signed_in("risk.blr")
    hits_three = {"all": [{"fact": "hawb", "is": "ONE_OF", "values": ["SWF2", "SWF3", "SWF17"]}]}
    rule = risk_rule("DRAFT", condition=hits_three, outcome="BOTH")
    officer.post(f"/rms/rules/{rule.key}/test/start/", {"days": "30"})
    test = rule.back_tests.get()
    assert test.state == "WAITING"
    assert backtest.run(test.pk) == "DONE" and backtest.run(test.pk) == ""
    result = rule.back_tests.get().result
    assert (result["read"], result["hits"], result["looked_at"], result["confirmed"]) == (16, 2, 1, 1)
    assert result["overlap"] == [["N-0001", 1]] and [row[1:] for row in result["days"]] == [["BLR", 2]]
    page = officer.get(rule.get_absolute_url()).content.decode()
    assert "It would have hit 2 bills, 12.50 percent." in page
    take(rule, "propose", actor("RISK_OFFICER"))

    for condition, why in (
        ({"none": [{"fact": "hawb", "is": "EQUALS", "value": "X"}]}, "more than 20 percent"),
        (HITS_NONE, "hit none"),
    ):
        other = risk_rule("DRAFT", condition=condition)
        backtest.run(BackTest.objects.create(rule=other, version_no=2, days=30, asked_by=firms.person()).pk)
        with pytest.raises(Refused, match=why):
            take(other, "propose", actor("RISK_OFFICER"))

    # One that waits can be stopped
    third = risk_rule("DRAFT")
    officer.post(f"/rms/rules/{third.key}/test/start/", {"days": "365"})
    officer.post(f"/rms/rules/{third.key}/test/cancel/")
    assert third.back_tests.get().state == "CANCELLED" and backtest.run(third.back_tests.get().pk) == ""
    assert signed_in("courier.swift").post(f"/rms/rules/{third.key}/test/start/", {"days": "30"}).status_code == 403


def _kept(facts: dict[str, Any], **given: Any) -> RiskDecision:
    told: dict[str, Any] = {"lane": "FACILITATED", "draw": Decimal("0.5"), "ruleset": "", "decided_at": timezone.now()}
    return RiskDecision.objects.create(facts=facts, **told | given)


def test_bills_are_tested_as_they_were_decided_last_and_documents_by_their_shipments(
    signed_in: Callable[[str], Client],
) -> None:
    today, goods = timezone.now(), FACTS.kept() | {"station": "BLR"}
    long_ago = today - timedelta(days=2)
    first = _kept(goods | {"hawb": "SWF1"}, decided_at=long_ago)
    later = _kept(goods | {"hawb": "SWF1"}, before=first, reasons=[{"rule": "N-0001", "outcome": "ASSESSMENT"}])
    _kept(goods | {"hawb": "SWF1"}, lane="PENDING")  # it waits for the RMS
    for hawb, when in (("SWF2", today), ("SWF3", long_ago)):
        _kept(goods | {"hawb": hawb}, decided_at=when)
    papers = _kept({"kind": "CBE-XI", "shipments": 2})
    said = [replace(FACTS, kind="CBE-XI", station="BLR", hawb=hawb) for hawb in ("DOC1", "DOC2")]
    KeptShipments.objects.create(decision=papers, said=packed(said))
    hits = {"all": [{"fact": "hawb", "is": "ONE_OF", "values": ["SWF1", "SWF3", "DOC2"]}]}
    rule = risk_rule("DRAFT", station=None, condition=hits, outcome="BOTH")
    test = BackTest.objects.create(rule=rule, version_no=2, days=90, asked_by=firms.person())
    assert backtest.run(test.pk) == "DONE"
    test = BackTest.objects.get(pk=test.pk)
    assert (later.before_id, test.read, test.result["hits"]) == (first.pk, 4, 3)
    # On the two days that have facts: one bill more to assess (the other is assessed already), two of goods and one of documents to examine
    assert test.result["load"] == [["BLR", 0.5, 1.5, 0.5, 0]]
    DatedRule.objects.create(
        name="risk_assessments_a_day", station_code="BLR", from_date=timezone.localdate(), value="437", source="Trial"
    )
    dated_rules.forget()
    assert "437" in signed_in("risk.del").get(rule.get_absolute_url()).content.decode()


def test_a_test_whose_worker_is_gone_blocks_no_other() -> None:
    rule, now = risk_rule("DRAFT"), timezone.now()
    given: dict[str, Any] = {"rule": rule, "version_no": 2, "days": 30, "asked_by": firms.person(), "state": "RUNNING"}
    lost = BackTest.objects.create(**given, beat_at=now - backtest.STALE - timedelta(seconds=5))
    alive = BackTest.objects.create(**given | {"rule": risk_rule("DRAFT")}, beat_at=now)
    assert resume_back_tests() == 0
    states = dict(BackTest.objects.values_list("pk", "state"))
    assert (states[lost.pk], states[alive.pk]) == ("FAILED", "RUNNING")
    BackTest.objects.create(**given | {"state": "WAITING"})
    assert resume_back_tests() == 1


HITS_NONE = {"all": [{"fact": "hawb", "is": "EQUALS", "value": "X"}]}


def test_rules_that_never_confirm_are_proposed_for_retirement(signed_in: Callable[[str], Client]) -> None:
    good, bad = risk_rule(title="Finds"), risk_rule(title="Never finds")
    today = timezone.localdate()
    RuleDay.objects.create(rule="", station_code="BLR", day=today, hits=1000)
    RuleDay.objects.create(
        rule=good.key, station_code="BLR", day=today, hits=120, looked_at=110, confirmed=11, examinations=100
    )
    RuleDay.objects.create(rule=bad.key, station_code="BLR", day=today, hits=110, looked_at=100, examinations=90)
    RuleDay.objects.create(rule=good.key, station_code="DEL", day=today, hits=500)
    told = {one.rule.title: one for one in feedback.of_rules([good, bad], ["BLR"], 90, today)}
    assert (told["Finds"].hit_rate, told["Finds"].confirmation_rate, told["Finds"].to_retire) == (
        Decimal("12.0"),
        Decimal("10.0"),
        False,
    )
    assert told["Never finds"].to_retire
    page = signed_in("risk.blr").get("/rms/feedback/").content.decode()
    assert "never confirms" in page and "Proposed for retirement" in page
    # Beside chance: what was found by lot, how many examinations a find took, and how that changed through the period
    RuleDay.objects.create(
        rule="RANDOM",
        station_code="BLR",
        day=today - timedelta(days=80),
        hits=30,
        looked_at=20,
        confirmed=1,
        examinations=20,
    )
    lot = feedback.by_lot(["BLR"], 90, today)
    assert (lot.confirmation_rate, lot.cost, told["Finds"].cost, told["Never finds"].cost) == (
        5,
        20,
        Decimal("9.1"),
        None,
    )
    assert [bar["rate"] for bar in lot.bars] == [Decimal(5), None, None, None, None, None]
    assert [bar["rate"] for bar in told["Finds"].bars] == [None, None, None, None, None, Decimal(10)]
    page = signed_in("risk.blr").get("/rms/feedback/").content.decode()
    assert "Bills that chance picked" in page and "1,000 bills in 90 days" in page
    assert signed_in("ao.blr").get("/rms/feedback/").status_code == 403
    assert (
        "Hits and confirmations by week" in signed_in("riskapprover.blr").get(good.get_absolute_url()).content.decode()
    )


@pytest.mark.parametrize(
    ("draws", "suspicious", "looked_at", "proposed"),
    [(True, 0, 0, True), (True, 1, 0, False), (False, 0, 0, False), (False, 0, 60, False), (True, 0, 60, True)],
)
def test_pictures_count_towards_retirement_where_the_rule_draws_the_xray_officers_attention(
    signed_in: Callable[[str], Client], suspicious: int, looked_at: int, *, draws: bool, proposed: bool
) -> None:
    """A hundred pictures without anything: enough of them, with what was examined, where the rule asked for a closer look."""
    DatedRule.objects.filter(name="risk_never_confirms_after").update(value="100")
    dated_rules.forget()
    rule = risk_rule(title="Watches", xray=draws, outcome="" if draws else "EXAMINATION")
    today = timezone.localdate()
    RuleDay.objects.create(
        rule=rule.key, station_code="BLR", day=today, hits=100, looked_at=looked_at, examinations=looked_at,
        xrayed=100 - looked_at, suspicious=suspicious,
    )  # fmt: skip
    told = feedback.of_rules([rule], ["BLR"], 90, today)[0]
    assert (told.to_retire, told.draws_xray) == (proposed, draws)
    page = signed_in("risk.blr").get("/rms/feedback/").content.decode()
    assert ("Proposed for retirement" in page) == proposed
