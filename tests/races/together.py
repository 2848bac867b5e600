"""Many people at once: threads with a database connection each, let go at the same instant."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection


def together(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all deeds at once; each gives its result, or the exception that it ended with."""
    gate = Barrier(len(deeds), timeout=30)

    def one(deed: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            gate.wait()
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        running = [pool.submit(one, deed) for deed in deeds]
    return [ended.exception() or ended.result() for ended in running]
