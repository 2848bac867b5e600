"""Papers: an A4 page with head, bar code, QR code, boxes of labelled values, tables, and "page x of y".

Whoever makes a paper says what stands on it, from top to bottom. What was said is drawn as a PDF by a worker (`eccs.paper_making`),
or at once where many papers are bound together (`eccs.paper_volume`), or only counted in a hash where a paper is checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from hashlib import sha256

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from eccs import paper_making
from eccs.paper_fonts import DEVANAGARI
from eccs.paper_head import MARGIN
from eccs.paper_parts import Column, Field, Head, Kind, Told
from eccs.paper_script import Script, Taker
from eccs.paper_text import PAGE_HEIGHT, PAGE_WIDTH, Block, Pen, wrapped
from eccs.paper_tokens import DIGEST
from eccs.paper_volume import taken_now

__all__ = [
    "DEVANAGARI", "MARGIN", "PAGE_HEIGHT", "PAGE_WIDTH", "Block", "Column", "Field", "Head", "Kind", "Paper", "Pen", "Table", "as_pdf", "day",
    "footing", "moment", "wrapped",
]  # fmt: skip

MOST_FACTS = 8  # values that stand out, which whoever checks a paper compares


def day(value: date | None) -> str:
    """A date as papers write it, DD/MM/YYYY."""
    return f"{value:%d/%m/%Y}" if value else "-"


def moment(value: datetime | None) -> str:
    """A moment in India's time, DD/MM/YYYY HH:MM IST."""
    return f"{timezone.localtime(value):%d/%m/%Y %H:%M} IST" if value else "-"


def footing(by: str, number: str = "", trail: str = "") -> str:
    """The foot of a paper: its number, the moment of printing and who prints it, and the last seal of its trail in short."""
    told = _("printed %(at)s") % {"at": moment(timezone.now())}
    if by:
        told = _("%(printed)s by %(who)s") % {"printed": told, "who": by}
    return "   ".join(filter(None, (number, told, trail and f"trail {trail[:4]} {trail[4:8]} … {trail[-4:]}")))


class Paper:
    """One paper: things are put on it from top to bottom, pages begin by themselves, `close` gives the PDF."""

    def __init__(self, head: Head) -> None:
        taker = taken_now()
        self._script = None if taker else Script()
        self._taker: Taker = taker or self._script  # type: ignore[assignment] # one of the two is there
        self._begin(head)

    def _begin(self, head: Head) -> None:
        self.head = head
        self._said = sha256()
        self._facts: list[tuple[str, str]] = []
        self._tables = 0
        self._taker.begin(head)

    def begin(self, head: Head) -> None:
        """Begin the next of several papers in one PDF, on a page of its own."""
        self._end()
        self._begin(head)

    def _end(self) -> None:
        self._taker.end(Told(self.head, self._said.digest()[:DIGEST], tuple(self._facts[:MOST_FACTS])))

    def _say(self, *words: str) -> None:
        """What the paper says, for its code: values and sentences, not the labels beside them."""
        self._said.update("\x1f".join(words).encode("utf-8", "surrogatepass") + b"\x1e")

    def room(self, height: float) -> None:
        """Go to the next page where this one has less room than that, in points."""
        self._taker.put("room", height)

    def space(self, height: float) -> None:
        """Leave a gap, in points."""
        self._taker.put("space", height)

    def title(self, words: str, keep: float = 40) -> None:
        """A heading that stays with at least `keep` points of what follows."""
        self._taker.put("title", words, keep)

    def text(self, words: str, size: float = 8) -> None:
        """A paragraph across the page."""
        self._say(words)
        self._taker.put("text", words, size)

    def items(self, sentences: Iterable[str], size: float = 8) -> None:
        """Sentences one below another, counted: a list also for whoever hears it."""
        said = list(sentences)
        for words in said:
            self._say(words)
        self._taker.put("items", said, size)

    def boxes(self, rows: Iterable[Sequence[Field]]) -> None:
        """Rows of labelled values in boxes, four quarters to a row."""
        for fields in rows:
            self._say(*(field.value for field in fields))
            self._facts += [(field.label, field.value) for field in fields if field.strong and field.value]
            self._taker.put("boxes", list(fields))

    def table(self, columns: Sequence[Column], *, inset: float = 0.0, wash: bool = True) -> Table:
        """A table whose head is repeated on every page it reaches. `inset` is the share of the width left free."""
        self._taker.put("table", list(columns), inset, wash)
        self._tables += 1
        return Table(self, self._tables - 1)

    def close(self) -> bytes:
        """End the paper and return the PDF; where papers are bound together they come as one PDF at the end."""
        self._end()
        return paper_making.pdf(self._script) if self._script else b""


class Table:
    """Rows under a head, across pages."""

    def __init__(self, paper: Paper, number: int) -> None:
        self._paper, self._number = paper, number

    def row(self, cells: Sequence[str], *, strong: bool = False, keep: float = 0) -> None:
        """One row, kept on a page with `keep` points of what follows it."""
        self._paper._say(*cells)
        self._paper._taker.put("row", self._number, list(cells), strong, keep)

    def head_again(self) -> None:
        """Draw the head anew before the next row, on the same page too."""
        self._paper._taker.put("head_again", self._number)


def as_pdf(content: bytes, name: str) -> HttpResponse:
    """A paper as the browser shows it, under the name that it is kept by."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
