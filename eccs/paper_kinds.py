"""How each kind of paper is drawn again from its number, so that a paper in hand can be held against what ECCS holds now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from eccs.paper_parts import Kind

Draw = Callable[[], bytes]
Finder = Callable[[str], Draw | None]
_finders: dict[int, list[Finder]] = defaultdict(list)


def present(kind: Kind) -> Callable[[Finder], Finder]:
    """Declare how a kind of paper is drawn now: the function is given its number, and answers nothing where it is not in force."""

    def noted(finder: Finder) -> Finder:
        _finders[kind].append(finder)
        return finder

    return noted


def is_known(kind: int) -> bool:
    """Whether such papers can be drawn again. Extracts cannot: they tell of a moment."""
    return kind in _finders


def again(kind: int, number: str) -> Draw | None:
    """What draws the paper as it would be issued now, or nothing where none is in force under this number."""
    return next((draw for find in _finders.get(kind, ()) if (draw := find(number))), None)
