"""Browsers of the cast."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User

SignedIn = Callable[[str], Client]


@pytest.fixture
def signed_in(people: Callable[[str], User]) -> SignedIn:
    """Somebody's browser."""

    def browser(username: str) -> Client:
        client = Client()
        client.force_login(people(username))
        return client

    return browser
