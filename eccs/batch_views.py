"""Papers of many documents asked for together: from the ticks of a list to the file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import sessions
from accounts.requests import Request
from eccs import audit, batches, far, pages, tasks
from eccs.batches import PaperBatch
from eccs.celery import after_commit

Form = PaperBatch.Form


@require_POST
def start(request: Request, slug: str) -> HttpResponse:
    """Ask for the papers of the documents that are ticked, each judged by itself; those that the person may not print are left out."""
    listing, how, actor = pages.listing_of(slug), batches.printable(slug), request.actor
    if listing is None or how is None:
        raise Http404
    ids = [pk for pk in map(pages.id_in, request.POST.getlist("document")) if pk]
    form = Form.ZIP if request.POST.get("form") == Form.ZIP else Form.PDF
    if len(ids) > batches.most():
        messages.error(request, _("At most %(most)d papers are printed together; %(count)d are selected.") % {"most": batches.most(), "count": len(ids)})  # fmt: skip
        return _back(request)
    rows = listing.visible_to(actor).filter(pk__in=ids).select_related(*how.related).order_by("pk")
    found = [one for one in rows if how.may(actor, one)]
    if not found:
        messages.error(request, _("Select the documents whose papers you want."))
        return _back(request)
    batch = batches.ask(actor, slug, found, form)
    audit.record("papers.asked", request=request, about=slug, papers=len(found), form=str(form))
    after_commit(tasks.make_papers, batch.pk)
    if left := len(set(ids)) - len(found):
        messages.warning(request, _("%(count)d documents have no paper for you and were left out.") % {"count": left})
    return redirect("printing", batch.key)


def _back(request: Request) -> HttpResponse:
    return redirect(sessions.our_address(request, request.headers.get("Referer", "")) or "desk")


def _mine(request: Request, key: Any) -> PaperBatch:
    """A batch for whoever asked for it, while it is kept, and while the person is of the same firm and stations."""
    rows = PaperBatch.objects.filter(by_id=request.actor.user_id, expires_at__gt=timezone.now())
    return get_object_or_404(rows, key=key, scope=batches.scope_of(request.actor))


@sessions.passive
@require_GET
@never_cache
def printing(request: Request, key: Any) -> HttpResponse:
    """How far the papers are, and where they are fetched."""
    batch = _mine(request, key)
    mark = f"{batch.state}{batch.made}-{batch.pages}"
    return far.shown(request, mark, "eccs/printing.html", "eccs/_printing.html", {"batch": batch, "mark": mark})


@require_GET
def download(request: Request, key: Any) -> FileResponse:
    """The file."""
    batch = _mine(request, key)
    if batch.state != PaperBatch.State.DONE:
        raise Http404
    kind = "application/pdf" if batch.form == Form.PDF else "application/zip"
    return FileResponse(batch.file.open("rb"), as_attachment=True, filename=batches.file_name(batch), content_type=kind)
