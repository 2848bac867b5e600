"""A request as the middleware hands it on to a page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.permissions import Actor


class Request(HttpRequest):
    """A request of which it is known who asks, and with which postings (ActorMiddleware puts it there)."""

    actor: Actor
    operator: Actor  # at the Service Centre, while the actor is in the customer's hand
    desks: list[Any]  # of the actor, once they were asked for
