"""The decision: facts in, lane and reasons out. Pure: chance is passed in, nothing is read and nothing is written.

The highest outcome of all rules in force wins; assessment and examination by different rules make both. A random
share of the bills that no rule hits is looked at all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from rms import words
from rms.facts import ConsignmentFacts

Test = Callable[[ConsignmentFacts], str]  # the value that hit, or nothing


@dataclass(frozen=True, slots=True)
class Criterion:
    """One rule as the decision needs it."""

    code: str
    station_code: str
    fact: str
    comparison: str
    value: str
    outcome: str
    instruction: str
    documents_required: str
    from_date: date
    to_date: date | None


@dataclass(frozen=True, slots=True)
class Decided:
    """The outcome for one consignment: lane, the reasons with the values compared, documents the trade must add."""

    lane: str
    draw: Decimal
    reasons: list[dict[str, str]] = field(default_factory=list)
    documents_required: str = ""


class Ruleset:
    """The criteria in force at a station on a day, compiled once and asked for every bill of a flight."""

    def __init__(
        self,
        criteria: Iterable[Criterion],
        *,
        station: str,
        on: date,
        assess_percent: Decimal,
        examine_percent: Decimal,
    ) -> None:
        self.version = f"{on:%Y-%m-%d}"
        self._assess, self._examine = assess_percent / 100, examine_percent / 100
        self._tests = [
            (c, _compiled(c))
            for c in sorted(criteria, key=lambda c: c.code)
            if c.station_code in ("", station) and c.from_date <= on and (c.to_date is None or on <= c.to_date)
        ]

    def decide_documents(self, bill: Iterable[ConsignmentFacts]) -> Decided:
        """Decide a bill of documents, which covers many consignments: what hits any of them is examined.

        Documents are never assessed (PN17 7), and none is drawn by lot. A rule is named once, with the first consignment it hit.
        """
        reasons: list[dict[str, str]] = []
        documents: list[str] = []
        waiting = list(self._tests)
        for facts in bill:
            for one in [one for one in waiting if one[1](facts)] if waiting else ():
                waiting.remove(one)
                criterion, test = one
                found = f"{facts.hawb}: {test(facts)}"
                reasons.append(_reason(criterion, found) | {"outcome": "EXAMINATION"})
                if criterion.documents_required:
                    documents.append(criterion.documents_required)
        lane = "EXAMINATION" if reasons else "FACILITATED"
        return Decided(lane=lane, draw=Decimal(0), reasons=reasons, documents_required="; ".join(documents))

    def decide(self, facts: ConsignmentFacts, draw: Decimal) -> Decided:
        """Decide one consignment. `draw` is the chance, from 0 up to 1, kept with the decision."""
        assess = examine = False
        reasons: list[dict[str, str]] = []
        documents: list[str] = []
        for criterion, test in self._tests:
            if not (hit := test(facts)):
                continue
            assess |= criterion.outcome in ("ASSESSMENT", "BOTH")
            examine |= criterion.outcome in ("EXAMINATION", "BOTH")
            reasons.append(_reason(criterion, hit))
            if criterion.documents_required:
                documents.append(criterion.documents_required)
        if draw < self._assess:
            assess = True
            reasons.append(_chance("ASSESSMENT", draw, self._assess))
        elif draw < self._assess + self._examine:
            examine = True
            reasons.append(_chance("EXAMINATION", draw, self._assess + self._examine))
        lane = "BOTH" if assess and examine else "ASSESSMENT" if assess else "EXAMINATION" if examine else "FACILITATED"
        return Decided(lane=lane, draw=draw, reasons=reasons, documents_required="; ".join(documents))


def _reason(criterion: Criterion, found: str) -> dict[str, str]:
    return {
        "rule": criterion.code, "fact": criterion.fact, "comparison": criterion.comparison, "value": criterion.value,
        "found": found, "instruction": criterion.instruction, "outcome": criterion.outcome,
    }  # fmt: skip


def _chance(outcome: str, draw: Decimal, below: Decimal) -> dict[str, str]:
    return {
        "rule": "RANDOM", "fact": "draw", "comparison": "BELOW", "value": str(below), "found": str(draw),
        "instruction": "", "outcome": outcome,
    }  # fmt: skip


def _compiled(criterion: Criterion) -> Test:
    """A rule as a function of the facts; a fact with several values hits when any of them does."""
    value = criterion.value.upper()
    if criterion.comparison == "ABOVE":
        try:
            limit = Decimal(criterion.value)
        except InvalidOperation as fault:
            raise ValueError(f"{criterion.code}: {criterion.value!r} is no number") from fault
        return _any(criterion.fact, lambda found: Decimal(found) > limit)
    if criterion.comparison == "STARTS_WITH":
        return _any(criterion.fact, lambda found: found.upper().startswith(value))
    if criterion.comparison == "CONTAINS":
        return _any(criterion.fact, words.holds(criterion.value))
    return _any(criterion.fact, lambda found: found.upper() == value)


def _any(fact: str, hits: Callable[[str], bool]) -> Test:
    if fact not in ConsignmentFacts.__slots__:
        raise ValueError(f"there is no fact named {fact}")

    def test(facts: ConsignmentFacts) -> str:
        found = getattr(facts, fact)
        for one in found if isinstance(found, tuple) else (found,):
            if hits(str(one)):
                return str(one)
        return ""

    return test
