"""Courier Shipping Bills: the firm's own, their stage, queries and print-outs."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from ninja import Router, Schema

from accounts.requests import Request
from api.guarding import READ, actor_of
from api.reading.bills import PDF, Queries, asked_of
from api.shapes import PROBLEMS, Cursor, Limit, Stage, Word, at_stage, keyed, page_of, stage_of
from bills.summary import sees_declaration
from eccs.audit_answers import concerns
from exports.models import CourierShippingBill
from exports.stages import UNFILED
from exports.views import papers

router = Router(auth=READ, tags=["Shipping bills"])


class ShippingBill(Schema):
    """A shipping bill. What is declared of the goods is told to those who may read it, and to others left out."""

    number: str
    form: str
    stage: Stage
    stage_since: datetime
    station: str
    hawb: str
    filed_at: datetime
    goods: str
    destination_country: str
    fob_value: Decimal | None
    documents_wanted: str


class ShippingBills(Schema):
    """One page of shipping bills."""

    items: list[ShippingBill]
    next: str | None


def filed(request: Request) -> Any:
    """The filed shipping bills that whoever asks may see."""
    return CourierShippingBill.objects.visible_to(actor_of(request)).exclude(stage__in=UNFILED)


def told(bill: CourierShippingBill, actor: Any) -> ShippingBill:
    """A shipping bill as it is answered."""
    reads = sees_declaration(actor, bill)
    assert bill.number is not None and bill.filed_at is not None
    return ShippingBill(
        number=bill.number, form=bill.kind, stage=stage_of(bill), stage_since=bill.stage_since, station=bill.station_id,
        hawb=bill.hawb, filed_at=bill.filed_at, goods=bill.goods, destination_country=bill.destination_country,
        fob_value=bill.fob_value if reads else None,
        documents_wanted=bill.documents_required if reads and bill.stage == "DOCUMENTS" else "",
    )  # fmt: skip


@router.get("/shipping-bills", response={200: ShippingBills, **PROBLEMS}, url_name="api-shipping-bills")
def shipping_bills(
    request: Request, cursor: Cursor, limit: Limit, stage: Word, hawb: Word
) -> ShippingBills:  # fmt: skip
    """The own filed shipping bills, the newest first; of one stage or house airway bill where it is named."""
    rows = at_stage(filed(request), stage)
    page = page_of(rows.filter(hawb=hawb.upper()) if hawb else rows, cursor, limit)
    return ShippingBills(items=[told(one, actor_of(request)) for one in page.rows], next=page.next_mark or None)


def _one(request: Request, number: str) -> CourierShippingBill:
    found: CourierShippingBill = keyed(filed(request), number)
    concerns(request, found)
    return found


@router.get("/shipping-bills/{number}", response={200: ShippingBill, **PROBLEMS}, url_name="api-shipping-bill")
def shipping_bill(request: Request, number: str) -> ShippingBill:
    """One shipping bill by its number."""
    return told(_one(request, number), actor_of(request))


@router.get(
    "/shipping-bills/{number}/queries", response={200: Queries, **PROBLEMS}, url_name="api-shipping-bill-queries"
)
def queries(request: Request, number: str) -> Queries:
    """What Customs asked about a shipping bill, and what was answered."""
    found = _one(request, number)
    if not sees_declaration(actor_of(request), found):
        raise Http404
    return asked_of(found)


@router.get(
    "/shipping-bills/{number}/print.pdf", response=PROBLEMS, url_name="api-shipping-bill-print", openapi_extra=PDF
)
def printed(request: Request, number: str) -> HttpResponse:
    """The shipping bill as it is printed."""
    return papers.bill_print(request, number)


@router.get(
    "/shipping-bills/{number}/let-export-order.pdf", response=PROBLEMS, url_name="api-let-export", openapi_extra=PDF
)
def let_export(request: Request, number: str) -> HttpResponse:
    """The Let Export Order as it is printed."""
    return papers.order_print(request, number)
