"""The pages of manual clearance: the overview with its reconciliation, proposing, issuing and printing forms."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import CustomsStation
from accounts.requests import Request
from bills.manual import holding, issuing, papers
from bills.manual.forms import IssueForm, ProposalForm
from bills.models import ManualClearance, ManualForm, ManualScan
from eccs import keyset, pages
from eccs.audit_answers import concerns, exported
from eccs.papers import as_pdf
from eccs.uploads import files
from eccs.workflow import Refused

SHOWN = {
    "": (), "issued": ("ISSUED",), "outstanding": ("USED", "ENTERED"), "regularised": ("REGULARISED",),
    "spoiled": ("SPOILED",), "missing": ("MISSING",),
}  # fmt: skip
COLUMNS = (
    "station", "form", "stage", "issued", "approval", "courier", "hawb", "cleared", "officer", "assessable_value", "collected",
    "receipt", "bill", "duty_of_bill", "remarks", "hawbs", "fine", "penalty", "xray", "findings", "received_by", "received",
    "value_of_bill", "value_difference", "duty_difference", "waits_for",
)  # fmt: skip
MOST_EXPORTED = 50_000


def _forms(request: Request) -> Any:
    """The forms the person may see, as they were asked for."""
    actor = request.actor
    pages.require(actor, "manual")
    rows = ManualForm.objects.visible_to(actor).select_related("station", "courier", "order", "bill")
    stages = SHOWN.get(request.GET.get("view", ""), ())
    return rows.filter(stage__in=stages) if stages else rows


@require_GET
def overview(request: Request) -> HttpResponse:
    """Approvals, and what became of every numbered form: issued, used, regularised, spoiled, missing."""
    rows, actor = _forms(request), request.actor
    view = request.GET.get("view", "")
    may = {name: actor.may(pages.activity_of(name)) for name in ("manual-propose", "manual-issue")}
    found = keyset.page(rows, "-pk", request.GET.get("mark", ""), 100)
    holding.put_on(found.rows)
    context = {
        "orders": ManualClearance.objects.visible_to(actor).select_related("station").order_by("-pk")[:10],
        "accounts": issuing.account(actor.stations_for([pages.activity_of("manual")])) if actor.is_officer else [],
        "page": found, "view": view if view in SHOWN else "",
        "views": _views(), "may_propose": may["manual-propose"], "may_issue": may["manual-issue"],
    }  # fmt: skip
    return render(request, "bills/manual.html", context)


def _views() -> list[tuple[str, str]]:
    return [
        ("", _("All")), ("issued", _("Blank")), ("outstanding", _("Used, not regularised")), ("regularised", _("Regularised")),
        ("spoiled", _("Spoiled")), ("missing", _("Missing")),
    ]  # fmt: skip


@require_GET
def export(request: Request) -> HttpResponse:
    """The reconciliation, form by form, as a CSV file."""
    rows = _forms(request).order_by("pk")[:MOST_EXPORTED]
    found = rows.iterator(chunk_size=2000)
    some = iter(lambda: list(islice(found, 2000)), [])
    told = (_cells(one) for forms in some for one in holding.put_on(forms))
    content = files.written(COLUMNS, told, is_xlsx=False)
    exported(request, "manual-forms", filter_view=request.GET.get("view", "")[:20])
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="manual-forms-{timezone.localdate():%Y-%m-%d}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _cells(one: Any) -> list[str]:
    def moment(at: Any) -> str:
        return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""

    return [
        one.station_id, one.number or "", str(one.get_stage_display()), moment(one.issued_at), str(one.order or ""),
        one.courier.short_name if one.courier else "", one.hawb, moment(one.cleared_at), one.officer,
        str(one.assessable_value or ""), "" if one.collected is None else str(one.collected), one.receipt,
        (one.bill.number or "") if one.bill else "", str(one.bill.total_duty) if one.bill else "", one.remarks,
        str(one.shipment_count or ""), str(one.fine or ""), str(one.penalty or ""), one.xray_result, one.findings,
        one.received_by, moment(one.received_at), str(one.bill.assessable_value) if one.bill else "",
        *("" if amount is None else str(amount) for amount in (one.value_difference, one.duty_difference)),
        " ".join(one.waits),
    ]  # fmt: skip


def _stations(request: Request, page: str) -> list[tuple[str, str]]:
    """The stations where the page is the person's."""
    actor = request.actor
    pages.require(actor, page)
    found = CustomsStation.objects.filter(pk__in=actor.stations_for([pages.activity_of(page)])).order_by("pk")
    return [(station.pk, str(station)) for station in found]


