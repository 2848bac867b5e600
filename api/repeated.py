"""Requests that may be sent again: what was done under a key of the sender's is done once, and answered alike each time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated

from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Header, Schema

from accounts.requests import Request
from api.guarding import key_of
from api.models import RepeatedAnswer
from api.site import FormFaults
from eccs.dated_rules import rule_book

HEADER = "Idempotency-Key"
OnceKey = Annotated[
    str,
    Header(
        ..., alias=HEADER, min_length=8, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$",
        description="A key of the sender's own: what is sent again under it is done once, and answered alike.",
    ),
]  # fmt: skip


def once(request: Request, key: str, act: Callable[[], Schema], status: int = 200) -> HttpResponse:
    """Do what is asked and keep the answer with it, in one transaction; asked again under the key, give that answer.

    Two that come together wait for one another at the key's row. What is refused is not kept, so it may be tried again.
    """
    asked = _digest(request)
    with transaction.atomic():
        row, fresh = RepeatedAnswer.objects.get_or_create(
            owner=key_of(request).owner, key=key, defaults={"asked": asked}
        )
        if not fresh:
            if row.asked != asked:
                raise FormFaults({HEADER: [_("Another request was sent under this key.")]})
            return _answer(row, replayed=True)
        row.status, row.body = status, act().model_dump(mode="json")
        row.save(update_fields=["status", "body"])
    return _answer(row, replayed=False)


def told_before(request: Request, key: str) -> HttpResponse | None:
    """What was answered under the key, for what has another address since it was done: a draft that has its number now."""
    row = RepeatedAnswer.objects.filter(owner=key_of(request).owner, key=key, asked=_digest(request)).first()
    return _answer(row, replayed=True) if row is not None else None


def _answer(row: RepeatedAnswer, *, replayed: bool) -> HttpResponse:
    answer = JsonResponse(row.body, status=row.status)
    if replayed:
        answer["Idempotency-Replayed"] = "true"
    return answer


def _digest(request: Request) -> str:
    return hashlib.sha256(b"\n".join((f"{request.method} {request.path}".encode(), request.body))).hexdigest()


def forget() -> int:
    """Drop the answers that nobody asks for any more; return how many."""
    now = timezone.now()
    days = rule_book().count("api_answers_kept_days", timezone.localdate(now))
    return RepeatedAnswer.objects.filter(at__lt=now - timedelta(days=days)).delete()[0]
