"""Trying: what is asked with a key of the sandbox goes through every check, is answered as it would be, and is undone.

The whole request is one transaction that is rolled back: numbers, trail, ledgers, notices and what would be sent after the
commit go with it. What a rollback does not reach is not done at all: no file is kept. Reading writes nothing, and is answered
as ever. A message that tries a webhook belongs to no document, so it is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

BEGINS = "eccs_sandbox_"
"""How the text of such a key begins, so that neither a program nor a person takes it for another."""
HEADER = "Eccs-Sandbox"
LARGEST_FILE = 1024 * 1024  # it is checked while its sender waits
KEPT = ("api-webhook-try",)
"""Operations that touch no document and are done with every key."""


def is_tried(request: HttpRequest) -> bool:
    """Whether a request comes with a key of the sandbox: by what was sent, or by the folder it was taken from."""
    folder = getattr(request, "by_folder", None)
    if folder is not None:
        return bool(folder.sandbox)
    way, _space, text = request.headers.get("Authorization", "").partition(" ")
    return way.lower() == "bearer" and text.strip().startswith(BEGINS)


def is_undone(request: HttpRequest) -> bool:
    """Whether what a request does is under way to be undone."""
    return bool(getattr(request, "undone", False))


def changes(request: HttpRequest) -> bool:
    """Whether a request asks for anything that would stay."""
    name = request.resolver_match.url_name if request.resolver_match else ""
    return request.method not in ("GET", "HEAD", "OPTIONS") and name not in KEPT


def answered(request: HttpRequest, view: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Answer what was asked for trial, and undo it where it changed anything."""
    if changes(request):
        request.undone = True  # type: ignore[attr-defined]
        with transaction.atomic():
            found = view()
            if found.status_code < HTTPStatus.BAD_REQUEST:
                connection.check_constraints()  # what the database looks at when something is kept
            transaction.set_rollback(True)
    else:
        found = view()
    found[HEADER] = "yes"
    return found


def note_use(request: Any, note: Callable[[Any, str], None], address: str) -> None:
    """Note the use of the key again, which went with the rest."""
    key = getattr(request, "auth", None)
    if key is not None and is_undone(request):
        note(key, address)
