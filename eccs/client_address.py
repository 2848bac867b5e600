"""Where a request comes from: the address of the browser, not of a proxy in front."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

LONGEST = 45  # an IPv6 address that holds an IPv4 one


def address_of(request: HttpRequest | None) -> str:
    """The browser's address. Of X-Forwarded-For only what our own proxies appended is believed."""
    if request is None:
        return ""
    seen: str = request.META.get("REMOTE_ADDR", "") or ""
    if settings.PROXIES:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if len(hops) >= settings.PROXIES:
            seen = hops[-settings.PROXIES]
    return seen[:LONGEST]
