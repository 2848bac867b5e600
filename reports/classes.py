"""The classes into which times are counted, the same for every day, station and courier, so that what is counted apart can be added.

A percentile is read from the added classes: it lies within its class, at most half as long again from its lower bound.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping

HOUR, DAY = 3600, 86_400


def _doubling(upto: int) -> tuple[int, ...]:
    """Two bounds for each doubling: 1, 2, 3, 4, 6, 8, 12 … seconds."""
    found, bound = [1], 2
    while bound <= upto:
        found += [bound, bound * 3 // 2]
        bound *= 2
    return tuple(found)


BOUNDS = _doubling(120 * DAY)
"""The lower bounds of the classes of dwell in seconds; the class before the first holds what took less than a second."""

AGES = (HOUR, 4 * HOUR, 8 * HOUR, DAY, 2 * DAY, 7 * DAY, 30 * DAY)
"""The bounds of the classes of age of what waits: under an hour, under four, eight, a day, two, a week, thirty days, and older."""


def place_of(seconds: int) -> int:
    """The class of a time, as the database finds it with width_bucket."""
    return bisect_right(BOUNDS, seconds)


def percentile(counts: Mapping[int, int], percent: int) -> int | None:
    """The time in seconds that so many percent of the counted did not exceed, in proportion within its class; nothing where there is none."""
    total = sum(counts.values())
    if not total:
        return None
    wanted, before = total * percent, 0
    for place in sorted(counts):
        here = counts[place]
        if here and (before + here) * 100 >= wanted:
            low = BOUNDS[place - 1] if place else 0
            high = BOUNDS[place] if place < len(BOUNDS) else low
            return low + (high - low) * (wanted - before * 100) // (here * 100)
        before += here
    return None
