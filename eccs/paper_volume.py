"""The pages of one PDF, of one paper or of many bound together: their heads with the signed codes, "page x of y", the seal, the cache."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from io import BytesIO
from typing import Any

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from eccs import paper_tokens
from eccs.paper_fonts import fonts
from eccs.paper_head import FOOT_TOP, MARGIN, WIDTH, draw_head
from eccs.paper_parts import Told
from eccs.paper_text import GREY, Block, Pen
from eccs.signing import issuer, seal

REMEMBERED = 3600  # seconds that a finished PDF is kept for whoever prints the same again
LARGEST_REMEMBERED = 512 * 1024
_MOMENT = re.compile(r"\d\d/\d\d/\d{4} \d\d:\d\d IST")
_bound: ContextVar[Volume | None] = ContextVar("bound", default=None)


class Volume:
    """The pages of one PDF."""

    def __init__(self) -> None:
        fonts()
        self._file = BytesIO()
        lang = "hi-IN" if _in_hindi() else "en-IN"
        self.canvas = Canvas(self._file, pagesize=A4, invariant=True, pageCompression=1, lang=lang)
        self.kept: list[dict[str, Any]] = []
        self.told: list[Told] = []
        self._papers = 0
        self._pages: dict[int, list[int]] = {}  # of each paper

    @property
    def head_name(self) -> str:
        """The form that every page of the present paper shows at its top; it is drawn once it is known what the paper says."""
        return f"head{self._papers}"

    def begin_paper(self) -> None:
        """The next paper begins."""
        self._papers += 1
        self._pages[self._papers] = []

    def end_page(self) -> None:
        """Keep a page until it is known how many there are."""
        self._pages[self._papers].append(len(self.kept))
        self.kept.append(dict(self.canvas.__dict__))
        self.canvas._startPage()

    def end_paper(self, told: Told) -> None:
        """The paper is complete: this is what it says."""
        self.told.append(told)

    def pdf(self) -> bytes:
        """The PDF, sealed where the system has a certificate. Whoever prints the same again is given what was made before."""
        place = f"paper:{self._name()}"
        kept: bytes | None = cache.get(place)
        if kept is None:
            kept = seal.sealed(self._written())
            if len(kept) <= LARGEST_REMEMBERED:
                cache.set(place, kept, REMEMBERED)
        return kept

    def _name(self) -> str:
        """A hash over everything that the PDF is made from, but the moment of printing."""
        said = hashlib.sha256(f"{get_language()} {seal.is_set()}".encode() + issuer.key_id())
        for told in self.told:
            head = told.head
            words = (
                head.title,
                head.subtitle,
                head.number,
                head.place,
                head.token,
                head.address,
                _MOMENT.sub("", head.foot),
            )
            said.update("\x1f".join(words).encode() + told.digest)
        return said.hexdigest()

    def _written(self) -> bytes:
        canvas, codes = self.canvas, [code_of(told) for told in self.told]
        first = self.told[0].head
        canvas.setTitle(f"{first.title} {first.number}")
        canvas.setAuthor("ECCS")
        canvas.setSubject(first.title)
        canvas.setKeywords(codes[0] if len(codes) == 1 else "")
        for n, (told, code) in enumerate(zip(self.told, codes, strict=True), 1):
            canvas.beginForm(f"head{n}")
            draw_head(canvas, told.head, code, sealed=seal.is_set())
            canvas.endForm()
        for pages in self._pages.values():
            for n, at in enumerate(pages, 1):
                canvas.__dict__.update(self.kept[at])
                pen = Pen(canvas)
                pen.colour = GREY
                of = _("Page %(number)s of %(pages)s") % {"number": n, "pages": len(pages)}
                Block(of, WIDTH, 7, right=True).draw(pen, MARGIN, FOOT_TOP)
                pen.lift()
                canvas.showPage()
        canvas.save()
        return self._file.getvalue()


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


def bound_now() -> Volume | None:
    """The volume in which papers are being bound, if they are."""
    return _bound.get()


@contextmanager
def bound() -> Iterator[Volume]:
    """All papers that are drawn meanwhile come into one volume, each with its own head, code and page numbers."""
    volume = Volume()
    before = _bound.set(volume)
    try:
        yield volume
    finally:
        _bound.reset(before)


def told_by(draw: Callable[[], Any]) -> Told | None:
    """What a paper says when it is drawn now, without making a PDF of it."""
    with bound() as volume:
        draw()
    return volume.told[0] if volume.told else None
