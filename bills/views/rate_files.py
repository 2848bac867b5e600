"""The System Admin's pages of rates: what was loaded by whom, loading a file, and what it would change."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import Request
from bills.models import RateChange, RateFile
from bills.rate_files import columns, loading
from bills.rate_files.listing import told
from eccs import audit, keyset, pages, upload_runner
from eccs.models import Upload
from eccs.uploads.reading import MAX_BYTES

COLUMNS = {
    RateFile.Sort.TARIFF.value: columns.TARIFF, RateFile.Sort.EXCHANGE.value: columns.EXCHANGE,
    RateFile.Sort.EXEMPTIONS.value: columns.EXEMPTIONS,
}  # fmt: skip
ON_A_PAGE = 100


def _file(request: Request, key: str) -> RateFile:
    pages.require(request.actor, "rate-files")
    rows = RateFile.objects.visible_to(request.actor).select_related("upload", "loaded_by")
    found: RateFile = get_object_or_404(rows, RateFile.by_key(key))
    return found


@require_GET
def history(request: Request) -> HttpResponse:
    """Every file that was loaded: by whom, when, with which notification, what it changed, and what became of it."""
    pages.require(request.actor, "rate-files")
    rows = RateFile.objects.visible_to(request.actor).select_related("upload", "loaded_by")
    page = keyset.page(rows, "-pk", request.GET.get("mark", ""))
    last = _latest_uploads(page.rows)
    context = {
        "page": page, "waiting": rows.filter(stage="PROPOSED").order_by("pk"), "sorts": RateFile.Sort.choices,
        "rows": [{"file": file, "upload": file.upload or last.get(file.pk), "decided": _decided(file)} for file in page.rows],
    }  # fmt: skip
    return render(request, "bills/rate_files.html", context)


def _latest_uploads(files: list[Any]) -> dict[int, Upload]:
    """The upload of each file that is not read yet, or must be corrected."""
    keys = [file.pk for file in files if file.upload_id is None]
    rows = Upload.objects.filter(owner=loading.OWNER, kind__in=COLUMNS, subject_id__in=keys).order_by("pk")
    return {row.subject_id or 0: row for row in rows}


def _decided(file: Any) -> Any:
    """Who approved, refused or took back a file, and when: the last line of its trail."""
    return file.trail.exclude(step__in=("load", "propose")).order_by("-seq").first()


@require_http_methods(["GET", "POST"])
def load(request: Request, sort: str) -> HttpResponse:
    """Hand in a file of the tariff or of rates of exchange."""
    pages.require(request.actor, "rate-file-new")
    if sort not in COLUMNS:
        raise Http404
    given, fault, extent = request.FILES.get("file"), "", request.POST.get("extent", "")
    if request.method == "POST":
        fault = _why_not(given)
        extent_fault = _("Choose what the file holds.") if sort == "tariff" and extent not in ("whole", "part") else ""
        if given is not None and not fault and not extent_fault:
            file = loading.start(sort, request.actor, whole=extent == "whole")
            return _receive(request, file, given)
    else:
        extent_fault = ""
    context = {
        "sort": sort, "label": RateFile.Sort(sort).label, "columns": COLUMNS[sort], "fault": fault, "extent": extent,
        "extent_fault": extent_fault,
    }  # fmt: skip
    return render(request, "bills/rate_file_new.html", context, status=422 if fault or extent_fault else 200)


@require_POST
def again(request: Request, pk: int) -> HttpResponse:
    """The corrected file of one that had faults."""
    pages.require(request.actor, "rate-file-new")
    file = get_object_or_404(RateFile.objects.visible_to(request.actor), pk=pk, stage="DRAFT")
    given = request.FILES.get("file")
    if given is None or _why_not(given):
        return redirect("rate-file-new", file.sort)
    return _receive(request, file, given)


def _why_not(given: UploadedFile[Any] | None) -> str:
    if given is None:
        return _("Choose a file.")
    return _("The file is larger than 20 MiB.") if given.size and given.size > MAX_BYTES else ""


def _receive(request: Request, file: RateFile, given: UploadedFile[Any]) -> HttpResponse:
    received = upload_runner.receive(
        file.sort, loading.OWNER, file.pk, request.actor.person_id, given.name or "", given.read()
    )
    audit.record(
        "rates.loaded", request=request, about=file.key, sort=file.sort, file=received.name, digest=received.digest
    )
    return redirect("upload", received.pk)


@require_GET
def changes(request: Request, key: str) -> HttpResponse:
    """All differences between a file and what is in force on its days, page by page."""
    file = _file(request, key)
    kind = request.GET.get("kind", "")
    rows = file.changes.order_by("code", "from_date")
    if kind in RateChange.Kind.values:
        rows = rows.filter(kind=kind)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    counts = {"": file.new + file.changed + file.ended, "NEW": file.new, "CHANGED": file.changed, "ENDED": file.ended}
    views = [(code, label, counts[code]) for code, label in (("", _("All")), *RateChange.Kind.choices)]
    context = {"file": file, "page": page, "rows": told(page), "views": views, "kind": kind if kind in counts else ""}
    return render(request, "bills/rate_changes.html", context)


@require_GET
def download(request: Request, key: str) -> HttpResponseBase:
    """The file as it was handed in."""
    file = _file(request, key)
    upload = file.upload or _latest_uploads([file]).get(file.pk)
    if upload is None:
        raise Http404
    audit.record("file.downloaded", request=request, about=file.key, file=upload.name, digest=upload.digest)
    answer = FileResponse(
        upload.file.open("rb"), as_attachment=True, filename=upload.name, content_type="application/octet-stream"
    )
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
