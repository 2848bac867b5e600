"""What went wrong, as programs read it: problem details by RFC 9457, in the same words as on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

API = "/api/"  # whoever asks below this address is answered as a program
KIND = "application/problem+json"


def asked_by_program(request: HttpRequest) -> bool:
    """Whether a program asks, and no browser of a person."""
    return request.path.startswith(API)


def body(
    status: int, detail: str, errors: Sequence[dict[str, Any]] = (), instance: str = ""
) -> dict[str, Any]:  # fmt: skip
    """A problem: what it is called, what happened, and each fault with its row, field and reason."""
    told: dict[str, Any] = {
        "type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail,
    }  # fmt: skip
    if errors:
        told["errors"] = list(errors)
    if instance:
        told["instance"] = instance
    return told


def answer(status: int, detail: str, errors: Sequence[dict[str, Any]] = (), instance: str = "") -> HttpResponse:
    """The same as an answer."""
    return JsonResponse(body(status, detail, errors, instance), status=status, content_type=KIND)


def fault(field: str, reason: str, row: int | None = None, value: str | None = None) -> dict[str, Any]:
    """One fault: in which row where there are rows, in which field, why."""
    told: dict[str, Any] = {} if row is None else {"row": row}
    told |= {"field": field, "reason": reason}
    return told if value is None else told | {"value": value}
