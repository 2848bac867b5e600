"""Reading a CSV or XLSX into rows of trimmed text, refusing what is none of them before it can do harm."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO, StringIO
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

MAX_ROWS = 20_000
MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_COLUMNS = 100

NUMBER = "\x00"  # before the text of a cell that was a number: only a check for an identifier minds

_ROW = re.compile(rb'<row[^>]*?\br="(\d+)"')
_FAR_CELL = re.compile(rb'<c [^>]*?\br="[A-Z]{3,}\d')


class Unreadable(ValueError):
    """The file as a whole cannot be taken; the text says why, for people."""


@dataclass(frozen=True)
class Sheet:
    """The rows of a file: the names of its first row, then the cells, with the row numbers a spreadsheet shows."""

    names: list[str]
    rows: list[list[str]]
    numbers: list[int]
    is_xlsx: bool


def read(content: bytes, name: str, max_rows: int = MAX_ROWS) -> Sheet:
    """Read a file by what it is, not by what it is called. Raises Unreadable."""
    if not content.strip():
        raise Unreadable(_("The file is empty."))
    if len(content) > MAX_BYTES:
        raise Unreadable(_("The file is larger than 20 MiB."))
    if content.startswith(b"PK\x03\x04"):
        return _sheet(_xlsx_rows(content, max_rows), max_rows, is_xlsx=True)
    for magic, what in ((b"%PDF", "PDF"), (b"\xd0\xcf\x11\xe0", "XLS"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF")):
        if content.startswith(magic):
            raise Unreadable(
                _("“%(name)s” is a %(what)s file by its content. Save it as CSV or XLSX, without a password.")
                % {"name": name, "what": what}
            )
    return _sheet(_csv_rows(content), max_rows, is_xlsx=False)


def _csv_rows(content: bytes) -> list[list[str]]:
    if b"\x00" in content:
        raise Unreadable(_("The file holds characters that no text has. Save it as CSV UTF-8 or XLSX."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        raise Unreadable(_("Line %(line)d is not in UTF-8. Save the file as CSV UTF-8.") % {"line": line}) from fault
    try:
        return list(csv.reader(StringIO(text, newline=""), strict=True))
    except csv.Error as fault:
        raise Unreadable(_("The file is no CSV: %(fault)s.") % {"fault": fault}) from fault


def _xlsx_rows(content: bytes, max_rows: int) -> list[list[str]]:
    _unpack_within_bounds(content, max_rows)
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(content))
        cells = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, ValueError, IndexError) as fault:
        raise Unreadable(_("The file is no readable XLSX workbook.")) from fault
    return [[_cell_text(cell) for cell in row] for row in cells]


def _unpack_within_bounds(content: bytes, max_rows: int) -> None:
    """Unpack piece by piece, trusting no size the file claims, and stop at the first excess."""
    unpacked = 0
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            if "xl/workbook.xml" not in names:
                raise Unreadable(_("The file is a ZIP, not an XLSX workbook."))
            for name in names:
                is_sheet = name.startswith("xl/worksheets/")
                rest = b""
                with archive.open(name) as member:
                    while piece := member.read(1 << 20):
                        unpacked += len(piece)
                        if unpacked > MAX_UNPACKED:
                            raise Unreadable(_("The file unpacks to more than 200 MiB."))
                        if is_sheet:
                            rest = _look_through(rest + piece, max_rows)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as fault:
        raise Unreadable(_("The file is no readable XLSX workbook.")) from fault


def _look_through(piece: bytes, max_rows: int) -> bytes:
    """Refuse a sheet that is larger than it may be before a reader lays it out; returns the tail for the next piece."""
    if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
        raise Unreadable(_("The file is no readable XLSX workbook."))
    if _FAR_CELL.search(piece):
        raise Unreadable(_("The sheet has more than %(count)d columns.") % {"count": MAX_COLUMNS})
    last = 0
    for found in _ROW.finditer(piece):
        last = int(found[1])
    if last > max_rows + 1000:
        raise Unreadable(too_many_rows(max_rows))
    return piece[-200:]


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
        whole = int(cell)
        return f"{NUMBER}{whole}" if whole == cell else f"{NUMBER}{cell!r}"
    if isinstance(cell, time | timedelta):
        return str(cell)
    return ""


def _sheet(rows: list[list[str]], max_rows: int, *, is_xlsx: bool) -> Sheet:
    if not rows or not any(cell.strip() for cell in rows[0]):
        raise Unreadable(_("The first row must hold the names of the columns."))
    names = [cell.replace("\xa0", " ").strip().lower() for cell in rows[0]]
    while names and not names[-1]:
        names.pop()
    width = len(names)
    kept, numbers = [], []
    for number, row in enumerate(_trimmed(rows[1:]), 2):
        if any(row):
            kept.append(row + [""] * (width - len(row)) if len(row) < width else row)
            numbers.append(number)
    if not kept:
        raise Unreadable(_("The file has names of columns but no rows."))
    if len(kept) > max_rows:
        raise Unreadable(too_many_rows(max_rows))
    return Sheet(names, kept, numbers, is_xlsx)


def _trimmed(rows: Iterable[list[str]]) -> Iterable[list[str]]:
    for row in rows:
        yield [cell.strip() if "\xa0" not in cell else cell.replace("\xa0", " ").strip() for cell in row]
