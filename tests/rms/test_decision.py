"""The RMS decides by its rules and by chance, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from zlib import compress

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rms import deciding
from rms.compiling import Seen, compiled
from rms.decision import Criterion, Ruleset, own_draw
from rms.facts import ConsignmentFacts
from rms.models import RiskRule
from tests.factories.rules import risk_rule

DAY = date(2026, 11, 20)
FACTS = ConsignmentFacts(
    kind="CBE-XIII", station="BLR", courier="AAQCS4821KAC01", hawb="SWF1", consignor="Lantern Bay", consignor_country="HK",
    consignee="Krishna Electronics", consignee_city="Bengaluru", kyc_type="PAN", kyc_token="t", iec="0100000053", gstin="",
    assessable_value=Decimal(95000), weight_kg=Decimal(4), packages=2, ecommerce=False, tariff_items=("71131920", "85183000"),
    origins=("CN",), descriptions=("Replica watch", "Earphones"),
)  # fmt: skip


def rule(fact: str, comparison: str, value: str, outcome: str = "ASSESSMENT", **more: object) -> Criterion:
    condition = {"all": [{"fact": fact, "is": comparison, "value": value}]}
    fields: dict[str, object] = {
        "code": f"{fact}-{comparison}", "condition": condition, "outcome": outcome, "from_date": date(2017, 7, 26),
    }  # fmt: skip
    return Criterion(**{**fields, **more})  # type: ignore[arg-type]


def decide(
    *rules: Criterion, draw: str = "0.9", assess: str = "3", examine: str = "2", facts: ConsignmentFacts = FACTS
) -> tuple[str, list[str]]:
    in_force = Ruleset(rules, station="BLR", on=DAY, assess_percent=Decimal(assess), examine_percent=Decimal(examine))
    found = in_force.decide(facts, Decimal(draw))
    return found.lane, [reason["rule"] for reason in found.reasons]


@pytest.mark.parametrize(
    ("criterion", "hits"),
    [
        (rule("assessable_value", "ABOVE", "90000"), True),
        (rule("assessable_value", "ABOVE", "95000"), False),
        (rule("tariff_items", "STARTS_WITH", "7113"), True),
        (rule("tariff_items", "STARTS_WITH", "9306"), False),
        (rule("descriptions", "CONTAINS", "replica"), True),
        (rule("consignor_country", "EQUALS", "hk"), True),
        (rule("consignor_country", "EQUALS", "CN"), False),
        (rule("consignor_country", "EQUALS", "HK", station_code="DEL"), False),
        (rule("consignor_country", "EQUALS", "HK", station_code="BLR"), True),
        (rule("consignor_country", "EQUALS", "HK", from_date=date(2026, 11, 21)), False),
        (rule("consignor_country", "EQUALS", "HK", to_date=date(2026, 11, 19)), False),
        (rule("consignor_country", "EQUALS", "HK", to_date=DAY), True),
    ],
)
def test_a_rule_hits_what_it_says_where_and_while_it_is_in_force(criterion: Criterion, hits: bool) -> None:
    assert decide(criterion)[0] == ("ASSESSMENT" if hits else "FACILITATED")


@pytest.mark.parametrize(
    ("value", "text", "hits"),
    [
        ("replica", "Watch (REPLICA), boxed", True),
        ("replica", "replica", True),
        ("replica", "Watch-replica", True),
        ("replica", "Replicas of coins", False),
        ("arms", "Charms and bracelets", False),
        ("arms", "Charms, arms of a chair", True),
        ("straße", "STRASSE", True),
        ("toy  gun", "A toy gun, plastic", True),
        ("toy gun", "Toy guns", False),
        ("9mm", "Rounds of 9MM", True),
        ("9mm", "19mm socket", False),
        ("नकली", "नकली घड़ी", True),
        ("नकल", "नकली घड़ी", False),  # the vowel sign goes on with the word
        ("नक", "नकली घड़ी", False),
        ("घ\u0921\u093cी", "नकली घ\u095cी।", True),  # another composition of the same letter, and a full stop
    ],
)
def test_a_word_is_found_whole(value: str, text: str, hits: bool) -> None:
    facts = replace(FACTS, descriptions=("Earphones", text))
    assert decide(rule("descriptions", "CONTAINS", value), facts=facts)[0] == ("ASSESSMENT" if hits else "FACILITATED")


def test_assessment_and_examination_by_different_rules_make_both() -> None:
    assess, examine = rule("packages", "ABOVE", "1"), rule("weight_kg", "ABOVE", "3", "EXAMINATION")
    assert decide(assess, examine) == ("BOTH", ["packages-ABOVE", "weight_kg-ABOVE"])


@pytest.mark.parametrize(
    ("draw", "lane"),
    [
        ("0", "ASSESSMENT"),
        ("0.029999", "ASSESSMENT"),
        ("0.03", "EXAMINATION"),
        ("0.049999", "EXAMINATION"),
        ("0.05", "FACILITATED"),
    ],
)
def test_the_random_share_is_as_large_as_the_dated_rule_says(draw: str, lane: str) -> None:
    assert decide(draw=draw)[0] == lane


def test_documents_a_rule_asks_for_are_asked_for() -> None:
    criterion = rule("packages", "ABOVE", "1", documents_required="Import authorisation")
    in_force = Ruleset([criterion], station="BLR", on=DAY, assess_percent=Decimal(0), examine_percent=Decimal(0))
    assert in_force.decide(FACTS, Decimal("0.9")).documents_required == "Import authorisation"


@pytest.mark.parametrize("criterion", [rule("no_such_fact", "EQUALS", "1"), rule("weight_kg", "ABOVE", "heavy")])
def test_a_rule_that_means_nothing_is_refused_before_it_decides(criterion: Criterion) -> None:
    with pytest.raises(ValueError, match=r"no fact|no number"):
        decide(criterion)


RULES = [
    rule("packages", "ABOVE", "1"), rule("weight_kg", "ABOVE", "3", "EXAMINATION"), rule("assessable_value", "ABOVE", "90000", "BOTH"),
    rule("consignor_country", "EQUALS", "US"),
]  # fmt: skip
WEIGHT = {"FACILITATED": 0, "ASSESSMENT": 1, "EXAMINATION": 1, "BOTH": 2}


@given(st.permutations(RULES), st.decimals(0, 1, places=6), st.integers(1, 5))
def test_the_order_of_the_rules_never_matters(rules: list[Criterion], draw: Decimal, packages: int) -> None:
    facts = replace(FACTS, packages=packages)
    assert decide(*rules, draw=str(draw), facts=facts) == decide(*RULES, draw=str(draw), facts=facts)


@given(st.lists(st.sampled_from(RULES), unique=True), st.sampled_from(RULES), st.decimals(0, 1, places=6))
def test_one_rule_more_never_lowers_the_outcome(rules: list[Criterion], more: Criterion, draw: Decimal) -> None:
    assert WEIGHT[decide(*rules, more, draw=str(draw))[0]] >= WEIGHT[decide(*rules, draw=str(draw))[0]]


def some_rules() -> st.SearchStrategy[list[Criterion]]:
    """Rules of every kind of comparison, some of chance, some with groups in groups."""
    leaves = st.sampled_from(
        [
            {"fact": "packages", "is": "ABOVE", "value": "1"}, {"fact": "weight_kg", "is": "BELOW", "value": "3"},
            {"fact": "consignor_country", "is": "EQUALS", "value": "HK"}, {"fact": "origins", "is": "ONE_OF", "values": ["CN", "US"]},
            {"fact": "tariff_items", "is": "STARTS_WITH", "value": "7113"}, {"fact": "tariff_items", "is": "STARTS_WITH", "value": "93"},
            {"fact": "descriptions", "is": "CONTAINS", "value": "replica watch"}, {"fact": "descriptions", "is": "CONTAINS", "value": "(box)"},
            {"fact": "ecommerce", "is": "NO"}, {"fact": "iec", "is": "ON_LIST"}, {"fact": "consignee", "is": "EQUALS", "value": "krishna  ELECTRONICS"},
        ]
    )  # fmt: skip
    trees = st.recursive(
        leaves,
        lambda inner: st.builds(
            lambda name, parts: {name: parts},
            st.sampled_from(["all", "any", "none"]),
            st.lists(inner, min_size=1, max_size=3),
        ),
        max_leaves=6,
    )
    rules = st.builds(
        lambda n, tree, outcome, share: Criterion(
            code=f"R{n}", condition=tree, outcome=outcome, targets=("0100000053",), share=share, documents_required=f"D{n}"
        ),
        st.integers(0, 999), trees, st.sampled_from(["", "ASSESSMENT", "EXAMINATION", "BOTH"]), st.sampled_from([None, Decimal(40)]),
    )  # fmt: skip
    return st.lists(rules, max_size=8, unique_by=lambda one: one.code)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some_rules(), st.randoms(use_true_random=False), st.integers(0, 999_999))
def test_neither_order_nor_the_index_changes_what_is_decided(rules: list[Criterion], chance: Any, drawn: int) -> None:
    draw = Decimal(drawn).scaleb(-6)
    decided = ruleset(rules).decide(FACTS, draw)
    shuffled = list(rules)
    chance.shuffle(shuffled)
    assert ruleset(shuffled).decide(FACTS, draw) == decided
    seen = Seen(FACTS)
    plainly = sorted(one.code for one in rules if compiled(one.condition, one.targets)(seen))
    drawn_codes = [one.code for one in rules if one.share is not None and own_draw(one.code, draw) >= Decimal("0.4")]
    assert [r["rule"] for r in decided.reasons if r["rule"] != "RANDOM"] == [c for c in plainly if c not in drawn_codes]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some_rules(), st.integers(0, 999_999))
def test_no_rule_less_would_have_led_to_more(rules: list[Criterion], drawn: int) -> None:
    draw = Decimal(drawn).scaleb(-6)
    all_of_them = ruleset(rules).decide(FACTS, draw)
    for n in range(len(rules)):
        without = ruleset(rules[:n] + rules[n + 1 :]).decide(FACTS, draw)
        assert WEIGHT[without.lane] <= WEIGHT[all_of_them.lane]
        assert set(filter(None, without.documents_required.split("; "))) <= set(
            all_of_them.documents_required.split("; ")
        )


@pytest.mark.django_db
@settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(some_rules(), st.data())
def test_a_suspended_rule_never_hits(rules: list[Criterion], data: st.DataObject) -> None:
    """Whatever the rules say: those that are not in force decide nothing, and the others as if they had never been written."""
    with transaction.atomic():
        made = [
            risk_rule(
                data.draw(st.sampled_from([*RiskRule.stage_order()])), kind="TARGET", condition=one.condition, outcome=one.outcome or "BOTH",
                targets=list(one.targets), share=one.share,
            )
            for one in rules
        ]  # fmt: skip
        known = {rule.key: criterion for rule, criterion in zip(made, rules, strict=True)}
        in_force = {rule.key for rule in made if rule.stage in ("ACTIVE", "REVISED")}
        found = deciding.ruleset_at("BLR", timezone.localdate())
        decided = found.decide(FACTS, Decimal("0.5"))
        expected = [
            replace(known[code], code=code, outcome=known[code].outcome or "BOTH", instruction="Verify.", documents_required="")
            for code in sorted(in_force)
        ]  # fmt: skip
        alone = ruleset(expected).decide(FACTS, Decimal("0.5"))
        hit = known.keys() & {reason["rule"] for reason in decided.reasons}
        assert hit <= in_force and hit == known.keys() & {reason["rule"] for reason in alone.reasons}
        transaction.set_rollback(True)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some_rules(), st.integers(0, 999_999))
def test_a_decision_is_taken_again_bit_for_bit_from_what_is_kept(rules: list[Criterion], drawn: int) -> None:
    draw = Decimal(drawn).scaleb(-6)
    kept = json.loads(json.dumps(FACTS.kept()))
    assert ConsignmentFacts.of_kept(kept) == FACTS
    first, again = ruleset(rules).decide(FACTS, draw), ruleset(rules).decide(ConsignmentFacts.of_kept(kept), draw)
    assert json.dumps(first.reasons) == json.dumps(again.reasons) and first == again


@pytest.mark.parametrize("n", [0, 1, 3])
def test_what_was_seen_of_many_shipments_comes_back_as_it_was(n: int) -> None:
    """What they share is kept once, digit for digit; what was kept shipment by shipment is read as before."""
    weights = (Decimal("1.0"), Decimal("1.00"), Decimal("4"))
    seen = [
        replace(FACTS, hawb=f"D{place}", weight_kg=weights[place], descriptions=(f"Letter {place}",), packages=place,
            actual_weight_kg=Decimal(place) if place else None, unit_values=(Decimal(place),), history={"courier_bills_30": place},
            consignor=FACTS.consignor if place else "")
        for place in range(n)
    ]  # fmt: skip
    again = deciding.unpacked(deciding.packed(seen))
    assert again == seen and [str(one.weight_kg) for one in again] == [str(one.weight_kg) for one in seen]
    earlier = compress(
        json.dumps([{"kind": "CBE-XI", "hawb": f"D{place}", "packages": 2} for place in range(n)]).encode()
    )
    assert [(one.hawb, one.packages, one.consignor) for one in deciding.unpacked(earlier)] == [
        (f"D{place}", 2, "") for place in range(n)
    ]


def ruleset(rules: Iterable[Criterion]) -> Ruleset:
    return Ruleset(rules, station="BLR", on=DAY, assess_percent=Decimal(3), examine_percent=Decimal(2))
