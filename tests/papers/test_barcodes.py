"""Bar codes carry a token that says the same as the number, both ways."""

from __future__ import annotations

from io import BytesIO

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from eccs import barcodes

NUMBERS = [
    "ECM_BLR_2026-2027_01",
    "ECM_DEL_2026-2027_20817",
    "CBE-XI_BLR_2017-2018_01_01",
    "CBE-XIII_BLR_2026-2027_412_1873",
    "CBE-XIV_BOM_2099-2100_99999_20000",
    "OOC_TRZ_2026-2027_000001",
]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_token_is_fourteen_signs_and_leads_back_to_its_number(number: str) -> None:
    token = barcodes.token(number)
    assert len(token) == 14
    assert barcodes.number_of(token) == number
    assert barcodes.number_of(f" {token.lower()}\r") == number


@given(st.integers(1, 999_999), st.integers(1, 32_767))
def test_no_two_bills_share_a_token(manifest: int, serial: int) -> None:
    number = f"CBE-XIII_BLR_2026-2027_{manifest:02d}_{serial:02d}"
    assert barcodes.number_of(barcodes.token(number)) == number


@pytest.mark.parametrize(
    "number", ["", "CBE-XIII_BLR_2026-2027", "CBE-XIII_BLR_2026-2027_1_40000", "1911402718", "ABC_BLR_2026-2027_1"]
)
def test_what_is_no_number_has_no_token(number: str) -> None:
    with pytest.raises(ValueError, match=r"serial|number"):
        barcodes.token(number)


@pytest.mark.parametrize("scanned", ["", "SWF7731904425", "BLR26990000001", "BLR26130000O01", "8901234567890"])
def test_what_is_no_token_leads_nowhere(scanned: str) -> None:
    assert barcodes.number_of(scanned) == ""


@given(st.integers(0, 2**35 - 1))
def test_every_code_fits_its_place(serial: int) -> None:
    signs = "".join(barcodes.SIGNS[serial >> 5 * place & 31] for place in reversed(range(7)))
    assert barcodes.width(f"BLR2613{signs}") * 3 * 25.4 / 203 <= 76


@pytest.mark.parametrize("text", ["BLR2613000CGEN", "1911402718", "R-BLR-26-0048213", "BLR26130123456"])
def test_a_scanner_reads_the_bars(text: str) -> None:
    wide = barcodes.width(text) + 2 * barcodes.QUIET
    picture = Image.new("L", (wide * 2, 80), 255)
    for at, long in barcodes.bars(text):
        picture.paste(0, ((barcodes.QUIET + at) * 2, 0, (barcodes.QUIET + at + long) * 2, 80))
    found = zxingcpp.read_barcode(picture)
    assert found is not None
    assert (found.text, found.format) == (text, zxingcpp.BarcodeFormat.Code128)


def test_a_scanner_reads_the_squares() -> None:
    address = "https://eccs.example/bills/imports/CBE-XIII_BLR_2026-2027_412_1873/"
    rows = barcodes.squares(address)
    side = len(rows) + 8
    picture = Image.new("L", (side, side), 255)
    for line, row in enumerate(rows):
        for at, long in barcodes.runs(row):
            picture.paste(0, (4 + at, 4 + line, 4 + at + long, 5 + line))
    found = zxingcpp.read_barcode(picture.resize((side * 3, side * 3), Image.Resampling.NEAREST))
    assert found is not None
    assert found.text == address


@pytest.mark.parametrize("draw", [barcodes.bars_svg, barcodes.qr_svg])
def test_pictures_for_screens_need_no_style(draw: object) -> None:
    assert callable(draw)
    svg = draw("BLR2613000CGEN")
    assert svg.startswith("<svg ")
    assert "style" not in svg
    assert "<script" not in svg


def test_an_svg_has_the_bars_of_its_code() -> None:
    svg = barcodes.bars_svg("BLR2613000CGEN", 50)
    assert [f"M{barcodes.QUIET + at} 0h{long}v50" in svg for at, long in barcodes.bars("BLR2613000CGEN")] == [
        True
    ] * len(barcodes.bars("BLR2613000CGEN"))
    assert f'viewBox="0 0 {barcodes.width("BLR2613000CGEN") + 20} 50"' in svg


def test_a_code_too_wide_for_its_place_is_refused_and_not_clipped() -> None:
    from eccs import paper_head

    pen_canvas = Canvas(BytesIO())
    with pytest.raises(ValueError, match="mm wide"):
        paper_head._bars(pen_canvas, "CBE-XIII_BLR_2026-2027_0412_01873", 500, 800)
