"""Writing an amendment, and the versions of a manifest."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import Request
from eccs import pages
from eccs.moments import as_read
from eccs.workflow import Refused
from manifests import amendments
from manifests.amendment_forms import CorrectIgmForm, HeaderForm, PiecesForm
from manifests.forms import ShipmentForm, in_order, label_of
from manifests.igm import why_not_corrected
from manifests.locks import IDENTITY, Locks, filed_bills, why_filed, why_not_deleted, why_under_bill
from manifests.models import AmendmentLine, ExpressCargoManifest, HouseAirwayBill, ManifestAmendment
from manifests.pieces import short_now, why_not_pieces
from manifests.reading import check_row, columns_of, taken
from manifests.reconciliation import excess_labels

SHOWN = 20


def _manifest(request: Request, key: str) -> ExpressCargoManifest:
    """A submitted manifest of the person's own firm."""
    actor = request.actor
    pages.require(actor, "manifest-amend")
    rows = ExpressCargoManifest.objects.filter(courier_id=actor.courier_id or 0, stage__in=amendments.AMENDABLE)
    found: ExpressCargoManifest = get_object_or_404(rows.select_related("courier"), ExpressCargoManifest.by_key(key))
    if not actor.acts_as(pages.activity_of("manifest-amend"), found):
        raise Http404
    return found


def _draft(manifest: ExpressCargoManifest) -> ManifestAmendment | None:
    found: ManifestAmendment | None = manifest.amendments.filter(stage="DRAFT", of_weight=False).first()
    return found


@require_GET
def amend(request: Request, key: str) -> HttpResponse:
    """What may still be changed, the shipments to choose from, and what is written so far."""
    manifest = _manifest(request, key)
    asked = request.GET.get("hawb", "").strip().upper()[:20].replace("\x00", "")
    rows = manifest.hawbs.filter(number__startswith=asked).select_related("bag", "manifest").order_by("number")
    found = list(rows[:SHOWN]) if asked else []
    filed = filed_bills(h.pk for h in found)
    draft, locks = _draft(manifest), Locks.of(manifest)
    context = {
        "manifest": manifest, "hawb": asked, "draft": draft, "lines": told_lines(draft) if draft else [], "locks": locks,
        "found": [(h, why_filed(filed[h.pk]) if h.pk in filed else "", why_not_deleted(h, filed)) for h in found],
        "why_header": locks.why_header(), "why_identity": locks.why_cell(IDENTITY[0]),
        "others": manifest.amendments.exclude(pk=draft.pk if draft else 0).order_by("-pk"),
    }  # fmt: skip
    return render(request, "manifests/amend.html", context)


def told_lines(amendment: ManifestAmendment) -> list[dict[str, Any]]:
    """The lines of an amendment with each cell's words, before and after."""
    return [
        {
            "line": line,
            "cells": [
                (label_of(name), as_read(line.before.get(name, "")), as_read(line.after.get(name, "")))
                for name in in_order(line.after or line.before)
                if line.after.get(name, "") or line.before.get(name, "")
            ],
        }
        for line in amendment.lines.all()
    ]


def _written(request: Request, manifest: ExpressCargoManifest) -> HttpResponse:
    messages.success(request, _("Written into the amendment. Nothing is asked for until you request it."))
    return redirect("manifest-amend", manifest.key)


