"""The second database: a standby that follows the first one, asked by pages that many read and that may be a minute behind.

Reports and the public tracker are read from it, nothing is ever written there, and what decides anything is read from the
primary. Where there is none, or it does not answer or has fallen behind, the primary is asked, and no reader sees a difference.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

REPLICA = "replica"
ASKED_EVERY = 5.0  # seconds
FOLLOWED = frozenset({"reports"})  # apps whose tables are read there, on the pages that say so
_LAG = """
SELECT CASE WHEN pg_is_in_recovery() THEN EXTRACT(EPOCH FROM clock_timestamp() - pg_last_xact_replay_timestamp()) ELSE 0 END
"""
_chosen: ContextVar[str] = ContextVar("database_read", default=DEFAULT_DB_ALIAS)


class Router:
    """Writes go to the primary; reads of what is followed go where the page was told to read."""

    def db_for_read(self, model: type[Model], **_hints: Any) -> str:
        """The database that a model is read from."""
        return here() if model._meta.app_label in FOLLOWED else DEFAULT_DB_ALIAS

    def db_for_write(self, model: type[Model], **_hints: Any) -> str:
        """The primary, wherever a row was read."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Model, other: Model, **_hints: Any) -> bool:
        """A row read from the standby is the same row."""
        return True

    def allow_migrate(self, database: str, _app: str, **_hints: Any) -> bool:
        """Tables are changed on the primary alone; the standby follows."""
        return database == DEFAULT_DB_ALIAS


class _Standing:
    """Whether this process may read from the standby, asked anew every few seconds."""

    def __init__(self) -> None:
        self.usable, self.until = False, 0.0

    def ask(self) -> bool:
        """Whether it answers and is at most as far behind as ECCS_REPLICA_MAX_LAG (seconds) says."""
        if time.monotonic() >= self.until:
            self.say(self._follows())
        return self.usable

    def say(self, usable: bool) -> None:
        """Keep an answer for a while."""
        self.usable, self.until = usable, time.monotonic() + ASKED_EVERY

    def _follows(self) -> bool:
        try:
            behind = lag()
        except Error:
            connections[REPLICA].close()
            return False
        return behind is not None and behind <= settings.REPLICA_MAX_LAG


standing = _Standing()


def is_set() -> bool:
    """Whether there is a standby at all."""
    return REPLICA in connections.settings


def lag() -> float | None:
    """How many seconds the standby is behind; None where it has not replayed anything yet. Raises Error."""
    with connections[REPLICA].cursor() as cursor:
        cursor.execute(_LAG)
        seconds = cursor.fetchone()[0]
    return None if seconds is None else float(seconds)


def here() -> str:
    """The database that this page reads from."""
    return _chosen.get()


@contextmanager
def _reading_from(alias: str) -> Iterator[None]:
    token = _chosen.set(alias)
    try:
        yield
    finally:
        _chosen.reset(token)


def may_be_behind(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that is only read and may be a minute old: it reads from the standby, and anew from the primary where that fails."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (is_set() and standing.ask()):
            return view(request, *args, **kwargs)
        try:
            with _reading_from(REPLICA):
                return view(request, *args, **kwargs)
        except Error:
            standing.say(False)
            connections[REPLICA].close()
        return view(request, *args, **kwargs)

    return shown
