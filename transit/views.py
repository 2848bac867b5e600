"""The pages of transshipment: the register, a transfer manifest while it is made, the two gates, the papers."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.locations import Location
from accounts.requests import Request
from eccs import keyset, pages
from eccs.audit_answers import concerns, exported
from eccs.long_papers import paper_of
from eccs.papers import as_pdf
from eccs.uploads import files
from eccs.workflow import Refused
from manifests.models import HouseAirwayBill
from transit import drafts, gate, papers, register, security
from transit.clearance import GIVEN_UP, ArrivalStage, Stage
from transit.forms import DraftForm, ListForm, RegisterForm, listed
from transit.models import CargoTransferManifest, TransferArrival

ROWS = 50
NAMED = 10
RELATED = ("station", "courier", "importer", "destination", "manifest", "bond")


def _rows(request: Request) -> tuple[RegisterForm, Any]:
    """The register as it was asked for."""
    pages.require(request.actor, "transfers")
    form = RegisterForm(request.GET)
    visible = CargoTransferManifest.objects.visible_to(request.actor)
    return form, register.found(visible, form.cleaned_data) if form.is_valid() else visible.none()


@require_GET
def transfers(request: Request) -> HttpResponse:
    """The firm's transfer manifests, or the register of the station: searched, filtered, with totals and what is overdue."""
    form, rows = _rows(request)
    shown = keyset.page(rows.select_related(*RELATED), "-pk", request.GET.get("mark", ""), ROWS)
    kept = {name: value for name, value in request.GET.items() if value and name != "mark"}
    today, left = timezone.localdate(), security.outstanding(shown.rows)
    may_file = request.actor.may(pages.activity_of("transfer-new"))
    context = {
        "rows": [{"one": one, "days": one.days_over(today), "debited": left.get(one.pk)} for one in shown.rows],
        "form": form, "filtered": bool(kept), "totals": register.totals(rows), "kept": urlencode(kept), "may_file": may_file,
        "overdue": CargoTransferManifest.objects.visible_to(request.actor).overdue(today).count(),
        "waiting": drafts.flagged(request.actor).count() if may_file and request.actor.importer_id is None else 0,
        "next_url": f"?{urlencode({**kept, 'mark': shown.next_mark})}" if shown.next_mark else "",
        "previous_url": f"?{urlencode({**kept, 'mark': shown.previous_mark})}" if shown.previous_mark else "",
    }  # fmt: skip
    return render(request, "transit/transfers.html", context)


