"""Pages that show how far work in the background is: they ask again each second, and nothing is sent where nothing is new."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def is_part(request: HttpRequest) -> bool:
    """Whether a page asks for its own part, to bring it up to date."""
    return bool(getattr(request, "htmx", None))


def shown(request: HttpRequest, mark: str, page: str, part: str, context: dict[str, Any]) -> HttpResponse:
    """The page, or its part alone where it asks for that; nothing where it has `seen` this already."""
    if is_part(request) and request.GET.get("seen") == mark:
        return HttpResponse(status=204)  # the page stays, and nothing is read out again
    return render(request, part if is_part(request) else page, context)
