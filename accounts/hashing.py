"""Password hashes, and how many of them are reckoned at once.

A hash costs a tenth of a second of a whole processor and a hundred megabytes, on purpose. A morning on which everybody
signs in must not stop the desks that are at work: all web processes together hold a few slots, a request waits for one
a short while, and beyond that it is asked to come again. Commands, tasks and tests outside a request wait for nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import BoundedSemaphore
from time import sleep
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template

LOCK = 0x45434353  # the class of the advisory locks that stand for slots
LOOK_AGAIN = 0.02  # seconds
RETRY_AFTER = 3  # seconds

in_request: ContextVar[bool] = ContextVar("in_request", default=False)
_waiting = BoundedSemaphore(settings.HASHES_WAITING)


class Busy(Exception):
    """All slots are taken and enough others wait: nothing was checked, nothing has changed."""


@contextmanager
def slot() -> Iterator[None]:
    """One of the slots of all web processes, while a hash is reckoned, or several one after the other. Raises Busy."""
    if not in_request.get():
        yield
        return
    if not _waiting.acquire(blocking=False):
        raise Busy
    try:
        held = _take()
        token = in_request.set(False)  # what is reckoned within has its slot
        try:
            yield
        finally:
            in_request.reset(token)
            _ask("SELECT pg_advisory_unlock(%s, %s)", held)
    finally:
        _waiting.release()


def _take() -> int:
    """The number of the slot that was free. A lock of the database ends with its process, however that ends."""
    for _look in range(int(settings.HASH_WAIT_SECONDS / LOOK_AGAIN)):
        for number in range(settings.HASHES_AT_ONCE):
            if _ask("SELECT pg_try_advisory_lock(%s, %s)", number):
                return number
        sleep(LOOK_AGAIN)
    raise Busy


def _ask(statement: str, number: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [LOCK, number])
        return bool(cursor.fetchone()[0])


class OneLaneArgon2(Argon2PasswordHasher):
    """Argon2id with Django's memory and passes in one lane: a hash takes as long, but one processor instead of all.

    Eight lanes on two processors would leave every other page a fifth of the machine while somebody signs in. Work and
    memory for an attacker stay the same.
    """

    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """The hash of a new password."""
        with slot():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Whether a password is the one of the hash."""
        with slot():
            return super().verify(password, encoded)


class HashingMiddleware:
    """Bounds the hashes of requests, and asks those who find every slot taken to come again in a few seconds."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = in_request.set(True)
        try:
            return self.get_response(request)
        finally:
            in_request.reset(token)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """The plain page of a busy system; it needs neither the database nor a session."""
        return busy_page() if isinstance(fault, Busy) else None


def busy_page() -> HttpResponse:
    """Too many sign in at this moment: come again in a few seconds."""
    page: Any = get_template("accounts/busy.html")
    return HttpResponse(page.render(), status=503, headers={"Retry-After": str(RETRY_AFTER)})
