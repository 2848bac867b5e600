"""The drawing of papers: parts are measured, wrapped and placed from top to bottom, and what does not fit goes to the next page.

Nothing is ever cut: a word that is too long is broken, a figure that is too wide is set smaller. Devanagari is shaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from eccs.paper_fonts import BOLD, SANS
from eccs.paper_head import FOOT, HEAD, MARGIN, WIDTH
from eccs.paper_parts import Column, Field
from eccs.paper_text import GREY, INK, LINE, PAGE_HEIGHT, WASH, Block, Pen, frame, rule
from eccs.paper_tree import BODY, END, H2, ITEM, LABEL, LIST, TABLE, TD, TH, TR, Group, P

if TYPE_CHECKING:
    from eccs.paper_volume import Volume

INDENT = 14.0  # of the sentences of a list, for their numbers
PAD = 4.0  # points between a rule and the text beside it
PARTS = frozenset({"boxes", "head_again", "items", "room", "row", "space", "table", "text", "title"})


class Drawing:
    """One paper on the pages of a volume; each part that a paper can have is a method."""

    def __init__(self, volume: Volume) -> None:
        self.volume, self.canvas = volume, volume.canvas
        self.tables: list[Table] = []
        self._begin_page()

    def put(self, part: str, *given: Any) -> None:
        """Draw the next part. Raises ValueError where no paper has such a part."""
        if part not in PARTS:
            raise ValueError(f"no paper has a part {part!r}")
        getattr(self, part)(*given)

    def end(self) -> None:
        """The last page is full."""
        self._end_page()

    @property
    def page(self) -> int:
        """The number of the page being drawn."""
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

    def title(self, words: str, keep: float) -> None:
        """A heading that stays with at least `keep` points of what follows."""
        block = Block(words, WIDTH, 9, BOLD)
        self.room(block.height + 8 + keep)
        self._mark("H2", H2)
        block.draw(self.pen, MARGIN, self.y - 5)
        self.pen.end()
        self.y -= block.height + 8

    def text(self, words: str, size: float) -> None:
        """A paragraph across the page."""
        block = Block(words, WIDTH, size)
        self.room(block.height)
        self._mark("P", P)
        block.draw(self.pen, MARGIN, self.y)
        self.pen.end()
        self.y -= block.height + 3

    def items(self, sentences: Sequence[str], size: float) -> None:
        """Sentences one below another, counted: a list also for whoever hears it."""
        tree, whole = self.volume.tree, None
        for number, words in enumerate(sentences, 1):
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

    def boxes(self, fields: Sequence[Field]) -> None:
        """A row of labelled values in boxes."""
        quarter = WIDTH / 4
        cells = [
            (
                Block(label, quarters * quarter - 2 * PAD, 6.5),
                Block(value or "-", quarters * quarter - 2 * PAD, 8.2, BOLD if strong else SANS),
                quarters * quarter,
            )
            for label, value, quarters, strong in fields
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

    def table(self, columns: Sequence[Column], inset: float, wash: bool) -> None:
        """A table begins; it is drawn with its first row."""
        self.tables.append(Table(self, columns, inset, wash))

    def row(self, table: int, cells: Sequence[str], strong: bool, keep: float) -> None:
        """One row of one of the tables."""
        self.tables[table].row(cells, strong, keep)

    def head_again(self, table: int) -> None:
        """The head of a table is drawn anew before its next row."""
        self.tables[table].headed = 0


class Table:
    """Rows under a head that is repeated on every page that they reach."""

    def __init__(self, paper: Drawing, columns: Sequence[Column], inset: float, wash: bool) -> None:
        self.paper, self.columns, self.wash = paper, columns, wash
        self.left = MARGIN + inset * WIDTH
        self.places: list[tuple[float, float]] = []
        x = self.left
        for column in columns:
            self.places.append((x + PAD, column.share * WIDTH - 2 * PAD))
            x += column.share * WIDTH
        self.right = x
        self.headed = 0  # the page that has the head
        self._rows: Group | None = None  # where its rows stand in the structure
        self._head = self._blocks([column.label for column in columns], 7, BOLD)

    def _blocks(self, cells: Sequence[str], size: float, font: str) -> list[Block]:
        return [
            Block(cell, wide, size, font, column.right)
            for cell, column, (_x, wide) in zip(cells, self.columns, self.places, strict=True)
        ]

    def row(self, cells: Sequence[str], strong: bool, keep: float) -> None:
        """One row, kept on a page with `keep` points of what follows it."""
        blocks = self._blocks(cells, 8, BOLD if strong else SANS)
        head = _tall(self._head) if self.headed != self.paper.page else 0
        self.paper.room(_tall(blocks) + head + keep)
        tree = self.paper.volume.tree
        if self._rows is None or not tree.is_last(self._rows):
            self._rows = tree.group(TABLE)
        if self.headed != self.paper.page:
            self._draw(self._head, GREY, self.wash, "TH")
            self.headed = self.paper.page
        self._draw(blocks, INK, False, "TD")

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
