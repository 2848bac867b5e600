"""How often somebody may ask within a minute: one count for all web servers, kept by each alone while the cache is away."""

from __future__ import annotations

import logging
from collections import Counter
from time import time
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError
from django.utils import timezone

from eccs import audit
from eccs.dated_rules import rule_book

logger = logging.getLogger(__name__)

MINUTE = 60
MOST_TOLD = 20  # askers turned away in a minute by one rule that the audit log names, so that nobody fills it
MOST_HERE = 50_000  # askers that a process keeps apart by itself; all beyond them are counted as one

_here: dict[int, Counter[str]] = {}


def seconds_to_wait(who: str, rule: str) -> int:
    """Count a question of somebody; nought where it may be answered, or in how many seconds it may be asked again.

    How many are answered in a minute is the dated rule of this name. The first that is not stands in the audit log.
    """
    minute, second = divmod(int(time()), MINUTE)
    asked, most = _count(f"{rule}:{who}", minute), rule_book().count(rule, timezone.localdate())
    if asked == most + 1 and _count(f"told:{rule}", minute) <= MOST_TOLD:
        _tell(who, rule, most)
    return MINUTE - second if asked > most else 0


def _tell(who: str, rule: str, most: int) -> None:
    """A line of the audit log; public pages are answered also while none can be written."""
    try:
        audit.record("asked.too-often", about=rule, asker=who, a_minute=most)
    except DatabaseError as fault:
        logger.warning("%s asks more often than %s allows, which the audit log could not take: %s", who, rule, fault)


def forget() -> None:
    """Forget what this process has counted by itself."""
    _here.clear()


def _count(place: str, minute: int) -> int:
    """How many questions there were within the minute, this one among them."""
    counter: Any = cache
    return int(counter.count(f"asked:{place}:{minute}", 2 * MINUTE)) or _alone(place, minute)


def _alone(place: str, minute: int) -> int:
    """The same while the cache is away: so many more may be asked as there are processes, and no more than that."""
    if minute not in _here:
        _here.clear()
    counts = _here.setdefault(minute, Counter())
    if place not in counts and len(counts) >= MOST_HERE:
        place = ""
    counts[place] += 1
    return counts[place]
