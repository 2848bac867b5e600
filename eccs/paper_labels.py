"""Labels of packages: sheets of fourteen, each with the bar code of its package, its place among the others, where it belongs, and a signed code."""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass
from hashlib import sha256
from io import BytesIO
from typing import ClassVar

from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from eccs import barcodes, paper_file
from eccs.paper_fonts import BOLD, SANS, fonts
from eccs.paper_head import DOT, modules
from eccs.paper_parts import Head, Kind, Told
from eccs.paper_text import INK, PAGE_HEIGHT, Block, Pen, painted
from eccs.paper_tokens import DIGEST
from eccs.paper_tree import P, Tree, figure, marked
from eccs.paper_volume import code_of, language

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


@dataclass(frozen=True)
class Sheets:
    """The labels of one PDF."""

    kind: ClassVar[str] = "labels"
    labels: tuple[Label, ...]
    title: str

    def name(self) -> str:
        """A hash over everything that stands on them."""
        return sha256(self.written().encode()).hexdigest()

    def written(self) -> str:
        """The labels as a text that can be sent."""
        return json.dumps([self.title, [astuple(one) for one in self.labels]], ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> Sheets:
        """The labels that were sent."""
        title, labels = json.loads(text)
        return cls(tuple(Label(code, head, tuple(lines), number) for code, head, lines, number in labels), title)


def drawn(what: Sheets) -> bytes:
    """The labels as PDF."""
    fonts()
    canvas = Canvas(BytesIO(), pagesize=A4, invariant=True, pageCompression=1, initialFontName=SANS)
    tree = Tree()
    canvas.setTitle(what.title)
    canvas.setAuthor("ECCS")
    for n, label in enumerate(what.labels):
        place = n % (ACROSS * DOWN)
        if place == 0:
            if n:
                canvas.showPage()
            tree.begin_page()
        tree.begin_paper()
        across, down = place % ACROSS, place // ACROSS
        _draw(canvas, tree, label, LEFT + across * (WIDE + GAP), PAGE_HEIGHT - TOP - down * HIGH)
    canvas.showPage()
    return paper_file.written(canvas, tree, language())


def _draw(canvas: Canvas, tree: Tree, label: Label, x: float, top: float) -> None:
    count = barcodes.width(label.code)
    room = WIDE - 8 * mm
    dots = next((n for n in (3, 2, 1) if (count + 2 * barcodes.QUIET) * n * DOT <= room), 1)
    left, upper = x + 4 * mm + barcodes.QUIET * dots * DOT, top - 3 * mm
    bars = modules(left, upper, dots * DOT, 14 * mm, [barcodes.bars(label.code)])
    look = figure(
        _("Bar code: %(signs)s") % {"signs": label.code}, (left, upper - 14 * mm, left + count * dots * DOT, upper)
    )
    canvas._code.append(f"{painted(INK)} {marked('Figure', tree.leaf(look), bars)}")
    if signed := label.signed():
        squares = barcodes.signed_squares(signed)
        side = len(squares) * SQUARE
        left, upper = x + WIDE - 4 * mm - side, top - 19 * mm
        look = figure(_("QR code with the signed code of this label"), (left, upper - side, left + side, upper))
        drawn = modules(left, upper, SQUARE, SQUARE, [barcodes.runs(row) for row in squares])
        canvas._code.append(marked("Figure", tree.leaf(look), drawn))
        room -= side + 2 * mm
    pen = Pen(canvas)
    title = Block(label.title, room, 9, BOLD)
    pen.begin("P", tree.leaf(P))
    title.draw(pen, x + 4 * mm, top - 18.5 * mm)
    pen.end()
    y = top - 18.5 * mm - title.height
    for line in label.lines:
        block = Block(line, room, 7.5)
        pen.begin("P", tree.leaf(P))
        block.draw(pen, x + 4 * mm, y)
        pen.end()
        y -= block.height
    pen.lift()
