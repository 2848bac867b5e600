"""People in their browsers, and the lines of the audit log."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts import cast
from accounts.management.commands.demo import create_cast
from accounts.models import User
from accounts.permissions import Actor
from accounts.sessions import PROVED
from tests.conftest import PASSWORD

WHY = "Office order 14 of 2026."

SignedIn = Callable[[str | User], Client]
SignIn = Callable[..., Any]
NEW = "Monsoon-over-Bengaluru-7"


def member(username: str) -> User:
    """A member of the cast."""
    if not User.objects.filter(username=username).exists():
        create_cast([one for one in cast.people() if one.username == username], PASSWORD)
    return User.objects.get(username=username)


def acting(username: str) -> Actor:
    """A member of the cast as an actor."""
    return Actor.of(member(username))


@pytest.fixture
def noon() -> Any:
    """Noon in India on 19/11/2026, standing still; `shift` moves it on."""
    with time_machine.travel(datetime.fromisoformat("2026-11-19T12:00:00+05:30"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def sign_in(people: Callable[[str], User]) -> SignIn:
    """Type a user name and a password; the answer."""

    def typed(username: str, password: str = PASSWORD, *, client: Client | None = None, **where: Any) -> Any:
        return (client or Client()).post("/sign-in/", {"username": username, "password": password}, **where)

    return typed


@pytest.fixture
def browser(people: Callable[[str], User]) -> Callable[[str], Client]:
    """The browser of somebody who has signed in with the password."""

    def signed_in(username: str, password: str = PASSWORD) -> Client:
        people(username)
        client = Client()
        answer = client.post("/sign-in/", {"username": username, "password": password})
        assert answer.status_code == 302, text(answer)
        return client

    return signed_in


@pytest.fixture
def audit(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """The lines of the audit log written by a test."""
    from eccs import audit

    lines: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(audit, "record", lambda event, **details: lines.append((event, details)))
    return lines


def text(answer: Any) -> str:
    """The page as text."""
    return str(answer.content.decode())


@pytest.fixture
def signed_in(db: None) -> SignedIn:
    """The browser of a person, or of the member of the cast of that name."""

    def sign(who: str | User) -> Client:
        client = Client(raise_request_exception=True)
        client.force_login(member(who) if isinstance(who, str) else who)
        session = client.session
        session[PROVED] = int(time.time())  # the password was typed just now
        session.save()
        return client

    return sign


logging.getLogger("eccs.audit").setLevel(logging.WARNING)
