"""The Courier Bill of Entry as PDF (two pages, bar code, about twenty lines of items and duty) beside a bare canvas with the same text; and sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from django.test import override_settings
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from accounts import demo_certificates
from bench.measure import Row, at_least, rounds, timed
from bills.papers import BillPaper, draw_bill
from eccs import paper_making
from eccs.papers import Pen
from eccs.signing import seal
from eccs.signing.own_authority import OwnAuthority
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
    """Draw the papers, each anew every time, and write their words on an empty canvas."""
    with patch.object(paper_making, "LARGEST_REMEMBERED", 0):
        return _measured([_paper(n) for n in range(PAPERS)])


def _measured(papers: list[BillPaper]) -> list[Row]:
    def drawn() -> float:
        return timed(lambda: [draw_bill(paper) for paper in papers]) / PAPERS

    def unsealed() -> float:
        with patch.object(seal, "sealed", lambda pdf: pdf):
            return drawn()

    def bare() -> float:
        return timed(lambda: [_bare(text) for text in texts]) / PAPERS

    with override_settings(PAPER_KEYS_DIR=Path("/nowhere")):  # neither code nor seal, as the canvas has neither
        texts = [_words(paper) for paper in papers]
        assert pages(draw_bill(papers[0])) == PAGES
        assert pages(_bare(texts[0])) == PAGES
        base, mine = rounds(ROUNDS, bare, drawn)
    with TemporaryDirectory() as folder, override_settings(PAPER_KEYS_DIR=Path(folder)):
        demo_certificates.make_paper_keys(Path(folder), OwnAuthority("Benchmark CA"))
        assert seal.look_at(draw_bill(papers[0])).holds
        without, sealed = rounds(ROUNDS, unsealed, drawn)
    return [
        at_least(
            "Courier Bill of Entry as PDF",
            f"{1 / mine:,.0f} papers/s",
            f"a bare canvas {1 / base:,.0f}/s",
            base / mine,
            0.75,
        ),
        at_least(
            "Courier Bill of Entry as sealed PDF",
            f"{1 / sealed:,.0f} papers/s",
            f"the same without a seal {1 / without:,.0f}/s",
            without / sealed,
            0.5,
        ),
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
