"""The pages of an upload: being checked, to be corrected, ready to sign, done."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import sessions
from accounts.requests import Request
from eccs import far, upload_runner, uploads
from eccs.models import Upload
from eccs.signing import gate as signatures
from eccs.signing import presenting
from eccs.signing.models import ToSign
from eccs.upload_progress import how_far
from eccs.uploads import Fault, files
from eccs.workflow import Refused

SHOWN = 200
State = Upload.State


def owner_of(request: Request) -> str:
    """Whose uploads the person sees: those of the own firm, or what is loaded for the whole system."""
    actor = request.actor
    return f"courier:{actor.files_for_courier}" if actor.is_trade or actor.customer is not None else "system"


def _mine(request: Request, pk: int) -> Upload:
    found = get_object_or_404(Upload.objects.exclude(owner=""), pk=pk, owner=owner_of(request))
    subject = upload_runner.kind_of(found).context(found)["subject"]
    get_object_or_404(type(subject)._default_manager.visible_to(request.actor), pk=subject.pk)
    return found


@sessions.passive
@require_GET
@never_cache
def upload(request: Request, pk: int) -> HttpResponse:
    """How far a file is, what is wrong with it, or what would be submitted."""
    found = _mine(request, pk)
    here = reverse("upload", args=[pk])
    context: dict[str, Any] = {
        "upload": found,
        "refresh_url": here,
        "done_url": here,
        **upload_runner.kind_of(found).context(found),
    }
    if found.state in (State.RECEIVED, State.CHECKING, State.SAVING):
        return _progress(request, context)
    if far.is_part(request):  # the progress is over: the page itself is wanted
        return HttpResponse(headers={"HX-Redirect": here})
    if found.state in (State.REFUSED, State.FAILED):
        return render(request, "eccs/upload_result.html", {**context, **_result(found)})
    if context.get("ready_url"):
        return redirect(context["ready_url"])
    if found.state == State.DONE:
        return render(request, context["done_template"], {**context, "summary": found.summary})
    context |= {
        "confirm_url": reverse("upload-sign", args=[pk]), "summary": context["sums"],
        "may_sign": context["may_sign"](request.actor),
        "hindrances": context["hindrances"](request.actor) if "hindrances" in context else [],
    }  # fmt: skip
    return render(request, "eccs/upload_confirm.html", context)


def _progress(request: Request, context: dict[str, Any]) -> HttpResponse:
    told = how_far(context["upload"])
    context |= {"far": told, "part": far.is_part(request)}
    return far.shown(request, told["mark"], "eccs/upload_progress.html", "eccs/_upload_progress.html", context)


def _result(found: Upload) -> dict[str, Any]:
    faults = [Fault(*fault) for fault in found.faults]
    rows = len({fault.row for fault in faults})
    return {
        "causes": [{"count": c["count"], "column": c["column"], "cause": c["reason"]} for c in uploads.causes(faults)],
        "faults": faults[:SHOWN], "fault_count": len(faults), "row_count": rows, "good_count": found.rows - rows,
        "errors_url": reverse("upload-errors", args=[found.pk]) if faults else "",
    }  # fmt: skip


@require_POST
def sign(request: Request, pk: int) -> HttpResponse:
    """Sign what was checked and have it filed in the background; a second press of the button does nothing."""
    found = _mine(request, pk)
    context = upload_runner.kind_of(found).context(found)
    if not context["may_sign"](request.actor):
        raise Http404
    if all(request.POST.get(f"declare{n}") for n, _words in enumerate(context["declarations"], 1)):
        try:
            if wanted := to_sign(found, context, request.actor):
                return redirect("sign", wanted.key)
        except Refused as refusal:
            messages.error(request, " ".join(refusal.reasons))
            return redirect("upload", pk)
        upload_runner.sign(found, request.user.pk)  # type: ignore[arg-type]
    else:
        messages.error(request, _("Tick both declarations. Nothing has changed."))
    return redirect("upload", pk)


def to_sign(found: Upload, context: dict[str, Any], actor: Any) -> ToSign | None:
    """All that the file files, written down to be signed in one act; nothing where no signature is demanded. Raises Refused."""
    model = context.get("files")
    if found.state != State.READY or model is None:
        return None
    step = model.steps()["file"]
    if not signatures.demanded(step, context["subject"], actor.user_id):
        return None
    if reasons := context["hindrances"](actor):
        raise Refused(reasons)
    told = {
        "kind": model._meta.label_lower, "step": step.name, "id": None, "after": None, "answers": {},
        "document": found.name, "station": context["subject"].station_id, "upload": found.digest,
        "declarations": [str(words) for words in context["declarations"]],
    }  # fmt: skip
    filings = [told | {"declared": one, "row": n} for n, one in enumerate(upload_runner.declared(found), 1)]
    return presenting.write_down(filings, step, actor, way="upload", about={"upload": found.pk, "key": found.name})


@require_GET
def errors(request: Request, pk: int) -> HttpResponseBase:
    """The file as it was handed in, with the column ECCS_ERRORS."""
    found = _mine(request, pk)
    if not found.file:  # filed, and nothing is wrong with it
        raise Http404
    try:
        sheet = upload_runner.read_again(found)
    except uploads.Unreadable as fault:  # refused as a whole: there are no rows to give back
        raise Http404 from fault
    content = files.with_errors(sheet, [Fault(*fault) for fault in found.faults])
    stem = found.name.rsplit(".", 1)[0]
    return _download(content, f"{stem}-ECCS_ERRORS", is_xlsx=sheet.is_xlsx)


@require_GET
def template(request: Request, kind: str) -> HttpResponseBase:
    """An empty file with the names of the columns, or one with an example row."""
    known = upload_runner.kind_named(kind)
    if known is None:
        raise Http404
    is_xlsx, filled = request.GET.get("format") == "xlsx", "example" in request.GET
    content = files.template(known.columns, is_xlsx=is_xlsx, filled=filled)
    return _download(content, f"{kind}-{'example' if filled else 'template'}", is_xlsx=is_xlsx)


def _download(content: bytes, stem: str, *, is_xlsx: bool) -> FileResponse:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" if is_xlsx else "text/csv; charset=utf-8"
    response = FileResponse(
        BytesIO(content), as_attachment=True, filename=f"{stem}.{'xlsx' if is_xlsx else 'csv'}", content_type=kind
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
