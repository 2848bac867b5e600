"""Files of shipments as spreadsheets write them, and files that are none: what is read, what is refused and with which words."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from io import BytesIO

import pytest

from eccs.uploads import Sheet, Unreadable, read, reading
from eccs.uploads.reading import NUMBER
from tests.kernel.conftest import Workbook


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


def test_of_merged_cells_all_but_the_first_are_told(workbook: Workbook) -> None:
    rows = [["hawb", "mawb", "note"], ["", "x", ""], ["", "y", ""], [], ["A2", "", ""]]
    sheet = read(workbook(rows, merged={"A2:A3": "A1", "B5:C5": "z", "E7:F9": "far"}), "x.xlsx")
    assert sheet.rows[:3] == [["A1", "x", ""], ["", "y", ""], ["A2", "z", ""]]
    assert [(sheet.numbers[m.index], m.column, m.cells) for m in sheet.merged] == [
        (3, "hawb", "A2:A3"), (5, "note", "B5:C5"),
    ]  # fmt: skip


def test_cells_far_out_are_named_as_a_spreadsheet_names_them() -> None:
    assert [reading._letters(n) for n in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


def test_merged_names_of_columns_are_refused(workbook: Workbook) -> None:
    content = workbook([["", ""], ["hawb", "mawb"], ["A1", "x"]], merged={"A1:B1": "Flight ZZ 318"})
    assert refused(content) == (
        "The cells A1:B1 are merged. The first row must hold the names of the columns, one in each cell."
    )


def test_merged_cells_of_a_file_given_back_are_told_without_its_own_column(workbook: Workbook) -> None:
    sheet = read(workbook([["hawb", reading.ERRORS], ["A1", "wrong"]], merged={"A3:B3": "A2"}), "x.xlsx")
    assert sheet.names == ["hawb"]
    assert sheet.merged == ()


def test_merged_cells_without_end_are_refused(workbook: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_MERGED", 2)
    rows = [["hawb", "mawb"], *[["A", "x"]] * 9]
    assert read(workbook(rows, merged={"A2:A3": "A1", "A4:A5": "A2"}), "x.xlsx").merged
    merged = {"A2:A3": "A1", "A4:A5": "A2", "A6:A7": "A3"}
    assert "more than 2 merged cells" in refused(workbook(rows, merged=merged))


def test_ranges_that_cover_each_other_do_not_multiply_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_MERGED", 5)
    sheet = Sheet(["a", "b"], [["", ""]] * 100, list(range(2, 102)), True)
    found = reading._without_merged(sheet, [((1, 0), (1000, 1))] * 1000).merged
    assert len(found) < 5 * 20 + 200


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \r\n ", "empty"),
        (b",,\nA1,B,C\n", "names of the columns"),
        (b"hawb,mawb\n", "no rows"),
        (b"%PDF-1.7 \n", "PDF file by its content"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "XLS file by its content"),
        (b"\x89PNG\r\n\x1a\n", "PNG file by its content"),
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


@pytest.mark.parametrize(
    ("last", "words"), [("A40000", "more than 20,000 rows"), ("XFA2", "more than 100 columns"), ("CW2", "100 columns")]
)
def test_one_cell_far_out_is_enough_to_refuse_a_workbook(last: str, words: str, workbook: Workbook) -> None:
    assert words in refused(workbook([["hawb"]], last=last))


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


def test_what_unpacks_to_more_than_200_mib_is_refused() -> None:
    spaces = b" " * (201 * 1024 * 1024)
    assert "unpacks to more than 200 MiB" in refused(
        archive({"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": spaces})
    )


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
