"""All documents of a station by kind and stage, for those who read everything and change nothing (the Auditor)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import AuthorisedCourier, Posting
from accounts.requests import Request
from eccs import keyset, pages


def kinds() -> list[pages.Listing]:
    """The kinds of document that stand at the desks of a station."""
    return [one for one in pages.listings() if one.queued]


@require_GET
def documents(request: Request) -> HttpResponse:
    """One kind of document at the reader's stations, the newest first, found by stage, number and courier; each opens with its trail."""
    actor: Any = request.actor
    pages.require(actor, "documents")
    listing = next((one for one in kinds() if one.slug == request.GET.get("kind")), kinds()[0])
    labels = {str(stage): label for stage, label in listing.model.stage_labels().items()}
    places = actor.stations_for([pages.activity_of("documents")])
    kept = {name: text for name in ("kind", "stage", "number", "firm") if (text := request.GET.get(name, "").strip())}
    rows = listing.visible_to(actor).filter(station__in=places).select_related(*listing.related)
    if kept.get("stage") in labels:
        rows = rows.filter(stage=kept["stage"])
    if "number" in kept:
        rows = rows.filter(number__icontains=kept["number"])
    of_firms = any(field.name == "courier" for field in listing.model._meta.get_fields())
    if "firm" in kept and of_firms:
        firms = AuthorisedCourier.objects.filter(
            Q(name__icontains=kept["firm"]) | Q(short_name__icontains=kept["firm"])
        )
        rows = rows.filter(courier__in=firms)
    shown = keyset.page(rows.select_related("courier") if of_firms else rows, "-pk", request.GET.get("mark", ""))
    context = {
        "kinds": kinds(), "listing": listing, "rows": shown.rows, "stages": list(labels.items()), "given": kept,
        "filtered": bool(kept.keys() - {"kind"}), "stations": sorted(places),
        "next_url": f"?{urlencode({**kept, 'mark': shown.next_mark})}" if shown.next_mark else "",
        "previous_url": f"?{urlencode({**kept, 'mark': shown.previous_mark})}" if shown.previous_mark else "",
    }  # fmt: skip
    return render(request, "eccs/documents.html", context)


@require_GET
def holders(request: Request) -> HttpResponse:
    """Who holds which role at the reader's stations today, or will; couriers' people are at every station of their firm."""
    actor: Any = request.actor
    pages.require(actor, "role-holders")
    places = actor.stations_for([pages.activity_of("role-holders")])
    today = timezone.localdate()
    here = AuthorisedCourier.objects.filter(stations__station__in=places, pk=OuterRef("user__courier"))
    held = Posting.objects.filter(Q(until=None) | Q(until__gte=today)).filter(
        Q(station__in=places) | Q(station=None) & Exists(here)
    )
    text = request.GET.get("q", "").strip()
    if text:
        held = held.filter(Q(user__username__istartswith=text) | Q(user__full_name__icontains=text))
    related = ("user__courier", "user__importer", "user__custodian", "station_role")
    shown = keyset.page(held.select_related(*related), "user__username", request.GET.get("mark", ""), 100)
    kept = {"q": text} if text else {}
    context = {
        "rows": shown.rows, "text": text, "stations": sorted(places), "today": today,
        "next_url": f"?{urlencode({**kept, 'mark': shown.next_mark})}" if shown.next_mark else "",
        "previous_url": f"?{urlencode({**kept, 'mark': shown.previous_mark})}" if shown.previous_mark else "",
    }  # fmt: skip
    return render(request, "eccs/role_holders.html", context)
