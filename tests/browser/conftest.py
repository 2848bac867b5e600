"""A real browser, the whole system behind it, and the sandbox bank beside it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.simple_server import make_server

import pytest
from django.conf import LazySettings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from accounts import cast
from accounts.management.commands.demo import create_cast
from accounts.models import User
from accounts.session_store import SessionStore
from accounts.sessions import PROVED
from eccs.celery import app
from payments.bank import KeyRing
from payments.sandbox.__main__ import Handler, Server
from payments.sandbox.ledger import Ledger
from payments.sandbox.post import PostOffice
from payments.sandbox.site import Site

PASSWORD = "cast-of-the-browser-2026"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
KEY = "cd" * 32

Visit = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here needs a browser; where there is none, each is skipped by name."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("browser")
            item.add_marker(pytest.mark.django_db(transaction=True, serialized_rollback=True))
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all tests. Its library keeps an event loop in this thread, which Django must not mind."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def whole_system(
    live_server: Any, settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The system at an address, its background work done at once, its bank next door."""
    ledger = Ledger(tmp_path / "bank.sqlite3")
    keys = KeyRing.of(KEY)
    office = PostOffice(ledger, keys, f"{live_server.url}/payments/bank/confirmation/")
    bank = make_server("127.0.0.1", 0, Site(ledger, keys, wake=office.wake), Server, Handler)
    address = f"http://127.0.0.1:{bank.server_port}"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.BANK_URL, settings.BANK_KEY, settings.PUBLIC_URL = address, KEY, live_server.url
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {**policy, "form-action": [*policy["form-action"][:1], address]}}
    monkeypatch.setattr(app.conf, "task_always_eager", True)
    serving = Thread(target=bank.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    serving.start()
    office.start()
    yield str(live_server.url)
    office.close()
    office.join(5)
    bank.shutdown()
    serving.join(5)
    bank.server_close()


@pytest.fixture
def contexts(chromium: Browser) -> Iterator[list[BrowserContext]]:
    """The browsers opened by a test, closed after it."""
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        context.close()


@pytest.fixture
def visit(whole_system: str, chromium: Browser, contexts: list[BrowserContext]) -> Iterator[Visit]:
    """`visit("ao.blr")` is the browser of that member of the cast, signed in; whatever it complains about fails the test."""
    complaints: list[str] = []

    def open_for(username: str, *, bypass_csp: bool = False, width: int = 1366) -> Page:
        context = chromium.new_context(
            base_url=whole_system, bypass_csp=bypass_csp, viewport={"width": width, "height": 768}, locale="en-IN"
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        if username:
            context.add_cookies([{"name": "eccs", "value": session_of(username), "url": whole_system}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{username}: {error}"))
        page.on(
            "console",
            lambda said: (
                complaints.append(f"{username}: {said.text}") if "Content Security Policy" in said.text else None
            ),
        )
        return page

    yield open_for
    assert not complaints


def member(username: str) -> User:
    """A member of the cast."""
    if not User.objects.filter(username=username).exists():
        create_cast([p for p in cast.people() if p.username == username], PASSWORD)
    return User.objects.get(username=username)


def session_of(username: str) -> str:
    """The key of a session in which that person has signed in just now."""
    user = member(username)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[PROVED] = int(timezone.now().timestamp())
    session.save()
    return str(session.session_key)
