"""Challans: the firm's own, what they pay, the TR-6 and the cyber receipt."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from ninja import Router, Schema

from accounts.requests import Request
from api.guarding import READ, actor_of
from api.reading.bills import PDF
from api.shapes import PROBLEMS, Cursor, Limit, Stage, Word, at_stage, keyed, page_of, stage_of
from bills.duty.heads import head_label
from eccs.audit_answers import concerns
from payments import paper_views, views
from payments.listing import heads_of
from payments.models import Challan

router = Router(auth=READ, tags=["Challans"])


class ChallanHead(Schema):
    """One head of a challan, in rupees."""

    head: str
    name: str
    amount: Decimal


class ChallanTold(Schema):
    """A challan."""

    number: str
    kind: str
    stage: Stage
    station: str
    bank: str
    amount: Decimal
    created_at: datetime
    paid_at: datetime | None
    bank_transaction: str
    receipt: str | None


class ChallanWhole(ChallanTold):
    """A challan with its heads, and the bills that it pays."""

    heads: list[ChallanHead]
    bills: list[str]


class Challans(Schema):
    """One page of challans."""

    items: list[ChallanTold]
    next: str | None


def visible(request: Request) -> Any:
    """The challans that whoever asks may see."""
    return Challan.objects.visible_to(actor_of(request)).select_related("receipt").filter(number__isnull=False)


def _facts(challan: Challan) -> dict[str, Any]:
    return {
        "number": challan.number, "kind": challan.kind, "stage": stage_of(challan), "station": challan.station_id,
        "bank": "LEDGER" if challan.paid_from_ledger else challan.bank, "amount": challan.amount,
        "created_at": challan.created_at, "paid_at": challan.paid_at, "bank_transaction": challan.bank_transaction,
        "receipt": challan.receipt.number if hasattr(challan, "receipt") else None,
    }  # fmt: skip


@router.get("/challans", response={200: Challans, **PROBLEMS}, url_name="api-challans")
def challans(request: Request, cursor: Cursor, limit: Limit, stage: Word) -> Challans:
    """The own challans, the newest first; of one stage where it is named."""
    page = page_of(at_stage(visible(request), stage), cursor, limit)
    return Challans(items=[ChallanTold(**_facts(one)) for one in page.rows], next=page.next_mark or None)


@router.get("/challans/{number}", response={200: ChallanWhole, **PROBLEMS}, url_name="api-challan")
def challan(request: Request, number: str) -> ChallanWhole:
    """One challan by its number, with its heads and what it pays."""
    found: Challan = keyed(visible(request), number)
    concerns(request, found)
    return whole(found)


def whole(found: Challan) -> ChallanWhole:
    """A challan with its heads and what it pays."""
    heads = [
        ChallanHead(head=head, name=str(head_label(head)), amount=Decimal(found.heads[head]))
        for head in heads_of(found)
    ]
    paid_for = [str(line.bill) for line in found.lines.select_related("bill") if line.bill is not None]
    return ChallanWhole(**_facts(found), heads=heads, bills=paid_for)


@router.get("/challans/{number}/tr-6.pdf", response=PROBLEMS, url_name="api-tr-6", openapi_extra=PDF)
def tr_6(request: Request, number: str) -> HttpResponse:
    """The TR-6 challan as it is printed."""
    return paper_views.challan_pdf(request, number)


@router.get("/challans/{number}/receipt.pdf", response=PROBLEMS, url_name="api-receipt", openapi_extra=PDF)
def receipt(request: Request, number: str) -> HttpResponse:
    """The cyber receipt of a paid challan."""
    return views.receipt(request, number)
