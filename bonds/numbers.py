"""The numbers of bonds and of the entries of the Bond Master."""

import re
from datetime import date, datetime

from eccs.numbering import financial_year


def bond_series(station: str, requested_at: datetime) -> str:
    """Bonds are counted by station and financial year: `BND_BLR_2026-2027`."""
    return f"BND_{station}_{financial_year(requested_at)}"


def is_of_series(number: str) -> bool:
    """Whether a number is written as ECCS numbers its bonds, so that no bond executed elsewhere bears it."""
    return re.match(r"\s*BND(?![A-Z0-9])", number, re.IGNORECASE) is not None


def master_series(station: str, entered_on: date | datetime) -> str:
    """The entries of the Bond Master are counted by station and financial year: `BM_BLR_2026-2027`."""
    return f"BM_{station}_{financial_year(entered_on)}"
