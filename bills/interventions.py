"""An intervention on one shipment, and the bill that is filed already: an officer's own order, heard though the RMS is away (PN17 6.1)."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from functools import partial
from typing import Any

from django.utils import timezone

from accounts.permissions import SYSTEM
from bills import risk
from bills.models import CourierBillOfEntry
from bills.xi.filing import decide
from bills.xi.selection import shipments_of
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
    numbers, heard = named_by(version), 0
    here = CourierBillOfEntry.objects.here().filter(risk_decision__isnull=False)
    if rule.station_id:
        here = here.filter(station=rule.station_id)
    of_station: dict[tuple[str, bool], list[CourierBillOfEntry]] = defaultdict(list)
    for bill in here.filter(hawb__number__in=numbers).select_related(*risk.RELATED).order_by("pk"):
        of_station[bill.station_id, bill.risk_pending].append(bill)
    for (_station, waits), bills in of_station.items():
        alone = partial(_order, bills, at, version)
        heard += alone() if waits else risk.decide(bills, at, CAUSE, away=alone)
    covering = here.filter(hawb=None, covered__hawb__number__in=numbers, covered__ended_at=None)
    for bill in covering.select_related(*risk.RELATED_OF_DOCUMENTS).distinct().order_by("pk"):
        by_itself = partial(_order_documents, bill, at, version)
        heard += by_itself() if bill.risk_pending else risk.decide_documents(bill, at, CAUSE, away=by_itself)
    return heard


def _order(bills: list[CourierBillOfEntry], at: datetime, version: RuleVersion) -> int:
    """Bills of one station hear an intervention alone. One on which the RMS has not decided still waits for it."""
    desk, items = Desk(bills[0].station_id, timezone.localdate(at), only=version), risk.items_of(bills)
    asked = [risk.asked(bill, items[bill.pk]) for bill in bills]
    news = [
        (bill, answer)
        for bill, answer in zip(bills, desk.decide(asked, at, cause=CAUSE), strict=True)
        if answer.decision.rules_hit - risk.decision_of(bill).rules_hit
    ]
    desk.keep(answer for _bill, answer in news)
    RiskDecision.objects.bulk_create([answer.decision for _bill, answer in news])
    each: dict[int, dict[str, Any]] = {
        bill.pk: risk.told_of(answer.decision, risk.decision_of(bill), waits=bill.risk_pending) for bill, answer in news
    }
    if each:
        take_many(CourierBillOfEntry, each, "hear_rms_again", SYSTEM, at=at, each=each)
    return len(each)


def _order_documents(bill: CourierBillOfEntry, at: datetime, version: RuleVersion) -> int:
    """A bill of documents hears an intervention alone."""
    before, made = risk.decision_of(bill), decide(bill, shipments_of(bill), at, CAUSE, only=version)
    if not made.rules_hit - before.rules_hit:
        return 0
    keep_of_documents(made, before, bill.station_id, alone=True)
    told = risk.told_of(made, before, waits=bill.risk_pending)
    take_many(CourierBillOfEntry, [bill.pk], "hear_rms_again", SYSTEM, at=at, **told)
    return 1
