"""The numbers of shipping bills and Let Export Orders."""

from datetime import datetime

from bills.numbers import series_of


def shipping_bill_series(kind: str, station: str, filed_at: datetime) -> str:
    """Shipping bills are counted by form, station and financial year of filing: `CSB-V_BLR_2026-2027`."""
    return series_of(kind, station, filed_at)
