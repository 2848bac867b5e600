"""Webhooks by the API: what was sent where, and having it sent again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema
from pydantic import AwareDatetime

from accounts.requests import Request
from api.guarding import HOOKS, key_of
from api.shapes import PROBLEMS, Cursor, Limit, page_of
from api.site import FormFaults
from api.webhooks import telling
from api.webhooks.models import Delivery, Webhook

router = Router(auth=HOOKS, tags=["Webhooks"])
Number = Annotated[int, Field(ge=1, lt=2**63)]


class WebhookTold(Schema):
    """Where the firm is told of its documents' steps."""

    id: int
    address: str
    station: str
    made_at: datetime
    failing_since: datetime | None


class Webhooks(Schema):
    """The webhooks of the firm."""

    items: list[WebhookTold]


class Step(Schema):
    """A step of a document, as it is sent."""

    document: str
    number: str
    seq: int
    at: datetime
    station: str
    step: str
    words: str
    from_stage: str
    stage: str
    stage_words: str


class DeliveryTold(Schema):
    """A message, with the steps it tells of and what came of it."""

    delivery: UUID
    state: str
    created_at: datetime
    attempts: int
    answer: str
    delivered_at: datetime | None
    next_at: datetime | None
    trial: bool
    events: list[Step]


class Deliveries(Schema):
    """One page of messages."""

    items: list[DeliveryTold]
    next: str | None


class Again(Schema):
    """What is to be sent again: one message, or all since a moment."""

    delivery: UUID | None = None
    since: Annotated[AwareDatetime | None, Field(description="With its offset from UTC.")] = None


class Sent(Schema):
    """How many messages are sent again."""

    count: int


def _own(request: Request) -> QuerySet[Webhook]:
    """Those of the key's firm, and of its station where it has one."""
    key = key_of(request)
    rows = Webhook.objects.live().of_firm(key.courier_id, key.custodian_id)
    return rows.filter(station_id=key.station_id) if key.station_id else rows


@router.get("/webhooks", response={200: Webhooks, **PROBLEMS}, url_name="api-webhooks")
def webhooks(request: Request) -> Webhooks:
    """The webhooks of the firm; they are made and ended on their page by the Group Admin."""
    return Webhooks(
        items=[
            WebhookTold(id=one.pk, address=one.address, station=one.station_id or "", made_at=one.made_at, failing_since=one.failing_since)
            for one in _own(request)
        ]
    )  # fmt: skip


def _told(one: Delivery) -> DeliveryTold:
    waits = one.state == Delivery.State.WAITING
    return DeliveryTold(
        delivery=one.key, state=one.state, created_at=one.created_at, attempts=one.attempts, answer=one.answer,
        delivered_at=one.delivered_at, next_at=one.next_at if waits else None, trial=one.trial, events=[Step(**event) for event in one.events],
    )  # fmt: skip


@router.get("/webhooks/{pk}/deliveries", response={200: Deliveries, **PROBLEMS}, url_name="api-webhook-deliveries")
def deliveries(request: Request, pk: Number, cursor: Cursor, limit: Limit) -> Deliveries:
    """What was sent to a webhook, the newest first, with the steps told and what came of it."""
    found = get_object_or_404(_own(request), pk=pk)
    page = page_of(found.deliveries.all(), cursor, limit)
    return Deliveries(items=[_told(one) for one in page.rows], next=page.next_mark or None)


@router.post("/webhooks/{pk}/again", response={200: Sent, **PROBLEMS}, url_name="api-webhook-again")
def again(request: Request, pk: Number, told: Again) -> Any:
    """Have messages sent again, one or all since a moment; each keeps its key, by which the receiver knows it."""
    found = get_object_or_404(_own(request), pk=pk)
    if told.delivery is None and told.since is None:
        raise FormFaults({"since": [_("Name a message, or a moment.")]})
    return Sent(count=telling.again(found, delivery=str(told.delivery or ""), since=told.since))


@router.post("/webhooks/{pk}/try", response={200: DeliveryTold, **PROBLEMS}, url_name="api-webhook-try")
def try_it(request: Request, pk: Number) -> DeliveryTold:
    """Have a message sent that is marked `trial`, with a step that never happened; it is signed and sent again as every other."""
    found = get_object_or_404(_own(request), pk=pk)
    return _told(telling.try_out(found))
