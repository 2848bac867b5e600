"""The pages of one PDF, of one paper or of many bound together: their heads with the signed codes, "page x of y", the seal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from io import BytesIO
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from eccs import paper_file, paper_tokens
from eccs.paper_drawing import Drawing
from eccs.paper_fonts import SANS, fonts
from eccs.paper_head import FIGURES, FOOT_MARKS, FOOT_TOP, HEAD_MARKS, MARGIN, WIDTH, draw_foot, draw_head
from eccs.paper_parts import Head, Told
from eccs.paper_script import Script, Taker, Telling
from eccs.paper_text import GREY, Block, Pen
from eccs.paper_tree import END, FOOTER, HEADER, RULES, P, Tree, marked
from eccs.signing import issuer, seal

TOLD_EVERY = 50  # pages
_taker: ContextVar[Taker | None] = ContextVar("taker", default=None)


class Volume:
    """The pages of one PDF."""

    def __init__(self) -> None:
        fonts()
        self.canvas = Canvas(BytesIO(), pagesize=A4, invariant=True, pageCompression=1, initialFontName=SANS)
        self.tree = Tree()
        self.kept: list[dict[str, Any]] = []
        self.told: list[Told] = []
        self._papers = 0
        self._pages: dict[int, list[int]] = {}  # of each paper
        self.each_pages: Callable[[int], None] | None = None  # told now and then how many pages are drawn
        self._feet: list[list[int]] = []  # the marks of each

    def begin(self, head: Head) -> None:
        """The next paper begins. What stands at the head of its pages is drawn once it is known what it says."""
        self._papers += 1
        self._pages[self._papers] = []
        self.tree.begin_paper()
        self._drawing = Drawing(self)

    def put(self, part: str, *given: Any) -> None:
        """Draw the next part of it."""
        self._drawing.put(part, *given)

    def end(self, told: Told) -> None:
        """The paper is complete: this is what it says. Its last page has its foot to read."""
        self._drawing.end()
        self.told.append(told)
        self._feet.append([self.tree.leaf(P) for _mark in range(FOOT_MARKS)])

    def begin_page(self) -> None:
        """The next page begins. The first of a paper has its head, which is drawn once it is known what the paper says; the others repeat it."""
        self.tree.begin_page()
        if self._pages[self._papers]:
            self.canvas._code.append(HEADER)
            self.canvas.doForm(f"head{self._papers}")
            self.canvas._code.append(END)
        else:
            for tag in HEAD_MARKS:
                self.tree.leaf(f"/S/{tag}")
        self.canvas._code.append(RULES)

    def end_page(self) -> None:
        """Keep a page until it is known how many there are."""
        self._pages[self._papers].append(len(self.kept))
        self.kept.append(dict(self.canvas.__dict__))
        self.canvas._startPage()
        if self.each_pages and len(self.kept) % TOLD_EVERY == 0:
            self.each_pages(len(self.kept))

    def pdf(self) -> bytes:
        """The PDF, sealed where the system has a certificate."""
        return seal.sealed(self._written())

    def _written(self) -> bytes:
        canvas, codes = self.canvas, [code_of(told) for told in self.told]
        first = self.told[0].head
        canvas.setTitle(f"{first.title} {first.number}")
        canvas.setAuthor("ECCS")
        canvas.setCreator("ECCS")
        canvas.setSubject(first.title)
        canvas.setKeywords(codes[0] if len(codes) == 1 else "")
        for n, (told, code) in enumerate(zip(self.told, codes, strict=True), 1):
            self._put(n, told.head, code)
        for n in range(len(self.kept)):
            canvas.__dict__.update(self.kept[n])
            canvas.showPage()
        return paper_file.written(canvas, self.tree, language())

    def _put(self, paper: int, head: Head, code: str) -> None:
        """The head and the foot of the pages of one paper."""
        canvas, pages, sealed = self.canvas, self._pages[paper], seal.is_set()
        parts, rules, figures = draw_head(canvas, head, code)
        for mark, look in zip(FIGURES, figures, strict=True):
            self.tree.looks(pages[0], mark, look)
        tagged = " ".join([marked(tag, mark, part) for mark, (tag, part) in enumerate(zip(HEAD_MARKS, parts, strict=True))])  # fmt: skip
        self.kept[pages[0]]["_code"].insert(0, f"{RULES} {rules} {END} {tagged}")
        if len(pages) > 1:
            canvas.beginForm(f"head{paper}")
            canvas._code += [rules, *parts]
            canvas.endForm()
        feet, line = draw_foot(canvas, head, coded=bool(code), sealed=sealed)
        for n, at in enumerate(pages, 1):
            pen = Pen(canvas)
            pen.colour = GREY
            of = _("Page %(number)s of %(pages)s") % {"number": n, "pages": len(pages)}
            Block(of, WIDTH, 7, right=True).draw(pen, MARGIN, FOOT_TOP)
            here = [FOOTER, line, pen.content(), END]
            if n == len(pages):
                here += [marked("P", mark, foot) for mark, foot in zip(self._feet[paper - 1], feet, strict=True)]
            else:
                here[1:1] = feet
            self.kept[at]["_code"] += here


def code_of(told: Told) -> str:
    """The address with the signed code of a paper; nothing where the system has no key."""
    key = issuer.key_id()
    if not key:
        return ""
    head = told.head
    token = paper_tokens.Token(
        kind=head.kind, number=plain(head.number), digest=told.digest, at=timezone.now(), key=key, hindi=_in_hindi(),
        sealed=seal.is_set(),
    )  # fmt: skip
    return paper_tokens.address(paper_tokens.write(token))


def plain(number: str) -> str:
    """A number as a code can hold it."""
    return (
        "".join(sign for sign in number if sign.isascii() and sign.isprintable())[: paper_tokens.LONGEST_NUMBER] or "-"
    )


def _in_hindi() -> bool:
    return get_language() == "hi"


def language() -> str:
    """The language of the papers that are drawn now, as a PDF names it."""
    return "hi-IN" if _in_hindi() else "en-IN"


def drawn(script: Script) -> bytes:
    """What was written, as a PDF."""
    volume = Volume()
    script.play(volume)
    return volume.pdf()


def taken_now() -> Taker | None:
    """Who takes what papers say while they are written, where somebody does."""
    return _taker.get()


@contextmanager
def _taken_by(taker: Taker) -> Iterator[None]:
    before = _taker.set(taker)
    try:
        yield
    finally:
        _taker.reset(before)


@contextmanager
def bound() -> Iterator[Volume]:
    """All papers that are written meanwhile are drawn into one volume, each with its own head, code and page numbers."""
    volume = Volume()
    with _taken_by(volume):
        yield volume


def told_by(draw: Callable[[], Any]) -> Told | None:
    """What a paper says when it is written now, without drawing it."""
    telling = Telling()
    with _taken_by(telling):
        draw()
    return telling.told[0] if telling.told else None
