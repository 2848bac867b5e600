"""Papers of bills: the legal prints as PDF, and what was attached."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import Request
from bills import attachments, decision_papers, documents
from bills.drafts import Draft
from bills.final_paper import final_paper
from bills.forms.courier import PaperForm
from bills.models import Attachment, CourierBillOfEntry, DetentionMemo, ProvisionalAssessment
from bills.models.clearable import Clearable
from bills.models.found import Paper
from bills.stages import CLOSED, UNFILED, Stage
from bills.summary import papers_for, sees_declaration
from eccs import pages
from eccs.audit_answers import concerns
from eccs.long_papers import paper_of
from eccs.papers import as_pdf


def _bill(request: Request, key: str) -> CourierBillOfEntry:
    rows = CourierBillOfEntry.objects.visible_to(request.actor)
    bill: CourierBillOfEntry = get_object_or_404(rows, CourierBillOfEntry.by_key(key))
    concerns(request, bill)
    return bill


@require_GET
def bill_print(request: Request, key: str) -> HttpResponse:
    """The Courier Bill of Entry as it is printed (Form D for CBE-XIII)."""
    return print_of_bill(request, _bill(request, key), documents.courier_bill_of_entry)


def print_of_bill(request: Request, bill: Any, draw: Callable[[Any, str], bytes]) -> HttpResponse:
    """A filed bill in print: for Customs and for the trade, not for the custodian."""
    if bill.stage in UNFILED or not sees_declaration(request.actor, bill):
        raise Http404
    lines = max(bill.shipment_count, bill.item_count)
    return paper_of(request, bill, lines, lambda: draw(bill, request.actor.name), bill.key)


@require_GET
def final_print(request: Request, number: str) -> HttpResponse:
    """A final assessment as it is printed, once it stands: for Customs and for the firms of the bill."""
    actor = request.actor
    rows = ProvisionalAssessment.objects.visible_to(actor).filter(stage__in=("EXTRA_DUTY", "FINAL"))
    related = ("bill__courier", "bill__hawb", "bill__station")
    assessment = get_object_or_404(rows.select_related(*related), number=number)
    if not sees_declaration(actor, assessment.bill):
        raise Http404
    concerns(request, assessment)
    return as_pdf(final_paper(assessment, actor.name), number)


@require_GET
def out_of_charge_print(request: Request, key: str) -> HttpResponse:
    """The Out of Charge order as it is printed."""
    return print_of_order(request, _bill(request, key), documents.out_of_charge_order)


def print_of_order(request: Request, bill: Draft, draw: Callable[[Draft, str], bytes]) -> HttpResponse:
    """The order that lets the goods of a bill leave, once it is given."""
    order = getattr(bill, "order", None)
    if order is None:
        raise Http404
    return as_pdf(draw(bill, request.actor.name), order.number)


@require_GET
def detention_print(request: Request, number: str) -> HttpResponse:
    """A detention memo as it is printed: for Customs and for the courier it is addressed to."""
    visible = CourierBillOfEntry.objects.visible_to(request.actor)
    return print_of_memo(request, DetentionMemo.objects.filter(bill__in=visible), number, documents.detention_memo)


def print_of_memo(
    request: Request, rows: QuerySet[Any], number: str, draw: Callable[[Any, str], bytes]
) -> HttpResponse:
    """One of the memos on bills that the person sees, for whoever may read what the bill declares."""
    memo = get_object_or_404(rows.select_related("bill"), number=number)
    if not sees_declaration(request.actor, memo.bill):
        raise Http404
    return as_pdf(draw(memo, request.actor.name), number)


@require_GET
def decision_print(request: Request, sort: str, pk: int) -> HttpResponse:
    """A query memo, an examination report, an order of provisional release or of adjudication, as it is printed."""
    return print_of_decision(request, CourierBillOfEntry.objects.visible_to(request.actor), sort, pk)


def print_of_decision(request: Request, bills: QuerySet[Any], sort: str, pk: int) -> HttpResponse:
    """What a desk decided on a bill that the person sees; the examination report to officers alone."""
    how = decision_papers.SORTS.get(sort)
    if how is None or not hasattr(bills.model, how.rows):
        raise Http404
    rows = getattr(bills.model, how.rows).rel.related_model.objects.filter(bill__in=bills)
    row = get_object_or_404(rows.select_related("bill__courier", "bill__station"), pk=pk)
    if not (request.actor.is_officer if how.officers_only else sees_declaration(request.actor, row.bill)):
        raise Http404
    concerns(request, row.bill)
    return as_pdf(
        decision_papers.print_of(sort, row, request.actor.name), decision_papers.number_of(sort, row).replace("/", "-")
    )


@require_GET
def gate_pass(request: Request, key: str) -> HttpResponse:
    """The gate pass of goods that are out of Customs charge: for whoever hands them over and for whoever takes them."""
    bill = _bill(request, key)
    if getattr(bill, "order", None) is None or bill.stage != Stage.OUT_OF_CHARGE:
        raise Http404
    return as_pdf(decision_papers.gate_pass(bill, request.actor.name), f"{bill.order.number}-gate-pass")


@require_GET
def package_labels(request: Request, key: str) -> HttpResponse:
    """Labels with bar codes for the packages of a filed bill."""
    bill = _bill(request, key)
    if bill.stage in UNFILED or bill.hawb is None:
        raise Http404
    return as_pdf(decision_papers.labels(bill), f"{bill.key}-labels")


@require_GET
def attachment(request: Request, pk: int) -> FileResponse:
    """A paper, to Customs and to the firms of its bill. Always a download: nothing a courier sent is shown as a page of ours."""
    visible = CourierBillOfEntry.objects.visible_to(request.actor)
    paper = get_object_or_404(Attachment.objects.select_related("bill"), pk=pk, bill__in=visible)
    if not papers_for(paper.bill, request.actor).filter(pk=pk).exists():
        raise Http404
    return as_download(request, paper)


def as_download(request: Request, paper: Paper) -> FileResponse:
    """A paper as it was handed in, always a download."""
    concerns(request, paper.bill)
    response = FileResponse(
        paper.file.open("rb"), as_attachment=True, filename=paper.name, content_type=paper.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
def attach(request: Request, key: str) -> HttpResponse:
    """The courier adds papers to a filed bill: compulsory documents, or what a query asks for."""
    bill, actor = _bill(request, key), request.actor
    pages.require(actor, "bill-attach")
    if not actor.is_trade:
        raise PermissionDenied
    return attached(request, bill, closed=bill.stage in CLOSED)


def attached(request: Request, bill: Clearable, *, closed: bool) -> HttpResponse:
    """Keep the papers that a firm sends for its bill, and say what was kept or why not."""
    form = PaperForm(request.POST, request.FILES)
    if closed:
        messages.error(request, _("The bill is closed: nothing can be attached any more."))
    elif form.is_valid():
        for file in form.cleaned_data["papers"]:
            paper = attachments.attach_upload(bill, file, form.cleaned_data["kind"], request.actor.person_id)
            messages.success(request, _("%(name)s is attached.") % {"name": paper.name})
    else:
        for errors in form.errors.values():
            messages.error(request, " ".join(str(error) for error in errors))
    return redirect(bill)
