"""A name for every request, in the log and in the answer; and the way back for a session that is over."""

import uuid
from collections.abc import Callable
from contextvars import ContextVar
from urllib.parse import parse_qs, urlencode, urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

request_id: ContextVar[str] = ContextVar("request_id", default="")


class RequestIdMiddleware:
    """Gives each request an id that its log lines and its answer carry."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request_id.set(uuid.uuid4().hex[:16])
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id.get()
            return response
        finally:
            request_id.reset(token)


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
