"""Asking the RMS: the rules in force are read and compiled once, facts are given their history, every decision is kept.

Where the RMS cannot decide, it says so, and the bill waits: none is facilitated because the RMS is away.
"""

from __future__ import annotations

import json
import logging
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from random import SystemRandom
from typing import Any
from zlib import compress, decompress

from django.db import transaction
from django.utils import timezone

from eccs.copying import Mould
from eccs.dated_rules import rule_book
from rms import history
from rms.decision import Decided, Ruleset
from rms.facts import ConsignmentFacts, said_of_all
from rms.history import Goods
from rms.models import KeptRuleset, RiskDecision, RuleVersion
from rms.shares import shares_at

log = logging.getLogger(__name__)
_decision = Mould(RiskDecision()).cast
_chance = SystemRandom()
_compiled: OrderedDict[tuple[Any, ...], Ruleset] = OrderedDict()
PENDING = RiskDecision.Lane.PENDING.value
NOTHING = Decimal(0)
KEPT = 24  # rulesets that a process keeps compiled


class Away(RuntimeError):
    """The RMS is out of service at a station."""


@dataclass(slots=True)
class Asked:
    """One bill for which the RMS is asked: its facts, its goods, and the decision before, if there was one, with the day of filing."""

    facts: ConsignmentFacts
    goods: Sequence[Goods] = ()
    before: RiskDecision | None = None
    filed_on: date | None = None

    def drawn(self) -> Decimal:
        """The chance of the bill, drawn once."""
        return draw() if self.before is None else self.before.draw

    @property
    def counted(self) -> ConsignmentFacts | None:
        """The bill as the history knows it; nothing where the RMS has not decided on it."""
        known = self.before
        if known is None or not known.is_counted or "hawb" not in known.facts:
            return None
        return ConsignmentFacts.of_kept(known.facts)

    @property
    def is_new(self) -> bool:
        """Whether the RMS decides on it for the first time."""
        return self.before is None or not self.before.is_counted


@dataclass(slots=True)
class Answer:
    """What the RMS answered: the facts it saw, what it decided, and the decision as it is to be kept."""

    facts: ConsignmentFacts
    decided: Decided
    decision: RiskDecision
    asked: Asked

    @property
    def is_decided(self) -> bool:
        """Whether the RMS was there to decide."""
        return self.decided.lane != PENDING


