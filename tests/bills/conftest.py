"""Browsers of the cast, and a bill being typed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.sessions import PROVED
from manifests.models import HouseAirwayBill
from tests.factories.manifests import house_airway_bill, manifest

SignedIn = Callable[[str], Client]


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    """What a test keeps is gone with it."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def signed_in(people: Callable[[str], User]) -> SignedIn:
    """Somebody's browser, the same one all through a test; the password was typed just now."""

    def browser(username: str) -> Client:
        client = Client()
        client.force_login(people(username))
        session = client.session
        session[PROVED] = int(timezone.now().timestamp())
        session.save()
        return client

    return cache(browser)


@pytest.fixture
def hawb(people: Callable[[str], User]) -> HouseAirwayBill:
    """A shipment of Swift's submitted manifest at Bengaluru."""
    return house_airway_bill(manifest(courier=people("courier.swift").courier))
