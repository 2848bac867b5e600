"""Browsers of the cast for the pages of shipping bills, and a file of good rows."""

from __future__ import annotations

import pytest

from tests.bills.conftest import own_files, signed_in
from tests.factories.shipping import HEADER, ITEM

__all__ = ["own_files", "row", "signed_in"]

Row = dict[str, str]


def row(hawb: str, item_no: int = 1, **given: str) -> Row:
    """One good row; the header's cells stand on the first row of a HAWB."""
    same = ("invoice_number", "invoice_date", "invoice_terms", "currency")
    header = HEADER if item_no == 1 else {name: HEADER[name] for name in same}
    return {"form": "CSB-V", "hawb": hawb, "item_no": str(item_no), **ITEM, **header, **given}


@pytest.fixture
def good() -> list[Row]:
    """Two shipping bills, one of two items and two packages."""
    return [
        row("SWX001", packages="2"), row("SWX001", 2, cth="62034200", fob_value="100.00"),
        row("SWX002", form="CSB-IV", nature="SAMPLE", iec="", ad_code="", kyc_type="AADHAAR", kyc_number="234123412346"),
    ]  # fmt: skip
