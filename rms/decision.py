"""The decision: facts in, lane and reasons out. Pure: chance is passed in, nothing is read and nothing is written.

The highest outcome of all rules in force wins; assessment and examination by different rules make both. A random
share of the bills is looked at whatever the rules say, and rules of chance add shares of their own, each drawn apart from
the one number that is kept with the decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from rms.compiling import Index, Seen, Trace, compiled, keys, traced
from rms.conditions import Tree, leaves
from rms.facts import ConsignmentFacts

Reason = dict[str, Any]
CHANCE, RULE = "CHANCE", "RULE"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One rule as the decision needs it."""

    code: str
    condition: Tree = field(hash=False)
    outcome: str = ""  # ASSESSMENT, EXAMINATION, BOTH, or nothing: documents or a word to X-ray alone
    version: int = 1
    station_code: str = ""
    targets: tuple[str, ...] = ()
    share: Decimal | None = None  # percent of the bills that the condition fits, of a rule of chance
    examine_percent: int | None = None  # of the packages
    xray: bool = False
    instruction: str = ""
    documents_required: str = ""
    courier_text: str = ""
    from_date: date = date.min
    to_date: date | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """The outcome for one consignment: lane, the reasons with the values compared, documents the trade must add."""

    lane: str
    draw: Decimal
    reasons: list[Reason] = field(default_factory=list)
    documents_required: str = ""
    examine_percent: int | None = None
    xray_attention: bool = False
    courier_text: str = ""


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
        self._assess, self._examine = (assess_percent / 100).normalize(), (examine_percent / 100).normalize()
        self.criteria = [
            c
            for c in sorted(criteria, key=lambda c: (c.code, c.version))
            if c.station_code in ("", station) and c.from_date <= on and (c.to_date is None or on <= c.to_date)
        ]
        self._tests = [_compiled(c) for c in self.criteria]
        self.looks_at = frozenset(leaf["fact"] for c in self.criteria for leaf in leaves(c.condition))
        self._traces = [traced(c.condition, c.targets) for c in self.criteria]
        self._index = Index.of(keys(c.condition, c.targets) for c in self.criteria)
        told = ",".join(f"{c.code}/{c.version}" for c in self.criteria)
        self.version = blake2b(f"{told};{self._assess:f};{self._examine:f}".encode(), digest_size=10).hexdigest()

    def hits(self, facts: ConsignmentFacts, draw: Decimal | None = None) -> list[Criterion]:
        """The rules that hit a consignment, in the order of their codes; those of chance where a draw is given."""
        seen = Seen(facts)
        return [self.criteria[n] for n in self._hits(seen) if _drawn(self.criteria[n], draw)]

    def _hits(self, seen: Seen) -> list[int]:
        tests = self._tests
        return [n for n in self._index.candidates(seen) if tests[n](seen)]

    def decide_documents(self, bill: Iterable[ConsignmentFacts]) -> Decided:
        """Decide a bill of documents, which covers many consignments: what hits any of them is examined.

        Documents are never assessed (PN17 7), and none is drawn by lot. A rule is named once, with the first consignment it hit.
        """
        reasons: dict[str, Reason] = {}
        hit: dict[str, Criterion] = {}
        for facts in bill:
            seen = Seen(facts)
            for n in self._hits(seen):
                criterion = self.criteria[n]
                if criterion.code in hit or criterion.share is not None:
                    continue
                hit[criterion.code] = criterion
                reason = _reason(criterion, seen, self._traces[n])
                compared = [one | {"found": f"{facts.hawb}: {one['found']}"} for one in reason["compared"]]
                reasons[criterion.code] = reason | {
                    "outcome": "EXAMINATION" if criterion.outcome else "", "compared": compared,
                    "found": f"{facts.hawb}: {reason['found']}",
                }  # fmt: skip
        found = [hit[code] for code in sorted(hit)]
        lane = "EXAMINATION" if any(c.outcome for c in found) else "FACILITATED"
        return _decided(lane, Decimal(0), found, [reasons[code] for code in sorted(reasons)])

    def decide(self, facts: ConsignmentFacts, draw: Decimal) -> Decided:
        """Decide one consignment. `draw` is the chance, from 0 up to 1, kept with the decision."""
        reasons: list[Reason] = []
        found: list[Criterion] = []
        seen = Seen(facts)
        for n in self._hits(seen):
            criterion = self.criteria[n]
            if not _drawn(criterion, draw):
                continue
            found.append(criterion)
            reasons.append(_reason(criterion, seen, self._traces[n]))
        if draw < self._assess:
            reasons.append(_chance("ASSESSMENT", draw, self._assess))
        elif draw < self._assess + self._examine:
            reasons.append(_chance("EXAMINATION", draw, self._assess + self._examine))
        lane = lane_of(prescribed(reason["outcome"] for reason in reasons))
        return _decided(lane, draw, found, reasons)


