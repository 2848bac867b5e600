"""The audit log: who signed in, who read what, who took a list away."""

from __future__ import annotations

import logging
from typing import Any

from django.http import HttpRequest

logger = logging.getLogger(__name__)


def record(
    event: str, *, request: HttpRequest | None = None, by: Any = None, about: str = "", station: str = "", why: str = "",
    **details: Any,
) -> None:  # fmt: skip
    """Write one line of the audit log; who did it is the request's actor unless somebody is named."""
    who = by or getattr(request, "actor", None)
    logger.info("%s by=%s about=%s station=%s why=%s %s", event, getattr(who, "name", ""), about, station, why, details)
