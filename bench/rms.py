"""Five hundred active rules on bills, one process: compiled and indexed, beside zen-engine's decision table of the same rules."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import zen

from bench.measure import Row, at_least, rounds, timed
from rms.decision import Criterion, Ruleset
from rms.facts import ConsignmentFacts

RULES, BILLS, OF_ZEN, ROUNDS = 500, 5_000, 100, 3
COUNTRIES = [f"{a}{b}" for a in "ABCDEFGH" for b in "KLMNPRST"]
NO_DRAW = Decimal("0.999999")


def run() -> list[Row]:
    """The same hits by both; then bills a second, without and with the trace that is kept, and with five times the rules."""
    chance = Random(2017)  # the same in every run
    told = [_rule(chance, n) for n in range(RULES)]
    bills = [bill(chance) for _n in range(BILLS)]
    rules, table = _ruleset(told), zen.ZenEngine().create_decision(json.dumps(_table(told)))
    few = bills[:OF_ZEN]
    assert [[c.code for c in rules.hits(one)] for one in few] == [_zen_hits(table, one) for one in few]
    many = _ruleset(told + [_rule_of_its_own(n) for n in range(RULES, 5 * RULES)])
    zen_time, hits_time = rounds(
        ROUNDS, lambda: timed(lambda: [_zen_hits(table, one) for one in few]), lambda: timed(lambda: [rules.hits(one) for one in bills])
    )  # fmt: skip
    kept_time, many_time = rounds(
        ROUNDS, lambda: timed(lambda: [_kept(rules, one) for one in bills]), lambda: timed(lambda: [many.hits(one) for one in bills])
    )  # fmt: skip
    peer = OF_ZEN / zen_time
    return [
        at_least("500 risk rules on a bill", f"{BILLS / hits_time:,.0f} bills/s", f"zen-engine {peer:,.0f}/s", BILLS / hits_time / peer, 20),
        at_least("the same, with the trace that is kept", f"{BILLS / kept_time:,.0f} bills/s", f"zen-engine {peer:,.0f}/s", BILLS / kept_time / peer, 5),
        at_least("2,500 rules beside 500", f"{BILLS / many_time:,.0f} bills/s", "five times the rules, the others with values of their own", hits_time * 5 / many_time, 1.5),
    ]  # fmt: skip


def _kept(rules: Ruleset, one: ConsignmentFacts) -> tuple[str, str]:
    """The reasons and the facts of a decision, written as they are kept."""
    return json.dumps(rules.decide(one, NO_DRAW).reasons), json.dumps(one.kept())


def _rule(chance: Random, n: int) -> tuple[str, str, str, int]:
    """Country of the consignor, tariff item, and a value above which it hits."""
    return (
        f"R-{n:04d}",
        chance.choice(COUNTRIES),
        f"{chance.randint(1, 97):02d}{chance.randint(0, 99):02d}1000",
        chance.randint(0, 80_000),
    )


def _rule_of_its_own(n: int) -> tuple[str, str, str, int]:
    """A rule that shares no value of a field with any other."""
    return f"R-{n:04d}", f"Q{n}", f"99{n:04d}00", 0


def _ruleset(told: list[tuple[str, str, str, int]]) -> Ruleset:
    rules = [
        Criterion(
            code=code, outcome="ASSESSMENT", instruction="Verify the invoice.",
            condition={
                "all": [
                    {"any": [
                        {"fact": "consignor_country", "is": "EQUALS", "value": country},
                        {"fact": "tariff_items", "is": "EQUALS", "value": cth},
                    ]},
                    {"fact": "assessable_value", "is": "ABOVE", "value": str(above)},
                ]
            },
        )
        for code, country, cth, above in told
    ]  # fmt: skip
    return Ruleset(rules, station="BLR", on=date(2026, 11, 20), assess_percent=Decimal(0), examine_percent=Decimal(0))


def _table(told: list[tuple[str, str, str, int]]) -> dict[str, Any]:
    """The rules as a decision table that collects every row that fits."""
    rows = [
        {"_id": code, "in": f'(country == "{country}" or cth == "{cth}") and value > {above}', "out": f'"{code}"'}
        for code, country, cth, above in told
    ]  # fmt: skip
    table = {
        "hitPolicy": "collect", "inputs": [{"id": "in", "name": "in"}],
        "outputs": [{"id": "out", "name": "out", "field": "rule"}], "rules": rows,
    }  # fmt: skip
    nodes = [
        {"id": "a", "name": "in", "type": "inputNode"}, {"id": "b", "name": "rules", "type": "decisionTableNode", "content": table},
        {"id": "c", "name": "out", "type": "outputNode"},
    ]  # fmt: skip
    edges = [
        {"id": "ab", "sourceId": "a", "targetId": "b", "type": "edge"},
        {"id": "bc", "sourceId": "b", "targetId": "c", "type": "edge"},
    ]
    return {"nodes": nodes, "edges": edges}


def _zen_hits(table: Any, one: ConsignmentFacts) -> list[str]:
    given = {"country": one.consignor_country, "cth": one.tariff_items[0], "value": whole(one.assessable_value)}
    return [row["rule"] for row in table.evaluate(given)["result"]]


def whole(amount: Decimal) -> int:
    """The values of the trial are whole rupees."""
    return int(amount)


def bill(chance: Random) -> ConsignmentFacts:
    """A consignment of the trial."""
    return ConsignmentFacts(
        kind="CBE-XIII", station="BLR", courier="AAQCS4821KAC01", hawb=f"SWF{chance.randint(1, 10**9)}", consignor="Lantern Bay",
        consignor_country=chance.choice(COUNTRIES), consignee="Krishna Electronics", consignee_city="Bengaluru", kyc_type="PAN",
        kyc_token="t", iec="", gstin="", assessable_value=Decimal(chance.randint(100, 100_000)), weight_kg=Decimal(4), packages=2,
        ecommerce=False, tariff_items=(f"{chance.randint(1, 97):02d}{chance.randint(0, 99):02d}1000",), origins=("CN",),
        descriptions=("Earphones",),
    )  # fmt: skip
