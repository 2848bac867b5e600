"""The number of a manifest, as the notice writes it."""

from datetime import datetime

from eccs.numbering import financial_year


def manifest_series(station: str, submitted_at: datetime) -> str:
    """Manifests are counted by station and financial year, both kinds together (PN17 5.1)."""
    return f"ECM_{station}_{financial_year(submitted_at)}"
