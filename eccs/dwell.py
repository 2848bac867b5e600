"""The clock of a desk: it runs from when a document came there, and stands still while the firm owes an answer.

`stage_since` is where the clock runs from. A document that comes back to the desk that asked, straight from the firm, goes
on where its clock stood: the queue's order and every count of what is late follow, with no column beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.models import F

if TYPE_CHECKING:
    from eccs.workflow import Document

TRADE, SYSTEM = ("COURIER", "IMPORTER"), "SYSTEM"  # how the names of roles begin
Move = tuple[datetime, str, str]  # when, from which stage, to which


@cache
def waits_for_firm(model: type[Document], stage: str) -> bool:
    """Whether a stage awaits the firm and nobody else; what the system does there by itself does not count."""
    from eccs.workflow import holders

    roles = [role for role in holders(model, stage) if role != SYSTEM]
    return bool(roles) and all(role.startswith(TRADE) for role in roles)


def go_on(moved: Iterable[tuple[Any, str]], at: datetime) -> None:
    """Documents that come back from the firm to the desk that asked: their clock goes on. One query, or none."""
    found = [one for one in moved if one[0].trail_length > 1]
    if not found:
        return
    kind: type[Document] = type(found[0][0])
    back = {d.pk: (d, s) for d, s in found if waits_for_firm(kind, s) and not waits_for_firm(kind, d.stage)}
    if not back:
        return
    moves: dict[int, list[Move]] = {}
    lines: Any = kind.trail_model._default_manager
    lines = lines.filter(document__in=list(back)).exclude(from_stage=F("to_stage")).order_by("document_id", "-seq")
    for pk, when, source, target in lines.values_list("document_id", "at", "from_stage", "to_stage"):
        moves.setdefault(pk, []).append((when, source, target))
    for pk, (document, before) in back.items():
        document.stage_since = at - spent(kind, moves.get(pk, []), document.stage, before)


def spent(kind: type[Document], moves: Sequence[Move], stage: str, asked: str) -> timedelta:
    """The time that a document spent at a desk before the firm was asked; `moves` are the newest first.

    Several questions of one desk add up; what lies before another desk had it does not count. A stop while the firm was
    asked, after which it was still asked, is stepped over: it takes nothing from the time of the desk.
    """
    total, left = timedelta(), None
    for at, source, target in _without_detours(moves, stage, asked):
        if left is None:
            if (source, target) != (stage, asked):
                break
            left = at
        elif target != stage:
            break
        else:
            total, left, asked = total + (left - at), None, source
            if not waits_for_firm(kind, source):
                break
    return total


def _without_detours(moves: Sequence[Move], stage: str, asked: str) -> list[Move]:
    """The moves without those that led from the firm to another desk than the one that asked, and straight back to the firm."""
    kept, rest = list[Move](), list(moves)
    while rest:
        (_at, source, target), *older = rest
        if older and target == asked == older[0][1] and source == older[0][2] != stage:
            rest = older[1:]
            continue
        kept.append(rest[0])
        rest = older
    return kept