@require_GET
def scan(request: Request, pk: int) -> FileResponse:
    """A scan of a used paper form, to Customs and to its courier. Always a download."""
    actor = request.actor
    rows = ManualScan.objects.filter(form__in=ManualForm.objects.visible_to(actor)).select_related("form")
    found = get_object_or_404(rows if actor.is_officer else rows.filter(withdrawn=False), pk=pk)
    concerns(request, found.form)
    response = FileResponse(
        found.file.open("rb"), as_attachment=True, filename=found.name, content_type=found.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "POST"])
def propose(request: Request) -> HttpResponse:
    """The DC/AC proposes manual clearance to the Commissioner (PN17 15.0)."""
    now = timezone.localtime().replace(second=0, microsecond=0)
    stations = _stations(request, "manual-propose")
    form = ProposalForm(request.POST or None, stations=stations, initial={"begins_at": now})
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            made = issuing.propose(**form.cleaned_data, actor=request.actor)
            messages.success(request, _("%(order)s is proposed to the Commissioner.") % {"order": made})
            return redirect(made)
        except Refused as refusal:
            reasons = refusal.reasons
    status = 409 if reasons else 422 if form.is_bound else 200
    return render(request, "bills/manual_propose.html", {"form": form, "reasons": reasons}, status=status)


@require_http_methods(["GET", "POST"])
def issue(request: Request) -> HttpResponse:
    """Numbered blank forms are issued to a station, to be printed in advance."""
    stations = _stations(request, "manual-issue")
    form = IssueForm(request.POST or None, stations=stations)
    if request.method == "POST" and form.is_valid():
        made = issuing.issue(form.cleaned_data["station"], form.cleaned_data["count"], request.actor)
        first, last = made[0], made[-1]
        messages.success(
            request, _("Forms %(first)s to %(last)s are issued: print them now.") % {"first": first, "last": last}
        )
        return redirect(f"{reverse('manual-issued')}?first={first}&last={last}")
    return render(request, "bills/manual_issue.html", {"form": form}, status=422 if form.is_bound else 200)


def _issued(request: Request) -> list[ManualForm]:
    """The blank forms of a run of numbers, at the stations where issuing is the person's."""
    stations = [pk for pk, _name in _stations(request, "manual-issue")]
    first, last = (request.GET.get(name, "").strip().upper().replace("\x00", "") for name in ("first", "last"))
    ends = {one.number: one for one in ManualForm.objects.filter(number__in=[first, last], station__in=stations)}
    if first not in ends or last not in ends:
        raise Http404
    rows = ManualForm.objects.filter(
        station=ends[first].station_id, stage="ISSUED", pk__gte=ends[first].pk, pk__lte=ends[last].pk
    )
    found = list(rows.select_related("station").order_by("pk")[: issuing.MOST_AT_ONCE])
    if not found:
        raise Http404
    return found


@require_GET
def issued(request: Request) -> HttpResponse:
    """Forms just issued, with the print of all of them."""
    found = _issued(request)
    return render(request, "bills/manual_issued.html", {"forms": found, "first": found[0], "last": found[-1]})


@require_GET
def blanks(request: Request) -> HttpResponse:
    """The blank forms of a run of numbers as they are printed: one that was used, spoiled or lost is not printed again."""
    found = _issued(request)
    return as_pdf(papers.blanks(found, request.actor.name), f"{found[0]}-{found[-1].serial:06d}")
