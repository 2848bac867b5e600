"""People in their browsers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts import cast
from accounts.management.commands.demo import create_cast
from accounts.models import User
from accounts.permissions import Actor
from tests.conftest import PASSWORD

WHY = "Office order 14 of 2026."

SignedIn = Callable[[str | User], Client]


def member(username: str) -> User:
    """A member of the cast."""
    if not User.objects.filter(username=username).exists():
        create_cast([one for one in cast.people() if one.username == username], PASSWORD)
    return User.objects.get(username=username)


def acting(username: str) -> Actor:
    """A member of the cast as an actor."""
    return Actor.of(member(username))


def text(answer: Any) -> str:
    """The page as text."""
    return str(answer.content.decode())


@pytest.fixture
def signed_in(db: None) -> SignedIn:
    """The browser of a person, or of the member of the cast of that name."""

    def sign(who: str | User) -> Client:
        client = Client(raise_request_exception=True)
        client.force_login(member(who) if isinstance(who, str) else who)
        return client

    return sign