@require_GET
def export(request: Request) -> HttpResponse:
    """The register as a CSV or XLSX file."""
    form, rows = _rows(request)
    is_xlsx = request.GET.get("as") == "xlsx"
    content = files.written(register.COLUMNS, register.exported(rows), is_xlsx=is_xlsx)
    exported(
        request,
        "transfers",
        **{f"filter_{k}": str(v) for k, v in (form.cleaned_data if form.is_valid() else {}).items() if v},
    )
    return files.as_download(content, "transfer-manifests", is_xlsx=is_xlsx)


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Choose manifest and destination: a draft begins with every shipment that is flagged for it; an importer names its HAWB."""
    actor = request.actor
    pages.require(actor, "transfer-new")
    reasons: list[str] = []
    by_importer = actor.importer_id is not None
    given = request.POST if request.method == "POST" else request.GET
    asked = given.get("q", "").strip().upper()[:40]
    if request.method == "POST":
        own = drafts.manifests(actor, asked)
        manifest = get_object_or_404(own, pk=pages.id_in(request.POST.get("manifest", "")))
        place = Location.objects.in_force(timezone.localdate()).filter(pk=request.POST.get("to", "")[:6]).first()
        try:
            if place is None:
                raise Refused([_("The destination is not in the location directory: have the manifest amended.")])
            return redirect("transfer-draft", drafts.start(manifest, place, actor, [asked] if by_importer else None).pk)
        except Refused as refusal:
            reasons = refusal.reasons
    context = {"groups": drafts.groups(actor, asked), "reasons": reasons, "by_importer": by_importer, "q": asked}
    return render(request, "transit/new.html", context, status=409 if reasons else 200)


def _draft(request: Request, pk: int) -> CargoTransferManifest:
    """A draft of the own firm; anything else is not there."""
    pages.require(request.actor, "transfer-draft")
    rows = CargoTransferManifest.objects.visible_to(request.actor).select_related(*RELATED)
    found: CargoTransferManifest = get_object_or_404(rows, pk=pk, stage=Stage.DRAFT)
    return found


@require_http_methods(["GET", "POST"])
def draft(request: Request, pk: int) -> HttpResponse:
    """What stands on a draft, and what else could; saved as it is ticked."""
    one = _draft(request, pk)
    form = DraftForm(
        request.POST if request.method == "POST" else None,
        initial={n: getattr(one, n) for n in ("mode", "carrier", "marks")},
    )
    reasons: list[str] = []
    if form.is_bound and form.is_valid():
        kept = set(map(pages.id_in, request.POST.getlist("line")))
        shown = set(map(pages.id_in, request.POST.getlist("shown")))
        try:
            drafts.change(
                one, request.actor, add=list(map(pages.id_in, request.POST.getlist("add"))), take_off=shown - kept,
                **form.cleaned_data,
            )  # fmt: skip
            messages.success(request, _("The draft is saved."))
            return redirect(one if "done" in request.POST else f"{request.path}")
        except Refused as refusal:
            reasons = refusal.reasons
    return _show_draft(request, one, form, ListForm(), reasons)


def _show_draft(
    request: Request, one: CargoTransferManifest, form: DraftForm, list_form: ListForm, reasons: list[str]
) -> HttpResponse:
    others = drafts.choosable(one, request.actor) if one.importer_id is None else HouseAirwayBill.objects.none()
    context = {
        "document": one, "form": form, "list_form": list_form, "reasons": reasons, "lines": gate.lines_of(one),
        "others": others[:500], "look": security.look(one),
    }  # fmt: skip
    bad = list_form.errors or (form.is_bound and form.errors)
    return render(request, "transit/draft.html", context, status=409 if reasons else 422 if bad else 200)


@require_POST
def add_list(request: Request, pk: int) -> HttpResponse:
    """Put the shipments of a list on a draft: pasted, or the first column of a file."""
    one = _draft(request, pk)
    list_form = ListForm(request.POST, request.FILES)
    form = DraftForm(initial={n: getattr(one, n) for n in ("mode", "carrier", "marks")})
    if not list_form.is_valid():
        return _show_draft(request, one, form, list_form, [])
    try:
        done = drafts.add_named(one, list_form.cleaned_data["found"], request.actor)
    except Refused as refusal:
        return _show_draft(request, one, form, list_form, refusal.reasons)
    words = ngettext("%(n)d shipment was added.", "%(n)d shipments were added.", done.added)
    messages.success(request, words % {"n": done.added})
    _name_unknown(request, done.unknown)
    return redirect("transfer-draft", one.pk)


def _name_unknown(request: Request, unknown: list[str]) -> None:
    if unknown:
        told = {"n": len(unknown), "hawbs": ", ".join(unknown[:NAMED])}
        words = ngettext(
            "Not added, as it is not flagged for this destination on this manifest: %(hawbs)s.",
            "%(n)d not added, as they are not flagged for this destination on this manifest: %(hawbs)s.",
            len(unknown),
        )
        messages.error(request, words % told)


@require_POST
def copy(request: Request, number: str) -> HttpResponse:
    """A new draft like a transfer manifest that was refused or cancelled."""
    actor = request.actor
    pages.require(actor, "transfer-new")
    rows = CargoTransferManifest.objects.of_firm_of(actor).select_related(*RELATED)
    earlier = get_object_or_404(rows, CargoTransferManifest.by_key(number), stage__in=GIVEN_UP)
    try:
        made = drafts.copy(earlier, actor)
    except Refused as refusal:
        for reason in refusal.reasons:
            messages.error(request, reason)
        return redirect(earlier)
    return redirect("transfer-draft", made.pk)


@require_http_methods(["GET", "POST"])
def gate_out(request: Request, number: str) -> HttpResponse:
    """The gate of the first station: labels scanned, shipments ticked, all of them at once where all leave."""
    pages.require(request.actor, "transfer-gate")
    rows = CargoTransferManifest.objects.visible_to(request.actor).select_related(*RELATED)
    one = get_object_or_404(rows, number=number, stage=Stage.DEPARTURE)
    if not request.actor.acts_as(pages.activity_of("transfer-gate"), one):
        raise Http404
    if request.method == "POST":
        return _at_gate(request, one, gate.OUT)
    context = {"document": one, "way": gate.OUT, "at": one, "step_url": one.step_url("depart")}
    return render(request, "transit/gate.html", {**context, **_counted(one, gate.OUT)})


@require_http_methods(["GET", "POST"])
def gate_in(request: Request, number: str) -> HttpResponse:
    """The gate of the destination: labels scanned, shipments ticked; what is not on the transfer manifest is kept as excess."""
    pages.require(request.actor, "transfer-scan")
    rows = TransferArrival.objects.visible_to(request.actor).select_related(
        "station", "transfer__station", "transfer__destination"
    )
    arrival = get_object_or_404(rows, number=number, stage=ArrivalStage.EXPECTED)
    if not request.actor.acts_as(pages.activity_of("transfer-scan"), arrival):
        raise Http404
    if request.method == "POST":
        return _at_gate(request, arrival.transfer, gate.IN)
    context = {
        "document": arrival.transfer,
        "way": gate.IN,
        "at": arrival,
        "step_url": arrival.step_url("record_arrival"),
    }
    return render(request, "transit/gate.html", {**context, **_counted(arrival.transfer, gate.IN)})


def _counted(one: CargoTransferManifest, way: str) -> dict[str, Any]:
    lines = gate.lines_of(one)
    for line in lines:
        line.seen = line.packages_out if way == gate.OUT else line.packages_in  # type: ignore[attr-defined]
    seen = sum(line.packages_out if way == gate.OUT else line.packages_in for line in lines)
    excess = gate.excess(one) if way == gate.IN else []
    return {"lines": lines, "expected": sum(line.packages for line in lines), "counted": seen, "excess": excess}


def _at_gate(request: Request, one: CargoTransferManifest, way: str) -> HttpResponse:
    ticked = list(filter(None, map(pages.id_in, request.POST.getlist("line"))))
    act = request.POST.get("act", "")
    try:
        if act == "scan":
            _tell(request, gate.scan(one, way, listed(request.POST.get("codes", ""))[:20_000], request.actor), way)
        elif act == "all":
            _tell(request, gate.tick(one, way, [line.pk for line in gate.lines_of(one)], request.actor), way)
        elif act == "tick" and ticked:
            _tell(request, gate.tick(one, way, ticked, request.actor), way)
        elif act == "back" and ticked:
            gone = gate.take_back(one, way, ticked)
            words = ngettext("%(n)d package is not counted any more.", "%(n)d packages are not counted any more.", gone)
            messages.success(request, words % {"n": gone})
        else:
            messages.error(request, _("Tick the shipments first. Nothing has changed."))
    except Refused as refusal:
        for reason in refusal.reasons:
            messages.error(request, reason)
    return redirect(request.path)


def _tell(request: Request, seen: gate.Seen, way: str) -> None:
    words = ngettext("%(n)d package counted.", "%(n)d packages counted.", seen.counted) % {"n": seen.counted}
    if seen.before:
        words += " " + _("%(n)d had been counted before.") % {"n": seen.before}
    messages.success(request, words)
    if seen.strange:
        told = {"codes": ", ".join(seen.strange[:NAMED])}
        messages.error(
            request,
            _("Not on this transfer manifest, kept as excess: %(codes)s.") % told
            if way == gate.IN
            else _("Not on this transfer manifest, so it does not leave: %(codes)s.") % told,
        )


@require_GET
def printed(request: Request, key: str) -> HttpResponse:
    """A transfer manifest as PDF, for its firm, its station and its destination."""
    pages.require(request.actor, "transfers")
    rows = CargoTransferManifest.objects.visible_to(request.actor)
    expected = TransferArrival.objects.visible_to(request.actor).filter(transfer__number=key).values("transfer")
    found = (
        rows.filter(CargoTransferManifest.by_key(key)) | CargoTransferManifest.objects.filter(pk__in=expected)
    ).first()
    if found is None:
        raise Http404
    one = CargoTransferManifest.objects.select_related(*RELATED).get(pk=found.pk)
    concerns(request, one)
    return paper_of(request, one, one.hawb_count, lambda: papers.transfer_paper(one, request.actor.name), one.key)


@require_GET
def certificate(request: Request, number: str) -> HttpResponse:
    """The certificate of arrival as PDF, for the firm, the destination and the station that the goods left."""
    pages.require(request.actor, "transfers")
    rows = TransferArrival.objects.select_related(
        "station", "transfer__station", "transfer__destination", "transfer__courier", "transfer__importer"
    )
    arrival = get_object_or_404(rows, number=number, stage=ArrivalStage.RECORDED)
    own = TransferArrival.objects.visible_to(request.actor).filter(pk=arrival.pk).exists()
    if not own and not CargoTransferManifest.objects.visible_to(request.actor).filter(pk=arrival.transfer_id).exists():
        raise Http404
    concerns(request, arrival)
    return as_pdf(papers.certificate_paper(arrival, request.actor.name), arrival.number)
