"""Checking the cells of a file. A column is declared once: its check, its help, its example all come from that."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from eccs.identifiers import turned_by_a_spreadsheet
from eccs.uploads.reading import NUMBER, Sheet, Unreadable

EXACT_DIGITS = 11  # a longer whole number is what a spreadsheet shows as 8.00123E+12
CHUNKS = 4  # cells are checked in so many parts, and after each it is told how many rows are done
LEAST_CHUNK = 1_000  # rows
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_DECIMAL = re.compile(r"-?\d{1,12}(?:\.\d{1,6})?").fullmatch
_INTEGER = re.compile(r"-?\d{1,9}").fullmatch
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?: 00:00:00)?").fullmatch
_INDIAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})").fullmatch


@dataclass(frozen=True, slots=True)
class Fault:
    """One cell that cannot be taken, and why. Rows are counted as in a spreadsheet: the names stand in row 1."""

    row: int
    column: str
    value: str
    reason: str


class Bad(ValueError):
    """The text of a cell is no value of its column."""


Convert = Callable[[str], Any]


@dataclass(frozen=True)
class Column:
    """One column of a file: its name, how its text becomes a value, and what people are told about it."""

    name: str
    convert: Convert
    required: bool = False
    empty: Any = ""  # the value of an empty cell
    help: Any = ""
    example: str = ""


Tell = Callable[[int], None]


def nobody(done: int) -> None:
    """Nobody hears how many rows are done."""


@dataclass
class Table:
    """The values of a checked file by column, with the faults. A value with a fault is None."""

    numbers: list[int]
    values: dict[str, list[Any]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    prepared: Any = None  # what the checks across rows made of them, for whoever saves
    notes: list[str] = field(default_factory=list)  # what is no fault and yet worth saying
    tell: Tell = nobody  # who hears how many rows are done
    _faulty: set[tuple[int, str]] = field(default_factory=set)

    def fault(self, index: int, column: str, value: Any, reason: str) -> None:
        """Name a fault of a row's cell; a cell is named once."""
        row = self.numbers[index]
        if (row, column) not in self._faulty:
            self._faulty.add((row, column))
            self.faults.append(Fault(row, column, str(value).replace(NUMBER, "")[:120], reason))

    def is_faulty(self, index: int, column: str) -> bool:
        """Whether a cell has a fault already."""
        return (self.numbers[index], column) in self._faulty


