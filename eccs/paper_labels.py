"""Labels of packages: sheets of fourteen, each with the bar code of its package, its place among the others, where it belongs, and a signed code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from eccs import barcodes
from eccs.paper_fonts import BOLD, fonts
from eccs.paper_head import DOT, draw_modules
from eccs.paper_parts import Head, Kind, Told
from eccs.paper_text import INK, PAGE_HEIGHT, Block, Pen
from eccs.paper_tokens import DIGEST
from eccs.paper_volume import code_of

ACROSS, DOWN = 2, 7
WIDE, HIGH = 99.1 * mm, 38.1 * mm  # the common sheet of 14 labels on A4
LEFT, TOP = 4.7 * mm, 15.1 * mm
GAP = 2.5 * mm
SQUARE = 2 * DOT


@dataclass(frozen=True)
class Label:
    """What stands on the label of one package."""

    code: str  # the signs of the bar code
    title: str
    lines: tuple[str, ...]
    number: str  # of the package among all, as the signed code names it

    def signed(self) -> str:
        """The address with the signed code: that the system issued this label, with these words. Nothing where it has no key."""
        said = sha256("\x1f".join((self.code, self.title, *self.lines)).encode()).digest()[:DIGEST]
        head = Head(
            title="", subtitle="", number=self.number, place="", token=self.code, address="", foot="", kind=Kind.LABEL
        )
        return code_of(Told(head, said, ()))


def sheets(labels: Iterable[Label], title: str) -> bytes:
    """The labels as PDF."""
    fonts()
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=True, pageCompression=1)
    canvas.setTitle(title)
    canvas.setAuthor("ECCS")
    for n, label in enumerate(labels):
        place = n % (ACROSS * DOWN)
        if n and place == 0:
            canvas.showPage()
        across, down = place % ACROSS, place // ACROSS
        _draw(canvas, label, LEFT + across * (WIDE + GAP), PAGE_HEIGHT - TOP - down * HIGH)
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, label: Label, x: float, top: float) -> None:
    modules = barcodes.width(label.code)
    room = WIDE - 8 * mm
    dots = next((n for n in (3, 2, 1) if (modules + 2 * barcodes.QUIET) * n * DOT <= room), 1)
    canvas.setFillColor(INK)
    draw_modules(
        canvas, x + 4 * mm + barcodes.QUIET * dots * DOT, top - 3 * mm, dots * DOT, 14 * mm, [barcodes.bars(label.code)]
    )
    if signed := label.signed():
        squares = barcodes.signed_squares(signed)
        side = len(squares) * SQUARE
        draw_modules(
            canvas, x + WIDE - 4 * mm - side, top - 19 * mm, SQUARE, SQUARE, [barcodes.runs(row) for row in squares]
        )
        room -= side + 2 * mm
    pen = Pen(canvas)
    title = Block(label.title, room, 9, BOLD)
    title.draw(pen, x + 4 * mm, top - 18.5 * mm)
    y = top - 18.5 * mm - title.height
    for line in label.lines:
        block = Block(line, room, 7.5)
        block.draw(pen, x + 4 * mm, y)
        y -= block.height
    pen.lift()
