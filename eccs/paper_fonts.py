"""The fonts of papers. Most papers need the same letters, so what a PDF holds of a font is made once and remembered."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from reportlab import rl_config
from reportlab.pdfbase import pdfdoc, pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

SANS, BOLD, DEVANAGARI, DEVANAGARI_BOLD = "Sans", "Bold", "Devanagari", "DevanagariBold"
_FILES = {
    SANS: "NotoSans-Regular.ttf", BOLD: "NotoSans-Bold.ttf", DEVANAGARI: "NotoSansDevanagari-Regular.ttf",
    DEVANAGARI_BOLD: "NotoSansDevanagari-Bold.ttf",
}  # fmt: skip
_PACKED = ("fontFile:", "toUnicodeCMap:")  # the streams of a font in a PDF, as reportlab names them


class _Flate:
    """Compresses a stream as every PDF reader knows it; what was compressed before is not compressed again."""

    pdfname = "FlateDecode"
    encode = staticmethod(lru_cache(maxsize=128)(lambda content: zlib.compress(content if isinstance(content, bytes) else content.encode())))  # fmt: skip


class _Ready(pdfdoc.PDFObject):  # type: ignore[misc]
    """A part of a PDF that is written already."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def format(self, _document: Any) -> bytes:
        return self._content


class _Font(TTFont):  # type: ignore[misc]
    """A font, cut down to its letters, compressed and measured once for every set of letters."""

    def __init__(self, name: str, path: Path) -> None:
        super().__init__(name, path, shapable=True)
        face: Any = self.face
        face.makeSubset = _remembered(face.makeSubset)

    def addObjects(self, doc: Any) -> None:  # noqa: N802 the library's name
        """Put the font into a PDF."""
        super().addObjects(doc)
        for name, thing in doc.idToObject.items():
            if name.startswith(_PACKED):
                thing.filters = [_Flate]
        for font in doc.idToObject["BasicFonts"].dict.values():
            if isinstance(getattr(font, "Widths", None), pdfdoc.PDFArray):
                font.Widths = _written(tuple(font.Widths.sequence))


def _remembered(cut: Callable[[Sequence[int]], bytes]) -> Callable[[Sequence[int]], bytes]:
    found = lru_cache(maxsize=64)(cut)
    return lambda letters: found(tuple(letters))


@lru_cache(maxsize=128)
def _written(widths: tuple[float, ...]) -> _Ready:
    return _Ready(b"[ " + " ".join(f"{one:.6g}" for one in widths).encode() + b" ]")


@cache
def fonts() -> None:
    """Make the vendored fonts known, once in a process."""
    folder = settings.BASE_DIR / "static" / "vendor" / "fonts"
    for name, file in _FILES.items():
        pdfmetrics.registerFont(_Font(name, folder / file))
    rl_config.useA85 = 0


class _Widths(dict[str, float]):
    """How wide each letter of a font is, in thousandths of its size."""

    def __init__(self, font: str) -> None:
        self._face = pdfmetrics.getFont(font).face

    def __missing__(self, letter: str) -> float:
        self[letter] = found = float(self._face.getCharWidth(ord(letter)))
        return found


@cache
def _widths(font: str) -> _Widths:
    fonts()
    return _Widths(font)


def wide(text: str, font: str, size: float) -> float:
    """How wide a text is that needs no shaping, in points."""
    return sum(map(_widths(font).__getitem__, text)) * size / 1000
