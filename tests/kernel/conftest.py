"""Workbooks as a spreadsheet program writes them."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter

Workbook = Callable[..., bytes]


@pytest.fixture
def workbook() -> Workbook:
    """A workbook of these rows, each value written as what it is; `merged` are cells merged with their text."""

    def write(rows: list[list[Any]], merged: dict[str, str] | None = None, last: str = "") -> bytes:
        out = BytesIO()
        with xlsxwriter.Workbook(out, {"default_date_format": "dd/mm/yyyy"}) as book:
            sheet = book.add_worksheet()
            for n, row in enumerate(rows):
                sheet.write_row(n, 0, row)
            for cells, text in (merged or {}).items():
                sheet.merge_range(cells, text)
            if last:
                sheet.write(last, "x")
        return out.getvalue()

    return write
