"""Answers that steps of several kinds of document ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Answer = Callable[[Any], dict[str, Any]]
WHY = "Office order 14 of 2026."
REPORT = {"packages_opened": 1, "percent": 100, "findings": "As declared.", "recommendation": "RELEASE"}
REMARKS: Answer = lambda _one: {"remarks": "As the file shows."}  # noqa: E731
DETENTION: Answer = lambda _one: {"grounds": "The brand looks copied."}  # noqa: E731


def why(_one: Any) -> dict[str, Any]:
    """A reason."""
    return {"reason": WHY}
