"""Who may read the metrics: a program with the token of the settings, or one in a network of the settings."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from secrets import compare_digest

from django.conf import settings
from django.http import HttpRequest

from eccs.client_address import address_of


def is_one(request: HttpRequest) -> bool:
    """Whether the request carries the token, or comes from an allowed network; where neither is set, nobody may."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if settings.METRICS_TOKEN and compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        return True
    address = address_of(request)
    return bool(address) and any(
        ip_address(address) in ip_network(network, strict=False) for network in settings.METRICS_NETWORKS
    )
