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


ORDER = {
    "order_number": "31/2026", "order_date": "2026-11-19", "fine": "500", "penalty": "200", "revised_duty": "40",
    "remarks": "Misdeclared.",
}  # fmt: skip
SECURITY = {
    "bond_number": "B-118", "bond_amount": "5000", "bond_date": "2026-11-12", "bond_valid_until": "2030-03-31", "guarantee_number": "BG-7",
    "guarantee_amount": "2000", "guarantee_valid_until": "2028-03-31",
}  # fmt: skip
GUARANTEE = {
    "guarantee_number": "BG-7", "bank": "Deccan Bank", "guarantee_amount": "25000", "guarantee_valid_until": "2030-03-31",
}  # fmt: skip
