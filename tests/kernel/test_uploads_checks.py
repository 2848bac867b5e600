"""Cells checked by their columns' one declaration, and the file given back with what is wrong beside each row."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from time import process_time
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from eccs import identifiers
from eccs.uploads import Column, Fault, Sheet, Unreadable, causes, check, files, read
from eccs.uploads.checks import code, day, decimal, identifier, integer, text, yes_no
from eccs.uploads.reading import NUMBER
from tests.kernel.conftest import Workbook

HAWB = identifier(identifiers.hawb)


def column(convert: Callable[[str], Any], *cells: str, required: bool = False) -> tuple[list[Any], list[str]]:
    """The values of a column of these cells, and the reasons against them."""
    table = check(
        Sheet(["x"], [[cell] for cell in cells], list(range(2, len(cells) + 2)), False),
        [Column("x", convert, required, None)],
    )
    return table.values["x"], [fault.reason for fault in table.faults]


@pytest.mark.parametrize(
    ("convert", "cell", "value"),
    [
        (HAWB, "swf7731904425", "SWF7731904425"),
        (HAWB, f"{NUMBER}7731904", "7731904"),
        (identifier(identifiers.mawb, identifiers.written_mawb), "15712345675", "157-12345675"),
        (text(5), f"{NUMBER}560068"[:6], "56006"),
        (decimal(3), "4.200", Decimal("4.200")),
        (decimal(2), f"{NUMBER}0.3", Decimal("0.3")),
        (integer(1, "one at least"), f"{NUMBER}2", 2),
        (day, "2026-11-09", date(2026, 11, 9)),
        (day, "9/11/2026", date(2026, 11, 9)),
        (yes_no, "y", True),
        (yes_no, "No", False),
        (code({"INR"}, "no currency"), "inr", "INR"),
    ],
)
def test_a_cell_becomes_a_value(convert: Callable[[str], Any], cell: str, value: Any) -> None:
    assert column(convert, cell) == ([value], [])


@pytest.mark.parametrize(
    ("convert", "cell", "words"),
    [
        (HAWB, "8.00123E+12", "spreadsheet"),
        (HAWB, f"{NUMBER}8001230000000", "spreadsheet"),
        (HAWB, f"{NUMBER}8001.5", "spreadsheet"),
        (text(3), "four", "longer than 3"),
        (text(9), "a\x01b", "characters that no text has"),
        (decimal(3, Decimal("0.001"), "weight must be above zero"), "-1", "weight must be above zero"),
        (decimal(2), "1,200.00", "without commas"),
        (decimal(2), "1.234", "more than 2 decimal places"),
        (decimal(2, longest=6), "99999", "too large"),
        (decimal(3), "1,200", "without commas"),
        (decimal(2), "1e3", "not a number"),
        (decimal(2), "abc", "not a number"),
        (decimal(2), f"{NUMBER}inf", "not a number"),
        (decimal(2), "NaN", "not a number"),
        (integer(1, "there must be at least one package"), "0", "at least one package"),
        (integer(1, ""), "2.5", "not a whole number"),
        (day, "31/02/2026", "not a day of the calendar"),
        (day, "11-09-2026", "not a date"),
        (day, "soon", "not a date"),
        (day, f"{NUMBER}46336", "not a date"),
        (yes_no, "maybe", "Y or N"),
        (code({"INR"}, "is not a currency code"), "RUPEE", "not a currency code"),
    ],
)
def test_a_cell_that_is_no_value_says_why(convert: Callable[[str], Any], cell: str, words: str) -> None:
    values, reasons = column(convert, cell)
    assert values == [None]
    assert words in reasons[0]


def test_an_empty_cell_is_missing_only_where_it_is_needed() -> None:
    assert column(HAWB, "", "SWF1") == ([None, "SWF1"], [])
    assert column(HAWB, "", "SWF1", required=True) == ([None, "SWF1"], ["is missing"])


COLUMNS = (
    Column("hawb", HAWB, True, None, "House airway bill", "SWF7731904425"),
    Column("kg", decimal(3, Decimal("0.001"), "weight must be above zero"), True, None, "Gross weight, kg", "4.2"),
    Column("note", text(20), help="Anything", example="=no formula"),
)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ("hawb,kg,colour", "Unknown columns: colour."),
        ("hawb,note", "Missing columns: kg."),
        ("hawb,kg,KG", "Columns given twice: kg."),
        ("hawb;kg", "not separated by commas"),
        ("hawb,,kg", "Unknown columns: –."),
    ],
)
def test_wrong_columns_are_named(names: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        check(read(f"{names}\nA,1,2\n".encode(), "x.csv"), COLUMNS)


def test_columns_may_come_in_any_order_and_optional_ones_may_be_left_out() -> None:
    table = check(read(b"KG,Hawb\n1.5,SWF1\n", "x.csv"), COLUMNS)
    assert table.values == {"hawb": ["SWF1"], "kg": [Decimal("1.5")], "note": [""]}
    assert not table.faults


def test_names_come_in_any_letter_case_and_texts_with_spaces_around_them() -> None:
    content = "\ufeffNote, HAWB ,Kg\r\n x ,\u00a0swf7731\u00a0, 1.250 \r\n\r\n".encode()
    table = check(read(content, "x.csv"), COLUMNS)
    assert not table.faults
    assert table.values == {"hawb": ["SWF7731"], "kg": [Decimal("1.250")], "note": ["x"]}


def test_a_workbook_gives_the_same_values_as_a_text(workbook: Workbook) -> None:
    rows = [["hawb", "kg", "note"], ["SWF7731", 1.25, "fine"], [7731904425, 3], [8.00123e12, 1]]
    table = check(read(workbook(rows), "x.xlsx"), COLUMNS)
    assert table.values["hawb"] == ["SWF7731", "7731904425", None]
    assert table.values["kg"] == [Decimal("1.25"), Decimal(3), Decimal(1)]
    assert [(f.row, f.column) for f in table.faults] == [(4, "hawb")]
    assert "a number where an identifier is expected" in table.faults[0].reason


def test_a_merged_cell_is_told_as_such_and_not_as_missing(workbook: Workbook) -> None:
    rows = [["hawb", "kg", "note"], ["", 1, "x"], ["", "", "y"], ["SWF2", 3, ""]]
    table = check(read(workbook(rows, merged={"A2:A3": "SWF1", "B4:C4": "3"}), "x.xlsx"), COLUMNS)
    assert [(f.row, f.column, f.reason) for f in table.faults] == [
        (3, "hawb", "is part of merged cells: A2:A3"), (3, "kg", "is missing"), (4, "note", "is part of merged cells: B4:C4"),
    ]  # fmt: skip


def test_it_is_told_a_few_times_how_many_rows_are_done() -> None:
    told: list[int] = []
    sheet = Sheet(["hawb", "kg"], [["SWF1", "1"]] * 9_999, list(range(2, 10_001)), False)
    assert len(check(sheet, COLUMNS, told.append).values["note"]) == 9_999
    assert told == [2_500, 5_000, 7_500, 9_999]


def test_a_fault_in_a_later_part_is_named_by_its_own_row() -> None:
    cells = [["SWF1", "1", ""]] * 2_600
    cells[2_500] = ["SWF1", "none", ""]
    table = check(Sheet(["hawb", "kg", "note"], cells, list(range(2, 2_602)), False), COLUMNS)
    assert [(f.row, f.column) for f in table.faults] == [(2_502, "kg")]
    assert table.values["kg"][2_499:2_502] == [Decimal(1), None, Decimal(1)]


def test_every_spoiled_cell_and_no_other_is_named_once_in_the_order_of_the_sheet() -> None:
    sheet = read(b"hawb,kg,note\n8.00123E+12,-1,x\nSWF2,1,x\nSWF3,,x,beyond\n", "x.csv")
    table = check(sheet, COLUMNS)
    table.fault(0, "hawb", "again", "a second fault of one cell is not told")
    assert [(f.row, f.column) for f in table.faults] == [(2, "hawb"), (2, "kg"), (4, "kg"), (4, "note")]
    assert table.values["hawb"] == [None, "SWF2", "SWF3"]


def test_causes_are_grouped_with_the_commonest_first() -> None:
    faults = [Fault(2, "kg", "", "is missing"), Fault(3, "hawb", "x", "is wrong"), Fault(4, "kg", "", "is missing")]
    assert [(c["column"], c["count"], c["rows"]) for c in causes(faults)] == [("kg", 2, [2, 4]), ("hawb", 1, [3])]


@pytest.mark.parametrize("is_xlsx", [False, True])
def test_the_file_comes_back_with_its_errors_and_may_be_handed_in_again(*, is_xlsx: bool) -> None:
    rows = [["SWF1", "-1", "=1+1"], ["SWF2", "1", "+91 80"], [f"{NUMBER}8001230000000", "1", "@x"]]
    sheet = Sheet(["hawb", "kg", "note"], rows, [2, 3, 4], is_xlsx)
    back = files.with_errors(sheet, check(sheet, COLUMNS).faults)
    assert back.startswith(b"PK" if is_xlsx else b"\xef\xbb\xbf")
    again = read(back, "x")
    assert again.names == sheet.names
    assert again.is_xlsx == is_xlsx
    assert again.rows[:2] == rows[:2]
    reasons = {(fault.row, fault.column) for fault in check(again, COLUMNS).faults}
    assert reasons == {(2, "kg"), (4, "hawb")}, "what was wrong and was not corrected is still wrong"


def rows_of(content: bytes, *, is_xlsx: bool) -> list[list[Any]]:
    """The cells of a file given back, as a spreadsheet or a reader of CSV sees them."""
    if is_xlsx:
        return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("is_xlsx", [False, True])
def test_no_cell_of_a_file_given_back_is_a_formula(*, is_xlsx: bool) -> None:
    cells = ["=1", "+1", "-1", "@SUM(1)", "\tx", "\rx"]
    back = files.written(["note"], [[cell] for cell in cells], is_xlsx=is_xlsx)
    told = [row[0].replace("_x000D_", "\r") for row in rows_of(back, is_xlsx=is_xlsx)]
    assert told[1:] == [f"'{cell}" for cell in cells]


@pytest.mark.parametrize("is_xlsx", [False, True])
def test_errors_stand_beside_their_row(*, is_xlsx: bool) -> None:
    sheet = Sheet(["hawb", "kg", "note"], [["SWF1", "1", ""], ["SWF2", "", ""]], [2, 7], is_xlsx)
    rows = rows_of(files.with_errors(sheet, [Fault(7, "kg", "", "is missing")]), is_xlsx=is_xlsx)
    assert rows[0][-1] == "ECCS_ERRORS"
    assert [row[-1] for row in rows[1:]] == ["", "kg: is missing"]


@pytest.mark.parametrize("is_xlsx", [False, True])
def test_the_filled_example_is_taken_and_the_template_is_empty(*, is_xlsx: bool) -> None:
    example = read(files.template(COLUMNS, is_xlsx=is_xlsx, filled=True), "x")
    assert example.names == ["hawb", "kg", "note"]
    assert not check(example, COLUMNS).faults
    with pytest.raises(Unreadable, match="no rows"):
        read(files.template(COLUMNS, is_xlsx=is_xlsx), "x")


def test_ten_thousand_rows_are_checked_in_a_breath() -> None:
    sheet = Sheet(["hawb", "kg"], [[f"SWF{n}", f"{n}.5"] for n in range(1, 10_001)], list(range(2, 10_002)), False)
    started = process_time()
    assert not check(sheet, COLUMNS).faults
    assert process_time() - started < 2
