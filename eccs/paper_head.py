"""The head and foot of a paper: the owner in both languages, title and number, bar code and QR code."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from eccs import barcodes
from eccs.paper_fonts import BOLD, SANS, wide
from eccs.paper_parts import Head
from eccs.paper_text import GREY, INK, LINE, PAGE_HEIGHT, PAGE_WIDTH, Block, Pen

MARGIN = 14 * mm
WIDTH = PAGE_WIDTH - 2 * MARGIN
HEAD, FOOT = 43 * mm, 15 * mm
FOOT_TOP = 12.4 * mm
SQUARES_PLACE = 24.9 * mm
DOT: float = 25.4 / 203 * mm  # one dot of a label printer
BARS_PLACE = 74 * mm
_OWNER = "केन्द्रीय अप्रत्यक्ष कर एवं सीमा शुल्क बोर्ड"


def draw_head(canvas: Canvas, head: Head, code: str, *, sealed: bool) -> None:
    """The owner in both languages, the title and number, bar code and QR code, and the foot. `code` is the address with the signed code."""
    top, pen = PAGE_HEIGHT - 10 * mm, Pen(canvas)
    squares = barcodes.signed_squares(code) if code else barcodes.squares(head.address)
    module = max(1, int(SQUARES_PLACE / DOT / len(squares))) * DOT
    side = module * len(squares)
    canvas.setStrokeColor(INK)
    canvas.setFillColor(INK)
    canvas.setLineWidth(1.2)
    canvas.rect(MARGIN, top - 11 * mm, 11 * mm, 11 * mm)  # the slot of the emblem
    canvas.line(MARGIN, PAGE_HEIGHT - HEAD + 4 * mm, PAGE_WIDTH - MARGIN, PAGE_HEIGHT - HEAD + 4 * mm)
    beside = PAGE_WIDTH - MARGIN - side - 4 * mm
    left = MARGIN + 14 * mm
    room = beside - _draw_bars(canvas, pen, head.token, beside, top) - left
    draw_modules(canvas, PAGE_WIDTH - MARGIN - side, top, module, module, [barcodes.runs(row) for row in squares])
    pen.write("ECCS", MARGIN + 2.2 * mm, top - 6.6 * mm, BOLD, 7)
    Block(_OWNER, room, 8).draw(pen, left, top + 1.5)
    Block("Central Board of Indirect Taxes and Customs", room, 7.5).draw(pen, left, top - 4.6 * mm)
    Block(head.place, room, 7.5).draw(pen, left, top - 8.1 * mm)
    pen.write(head.title, MARGIN, top - 19 * mm, BOLD, 14)
    Block(head.number, beside - MARGIN, 11.5, BOLD).draw(pen, MARGIN, top - 25 * mm + 11.5)
    pen.colour = GREY
    after = MARGIN + wide(head.title, BOLD, 14) + 4 * mm
    Block(head.subtitle, beside - after, 8).draw(pen, after, top - 19 * mm + 8)
    scan = Block(_("Scan to check") if code else _("Scan to open in ECCS"), side + 10 * mm, 6.5, right=True)
    scan.draw(pen, PAGE_WIDTH - MARGIN - side - 10 * mm, top - side - 1.2 * mm)
    canvas.setLineWidth(0.5)
    canvas.setStrokeColor(LINE)
    canvas.line(MARGIN, 13 * mm, PAGE_WIDTH - MARGIN, 13 * mm)
    foot = Block(head.foot, WIDTH - 25 * mm, 7)
    foot.draw(pen, MARGIN, FOOT_TOP)
    Block(_standing(bool(code), sealed), WIDTH, 6.5).draw(pen, MARGIN, FOOT_TOP - foot.height)
    pen.lift()


def _standing(coded: bool, sealed: bool) -> str:
    """How the paper can be trusted, in words."""
    told = _("Bears the electronic seal of ECCS.") if sealed else _("Bears no electronic seal.")
    if not coded:
        return told
    return _("%(sealed)s Its code is signed: check it at %(address)s") % {
        "sealed": told,
        "address": f"{settings.PUBLIC_URL}/verify/",
    }


def _draw_bars(canvas: Canvas, pen: Pen, text: str, right: float, top: float) -> float:
    """The Code 128 of the token, its modules whole dots of a 203 dpi printer; the width it takes, in points."""
    modules = barcodes.width(text)
    module = 3 * DOT if modules * 3 * DOT <= BARS_PLACE else 2 * DOT
    across = modules * module
    if across > BARS_PLACE:
        raise ValueError(f"the bar code of {text!r} is {across / mm:.0f} mm wide, its place {BARS_PLACE / mm:.0f} mm")
    draw_modules(canvas, right - across, top, module, 11 * mm, [barcodes.bars(text)])
    pen.write(text, right - (across + wide(text, SANS, 8)) / 2, top - 14.4 * mm, SANS, 8)
    return across + barcodes.QUIET * module


def draw_modules(
    canvas: Canvas, x: float, top: float, across: float, high: float, rows: Sequence[Sequence[tuple[int, int]]]
) -> None:
    """Rows of dark modules, drawn in whole numbers on a grid of their own."""
    canvas.saveState()
    canvas.transform(across, 0, 0, -high, x, top)
    path = "\n".join(f"{at} {line} {long} 1 re" for line, row in enumerate(rows) for at, long in row)
    canvas._code.append(f"{path}\nf")
    canvas.restoreState()
