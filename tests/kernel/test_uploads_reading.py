"""Files of shipments as spreadsheets write them, and files that are none: what is read, what is refused and with which words."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter

from eccs.uploads import Sheet, Unreadable, read, reading
from eccs.uploads.reading import NUMBER

Workbook = Callable[..., bytes]


@pytest.fixture
def workbook() -> Workbook:
    """A workbook of these rows, each value written as what it is."""

    def write(rows: list[list[Any]], merged: str = "") -> bytes:
        out = BytesIO()
        with xlsxwriter.Workbook(out, {"default_date_format": "dd/mm/yyyy"}) as book:
            sheet = book.add_worksheet()
            for n, row in enumerate(rows):
                sheet.write_row(n, 0, row)
            if merged:
                sheet.merge_range(merged, "A0000001")
        return out.getvalue()

    return write


def refused(content: bytes, name: str = "flight.csv", **given: int) -> str:
    """Why a file is not taken."""
    with pytest.raises(Unreadable) as said:
        read(content, name, **given)
    return str(said.value)


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_a_csv_is_read_with_and_without_its_mark(bom: bytes) -> None:
    sheet = read(bom + "HAWB, Consignee_Name \r\nA1, Café\xa0Rao \r\n".encode(), "flight.csv")
    assert sheet == Sheet(["hawb", "consignee_name"], [["A1", "Café Rao"]], [2], False)


def test_rows_are_counted_as_in_the_spreadsheet() -> None:
    sheet = read(b'hawb,description\nA1,"two\nlines"\n,\n\nA2,x\n', "flight.csv")
    assert sheet.numbers == [2, 5]
    assert [row[0] for row in sheet.rows] == ["A1", "A2"]


def test_short_rows_are_filled_and_cells_beyond_the_columns_kept_to_be_named() -> None:
    assert read(b"a,b\n1\n1,2,,,5,6\n", "x.csv").rows == [["1", ""], ["1", "2", "5"]]


def test_a_workbook_gives_the_first_sheet_as_text(workbook: Workbook) -> None:
    content = workbook(
        [
            ["HAWB", "day", "at", "yes", "kg", "n"],
            ["A1", date(2026, 11, 10), datetime(2026, 11, 10, 6, 20), True, 4.25, 7],
        ]
    )
    sheet = read(content, "flight.xlsx")
    assert sheet.is_xlsx
    assert sheet.rows == [["A1", "2026-11-10", "2026-11-10 06:20:00", "Y", f"{NUMBER}4.25", f"{NUMBER}7"]]


def test_a_workbook_is_known_by_its_content_not_its_name(workbook: Workbook) -> None:
    assert read(workbook([["hawb"], ["A1"]]), "flight.csv").is_xlsx


def test_a_sum_of_a_spreadsheet_is_rounded_as_the_spreadsheet_does(workbook: Workbook) -> None:
    assert read(workbook([["kg"], [0.1 + 0.2]]), "x.xlsx").rows == [[f"{NUMBER}0.3"]]


def test_of_merged_cells_only_the_first_has_the_text(workbook: Workbook) -> None:
    rows = read(workbook([["hawb", "mawb"], ["", "x"], ["", "y"]], merged="A2:A3"), "x.xlsx").rows
    assert rows == [["A0000001", "x"], ["", "y"]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \r\n ", "empty"),
        (b",,\nA1,B,C\n", "names of the columns"),
        (b"hawb,mawb\n", "no rows"),
        (b"%PDF-1.7 \n", "PDF file by its content"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "XLS file by its content"),
        ("hawb\nA1\n".encode("utf-16"), "characters that no text has"),
        ("hawb,city\nA1,Köln\n".encode("latin-1"), "Line 2 is not in UTF-8"),
        (b'hawb\n"A1\n', "no CSV"),
        (b"hawb\n" + b"x" * 200_000, "no CSV"),
        (b"hawb\nA\x001\n", "characters that no text has"),
        (b"PK\x03\x04 and no more", "no readable XLSX workbook"),
        (b"," * 200_000 + b"\n1\n", "names of the columns"),
        (b"x," * 200_000 + b"\n1\n", "more than 100 columns"),
        (b"x" * (20 * 1024 * 1024 + 1), "larger than 20 MiB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_file_of_shipments_is_refused_in_words(content: bytes, words: str) -> None:
    assert words in refused(content)


def test_one_row_too_many_is_refused_before_anything_is_checked(workbook: Workbook) -> None:
    rows = b"hawb\n" + b"A1\n" * 20_000
    assert len(read(rows, "x.csv").rows) == 20_000
    assert refused(rows + b"A1\n") == "The file has more than 20,000 rows. Split it."
    assert "more than 3 rows" in refused(workbook([["hawb"], *[["A1"]] * 4]), "x.xlsx", max_rows=3)


def test_a_flood_of_empty_lines_is_read_without_keeping_them() -> None:
    assert read(b"hawb\n" + b"\n" * 1_000_000 + b"A1\n", "x.csv").numbers == [1_000_002]


def archive(members: dict[str, bytes]) -> bytes:
    """A ZIP of these members, packed as small as it gets."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


