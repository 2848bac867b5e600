"""The bills of a whole flight from one file: hand it in, watch it being checked, correct or sign it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import COURIERS, Role
from bills.reading import COLUMNS
from eccs import upload_runner
from eccs.models import Upload
from eccs.money import grouped, rupees
from eccs.uploads import Fault, Unreadable, causes
from eccs.uploads.files import template as empty_file
from eccs.uploads.files import with_errors
from eccs.uploads.reading import MAX_BYTES
from manifests.clearance import Stage
from manifests.models import ExpressCargoManifest

KIND = "cbe"
SHOWN = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UNSUBMITTED = (Stage.DRAFT, Stage.DISCARDED)


def _owner(request: HttpRequest) -> str:
    """Whose uploads the person sees: those of the own firm."""
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.roles & set(COURIERS) or actor.courier_id is None:
        raise PermissionDenied
    return f"courier:{actor.courier_id}"


def _upload(request: HttpRequest, pk: int) -> tuple[Upload, ExpressCargoManifest]:
    upload = get_object_or_404(Upload, pk=pk, kind=KIND, owner=_owner(request))
    rows = ExpressCargoManifest.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    return upload, get_object_or_404(rows, pk=upload.subject_id)


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, key: str) -> HttpResponse:
    """Hand in the bills of a submitted manifest as CSV or XLSX."""
    owner = _owner(request)
    rows = ExpressCargoManifest.objects.visible_to(request.actor).filter(courier_id=request.actor.courier_id)  # type: ignore[attr-defined]
    manifest = get_object_or_404(rows, ExpressCargoManifest.by_key(key))
    fault = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        fault = _why_not(manifest, file)
        if not fault and file is not None:
            received = upload_runner.receive(KIND, owner, manifest.pk, request.user.pk, file.name or "", file.read())  # type: ignore[arg-type]
            return redirect("bill-upload-progress", received.pk)
    earlier = Upload.objects.filter(kind=KIND, owner=owner, subject_id=manifest.pk).order_by("-pk")[:5]
    context = {
        "manifest": manifest,
        "columns": COLUMNS,
        "fault": fault,
        "earlier": earlier,
        "filed": manifest.bills.count(),
    }
    return render(request, "bills/upload.html", context, status=422 if fault else 200)


def _why_not(manifest: ExpressCargoManifest, file: UploadedFile[Any] | None) -> str:
    if manifest.stage in UNSUBMITTED:
        return _("The manifest is not submitted yet: bills are filed for a submitted manifest.")
    if file is None:
        return _("Choose a file.")
    return _("The file is larger than 20 MiB.") if file.size and file.size > MAX_BYTES else ""


@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the file is: being checked, to be corrected, ready to sign, or filed."""
    upload, manifest = _upload(request, pk)
    here = reverse("bill-upload-progress", args=[pk])
    context: dict[str, Any] = {
        "upload": upload, "manifest": manifest, "refresh_url": here, "done_url": here,
        "caption": _("Courier Bills of Entry for %(manifest)s.") % {"manifest": manifest},
        "upload_url": reverse("bill-upload", args=[manifest.key]),
    }  # fmt: skip
    state, fragment = upload.state, request.headers.get("HX-Request") == "true"
    if state in (Upload.State.RECEIVED, Upload.State.CHECKING, Upload.State.SAVING):
        return render(request, "eccs/_upload_progress.html" if fragment else "eccs/upload_progress.html", context)
    if fragment:  # the waiting is over: the browser opens this page anew
        response = HttpResponse(status=204)
        response["HX-Redirect"] = here
        return response
    if state == Upload.State.READY:
        return render(request, "eccs/upload_confirm.html", {**context, **_ready(request, upload)})
    if state == Upload.State.DONE:
        return render(request, "bills/upload_done.html", {**context, "summary": upload.summary})
    return render(request, "eccs/upload_result.html", {**context, **_faults(upload)})


def _ready(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    summary = upload.summary
    bills = summary["bills"]
    words = ngettext("Sign and file %(count)s bill", "Sign and file %(count)s bills", bills) % {"count": grouped(bills)}
    hawb, value = summary["dearest"]
    rows = [
        (_("Bills"), grouped(bills)), (_("Items"), grouped(summary["items"])),
        (_("Assessable value"), rupees(Decimal(summary["assessable_value"]), 2)),
        (_("Duty"), rupees(Decimal(summary["total_duty"]), 2)), (_("Bills without duty"), grouped(summary["free"])),
        (_("Highest value"), f"{hawb}, {rupees(Decimal(value), 2)}"),
    ]  # fmt: skip
    return {
        "heading": _("Check, then sign"), "summary": rows, "button": words,
        "may_sign": Role.COURIER_SIGNATORY in request.actor.roles,  # type: ignore[attr-defined]
        "confirm_url": reverse("bill-upload-sign", args=[upload.pk]), "discard_url": "",
        "declarations": [
            _("I declare that we are authorised by the consignors or consignees to file these bills,"),
            _("and that the contents are true, and we will report at once any document that shows otherwise."),
        ],
        "next_words": _("Each bill gets its number and goes its own way: to duty, to Customs, or straight to X-ray."),
    }  # fmt: skip


def _faults(upload: Upload) -> dict[str, Any]:
    faults = [Fault(*fault) for fault in upload.faults]
    rows = len({fault.row for fault in faults})
    told = [{"count": c["count"], "column": c["column"], "cause": c["reason"], "remedy": ""} for c in causes(faults)]
    return {
        "faults": faults[:SHOWN], "fault_count": len(faults), "row_count": rows, "good_count": upload.rows - rows,
        "causes": told[:20], "errors_url": reverse("bill-upload-errors", args=[upload.pk]) if faults else "",
    }  # fmt: skip


@require_POST
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """The signatory declares and files the whole file; a second signature does nothing."""
    upload, _manifest = _upload(request, pk)
    if Role.COURIER_SIGNATORY not in request.actor.roles:  # type: ignore[attr-defined]
        raise PermissionDenied
    if not (request.POST.get("declare1") and request.POST.get("declare2")):
        messages.error(request, _("Tick both declarations. Nothing has changed."))
    else:
        upload_runner.sign(upload, request.actor.user_id)  # type: ignore[attr-defined]
    return redirect("bill-upload-progress", pk)


@require_GET
def errors(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as it was handed in, with a column that names what is wrong with each row."""
    upload, _manifest = _upload(request, pk)
    try:
        sheet = upload_runner.read_again(upload)
    except Unreadable as fault:
        raise Http404 from fault
    content = with_errors(sheet, [Fault(*fault) for fault in upload.faults])
    ending = "xlsx" if sheet.is_xlsx else "csv"
    return _file(content, f"cbe-errors-{upload.pk}.{ending}", is_xlsx=sheet.is_xlsx)


@require_GET
def template(request: HttpRequest, name: str) -> HttpResponse:
    """An empty file with the names of the columns, or one with an example row."""
    stem, _dot, ending = name.partition(".")
    if stem not in ("cbe-template", "cbe-example") or ending not in ("csv", "xlsx"):
        raise Http404
    is_xlsx = ending == "xlsx"
    return _file(empty_file(COLUMNS, is_xlsx=is_xlsx, filled=stem == "cbe-example"), name, is_xlsx=is_xlsx)


def _file(content: bytes, name: str, *, is_xlsx: bool) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX if is_xlsx else "text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