@require_http_methods(["GET", "POST"])
def header(request: Request, key: str) -> HttpResponse:
    """Flight and on-board courier; once the IGM number is fed they are shown locked, with the reason."""
    manifest = _manifest(request, key)
    why = Locks.of(manifest).why_header()
    form = HeaderForm(request.POST or None, instance=manifest, courier=manifest.courier, why=why)
    reasons = [why] if why and request.method == "POST" else []
    if request.method == "POST" and not why and form.is_valid():
        try:
            amendments.propose_header(manifest, form.cells(), request.actor)
            return _written(request, manifest)
        except Refused as refusal:
            reasons = refusal.reasons
    context = {"form": form, "manifest": manifest, "reasons": reasons, "title": _("Change the header"), "why": why}
    return render(request, "manifests/amend_form.html", context, status=409 if reasons else 422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def igm(request: Request, key: str) -> HttpResponse:
    """IGM number and actual arrival that were fed wrongly, as they should have been."""
    manifest = _manifest(request, key)
    now = {"igm_number": manifest.igm_number, "actual_arrival": manifest.actual_arrival}
    why = why_not_corrected(manifest, {})
    form = CorrectIgmForm(request.POST or None, document=manifest, actor=request.actor, initial=now, why=why)
    reasons = [why] if why and request.method == "POST" else []
    if request.method == "POST" and not why and form.is_valid():
        try:
            amendments.propose_igm(manifest, form.cells(), request.actor)
            return _written(request, manifest)
        except Refused as refusal:
            reasons = refusal.reasons
    context = {
        "form": form,
        "manifest": manifest,
        "reasons": reasons,
        "title": _("Correct IGM number and arrival"),
        "why": why,
    }
    return render(request, "manifests/amend_form.html", context, status=409 if reasons else 422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def shipment(request: Request, key: str, hawb: str) -> HttpResponse:
    """A shipment's details, those that are locked shown so with the reason; or the shipment taken off."""
    manifest = _manifest(request, key)
    one = get_object_or_404(manifest.hawbs.select_related("master", "bag", "manifest"), number=hawb)
    now, locked = amendments.row_of(one), _locked(manifest, one)
    given = request.POST if request.method == "POST" and "delete" not in request.POST else None
    form = ShipmentForm(given, manifest=manifest, now=now, locked=locked)
    reasons: list[str] = []
    if request.method == "POST":
        try:
            if "delete" in request.POST:
                amendments.propose_delete(manifest, hawb, request.actor)
                return _written(request, manifest)
            if form.is_valid() and _fits(manifest, form, one.pk):
                amendments.propose_change(manifest, hawb, form.row(), request.actor)
                return _written(request, manifest)
        except Refused as refusal:
            reasons = refusal.reasons
    context = {
        "form": form, "manifest": manifest, "reasons": reasons, "title": _("Change shipment %(hawb)s") % {"hawb": hawb},
        "hawb": one, "why_not_deleted": why_not_deleted(one, filed_bills([one.pk])),
    }  # fmt: skip
    return render(request, "manifests/amend_form.html", context, status=409 if reasons else 422 if form.errors else 200)


def _locked(manifest: ExpressCargoManifest, hawb: HouseAirwayBill) -> dict[str, str]:
    """Every detail of a shipment that is locked, with the reason."""
    locks, bill = Locks.of(manifest), filed_bills([hawb.pk]).get(hawb.pk, "")
    names = [column.name for column in columns_of(manifest)]
    shut = {name: why_under_bill(locks, hawb, [name], bill) for name in names} if bill else {}
    return {name: why for name in names if (why := shut.get(name) or locks.why_cell(name))}


def _fits(manifest: ExpressCargoManifest, form: ShipmentForm, but: int = 0) -> bool:
    """Check the typed row as a row of a file; faults go to their fields."""
    row = form.row()
    table = check_row(manifest, row)
    for fault in table.faults:
        form.add_error(fault.column, f"{form.fields[fault.column].label} {fault.reason}")
    if not table.faults:
        column, named = taken(manifest, row, but)
        if column:
            form.add_error(column, _("%(code)s is on this manifest already") % {"code": named})
    return not form.errors


@require_http_methods(["GET", "POST"])
def pieces(request: Request, key: str, hawb: str) -> HttpResponse:
    """A shipment that landed in part, or with more pieces than were manifested."""
    manifest = _manifest(request, key)
    one = get_object_or_404(manifest.hawbs.select_related("master", "bag", "manifest"), number=hawb)
    why = why_not_pieces(Locks.of(manifest).scanned, one, {})
    form = PiecesForm(request.POST or None, hawb=one, strays=excess_labels(manifest)[:SHOWN])
    reasons = [why] if why and request.method == "POST" else []
    if request.method == "POST" and not why and form.is_valid():
        try:
            amendments.propose_pieces(manifest, hawb, form.row(), request.actor)
            return _written(request, manifest)
        except Refused as refusal:
            reasons = refusal.reasons
    context = {
        "form": form, "manifest": manifest, "reasons": reasons, "why": why, "lede": why or short_now(manifest, one),
        "title": _("Short or excess pieces of %(hawb)s") % {"hawb": hawb},
    }  # fmt: skip
    return render(request, "manifests/amend_form.html", context, status=409 if reasons else 422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def add(request: Request, key: str) -> HttpResponse:
    """A shipment that landed in excess, to be put on the manifest."""
    manifest = _manifest(request, key)
    form = ShipmentForm(request.POST or None, manifest=manifest)
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid() and _fits(manifest, form):
        try:
            amendments.propose_add(manifest, form.row(), request.actor)
            return _written(request, manifest)
        except Refused as refusal:
            reasons = refusal.reasons
    context = {"form": form, "manifest": manifest, "reasons": reasons, "title": _("Add a shipment: excess landing")}
    return render(request, "manifests/amend_form.html", context, status=409 if reasons else 422 if form.errors else 200)


@require_POST
def remove(request: Request, key: str, pk: int) -> HttpResponse:
    """A line that was written by mistake goes again; what was asked for already stays, and what the scale showed."""
    manifest = _manifest(request, key)
    own = AmendmentLine.objects.filter(
        amendment__manifest=manifest, amendment__stage="DRAFT", amendment__of_weight=False
    )
    line = get_object_or_404(own, pk=pk)
    line.delete()
    messages.success(request, _("The line is gone."))
    return redirect("manifest-amend", key)


@require_GET
def versions(request: Request, key: str) -> HttpResponse:
    """Every version of a manifest, each with the amendment that ended it."""
    rows = ExpressCargoManifest.objects.visible_to(request.actor)
    manifest = get_object_or_404(rows, ExpressCargoManifest.by_key(key))
    found = manifest.versions.select_related("amendment").defer("shipments", "header").order_by("number")
    return render(request, "manifests/versions.html", {"manifest": manifest, "versions": found, "last": len(found) + 1})


@require_GET
def version(request: Request, key: str, number: int) -> HttpResponse:
    """A manifest word for word as it was before an amendment."""
    rows = ExpressCargoManifest.objects.visible_to(request.actor)
    manifest = get_object_or_404(rows, ExpressCargoManifest.by_key(key))
    found = get_object_or_404(manifest.versions.select_related("amendment"), number=number)
    asked = request.GET.get("hawb", "").strip().upper()
    shown = [row for row in found.shipments if row["hawb"].startswith(asked)]
    header_cells = [
        (label_of(name), as_read(found.header[name])) for name in in_order(found.header) if found.header[name] != ""
    ]
    context = {
        "manifest": manifest,
        "version": found,
        "header": header_cells,
        "shipments": shown[:200],
        "count": len(shown),
        "hawb": asked,
    }
    return render(request, "manifests/version.html", context)
