"""The world that is walked, made once in a process, and whoever walks it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.shortcuts import render
from django.test import Client
from django.utils import timezone

from accounts import cast
from accounts.management.commands.demo import create_cast
from accounts.models import User
from eccs import errors
from tests.kept_rows import KeptRows
from tests.walk import addresses
from tests.walk.world import World


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files of the world are, for all walks of a process."""
    return tmp_path_factory.mktemp("walk")


@pytest.fixture(autouse=True)
def files_apart(settings: LazySettings, files: Path) -> None:
    """Files that a walk leaves behind go where the tests' files go."""
    settings.MEDIA_ROOT = files


@pytest.fixture(autouse=True)
def refused_briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal says the same at every address: each person is shown the whole page the first time, and then its status."""
    shown, whole = set[tuple[Any, str]](), render

    def brief(request: Any, template: str, status: int) -> HttpResponse:
        known = (request.user.pk, template)
        if known in shown:
            return HttpResponse(status=status)
        shown.add(known)
        return whole(request, template, status=status)

    monkeypatch.setattr(errors, "render", brief)


_kept: dict[date, tuple[World, KeptRows]] = {}  # by the day on which it was made


@pytest.fixture
def world(db: None) -> World:
    """The documents of Swift at Bengaluru: made once in a process, and put back as they were for every other walk."""
    if found := _kept.get(timezone.localdate()):
        found[1].put_back()
        return found[0]
    before = KeptRows.of_all_tables()
    made = addresses.build()
    _kept[timezone.localdate()] = made, KeptRows.of_all_tables(but=before)
    return made


@pytest.fixture
def browser() -> Callable[[str], Client]:
    """The browser of a member of the cast, signed in."""

    def signed_in(username: str) -> Client:
        person = next(p for p in cast.people() if p.username == username)
        create_cast([person], "a-walk-through-all-pages")
        client = Client(raise_request_exception=False)
        client.force_login(User.objects.get(username=username))
        return client

    return signed_in
