"""The pages of bonds: the register, the request, the statement, the Bond Master."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import CustomsStation
from accounts.requests import Request
from bonds import alerts, papers, register
from bonds.forms import MasterForm, RegisterForm, RequestForm
from bonds.models import Bond, BondMaster
from bonds.requests import enter_master, masters_for, request_bond
from eccs import keyset, pages
from eccs.audit_answers import concerns, exported
from eccs.long_papers import paper_of
from eccs.papers import as_pdf
from eccs.signing.presenting import begin_or_ask
from eccs.uploads import files
from eccs.workflow import Refused


@require_GET
def bonds(request: Request) -> HttpResponse:
    """The firm's bonds, or for officers the register of the station: searched, filtered, with totals."""
    actor = request.actor
    pages.require(actor, "bonds")
    form = RegisterForm(request.GET)
    visible = Bond.objects.visible_to(actor)
    rows = register.found(visible, form.cleaned_data) if form.is_valid() else visible.none()
    shown = keyset.page(
        rows.select_related("station", "courier", "importer", "master"), "-pk", request.GET.get("mark", "")
    )
    today = timezone.localdate()
    ahead = max(alerts.thresholds(today, next(iter(sorted(actor.stations)), "")))
    context = {
        **keyset.turned(shown, request.GET), "form": form, "totals": register.totals(rows), "today": today,
        "ahead": ahead, "ending": register.ending(visible, ahead).count(),
        "may_request": actor.may(pages.activity_of("bond-request")),
    }  # fmt: skip
    return render(request, "bonds/bonds.html", context)


@require_GET
def export(request: Request) -> HttpResponse:
    """The register, or the part of it that is asked for, as a CSV or XLSX file (PN17 13.3)."""
    pages.require(request.actor, "bonds")
    form = RegisterForm(request.GET)
    visible = Bond.objects.visible_to(request.actor)
    rows = register.found(visible, form.cleaned_data) if form.is_valid() else visible.none()
    given = {name: str(value) for name, value in form.cleaned_data.items() if value not in (None, "")}
    is_xlsx = request.GET.get("as") == "xlsx"
    content = files.written(register.COLUMNS, register.exported(rows), is_xlsx=is_xlsx)
    exported(request, "bonds", **{f"filter_{name}": value for name, value in given.items()})
    return files.as_download(content, "bonds", is_xlsx=is_xlsx)


@require_http_methods(["GET", "POST"])
def request_(request: Request) -> HttpResponse:
    """The firm asks for a bond at a station (PN17 13.2)."""
    actor = request.actor
    pages.require(actor, "bond-request")
    masters = masters_for(actor)
    form = RequestForm(request.POST if request.method == "POST" else None, masters=masters)
    reasons: list[str] = []
    if form.is_bound and form.is_valid():
        try:
            given = form.cleaned_data
            made, away = begin_or_ask(request, lambda: request_bond(actor=actor, **given), form)
            if away:
                return redirect(away)
            messages.success(request, _("%(bond)s is requested. The Bond Maker computes its amount.") % {"bond": made})
            return redirect(made)
        except Refused as refusal:
            reasons = refusal.reasons
    context = {"form": form, "reasons": reasons, "masters": masters}
    return render(request, "bonds/request.html", context, status=409 if reasons else 422 if form.is_bound else 200)


@require_GET
def statement(request: Request, number: str) -> HttpResponse:
    """The statement of a bond, with every entry of its ledger, as PDF."""
    bond = _registered(request, number)
    lines, name = bond.entries.count(), f"{bond.number}-statement"
    return paper_of(request, bond, lines, lambda: papers.statement(bond, request.actor.name), name)


@require_GET
def bond_print(request: Request, number: str) -> HttpResponse:
    """A registered bond as PDF, for its firm and for the officers who see it (PN17 13.2)."""
    bond = _registered(request, number)
    return as_pdf(papers.bond_print(bond, request.actor.name), str(bond.number))


def _registered(request: Request, number: str) -> Bond:
    rows = Bond.objects.visible_to(request.actor).select_related("station", "courier", "importer", "master")
    bond: Bond = get_object_or_404(rows, number=number)
    concerns(request, bond)
    if bond.registered_at is None:
        raise Http404(_("The bond is not registered."))
    return bond


@require_GET
def master(request: Request) -> HttpResponse:
    """The Bond Master of the station: every type of bond, approved or not (PN17 13.1)."""
    actor = request.actor
    pages.require(actor, "bond-master")
    rows = BondMaster.objects.visible_to(actor).select_related("station").order_by("station_id", "purpose", "pk")
    return render(request, "bonds/master.html", {"rows": rows, "may_enter": actor.may(_ENTER)})


_ENTER = pages.activity_of("bond-master-enter")


@require_http_methods(["GET", "POST"])
def master_enter(request: Request) -> HttpResponse:
    """The Bond Maker enters a type of bond; the Bond Checker approves it."""
    actor = request.actor
    pages.require(actor, "bond-master-enter")
    stations = CustomsStation.objects.filter(pk__in=actor.stations_for([_ENTER])).order_by("pk")
    choices = [(one.pk, str(one)) for one in stations]
    form = MasterForm(request.POST if request.method == "POST" else None, stations=choices)
    reasons: list[str] = []
    if form.is_bound and form.is_valid():
        given: dict[str, Any] = form.cleaned_data
        try:
            made = enter_master(actor=actor, **given)
            messages.success(request, _("%(entry)s is entered. The Bond Checker approves it.") % {"entry": made.words})
            return redirect(made)
        except Refused as refusal:
            reasons = refusal.reasons
    context = {"form": form, "reasons": reasons}
    return render(request, "bonds/master_enter.html", context, status=409 if reasons else 422 if form.is_bound else 200)
