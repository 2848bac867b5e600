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
        raise SystemExit(
            "make load empties its database: it works on its own PostgreSQL alone, with no DATABASE_URL set."
        )
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
    return str(
        keys.make(
            Actor.of(person),
            name=f"load {timezone.now():%d %H:%M:%S}",
            person=person,
            station="",
            scopes=scopes,
            expires_on=until,
        )[1]
    )


COUNTED = {
    "bills_outofcharge": "", "exports_letexportorder": "",
    "bills_courierbillofentry": " AND number IS NOT NULL", "exports_couriershippingbill": " AND number IS NOT NULL",
}  # fmt: skip


def newest() -> dict[str, int]:
    """The newest row of each table, so that what comes after it is counted at a cost that does not grow with what is stored."""
    return {table: int(read(f"SELECT coalesce(max(id), 0) FROM {table}")) for table in COUNTED}  # noqa: S608 our own names


def finished_and_filed(since: dict[str, int]) -> tuple[int, int]:
    """Declarations that were given Out of Charge or the Let Export Order, and declarations that were filed, since then."""
    found = []
    for table, more in COUNTED.items():
        words = f"SELECT count(*) FROM {table} WHERE id > {since[table]}{more}"  # noqa: S608 our own names
        found.append(int(read(words)))
    return found[0] + found[1], found[2] + found[3]


def database_process() -> int:
    """The process of PostgreSQL that serves this connection."""
    return int(read("SELECT pg_backend_pid()"))


def memory_store_process() -> int:
    """The process of Redis."""
    client: Any = cache._cache.get_client()  # type: ignore[attr-defined]
    return int(client.info("server")["process_id"])
