"""The numbers of bills and orders, as the notice writes them."""

from datetime import datetime

from eccs.numbering import financial_year


def bill_series(kind: str, manifest_number: str) -> str:
    """Bills are counted by form and manifest: `CBE-XIII_BLR_2026-2027_01` for those of `ECM_BLR_2026-2027_01` (PN17 5.4).

    The year is the manifest's, also where the bill is filed after 31 March: another manifest of the new year has the same
    serial number.
    """
    return f"{kind}_{manifest_number.partition('_')[2]}"


def series_of(kind: str, station: str, at: datetime) -> str:
    """Memos and requests are counted by kind, station and financial year: `DM_BLR_2026-2027`."""
    return f"{kind}_{station}_{financial_year(at)}"
