"""Reads the structure of a PDF back: its elements in the order of reading, its marks, and what is drawn outside of any."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader

_TOKENS = re.compile(
    rb"\((?:\\.|[^\\()])*\)|<<|>>|<[0-9A-Fa-f\s]*>|\[|\]|/[^\s<>()\[\]/]+|[-+.0-9]+|[A-Za-z'\"*]+[0-9]?\*?", re.DOTALL
)
DRAWS = frozenset("Tj TJ ' \" S s f F f* B B* b b* Do sh BI".split())


@dataclass
class Element:
    """One element of the structure."""

    role: str
    said: Any  # its dictionary
    kids: list[Element] = field(default_factory=list)
    page: int = -1
    mark: int = -1

    def walk(self) -> Iterator[Element]:
        """It and all below it, in the order of reading."""
        yield self
        for kid in self.kids:
            yield from kid.walk()

    def of(self, role: str) -> list[Element]:
        """All below it of one kind."""
        return [one for one in self.walk() if one.role == role]


@dataclass
class Page:
    """What is drawn on a page."""

    marks: list[int] = field(default_factory=list)  # in the order in which they are drawn
    bases: dict[int, float] = field(default_factory=dict)  # how high the first line of each stands
    outside: list[str] = field(default_factory=list)  # what is drawn between no marks
    artifacts: int = 0


class Told:
    """A PDF as whoever cannot see it is told of it."""

    def __init__(self, pdf: bytes) -> None:
        reader = PdfFileReader(BytesIO(pdf), strict=True)
        self.root: Any = reader.root
        self.info: Any = reader.trailer["/Info"]
        self._sheets = list(_leaves(self.root["/Pages"]))
        self._numbers = {sheet.container_ref.idnum: n for n, sheet in enumerate(self._sheets)}
        tree = self.root["/StructTreeRoot"]
        self.whole = self._element(tree["/K"][0])
        self.pages = [_drawn(sheet["/Contents"].data) for sheet in self._sheets]
        nums = tree["/ParentTree"]["/Nums"]
        self.parents = {nums[n]: nums[n + 1] for n in range(0, len(nums), 2)}

    @property
    def sheets(self) -> list[Any]:
        """The dictionaries of the pages."""
        return self._sheets

    def number(self, page: Any) -> int:
        """The place of a page."""
        return self._numbers[page.container_ref.idnum]

    def _element(self, said: Any) -> Element:
        found = Element(said["/S"][1:], said)
        kids = said["/K"]
        if isinstance(kids, int):
            found.page, found.mark = self.number(said["/Pg"]), int(kids)
        else:
            found.kids = [self._element(kids[n]) for n in range(len(kids))]
            assert all(kid.said.raw_get("/P").idnum == said.container_ref.idnum for kid in found.kids)
        return found


def _leaves(node: Any) -> Iterator[Any]:
    for kid in (node["/Kids"][n] for n in range(len(node["/Kids"]))):
        if kid["/Type"] == "/Pages":
            yield from _leaves(kid)
        else:
            yield kid


def _drawn(content: bytes) -> Page:
    page, open_, before = Page(), list[int | None](), list[str]()
    for token in _TOKENS.findall(content):
        words = token.decode("latin-1")
        if words in ("BDC", "BMC"):
            mark = int(before[before.index("/MCID") + 1]) if "/MCID" in before else None
            if mark is not None:
                page.marks.append(mark)
            elif "/Artifact" in before:
                page.artifacts += 1
            elif not open_:
                page.outside.append("a span")
            open_.append(mark)
        elif words == "EMC":
            open_.pop()
        elif words == "Tm" and open_ and (of := next((one for one in open_ if one is not None), None)) is not None:
            page.bases.setdefault(of, float(before[-1]))
        elif words in DRAWS and not open_:
            page.outside.append(words)
        before = [] if words[0] not in "/([<>])-+.0123456789" else [*before, words]
    assert not open_
    return page
