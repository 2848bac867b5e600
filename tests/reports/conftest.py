"""Browsers of the cast."""

from __future__ import annotations

from tests.desks.conftest import signed_in

__all__ = ["signed_in"]
