"""The page of the bills that wait for the RMS."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.requests import Request
from bills import risk
from bills.models import CourierBillOfEntry
from eccs import pages
from eccs.dated_rules import rule_book

SHOWN = 200


@require_GET
def waiting(request: Request) -> HttpResponse:
    """The bills that were filed while the RMS was away, the oldest first."""
    actor = request.actor
    pages.require(actor, "risk-waiting")
    rows = (
        risk.waiting()
        .filter(pk__in=CourierBillOfEntry.objects.visible_to(actor).values("pk"))
        .order_by("filed_at", "pk")
    )
    today, book = timezone.localdate(), rule_book()
    context = {
        "rows": rows[:SHOWN], "count": rows.count(),
        "in_service": all(book.is_on("rms_in_service", today, station) for station in actor.stations or {""}),
    }  # fmt: skip
    return render(request, "bills/risk_waiting.html", context)
