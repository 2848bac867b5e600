"""Reads a PDF back as a person and a scanner would: its words, where they stand, its codes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

import pypdfium2
import zxingcpp

DPI = 203  # the coarsest printer a courier uses


@dataclass(frozen=True)
class Word:
    """A run of text and its place on the page, in points from the lower left."""

    page: int
    text: str
    left: float
    bottom: float
    right: float
    top: float


def pages(data: bytes) -> int:
    """How many pages the PDF has."""
    with closing(pypdfium2.PdfDocument(data)) as document:
        return len(document)


def words(data: bytes) -> Iterator[Word]:
    """Every run of text with its place."""
    with closing(pypdfium2.PdfDocument(data)) as document:
        for number in range(len(document)):
            with closing(document[number]) as page, closing(page.get_textpage()) as text:
                for n in range(text.count_rects()):
                    left, bottom, right, top = text.get_rect(n)
                    yield Word(number + 1, text.get_text_bounded(left, bottom, right, top), left, bottom, right, top)


def text(data: bytes) -> str:
    """Everything that can be read, without the white between."""
    with closing(pypdfium2.PdfDocument(data)) as document:
        found = []
        for number in range(len(document)):
            with closing(document[number]) as page, closing(page.get_textpage()) as page_text:
                found.append(page_text.get_text_range())
    return squeezed("".join(found))


def squeezed(words_: str) -> str:
    """A text without white, hyphens at line ends included, as `text` gives it."""
    return "".join(c for c in words_ if not c.isspace() and c not in "\u00a0\ufffe\u0002")


def in_order(paper: str, order: Sequence[str]) -> None:
    """Each of these stands on the paper, as `text` gives it, behind the one before it."""
    at = 0
    for words_ in order:
        found = paper.find(squeezed(words_), at)
        assert found >= 0, f"{words_!r} is missing, or stands before what it follows"
        at = found


def codes(data: bytes, page: int = 0) -> dict[str, str]:
    """The bar codes and QR codes that a scanner finds on a page printed at 203 dpi: kind and content."""
    with closing(pypdfium2.PdfDocument(data)) as document, closing(document[page]) as sheet:
        bitmap = sheet.render(scale=DPI / 72, grayscale=True)
        picture = bitmap.to_pil()
        found = {code.format.name: code.text for code in zxingcpp.read_barcodes(picture)}
        bitmap.close()
    return found


def ink(data: bytes, page: int, box: tuple[float, float, float, float]) -> int:
    """How many dark points a part of the page has (left, bottom, right, top in points, at 72 dpi times two)."""
    with closing(pypdfium2.PdfDocument(data)) as document, closing(document[page]) as sheet:
        high = sheet.get_height()
        bitmap = sheet.render(scale=2, grayscale=True)
        left, bottom, right, top = box
        part = bitmap.to_pil().crop((int(left * 2), int((high - top) * 2), int(right * 2), int((high - bottom) * 2)))
        bitmap.close()
    return sum(part.histogram()[:128])
