"""The Courier Bill of Entry as PDF (two pages, bar code, about twenty lines of items and duty) beside a bare canvas with the same text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from unittest.mock import patch

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from bench.measure import Row, at_least, rounds, timed
from bills.papers import BillPaper, draw_bill
from eccs.papers import Pen
from tests.papers.examples import bill
from tests.papers.reading import pages

PAPERS = 30
ROUNDS = 5
ITEMS = 3  # each with a row of its own and one for each head of duty
PAGES = 2


@dataclass(frozen=True)
class Written:
    """One line of text as it was put on a page."""

    page: int
    text: str
    x: float
    y: float
    font: str
    size: float


def run() -> list[Row]:
    """Draw the papers, and write their words on an empty canvas."""
    papers = [_paper(n) for n in range(PAPERS)]
    texts = [_words(paper) for paper in papers]
    assert pages(draw_bill(papers[0])) == PAGES
    assert pages(_bare(texts[0])) == PAGES
    base, mine = rounds(
        ROUNDS,
        lambda: timed(lambda: [_bare(text) for text in texts]) / PAPERS,
        lambda: timed(lambda: [draw_bill(paper) for paper in papers]) / PAPERS,
    )
    return [
        at_least(
            "Courier Bill of Entry as PDF",
            f"{1 / mine:,.0f} papers/s",
            f"a bare canvas {1 / base:,.0f}/s",
            base / mine,
            0.5,
        )
    ]


def _paper(n: int) -> BillPaper:
    """A bill like no other: what is measured and wrapped once is not found ready the next time."""
    plain = bill(ITEMS)
    items = tuple(replace(item, description=f"{item.description}, lot {n}") for item in plain.items)
    return replace(plain, hawb=f"SWF77319{n:05d}", consignee=f"{plain.consignee}, door {n}", items=items)


def _words(paper: BillPaper) -> list[Written]:
    """Every line of text that a paper writes, with its place."""
    written: list[Written] = []
    write = Pen.write

    def noted(pen: Pen, line: str, x: float, y: float, font: str, size: float) -> None:
        written.append(Written(min(pen.canvas.getPageNumber(), PAGES), line, x, y, font, size))
        write(pen, line, x, y, font, size)

    with patch.object(Pen, "write", noted):
        draw_bill(paper)
    return sorted(written, key=lambda one: one.page)


def _bare(text: Sequence[Written]) -> bytes:
    """The same words at the same places in the same letters, and nothing else."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=True, pageCompression=1)
    for one in text:
        while canvas.getPageNumber() < one.page:
            canvas.showPage()
        canvas.setFont(one.font, one.size)
        canvas.drawString(one.x, one.y, one.text)
    canvas.save()
    return out.getvalue()
