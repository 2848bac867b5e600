"""What every test may ask for: the cast, and a trail whose tables a test database may empty."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections
from django.test import TransactionTestCase
from django.test import client as test_client
from django.utils import timezone, translation

from accounts import cast, expiry
from accounts.management.commands.demo import create_cast
from accounts.models import User
from accounts.permissions import Actor
from eccs import acting, asked_often, dated_rules, trail
from eccs.memory import settle
from eccs.settings import redis_url
from helpdesk import board
from public import couriers
from rms import deciding
from tests.kept_rows import KeptRows

PASSWORD = "cast-of-the-tests-2026"


def pytest_configure(config: pytest.Config) -> None:
    """Each of the processes that share the tests has a Redis database to itself, because a test empties its cache.

    Static files are taken from where they are kept, so that nothing has to be collected first.
    """
    settle()
    acting.by_default(
        acting.OWNER
    )  # what a test lays out; each request works as whoever is signed in, each task as the system
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    settings.CACHES["default"]["LOCATION"] = redis_url(2 + int(worker.removeprefix("gw")))
    settings.PASSWORD_HASHERS = ["tests.quick_hash.QuickArgon2"]  # what a hash costs is measured by the benchmarks
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES["heads"] = {
        "BACKEND": "django.core.files.storage.InMemoryStorage"
    }  # those of a run here are not asked
    settings.PAPER_WAIT = 0  # no worker runs beside the tests; tests/papers/test_making.py asks one
    settings.PAPER_KEYS_DIR = settings.VAR_DIR / "no-keys"  # papers are sealed where a test makes keys for it
    test_client.store_rendered_templates = _of_page_alone  # type: ignore[attr-defined]
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    settings.WHITENOISE_AUTOREFRESH = True  # else the first request of every client looks through all static files


_kept_whole = test_client.store_rendered_templates  # type: ignore[attr-defined]


def _of_page_alone(store: dict[str, Any], *args: Any, **named: Any) -> None:
    """What a page was drawn from is kept for a test that asks; not what each field of its forms was drawn from."""
    if "context" not in store:
        _kept_whole(store, *args, **named)


LONG = (
    "tests/walks", "tests/browser", "tests/accounts/test_access_matrix", "tests/house/test_process_manager.py::test_the_whole",
    "tests/walk", "tests/races",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no process is left with it alone at the end."""
    items.sort(key=lambda item: next((n for n, where in enumerate(LONG) if item.nodeid.startswith(where)), len(LONG)))


def pytest_make_parametrize_id(val: object) -> str | None:
    """Files made for a test hold the time of day; a test is named alike in every process."""
    return "bytes" if isinstance(val, bytes) else "lines" if isinstance(val, str) and "\n" in val else None


@pytest.fixture(autouse=True)
def nothing_by_lot(monkeypatch: pytest.MonkeyPatch) -> None:
    """The RMS takes no bill by chance, so that one in some hundred runs is not another; walks and tests of the shares have a chance of their own."""
    monkeypatch.setattr(deciding._chance, "randrange", lambda end: end - 1)


@pytest.fixture(autouse=True)
def fresh_memory() -> Iterator[None]:
    """No test sees what another one left in the cache, in the rule book, among the exercises or in a count, nor its language."""
    _forget()
    yield
    assert acting.now() == acting.OWNER, "a request was ended, and whoever asked acts still"
    _forget()


def _forget() -> None:
    cache.clear()
    dated_rules.forget()
    expiry.forget()
    asked_often.forget()
    board.forget()
    couriers.forget()
    translation.deactivate()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Between tests Django empties tables with TRUNCATE, which the trails and the ledger of bonds refuse everywhere else."""
    # What the migrations put there is restored through any connection, also one opened while a browser runs
    this = connections["default"]
    type(this)._test_serialized_contents = getattr(this, "_test_serialized_contents", "[]")  # type: ignore[attr-defined]
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in (
            *(table for table, _chain in trail.chains()),
            "bonds_bondentry",
            "payments_cashentry",
            "payments_cashline",
            "payments_refund",
            "eccs_signature",
            "eccs_logfile",
            "eccs_archivefile",
            "eccs_archiveblock",
            "exports_excludedgoods",
            "exports_excludedgoodspermission",
        ):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_whole")
        cursor.execute(
            "SELECT inhrelid::regclass::text, inhparent::regclass::text FROM pg_inherits"
            " JOIN pg_class parent ON parent.oid = inhparent WHERE parent.relkind = 'p'"
        )
        for part, of in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {part} DISABLE TRIGGER {of}_whole")
        migrated = KeptRows.of_all_tables()
    creation: Any = type(this.creation)
    creation.deserialize_db_from_string = lambda _creation, _contents: None  # nothing is ever missing:
    emptied_by: Any = TransactionTestCase
    emptied = emptied_by._fixture_teardown

    def filled_again(test: TransactionTestCase) -> None:
        """After a test that emptied the tables any other test may follow."""
        emptied(test)
        migrated.put_back()

    emptied_by._fixture_teardown = filled_again
    yield
    with (
        django_db_blocker.unblock(),
        connection.cursor() as cursor,
    ):  # threads of the live server may still be connected
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


_casts: dict[date, KeptRows] = {}  # by the day on which they were made: passwords and licences age


@pytest.fixture
def people(db: None) -> Callable[[str], User]:
    """The demo cast; call it with a user name to get the person."""
    kept = _casts.get(timezone.localdate())
    if kept and not User.objects.exists():
        kept.put_back()
    elif kept or User.objects.exists():
        create_cast(list(cast.people()), PASSWORD)
    else:
        before = KeptRows.of_all_tables()
        create_cast(list(cast.people()), PASSWORD)
        _casts[timezone.localdate()] = KeptRows.of_all_tables(but=before)
    return lambda username: User.objects.get(username=username)


@pytest.fixture
def actor(people: Callable[[str], User]) -> Callable[[str], Actor]:
    """A member of the cast as an actor."""
    return lambda username: Actor.of(people(username))
