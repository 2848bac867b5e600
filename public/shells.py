"""A page that very many ask for: what is the same for all of them is drawn once, and only the answer each time.

Of a page without an answer the head, the navigation and the foot are kept, in each language, with gaps for what differs:
the title, the answer, the address and the token of the forms. Who is signed in, has a message to read or reads of a time
of rest gets the page drawn as a whole, as every other page is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from helpdesk.board import board_now, is_shown

MOST = 256  # shells that a process keeps; past that it begins anew
_GAP = re.compile(r"GAP_([a-z0-9]+)_9c1f")
_kept: dict[Any, list[str]] = {}


def gap(name: str) -> SafeString:
    """Where something stands that differs."""
    return mark_safe(f"GAP_{name}_9c1f")  # noqa: S308 a word of our own


def filled(key: Any, draw: Callable[[], str], given: Mapping[str, Any]) -> SafeString:
    """What is kept under a key, or drawn now, with its gaps filled; what is given is escaped where it is not markup."""
    pieces = None if settings.DEBUG else _kept.get(key)
    if pieces is None:
        if len(_kept) >= MOST:
            _kept.clear()
        pieces = _kept[key] = _GAP.split(draw())
    words = {name: str(conditional_escape(value)) for name, value in given.items()}
    return mark_safe("".join(words[one] if n % 2 else one for n, one in enumerate(pieces)))  # noqa: S308 escaped above


@dataclass(frozen=True)
class _Asked:
    """What a shell reads of the request: its path, and a gap for the rest."""

    path: str

    def get_full_path(self) -> str:
        """The gap for the address."""
        return gap("address")


def page(request: HttpRequest, template: str, given: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """The page of a template that shows nothing but what is given: as a whole, or as a kept shell with that in its gaps."""
    user: Any = getattr(request, "user", None)
    board = board_now()
    signed_in = user is not None and user.is_authenticated
    if signed_in or len(get_messages(request)) or any(is_shown(one) for one in board.downtimes):
        return render(request, template, dict(given), status=status)

    def draw() -> str:
        gaps = {name: gap(name) for name in given}
        return render_to_string(
            template, {**gaps, "request": _Asked(request.path), "csrf_token": gap("token")}, request=request
        )

    words = {**given, "address": request.get_full_path(), "token": get_token(request)}
    return HttpResponse(
        filled((template, request.path, get_language(), board.contacts.get("")), draw, words), status=status
    )
