"""The structure of a paper beside its drawing, for whoever hears or feels it instead of seeing it (ISO 32000-1, 14.7 and 14.8; ISO 14289-1).

Everything drawn stands between marks. A mark has a number on its page and belongs to one element, a heading, a paragraph, a cell or a
picture, which stand in the order of reading; what says nothing, rules and what is repeated on every page, is marked as an artifact.
"""

from __future__ import annotations

from collections.abc import Sequence

H1, H2, P, TABLE, TR, TD, ITEM, LABEL, BODY, PART, DOCUMENT = (
    f"/S/{name}" for name in "H1 H2 P Table TR TD LI Lbl LBody Part Document".split()
)
LIST = "/S/L/A<</O/List/ListNumbering/Decimal>>"
TH = "/S/TH/A<</O/Table/Scope/Column>>"
RULES, HEADER, FOOTER = (
    "/Artifact<</Type/Layout>>BDC",
    "/Artifact<</Type/Pagination/Attached[/Top]/Subtype/Header>>BDC",
    "/Artifact<</Type/Pagination/Attached[/Bottom]/Subtype/Footer>>BDC",
)
END = "EMC"


def hexed(text: str) -> str:
    """A text as a PDF holds it, whatever its letters."""
    return f"<FEFF{text.encode('utf-16-be', 'surrogatepass').hex()}>"


def figure(alt: str, box: Sequence[float]) -> str:
    """A picture: what stands for it where it is not seen, and where it is (left, bottom, right, top)."""
    place = " ".join(f"{one:.2f}" for one in box)
    return f"/S/Figure/Alt{hexed(alt)}/A<</O/Layout/Placement/Block/BBox[{place}]>>"


class Group:
    """An element that holds others."""

    __slots__ = ("above", "kids", "look", "number")

    def __init__(self, look: str, above: Group | None, number: int) -> None:
        self.look, self.above, self.number = look, above, number
        self.kids: list[int] = []


Leaf = tuple[str, Group, int, int]  # its look, what it stands in, its page, its mark there


class Tree:
    """The elements of one PDF in the order of reading, and to which of them each mark of each page belongs."""

    def __init__(self) -> None:
        self.elements: list[Group | Leaf] = []
        self.pages: list[list[int]] = []
        self.papers: list[Group] = []
        self.now: Group = self._paper()
        self.papers.clear()

    def _paper(self) -> Group:
        self.now = Group(DOCUMENT, None, len(self.elements))
        self.elements.append(self.now)
        self.papers.append(self.now)
        return self.now

    def begin_paper(self) -> None:
        """What follows belongs to the next paper."""
        if self.papers:
            self._paper()
        else:
            self.papers.append(self.now)

    def begin_page(self) -> None:
        """What follows stands on the next page."""
        self.pages.append([])

    def group(self, look: str, above: Group | None = None) -> Group:
        """A new element that holds others, the next one of the paper or of another element."""
        above = above or self.now
        found = Group(look, above, len(self.elements))
        self.elements.append(found)
        above.kids.append(found.number)
        return found

    def leaf(self, look: str, above: Group | None = None) -> int:
        """A new element for what is drawn next: the number of its mark on this page."""
        above = above or self.now
        marks, number = self.pages[-1], len(self.elements)
        mark = len(marks)
        self.elements.append((look, above, len(self.pages) - 1, mark))
        above.kids.append(number)
        marks.append(number)
        return mark

    def is_last(self, group: Group) -> bool:
        """Whether nothing of the paper comes after this element as yet."""
        return bool(self.now.kids) and self.now.kids[-1] == group.number

    def looks(self, page: int, mark: int, look: str) -> None:
        """Say what the element of a mark is, now that it is known."""
        number = self.pages[page][mark]
        found = self.elements[number]
        assert isinstance(found, tuple)
        self.elements[number] = (look, *found[1:])

    def written(self, first: int, pages: Sequence[int]) -> tuple[list[str], int]:
        """The elements as PDF objects numbered from `first`, then the tree over them; and the number of its root. `pages` are the numbers of the pages."""
        whole = self._whole()
        out = [_written(one, first, pages) for one in self.elements]
        arrays = first + len(out)
        out += [f"[{_references(marks, first)}]" for marks in self.pages]
        numbers = " ".join(f"{n} {arrays + n} 0 R" for n in range(len(self.pages)))
        out.append(f"<</Nums[{numbers}]>>")
        root = first + len(out)
        out.append(
            f"<</Type/StructTreeRoot/K[{first + whole.number} 0 R]/ParentTree {root - 1} 0 R/ParentTreeNextKey {len(self.pages)}>>"
        )
        out[whole.number] = _held(whole, root, first)
        return out, root

    def _whole(self) -> Group:
        """The element above all: the paper, or all the papers that are bound together."""
        if len(self.papers) == 1:
            return self.papers[0]
        whole = Group(DOCUMENT, None, len(self.elements))
        self.elements.append(whole)
        for paper in self.papers:
            paper.look, paper.above = PART, whole
            whole.kids.append(paper.number)
        return whole


def _references(numbers: Sequence[int], first: int) -> str:
    return " ".join([f"{first + one} 0 R" for one in numbers])


def _held(group: Group, above: int, first: int) -> str:
    return f"<<{group.look}/P {above} 0 R/K[{_references(group.kids, first)}]>>"


def _written(one: Group | Leaf, first: int, pages: Sequence[int]) -> str:
    if isinstance(one, tuple):
        look, above, page, mark = one
        return f"<<{look}/P {first + above.number} 0 R/Pg {pages[page]} 0 R/K {mark}>>"
    return _held(one, first + one.above.number if one.above else 0, first)


def marked(tag: str, mark: int, content: str) -> str:
    """What is drawn, between its marks."""
    return f"/{tag}<</MCID {mark}>>BDC {content} EMC"
