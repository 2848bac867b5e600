"""Browsers of the cast, and programs with a key."""

from tests.api.conftest import key, program
from tests.bills.conftest import own_files, signed_in

__all__ = ["key", "own_files", "program", "signed_in"]
