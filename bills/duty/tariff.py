"""The tariff: which rates a tariff item bears on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Rate:
    """The rates of one tariff item or prefix from a day, percent; the specific rate in rupees a unit."""

    cth: str
    description: str
    unit: str
    bcd_percent: Decimal
    bcd_specific: Decimal | None
    bcd_specific_unit: str
    aidc_percent: Decimal
    sws_applies: bool
    igst_percent: Decimal
    cess_percent: Decimal
    from_date: date
    notification: str


class Tariff:
    """All rates, asked for the one that a tariff item bears on a day: the longest prefix in force wins."""

    def __init__(self, rows: Iterable[Rate]) -> None:
        self._rates: dict[str, list[Rate]] = {}
        for row in rows:
            self._rates.setdefault(row.cth, []).append(row)
        for rates in self._rates.values():
            rates.sort(key=lambda rate: rate.from_date, reverse=True)
        self._listed = {cth[:4] for cth in self._rates if len(cth) == 8}
        self._asked: dict[tuple[str, date], Rate | None] = {}

    def rate(self, cth: str, on: date) -> Rate | None:
        """The rate of an eight-digit item on a day; None where the item does not exist.

        Where a heading lists its eight-digit items, one that is not listed does not exist.
        """
        key = (cth, on)
        if key not in self._asked:
            self._asked[key] = self._find(cth, on)
        return self._asked[key]

    def _find(self, cth: str, on: date) -> Rate | None:
        lengths = (8,) if cth[:4] in self._listed else (8, 6, 4, 2)
        for length in lengths:
            for rate in self._rates.get(cth[:length], ()):
                if rate.from_date <= on:
                    return rate
        return None
