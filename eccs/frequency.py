"""How often somebody may ask within a minute: counted in the cache, the limit a dated rule."""

from __future__ import annotations

from time import time

from django.core.cache import cache
from django.utils import timezone

from eccs.dated_rules import rule_book

MINUTE = 60


def seconds_to_wait(who: str, rule: str) -> int:
    """Count a request of somebody within this minute; how long to wait where it was one too many, else nothing.

    Where the cache is away nothing is counted: it costs the limit, and no answer.
    """
    minute, second = divmod(int(time()), MINUTE)
    place = f"asked:{rule}:{who}:{minute}"
    if cache.add(place, 1, 2 * MINUTE):
        return 0
    try:
        asked = cache.incr(place)
    except ValueError:  # it was dropped in between
        return 0
    return MINUTE - second if asked > rule_book().count(rule, timezone.localdate()) else 0
