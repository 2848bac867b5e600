"""Exemption notifications (Customs Act 1962, section 25(1)): what a serial leaves to be charged, on which goods, for whom, when."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from bills.duty.tariff import Rate


@dataclass(frozen=True, slots=True)
class Exemption:
    """One serial of a notification from a day: the rate it leaves of each levy it touches, percent; None is not touched."""

    notification: str
    serial: str
    description: str
    covers: tuple[str, ...]  # tariff items and prefixes; none is all goods
    for_whom: str  # nothing is everybody
    condition: str
    bcd_percent: Decimal | None
    aidc_percent: Decimal | None
    sws_percent: Decimal | None
    igst_percent: Decimal | None
    cess_percent: Decimal | None
    from_date: date
    until: date | None = None  # the last day, where the notification names one
    ended: bool = False  # from its day the serial is no longer in the notification

    def is_of(self, cth: str) -> bool:
        """Whether it covers a tariff item."""
        return not self.covers or cth.startswith(self.covers)

    def leaves(self, rate: Rate) -> Rate:
        """The rate that an item bears with the exemption."""
        told: dict[str, Any] = {}
        if self.bcd_percent is not None:
            told = {"bcd_percent": self.bcd_percent, "bcd_specific": None, "bcd_specific_unit": ""}
        if self.sws_percent is not None:
            told |= {"sws_applies": bool(self.sws_percent), "sws_percent": self.sws_percent}
        for name in ("aidc_percent", "igst_percent", "cess_percent"):
            if (percent := getattr(self, name)) is not None:
                told[name] = percent
        return replace(rate, **told)


_CITED = re.compile(r"\A(?:NOTIFICATION)?(?:NO)?0*([1-9]\d*)/(\d{2}(?:\d{2})?)(.*)\Z")


def cited(notification: str) -> str:
    """A notification as it is compared: `050/2017-Customs`, `50/2017 - Cus.` and `50/2017` are one."""
    plain = re.sub(r"[\s.\-–,]", "", notification.upper())
    found = _CITED.match(plain)
    if found is None:
        return plain
    number, year, series = found.groups()
    return f"{number}/{year}-{series.replace('CUSTOMS', 'CUS') or 'CUS'}"


def serial_cited(serial: str) -> str:
    """A serial number as it is compared: `S. No. 608` and `608` are one."""
    plain = re.sub(r"[\s.]", "", serial.upper())
    return re.sub(r"\A(?:SERIALNO|SLNO|SNO|NO)?0*", "", plain)


class Exemptions:
    """All serials, asked for the one that is claimed."""

    def __init__(self, rows: Iterable[Exemption]) -> None:
        self._rows: dict[str, dict[str, list[Exemption]]] = {}
        for row in rows:
            of_notification = self._rows.setdefault(cited(row.notification), {})
            of_notification.setdefault(serial_cited(row.serial), []).append(row)
        for serials in self._rows.values():
            for known in serials.values():
                known.sort(key=lambda row: row.from_date, reverse=True)

    def knows(self, notification: str) -> bool:
        """Whether there is anything of a notification."""
        return cited(notification) in self._rows

    def knows_serial(self, notification: str, serial: str) -> bool:
        """Whether a notification has, or had, this serial."""
        return serial_cited(serial) in self._rows.get(cited(notification), {})

    def at(self, notification: str, serial: str, on: date) -> Exemption | None:
        """The serial as it is in force on a day; None where it is not."""
        known = self._rows.get(cited(notification), {}).get(serial_cited(serial), ())
        row = next((one for one in known if one.from_date <= on), None)
        return None if row is None or row.ended or (row.until is not None and row.until < on) else row
