"""The audit log: who did what, when, from where."""

from __future__ import annotations

import logging
from typing import Any

from django.http import HttpRequest

logger = logging.getLogger("eccs.audit")


def record(
    event: str, *, request: HttpRequest | None = None, by: Any = None, about: str = "", station: str = "", why: str = "",
    **details: Any,
) -> None:  # fmt: skip
    """Write one line of the audit log."""
    who = by if by is not None else getattr(request, "user", None)
    name = getattr(who, "username", "") or "-"
    logger.info("%s by=%s about=%s station=%s why=%s %s", event, name, about, station, why, details or "")
