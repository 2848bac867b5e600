"""What every test may ask for: the cast, and a trail whose tables a test database may empty."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections

from accounts import cast, expiry
from accounts.management.commands.demo import create_cast
from accounts.models import User
from accounts.permissions import Actor
from eccs import dated_rules, trail
from eccs.settings import redis_url

PASSWORD = "cast-of-the-tests-2026"


def pytest_configure(config: pytest.Config) -> None:
    """Each of the processes that share the tests has a Redis database to itself, because a test empties its cache.

    Static files are taken from where they are kept, so that nothing has to be collected first.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    settings.CACHES["default"]["LOCATION"] = redis_url(2 + int(worker.removeprefix("gw")))
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Files made for a test hold the time of day; a test is named alike in every process."""
    return "bytes" if isinstance(val, bytes) else None


@pytest.fixture(autouse=True)
def fresh_memory() -> Iterator[None]:
    """No test sees what another one left in the cache, in the rule book or among the exercises."""
    cache.clear()
    dated_rules.forget()
    expiry.forget()
    yield
    cache.clear()
    dated_rules.forget()
    expiry.forget()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Between tests Django empties tables with TRUNCATE, which the trail refuses everywhere else."""
    # What the migrations put there is restored through any connection, also one opened while a browser runs
    this = connections["default"]
    type(this)._test_serialized_contents = getattr(this, "_test_serialized_contents", "[]")  # type: ignore[attr-defined]
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table, _chain in trail.chains():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_whole")


@pytest.fixture
def people(db: None) -> Callable[[str], User]:
    """The demo cast; call it with a user name to get the person."""
    create_cast(list(cast.people()), PASSWORD)
    return lambda username: User.objects.get(username=username)


@pytest.fixture
def actor(people: Callable[[str], User]) -> Callable[[str], Actor]:
    """A member of the cast as an actor."""
    return lambda username: Actor.of(people(username))
