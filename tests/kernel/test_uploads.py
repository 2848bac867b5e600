"""What is no file of shipments is told so, and nothing of it is taken; what is wrong in one is named cell by cell."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
import xlsxwriter
from django.utils.functional import Promise
from python_calamine import CalamineWorkbook

from eccs import identifiers
from eccs.uploads import Column, Fault, Unreadable, causes, check, read
from eccs.uploads.checks import code, day, decimal, identifier, integer, text, yes_no
from eccs.uploads.files import template, with_errors
from eccs.uploads.reading import ERRORS

COLUMNS = (
    Column("hawb", identifier(identifiers.hawb), True, None, example="SWF7731904425"),
    Column("packages", integer(1, "there must be at least one package"), True, None, example="1"),
    Column("weight", decimal(3, Decimal("0.001"), "weight must be above zero"), True, None, example="1.5"),
    Column("country", code({"HK", "US"}, "is not a country"), True, None, example="HK"),
    Column("shipped", day, empty=None, example="2026-11-20"),
    Column("urgent", yes_no, empty=False, example="N"),
    Column("note", text(20), example="fragile"),
)
HEAD = "hawb,packages,weight,country,shipped,urgent,note\n"


def workbook(rows: Sequence[Sequence[object]], tail: str = "") -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for n, row in enumerate(rows):
            for m, cell in enumerate(row):
                sheet.write(n, m, cell)
        if tail:
            sheet.write(tail, "x")
    return out.getvalue()


def bomb(size: int) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * size)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"  \r\n ", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xd0\xcf\x11\xe0rest", "XLS"),
        (b"\x89PNG\r\n", "PNG"),
        (b"hawb\x00,packages\n", "characters that no text has"),
        (HEAD.encode() + b"\nSWF1,1,1,HK,,,caf\xe9\n", "Line 3 is not in UTF-8"),
        (HEAD.encode(), "no rows"),
        (b'hawb,"packages\n', "no CSV"),
        (b"PK\x03\x04 nothing of a zip", "no readable XLSX"),
        (bomb(201 * 1024 * 1024), "unpacks to more than 200 MiB"),
        (workbook([["hawb"]], "A40000"), "more than 20,000 rows"),
        (workbook([["hawb"]], "XFA2"), "more than 100 columns"),
        (HEAD.encode() + b"SWF1,1,1,HK,,,\n" * 20_001, "more than 20,000 rows"),
    ],
)
def test_what_is_no_file_of_shipments_is_refused_as_a_whole(content: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read(content, "flight.xlsx")


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ("hawb,packages,weight,country,colour", "Unknown columns: colour"),
        ("hawb,packages,country", "Missing columns: weight"),
        ("hawb,packages,weight,country,hawb", "given twice: hawb"),
        ("hawb;packages;weight;country", "not separated by commas"),
    ],
)
def test_wrong_columns_are_named(head: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        check(read(f"{head}\n1,2,3,4,5\n".encode(), "flight.csv"), COLUMNS)


def test_names_may_stand_in_any_order_and_letter_case_and_texts_are_trimmed() -> None:
    content = "\ufeffCountry, HAWB ,Weight,packages\r\n hk ,\u00a0swf7731\u00a0, 1.250 ,2\r\n\r\n".encode()
    table = check(read(content, "flight.csv"), COLUMNS)
    assert table.faults == []
    assert [table.values[name] for name in ("hawb", "country", "weight", "packages", "urgent")] == [
        ["SWF7731"], ["HK"], [Decimal("1.250")], [2], [False],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        (",1,1,HK,,,", "hawb", "is missing"),
        ("8.00123E+12,1,1,HK,,,", "hawb", "a number where an identifier is expected"),
        ("SWF1,0,1,HK,,,", "packages", "at least one package"),
        ("SWF1,1.5,1,HK,,,", "packages", "whole number"),
        ("SWF1,1,-1,HK,,,", "weight", "weight must be above zero"),
        ("SWF1,1,abc,HK,,,", "weight", "is not a number"),
        ('SWF1,1,"1,200",HK,,,', "weight", "without commas"),
        ("SWF1,1,1.2345,HK,,,", "weight", "3 decimal places"),
        ("SWF1,1,1,XX,,,", "country", "is not a country"),
        ("SWF1,1,1,HK,31/02/2026,,", "shipped", "calendar"),
        ("SWF1,1,1,HK,soon,,", "shipped", "is not a date"),
        ("SWF1,1,1,HK,,maybe,", "urgent", "Y or N"),
        ("SWF1,1,1,HK,,,a note that is far too long for this", "note", "longer than 20"),
    ],
)
def test_a_spoiled_cell_and_no_other_is_named(row: str, column: str, why: str) -> None:
    table = check(read(f"{HEAD}SWF0,1,1,US,20/11/2026,Y,fine\n{row}\n".encode(), "flight.csv"), COLUMNS)
    assert [(fault.row, fault.column) for fault in table.faults] == [(3, column)]
    assert why in table.faults[0].reason


def test_a_workbook_gives_the_same_values_as_a_text() -> None:
    content = workbook(
        [HEAD.strip().split(","), ["SWF7731", 2, 1.25, "HK", "20/11/2026", "Y", "fine"], [7731904425, 1, 3, "US"]]
    )
    table = check(read(content, "flight.xlsx"), COLUMNS)
    assert table.faults == []
    assert table.values["hawb"] == ["SWF7731", "7731904425"]
    assert table.values["weight"] == [Decimal("1.25"), Decimal(3)]


def test_a_hawb_that_a_workbook_made_a_number_is_explained() -> None:
    table = check(
        read(workbook([["hawb", "packages", "weight", "country"], [8.00123e12, 1, 1, "HK"]]), "f.xlsx"), COLUMNS
    )
    assert [(f.column, "a number where an identifier is expected" in f.reason) for f in table.faults] == [
        ("hawb", True)
    ]


@pytest.mark.parametrize("is_xlsx", [True, False])
def test_the_file_comes_back_with_its_errors_and_without_formulas(is_xlsx: bool) -> None:
    rows: list[list[object]] = [["hawb", "packages", "weight", "country", "note"], ["SWF1", "1", "x", "HK", "@SUM(1)"]]
    content = workbook(rows) if is_xlsx else "\n".join(",".join(map(str, row)) for row in rows).encode()
    sheet = read(content, "flight")
    back = with_errors(sheet, check(sheet, COLUMNS).faults)
    head: Sequence[object]
    row: Sequence[object]
    if is_xlsx:
        head, row = CalamineWorkbook.from_filelike(BytesIO(back)).get_sheet_by_index(0).to_python()
    else:
        head, row = csv.reader(StringIO(back.decode("utf-8-sig")))
    told = dict(zip(head, row, strict=True))
    assert (told["note"], told[ERRORS]) == ("'@SUM(1)", "weight: is not a number")
    assert check(read(back, "sent again"), COLUMNS).faults[0].column == "weight"


@pytest.mark.parametrize("is_xlsx", [True, False])
def test_the_filled_example_is_without_a_fault(is_xlsx: bool) -> None:
    assert check(read(template(COLUMNS, is_xlsx=is_xlsx, filled=True), "example"), COLUMNS).faults == []


def test_causes_are_told_the_commonest_first() -> None:
    faults = [
        Fault(2, "a", "", "is missing"),
        Fault(3, "b", "x", "is not a number"),
        Fault(4, "b", "y", "is not a number"),
    ]
    found = causes(faults)
    assert [(c["column"], c["count"]) for c in found] == [("b", 2), ("a", 1)]
    assert not any(isinstance(c["reason"], Promise) for c in found)
