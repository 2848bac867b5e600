"""Browsers of the cast."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from django.test import Client

from accounts.models import User

SignedIn = Callable[[str], Client]


@pytest.fixture
def signed_in(people: Callable[[str], User]) -> SignedIn:
    """Somebody's browser, the same one all through a test."""

    def browser(username: str) -> Client:
        client = Client()
        client.force_login(people(username))
        return client

    return cache(browser)
