"""What stands on papers, from top to bottom, before anybody draws it: it can be compared, sent to a worker, and drawn anywhere."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import astuple, replace
from typing import Any, ClassVar, Protocol

from eccs.paper_parts import Column, Field, Head, Told

_MOMENT = re.compile(r"\d\d/\d\d/\d{4} \d\d:\d\d IST")


class Taker(Protocol):
    """Whoever takes what a paper says while it is being written: to note it, or to draw it at once."""

    def begin(self, head: Head) -> None:
        """The next paper begins."""

    def put(self, part: str, *given: Any) -> None:
        """One part of it: what it is, and what it says."""

    def end(self, told: Told) -> None:
        """The paper is complete."""


class Telling:
    """Only what papers say is wanted, in one hash each: nothing is noted or drawn."""

    def __init__(self) -> None:
        self.told: list[Told] = []

    def begin(self, head: Head) -> None:
        """The next paper begins."""

    def put(self, part: str, *given: Any) -> None:
        """Its words count in the hash alone."""

    def end(self, told: Told) -> None:
        """The paper is complete."""
        self.told.append(told)


class Script:
    """The papers of one PDF, part by part."""

    kind: ClassVar[str] = "papers"

    def __init__(self) -> None:
        self.papers: list[tuple[Told, list[tuple[Any, ...]]]] = []
        self._parts: list[tuple[Any, ...]] = []

    def begin(self, head: Head) -> None:
        """The next paper begins."""
        self._parts = []

    def put(self, part: str, *given: Any) -> None:
        """Note one part."""
        self._parts.append((part, *given))

    def end(self, told: Told) -> None:
        """The paper is complete."""
        self.papers.append((told, self._parts))

    def play(self, taker: Taker) -> None:
        """Tell it all to whoever draws it."""
        for told, parts in self.papers:
            taker.begin(told.head)
            for part, *given in parts:
                taker.put(part, *given)
            taker.end(told)

    def name(self) -> str:
        """A hash over everything that stands on the papers, but the moment of printing."""
        timeless = [
            (replace(told, head=replace(told.head, foot=_MOMENT.sub("", told.head.foot))), parts)
            for told, parts in self.papers
        ]
        return hashlib.sha256(_as_text(timeless).encode()).hexdigest()

    def written(self) -> str:
        """The papers as a text that can be sent."""
        return _as_text(self.papers)

    @classmethod
    def read(cls, text: str) -> Script:
        """The papers that were sent."""
        script = cls()
        for head, digest, parts in json.loads(text):
            told = Told(Head(*head), bytes.fromhex(digest), ())
            script.papers.append((told, [_part(*part) for part in parts]))
        return script


def _as_text(papers: list[tuple[Told, list[tuple[Any, ...]]]]) -> str:
    plain = [(astuple(told.head), told.digest.hex(), parts) for told, parts in papers]
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"), default=str)


def _part(part: str, *given: Any) -> tuple[Any, ...]:
    if part == "boxes":
        return part, [Field(*one) for one in given[0]]
    if part == "table":
        return part, [Column(*one) for one in given[0]], *given[1:]
    return part, *given
