"""Every sign-in that was done or failed, and every sign-out, enters the audit log, however it came about."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from eccs import audit


@receiver(user_logged_in)
def done(request: HttpRequest, user: Any, **_kwargs: Any) -> None:
    """Somebody signed in."""
    audit.record("sign-in.done", request=request, by=user, about=user.get_username())


@receiver(user_login_failed)
def failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_kwargs: Any) -> None:
    """Somebody did not get in; of what was given, only the user name is looked at."""
    audit.record("sign-in.failed", request=request, about=str(credentials.get("username") or ""))


@receiver(user_logged_out)
def out(request: HttpRequest, user: Any = None, **_kwargs: Any) -> None:
    """Somebody signed out."""
    if user is not None:
        audit.record("sign-out", request=request, by=user, about=user.get_username())
