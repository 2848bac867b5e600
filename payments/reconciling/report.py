"""What a comparison of a bank's scroll with the books found at the officer's stations: on screen and as a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from accounts.permissions import Actor
from eccs.acting import SYSTEM, acting_as
from eccs.pages import activity_of
from payments.models import CashWithdrawal, Challan
from payments.reconciling import scrolls
from payments.reconciling.models import BankDifference, BankScroll, Finding, ScrollEntry

COLUMNS = ("finding", "challan", "station", "bank_transaction", "bank_rupees", "eccs_rupees", "stage", "remarks")
MOST_SHOWN = 500


@dataclass(frozen=True)
class Line:
    """One debit, payment or payment out with what was found of it."""

    finding: Finding
    about: Any  # the challan, or the withdrawal; nothing where the books know of none
    number: str
    transaction: str
    there: Decimal
    here: Decimal
    difference: BankDifference | None

    @property
    def label(self) -> str:
        """The finding in words."""
        return str(self.finding.label)

    @property
    def agrees(self) -> bool:
        """Whether the scroll and the books say the same."""
        return self.finding == Finding.MATCHED


@dataclass(frozen=True)
class Report:
    """The comparison of one day, as far as it is the officer's."""

    scroll: BankScroll
    lines: list[Line]
    counts: list[tuple[str, int, Decimal]]  # finding, how many, rupees
    elsewhere: int  # entries about other stations

    @property
    def differing(self) -> list[Line]:
        """What does not agree."""
        return [line for line in self.lines if not line.agrees]


def stations_of(actor: Actor) -> frozenset[str]:
    """The stations whose payments the officer compares."""
    return actor.stations_for([activity_of("scrolls")])


def days(actor: Actor, before: date | None = None) -> list[dict[str, Any]]:
    """The days that were compared lately, newest first, with what is open of each at the officer's stations."""
    rows = BankScroll.objects.filter(day__lt=before) if before else BankScroll.objects.all()
    newest: dict[tuple[str, date], BankScroll] = {}
    for row in rows.order_by("-day", "bank", "-sealed", "-pk")[:60]:
        newest.setdefault((row.bank, row.day), row)
    mine = BankDifference.objects.visible_to(actor).filter(day__in=[day for _bank, day in newest])
    found: dict[tuple[str, date], list[str]] = {}
    for bank, day, stage in mine.values_list("bank", "day", "stage"):
        found.setdefault((bank, day), []).append(stage)
    return [
        {"scroll": row, "differences": len(stages), "open": stages.count("OPEN")}
        for key, row in newest.items()
        for stages in [found.get(key, [])]
    ]


def report(actor: Actor, bank: str, day: date) -> Report | None:
    """The comparison of a day at the officer's stations; nothing where there is no scroll of it."""
    scroll = scrolls.latest(bank, day)
    if scroll is None:
        return None
    stations = stations_of(actor)
    entries = list(scroll.entries.all())
    numbers = {entry.challan_number for entry in entries}
    with acting_as(SYSTEM):  # what nobody knows is shown to every officer: it must not be what another station knows
        known: dict[Any, Any] = {one.number: one for one in Challan.objects.filter(number__in=numbers)}
        if any(entry.payout for entry in entries):
            known |= {one.number: one for one in CashWithdrawal.objects.filter(number__in=numbers)}
    seen = [
        entry for entry in entries if (one := known.get(entry.challan_number)) is None or one.station_id in stations
    ]
    differences = _differences(actor, bank, day)
    by_key = {(one.bank_transaction, one.challan_number): one for one in differences}
    lines = [_of_entry(entry, known, by_key) for entry in seen]
    told = {line.transaction for line in lines}
    lines += [_of_difference(one) for one in differences if one.bank_transaction not in told]
    lines.sort(key=lambda line: (line.agrees, line.number, line.transaction))
    return Report(scroll, lines, _counted(lines), len(entries) - len(seen))


def _differences(actor: Actor, bank: str, day: date) -> QuerySet[BankDifference]:
    mine = Q(station_id__in=stations_of(actor)) | Q(station=None)
    found: QuerySet[BankDifference] = BankDifference.objects.filter(mine, bank=bank, day=day).exclude(
        finding=Finding.NO_SCROLL
    )
    return found.select_related("challan", "withdrawal")


def _of_entry(entry: ScrollEntry, known: dict[Any, Any], by_key: dict[Any, BankDifference]) -> Line:
    finding = Finding(entry.finding or Finding.MISSING_HERE)
    difference = by_key.get((entry.bank_transaction, entry.challan_number))
    here = entry.rupees if finding == Finding.MATCHED else difference.here if difference else Decimal(0)
    return Line(
        finding,
        known.get(entry.challan_number),
        entry.challan_number,
        entry.bank_transaction,
        entry.rupees,
        here,
        difference,
    )


def _of_difference(one: BankDifference) -> Line:
    finding = Finding(one.finding)
    return Line(finding, one.about, one.challan_number, one.bank_transaction, one.there, one.here, one)


def _counted(lines: Iterable[Line]) -> list[tuple[str, int, Decimal]]:
    told = []
    for finding in Finding.of_lines():
        those = [line for line in lines if line.finding == finding]
        told.append((str(finding.label), len(those), sum((line.there or line.here for line in those), Decimal(0))))
    return told


def exported(found: Report) -> list[list[str]]:
    """The lines of a report as the cells of a file."""
    return [
        [
            line.finding.value, line.number, line.about.station_id if line.about else "", line.transaction,
            f"{line.there:.2f}", f"{line.here:.2f}", line.difference.stage if line.difference else "",
            line.difference.remarks if line.difference else "",
        ]
        for line in found.lines
    ]  # fmt: skip
