"""A courier's manifests: list, header, upload, shipment by shipment."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import connection, transaction
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import AuthorisedCourier
from accounts.requests import Request
from counter.serving import led_to_counter
from eccs import keyset, pages, upload_runner
from eccs.audit_answers import concerns
from eccs.long_papers import paper_of
from eccs.uploads.reading import MAX_BYTES
from manifests import lateness
from manifests.clearance import Stage
from manifests.form_a_paper import form_a
from manifests.forms import FileForm, ManifestForm, NewManifestForm, ShipmentForm
from manifests.listing import MANIFESTS
from manifests.models import ExpressCargoManifest
from manifests.reading import DOCUMENTS, NON_DOCUMENTS, check_row, taken, write_shipments

FILES = (
    ("ecm", ExpressCargoManifest.Kind.NON_DOCUMENTS.label, NON_DOCUMENTS),
    ("ecm-documents", ExpressCargoManifest.Kind.DOCUMENTS.label, DOCUMENTS),
)
"""The file of each kind of manifest: its name, its words, its columns."""


def _courier(request: Request) -> AuthorisedCourier:
    actor = request.actor
    pages.require(actor, "manifest-new")
    return get_object_or_404(AuthorisedCourier, pk=actor.files_for_courier)


def _stations(request: Request) -> frozenset[str] | None:
    """The stations where the person works for the firm; nothing said where it is every one."""
    stations: frozenset[str] | None = request.actor.firm_stations
    return stations


def _draft(request: Request, key: str, *, held: bool = False) -> ExpressCargoManifest:
    courier = _courier(request)
    rows = ExpressCargoManifest.objects.visible_to(request.actor).filter(courier=courier, stage=Stage.DRAFT)
    if held:
        rows = rows.select_for_update(of=("self",))
    found: ExpressCargoManifest = get_object_or_404(rows, ExpressCargoManifest.by_key(key))
    return found


@require_GET
def manifests(request: Request) -> HttpResponse:
    """The manifests the person may see, the newest first, by stage, flight, and whether they came after the landing."""
    pages.require(request.actor, "manifests")
    rows = ExpressCargoManifest.objects.visible_to(request.actor).select_related("station", "courier")
    stage, flight = request.GET.get("stage", ""), request.GET.get("flight", "").strip()
    rows = rows.filter(stage=stage) if stage in Stage.values else rows.exclude(stage=Stage.DISCARDED)
    if flight:
        rows = rows.filter(flight_number__icontains=flight)
    submitted = request.GET.get("submitted", "")
    if submitted in dict(lateness.CHOICES):
        rows = rows.filter(lateness.of_choice(submitted))
    page = keyset.page(rows, "-created_at", request.GET.get("mark", ""))
    may_file = request.actor.may(pages.activity_of("manifest-new"))
    context = {
        "page": page, "columns": MANIFESTS.columns, "stages": Stage.choices, "stage": stage, "flight": flight,
        "may_file": may_file, "submitted": submitted, "times": lateness.CHOICES,
    }  # fmt: skip
    return render(request, "manifests/list.html", context)


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """A new draft: the header, with the file of its shipments if it is at hand."""
    if away := led_to_counter(request):
        return away
    courier = _courier(request)
    given = request.POST.copy()
    if request.method == "POST":
        given.setdefault("kind", ExpressCargoManifest.Kind.NON_DOCUMENTS)
    form = NewManifestForm(given or None, courier=courier, only=_stations(request))
    if request.method == "POST" and form.is_valid():
        content = _content(request)
        manifest = form.save(commit=False)
        manifest.courier, manifest.created_by = courier, request.user
        manifest.save()
        return _receive(request, manifest, content) if content is not None else redirect(manifest)
    return render(request, "manifests/new.html", {"form": form, "files": FILES}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def header(request: Request, key: str) -> HttpResponse:
    """The header of a draft, corrected; once the manifest is submitted only an amendment changes it (PN17 5.1)."""
    with transaction.atomic():
        manifest = _draft(request, key, held=request.method == "POST")
        form = ManifestForm(request.POST or None, instance=manifest, courier=_courier(request), only=_stations(request))
        if request.method == "POST" and form.is_valid():
            manifest.save(update_fields=list(form.cleaned_data))
            return redirect(manifest)
    context = {"form": form, "manifest": manifest}
    return render(request, "manifests/header.html", context, status=422 if form.errors else 200)


@require_POST
def upload(request: Request, key: str) -> HttpResponse:
    """A file for a draft; it takes the place of the shipments the draft held."""
    manifest = _draft(request, key)
    content = _content(request)
    if content is None:
        messages.error(request, _("Choose a file first."))
        return redirect(manifest)
    return _receive(request, manifest, content)


def _content(request: Request) -> bytes | None:
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return None
    content: bytes = form.cleaned_data["file"].read(MAX_BYTES + 1)
    return content


def _receive(request: Request, manifest: ExpressCargoManifest, content: bytes) -> HttpResponse:
    name = request.FILES["file"].name or "file"  # type: ignore[union-attr]
    assert request.user.pk is not None
    found = upload_runner.receive(
        manifest.file_kind, f"courier:{manifest.courier_id}", manifest.pk, request.user.pk, name, content,
        stands=lambda digest: manifest.file_digest == digest,
    )  # fmt: skip
    return redirect("upload", found.pk)


@require_GET
def shipments(request: Request, key: str) -> HttpResponse:
    """All shipments of a manifest, page by page."""
    rows = ExpressCargoManifest.objects.visible_to(request.actor)
    manifest: ExpressCargoManifest = get_object_or_404(rows, ExpressCargoManifest.by_key(key))
    found = manifest.hawbs.select_related("master", "bag")
    if hawb := request.GET.get("hawb", "").strip().upper():
        found = found.filter(number__startswith=hawb)
    page = keyset.page(found, "pk", request.GET.get("mark", ""), 50)
    may_hold = manifest.number is not None and request.actor.acts_as(pages.activity_of("hawb-hold"), manifest)
    context = {"manifest": manifest, "page": page, "hawb": hawb, "may_hold": bool(may_hold)}
    return render(request, "manifests/shipments.html", context)


@require_GET
def printed(request: Request, key: str) -> HttpResponse:
    """The manifest as it is printed, Form A; a draft is not printed."""
    rows = ExpressCargoManifest.objects.visible_to(request.actor).select_related("station", "courier")
    manifest = get_object_or_404(rows.filter(number__isnull=False), number=key)
    concerns(request, manifest)
    return paper_of(request, manifest, manifest.hawb_count, lambda: form_a(manifest, request.actor.name), manifest.key)


@require_http_methods(["GET", "POST"])
def shipment(request: Request, key: str) -> HttpResponse:
    """One more house airway bill, typed in; checked exactly as a row of a file."""
    manifest = _draft(request, key)
    form = ShipmentForm(request.POST or None, manifest=manifest)
    if request.method == "POST" and form.is_valid() and _add(manifest, form):
        messages.success(request, _("%(hawb)s is on the manifest.") % {"hawb": form.cleaned_data["hawb"].upper()})
        return redirect(
            "manifest-shipment" if "another" in request.POST else manifest,
            *([key] if "another" in request.POST else []),
        )
    return render(
        request, "manifests/shipment.html", {"form": form, "manifest": manifest}, status=422 if form.errors else 200
    )


def _add(manifest: ExpressCargoManifest, form: ShipmentForm) -> bool:
    """Check the typed row and write it, with the manifest held; faults go to their fields."""
    row = form.row()
    table = check_row(manifest, row)
    if not table.faults:
        with transaction.atomic(), connection.cursor() as cursor:
            held = ExpressCargoManifest.objects.select_for_update(of=("self",)).get(pk=manifest.pk)
            column, named = taken(held, row)
            if column:
                table.fault(0, column, named, _("is on this manifest already"))
            else:
                sums = write_shipments(cursor, held, table.values)
                ExpressCargoManifest.objects.filter(pk=held.pk).update(
                    hawb_count=F("hawb_count") + 1, package_count=F("package_count") + sums["packages"],
                    gross_weight_kg=F("gross_weight_kg") + Decimal(sums["gross_weight_kg"]), file_digest="",
                )  # fmt: skip
    for fault in table.faults:
        label: Any = form.fields[fault.column].label
        form.add_error(fault.column, f"{label} {fault.reason}")
    return not table.faults
