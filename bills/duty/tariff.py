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
    ended: bool = False  # from its day the item or prefix is no longer in the tariff
    sws_percent: Decimal | None = None  # where an exemption gives another surcharge than the Finance Act


class Tariff:
    """All rates, asked for the one that a tariff item bears on a day: the longest prefix in force wins."""

    def __init__(self, rows: Iterable[Rate]) -> None:
        self._rates: dict[str, list[Rate]] = {}
        for row in rows:
            self._rates.setdefault(row.cth, []).append(row)
        self._items: dict[str, list[str]] = {}  # by heading, the eight-digit items that were ever in it
        for cth, rates in self._rates.items():
            rates.sort(key=lambda rate: rate.from_date, reverse=True)
            if len(cth) == 8:
                self._items.setdefault(cth[:4], []).append(cth)
        self._asked: dict[tuple[str, date], Rate | None] = {}
        self._listed: dict[tuple[str, date], bool] = {}

    def rate(self, cth: str, on: date) -> Rate | None:
        """The rate of an eight-digit item on a day; None where the item does not exist.

        Where a heading lists its eight-digit items on that day, one that is not listed does not exist.
        """
        key = (cth, on)
        if key not in self._asked:
            self._asked[key] = self._find(cth, on)
        return self._asked[key]

    def _find(self, cth: str, on: date) -> Rate | None:
        if (found := self._at(cth, on)) or self._lists_items(cth[:4], on):
            return found
        return next((rate for length in (6, 4, 2) if (rate := self._at(cth[:length], on))), None)

    def _at(self, cth: str, on: date) -> Rate | None:
        """The rate of just this item or prefix on a day."""
        rate = next((rate for rate in self._rates.get(cth, ()) if rate.from_date <= on), None)
        return None if rate is None or rate.ended else rate

    def _lists_items(self, heading: str, on: date) -> bool:
        """Whether a heading lists eight-digit items on a day."""
        key = (heading, on)
        if key not in self._listed:
            self._listed[key] = any(self._at(cth, on) for cth in self._items.get(heading, ()))
        return self._listed[key]
