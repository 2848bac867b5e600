"""The customer display: the token now served, and what was entered while the operator shows it."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import Request
from counter.clearance import AT_COUNTER, Stage
from counter.entered import form_named
from counter.form_views import entered_at
from counter.models import CustomerDisplay, Visit
from counter.views import station_of
from eccs import audit, pages
from eccs.acting import SYSTEM, acting_as

AHEAD = 6  # tokens that are told to wait


@require_POST
def make(request: Request) -> HttpResponse:
    """Give the operator's counter a display, or its display a new address: the old one shows nothing any more."""
    pages.require(request.actor, "counter")
    station = station_of(request.actor)
    CustomerDisplay.objects.update_or_create(
        operator_id=request.actor.person_id,
        station_id=station,
        defaults={"key": secrets.token_urlsafe(24), "shows": None},
    )
    audit.record("display.opened", request=request, station=station)
    messages.success(request, _("Open the address of the customer display on the second screen."))
    return redirect("counter")


@require_POST
def show(request: Request, slug: str, key: str) -> HttpResponse:
    """Show the customer what was entered, or take it off the display."""
    document = entered_at(request, slug, key)
    customer = request.actor.customer
    assert customer is not None
    display = CustomerDisplay.objects.filter(operator=request.actor.person_id, station=customer.station).first()
    if display is None:
        messages.error(request, _("Your counter has no customer display yet: open it on your page first."))
    else:
        held = {"visit": customer.visit_id, "kind": document._meta.label_lower, "document": document.pk}
        display.shows = None if display.shows == held else held
        display.save(update_fields=["shows"])
    return redirect(form_named(document._meta.label_lower).check(document))  # type: ignore[union-attr]


@login_not_required
@require_GET
@acting_as(SYSTEM)  # whoever holds its address; it names nobody
def display(request: Request, key: str) -> HttpResponse:
    """The second screen. It names nobody, but while the operator shows a form to the customer at the counter."""
    found = get_object_or_404(CustomerDisplay.objects.select_related("station"), key=key)
    rows = Visit.objects.filter(station=found.station_id)
    visit = rows.filter(operator=found.operator_id, stage__in=AT_COUNTER).first()
    waiting = rows.filter(stage=Stage.WAITING, day=timezone.localdate()).order_by("serial")
    context = {
        "display": found, "visit": visit, "ahead": list(waiting.values_list("serial", flat=True)[:AHEAD]), "form": _shown(found, visit),
    }  # fmt: skip
    return render(request, "counter/display.html", context)


def _shown(display: CustomerDisplay, visit: Visit | None) -> dict[str, Any] | None:
    """What the operator shows to the customer who is served now; of an earlier one nothing."""
    held = display.shows or {}
    if visit is None or visit.stage != Stage.SERVING or held.get("visit") != visit.pk:
        return None
    form = form_named(held["kind"])
    document = form.model._default_manager.filter(form.unfiled, pk=held["document"]).first() if form else None
    return {"title": form.title(document), "sums": form.sums(document)} if form and document else None
