"""What a page in Hindi still says in English: words that are neither data nor names, nor marked as English."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

from django.conf import settings

from eccs import pages, places
from tests.kept_rows import KeptRows

APART = re.compile(
    r"<(script|style|code|kbd|textarea|pre)\b.*?</\1>|<(\w+)\b[^>]*\blang=\"en\"[^>]*>.*?</\2>|<!--.*?-->", re.DOTALL
)  # fmt: skip
"""What is no words of the page: programs, codes, keys, what somebody types, and what says itself to be English."""
SHOWN = re.compile(r">([^<>]*[A-Za-z]{2}[^<>]*)<")
TOLD = re.compile(r"\b(?:placeholder|title|alt|aria-label|aria-description)=\"([^\"]*[A-Za-z]{2}[^\"]*)\"")
# Two English words or more, one after the other: an address, a user name, a file or a number is none
PROSE = re.compile(r"(?<![\w@./:-])[A-Za-z]?[a-z]+(?:['’-][a-z]+)*(?: [A-Za-z]?[a-z]+(?:['’-][a-z]+)*)+(?![\w@/-])")


class Judge:
    """Finds the English on pages in Hindi; each text is judged once in a process."""

    def __init__(self) -> None:
        self._fine: set[str] = set()
        self._doubtful: dict[str, str] = {}

    def read(self, html: str, address: str) -> None:
        """Keep what of a page may be English, with its address."""
        bare = APART.sub("", html)
        for text in {*SHOWN.findall(bare), *TOLD.findall(bare)}:
            if text not in self._fine and text not in self._doubtful:
                said = " ".join(unescape(text).split())
                if said in _catalogue() or PROSE.search(said):
                    self._doubtful[text] = address
                else:
                    self._fine.add(text)

    def english(self) -> list[str]:
        """What was read and is neither in the database as it stands now nor a name: each text with its address."""
        doubtful, self._doubtful = self._doubtful, {}
        if not doubtful:
            return []
        cells, known = _data()
        found = []
        for text, address in doubtful.items():
            said = " ".join(unescape(text).split())
            if said in cells or (said not in _catalogue() and all(one in known for one in PROSE.findall(said))):
                self._fine.add(text)
            else:
                found.append(f"{address}: {said}")
        return found


@cache
def _catalogues() -> list[tuple[str, str]]:
    """Every text with its Hindi."""
    found: list[tuple[str, str]] = []
    for folder in settings.LOCALE_PATHS:
        with (Path(folder) / "hi" / "LC_MESSAGES" / "django.mo").open("rb") as compiled:
            every: dict[Any, str] = gettext.GNUTranslations(compiled)._catalog  # type: ignore[attr-defined]
        for name, said in every.items():
            found.append(((name[0] if isinstance(name, tuple) else name).rpartition("\4")[2], said))
    return found


@cache
def _catalogue() -> frozenset[str]:
    """Every text that is another one in Hindi."""
    return frozenset(text for text, said in _catalogues() if text and text != said)


def _data() -> tuple[set[str], str]:
    """What stands in the database now, cell by cell and as a whole, with the names that are told as they are."""
    rows = [line for line in KeptRows.of_all_tables().lines() if line]
    return {cell for row in rows for cell in row.split("\t")}, "\n".join([*rows, *_names()])


def _names() -> Iterator[str]:
    """Names of countries, states and banks, the places of the law, and what the Hindi itself leaves in English."""
    yield from places.COUNTRY_NAMES.values()
    yield from places.STATE_CODES.values()
    yield settings.BANK_NAME
    for listing in pages.listings():
        yield from (step.para for step in listing.model.steps().values())
    yield from (said for text, said in _catalogues() if text)
