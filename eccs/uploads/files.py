"""Files given back: the uploaded rows with their errors, the empty template, the filled example."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from io import BytesIO, StringIO
from itertools import chain
from tempfile import TemporaryFile
from typing import IO, Any, TypeVar

import xlsxwriter
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.utils import timezone

from eccs.uploads.checks import EXACT_DIGITS, Column, Fault
from eccs.uploads.reading import ERRORS, MARKED, NUMBER, Sheet

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_OF_A_PIECE = 500
ROWS_OF_A_SHEET = 1_000_000  # a sheet of a workbook holds 1,048,576
R = TypeVar("R", HttpResponse, StreamingHttpResponse)
_DANGEROUS = tuple(mark[1:] for mark in MARKED)


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; a long number stays as rounded as the spreadsheet showed it."""
    if cell.startswith(NUMBER):
        cell = cell[1:] if len(cell) <= EXACT_DIGITS + 1 else f"{Decimal(cell[1:]):.5E}"
    return f"'{cell}" if cell.startswith(_DANGEROUS) else cell


def is_number(cell: Any) -> bool:
    """Whether a cell is a number by itself, not a text that looks like one."""
    return isinstance(cell, int | Decimal) and not isinstance(cell, bool)


def with_errors(sheet: Sheet, faults: Iterable[Fault]) -> bytes:
    """The rows as they were handed in, with a column that says what is wrong with each, in the format they came in."""
    told: dict[int, list[str]] = defaultdict(list)
    for fault in faults:
        told[fault.row].append(f"{fault.column}: {fault.reason}")
    rows = (
        [*row[: len(sheet.names)], "; ".join(told.get(number, ()))]
        for number, row in zip(sheet.numbers, sheet.rows, strict=True)
    )
    return written([*sheet.names, ERRORS], rows, is_xlsx=sheet.is_xlsx)


def written(names: Sequence[str], rows: Iterable[Sequence[Any]], *, is_xlsx: bool) -> bytes:
    """A CSV (UTF-8 with BOM, as spreadsheets want it) or an XLSX; what is a number here is one there, all else text."""
    if is_xlsx:
        out = BytesIO()
        _workbook(out, names, rows)
        return out.getvalue()
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows(map(_texts, rows))
    return text.getvalue().encode("utf-8-sig")


def _texts(row: Sequence[Any]) -> list[str]:
    return [str(cell) if is_number(cell) else safe(str(cell)) for cell in row]


def _workbook(out: IO[bytes], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a workbook of numbers and texts, never of formulas, row by row; what no sheet holds goes on to the next."""
    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    }  # fmt: skip
    with xlsxwriter.Workbook(out, options) as workbook:
        sheet, n = workbook.add_worksheet("ECCS"), 0
        for row in chain([names], rows):
            if n == ROWS_OF_A_SHEET:
                sheet, n = workbook.add_worksheet(), 0
            for m, cell in enumerate(row):
                if is_number(cell):
                    sheet.write_number(n, m, cell)
                else:
                    sheet.write_string(n, m, safe(str(cell)))
            n += 1


def as_download(content: bytes, name: str, *, is_xlsx: bool = False) -> HttpResponse:
    """A file as the browser keeps it, with the day in its name."""
    response = HttpResponse(content, content_type=XLSX if is_xlsx else CSV)
    return _named(response, name, is_xlsx=is_xlsx)


def streamed(
    names: Sequence[str], rows: Iterable[Sequence[Any]], name: str, *, is_xlsx: bool = False
) -> StreamingHttpResponse:
    """A long list as a file that is never whole in the memory: a CSV as it is read, a workbook from the disk."""
    if not is_xlsx:
        return _named(StreamingHttpResponse(_pieces(names, rows), content_type=CSV), name, is_xlsx=False)
    out = TemporaryFile()  # noqa: SIM115 the answer closes it
    _workbook(out, names, rows)
    out.seek(0)
    return _named(FileResponse(out, content_type=XLSX), name, is_xlsx=True)


def _pieces(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The file in pieces of some hundred rows."""
    text = StringIO("\ufeff")
    text.seek(0, 2)
    writer = csv.writer(text)
    writer.writerow(names)
    for n, row in enumerate(rows, 1):
        writer.writerow(_texts(row))
        if n % ROWS_OF_A_PIECE == 0:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _named(response: R, name: str, *, is_xlsx: bool) -> R:
    ending = "xlsx" if is_xlsx else "csv"
    response["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localdate():%Y-%m-%d}.{ending}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def template(columns: Sequence[Column], *, is_xlsx: bool, filled: bool = False) -> bytes:
    """The names of the columns, and an example row where it is to be filled."""
    rows = [[column.example for column in columns]] if filled else []
    return written([column.name for column in columns], rows, is_xlsx=is_xlsx)
