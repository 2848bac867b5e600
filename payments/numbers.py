"""The numbers of challans and cyber receipts."""

from datetime import datetime

from django.utils import timezone

from eccs.numbering import financial_year


def challan_series(created_at: datetime) -> str:
    """TR-6 challans are counted by their day of the year, on through the years: no number ever comes twice."""
    return f"TR6_{timezone.localtime(created_at):%d%m}"


def challan_number(created_at: datetime, serial: int) -> str:
    """Day, month and six digits: `1911402718`."""
    return f"{timezone.localtime(created_at):%d%m}{serial:06d}"


def receipt_series(station: str, issued_at: datetime) -> str:
    """Cyber receipts are counted by station and financial year: `R-BLR-26`."""
    return f"R-{station}-{financial_year(issued_at)[2:4]}"
