"""The head and foot of a paper: the owner in both languages, title and number, bar code and QR code."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _
from reportlab.lib.colors import Color
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from eccs import barcodes
from eccs.paper_fonts import BOLD, SANS, wide
from eccs.paper_parts import Head
from eccs.paper_text import GREY, INK, LINE, PAGE_HEIGHT, PAGE_WIDTH, Block, Pen, painted
from eccs.paper_tree import figure

MARGIN = 14 * mm
WIDTH = PAGE_WIDTH - 2 * MARGIN
HEAD, FOOT = 43 * mm, 15 * mm
FOOT_TOP = 12.4 * mm
SQUARES_PLACE = 24.9 * mm
DOT: float = 25.4 / 203 * mm  # one dot of a label printer
BARS_PLACE = 74 * mm
HEAD_MARKS = ("P", "P", "P", "Figure", "Figure", "P", "H1", "P", "P")  # in the order of reading
FIGURES, FOOT_MARKS = (3, 4), 2
_OWNER = "केन्द्रीय अप्रत्यक्ष कर एवं सीमा शुल्क बोर्ड"


def draw_head(canvas: Canvas, head: Head, code: str) -> tuple[list[str], str, list[str]]:
    """The owner in both languages, bar code and QR code, the title and number: what is drawn for each of `HEAD_MARKS`, the rules,
    and what the two pictures are. `code` is the address with the signed code."""
    top = PAGE_HEIGHT - 10 * mm
    squares = barcodes.signed_squares(code) if code else barcodes.squares(head.address)
    module = max(1, int(SQUARES_PLACE / DOT / len(squares))) * DOT
    side = module * len(squares)
    beside = PAGE_WIDTH - MARGIN - side - 4 * mm
    left = MARGIN + 14 * mm
    bars, across, taken = _bars(canvas, head.token, beside, top)
    room = beside - taken - left
    ink = painted(INK)
    figures = [
        figure(_("Bar code: %(signs)s") % {"signs": head.token}, (beside - across, top - 15 * mm, beside, top)),
        figure(
            _("QR code with the signed code of this paper") if code else _("QR code with the address of this document"),
            (PAGE_WIDTH - MARGIN - side, top - side, PAGE_WIDTH - MARGIN, top),
        ),
    ]
    title = Block(head.title, beside - MARGIN, 14, BOLD)
    after = MARGIN + title.across + 4 * mm
    scan = Block(_("Scan to check") if code else _("Scan to open in ECCS"), side + 10 * mm, 6.5, right=True)
    parts = [
        _text(canvas, Block(_OWNER, room, 8), left, top + 1.5),
        _text(canvas, Block("Central Board of Indirect Taxes and Customs", room, 7.5), left, top - 4.6 * mm),
        _text(canvas, Block(head.place, room, 7.5), left, top - 8.1 * mm),
        f"{ink} {bars}",
        f"{ink} {modules(PAGE_WIDTH - MARGIN - side, top, module, module, [barcodes.runs(row) for row in squares])}",
        _text(canvas, scan, PAGE_WIDTH - MARGIN - side - 10 * mm, top - side - 1.2 * mm, GREY),
        _text(canvas, title, MARGIN, top - 19 * mm + title.size),
        _text(canvas, Block(head.subtitle, beside - after, 8), after, top - 19 * mm + 8, GREY),
        _text(canvas, Block(head.number, beside - MARGIN, 11.5, BOLD), MARGIN, top - 25 * mm + 11.5),
    ]
    slot = Pen(canvas)
    slot.write("ECCS", MARGIN + 2.2 * mm, top - 6.6 * mm, BOLD, 7)
    line = PAGE_HEIGHT - HEAD + 4 * mm
    rules = (
        f"q {painted(INK, 'RG')} 1.2 w {MARGIN:.2f} {top - 11 * mm:.2f} {11 * mm:.2f} {11 * mm:.2f} re S "  # the slot of the emblem
        f"{MARGIN:.2f} {line:.2f} m {PAGE_WIDTH - MARGIN:.2f} {line:.2f} l S Q {slot.content()}"
    )
    return parts, rules, figures


def draw_foot(canvas: Canvas, head: Head, *, coded: bool, sealed: bool) -> tuple[list[str], str]:
    """The foot of every page: who printed it when, how it can be trusted; and its rule."""
    foot = Block(head.foot, WIDTH - 25 * mm, 7)
    parts = [
        _text(canvas, foot, MARGIN, FOOT_TOP, GREY),
        _text(canvas, Block(_standing(coded, sealed), WIDTH, 6.5), MARGIN, FOOT_TOP - foot.height, GREY),
    ]
    return parts, f"q {painted(LINE, 'RG')} 0.5 w {MARGIN:.2f} {13 * mm:.2f} m {PAGE_WIDTH - MARGIN:.2f} {13 * mm:.2f} l S Q"  # fmt: skip


def _text(canvas: Canvas, block: Block, x: float, top: float, colour: Color = INK) -> str:
    pen = Pen(canvas)
    pen.colour = colour
    block.draw(pen, x, top)
    return pen.content()


def _standing(coded: bool, sealed: bool) -> str:
    """How the paper can be trusted, in words."""
    told = _("Bears the electronic seal of ECCS.") if sealed else _("Bears no electronic seal.")
    if not coded:
        return told
    return _("%(sealed)s Its code is signed: check it at %(address)s") % {
        "sealed": told,
        "address": f"{settings.PUBLIC_URL}/verify/",
    }


def _bars(canvas: Canvas, text: str, right: float, top: float) -> tuple[str, float, float]:
    """The Code 128 of the token, its modules whole dots of a 203 dpi printer; how wide it is and how much it takes, in points."""
    count = barcodes.width(text)
    module = 3 * DOT if count * 3 * DOT <= BARS_PLACE else 2 * DOT
    across = count * module
    if across > BARS_PLACE:
        raise ValueError(f"the bar code of {text!r} is {across / mm:.0f} mm wide, its place {BARS_PLACE / mm:.0f} mm")
    pen = Pen(canvas)
    pen.write(text, right - (across + wide(text, SANS, 8)) / 2, top - 14.4 * mm, SANS, 8)
    drawn = f"{modules(right - across, top, module, 11 * mm, [barcodes.bars(text)])} {pen.content()}"
    return drawn, across, across + barcodes.QUIET * module


def modules(x: float, top: float, across: float, high: float, rows: Sequence[Sequence[tuple[int, int]]]) -> str:
    """Rows of dark modules, drawn in whole numbers on a grid of their own."""
    path = "\n".join([f"{at} {line} {long} 1 re" for line, row in enumerate(rows) for at, long in row])
    return f"q {across:.6f} 0 0 {-high:.6f} {x:.4f} {top:.4f} cm\n{path}\nf Q"
