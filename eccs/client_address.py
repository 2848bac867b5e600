"""Where a request comes from: the address of the browser, not of a proxy in front."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest | None) -> str:
    """The address a request came from.

    Behind `PROXIES` proxies it is what the outermost of them saw. Anything further left in X-Forwarded-For was written by
    the sender and is never believed; nor is a list too short to have come through all the proxies.
    """
    if request is None:
        return ""
    seen = request.META.get("REMOTE_ADDR", "")
    if count := settings.PROXIES:
        told = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        if len(told) >= count and _address(told[-count]):
            seen = told[-count]
    return _address(seen)


def network_of(request: HttpRequest | None) -> str:
    """By what questions of strangers are counted: the address, and of the newer addresses the network of one household."""
    address = address_of(request)
    return str(ip_network(f"{address}/64", strict=False)) if ":" in address else address


def _address(text: str) -> str:
    """An IP address in its one way of writing, or nothing where the text is none."""
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    return str(found.ipv4_mapped or found) if isinstance(found, IPv6Address) else str(found)
