"""A report as a table: its measures, its rows, what a cell says on the screen and in a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eccs.money import grouped
from eccs.written import spell
from reports.scope import Scope

Key = Any  # a day, a station's code, a courier's key, a form, a stage with its way …
Sums = Counter[Any]
HUNDRED = Decimal(100)
BY = {
    "day": gettext_lazy("Day"), "station": gettext_lazy("Station"), "courier": gettext_lazy("Courier"), "kind": gettext_lazy("Form"),
    "stage": gettext_lazy("Stage"), "head": gettext_lazy("Head"), "role": gettext_lazy("Desk"), "step": gettext_lazy("Step"),
    "rule": gettext_lazy("Rule"), "lane": gettext_lazy("Lane"),
}  # fmt: skip


@dataclass(frozen=True)
class Measure:
    """A column of figures: counts, percent, spans of time in seconds, or rupees."""

    label: Any
    unit: str = "count"
    brief: Any = ""  # its label where it is one of many

    def shown(self, value: Any) -> str:
        """A figure as people read it."""
        if value is None:
            return "–"
        if self.unit == "span":
            return spell(timedelta(seconds=value)) if value >= 60 else _("%(s)d s") % {"s": value}
        if self.unit == "rupees":
            return grouped(value, 0)
        if self.unit in ("percent", "rate"):
            return f"{value:.1f}"
        return grouped(value)

    def kept(self, value: Any) -> Any:
        """A figure as a file has it: minutes for a span of time."""
        if value is None:
            return ""
        return (Decimal(value) / 60).quantize(Decimal("0.1")) if self.unit == "span" else value

    @property
    def heading(self) -> str:
        """Its name in a file, with what it is counted in."""
        units = {"span": _("minutes"), "rupees": _("rupees"), "percent": _("percent")}
        return f"{self.label}, {units[self.unit]}" if self.unit in units else str(self.label)


@dataclass(frozen=True)
class Report:
    """One report: what it tells, by what it is divided, how it is read and reckoned."""

    slug: str
    title: Any
    about: Any
    by: tuple[str, ...]  # the first is shown to whoever asks for none
    measures: Callable[[str], Sequence[Measure]]
    read: Callable[[Scope, str], dict[Key, Sums]]
    reckon: Callable[[Sums, str], Sequence[Any]]
    main: int = 0  # the measure that is drawn and compared
    page: str = "reports"  # whose it is, as a declared page
    dated: bool = True  # whether it tells of days, or of this moment
    filters: tuple[str, ...] = ("courier", "kind")
    not_summed: tuple[str, ...] = ()  # divisions whose rows make no sum

    def asked_of(self, scope: Scope) -> Scope:
        """What is asked for, without the filters that this report does not have."""
        return replace(
            scope, courier=scope.courier if "courier" in self.filters else 0, kind=scope.kind if "kind" in self.filters else "",
            stage=scope.stage if "stage" in self.filters else "",
        )  # fmt: skip

    def table(self, scope: Scope, by: str, before: Scope | None = None) -> Table:
        """The report as a table, with the period before where it is asked for."""
        rows = self.read(scope, by)
        table = Table(self, by, list(self.measures(by)), {key: list(self.reckon(row, by)) for key, row in rows.items()})
        table.total = None if by in self.not_summed else list(self.reckon(summed(rows.values()), by))
        if before is not None and self.dated:
            told, shift = self.read(before, by), timedelta(days=scope.days)
            table.before = {
                key + shift if by == "day" else key: self.reckon(row, by)[self.main] for key, row in told.items()
            }
            table.total_before = None if by in self.not_summed else list(self.reckon(summed(told.values()), by))
        return table


@dataclass
class Table:
    """The rows of a report by their keys."""

    report: Report
    by: str
    measures: list[Measure]
    rows: dict[Key, list[Any]]
    total: list[Any] | None = None
    before: dict[Key, Any] | None = None
    total_before: list[Any] | None = None

    @property
    def main(self) -> Measure:
        """The measure that is drawn and compared."""
        return self.measures[self.report.main]

    def ordered(self, sort: str, names: Callable[[str, Key], str]) -> list[tuple[Key, list[Any]]]:
        """The rows by a measure or by their names; days as they come, other rows by the main measure, the largest first."""
        falling, place = sort.startswith("-"), sort.removeprefix("-")
        found = sorted(self.rows.items(), key=lambda row: names(self.by, row[0]))
        if self.by == "day":
            found.sort(key=lambda row: row[0])
        if place == "name":
            return found[::-1] if falling else found
        if not place.isdecimal() or int(place) >= len(self.measures):
            if self.by == "day":
                return found
            falling, place = True, str(self.report.main)
        n = int(place)
        known = [row for row in found if row[1][n] is not None]
        return sorted(known, key=lambda row: row[1][n], reverse=falling) + [row for row in found if row[1][n] is None]


def summed(rows: Any) -> Sums:
    """The sum of several rows, what is none as well."""
    total: Sums = Counter()
    for row in rows:
        total.update(row)
    return total


def percent(part: Any, whole: Any) -> Decimal | None:
    """A share in percent with one place, where there is anything to share."""
    return (Decimal(part) * HUNDRED / Decimal(whole)).quantize(Decimal("0.1")) if whole else None
