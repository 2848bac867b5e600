"""Papers of a customer, the print-out of a form, and the scan of what was signed and sealed (PN17 2.3, 2.4)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import Request
from counter import papers, sealing
from counter.entered import form_at, form_of
from counter.forms import BroughtForm, SealedForm
from counter.models import BroughtPaper, SealedPrint, Visit
from counter.serving import led_to_counter
from counter.views import shown
from eccs import pages
from eccs.audit_answers import concerns
from eccs.papers import as_pdf


def entered_at(request: Request, slug: str, key: str) -> Any:
    """The unfiled form at an address, of the customer who is served."""
    pages.require(request.actor, "counter")
    form = form_at(slug)
    if form is None:
        raise Http404
    rows = form.model._default_manager.visible_to(request.actor).filter(form.unfiled).select_related(*form.related)
    document = get_object_or_404(rows, form.model.by_key(key))
    if not request.actor.serves(document):
        raise PermissionDenied
    return document


@require_POST
def brought(request: Request) -> HttpResponse:
    """List and scan a physical document that the customer brought."""
    pages.require(request.actor, "counter")
    if away := led_to_counter(request):
        return away
    form = BroughtForm(request.POST, request.FILES, prefix="paper")
    if not form.is_valid():
        return shown(request, brought=form)
    assert request.actor.customer is not None
    sealing.list_paper(
        request.actor.customer.visit_id, form.cleaned_data["kind"], form.cleaned_data["scan"], request.actor
    )
    return redirect("counter")


@require_GET
def scan(request: Request, what: str, pk: int) -> HttpResponseBase:
    """A scanned paper of a visit at the own station."""
    pages.require(request.actor, "counter")
    kinds: dict[str, Any] = {"brought": BroughtPaper, "sealed": SealedPrint}
    if what not in kinds:
        raise Http404
    found = get_object_or_404(kinds[what].objects.visible_to(request.actor).select_related("visit"), pk=pk)
    concerns(request, found.visit)
    response = FileResponse(
        found.file.open("rb"), as_attachment=True, filename=found.name, content_type=found.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
def printed(request: Request, slug: str, key: str) -> HttpResponse:
    """The print-out of a form, to be signed and sealed by the customer."""
    document = entered_at(request, slug, key)
    assert request.actor.customer is not None
    visit = Visit.objects.select_related("station", "courier", "importer").get(pk=request.actor.customer.visit_id)
    concerns(request, visit)
    return as_pdf(papers.print_out(document, visit, request.actor.name), f"{visit}-{document.key}")


@require_POST
def seal(request: Request, slug: str, key: str) -> HttpResponse:
    """Attach the scan of the print-out that the customer signed and sealed."""
    document = entered_at(request, slug, key)
    form = SealedForm(request.POST, request.FILES)
    if form.is_valid():
        sealing.attach(document, form.cleaned_data["scan"], request.actor)
        messages.success(request, _("The sealed print-out is attached."))
    else:
        messages.error(request, " ".join(str(reason) for reasons in form.errors.values() for reason in reasons))
    return redirect(form_of(document).check(document))
