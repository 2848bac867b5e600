"""Export manifests: beginning one for a flight, putting shipping bills on it, its prints."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Sum
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import Request
from eccs import pages
from eccs.audit_answers import concerns
from eccs.long_papers import paper_of
from eccs.papers import as_pdf
from eccs.workflow import Refused
from exports import going_back, leaving, papers
from exports.clearance.leaving import Stage
from exports.forms.manifests import FlightForm
from exports.iii.leaving import stayed
from exports.models import CourierExportManifest
from exports.views.entry import courier_of, stations_of

SHOWN = 500


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Begin an export manifest with the flight; every shipping bill that may go at once is put on it."""
    courier = courier_of(request, "cem-new")
    stations = stations_of(request, courier)
    blank = CourierExportManifest(courier=courier, created_by_id=request.actor.person_id)
    form = FlightForm(request.POST if request.method == "POST" else None, stations=stations, instance=blank)
    if request.method == "POST" and form.is_valid():
        made = form.save()
        leaving.change(made, add=None, returns=None)
        return redirect("cem-lines", made.pk)
    waiting = [(station, leaving.may_go(courier.pk, station.pk).count()) for station in stations]
    back = [(station, going_back.may_go(courier.pk, station.pk).count()) for station in stations]
    context = {"form": form, "waiting": [one for one in waiting if one[1]], "back": [one for one in back if one[1]]}
    return render(request, "exports/manifest_new.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def lines(request: Request, pk: int) -> HttpResponse:
    """What stands on a draft, and what else may go; saved as it is ticked."""
    pages.require(request.actor, "cem-new")
    rows = CourierExportManifest.objects.visible_to(request.actor).select_related("station", "courier")
    manifest: CourierExportManifest = get_object_or_404(rows, pk=pk, stage=Stage.DRAFT)
    if request.method == "POST":
        ticked = {
            name: set(map(pages.id_in, request.POST.getlist(name)))
            for name in ("line", "shown", "add", "back", "back_shown", "add_back")
        }
        every = "all" in request.POST
        try:
            leaving.change(
                manifest, add=None if every else ticked["add"], take_off=ticked["shown"] - ticked["line"],
                returns=None if every else ticked["add_back"], returns_off=ticked["back_shown"] - ticked["back"],
            )  # fmt: skip
        except Refused as refusal:
            messages.error(request, " ".join(refusal.reasons))
        return redirect(manifest if "done" in request.POST else request.path)
    may_go = leaving.may_go(manifest.courier_id, manifest.station_id)
    context = {
        "document": manifest, "lines": manifest.lines.filter(live=True).select_related("bill")[:SHOWN],
        "others": may_go[:SHOWN], "other_count": may_go.count(), "back": going_back.aboard(manifest),
        "may_go_back": going_back.may_go(manifest.courier_id, manifest.station_id)[:SHOWN],
    }  # fmt: skip
    return render(request, "exports/manifest_lines.html", context)


def _filed(request: Request, key: str) -> CourierExportManifest:
    rows = CourierExportManifest.objects.visible_to(request.actor).select_related("station", "courier")
    found: CourierExportManifest = get_object_or_404(rows, number=key)
    concerns(request, found)
    return found


@require_GET
def printed(request: Request, key: str) -> HttpResponse:
    """The export manifest as it is printed (Form F)."""
    manifest = _filed(request, key)
    lines = manifest.lines.aggregate(n=Sum("bill__shipment_count"))["n"] or 0
    return paper_of(request, manifest, lines, lambda: papers.export_manifest(manifest, request.actor.name), key)


@require_GET
def shut_out_print(request: Request, key: str) -> HttpResponse:
    """The notice of what was shut out of a flight."""
    manifest = _filed(request, key)
    out = [rows.filter(shut_out_at__isnull=False) for rows in (manifest.lines, manifest.re_exports)]
    if not any(rows.exists() for rows in (*out, stayed(manifest))):
        raise Http404
    return as_pdf(papers.shut_out_notice(manifest, request.actor.name), f"{key}-shut-out")
