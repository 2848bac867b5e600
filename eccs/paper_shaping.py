"""Devanagari on paper: its letters join, change places and stand above one another, as HarfBuzz shapes them; what is read back is the text as it was written."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from reportlab.pdfbase.ttfonts import shapeStr

from eccs.paper_fonts import BOLD, DEVANAGARI, DEVANAGARI_BOLD, fonts, wide
from eccs.paper_tree import hexed

SHAPED = re.compile("[\u0900-\u097f]")
_RUNS = re.compile("[\u0900-\u097f\u200c\u200d\u25cc]+(?: +[\u0900-\u097f\u200c\u200d\u25cc]+)*")
_VIRAMA, _JOINER = "\u094d", "\u200d"


@dataclass(frozen=True)
class Run:
    """A stretch of a line in one font: its letters as they are drawn, and how wide it is, in thousandths of its size."""

    font: str
    text: str
    wide: float
    pieces: tuple[tuple[str, float, float], ...] = ()  # letters, how far back after them, how high they stand
    said: str = ""  # what it says, for whoever reads the text back


@lru_cache(maxsize=4096)
def runs(line: str, font: str) -> tuple[Run, ...]:
    """A line in stretches, those in Devanagari shaped."""
    found, at = [], 0
    for one in _RUNS.finditer(line):
        if one.start() > at:
            found.append(_plain(line[at : one.start()], font))
        found.append(_shaped(one[0], DEVANAGARI_BOLD if font == BOLD else DEVANAGARI))
        at = one.end()
    if at < len(line):
        found.append(_plain(line[at:], font))
    return tuple(found)


def _plain(text: str, font: str) -> Run:
    return Run(font, text, wide(text, font, 1000))


@lru_cache(maxsize=8192)
def _shaped(text: str, font: str) -> Run:
    fonts()
    pieces: list[tuple[str, float, float]] = []
    glyphs = shapeStr(text, font, 1000, force=True)
    across, letters = 0.0, ""
    for letter, data in zip(str(glyphs), glyphs.__shapeData__, strict=True):
        if data.x_offset or data.y_offset:
            if letters or data.x_offset:
                pieces.append((letters, -data.x_offset, 0))
            pieces.append((letter, data.width - data.x_advance + data.x_offset, data.y_offset))
            letters = ""
        else:
            letters += letter
            if data.width != data.x_advance:
                pieces.append((letters, data.width - data.x_advance, 0))
                letters = ""
        across += data.x_advance
    if letters:
        pieces.append((letters, 0, 0))
    said = f"/Span<</Lang(hi-IN)/ActualText{hexed(text)}>>BDC"
    return Run(font, text, across, tuple(pieces), said)


def wide_shaped(text: str, font: str, size: float) -> float:
    """How wide a line is that has Devanagari in it, in points."""
    return sum(run.wide for run in runs(text, font)) * size / 1000


@lru_cache(maxsize=8192)
def wrapped_shaped(text: str, font: str, size: float, width: float) -> tuple[str, ...]:
    """The lines of a text with Devanagari in it, in a width, in points. A word is broken between syllables, nothing is left out."""
    lines: list[str] = []
    for part in text.split("\n"):
        line = ""
        for word in part.split(" "):
            longer = f"{line} {word}" if line else word
            if wide_shaped(longer, font, size) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            broken = _broken(word, font, size, width)
            lines += broken[:-1]
            line = broken[-1]
        lines.append(line)
    return tuple(lines)


def _broken(word: str, font: str, size: float, width: float) -> list[str]:
    """A word that is too long for a line, in parts that are not; a syllable stays whole."""
    parts = [""]
    for syllable in _syllables(word):
        if parts[-1] and wide_shaped(parts[-1] + syllable, font, size) > width:
            parts.append("")
        parts[-1] += syllable
    return parts


def _syllables(word: str) -> list[str]:
    found: list[str] = []
    for letter in word:
        joined = found and (
            unicodedata.category(letter).startswith("M") or letter == _JOINER or found[-1][-1] in (_VIRAMA, _JOINER)
        )
        if joined:
            found[-1] += letter
        else:
            found.append(letter)
    return found
