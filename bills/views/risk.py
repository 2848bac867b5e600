"""The page of the bills that wait for the RMS."""

from __future__ import annotations

from datetime import date
from heapq import merge
from itertools import islice
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.permissions import Actor
from accounts.requests import Request
from bills import asking
from eccs import pages
from eccs.dated_rules import rule_book
from rms.compiling import why_broken
from rms.models import RiskRule, RuleVersion

SHOWN = 200


def _waiting(way: asking.Way, actor: Actor) -> Any:
    """The bills of a direction that wait, the oldest first."""
    model: Any = way.model
    return asking.waiting(way).filter(pk__in=model.objects.visible_to(actor).values("pk"))


def _broken(actor: Actor, today: date) -> list[RiskRule]:
    """Rules in force that cannot be held against any bill: while there is one, all bills of its stations wait."""
    found = {}
    for station in actor.stations:
        for version in RuleVersion.objects.in_force(station, today).select_related("rule"):
            if version.rule_id not in found and why_broken(version.condition, version.targets):
                found[version.rule_id] = version.rule
    return list(found.values())


@require_GET
def waiting(request: Request) -> HttpResponse:
    """The bills of either direction that wait for the RMS, the oldest first."""
    actor = request.actor
    pages.require(actor, "risk-waiting")
    found = [_waiting(way, actor) for way in asking.ways.values()]
    oldest = merge(*(rows[:SHOWN] for rows in found), key=lambda bill: bill.filed_at)
    today, book, count = timezone.localdate(), rule_book(), sum(rows.count() for rows in found)
    context = {
        "rows": list(islice(oldest, SHOWN)), "count": count, "broken": _broken(actor, today) if count else [],
        "in_service": all(book.is_on("rms_in_service", today, station) for station in actor.stations or {""}),
    }  # fmt: skip
    return render(request, "bills/risk_waiting.html", context)
