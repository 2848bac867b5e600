"""Papers as PDF: an A4 page with head, bar code, QR code, boxes of labelled values, tables, and "page x of y".

Everything is drawn on a bare canvas: text is measured, wrapped and placed, and what does not fit goes to the next page.
Nothing is ever cut: a word that is too long is broken, a figure that is too wide is set smaller. Devanagari is shaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from eccs import barcodes
from eccs.paper_parts import Column, Field, Head

__all__ = ["Block", "Column", "Field", "Head", "Paper", "Pen", "Table", "as_pdf", "day", "moment", "wrapped"]

INK, GREY, LINE, WASH = HexColor("#15202f"), HexColor("#465468"), HexColor("#9aa5b5"), HexColor("#eef1f5")
SANS, BOLD, DEVANAGARI = "Sans", "Bold", "Devanagari"
PAGE_WIDTH, PAGE_HEIGHT = A4
MARGIN = 14 * mm
WIDTH = PAGE_WIDTH - 2 * MARGIN
HEAD, FOOT = 43 * mm, 15 * mm
PAD = 4.0  # points between a rule and the text beside it
LEAD = 1.25  # distance of lines, in sizes of the letter
DOT: float = 25.4 / 203 * mm  # one dot of a label printer
BARS_PLACE = 74 * mm
_OWNER = "केन्द्रीय अप्रत्यक्ष कर एवं सीमा शुल्क बोर्ड"
_SHAPED = re.compile("[\u0900-\u097f]")


@cache
def _fonts() -> None:
    """Make the vendored fonts known, once in a process."""
    folder = settings.BASE_DIR / "static" / "vendor" / "fonts"
    pdfmetrics.registerFont(TTFont(SANS, folder / "NotoSans-Regular.ttf"))
    pdfmetrics.registerFont(TTFont(BOLD, folder / "NotoSans-Bold.ttf"))
    pdfmetrics.registerFont(TTFont(DEVANAGARI, folder / "NotoSansDevanagari-Regular.ttf", shapable=True))
    rl_config.useA85 = 0


def day(value: date | None) -> str:
    """A date as papers write it, DD/MM/YYYY."""
    return f"{value:%d/%m/%Y}" if value else "-"


def moment(value: datetime | None) -> str:
    """A moment in India's time, DD/MM/YYYY HH:MM IST."""
    return f"{timezone.localtime(value):%d/%m/%Y %H:%M} IST" if value else "-"


@lru_cache(maxsize=8192)
def wrapped(text: str, font: str, size: float, width: float) -> tuple[str, ...]:
    """The lines of a text in a width, in points. Words too long for a line are broken, nothing is left out."""
    measure = pdfmetrics.stringWidth
    if "\n" not in text and measure(text, font, size) <= width:
        return (text,)
    lines: list[str] = []
    for part in text.split("\n"):
        line = ""
        for whole in part.split(" "):
            word = whole
            longer = f"{line} {word}" if line else word
            if measure(longer, font, size) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            while measure(word, font, size) > width and len(word) > 1:
                fits = max(1, next(n for n in range(len(word)) if measure(word[: n + 1], font, size) > width))
                lines.append(word[:fits])
                word = word[fits:]
            line = word
        lines.append(line)
    return tuple(lines)


@lru_cache(maxsize=64)
def _style(size: float, right: bool) -> ParagraphStyle:
    return ParagraphStyle(
        "shaped", fontName=DEVANAGARI, fontSize=size, leading=size * 1.45, textColor=INK, shaping=1,
        alignment=TA_RIGHT if right else TA_LEFT, splitLongWords=1,
    )  # fmt: skip


