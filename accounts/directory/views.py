"""The directory of couriers: the list, a new entry, what is due, and a courier's own registration."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.directory.entering import enter
from accounts.directory.forms import NewCourierForm
from accounts.directory.models import AuthorisedCourier, CourierSignatory
from accounts.directory.registration import STANDING, Stage
from accounts.models import CustomsStation
from accounts.permissions import Actor
from accounts.requests import Request
from eccs import keyset, pages
from eccs.dated_rules import rule_book

MOST = 200  # rows of one kind on the page of what is due
AHEAD = (30, 90, 180)  # days


def actor_of(request: Request, page: str) -> Actor:
    """Who is asking for a page of the own. Raises PermissionDenied."""
    actor: Actor = request.actor
    pages.require(actor, page)
    return actor


def asked_for(request: Request) -> dict[str, str]:
    """What the filters of a list ask for."""
    return {
        name: request.GET.get(name, "").replace("\x00", "\ufffd").strip()[:80] for name in ("q", "stage", "station")
    }


@require_GET
def couriers(request: Request) -> HttpResponse:
    """The directory, by name, with a search and filters."""
    actor, today = actor_of(request, "couriers"), timezone.localdate()
    asked = asked_for(request)
    rows = AuthorisedCourier.objects.visible_to(actor)
    rows = rows.filter(stage=asked["stage"]) if asked["stage"] in Stage.values else rows.exclude(stage=Stage.DISCARDED)
    if asked["q"]:
        rows = rows.found(asked["q"])
    if asked["station"]:
        rows = rows.at(asked["station"], today)
    page = keyset.page(rows.with_stations(today), "name", request.GET.get("mark", ""))
    context = {
        "page": page, "asked": asked, "filtered": any(asked.values()), "stages": Stage.choices,
        "stations": CustomsStation.objects.all(), "may_enter": actor.may(pages.activity_of("courier-new")), "today": today,
    }  # fmt: skip
    return render(request, "directory/couriers.html", context)


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """A courier is entered with its PAN; stations, signatories and the registration follow on its page."""
    actor = actor_of(request, "courier-new")
    form = NewCourierForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        courier = form.save(commit=False)
        try:
            with transaction.atomic():
                enter(courier, actor, pan=courier.pan, name=courier.name)
        except IntegrityError:  # somebody entered the same PAN at the same moment
            form.add_error("pan", _("This PAN is in the directory already"))
        else:
            messages.success(
                request, _("%(courier)s is entered. Next: a station with its bond.") % {"courier": courier}
            )
            return redirect(courier)
    return new_page(request, form, _("Enter a courier"), "couriers", _("Couriers"))


def new_page(request: Request, form: Any, heading: str, back: str, back_label: str) -> HttpResponse:
    """The page on which a firm is entered, again with what must be corrected."""
    context = {"form": form, "heading": heading, "back": back, "back_label": back_label}
    return render(request, "directory/new.html", context, status=422 if form.errors else 200)


@require_GET
def renewals(request: Request) -> HttpResponse:
    """What is due: registrations that end, silent couriers, applications in Form K, examinations that end."""
    actor, today = actor_of(request, "courier-renewals"), timezone.localdate()
    days = next((n for n in AHEAD if str(n) == request.GET.get("days")), _warning_days())
    until = today + timedelta(days=days)
    rows = AuthorisedCourier.objects.visible_to(actor)
    warned = rows.filter(stage=Stage.REGISTERED, warned_of__gte=today).order_by("warned_of")[:MOST]
    signatories = CourierSignatory.objects.filter(until=None, valid_until__lte=until, courier__stage__in=STANDING)
    context = {
        "days": days, "choices": sorted({*AHEAD, _warning_days()}), "today": today,
        "ending": rows.filter(stage__in=(Stage.REGISTERED, Stage.SUSPENDED), valid_until__lte=until).order_by("valid_until")[:MOST],
        "silent": [one for one in warned if one.invalid_from() == one.warned_of],
        "inactive": [
            {"courier": one, "until": one.apply_until(), "late": one.apply_until() < today}
            for one in rows.filter(stage=Stage.INACTIVE).order_by("inactive_since")[:MOST]
        ],
        "signatories": signatories.select_related("courier").order_by("valid_until")[:MOST],
    }  # fmt: skip
    return render(request, "directory/renewals.html", context)


def _warning_days() -> int:
    return rule_book().count("courier_warning_days", timezone.localdate())


@require_GET
def own(request: Request) -> HttpResponse:
    """A courier's people come to the page of their own registration."""
    actor = actor_of(request, "own-registration")
    if actor.courier_id is None:
        raise Http404
    return redirect(get_object_or_404(AuthorisedCourier.objects.visible_to(actor), pk=actor.courier_id))
