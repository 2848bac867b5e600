"""Keys of firms, and programs that ask with them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Actor
from api import keys
from api.scopes import Scope

API = "/api/v1"
ALL = [scope.value for scope in Scope]


class Program:
    """A program of a firm with a key."""

    def __init__(self, text: str = "", language: str = "en") -> None:
        self.client = Client(raise_request_exception=True)
        self.headers = {"accept-language": language} | ({"authorization": f"Bearer {text}"} if text else {})

    def get(self, address: str, **given: Any) -> Any:
        """What is answered."""
        return self.client.get(f"{API}{address}", given, headers=self.headers)

    def post(self, address: str, told: Any = None, **headers: str) -> Any:
        """The same for something that is sent as JSON."""
        return self.client.post(
            f"{API}{address}", told, content_type="application/json", headers=self.headers | headers
        )

    def send(self, address: str, **files: Any) -> Any:
        """The same for a file."""
        return self.client.post(f"{API}{address}", files, headers=self.headers)


Made = Callable[..., Program]


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    """What a test keeps is gone with it."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def key(people: Callable[[str], User]) -> Callable[..., tuple[Any, str]]:
    """A key of the firm of somebody, in that person's name, taken up."""

    def made(
        username: str = "signatory.swift", scopes: list[str] | None = None, station: str = "", name: str = "ERP",
        *, tries: bool = False,
    ) -> tuple[Any, str]:  # fmt: skip
        person = people(username)
        found, text = keys.make(
            Actor.of(person), name=name, person=person, station=station, scopes=scopes or ALL,
            expires_on=timezone.localdate() + timedelta(days=30), tries=tries,
        )  # fmt: skip
        return found, text

    return made


@pytest.fixture
def program(key: Callable[..., tuple[Any, str]]) -> Made:
    """A program with such a key."""
    return lambda *given, **more: Program(key(*given, **more)[1])
