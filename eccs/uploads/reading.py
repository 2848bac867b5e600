"""Reading a CSV or XLSX into rows of trimmed text, refusing what is none of them before it can do harm."""

from __future__ import annotations

import csv
import lzma
import re
import struct
import zipfile
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from io import BytesIO, StringIO
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

MAX_ROWS = 20_000
MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_COLUMNS = 100
MAX_MEMBERS = 2_000  # files inside a workbook
MAX_MERGED = 5_000  # merged ranges; the cells named in them are at most twenty times as many
ERRORS = "ECCS_ERRORS"  # the column of a file given back
MARKED = ("'=", "'+", "'-", "'@", "'\t", "'\r")  # cells that a spreadsheet would have taken for formulas

_OTHERS = {b"%PDF": "PDF", b"\xd0\xcf\x11\xe0": "XLS", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF"}

NUMBER = "\x00"  # before the text of a cell that was a number: only a check for an identifier minds

# A tag's attributes before its `r`, which names the place in the sheet; quoted values may hold anything.
_BEFORE_R = rb"""(?=[\s/>])\s*+(?:(?!r\s*=)[\w:.-]++\s*=\s*(?:"[^"]*+"|'[^']*+')\s*+)*+"""
_ROW = re.compile(rb"<(?:\w+:)?row" + _BEFORE_R + rb"""(?:r\s*=\s*["'](\d{1,9}))?""")
# The list of texts that a workbook's cells share, and how many it says there are: a reader makes room for as many.
_TEXTS = re.compile(rb"<(?:\w+:)?sst(?=[\s/>])")
_CLAIMED = re.compile(rb"""<(?:\w+:)?sst\s[^>]*?\b(?:count|uniqueCount)\s*=\s*["'](?!\d{1,7}["'])""")
_NOT_XLSX = {"xl/workbook.bin", "content.xml"}  # of an XLSB and an ODS, which a reader would take as readily
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell[\s/>]")
# A cell that does not say where it stands, or stands beyond column CV (the hundredth) or row 29,999.
_FAR_CELL = re.compile(
    rb"<(?:\w+:)?c" + _BEFORE_R + rb"""(?!r\s*=\s*["'](?:[A-Za-z]|[ABab][A-Za-z]|[Cc][A-Va-v])[12]?\d{1,4}["'])"""
)


BROKEN_ZIP = (  # what reading a ZIP raises whose directory lies about places, packings and names
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError,
    OverflowError,
)  # fmt: skip


class Unreadable(ValueError):
    """The file as a whole cannot be taken; the text says why, for people."""


Range = tuple[tuple[int, int], tuple[int, int]]  # first and last row and column, counted from 0


@dataclass(frozen=True)
class Merged:
    """A cell that a spreadsheet merged with others, so that its own value is gone."""

    index: int  # its row among the rows of the sheet
    column: str
    cells: str  # all the cells merged together: `A2:A3`


@dataclass(frozen=True)
class Sheet:
    """The rows of a file: the names of its first row, then the cells, with the row numbers a spreadsheet shows."""

    names: list[str]
    rows: list[list[str]]
    numbers: list[int]
    is_xlsx: bool
    merged: tuple[Merged, ...] = ()


def read(content: bytes, name: str, max_rows: int = MAX_ROWS) -> Sheet:
    """Read a file by what it is, not by what it is called. Raises Unreadable."""
    if not content.strip():
        raise Unreadable(_("The file is empty."))
    if len(content) > MAX_BYTES:
        raise Unreadable(_("The file is larger than 20 MiB."))
    if content.startswith(b"PK\x03\x04"):
        rows, ranges = _xlsx_rows(content, max_rows)
        _refuse_merged_names(ranges)
        return _without_merged(_sheet(rows, max_rows, is_xlsx=True), ranges)
    for magic, what in _OTHERS.items():
        if content.startswith(magic):
            raise Unreadable(
                _("“%(name)s” is a %(what)s file by its content. Save it as CSV or XLSX, without a password.")
                % {"name": name, "what": what}
            )
    return _sheet(_csv_rows(content), max_rows, is_xlsx=False)


def _csv_rows(content: bytes) -> Iterator[list[str]]:
    if b"\x00" in content:
        raise Unreadable(_("The file holds characters that no text has. Save it as CSV UTF-8 or XLSX."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        raise Unreadable(_("Line %(line)d is not in UTF-8. Save the file as CSV UTF-8.") % {"line": line}) from fault
    try:
        yield from csv.reader(StringIO(text, newline=""), strict=True)
    except csv.Error as fault:
        raise Unreadable(_("The file is no CSV: %(fault)s.") % {"fault": fault}) from fault


def _xlsx_rows(content: bytes, max_rows: int) -> tuple[Iterable[list[str]], list[Range]]:
    _unpack_within_bounds(content, max_rows)
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(content))
        sheet = workbook.get_sheet_by_index(0)
        cells, ranges = sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges or []
    except (CalamineError, zipfile.BadZipFile, ValueError, IndexError) as fault:
        raise _no_workbook() from fault
    return ([_cell_text(cell) for cell in row] for row in cells), ranges


def _refuse_merged_names(ranges: Iterable[Range]) -> None:
    for merged in ranges:
        if merged[0][0] == 0:
            raise Unreadable(
                _("The cells %(cells)s are merged. The first row must hold the names of the columns, one in each cell.")
                % {"cells": _written(merged)}
            )


def _without_merged(sheet: Sheet, ranges: Iterable[Range]) -> Sheet:
    """The sheet with the cells that lost their value to the first one of merged cells."""
    found: list[Merged] = []
    for merged in ranges:
        (top, left), (bottom, right) = merged
        first, last = bisect_left(sheet.numbers, top + 1), bisect_right(sheet.numbers, bottom + 1)
        for index in range(first, last):
            names = enumerate(sheet.names[left : right + 1], left)
            kept = (top + 1, left)
            found += [Merged(index, n, _written(merged)) for at, n in names if (sheet.numbers[index], at) != kept]
        if len(found) > MAX_MERGED * 20:
            break
    return replace(sheet, merged=tuple(m for m in found if m.column != ERRORS.lower())) if found else sheet


def _written(merged: Range) -> str:
    """A range as a spreadsheet writes it: `A2:B3`."""
    return ":".join(f"{_letters(column)}{row + 1}" for row, column in merged)


def _letters(column: int) -> str:
    high, low = divmod(column, 26)
    return (_letters(high - 1) if high else "") + chr(ord("A") + low)


def _no_workbook() -> Unreadable:
    return Unreadable(_("The file is no readable XLSX workbook. Open it in a spreadsheet program and save it again."))


def _unpack_within_bounds(content: bytes, max_rows: int) -> None:
    """Unpack piece by piece, trusting no size the file claims, and stop at the first excess."""
    if content.count(b"PK\x01\x02") > MAX_MEMBERS:  # as many entries has its directory
        raise _no_workbook()
    unpacked = 0
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            members = archive.infolist()
            names = {member.filename.replace("\\", "/").lower() for member in members}
            if "xl/workbook.xml" not in names or names & _NOT_XLSX:
                raise Unreadable(_("The file is a ZIP, not an XLSX workbook."))
            if len(names) < len(members):
                raise _no_workbook()
            for info in members:
                look = _Look(max_rows, is_xml=info.filename.lower().endswith((".xml", ".rels")))
                with archive.open(info) as member:
                    while piece := member.read(1 << 20):
                        unpacked += len(piece)
                        if unpacked > MAX_UNPACKED:
                            raise Unreadable(_("The file unpacks to more than 200 MiB."))
                        look.at(piece)
                look.through(look.rest)
    except Unreadable:
        raise
    except BROKEN_ZIP as fault:
        raise _no_workbook() from fault


class _Look:
    """Looks through a member of a workbook and refuses a sheet that is larger than it may be before a reader lays it out."""

    def __init__(self, max_rows: int, *, is_xml: bool) -> None:
        self.max_rows, self.rows, self.rest, self.is_sheet, self.is_xml = max_rows, 0, b"", False, is_xml
        self.merged = 0

    def at(self, piece: bytes) -> None:
        """The next piece: as far as its last tag is whole."""
        piece = self.rest + piece
        end = piece.rfind(b"<")
        if end < 0 or len(piece) - end > 1 << 20:
            if self.is_sheet or _TEXTS.match(piece, max(end, 0)):
                raise _no_workbook()
            end = max(0, len(piece) - 4096)
        self.rest = piece[end:]
        self.through(piece[:end])

    def through(self, tags: bytes) -> None:
        """Whole tags: no declarations of entities, and in a sheet no row or cell out of bounds."""
        self.is_sheet = self.is_sheet or b"sheetData" in tags
        if (self.is_sheet or self.is_xml) and (b"<!DOCTYPE" in tags or b"<!ENTITY" in tags):
            raise _no_workbook()
        if _CLAIMED.search(tags):
            raise _no_workbook()
        if not self.is_sheet:
            return
        most = self.max_rows + 1000
        for found in _ROW.finditer(tags):
            self.rows += 1
            if self.rows > most or int(found[1] or 0) > most:
                raise Unreadable(too_many_rows(self.max_rows))
        if _FAR_CELL.search(tags):
            raise Unreadable(_("The sheet has more than %(count)d columns.") % {"count": MAX_COLUMNS})
        self.merged += len(_MERGED.findall(tags))
        if self.merged > MAX_MERGED:
            raise Unreadable(_("The sheet has more than %(count)d merged cells. Unmerge them.") % {"count": MAX_MERGED})


def too_many_rows(max_rows: int) -> str:
    """What is said of a file with too many rows."""
    return _("The file has more than %(count)s rows. Split it.") % {"count": f"{max_rows:,}"}


def _cell_text(cell: Any) -> str:
    """A cell as text; a number keeps a mark, so that an identifier that became a number is recognised."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "Y" if cell else "N"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time.min else cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int | float):
        return f"{NUMBER}{int(cell)}" if float(cell).is_integer() else f"{NUMBER}{cell:.15g}"
    if isinstance(cell, time | timedelta):
        return str(cell)
    return ""


def _sheet(rows: Iterable[list[str]], max_rows: int, *, is_xlsx: bool) -> Sheet:
    trimmed = _trimmed(rows)
    names = [cell.removeprefix(NUMBER).lower() for cell in next(trimmed, [])]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise Unreadable(_("The first row must hold the names of the columns."))
    if len(names) > MAX_COLUMNS:
        raise Unreadable(_("The sheet has more than %(count)d columns.") % {"count": MAX_COLUMNS})
    width = len(names)
    kept: list[list[str]] = []
    numbers: list[int] = []
    for number, row in enumerate(trimmed, 2):
        if not any(row):
            continue
        if len(kept) == max_rows:
            raise Unreadable(too_many_rows(max_rows))
        kept.append(row if len(row) == width else _fitted(row, width))
        numbers.append(number)
    if not kept:
        raise Unreadable(_("The file has names of columns but no rows."))
    return _as_handed_in(Sheet(names, kept, numbers, is_xlsx))


def _fitted(row: list[str], width: int) -> list[str]:
    """A row with a cell for every column; of the cells beyond them one is enough to be named."""
    beyond = [cell for cell in row[width:] if cell][:1]
    return [*row[:width], *[""] * (width - len(row)), *beyond]


def _as_handed_in(sheet: Sheet) -> Sheet:
    """A file that ECCS gave back with its errors, corrected: without their column and the marks against formulas."""
    if ERRORS.lower() not in sheet.names:
        return sheet
    at = sheet.names.index(ERRORS.lower())
    rows = [
        [cell[1:] if cell.startswith(MARKED) else cell for cell in (*row[:at], *row[at + 1 :])] for row in sheet.rows
    ]
    return Sheet([*sheet.names[:at], *sheet.names[at + 1 :]], rows, sheet.numbers, sheet.is_xlsx)


def _trimmed(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    for row in rows:
        yield [cell.strip() if "\xa0" not in cell else cell.replace("\xa0", " ").strip() for cell in row]
