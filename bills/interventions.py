"""An intervention on one shipment, and the bill that is filed already: an officer's own order, heard though the RMS is away (PN17 6.1).

It reaches bills of either direction (see `bills.asking`). A shipping bill whose goods are still awaited hears it from the RMS
when they are registered.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from functools import partial
from typing import Any

from django.utils import timezone

from accounts.permissions import SYSTEM
from bills import asking
from bills.models.clearable import Clearable
from eccs.workflow import take_many
from rms.conditions import leaves
from rms.deciding import Desk, keep_of_documents
from rms.models import RiskDecision, RiskRule, RuleVersion

CAUSE = RiskDecision.Cause.INTERVENED


def named_by(version: RuleVersion) -> list[str]:
    """The house airway bills that an intervention names."""
    told = [leaf for leaf in leaves(version.condition) if leaf["fact"] == "hawb"]
    return [value for leaf in told for value in leaf.get("values", [leaf.get("value", "")])]


def intervene(rule: RiskRule, at: datetime) -> int:
    """An intervention on one shipment comes into force: its bill, if it is filed and the goods are here, hears it at once.

    It is an officer's own order: where the RMS is away, or has not decided on the bill yet, the bill hears the intervention alone.
    Return how many bills heard something new.
    """
    version = rule.in_force()
    if version is None or version.from_date > timezone.localdate(at):
        return 0
    return sum(_heard(way, rule.station_id, version, at) for way in asking.ways.values())


def _heard(way: asking.Way, station: str | None, version: RuleVersion, at: datetime) -> int:
    """The bills of one direction hear it; return how many."""
    here, heard = way.rows().filter(way.naming(named_by(version)), risk_decision__isnull=False), 0
    if station:
        here = here.filter(station=station)
    of_station: dict[tuple[str, bool], list[Clearable]] = defaultdict(list)
    for bill in here.exclude(way.of_documents):
        of_station[bill.station_id, bill.risk_pending].append(bill)
    for (_station, waits), bills in of_station.items():
        alone = partial(_order, way, bills, at, version)
        heard += alone() if waits else asking.decide(way, bills, at, CAUSE, away=alone)
    for bill in here.filter(way.of_documents):
        by_itself = partial(_order_documents, way, bill, at, version)
        heard += by_itself() if bill.risk_pending else asking.decide_documents(way, bill, at, CAUSE, away=by_itself)
    return heard


def _order(way: asking.Way, bills: list[Clearable], at: datetime, version: RuleVersion) -> int:
    """Bills of one station hear an intervention alone. One on which the RMS has not decided still waits for it."""
    desk = Desk(bills[0].station_id, timezone.localdate(at), only=version)
    news = [
        (bill, answer)
        for bill, answer in zip(bills, desk.decide(way.asked(bills), at, cause=CAUSE), strict=True)
        if answer.decision.rules_hit - asking.decision_of(bill).rules_hit
    ]
    desk.keep(answer for _bill, answer in news)
    RiskDecision.objects.bulk_create([answer.decision for _bill, answer in news])
    each: dict[int, dict[str, Any]] = {
        bill.pk: asking.told_of(answer.decision, asking.decision_of(bill), waits=bill.risk_pending)
        for bill, answer in news
    }
    if each:
        take_many(way.model, each, "hear_rms_again", SYSTEM, at=at, each=each)
    return len(each)


def _order_documents(way: asking.Way, bill: Clearable, at: datetime, version: RuleVersion) -> int:
    """A bill of documents hears an intervention alone."""
    before, made = asking.decision_of(bill), way.decide_documents(bill, at, CAUSE, version)
    if not made.rules_hit - before.rules_hit:
        return 0
    keep_of_documents(made, before, bill.station_id, alone=True)
    told = asking.told_of(made, before, waits=bill.risk_pending)
    take_many(way.model, [bill.pk], "hear_rms_again", SYSTEM, at=at, **told)
    return 1
