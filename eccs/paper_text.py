"""Text on paper: measured, wrapped, shaped where it is Devanagari, and written in one go."""

from __future__ import annotations

from functools import cache, lru_cache

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.rl_accel import escapePDF
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from eccs.paper_fonts import SANS, fonts, wide
from eccs.paper_shaping import SHAPED, Run, runs, wide_shaped, wrapped_shaped
from eccs.paper_tree import END, HEADER

INK, GREY, LINE, WASH = HexColor("#15202f"), HexColor("#465468"), HexColor("#9aa5b5"), HexColor("#eef1f5")
PAGE_WIDTH, PAGE_HEIGHT = A4
LEAD, SHAPED_LEAD = 1.25, 1.45  # distance of lines, in sizes of the letter


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


class Block:
    """A text measured for a width, ready to be drawn."""

    __slots__ = ("font", "height", "lead", "lines", "right", "shaped", "size", "width")

    def __init__(self, text: str, width: float, size: float = 8, font: str = SANS, right: bool = False) -> None:
        fonts()
        self.font, self.width, self.right = font, width, right
        self.shaped = SHAPED.search(text) is not None
        if right and "\n" not in text and (needed := self._wide(text, size)) > width:
            size = max(4.5, size * width / needed)  # a figure stays on its line
        self.size = size
        if self.shaped:
            self.lines, self.lead = wrapped_shaped(text, font, size, width), size * SHAPED_LEAD
        else:
            self.lines, self.lead = wrapped(text, font, size, width), size * LEAD
        self.height: float = len(self.lines) * self.lead

    def _wide(self, line: str, size: float) -> float:
        return wide_shaped(line, self.font, size) if self.shaped else wide(line, self.font, size)

    @property
    def across(self) -> float:
        """How wide the longest of its lines is."""
        return max(self._wide(line, self.size) for line in self.lines)

    def draw(self, pen: Pen, x: float, top: float) -> None:
        """Draw the text with its upper left corner at this place."""
        if self.shaped:
            y = top - self.size
            for n, line in enumerate(self.lines):
                if n:
                    pen.gap()
                pen.write_shaped(
                    line, x + (self.width - self._wide(line, self.size) if self.right else 0), y, self.font, self.size
                )
                y -= self.lead
            return
        y = top - self.size
        for n, line in enumerate(self.lines):
            if n:
                pen.gap()
            shift = self.width - wide(line, self.font, self.size) if self.right else 0
            pen.write(line, x + shift, y, self.font, self.size)
            y -= self.lead


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
def painted(colour: Color, what: str = "rg") -> str:
    """The words that take up a colour, to fill (rg) or for lines (RG)."""
    return f"{colour.red:.3f} {colour.green:.3f} {colour.blue:.3f} {what}"


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
            self._written.append(f"{letters.name} {size:.4g} Tf {painted(self.colour)}")
            self._look = look
        try:
            self._written.append(f"1 0 0 1 {x:.2f} {y:.2f} Tm ({line.translate(letters)}) Tj")
        except _OtherLetters:
            self._written.append(f"1 0 0 1 {x:.2f} {y:.2f} Tm {letters.parts(line, size)}")
            self._look = ("", 0.0, None)

    def write_shaped(self, line: str, x: float, y: float, font: str, size: float) -> None:
        """One line with Devanagari in it. Whoever reads it back is given what it says, not the forms of its letters."""
        for run in runs(line, font):
            if run.said:
                self._written.append(run.said)
                self._write_run(run, x, y, size)
                self._written.append(END)
            else:
                self.write(run.text, x, y, run.font, size)
            x += run.wide * size / 1000

    def _write_run(self, run: Run, x: float, y: float, size: float) -> None:
        letters = self._letters.get(run.font)
        if letters is None:
            letters = self._letters[run.font] = _Letters(self.canvas, run.font)
        written, rise = [f"{letters.name} {size:.4g} Tf {painted(self.colour)} 1 0 0 1 {x:.2f} {y:.2f} Tm"], 0.0
        for text, back, high in run.pieces:
            if high != rise:
                written.append(f"{high * size / 1000:.3g} Ts")
                rise = high
            try:
                written.append(f"[({text.translate(letters)}){back:.4g}]TJ")
            except _OtherLetters:
                written.append(f"{letters.parts(text, size)} [{back:.4g}]TJ {letters.name} {size:.4g} Tf")
        if rise:
            written.append("0 Ts")
        self._written.append(" ".join(written))
        self._look = ("", 0.0, None)

    def begin(self, tag: str, mark: int) -> None:
        """What is written until `end` belongs to one element of the structure."""
        self._written.append(f"/{tag}<</MCID {mark}>>BDC")

    def begin_repeated(self) -> None:
        """What is written until `end` was read before, on the page before."""
        self._written.append(HEADER)

    def end(self) -> None:
        """The element is complete."""
        self._written.append(END)

    def gap(self) -> None:
        """A space behind what was written, for whoever hears one line after the other."""
        self._written.append("( ) Tj")

    def content(self) -> str:
        """What was written, as it stands in the content of a page."""
        return f"BT {' '.join(self._written)} ET"

    def lift(self) -> None:
        """Put what was written on the page."""
        self.canvas._code.append(self.content())


def frame(canvas: Canvas, x: float, y: float, width: float, height: float, end: str = "S") -> None:
    """A rectangle from its lower left corner: drawn round (S), or filled (f)."""
    canvas._code.append(f"{x:.2f} {y:.2f} {width:.2f} {height:.2f} re {end}")


def rule(canvas: Canvas, x: float, y: float, to: float) -> None:
    """A line across."""
    canvas._code.append(f"{x:.2f} {y:.2f} m {to:.2f} {y:.2f} l S")
