"""Everything the API can be asked, joined to it once, and the addresses under which it is asked."""

from __future__ import annotations

from django.urls import URLPattern, path

from api import filing, handing_in, paying, signing, terminal
from api.reading import bills, challans, estimates, manifests, shipping
from api.site import api, as_problem
from api.webhooks import operations as webhooks

__all__ = ["addresses", "api"]

ROUTERS = (
    filing.router, signing.router, terminal.router, handing_in.router, paying.router, manifests.router, bills.router, shipping.router, challans.router, estimates.router, webhooks.router,
)  # fmt: skip

for _router in ROUTERS:
    api.add_router("", _router)


def addresses() -> list[URLPattern]:
    """The addresses of the API, each by the name of its operation."""
    return [
        path(str(one.pattern), as_problem(one.callback), name=one.name)
        for one in api.urls[0]
        if isinstance(one, URLPattern) and one.name != "api-root"
    ]