class Block:
    """A text measured for a width, ready to be drawn."""

    __slots__ = ("font", "height", "lines", "right", "shaped", "size", "width")

    def __init__(self, text: str, width: float, size: float = 8, font: str = SANS, right: bool = False) -> None:
        _fonts()
        self.font, self.size, self.width, self.right = font, size, width, right
        self.shaped: Paragraph | None = None
        self.lines: tuple[str, ...] = ()
        if _SHAPED.search(text):
            self.shaped = Paragraph(escape(text).replace("\n", "<br/>"), _style(size, right))
            self.height: float = self.shaped.wrap(width, PAGE_HEIGHT)[1]
            return
        if right and "\n" not in text and (wide := pdfmetrics.stringWidth(text, font, size)) > width:
            self.size = max(4.5, size * width / wide)  # a figure stays on its line
        self.lines = wrapped(text, font, self.size, width)
        self.height = len(self.lines) * self.size * LEAD

    def draw(self, pen: Pen, x: float, top: float) -> None:
        """Draw the text with its upper left corner at this place."""
        if self.shaped is not None:
            self.shaped.drawOn(pen.canvas, x, top - self.height)
            return
        y = top - self.size
        for line in self.lines:
            shift = self.width - pdfmetrics.stringWidth(line, self.font, self.size) if self.right else 0
            pen.write(line, x + shift, y, self.font, self.size)
            y -= self.size * LEAD


class Pen:
    """Writes the words of a page in one go, which is three times as fast as word by word."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas, self._text, self._look = canvas, canvas.beginText(), ("", 0.0, None)
        self.colour: Any = INK

    def write(self, line: str, x: float, y: float, font: str, size: float) -> None:
        """One line of text at a place, in the pen's colour."""
        look = (font, size, self.colour)
        if look != self._look:
            self._text.setFont(font, size)
            self._text.setFillColor(self.colour)
            self._look = look
        self._text.setTextOrigin(x, y)
        self._text.textOut(line)

    def lift(self) -> None:
        """Put what was written on the page."""
        self.canvas.drawText(self._text)


class Paper:
    """One paper: things are put on it from top to bottom, pages begin by themselves, `close` gives the PDF."""

    def __init__(self, head: Head) -> None:
        _fonts()
        self.head = head
        self._file = BytesIO()
        self.canvas = Canvas(self._file, pagesize=A4, invariant=True, pageCompression=1, lang="en-IN")
        self.canvas.setTitle(f"{head.title} {head.number}")
        self.canvas.setAuthor("ECCS")
        self.canvas.setSubject(head.title)
        self._kept: list[dict[str, Any]] = []
        self._heads = 0
        self._of: list[int] = []  # to which of several papers each page belongs
        self._draw_head(head)
        self._begin_page()

    def _draw_head(self, head: Head) -> None:
        self._heads += 1
        self.canvas.beginForm(f"head{self._heads}")
        _draw_head(self.canvas, head)
        self.canvas.endForm()

    def begin(self, head: Head) -> None:
        """Begin the next of several papers in one PDF, on a page of its own."""
        self._end_page()
        self._draw_head(head)
        self._begin_page()

    @property
    def page(self) -> int:
        """The number of the page being written."""
        return len(self._kept) + 1

    def _begin_page(self) -> None:
        self.canvas.doForm(f"head{self._heads}")
        self.pen = Pen(self.canvas)
        self.y = PAGE_HEIGHT - HEAD
        self.canvas.setLineWidth(0.5)
        self.canvas.setStrokeColor(LINE)
        self.canvas.setFillColor(WASH)

    def _end_page(self) -> None:
        self.pen.lift()
        self._kept.append(dict(self.canvas.__dict__))
        self._of.append(self._heads)
        self.canvas._startPage()

    def room(self, height: float) -> None:
        """Go to the next page where this one has less room than that, in points."""
        if self.y - height < FOOT and self.y < PAGE_HEIGHT - HEAD:
            self._end_page()
            self._begin_page()

    def space(self, height: float) -> None:
        """Leave a gap, in points."""
        self.y -= height

    def title(self, words: str, keep: float = 40) -> None:
        """A heading that stays with at least `keep` points of what follows."""
        block = Block(words, WIDTH, 9, BOLD)
        self.room(block.height + 8 + keep)
        block.draw(self.pen, MARGIN, self.y - 5)
        self.y -= block.height + 8

    def text(self, words: str, size: float = 8) -> None:
        """A paragraph across the page."""
        block = Block(words, WIDTH, size)
        self.room(block.height)
        block.draw(self.pen, MARGIN, self.y)
        self.y -= block.height + 3

    def boxes(self, rows: Iterable[Sequence[Field]]) -> None:
        """Rows of labelled values in boxes, four quarters to a row."""
        for row in rows:
            self._row_of_boxes(row)

    def _row_of_boxes(self, fields: Sequence[Field]) -> None:
        quarter = WIDTH / 4
        cells = [
            (
                Block(field.label, field.quarters * quarter - 2 * PAD, 6.5),
                Block(field.value or "-", field.quarters * quarter - 2 * PAD, 8.2, BOLD if field.strong else SANS),
                field.quarters * quarter,
            )
            for field in fields
        ]
        height = max(label.height + value.height for label, value, _wide in cells) + 4.5
        self.room(height)
        x = MARGIN
        for label, value, wide in cells:
            self.canvas.rect(x, self.y - height, wide, height)
            self.pen.colour = GREY
            label.draw(self.pen, x + PAD, self.y - 2)
            self.pen.colour = INK
            value.draw(self.pen, x + PAD, self.y - 2.5 - label.height)
            x += wide
        self.y -= height

    def table(self, columns: Sequence[Column], *, inset: float = 0.0, wash: bool = True) -> Table:
        """A table whose head is repeated on every page it reaches. `inset` is the share of the width left free."""
        return Table(self, columns, inset, wash)

    def close(self) -> bytes:
        """Number the pages and return the PDF."""
        self._end_page()
        canvas = self.canvas
        for index, (state, paper) in enumerate(zip(self._kept, self._of, strict=True)):
            canvas.__dict__.update(state)
            pen = Pen(canvas)
            pen.colour = GREY
            number, pages = index - self._of.index(paper) + 1, self._of.count(paper)
            of = _("Page %(number)s of %(pages)s") % {"number": number, "pages": pages}
            Block(of, WIDTH, 7, right=True).draw(pen, MARGIN, 8 * mm + 7)
            pen.lift()
            canvas.showPage()
        canvas.save()
        return self._file.getvalue()


