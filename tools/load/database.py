"""What the mixed day asks of its own database and Redis: an empty beginning, a key, and how many declarations there are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Actor
from api import keys
from api.scopes import Scope


def empty() -> None:
    """Nothing of an earlier run is left. Raises SystemExit where the database is not that of `make load`."""
    host = str(connection.settings_dict["HOST"] or connection.settings_dict["OPTIONS"].get("host", ""))
    if not host.endswith("load-postgres"):
        raise SystemExit("make load empties its database: it works on its own PostgreSQL alone, with no DATABASE_URL set.")
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")


def run(words: str) -> None:
    """One statement."""
    with connection.cursor() as cursor:
        cursor.execute(words)


def read(words: str) -> Any:
    """What one statement answers with."""
    with connection.cursor() as cursor:
        cursor.execute(words)
        return cursor.fetchone()[0]


def api_key() -> str:
    """A key for the courier's own program."""
    person = User.objects.get(username="signatory.swift")
    until = timezone.localdate() + timedelta(days=30)
    scopes = [one.value for one in Scope]
    return str(keys.make(Actor.of(person), name=f"load {timezone.now():%d %H:%M:%S}", person=person, station="", scopes=scopes, expires_on=until)[1])


def finished_and_filed() -> tuple[int, int]:
    """Declarations that were given Out of Charge or the Let Export Order, and declarations that were filed, since the beginning."""
    done = read("SELECT (SELECT count(*) FROM bills_outofcharge) + (SELECT count(*) FROM exports_letexportorder)")
    trails = ("bills_billtrail", "exports_shippingbilltrail")
    return done, sum(read(f"SELECT count(*) FROM {one} WHERE step = 'file' AND at > now() - interval '1 hour'") for one in trails)


def database_process() -> int:
    """The process of PostgreSQL that serves this connection."""
    return int(read("SELECT pg_backend_pid()"))


def memory_store_process() -> int:
    """The process of Redis."""
    client: Any = cache._cache.get_client()  # type: ignore[attr-defined]
    return int(client.info("server")["process_id"])
