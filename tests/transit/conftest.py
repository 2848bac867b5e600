"""Browsers of the cast for the pages of transshipment."""

from tests.bills.conftest import own_files, signed_in

__all__ = ["own_files", "signed_in"]