class Table:
    """Rows under a head, across pages."""

    def __init__(self, paper: Paper, columns: Sequence[Column], inset: float, wash: bool) -> None:
        self.paper, self.columns, self.wash = paper, columns, wash
        self.left = MARGIN + inset * WIDTH
        self.places: list[tuple[float, float]] = []
        x = self.left
        for column in columns:
            self.places.append((x + PAD, column.share * WIDTH - 2 * PAD))
            x += column.share * WIDTH
        self.right = x
        self._headed = 0  # the page that has the head
        self._head = self._blocks([column.label for column in columns], 7, BOLD)

    def _blocks(self, cells: Sequence[str], size: float, font: str) -> list[Block]:
        return [
            Block(cell, wide, size, font, column.right)
            for cell, column, (_x, wide) in zip(cells, self.columns, self.places, strict=True)
        ]

    def row(self, cells: Sequence[str], *, strong: bool = False, keep: float = 0) -> None:
        """One row, kept on a page with `keep` points of what follows it."""
        blocks = self._blocks(cells, 8, BOLD if strong else SANS)
        head = _tall(self._head) if self._headed != self.paper.page else 0
        self.paper.room(_tall(blocks) + head + keep)
        if self._headed != self.paper.page:
            self._draw(self._head, GREY, self.wash)
            self._headed = self.paper.page
        self._draw(blocks, INK, False)

    def head_again(self) -> None:
        """Draw the head anew before the next row, on the same page too."""
        self._headed = 0

    def _draw(self, blocks: Sequence[Block], colour: Any, wash: bool) -> None:
        canvas, pen, height = self.paper.canvas, self.paper.pen, _tall(blocks)
        top = self.paper.y
        if wash:
            canvas.rect(self.left, top - height, self.right - self.left, height, stroke=0, fill=1)
        pen.colour = colour
        for block, (x, _wide) in zip(blocks, self.places, strict=True):
            block.draw(pen, x, top - 1.6)
        pen.colour = INK
        canvas.line(self.left, top - height, self.right, top - height)
        self.paper.y = top - height


def _tall(blocks: Sequence[Block]) -> float:
    return max(block.height for block in blocks) + PAD


