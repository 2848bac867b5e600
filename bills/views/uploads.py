"""The bills of a whole flight from one file: handing it in. What follows is the same for every file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import Request
from bills import images
from bills.columns import COLUMNS
from bills.filing import ZIP_LABEL, why_no_bills
from bills.stages import UNFILED
from bills.xi import uploading
from bills.xi.selection import why_no_documents
from eccs import pages, upload_runner
from eccs.models import Upload
from eccs.uploads.reading import MAX_BYTES
from manifests.models import ExpressCargoManifest

KIND = "cbe"


def _owner(request: Request) -> str:
    """Whose uploads the person sees: those of the own firm."""
    actor = request.actor
    pages.require(actor, "bill-start")
    if actor.courier_id is None:  # importers file in forms
        raise PermissionDenied
    return f"courier:{actor.courier_id}"


def _flight(request: Request, key: str) -> ExpressCargoManifest:
    actor = request.actor
    rows = ExpressCargoManifest.objects.visible_to(actor).filter(courier_id=actor.courier_id)
    manifest: ExpressCargoManifest = get_object_or_404(rows, ExpressCargoManifest.by_key(key))
    return manifest


@require_http_methods(["GET", "POST"])
def upload(request: Request, key: str) -> HttpResponse:
    """Hand in the bills of a submitted manifest as CSV or XLSX."""
    owner = _owner(request)
    manifest = _flight(request, key)
    file_kind = uploading.KIND if manifest.is_documents else KIND
    fault = zip_fault = ""
    if request.method == "POST":
        file, companion = request.FILES.get("file"), request.FILES.get("images")
        fault, zip_fault = _why_not(manifest, file), _why_not_zip(companion)
        if not fault and not zip_fault and file is not None:
            received = upload_runner.receive(
                file_kind, owner, manifest.pk, request.user.pk, file.name or "", file.read(), companion=companion  # type: ignore[arg-type]
            )  # fmt: skip
            return redirect("upload", received.pk)
    earlier = Upload.objects.filter(kind=file_kind, owner=owner, subject_id=manifest.pk).order_by("-pk")[:5]
    context = {
        "manifest": manifest,
        "columns": uploading.COLUMNS if manifest.is_documents else COLUMNS,
        "file_kind": file_kind,
        "fault": fault,
        "blocked": _blocked(manifest),
        "zip_fault": zip_fault,
        "zip_label": ZIP_LABEL,
        "earlier": earlier,
        "filed": manifest.bills.exclude(stage__in=UNFILED).count(),
    }
    return render(request, "bills/upload.html", context, status=422 if fault or zip_fault else 200)


def _blocked(manifest: ExpressCargoManifest) -> str:
    """Why no bill is filed for the shipments of a manifest by a file, or nothing."""
    return why_no_documents(manifest) if manifest.is_documents else why_no_bills(manifest)


def _why_not(manifest: ExpressCargoManifest, file: UploadedFile[Any] | None) -> str:
    return _blocked(manifest) or why_not_file(file)


def why_not_file(file: UploadedFile[Any] | None) -> str:
    """Why a file of rows is not even looked at, or nothing."""
    if file is None:
        return _("Choose a file.")
    return _("The file is larger than 20 MiB.") if file.size and file.size > MAX_BYTES else ""


def _why_not_zip(file: UploadedFile[Any] | None) -> str:
    """What is seen of the ZIP at once; the rest is looked at with the rows."""
    if file is None:
        return ""
    if not file.size or file.size > images.LARGEST_ZIP:
        return _("Choose a ZIP of at most 100 MiB.")
    start = file.read(4)
    file.seek(0)
    return "" if start == b"PK\x03\x04" else _("The file is no readable ZIP.")


@require_POST
def images_of_flight(request: Request, key: str) -> HttpResponse:
    """Take in the images of the flight's papers from a ZIP."""
    _owner(request)
    manifest, file = _flight(request, key), request.FILES.get("images")
    back = redirect("bill-upload", manifest.key)
    if file is None or not file.size or file.size > images.LARGEST_ZIP:
        messages.error(request, _("Choose a ZIP of at most 100 MiB."))
        return back
    try:
        done = images.take_in(manifest, file, request.actor.person_id)  # type: ignore[arg-type]
    except images.NotAZip as fault:
        messages.error(request, str(fault))
        return back
    words = ngettext("%(count)d image is attached.", "%(count)d images are attached.", done.attached)
    messages.success(request, words % {"count": done.attached})
    for name in done.unknown[:20]:
        messages.warning(request, _("No open bill of this flight names %(name)s.") % {"name": name})
    for refused in done.refused[:20]:
        messages.error(request, refused)
    return back