@dataclass
class Desk:
    """The RMS at a station on a day, asked for all bills of a filing at once.

    With `only` one rule decides alone, in service or not: an intervention is an officer's own order on a shipment.
    """

    station: str
    on: date
    only: RuleVersion | None = None
    _rules: Ruleset | None = field(default=None, init=False)

    @property
    def rules(self) -> Ruleset:
        """The rules in force, read once."""
        if self._rules is None and self.only is not None:
            self._rules = _kept_ruleset(self.station, self.on, (self.only.pk,), (NOTHING, NOTHING))
        if self._rules is None:
            if not rule_book().is_on("rms_in_service", self.on, self.station):
                raise Away(self.station)
            self._rules = ruleset_at(self.station, self.on)
        return self._rules

    def looks_at(self, *names: str) -> bool:
        """Whether a rule in force looks at one of these facts, so that it is worth asking again; true where the RMS is away."""
        try:
            return not self.rules.looks_at.isdisjoint(names)
        except Away:
            return True

    def decide(
        self, asked: Sequence[Asked], at: datetime, *, cause: str = RiskDecision.Cause.FILED
    ) -> list[Answer]:  # fmt: skip
        """Decide on bills together, in a fixed number of statements. The decisions are returned, to be written by the caller.

        Bills are counted in the history with the first decision; `keep` tells it what a later one changed.
        """
        try:
            with transaction.atomic():
                return self._decide(asked, at, cause)
        except Away:  # known, and seen on its page: once for all bills together
            log.warning("The RMS is out of service at %s: %d bills wait.", self.station, len(asked))
            return [_undecided(one, at, cause) for one in asked]
        except Exception:  # whatever is wrong with a rule or with the history, the bill is filed and waits
            log.exception("The RMS could not decide on %d bills at %s.", len(asked), self.station)
            return [_undecided(one, at, cause) for one in asked]

    def _decide(self, asked: Sequence[Asked], at: datetime, cause: str) -> list[Answer]:
        rules, answers = self.rules, dict[int, Answer]()
        days: dict[date, list[int]] = {}
        for place, one in enumerate(asked):
            days.setdefault(one.filed_on or self.on, []).append(place)
        for day, places in days.items():
            together = [asked[place] for place in places]
            goods, counted = [one.goods for one in together], [one.counted for one in together]
            facts = history.with_history([one.facts for one in together], goods, day, counted=counted)
            for place, one, seen in zip(places, together, facts, strict=True):
                decided = rules.decide(seen, one.drawn())
                answers[place] = Answer(seen, decided, kept(decided, seen.kept(), rules.version, at, cause), one)
            new = [place for place, one in zip(places, together, strict=True) if one.is_new]
            if new and self.only is None:
                history.count(
                    [(answers[n].facts, answers[n].decided.reasons, _hit_before(asked[n])) for n in new],
                    [asked[n].goods for n in new], day,
                )  # fmt: skip
        return [answers[place] for place in range(len(asked))]

    def keep(self, answers: Iterable[Answer]) -> None:
        """These answers to bills asked for again are kept: each follows the decision before, and the history hears what is new."""
        changed = []
        for answer in answers:
            before, filed_on = answer.asked.before, answer.asked.filed_on or self.on
            assert before is not None
            answer.decision.follows(before, alone=self.only is not None)
            if before.is_counted or self.only is not None:
                reasons = answer.decided.reasons
                changed.append((answer.asked.counted, answer.facts, reasons, before.all_reasons, filed_on))
        history.count_again(changed, self.on)

    def decide_documents(
        self,
        shipments: Iterable[ConsignmentFacts],
        facts: dict[str, Any],
        at: datetime,
        cause: str = RiskDecision.Cause.FILED,
    ) -> RiskDecision:
        """Decide on a bill of documents: what hits any of its shipments is prescribed for the bill."""
        try:
            seen = list(shipments)
            with transaction.atomic():
                made = kept(self.rules.decide_documents(seen), facts, self.rules.version, at, cause)
            made.said_of_shipments = packed(seen)
            return made
        except Away:
            log.warning("The RMS is out of service at %s: a bill of documents waits.", self.station)
            return kept(Decided(PENDING, Decimal(0)), facts, "", at, cause)
        except Exception:
            log.exception("The RMS could not decide on a bill of documents at %s.", self.station)
            return kept(Decided(PENDING, Decimal(0)), facts, "", at, cause)


def _undecided(one: Asked, at: datetime, cause: str) -> Answer:
    """That the RMS was away: the chance is drawn already, so that nobody gains by the delay."""
    decided = Decided(PENDING, one.drawn())
    return Answer(one.facts, decided, kept(decided, one.facts.kept(), "", at, cause), one)


def _hit_before(one: Asked) -> set[str]:
    """The rules that had hit a bill before: interventions that it heard while the RMS was away."""
    return set() if one.before is None else one.before.rules_hit


def keep_of_documents(
    decision: RiskDecision, before: RiskDecision | None, station: str, *, alone: bool = False
) -> None:
    """The decision on a bill of documents is kept: it follows the one before, and the rules that are new are counted."""
    known = set[str]()
    if before is not None:
        known = before.rules_hit
        decision.follows(before, alone=alone)
    history.count_rules(
        {reason["rule"] for reason in decision.reasons} - known, station, timezone.localdate(decision.decided_at)
    )
    decision.save()


