"""The numbers of tokens."""

from datetime import date


def token_series(station: str, day: date) -> str:
    """Tokens are counted by station and day: `T_BLR_2026-11-22`."""
    return f"T_{station}_{day:%Y-%m-%d}"
