"""Papers of shipping bills: the legal prints as PDF, and what was attached."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import Request
from bills.summary import papers_for, sees_declaration
from bills.views.papers import as_download, attached
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
    """The Courier Shipping Bill as it is printed: for Customs and for the trade, not for the custodian."""
    bill = _bill(request, key)
    if bill.stage in UNFILED or not sees_declaration(request.actor, bill):
        raise Http404
    return as_pdf(papers.shipping_bill(bill, request.actor.name), bill.key)


@require_GET
def order_print(request: Request, key: str) -> HttpResponse:
    """The Let Export Order as it is printed."""
    bill = _bill(request, key)
    order = getattr(bill, "order", None)
    if order is None:
        raise Http404
    return as_pdf(papers.let_export_order(order, request.actor.name), order.number)


@require_GET
def detention_print(request: Request, number: str) -> HttpResponse:
    """A detention memo as it is printed: for Customs and for the courier it is addressed to."""
    visible = CourierShippingBill.objects.visible_to(request.actor)
    memo = get_object_or_404(
        ExportDetention.objects.select_related("bill__courier", "bill__station"), number=number, bill__in=visible
    )
    if not sees_declaration(request.actor, memo.bill):
        raise Http404
    return as_pdf(papers.detention_memo(memo, request.actor.name), number)


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
