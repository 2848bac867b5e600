"""What must be safe before ECCS starts."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

SHORTEST_KEY = 50
FEWEST_DIFFERENT = 12


def fault_of_secret_key(key: str) -> str:
    """Why this key must not sign sessions and links; nothing where it may."""
    if not key:
        return "ECCS_SECRET_KEY is not set."
    if len(key) < SHORTEST_KEY:
        return f"ECCS_SECRET_KEY has {len(key)} characters; it needs at least {SHORTEST_KEY} random ones."
    if len(set(key)) < FEWEST_DIFFERENT:
        return f"ECCS_SECRET_KEY repeats itself; it needs at least {FEWEST_DIFFERENT} different characters."
    if key.startswith("django-insecure-"):
        return "ECCS_SECRET_KEY is one of Django's examples."
    return ""


@register(Tags.security)
def strong_secret_key(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Outside a demonstration the secret key must be set and strong."""
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:  # Django's own word for an empty one
        key = ""
    fault = "" if settings.DEMO and key else fault_of_secret_key(key)
    hint = "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(50))'"
    return [Error(fault, hint=hint, id="eccs.E001")] if fault else []


@register(Tags.security)
def strong_encryption_keys(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """A key that is named for what is encrypted in the database must be as strong as the secret key."""
    faults = [fault_of_secret_key(key) for key in settings.ENCRYPTION_KEYS]
    said = [fault.replace("ECCS_SECRET_KEY", "A key of ECCS_ENCRYPTION_KEYS") for fault in faults if fault]
    return [Error(fault, id="eccs.E003") for fault in said[:1]]


@register(Tags.security)
def bank_key_set(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Outside a demonstration the key shared with the bank must be set: without it no payment can be told from a forged one."""
    if settings.DEMO or settings.BANK_KEY:
        return []
    hint = "Agree one with the bank; for a trial: python -c 'import secrets; print(secrets.token_hex(32))'"
    return [Error("ECCS_BANK_KEY is not set.", hint=hint, id="eccs.E002")]


@register(Tags.security)
def https_public_address(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Outside a demonstration cookies travel by HTTPS alone, and links in letters lead to the address people use."""
    if settings.DEMO or (settings.HTTPS and settings.PUBLIC_URL.startswith("https://")):
        return []
    hint = "Set ECCS_HTTPS=1 and ECCS_PUBLIC_URL=https://the-name-people-type; TLS ends in front of nginx."
    return [Error("ECCS is not told its https address.", hint=hint, id="eccs.E004")]


def refuse_unsafe_start() -> None:
    """End the web server or a process of the queue, which run no system checks of their own, with one plain line."""
    for message in (*strong_secret_key(), *strong_encryption_keys(), *bank_key_set(), *https_public_address()):
        raise SystemExit(f"ECCS does not start: {message.msg} {message.hint}")
