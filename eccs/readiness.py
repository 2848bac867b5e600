"""Whether this process can do all of its work: what `/readyz` asks, and `manage.py doctor` with it.

Every question has its time; one that is not answered by then is a fault and keeps nobody waiting.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from functools import cache
from queue import Empty, SimpleQueue
from time import monotonic

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from eccs import cache as eccs_cache

SECONDS = 3.0


def database() -> str:
    """The database answers and takes writes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery()")
        return _("The database is a copy that takes no writes.") if cursor.fetchone()[0] else ""


def redis() -> str:
    """Redis answers: the queue of background work and the cache."""
    return "" if eccs_cache.answers() else _("Redis does not answer.")


@cache
def _on_disk() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def migrations() -> str:
    """Every migration of this version is applied; one of a newer version beside it is no fault, as while hosts are upgraded in turn."""
    missing = _on_disk() - set(MigrationRecorder(connection).applied_migrations())
    if not missing:
        return ""
    first = ".".join(min(missing))
    return ngettext(
        "The migration %(first)s is not applied.",
        "%(count)d migrations are not applied, the first of them %(first)s.",
        len(missing),
    ) % {"count": len(missing), "first": first}


def storage() -> str:
    """What is handed in can be kept, and read again."""
    said = f"{socket.gethostname()} {os.getpid()}"
    name = default_storage.save(f"ready/{said.replace(' ', '-')}", ContentFile(said.encode()))
    try:
        with default_storage.open(name) as kept:
            return "" if kept.read() == said.encode() else _("What was kept is not what was read again.")
    finally:
        default_storage.delete(name)


QUESTIONS: dict[str, Callable[[], str]] = {
    "database": database, "redis": redis, "migrations": migrations, "storage": storage,
}  # fmt: skip


def answers(questions: dict[str, Callable[[], str]] = QUESTIONS, seconds: float = SECONDS) -> dict[str, str]:
    """Ask all at once; by its name what is wrong with each, or nothing."""
    told: SimpleQueue[tuple[str, str]] = SimpleQueue()
    for name, ask in questions.items():
        threading.Thread(target=_asked, args=(name, ask, told), daemon=True).start()
    found, deadline = dict[str, str](), monotonic() + seconds
    while len(found) < len(questions):
        try:
            name, fault = told.get(timeout=max(0.0, deadline - monotonic()))
        except Empty:
            break
        found[name] = fault
    late = _("No answer within %(seconds)g seconds.") % {"seconds": seconds}
    return {name: found.get(name, late) for name in questions}


def _asked(name: str, ask: Callable[[], str], told: SimpleQueue[tuple[str, str]]) -> None:
    try:
        told.put((name, ask()))
    except Exception as fault:  # noqa: BLE001 whatever it is, it is why this cannot be used
        told.put((name, f"{type(fault).__name__}: {fault}".strip()))
    finally:
        connection.close()  # this thread's own
