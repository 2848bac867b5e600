"""Custodians and importers: the lists and new entries."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.directory.entering import enter
from accounts.directory.firm_forms import NewCustodianForm, NewImporterForm
from accounts.directory.firms import Custodian, CustodianStage, Importer, ImporterStage
from accounts.directory.views import actor_of, asked_for, new_page
from accounts.models import CustomsStation
from accounts.requests import Request
from eccs import keyset, pages
from eccs.signing.presenting import begin_or_ask


def told(form: Any) -> dict[str, str]:
    """What was entered, as the trail keeps it and the officer signs it."""
    return {name: str(value) for name, value in form.cleaned_data.items() if value not in ("", None)}


@require_GET
def custodians(request: Request) -> HttpResponse:
    """Who keeps the courier terminals, by name."""
    actor, asked = actor_of(request, "custodians"), asked_for(request)
    rows = Custodian.objects.visible_to(actor).select_related("station")
    if asked["stage"] in CustodianStage.values:
        rows = rows.filter(stage=asked["stage"])
    if asked["station"]:
        rows = rows.filter(station=asked["station"])
    if asked["q"]:
        rows = rows.filter(Q(name__icontains=asked["q"]) | Q(number__icontains=asked["q"]))
    context = {
        "page": keyset.page(rows, "name", request.GET.get("mark", "")), "asked": asked, "filtered": any(asked.values()),
        "stages": CustodianStage.choices, "stations": CustomsStation.objects.all(),
        "may_enter": actor.may(pages.activity_of("custodian-new")),
    }  # fmt: skip
    return render(request, "directory/custodians.html", context)


@require_http_methods(["GET", "POST"])
def new_custodian(request: Request) -> HttpResponse:
    """A custodian is entered for a station of the officer."""
    actor = actor_of(request, "custodian-new")
    form = NewCustodianForm(request.POST or None, stations=actor.stations_for([pages.activity_of("custodian-new")]))
    if request.method == "POST" and form.is_valid():
        custodian, away = begin_or_ask(request, lambda: enter(form.save(commit=False), actor, **told(form)), form)
        if away:
            return redirect(away)
        messages.success(request, _("%(firm)s is entered.") % {"firm": custodian})
        return redirect(custodian)
    return new_page(request, form, _("Enter a custodian"), "custodians", _("Custodians"))


@require_GET
def importers(request: Request) -> HttpResponse:
    """Importers with a code, by name."""
    actor, asked = actor_of(request, "importers"), asked_for(request)
    rows = Importer.objects.visible_to(actor)
    if asked["stage"] in ImporterStage.values:
        rows = rows.filter(stage=asked["stage"])
    if asked["q"]:
        rows = rows.filter(Q(name__icontains=asked["q"]) | Q(iec__iexact=asked["q"]))
    context = {
        "page": keyset.page(rows, "name", request.GET.get("mark", "")), "asked": asked, "filtered": any(asked.values()),
        "stages": ImporterStage.choices, "may_enter": actor.may(pages.activity_of("importer-new")),
    }  # fmt: skip
    return render(request, "directory/importers.html", context)


@require_http_methods(["GET", "POST"])
def new_importer(request: Request) -> HttpResponse:
    """An importer is entered with its code."""
    actor = actor_of(request, "importer-new")
    form = NewImporterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        importer, away = begin_or_ask(request, lambda: enter(form.save(commit=False), actor, **told(form)), form)
        if away:
            return redirect(away)
        messages.success(request, _("%(firm)s is entered.") % {"firm": importer})
        return redirect(importer)
    return new_page(request, form, _("Enter an importer"), "importers", _("Importers"))