def sheet_of(rows: bytes, workbook: Workbook, place: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook whose sheet holds these rows, perhaps at another place in the archive."""
    with zipfile.ZipFile(BytesIO(workbook([["hawb"], ["A1"]]))) as good:
        members = {name: good.read(name) for name in good.namelist()}
    del members["xl/worksheets/sheet1.xml"]
    members = {
        name: content.replace(b"worksheets/sheet1.xml", place.removeprefix("xl/").encode())
        for name, content in members.items()
    }
    start = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    return archive(members | {place: start + rows + b"</sheetData></worksheet>"})


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    assert "ZIP, not an XLSX" in refused(archive({"readme.txt": b"hello"}))


def test_a_bomb_is_refused_by_what_it_unpacks_to(workbook: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_UNPACKED", 8 * 1024 * 1024)
    bomb = archive({"xl/workbook.xml": b"<workbook/>", "xl/media/image1.png": b"\0" * 9 * 1024 * 1024})
    assert len(bomb) < 20_000
    assert "unpacks to more than 200 MiB" in refused(bomb)


def test_a_bomb_whose_directory_lies_is_refused_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_UNPACKED", 8 * 1024 * 1024)
    size = 9 * 1024 * 1024
    bomb = archive({"xl/workbook.xml": b"<workbook/>", "xl/sharedStrings.xml": b"\0" * size})
    lying = bomb.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lying != bomb
    assert refused(lying)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>', "more than 20,000 rows"),
        (b"<x:row r='1048576'/>", "more than 20,000 rows"),
        (b'<row spans=">" r="1048576"/>', "more than 20,000 rows"),
        (b"<row/>" * 21_001, "more than 20,000 rows"),
        (b'<row r="1"><c r="XFD1"><v>1</v></c></row>', "more than 100 columns"),
        (b'<row r="1"><c r="CW1"/></row>', "more than 100 columns"),
        (b'<row r="1"><c s=">" r="ZZ1"/></row>', "more than 100 columns"),
        (b'<row r="1"><c r="A900000"/></row>', "more than 100 columns"),
        (b"<row>" + b"<c><v>1</v></c>" * 200 + b"</row>", "more than 100 columns"),
        (b"<row " + b" " * 3_000_000 + b'r="1"/>', "no readable XLSX"),
        (b"<!DOCTYPE x []>", "no readable XLSX"),
    ],
)
@pytest.mark.parametrize("place", ["xl/worksheets/sheet1.xml", "xl/elsewhere.bin"])
def test_a_sheet_larger_than_it_may_be_is_refused_before_it_is_laid_out(
    rows: bytes, words: str, place: str, workbook: Workbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = sheet_of(rows, workbook, place)
    monkeypatch.setattr(reading, "CalamineWorkbook", None)  # whoever lays the sheet out fails here
    assert words in refused(content)


def test_the_hundredth_column_and_long_texts_are_fine(workbook: Workbook) -> None:
    names = [f"c{n}" for n in range(100)]
    assert read(workbook([names, ["x" * 30_000] * 100]), "x.xlsx").names == names


def test_a_number_without_end_is_no_number() -> None:
    assert reading._cell_text(float("inf")) == f"{NUMBER}inf"
