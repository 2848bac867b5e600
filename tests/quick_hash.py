"""Argon2 as ECCS uses it, with so little memory that a test of thirty wrong passwords takes no time."""

from __future__ import annotations

from accounts.hashing import OneLaneArgon2


class QuickArgon2(OneLaneArgon2):
    """The same hash, cheap."""

    time_cost = 1
    memory_cost = 64
