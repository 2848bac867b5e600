"""Text on paper: measured, wrapped, shaped where it is Devanagari, and written in one go."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

INK, GREY, LINE, WASH = HexColor("#15202f"), HexColor("#465468"), HexColor("#9aa5b5"), HexColor("#eef1f5")
SANS, BOLD, DEVANAGARI = "Sans", "Bold", "Devanagari"
PAGE_WIDTH, PAGE_HEIGHT = A4
LEAD = 1.25  # distance of lines, in sizes of the letter
_SHAPED = re.compile("[\u0900-\u097f]")


@cache
def fonts() -> None:
    """Make the vendored fonts known, once in a process."""
    folder = settings.BASE_DIR / "static" / "vendor" / "fonts"
    pdfmetrics.registerFont(TTFont(SANS, folder / "NotoSans-Regular.ttf"))
    pdfmetrics.registerFont(TTFont(BOLD, folder / "NotoSans-Bold.ttf"))
    pdfmetrics.registerFont(TTFont(DEVANAGARI, folder / "NotoSansDevanagari-Regular.ttf", shapable=True))
    rl_config.useA85 = 0


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
        fonts()
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