def draw() -> Decimal:
    """The chance of one bill, from 0 up to 1."""
    return Decimal(_chance.randrange(1_000_000)).scaleb(-6)


def kept(decided: Decided, facts: dict[str, Any], version: str, at: datetime, cause: str) -> RiskDecision:
    """A decision as it is kept."""
    return _decision(
        lane=decided.lane, reasons=decided.reasons, facts=facts, draw=decided.draw, ruleset=version,
        documents_required=decided.documents_required, examine_percent=decided.examine_percent,
        xray_attention=decided.xray_attention, courier_text=decided.courier_text, cause=cause, decided_at=at,
    )  # fmt: skip


def ruleset_at(station: str, on: date) -> Ruleset:
    """The rules in force at a station on a day, compiled; which they are is kept for whoever asks again later."""
    keys = tuple(RuleVersion.objects.in_force(station, on).order_by("pk").values_list("pk", flat=True))
    return _kept_ruleset(station, on, keys, shares_at(station, on))


def _kept_ruleset(station: str, on: date, keys: tuple[int, ...], shares: Sequence[Decimal]) -> Ruleset:
    """The ruleset of these versions, compiled; that it was used is kept."""
    found = _ruleset(station, on, keys, shares)
    if not KeptRuleset.objects.filter(version=found.version).exists():
        KeptRuleset.objects.bulk_create(
            [
                KeptRuleset(
                    version=found.version, station_code=station, on=on, versions=list(keys), assess_percent=shares[0],
                    examine_percent=shares[1],
                )
            ],
            ignore_conflicts=True,
        )  # fmt: skip
    return found


def _ruleset(station: str, on: date, keys: Sequence[int], shares: Sequence[Decimal]) -> Ruleset:
    """The ruleset of these versions, compiled once in a process."""
    name = (station, on, tuple(keys), tuple(shares))
    if name in _compiled:
        _compiled.move_to_end(name)
        return _compiled[name]
    versions = RuleVersion.objects.filter(pk__in=keys).select_related("rule")
    made = Ruleset(
        [one.criterion() for one in versions],
        station=station,
        on=on,
        assess_percent=shares[0],
        examine_percent=shares[1],
    )
    _compiled[name] = made
    while len(_compiled) > KEPT:
        _compiled.popitem(last=False)
    return made


def replay(decision: RiskDecision) -> Decided:
    """Take a past decision again, with the facts, the rules and the chance that it was taken with."""
    used = KeptRuleset.objects.get(version=decision.ruleset)
    rules = _ruleset(used.station_code, used.on, used.versions, (used.assess_percent, used.examine_percent))
    if "hawb" in decision.facts:
        return rules.decide(ConsignmentFacts.of_kept(decision.facts), decision.draw)
    return rules.decide_documents(unpacked(decision.shipments.said))


def packed(shipments: Sequence[ConsignmentFacts]) -> bytes:
    """What was seen of the shipments of a bill of documents, as it is kept: what all have in common once, the rest by shipment."""
    common, names, rows = said_of_all(shipments)
    return compress(json.dumps({"common": common, "names": names, "rows": rows}).encode(), level=1)


def unpacked(said: bytes | memoryview) -> list[ConsignmentFacts]:
    """The shipments that were seen; those kept earlier tell everything of each."""
    kept = json.loads(decompress(said))
    if isinstance(kept, list):
        return [ConsignmentFacts.of_said(one) for one in kept]
    names, common = kept["names"], kept["common"]
    return [ConsignmentFacts.of_said(common | dict(zip(names, row, strict=True))) for row in kept["rows"]]


def differences(decision: RiskDecision) -> list[str]:
    """What comes out otherwise when a past decision is taken again: nothing, or the names of what differs."""
    again = replay(decision)
    names = ("lane", "reasons", "documents_required", "examine_percent", "xray_attention", "courier_text")
    return [name for name in names if getattr(decision, name) != getattr(again, name)]
