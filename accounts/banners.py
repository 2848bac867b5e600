"""What stands above every page of somebody signed in: exercises to come; on the desk how long the password holds and what is silent."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts import expiry, passwords, sessions
from eccs import pages
from eccs.models import Heartbeat


def banners(request: HttpRequest) -> dict[str, Any]:
    """Given to the pages of somebody signed in; the password is spoken of on the desk alone."""
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    on_desk = request.resolver_match is not None and request.resolver_match.url_name == "desk"
    return {
        "background": _background(request) if on_desk else None,
        "exercises_to_come": expiry.announced(user),
        "password_days_left": passwords.days_left(user) if on_desk else None,
        "idle_seconds_left": sessions.seconds_left(request),
        "idle_warning_seconds": settings.IDLE_WARNING_SECONDS,
    }


def _background(request: HttpRequest) -> dict[str, Any] | None:
    """That the background work is silent, for those who keep the rules of the whole system."""
    actor: Any = getattr(request, "actor", None)
    if actor is None or not actor.may(pages.activity_of("rules")):
        return None
    silent, last = Heartbeat.silence()
    return {"last": last} if silent else None
