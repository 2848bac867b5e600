"""Pages of a CSB-III: the file of its house airway bills, and their list once it is filed."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import Request
from bills.views.documents import page_of_shipments
from bills.views.uploads import why_not_file
from eccs import upload_runner
from eccs.audit_answers import concerns
from eccs.models import Upload
from exports.iii.columns import COLUMNS
from exports.iii.reading import judge_flight, standing
from exports.iii.uploading import KIND
from exports.kinds import Kind
from exports.models import CourierShippingBill
from exports.stages import UNFILED
from exports.views.entry import draft_of, no_files_at_counter


@require_http_methods(["GET", "POST"])
def upload(request: Request, pk: int) -> HttpResponse:
    """Hand in the house airway bills of a CSB-III as CSV or XLSX."""
    bill = draft_of(request, pk)
    no_files_at_counter(request)
    if not bill.is_documents:
        raise Http404
    owner, fault = f"courier:{bill.courier_id}", ""
    if request.method == "POST":
        file = request.FILES.get("file")
        fault = why_not_file(file)
        if file is not None and not fault:
            given = (file.name or "", file.read())
            received = upload_runner.receive(KIND, owner, bill.pk, request.actor.person_id, *given)
            return redirect("upload", received.pk)
    context = {
        "bill": bill, "station": bill.station, "columns": COLUMNS, "file_kind": KIND, "fault": fault,
        "flight_missing": bool(judge_flight(bill)[0].faults),
        "earlier": Upload.objects.filter(kind=KIND, owner=owner, subject_id=bill.pk).order_by("-pk")[:5],
    }  # fmt: skip
    return render(request, "exports/upload.html", context, status=422 if fault else 200)


@require_GET
def shipments(request: Request, key: str) -> HttpResponse:
    """Every shipment of a filed CSB-III, page by page."""
    rows = CourierShippingBill.objects.visible_to(request.actor).filter(kind=Kind.III).exclude(stage__in=UNFILED)
    bill: CourierShippingBill = get_object_or_404(rows, number=key)
    concerns(request, bill)
    return page_of_shipments(request, bill, standing(bill))
