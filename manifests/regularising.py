"""Goods that left before they were manifested: in downtime, on a numbered paper form that waits for their bill (PN17 15.0).

Whoever is not in force any more files nothing new; but what left on paper is manifested and declared all the same, by the
firm for which it left, for only so is the duty reckoned and the form regularised. The part that keeps the forms tells of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple


class LeftOnPaper(NamedTuple):
    """A shipment that left on a paper form: where, on which, and when."""

    station: str
    hawb: str
    paper: str
    at: datetime


_tellers: list[Callable[[int], Iterable[LeftOnPaper]]] = []


def tells_what_left(teller: Callable[[int], Iterable[LeftOnPaper]]) -> None:
    """Declare who knows what left on paper: a function of a courier's key."""
    _tellers.append(teller)


def left_on_paper(courier_id: int, station: str = "") -> dict[str, LeftOnPaper]:
    """By HAWB, what left for a courier on a paper form that waits for its bill, at one station or at all: one query."""
    found = (one for teller in _tellers for one in teller(courier_id))
    return {one.hawb: one for one in found if station in ("", one.station)}
