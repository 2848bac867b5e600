"""Text on paper: measured, wrapped, shaped where it is Devanagari, and written in one go."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.rl_accel import escapePDF
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from eccs.paper_fonts import DEVANAGARI, SANS, fonts, wide

INK, GREY, LINE, WASH = HexColor("#15202f"), HexColor("#465468"), HexColor("#9aa5b5"), HexColor("#eef1f5")
PAGE_WIDTH, PAGE_HEIGHT = A4
LEAD = 1.25  # distance of lines, in sizes of the letter
_SHAPED = re.compile("[\u0900-\u097f]")


@lru_cache(maxsize=8192)
def wrapped(text: str, font: str, size: float, width: float) -> tuple[str, ...]:
    """The lines of a text in a width, in points. Words too long for a line are broken, nothing is left out."""
    if "\n" not in text and wide(text, font, size) <= width:
        return (text,)
    lines: list[str] = []
    for part in text.split("\n"):
        line = ""
        for whole in part.split(" "):
            word = whole
            longer = f"{line} {word}" if line else word
            if wide(longer, font, size) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            while wide(word, font, size) > width and len(word) > 1:
                fits = max(1, next(n for n in range(len(word)) if wide(word[: n + 1], font, size) > width))
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
        if right and "\n" not in text and (needed := wide(text, font, size)) > width:
            self.size = max(4.5, size * width / needed)  # a figure stays on its line
        self.lines = wrapped(text, font, self.size, width)
        self.height = len(self.lines) * self.size * LEAD

    def draw(self, pen: Pen, x: float, top: float) -> None:
        """Draw the text with its upper left corner at this place."""
        if self.shaped is not None:
            self.shaped.drawOn(pen.canvas, x, top - self.height)
            return
        y = top - self.size
        for line in self.lines:
            shift = self.width - wide(line, self.font, self.size) if self.right else 0
            pen.write(line, x + shift, y, self.font, self.size)
            y -= self.size * LEAD


class _OtherLetters(Exception):
    """The letter is not among the first 256 that a paper uses of its font."""


class _Letters(dict[int, str]):
    """How each letter of a font is written in the content of a page, as `str.translate` asks for it."""

    def __init__(self, canvas: Canvas, font: str) -> None:
        self._doc, self._font = canvas._doc, pdfmetrics.getFont(font)
        self.name: str = (
            self._font.getSubsetInternalName(0, self._doc) if self._font.splitString(" ", self._doc) else ""
        )

    def __missing__(self, letter: int) -> str:
        subset, code = self._font.splitString(chr(letter), self._doc)[0]
        if subset:
            raise _OtherLetters
        written: str = escapePDF(code)
        self[letter] = written
        return written

    def parts(self, line: str, size: float) -> str:
        """A line in letters of which not all are among the first 256, each part under the name of its letters."""
        return " ".join(
            f"{self._font.getSubsetInternalName(subset, self._doc)} {size:.4g} Tf ({escapePDF(code)}) Tj"
            for subset, code in self._font.splitString(line, self._doc)
        )


@cache
def _painted(colour: Color) -> str:
    return f"{colour.red:.3f} {colour.green:.3f} {colour.blue:.3f} rg"


class Pen:
    """Writes the words of a page in one go and straight into its content, which is many times as fast as word by word."""

    def __init__(self, canvas: Canvas) -> None:
        fonts()
        self.canvas = canvas
        self.colour: Color = INK
        self._written: list[str] = []
        self._look: tuple[str, float, Color | None] = ("", 0.0, None)
        self._letters: dict[str, _Letters] = vars(canvas).setdefault("letters", {})

    def write(self, line: str, x: float, y: float, font: str, size: float) -> None:
        """One line of text at a place, in the pen's colour."""
        letters = self._letters.get(font)
        if letters is None:
            letters = self._letters[font] = _Letters(self.canvas, font)
        look = (font, size, self.colour)
        if look != self._look:
            self._written.append(f"{letters.name} {size:.4g} Tf {_painted(self.colour)}")
            self._look = look
        try:
            self._written.append(f"1 0 0 1 {x:.2f} {y:.2f} Tm ({line.translate(letters)}) Tj")
        except _OtherLetters:
            self._written.append(f"1 0 0 1 {x:.2f} {y:.2f} Tm {letters.parts(line, size)}")
            self._look = ("", 0.0, None)

    def lift(self) -> None:
        """Put what was written on the page."""
        self.canvas._code.append(f"BT {' '.join(self._written)} ET")


def frame(canvas: Canvas, x: float, y: float, width: float, height: float, end: str = "S") -> None:
    """A rectangle from its lower left corner: drawn round (S), or filled (f)."""
    canvas._code.append(f"{x:.2f} {y:.2f} {width:.2f} {height:.2f} re {end}")


def rule(canvas: Canvas, x: float, y: float, to: float) -> None:
    """A line across."""
    canvas._code.append(f"{x:.2f} {y:.2f} m {to:.2f} {y:.2f} l S")
