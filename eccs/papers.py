"""Papers as PDF: an A4 page with head, bar code, QR code, boxes of labelled values, tables, and "page x of y".

Everything is drawn on a bare canvas: text is measured, wrapped and placed, and what does not fit goes to the next page.
Nothing is ever cut: a word that is too long is broken, a figure that is too wide is set smaller. Devanagari is shaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from eccs.paper_fonts import BOLD, DEVANAGARI, SANS
from eccs.paper_head import FOOT, HEAD, MARGIN, WIDTH
from eccs.paper_parts import Column, Field, Head, Kind, Told
from eccs.paper_text import GREY, INK, LINE, PAGE_HEIGHT, PAGE_WIDTH, WASH, Block, Pen, frame, rule, wrapped
from eccs.paper_tokens import DIGEST
from eccs.paper_tree import BODY, END, H2, ITEM, LABEL, LIST, TABLE, TD, TH, TR, Group, P
from eccs.paper_volume import Volume, bound_now

__all__ = [
    "DEVANAGARI", "MARGIN", "PAGE_HEIGHT", "PAGE_WIDTH", "Block", "Column", "Field", "Head", "Kind", "Paper", "Pen", "Table", "as_pdf", "day",
    "moment", "wrapped",
]  # fmt: skip

INDENT = 14.0  # of the sentences of a list, for their numbers
PAD = 4.0  # points between a rule and the text beside it
MOST_FACTS = 8  # values that stand out, which whoever checks a paper compares


def day(value: date | None) -> str:
    """A date as papers write it, DD/MM/YYYY."""
    return f"{value:%d/%m/%Y}" if value else "-"


def moment(value: datetime | None) -> str:
    """A moment in India's time, DD/MM/YYYY HH:MM IST."""
    return f"{timezone.localtime(value):%d/%m/%Y %H:%M} IST" if value else "-"


