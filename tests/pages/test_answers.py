"""What every answer carries whatever it is of: a page, a file of styles, a fault, a problem of the API."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib import messages
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings

from eccs.said import HereAlone, Said
from tests.accounts.conftest import member

pytestmark = pytest.mark.django_db


def test_a_file_of_styles_is_guarded_like_a_page() -> None:
    order = settings.MIDDLEWARE
    policy, files = (
        order.index("csp.middleware.CSPMiddleware"),
        order.index("whitenoise.middleware.WhiteNoiseMiddleware"),
    )
    assert order[0] == "django.middleware.security.SecurityMiddleware" and policy < files


@pytest.mark.parametrize("address", ["/sign-in/", "/nowhere/", "/api/v1/nowhere", "/healthz", "/codes/squares.svg"])
def test_no_answer_is_taken_for_what_it_is_not(address: str) -> None:
    answer = Client().get(address)
    assert answer["X-Content-Type-Options"] == "nosniff" and answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin" and answer["X-Frame-Options"] == "DENY"
    policy = answer["Content-Security-Policy"]
    assert all(f"{name} 'none'" in policy for name in ("object-src", "base-uri", "frame-ancestors"))
    kind = answer.headers.get("Content-Type", "")
    assert "charset=utf-8" in kind or not kind.startswith(("text/", "image/svg"))


@pytest.mark.parametrize(
    "address", ["/", "/sign-in/", "/account/", "/find/", "/api/v1/bills", "/payments/bank/confirmation/"]
)
def test_a_request_is_never_sent_back_to_whoever_sent_it(address: str) -> None:
    client = Client()
    client.force_login(member("ao.blr"))
    answer = client.generic("TRACE", address, HTTP_X_MARK="what-was-sent")
    assert "what-was-sent" not in answer.content.decode() and answer.get("Content-Type") != "message/http"


@override_settings(SECURE_SSL_REDIRECT=True)
def test_a_program_that_asks_without_https_is_refused_and_a_browser_led_on() -> None:
    key = {"Authorization": "Bearer eccs_00000000_x"}
    answer = Client().get("/api/v1/bills", headers=key)
    assert answer.status_code == 403 and answer["Content-Type"] == "application/problem+json"
    assert "replace the key" in answer.json()["detail"]
    assert Client().get("/api/v1/bills", headers=key, secure=True).status_code == 401
    assert Client().get("/sign-in/")["Location"] == "https://testserver/sign-in/"


def test_what_was_just_done_is_told_by_a_cookie_of_this_host(rf: RequestFactory) -> None:
    request: HttpRequest = rf.get("/")
    request.session = SessionBase()
    said, answer = Said(request), HttpResponse()
    said.add(messages.SUCCESS, "Done.")
    said.update(answer)
    (cookie,) = answer.cookies.values()
    assert (
        cookie.key == HereAlone.cookie_name
        and cookie["httponly"]
        and cookie["samesite"] == "Lax"
        and not cookie["domain"]
    )


def test_no_page_of_another_site_reads_an_answer() -> None:
    answer = Client().get("/api/v1/openapi.json", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 200 and not [
        name for name in answer.headers if name.lower().startswith("access-control")
    ]
