"""A name for every request, in the log and in the answer; what the audit log must know of it; the way back to sign in."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from eccs import audit, audit_answers, measuring, problems
from eccs.logs import request_id

NUL = "\0"
NAME = re.compile(r"[A-Za-z0-9._-]{8,64}")
logger = logging.getLogger("eccs.requests")


class RequestIdMiddleware:
    """Gives each request an id that its log lines and its answer carry: the one it came with from the proxy, or a new one.

    Each request leaves one line in the log, with its page but not its address, which may hold what is nobody's business.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        name = given if NAME.fullmatch(given) else uuid.uuid4().hex[:16]
        request.request_id = name  # type: ignore[attr-defined]  # for what Django logs when the middleware is behind it
        token = request_id.set(name)
        asked, begun = audit.request_now.set(request), time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = name
            self._tell(request, response, time.perf_counter() - begun)
            return response
        finally:
            audit.request_now.reset(asked)
            request_id.reset(token)

    def _tell(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        view = (request.resolver_match and request.resolver_match.view_name) or "unknown"
        measuring.answered(view, request.method or "", response.status_code, seconds)
        told = {"method": request.method, "view": view, "status": response.status_code, "ms": round(seconds * 1000, 1)}
        logger.info("%s %s %d", request.method, view, response.status_code, extra=told)


class ProgramsByHttps:
    """Refuses a program of a firm that asks without HTTPS: led on silently, it would go on sending its key in the clear."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SECURE_SSL_REDIRECT and not request.is_secure() and problems.asked_by_program(request):
            return problems.answer(
                403, _("Ask by https. What was sent in the clear, the key too, may have been read: replace the key.")
            )
        return self.get_response(request)


class ReadableText:
    """Refuses a request that holds the character NUL in its address or its fields: no text of the database can hold it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if NUL not in value}
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """Raises SuspiciousOperation, which is answered as a request that cannot be read."""
        fields = [text for given in (request.GET, request.POST) for _name, texts in given.lists() for text in texts]
        if any(NUL in text for text in (request.path, *fields)):
            raise SuspiciousOperation("NUL in the address or in a field")


class FragmentSignIn:
    """Sends the whole page to sign in again when only a part of it was asked for and the session is over."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        sign_in = reverse("sign-in")
        if request.headers.get("HX-Request") != "true" or response.status_code != 302:
            return response
        way = urlsplit(response.headers.get("Location", ""))
        if way.path != sign_in:
            return response
        page = urlsplit(request.headers.get("HX-Current-URL", "")).path or "/"
        why = parse_qs(way.query).get("why", [])[:1]
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = f"{sign_in}?{urlencode({**({'why': why[0]} if why else {}), 'next': page})}"
        return answer


class AuditMiddleware:
    """Enters into the audit log what an answer shows to have happened: a file given, a refusal, a reading of RMS reasons."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for event in audit_answers.events_of(request, response):
            if request.user.is_authenticated:
                audit.record(event, request=request, **audit_answers.particulars(request, response, event))
        return response
