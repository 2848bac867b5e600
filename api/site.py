"""The HTTP API as one thing: its version, how requests are read, and every problem as problem details (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser

from api import keys, sandbox
from api.guarding import AskedTooOften
from eccs import problems
from eccs.client_address import address_of
from eccs.workflow import Refused

PREFIX = "api/v1/"
LARGEST_TEXT = 4 * 1024 * 1024  # of a request that is no file: DATA_UPLOAD_MAX_MEMORY_SIZE


class Unreadable(ValueError):
    """The text is no JSON that can be kept."""


class PlainParser(Parser):
    """Reads JSON in which every text can be kept: no NUL, no half of a character, no number that is none."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body as JSON. Raises ValueError, which is answered as a request that cannot be read."""
        try:
            found = json.loads(request.body, parse_constant=_refuse)
            json.dumps(found, ensure_ascii=False).encode()
        except RecursionError as deep:
            raise Unreadable from deep
        if _holds_nul(found):
            raise Unreadable
        return found


def _refuse(word: str) -> Any:
    raise Unreadable(word)


def _holds_nul(found: Any) -> bool:
    if isinstance(found, str):
        return "\0" in found
    if isinstance(found, dict):
        return any(_holds_nul(one) for pair in found.items() for one in pair)
    return isinstance(found, list) and any(map(_holds_nul, found))


api = NinjaAPI(
    title="ECCS", version="1", openapi_url=None, docs_url=None, parser=PlainParser(),
    description=(
        "The Express Cargo Clearance System for couriers' and custodians' own programs. A key of the firm opens it: "
        "`Authorization: Bearer eccs_…`. Lists are walked by the cursor of the page before. Amounts are texts, in rupees "
        "where nothing else is said. What goes wrong is told as problem details (RFC 9457), each fault with its row and field. "
        "What is asked with a key of the sandbox, `eccs_sandbox_…`, goes through every check, is answered as it would be and is "
        "undone; each such answer bears `Eccs-Sandbox: yes`."
    ),
)  # fmt: skip


@api.exception_handler(AuthenticationError)
def _no_key(request: HttpRequest, _exc: AuthenticationError) -> HttpResponse:
    answer = problems.answer(401, _("Show a key that is in force: Authorization: Bearer eccs_…"))
    answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(HttpError)
def _said(request: HttpRequest, exc: HttpError) -> HttpResponse:
    answer = problems.answer(exc.status_code, str(exc))
    if isinstance(exc, AskedTooOften):
        answer["Retry-After"] = str(exc.seconds)
    return answer


@api.exception_handler(Http404)
def _nothing(request: HttpRequest, _exc: Exception) -> HttpResponse:
    return problems.answer(404, _("There is nothing here for whoever asks."))


@api.exception_handler(PermissionDenied)
def _denied(request: HttpRequest, _exc: Exception) -> HttpResponse:
    return problems.answer(403, _("This is not for whoever asks."))


@api.exception_handler(Refused)
def _refused(request: HttpRequest, exc: Refused) -> HttpResponse:
    """A step that is not possible now: every reason, as on the screen."""
    return problems.answer(409, " ".join(exc.reasons), [problems.fault("", reason) for reason in exc.reasons])


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, exc: ValidationError) -> HttpResponse:
    """What is no such request: each fault at its field."""
    faults = [problems.fault(_field(one["loc"]), one["msg"]) for one in exc.errors]
    return problems.answer(422, _("The request is not as it must be."), faults)


@api.exception_handler(RawPostDataException)
def _no_json(request: HttpRequest, exc: RawPostDataException) -> HttpResponse:
    """A form with parts, sent to an address that reads JSON: it was taken apart before anybody read it."""
    reason = _("This address takes JSON (application/json), not a form with parts.")
    return problems.answer(422, _("The request is not as it must be."), [problems.fault("", reason)])


def _field(place: Any) -> str:
    """The field of a fault, without where in the request it stands."""
    words = [str(word) for word in place]
    return ".".join(words[2:] or words[1:] or words)


class FormFaults(Exception):
    """What the checks of a form found, field by field."""

    def __init__(self, errors: Any) -> None:
        super().__init__()
        self.faults = [
            problems.fault("" if name == "__all__" else name, str(reason))
            for name, reasons in errors.items()
            for reason in reasons
        ]


@api.exception_handler(FormFaults)
def _faults(request: HttpRequest, exc: FormFaults) -> HttpResponse:
    return problems.answer(422, _("The request is not as it must be."), exc.faults)


def as_problem(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page of the API for whoever shows a key, signed in or not; what is no JSON of its own becomes a problem."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        is_text = "multipart/" not in request.headers.get("Content-Type", "")
        told = request.META.get("CONTENT_LENGTH") or "0"
        if is_text and told.isdecimal() and int(told) > LARGEST_TEXT:
            return problems.answer(413, _("The request is larger than 4 MiB."))
        found = (
            sandbox.answered(request, lambda: view(request, *args, **kwargs))
            if sandbox.is_tried(request)
            else view(request, *args, **kwargs)
        )
        sandbox.note_use(request, keys.note_use, address_of(request))
        if found.status_code == 405:
            told_so = problems.answer(405, _("This address is not asked in this way."))
            told_so["Allow"] = found.headers.get("Allow", "")
            return told_so
        return found

    return csrf_exempt(login_not_required(answered))


@as_problem
def nowhere(request: HttpRequest, **_anything: str) -> HttpResponse:
    """An address of the API that there is not."""
    return problems.answer(404, _("There is nothing here for whoever asks."))
