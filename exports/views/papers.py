"""Papers of shipping bills: the legal prints as PDF, and what was attached."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import Request
from bills.decision_papers import labels
from bills.summary import papers_for
from bills.views.papers import as_download, attached, print_of_bill, print_of_decision, print_of_memo, print_of_order
from eccs import pages
from eccs.audit_answers import concerns
from eccs.papers import as_pdf
from exports import papers
from exports.models import CourierShippingBill, ExportDetention, ExportPaper
from exports.stages import CLOSED, UNFILED


def _bill(request: Request, key: str) -> CourierShippingBill:
    rows = CourierShippingBill.objects.visible_to(request.actor).select_related("station", "courier")
    bill: CourierShippingBill = get_object_or_404(rows, CourierShippingBill.by_key(key))
    concerns(request, bill)
    return bill


@require_GET
def bill_print(request: Request, key: str) -> HttpResponse:
    """The Courier Shipping Bill as it is printed."""
    return print_of_bill(request, _bill(request, key), papers.shipping_bill)


@require_GET
def order_print(request: Request, key: str) -> HttpResponse:
    """The Let Export Order as it is printed."""
    return print_of_order(request, _bill(request, key), papers.let_export_order)


@require_GET
def package_labels(request: Request, key: str) -> HttpResponse:
    """Labels with bar codes and signed codes for the packages of a filed shipping bill."""
    bill = _bill(request, key)
    if bill.stage in UNFILED or not bill.hawb:
        raise Http404
    return as_pdf(labels(bill), f"{bill.key}-labels")


@require_GET
def detention_print(request: Request, number: str) -> HttpResponse:
    """A detention memo as it is printed: for Customs and for the courier it is addressed to."""
    visible = CourierShippingBill.objects.visible_to(request.actor)
    return print_of_memo(request, ExportDetention.objects.filter(bill__in=visible), number, papers.detention_memo)


@require_GET
def decision_print(request: Request, sort: str, pk: int) -> HttpResponse:
    """A query memo, an examination report or an order of adjudication on a shipping bill, as it is printed."""
    return print_of_decision(request, CourierShippingBill.objects.visible_to(request.actor), sort, pk)


@require_GET
def paper(request: Request, pk: int) -> FileResponse:
    """A paper, to Customs and to the courier of its shipping bill."""
    visible = CourierShippingBill.objects.visible_to(request.actor)
    found = get_object_or_404(ExportPaper.objects.select_related("bill"), pk=pk, bill__in=visible)
    if not papers_for(found.bill, request.actor).filter(pk=pk).exists():
        raise Http404
    return as_download(request, found)


@require_POST
def attach(request: Request, key: str) -> HttpResponse:
    """The courier adds papers to a filed shipping bill: what a query asks for."""
    bill = _bill(request, key)
    pages.require(request.actor, "csb-attach")
    if not request.actor.is_trade:
        raise PermissionDenied
    return attached(request, bill, closed=bill.stage in (*CLOSED, *UNFILED))
