"""Browsers of the cast, and colleagues at the same desk."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from django.test import Client

from accounts.models import User
from tests.factories.people import officer, open_role, posted

SignedIn = Callable[[str], Client]


@pytest.fixture
def signed_in(people: Callable[[str], User]) -> SignedIn:
    """Somebody's browser, the same one all through a test."""

    def browser(username: str) -> Client:
        client = Client()
        client.force_login(User.objects.filter(username=username).first() or people(username))
        return client

    return cache(browser)


@pytest.fixture
def colleague(people: Callable[[str], User]) -> User:
    """A second Assessing Officer at Bengaluru."""
    made = officer(name="Farid Khan")
    open_role("ASSESSING_OFFICER")
    made.postings.all().delete()
    posted(made, "ASSESSING_OFFICER", "BLR")
    return made