def _draw_head(canvas: Canvas, head: Head) -> None:
    """The owner in both languages, the title and number, bar code and QR code, and the foot."""
    top, side, pen = PAGE_HEIGHT - 10 * mm, 23 * mm, Pen(canvas)
    canvas.setStrokeColor(INK)
    canvas.setFillColor(INK)
    canvas.setLineWidth(1.2)
    canvas.rect(MARGIN, top - 11 * mm, 11 * mm, 11 * mm)  # the slot of the emblem
    canvas.line(MARGIN, PAGE_HEIGHT - HEAD + 4 * mm, PAGE_WIDTH - MARGIN, PAGE_HEIGHT - HEAD + 4 * mm)
    beside = PAGE_WIDTH - MARGIN - side - 4 * mm
    left = MARGIN + 14 * mm
    room = beside - _draw_bars(canvas, pen, head.token, beside, top) - left
    _draw_squares(canvas, head.address, PAGE_WIDTH - MARGIN - side, top, side)
    pen.write("ECCS", MARGIN + 2.2 * mm, top - 6.6 * mm, BOLD, 7)
    Block(_OWNER, room, 8).draw(pen, left, top + 1.5)
    Block("Central Board of Indirect Taxes and Customs", room, 7.5).draw(pen, left, top - 4.6 * mm)
    Block(head.place, room, 7.5).draw(pen, left, top - 8.1 * mm)
    pen.write(head.title, MARGIN, top - 19 * mm, BOLD, 14)
    Block(head.number, beside - MARGIN, 11.5, BOLD).draw(pen, MARGIN, top - 25 * mm + 11.5)
    pen.colour = GREY
    after = MARGIN + pdfmetrics.stringWidth(head.title, BOLD, 14) + 4 * mm
    Block(head.subtitle, beside - after, 8).draw(pen, after, top - 19 * mm + 8)
    scan = Block(_("Scan to open in ECCS"), side + 10 * mm, 6.5, right=True)
    scan.draw(pen, PAGE_WIDTH - MARGIN - side - 10 * mm, top - side - 1.2 * mm)
    canvas.setLineWidth(0.5)
    canvas.setStrokeColor(LINE)
    canvas.line(MARGIN, 13 * mm, PAGE_WIDTH - MARGIN, 13 * mm)
    Block(head.foot, WIDTH - 25 * mm, 7).draw(pen, MARGIN, 8 * mm + 7)
    pen.lift()


def _draw_bars(canvas: Canvas, pen: Pen, text: str, right: float, top: float) -> float:
    """The Code 128 of the token, its modules whole dots of a 203 dpi printer; the width it takes, in points."""
    modules = barcodes.width(text)
    module = 3 * DOT if modules * 3 * DOT <= BARS_PLACE else 2 * DOT
    wide = modules * module
    if wide > BARS_PLACE:
        raise ValueError(f"the bar code of {text!r} is {wide / mm:.0f} mm wide, its place {BARS_PLACE / mm:.0f} mm")
    _draw_modules(canvas, right - wide, top, module, 11 * mm, [barcodes.bars(text)])
    pen.write(text, right - (wide + pdfmetrics.stringWidth(text, SANS, 8)) / 2, top - 14.4 * mm, SANS, 8)
    return wide + barcodes.QUIET * module


def _draw_squares(canvas: Canvas, text: str, x: float, top: float, side: float) -> None:
    """The QR code of an address, in a square of that side."""
    rows = barcodes.squares(text)
    _draw_modules(canvas, x, top, side / len(rows), side / len(rows), [barcodes.runs(row) for row in rows])


def _draw_modules(
    canvas: Canvas, x: float, top: float, wide: float, high: float, rows: Sequence[Sequence[tuple[int, int]]]
) -> None:
    """Rows of dark modules, drawn in whole numbers on a grid of their own."""
    canvas.saveState()
    canvas.transform(wide, 0, 0, -high, x, top)
    path = "\n".join(f"{at} {line} {long} 1 re" for line, row in enumerate(rows) for at, long in row)
    canvas._code.append(f"{path}\nf")
    canvas.restoreState()


def as_pdf(content: bytes, name: str) -> HttpResponse:
    """A paper as the browser shows it, under the name that it is kept by."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