def prescribed(outcomes: Iterable[str]) -> set[str]:
    """What several outcomes prescribe together: assessment, examination, both, or neither."""
    told = set(outcomes) - {""}
    return {"ASSESSMENT", "EXAMINATION"} if "BOTH" in told else told


def lane_of(told: set[str]) -> str:
    """The lane of a bill for which this is prescribed."""
    return "BOTH" if len(told) > 1 else next(iter(told), "FACILITATED")


def _decided(lane: str, draw: Decimal, found: list[Criterion], reasons: list[Reason]) -> Decided:
    percents = [c.examine_percent for c in found if c.examine_percent is not None]
    return Decided(
        lane=lane, draw=draw, reasons=reasons, examine_percent=max(percents, default=None),
        documents_required="; ".join(dict.fromkeys(c.documents_required for c in found if c.documents_required)),
        xray_attention=any(c.xray for c in found),
        courier_text="\n".join(dict.fromkeys(c.courier_text for c in found if c.courier_text)),
    )  # fmt: skip


def _drawn(criterion: Criterion, draw: Decimal | None) -> bool:
    """Whether a rule of chance takes the bill: drawn apart from other rules, from the number that is kept."""
    if criterion.share is None:
        return True
    return draw is not None and own_draw(criterion.code, draw) < criterion.share / 100


def own_draw(code: str, draw: Decimal) -> Decimal:
    """The chance of one rule, from 0 up to 1: as good as independent of the other rules', and the same whenever it is drawn again."""
    mixed = blake2b(f"{code}:{draw:.6f}".encode(), digest_size=8).digest()
    return Decimal(int.from_bytes(mixed, "big") % 1_000_000) / 1_000_000


def _reason(criterion: Criterion, seen: Seen, trace: Trace) -> Reason:
    compared = trace(seen)
    first = compared[0] if compared else {"fact": "", "comparison": "", "value": "", "found": ""}
    return {
        "rule": criterion.code, "version": criterion.version, "by": RULE if criterion.share is None else CHANCE, **first,
        "compared": compared, "instruction": criterion.instruction, "outcome": criterion.outcome,
        "examine_percent": criterion.examine_percent, "xray": criterion.xray, "documents": criterion.documents_required,
    }  # fmt: skip


def _chance(outcome: str, draw: Decimal, below: Decimal) -> Reason:
    told = {"fact": "draw", "comparison": "BELOW", "value": f"{below:f}", "found": str(draw)}
    return {
        "rule": "RANDOM", "version": 0, "by": CHANCE, **told, "compared": [told], "instruction": "", "outcome": outcome,
        "examine_percent": None, "xray": False, "documents": "",
    }  # fmt: skip


def _compiled(criterion: Criterion) -> Callable[[Seen], bool]:
    try:
        return compiled(criterion.condition, criterion.targets)
    except (ValueError, KeyError, TypeError) as fault:
        raise ValueError(f"{criterion.code}: {fault}") from fault