def check(sheet: Sheet, columns: Sequence[Column], tell: Tell = nobody) -> Table:
    """Check every cell. Raises Unreadable where the columns themselves are wrong, naming them.

    `tell` hears how many rows are done, a few times.
    """
    _check_names(sheet, columns)
    place = {name: n for n, name in enumerate(sheet.names)}
    table = Table(sheet.numbers, {column.name: [] for column in columns}, tell=tell)
    width = len(sheet.names)
    for merged in sheet.merged:
        table.fault(merged.index, merged.column, "", _("is part of merged cells: %(cells)s") % {"cells": merged.cells})
    for index, row in enumerate(sheet.rows):
        if len(row) > width and any(row[width:]):
            table.fault(index, sheet.names[-1], row[-1], _("the row has more cells than there are columns"))
    many = max(LEAST_CHUNK, -(-len(sheet.rows) // CHUNKS))
    known: dict[str, dict[str, Any]] = {column.name: {} for column in columns}  # most columns repeat themselves
    for start in range(0, len(sheet.rows), many):
        rows = sheet.rows[start : start + many]
        cells = list(zip(*(row[:width] for row in rows), strict=True))
        for column in columns:
            at = place.get(column.name)
            table.values[column.name] += (
                [column.empty] * len(rows)
                if at is None
                else _check_column(table, column, cells[at], start, known[column.name])
            )
        tell(start + len(rows))
    table.faults.sort(key=lambda fault: (fault.row, place.get(fault.column, 0)))
    return table


def _check_names(sheet: Sheet, columns: Sequence[Column]) -> None:
    known = {column.name for column in columns}
    if len(sheet.names) == 1 and any(mark in sheet.names[0] for mark in ";\t|"):
        raise Unreadable(_("The columns are not separated by commas."))
    if unknown := [name[:40] or "–" for name in sheet.names if name not in known]:
        raise Unreadable(_("Unknown columns: %(names)s.") % {"names": ", ".join(unknown[:6])})
    if twice := [name for name, count in Counter(sheet.names).items() if count > 1]:
        raise Unreadable(_("Columns given twice: %(names)s.") % {"names": ", ".join(twice)})
    if missing := [c.name for c in columns if c.required and c.name not in sheet.names]:
        raise Unreadable(_("Missing columns: %(names)s.") % {"names": ", ".join(missing)})


def _check_column(table: Table, column: Column, cells: Sequence[str], start: int, known: dict[str, Any]) -> list[Any]:
    values: list[Any] = []
    convert, empty, required = column.convert, column.empty, column.required
    for index, text in enumerate(cells, start):
        if text in known:
            values.append(known[text])
            continue
        if not text or text == NUMBER:
            if required:
                table.fault(index, column.name, "", _("is missing"))
            values.append(empty)
            continue
        try:
            value = convert(text)
        except Bad as bad:
            table.fault(index, column.name, text, str(bad))
            values.append(None)
            continue
        if len(known) < 500:
            known[text] = value
        values.append(value)
    return values


def text(longest: int) -> Convert:
    """Any text up to a length."""

    def convert(given: str) -> str:
        given = given.removeprefix(NUMBER)
        if len(given) > longest:
            raise Bad(_("is longer than %(longest)d characters") % {"longest": longest})
        if _CONTROL.search(given):
            raise Bad(_("holds characters that no text has"))
        return given

    return convert


def identifier(why_not: Callable[[str], str], written: Callable[[str], str] = str) -> Convert:
    """An identifier in capitals, checked; one that a spreadsheet made a number is refused as such."""

    def convert(given: str) -> str:
        if given.startswith(NUMBER):
            given = given[1:]
            if len(given) > EXACT_DIGITS or not given.isdigit():
                raise Bad(turned_by_a_spreadsheet("1E1"))
        given = given.upper()
        if reason := why_not(given):
            raise Bad(reason)
        return written(given)

    return convert


def code(known: Collection[str], reason: Any) -> Convert:
    """One of a set of codes, in capitals."""

    def convert(given: str) -> str:
        given = given.removeprefix(NUMBER).upper()
        if given not in known:
            raise Bad(str(reason))
        return given

    return convert


def decimal(places: int, least: Decimal | None = None, below: Any = "", longest: int = 14) -> Convert:
    """A number with so many places, at or above `least`; `below` is what is said of one under it."""

    def convert(given: str) -> Decimal:
        given = given.removeprefix(NUMBER)
        if not _DECIMAL(given):
            plain = given.replace(",", "")
            if plain != given and _DECIMAL(plain):
                raise Bad(_("is not a number: write it without commas"))
            raise Bad(_("is not a number"))
        value = Decimal(given)
        if least is not None and value < least:
            raise Bad(str(below) or _("must be %(least)s or more") % {"least": least})
        exponent = value.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > places:
            raise Bad(_("has more than %(places)d decimal places") % {"places": places})
        if value.adjusted() >= longest - places:
            raise Bad(_("is too large"))
        return value

    return convert


def integer(least: int, below: Any, most: int = 99999) -> Convert:
    """A whole number at or above `least`."""

    def convert(given: str) -> int:
        given = given.removeprefix(NUMBER)
        if not _INTEGER(given):
            raise Bad(_("is not a whole number"))
        value = int(given)
        if value < least:
            raise Bad(str(below))
        if value > most:
            raise Bad(_("is too large"))
        return value

    return convert


def day(given: str) -> date:
    """A date as YYYY-MM-DD, DD/MM/YYYY or a spreadsheet's own."""
    found = _ISO(given)
    if found:
        parts = int(found[1]), int(found[2]), int(found[3])
    elif found := _INDIAN(given):
        parts = int(found[3]), int(found[2]), int(found[1])
    else:
        raise Bad(_("is not a date: write YYYY-MM-DD or DD/MM/YYYY"))
    try:
        return date(*parts)
    except ValueError as fault:
        raise Bad(_("is not a day of the calendar")) from fault


def yes_no(given: str) -> bool:
    """Y or N."""
    if given.upper() in ("Y", "YES"):
        return True
    if given.upper() in ("N", "NO"):
        return False
    raise Bad(_("must be Y or N"))


def causes(faults: Sequence[Fault]) -> list[dict[str, Any]]:
    """The faults by cause, the commonest first: what to mend, in how many rows, and where first."""
    rows: dict[tuple[str, str], list[int]] = {}
    for fault in faults:
        rows.setdefault((fault.column, fault.reason), []).append(fault.row)
    found = [{"column": c, "reason": r, "count": len(n), "rows": n[:8]} for (c, r), n in rows.items()]
    return sorted(found, key=lambda cause: (-int(cause["count"]), str(cause["column"])))
