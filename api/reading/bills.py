"""Courier Bills of Entry: the firm's own, their stage, duty with its working, queries and print-outs."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router, Schema

from accounts.requests import Request
from api.guarding import READ, actor_of
from api.shapes import PROBLEMS, Cursor, Limit, Stage, Word, at_stage, keyed, page_of, stage_of
from bills.models import CourierBillOfEntry
from bills.stages import UNFILED
from bills.summary import heads, sees_declaration, summary
from bills.views import papers
from bills.workings_paper import workings_of
from eccs.audit_answers import concerns

router = Router(auth=READ, tags=["Bills of entry"])


class Bill(Schema):
    """A bill of entry. What is declared of the goods is told to those who may read it, and to others left out."""

    number: str
    form: str
    stage: Stage
    stage_since: datetime
    station: str
    hawb: str | None
    manifest: str | None
    filed_at: datetime
    arrived_at: datetime | None
    out_of_charge_at: datetime | None
    goods: str
    assessable_value: Decimal | None
    total_duty: Decimal | None
    duty_paid: Decimal | None
    provisional: bool
    documents_wanted: str


class Bills(Schema):
    """One page of bills."""

    items: list[Bill]
    next: str | None


class Head(Schema):
    """One head of the duty, in rupees."""

    head: str
    name: str
    amount: Decimal


class Demand(Head):
    """Interest, fine, penalty or late charge, with its law."""

    law: str


class WorkingLine(Schema):
    """How one figure came about: the very lines of the screen and of the print-out."""

    of: str
    figure: str
    working: str
    amount: str


class Duty(Schema):
    """The duty of a bill, head by head, and how each figure came about."""

    number: str
    rates_on: date | None
    assessable_value: Decimal
    heads: list[Head]
    not_collected: Decimal
    exempted: Decimal
    relieved: Decimal
    total_duty: Decimal
    demands: list[Demand]
    paid: Decimal
    due: Decimal
    working: list[WorkingLine]


class Query(Schema):
    """A question of Customs, and its answer."""

    id: int
    asked_at: datetime
    question: str
    documents_wanted: str
    replied_at: datetime | None
    reply: str


class Queries(Schema):
    """The queries of one document."""

    items: list[Query]


def filed(request: Request) -> Any:
    """The filed bills that whoever asks may see."""
    rows = CourierBillOfEntry.objects.visible_to(actor_of(request)).exclude(stage__in=UNFILED)
    return rows.select_related("hawb", "manifest")


def told(bill: CourierBillOfEntry, actor: Any) -> Bill:
    """A bill as it is answered: nothing of risk, and what is declared only to those who may read it."""
    reads = sees_declaration(actor, bill)
    assert bill.number is not None and bill.filed_at is not None
    return Bill(
        number=bill.number, form=bill.kind, stage=stage_of(bill), stage_since=bill.stage_since, station=bill.station_id,
        hawb=bill.hawb.number if bill.hawb else None, manifest=bill.manifest.number, filed_at=bill.filed_at,
        arrived_at=bill.arrived_at, out_of_charge_at=bill.out_of_charge_at, goods=bill.goods,
        assessable_value=bill.assessable_value if reads else None, total_duty=bill.total_duty if reads else None,
        duty_paid=bill.duty_paid if reads else None, provisional=bill.provisional,
        documents_wanted=bill.documents_required if reads and bill.stage == "DOCUMENTS" else "",
    )  # fmt: skip


@router.get("/bills", response={200: Bills, **PROBLEMS}, url_name="api-bills")
def bills(
    request: Request, cursor: Cursor, limit: Limit, stage: Word, manifest: Word, hawb: Word
) -> Bills:  # fmt: skip
    """The own filed bills, the newest first; of one stage, manifest or house airway bill where it is named."""
    rows = at_stage(filed(request), stage)
    if manifest:
        rows = rows.filter(manifest__number=manifest)
    if hawb:
        rows = rows.filter(hawb__number=hawb.upper())
    page = page_of(rows, cursor, limit)
    return Bills(items=[told(one, actor_of(request)) for one in page.rows], next=page.next_mark or None)


@router.get("/bills/{number}", response={200: Bill, **PROBLEMS}, url_name="api-bill")
def bill(request: Request, number: str) -> Bill:
    """One bill by its number."""
    return told(_one(request, number), actor_of(request))


def _one(request: Request, number: str) -> CourierBillOfEntry:
    found: CourierBillOfEntry = keyed(filed(request), number)
    concerns(request, found)
    return found


def _read(request: Request, number: str) -> CourierBillOfEntry:
    """A bill whose declaration may be read."""
    found = _one(request, number)
    return found if sees_declaration(actor_of(request), found) else get_object_or_404(filed(request).none())


@router.get("/bills/{number}/duty", response={200: Duty, **PROBLEMS}, url_name="api-bill-duty")
def duty(request: Request, number: str) -> Duty:
    """The duty of a bill with the working of every figure, as the screen and the print-out show it."""
    found = _read(request, number)
    shown: dict[str, Any] = {} if found.is_documents else summary(found, actor_of(request))
    due = shown["due"].amount if shown else Decimal(0)
    return Duty(
        number=found.key, rates_on=found.rates_on, assessable_value=found.assessable_value,
        heads=[Head(head=str(one["head"]), name=str(one["name"]), amount=one["amount"]) for one in heads(found)],
        not_collected=shown.get("waived", Decimal(0)), exempted=shown.get("exempted", Decimal(0)),
        relieved=shown.get("relieved", Decimal(0)), total_duty=found.total_duty,
        demands=[
            Demand(head=str(one["head"]), name=str(one["name"]), amount=one["amount"], law=str(one["law"]))
            for one in shown.get("demands", ())
        ],
        paid=found.duty_paid, due=due,
        working=[
            WorkingLine(of=one.of, figure=one.figure, working=one.working, amount=one.amount)
            for one in (workings_of(found, shown["items"]) if shown else ())
        ],
    )  # fmt: skip


def asked_of(found: Any) -> Queries:
    """The queries of a document; which officer asked is not told."""
    return Queries(
        items=[
            Query(
                id=one.pk, asked_at=one.raised_at, question=one.question, documents_wanted=one.documents_wanted,
                replied_at=one.replied_at, reply=one.reply,
            )
            for one in found.queries.all()
        ]
    )  # fmt: skip


@router.get("/bills/{number}/queries", response={200: Queries, **PROBLEMS}, url_name="api-bill-queries")
def queries(request: Request, number: str) -> Queries:
    """What Customs asked about a bill, and what was answered."""
    return asked_of(_read(request, number))


PDF: dict[str, Any] = {
    "responses": {200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}}
}


@router.get("/bills/{number}/print.pdf", response=PROBLEMS, url_name="api-bill-print", openapi_extra=PDF)
def printed(request: Request, number: str) -> HttpResponse:
    """The bill as it is printed."""
    return papers.bill_print(request, number)


@router.get("/bills/{number}/out-of-charge.pdf", response=PROBLEMS, url_name="api-out-of-charge", openapi_extra=PDF)
def out_of_charge(request: Request, number: str) -> HttpResponse:
    """The Out of Charge order as it is printed."""
    return papers.out_of_charge_print(request, number)