class Paper:
    """One paper: things are put on it from top to bottom, pages begin by themselves, `close` gives the PDF."""

    def __init__(self, head: Head) -> None:
        self._volume = bound_now()
        self._own = self._volume is None
        self.volume = self._volume or Volume()
        self.canvas = self.volume.canvas
        self._begin(head)

    def _begin(self, head: Head) -> None:
        self.head = head
        self._said = sha256()
        self._facts: list[tuple[str, str]] = []
        self.volume.begin_paper()
        self._begin_page()

    def begin(self, head: Head) -> None:
        """Begin the next of several papers in one PDF, on a page of its own."""
        self._end()
        self._begin(head)

    def _end(self) -> None:
        self._end_page()
        self.volume.end_paper(Told(self.head, self._said.digest()[:DIGEST], tuple(self._facts[:MOST_FACTS])))

    def _say(self, *words: str) -> None:
        """What the paper says, for its code: values and sentences, not the labels beside them."""
        self._said.update("\x1f".join(words).encode("utf-8", "surrogatepass") + b"\x1e")

    @property
    def page(self) -> int:
        """The number of the page being written."""
        return len(self.volume.kept) + 1

    def _begin_page(self) -> None:
        self.volume.begin_page()
        self.pen = Pen(self.canvas)
        self.y = PAGE_HEIGHT - HEAD
        self.canvas.setLineWidth(0.5)
        self.canvas.setStrokeColor(LINE)
        self.canvas.setFillColor(WASH)

    def _end_page(self) -> None:
        self.canvas._code.append(END)
        self.pen.lift()
        self.volume.end_page()

    def room(self, height: float) -> None:
        """Go to the next page where this one has less room than that, in points."""
        if self.y - height < FOOT and self.y < PAGE_HEIGHT - HEAD:
            self._end_page()
            self._begin_page()

    def _mark(self, tag: str, look: str, above: Group | None = None) -> None:
        """What is written next is the next element of the paper, until the pen ends it."""
        self.pen.begin(tag, self.volume.tree.leaf(look, above))

    def space(self, height: float) -> None:
        """Leave a gap, in points."""
        self.y -= height

    def title(self, words: str, keep: float = 40) -> None:
        """A heading that stays with at least `keep` points of what follows."""
        block = Block(words, WIDTH, 9, BOLD)
        self.room(block.height + 8 + keep)
        self._mark("H2", H2)
        block.draw(self.pen, MARGIN, self.y - 5)
        self.pen.end()
        self.y -= block.height + 8

    def text(self, words: str, size: float = 8) -> None:
        """A paragraph across the page."""
        self._say(words)
        block = Block(words, WIDTH, size)
        self.room(block.height)
        self._mark("P", P)
        block.draw(self.pen, MARGIN, self.y)
        self.pen.end()
        self.y -= block.height + 3

    def items(self, sentences: Iterable[str], size: float = 8) -> None:
        """Sentences one below another, counted: a list also for whoever hears it."""
        tree, whole = self.volume.tree, None
        for number, words in enumerate(sentences, 1):
            self._say(words)
            block = Block(words, WIDTH - INDENT, size)
            self.room(block.height)
            whole = whole or tree.group(LIST)
            item = tree.group(ITEM, whole)
            for tag, look, part, x in (
                ("Lbl", LABEL, Block(f"{number}.", INDENT, size), MARGIN), ("LBody", BODY, block, MARGIN + INDENT),
            ):  # fmt: skip
                self._mark(tag, look, item)
                part.draw(self.pen, x, self.y)
                self.pen.end()
            self.y -= block.height + 3

    def boxes(self, rows: Iterable[Sequence[Field]]) -> None:
        """Rows of labelled values in boxes, four quarters to a row."""
        for row in rows:
            self._row_of_boxes(row)

    def _row_of_boxes(self, fields: Sequence[Field]) -> None:
        quarter = WIDTH / 4
        self._say(*(field.value for field in fields))
        self._facts += [(field.label, field.value) for field in fields if field.strong and field.value]
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
            frame(self.canvas, x, self.y - height, wide, height)
            self._mark("P", P)
            self.pen.colour = GREY
            label.draw(self.pen, x + PAD, self.y - 2)
            self.pen.gap()
            self.pen.colour = INK
            value.draw(self.pen, x + PAD, self.y - 2.5 - label.height)
            self.pen.end()
            x += wide
        self.y -= height

    def table(self, columns: Sequence[Column], *, inset: float = 0.0, wash: bool = True) -> Table:
        """A table whose head is repeated on every page it reaches. `inset` is the share of the width left free."""
        return Table(self, columns, inset, wash)

    def close(self) -> bytes:
        """End the paper and return the PDF; where papers are bound together they come as one PDF at the end."""
        self._end()
        return self.volume.pdf() if self._own else b""


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
        self._rows: Group | None = None  # where its rows stand in the structure
        self._head = self._blocks([column.label for column in columns], 7, BOLD)

    def _blocks(self, cells: Sequence[str], size: float, font: str) -> list[Block]:
        return [
            Block(cell, wide, size, font, column.right)
            for cell, column, (_x, wide) in zip(cells, self.columns, self.places, strict=True)
        ]

    def row(self, cells: Sequence[str], *, strong: bool = False, keep: float = 0) -> None:
        """One row, kept on a page with `keep` points of what follows it."""
        self.paper._say(*cells)
        blocks = self._blocks(cells, 8, BOLD if strong else SANS)
        head = _tall(self._head) if self._headed != self.paper.page else 0
        self.paper.room(_tall(blocks) + head + keep)
        tree = self.paper.volume.tree
        if self._rows is None or not tree.is_last(self._rows):
            self._rows = tree.group(TABLE)
        if self._headed != self.paper.page:
            self._draw(self._head, GREY, self.wash, "TH")
            self._headed = self.paper.page
        self._draw(blocks, INK, False, "TD")

    def head_again(self) -> None:
        """Draw the head anew before the next row, on the same page too."""
        self._headed = 0

    def _draw(self, blocks: Sequence[Block], colour: Any, wash: bool, tag: str) -> None:
        canvas, pen, height = self.paper.canvas, self.paper.pen, _tall(blocks)
        top = self.paper.y
        if wash:
            frame(canvas, self.left, top - height, self.right - self.left, height, "f")
        pen.colour = colour
        rows = self._rows
        assert rows is not None
        if tag == "TH" and rows.kids:
            pen.begin_repeated()
            for block, (x, _wide) in zip(blocks, self.places, strict=True):
                block.draw(pen, x, top - 1.6)
            pen.end()
        else:
            tree, look = self.paper.volume.tree, TH if tag == "TH" else TD
            row = tree.group(TR, rows)
            for block, (x, _wide) in zip(blocks, self.places, strict=True):
                pen.begin(tag, tree.leaf(look, row))
                block.draw(pen, x, top - 1.6)
                pen.end()
        pen.colour = INK
        rule(canvas, self.left, top - height, self.right)
        self.paper.y = top - height


def _tall(blocks: Sequence[Block]) -> float:
    return max(block.height for block in blocks) + PAD


def as_pdf(content: bytes, name: str) -> HttpResponse:
    """A paper as the browser shows it, under the name that it is kept by.

    A single paper is drawn and sealed where it is asked for: two pages take some 12 ms of a processor, of which the seal is one
    (`bench papers`), less than to hand them to a worker and ask again. Many papers together are made by a worker (`eccs.batches`).
    """
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
