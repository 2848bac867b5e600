"""Many people at once: threads with a database connection each, let go at the same instant."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

from django.db import connection


def on_its_own(deed: Callable[[], Any]) -> Callable[[], Any]:
    """A deed with a database connection of its own, which is closed after it."""

    def done() -> Any:
        try:
            connection.ensure_connection()
            return deed()
        finally:
            connection.close()

    return done


def waits_for_us() -> bool:
    """Whether somebody waits for what this connection holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
        )
        return bool(cursor.fetchone()[0])


def together(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all deeds at once; each gives its result, or the exception that it ended with."""
    gate = Barrier(len(deeds), timeout=30)

    def one(deed: Callable[[], Any]) -> Any:
        gate.wait()
        return deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        running = [pool.submit(on_its_own(partial(one, deed))) for deed in deeds]
    return [ended.exception() or ended.result() for ended in running]
