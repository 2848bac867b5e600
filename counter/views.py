"""The operator's page of the Service Centre: tokens, the queue, the customer who is served, the day report (PN17 2.3)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import ANSWERS, Actor
from accounts.requests import Request
from counter import answering, beginning, customers
from counter import report as day_report
from counter.clearance import Stage
from counter.discarding import begun_here
from counter.entered import forms
from counter.forms import BroughtForm, TokenForm
from counter.models import CustomerDisplay, Visit
from counter.serving import COUNTER, at_counter
from eccs import pages
from eccs.audit_answers import exported
from eccs.papers import as_pdf
from eccs.uploads.files import as_download, written
from eccs.workflow import Refused, take
from eccs.written import heading

AT_COUNTER_STEPS = ("call", "serve", "record_no_show", "put_back", "finish")
REPORT = pages.activity_of("counter-report")


def station_of(actor: Actor) -> str:
    """Where the operator's counter is: the first station of the posting, in the order of its code."""
    found = sorted(actor.stations_for([COUNTER]))
    if not found:
        raise Http404
    return found[0] if actor.customer is None else actor.customer.station


@require_GET
def counter(request: Request) -> HttpResponse:
    """The operator's page."""
    pages.require(request.actor, "counter")
    return shown(request)


def shown(request: Request, form: TokenForm | None = None, brought: BroughtForm | None = None) -> HttpResponse:
    """The page, with what was typed where it was wrong."""
    actor, visit = request.actor, at_counter(request.actor)
    station = station_of(actor)
    waiting = Visit.objects.filter(station=station, stage=Stage.WAITING, day=timezone.localdate())
    wrong = any(one is not None and one.errors for one in (form, brought))
    context = {
        "visit": visit, "station": station, "form": form or TokenForm(station=station), "brought": brought or BroughtForm(prefix="paper"),
        "waiting": list(waiting.select_related("courier", "importer").order_by("serial")[:50]), "waiting_count": waiting.count(),
        "drafts": drafts_of(actor), "papers": visit.papers.all() if visit else (), "filed": _filed(visit) if visit else (),
        "display": CustomerDisplay.objects.filter(operator=actor.person_id, station=station).first(), "now": timezone.now(),
        "may_manifest": bool(visit and visit.courier_id), "steps": _buttons(visit, actor) if visit else (),
        "ways": beginning.ways(actor),
        "awaited": answering.awaited(actor) if actor.customer is not None and actor.may(ANSWERS) else (),
    }  # fmt: skip
    return render(request, "counter/counter.html", context, status=422 if wrong else 200)


KEYS = {"serve": "s", "finish": "e", "record_no_show": "n", "put_back": "q"}


def _buttons(visit: Visit, actor: Actor) -> list[dict[str, Any]]:
    declared = [
        step for step in visit.steps().values() if visit.stage in step.sources and actor.may(step.activity_at(""))
    ]
    declared.sort(key=lambda one: one.anytime)  # what leads on stands first
    return [{"step": one, "verb": pages.as_verb(one.name), "key": KEYS.get(one.name, "")} for one in declared]


def drafts_of(actor: Actor) -> list[dict[str, Any]]:
    """What can be sealed and filed for the customer who is served, whoever of the firm or at the counter began it.

    What was begun at the counter can be discarded there.
    """
    if actor.customer is None:
        return []
    found: list[dict[str, Any]] = []
    for form in forms():
        rows = form.model._default_manager.visible_to(actor).filter(form.unfiled, station=actor.customer.station)
        found += [
            {"document": one, "title": form.title(one), "open": one.get_absolute_url(), "check": form.check(one), "slug": form.slug}
            for one in rows.select_related(*form.related).order_by("pk") if actor.serves(one)
        ]  # fmt: skip
    if actor.may(ANSWERS):
        found += [
            {"document": one, "title": heading(one), "open": beginning.written_at(one), "check": answering.address_of(one, step), "slug": pages.slug_of(type(one))}
            for one, step in answering.drafts(actor)
        ]  # fmt: skip
    own = begun_here((one["document"] for one in found), actor)
    for one in found:
        by = getattr(one["document"], "created_by_id", None)
        if by in own and actor.may(ANSWERS):
            one["discard"] = reverse("counter-discard", args=[one["slug"], one["document"].key])
        one["by_firm"] = by is not None and by not in own
    return found


def _filed(visit: Visit) -> tuple[str, ...]:
    found = day_report._filed([visit.pk])
    return tuple(found.get(visit.pk, ()))


@require_POST
def token(request: Request) -> HttpResponse:
    """Give a walk-in customer a token."""
    pages.require(request.actor, "counter")
    actor = request.actor
    form = TokenForm(request.POST, station=station_of(actor))
    if not form.is_valid():
        return shown(request, form=form)
    try:
        visit = customers.give_token(form.cleaned_data["firm"], form.cleaned_data["person"], form.station, actor)
    except Refused as refusal:
        messages.error(request, " ".join(refusal.reasons))
    else:
        messages.success(request, _("Token %(serial)s for %(firm)s.") % {"serial": visit.serial, "firm": visit.firm})
    return redirect("counter")


@require_POST
def call_next(request: Request) -> HttpResponse:
    """Call whoever has waited longest."""
    pages.require(request.actor, "counter")
    rows = Visit.objects.filter(station=station_of(request.actor), stage=Stage.WAITING, day=timezone.localdate())
    visit = rows.order_by("serial").first()
    if visit is None:
        messages.info(request, _("Nobody is waiting."))
        return redirect("counter")
    return _taken(request, visit, "call")


@require_POST
def step(request: Request, key: str, verb: str) -> HttpResponse:
    """Take a step on a visit, and stay at the counter."""
    pages.require(request.actor, "counter")
    name = pages.from_verb(verb)
    if name not in AT_COUNTER_STEPS:
        raise Http404
    return _taken(request, get_object_or_404(Visit.objects.visible_to(request.actor), number=key), name)


def _taken(request: Request, visit: Visit, name: str) -> HttpResponse:
    try:
        take(visit, name, request.actor)
    except Refused as refusal:
        messages.error(request, " ".join(refusal.reasons))
    return redirect("counter")


def _asked(request: Request) -> tuple[date, frozenset[str]]:
    pages.require(request.actor, "counter-report")
    try:
        asked = parse_date(request.GET.get("day", "")[:10])
    except ValueError:
        asked = None
    return asked or timezone.localdate(), request.actor.stations_for([REPORT])


@require_GET
def report(request: Request) -> HttpResponse:
    """The day report."""
    day, stations = _asked(request)
    found = day_report.of_day(day, stations)
    context = {
        "report": found,
        "day": day,
        "names": day_report.names(),
        "rows": day_report.rows(found),
        "stations": sorted(stations),
    }
    return render(request, "counter/report.html", context)


@require_GET
def export(request: Request) -> HttpResponse:
    """The day report as CSV."""
    day, stations = _asked(request)
    exported(request, "counter-report", day=f"{day:%Y-%m-%d}")
    found = day_report.of_day(day, stations)
    return as_download(written(day_report.names(), day_report.rows(found), is_xlsx=False), f"counter-{day:%Y-%m-%d}")


@require_GET
def printed_report(request: Request) -> HttpResponse:
    """The day report on paper."""
    day, stations = _asked(request)
    found = day_report.of_day(day, stations)
    return as_pdf(day_report.printed(found, stations, request.actor.name), f"counter-{day:%Y-%m-%d}")
