"""A name for every request, in the log and in the answer; what the audit log must know of it; the way back to sign in."""

import uuid
from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from eccs import audit, audit_answers
from eccs.logs import request_id


class RequestIdMiddleware:
    """Gives each request an id that its log lines and its answer carry."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = uuid.uuid4().hex[:16]
        request.request_id = name  # type: ignore[attr-defined]  # for what Django logs when the middleware is behind it
        token = request_id.set(name)
        asked = audit.request_now.set(request)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = name
            return response
        finally:
            audit.request_now.reset(asked)
            request_id.reset(token)


class PlainAddress:
    """Keeps the character NUL, which no column holds, out of addresses: no page has it in its path, and no filter needs it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            raise Http404
        if "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.META.get("QUERY_STRING", ""):
            plain = request.GET.copy()
            for name, values in request.GET.lists():
                plain.setlist(name, [value.replace("\0", "") for value in values])
            plain._mutable = False
            request.GET = plain  # type: ignore[assignment]
        return self.get_response(request)


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
