"""The numbers of transfer manifests and of certificates of arrival."""

from datetime import datetime

from eccs.numbering import financial_year


def transfer_series(station: str, submitted_at: datetime) -> str:
    """Transfer manifests are counted by station and financial year of submission: `CTM_BLR_2026-2027`."""
    return f"CTM_{station}_{financial_year(submitted_at)}"


def arrival_series(station: str, expected_at: datetime) -> str:
    """Arrivals, and with them their certificates, are counted by station of destination: `CTA_DEL_2026-2027`."""
    return f"CTA_{station}_{financial_year(expected_at)}"
