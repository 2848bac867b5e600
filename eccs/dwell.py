"""The clock of a desk: it runs from when a document came there, and stands still while the firm owes an answer.

`stage_since` is where the clock runs from. A document that was taken from a desk by a question, a detention or a stop and
comes straight back goes on where its clock stood: the queue's order and every count of what is late follow, with no column
beside it. So does one that stayed at its desk while the firm alone could do something: the step that ends this wait is named
in `clock_steps` of its kind, with the stage whose clock stood still, and tells in the trail `since` when it did.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import F, Q

if TYPE_CHECKING:
    from eccs.trail import Entry
    from eccs.workflow import Document

TRADE, SYSTEM = ("COURIER", "IMPORTER"), "SYSTEM"  # how the names of roles begin
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)  # a wait that tells no beginning: from when the document came there


class Line(NamedTuple):
    """A line of a trail, as the clock reads it."""

    at: datetime
    source: str
    target: str
    step: str = ""
    since: str | None = None


@cache
def waits_for_firm(model: type[Document], stage: str) -> bool:
    """Whether a stage awaits the firm and nobody else; what the system does there by itself does not count."""
    from eccs.workflow import holders

    roles = [role for role in holders(model, stage) if role != SYSTEM]
    return bool(roles) and all(role.startswith(TRADE) for role in roles)


def interrupts(model: type[Document], stage: str) -> bool:
    """Whether a stage only takes a document from its desk for a while: it awaits the firm, or ends where it began."""
    return stage in getattr(model, "interruptions", ()) or waits_for_firm(model, stage)


def clock_steps(model: type[Document]) -> dict[str, str]:
    """By step that ends a wait for the firm, the stage whose clock stood still meanwhile."""
    return getattr(model, "clock_steps", {})


def go_on(entries: Iterable[Entry], at: datetime) -> set[str]:
    """The clocks of documents that come back to their desk, or for which a wait ends there, go on where they stood.

    `entries` are the lines about to be written. One query, or none; returned is which columns are others now.
    """
    back = {e.document.pk: e for e in entries if _goes_on(e)}
    if not back:
        return set()
    kind = type(next(iter(back.values())).document)
    told: dict[int, list[Line]] = {}
    rows: Any = kind.trail_model._default_manager
    wanted = ~Q(from_stage=F("to_stage")) | Q(step__in=list(clock_steps(kind)))
    rows = rows.filter(wanted, document__in=list(back)).order_by("document_id", "-seq")
    for pk, *line in rows.values_list("document_id", "at", "from_stage", "to_stage", "step", "answers__since"):
        told.setdefault(pk, []).append(Line(*line))
    for pk, entry in back.items():
        now = Line(at, entry.from_stage, entry.to_stage, entry.step, entry.answers.get("since"))
        entry.document.stage_since = at - spent(kind, [now, *told.get(pk, [])], entry.to_stage)
    return {"stage_since"}


def _goes_on(entry: Entry) -> bool:
    """Whether a line brings a document back to a desk, or ends a wait of the desk where it is."""
    kind, stage = type(entry.document), entry.to_stage
    if entry.from_stage == stage:
        return clock_steps(kind).get(entry.step) == stage
    if entry.document.trail_length < 2:
        return False
    ranks = getattr(kind, "interruptions", ())
    if stage in ranks and ranks.index(stage) >= (ranks.index(entry.from_stage) if entry.from_stage in ranks else 0):
        return False  # a new question, detention or stop, not one that goes on
    return interrupts(kind, entry.from_stage) and not waits_for_firm(kind, stage)


def spent(kind: type[Document], lines: Sequence[Line], stage: str) -> timedelta:
    """The time that a document spent at the desk where it is now, at the moment of the newest line; `lines` are the newest first.

    Several visits add up as long as only questions, detentions and stops lie between them: what lies before another desk had
    it does not count, and nothing of what was spent at those. Waits for the firm that the trail tells of are left out.
    """
    still = [
        (datetime.fromisoformat(one.since) if one.since else ALWAYS, one.at)
        for one in lines
        if clock_steps(kind).get(one.step) == stage
    ]
    moves = [one for one in lines if one.source != one.target]
    left = lines[0].at if lines and lines[0].source == lines[0].target == stage else None
    total = timedelta()
    for at, source, target, *_rest in moves:
        if left is not None:  # it was at the desk until then: this is how it came there
            if target != stage:
                break
            total, left = total + running(at, left, still), None
            if not interrupts(kind, source):
                break
        elif source == stage:
            left = at
        elif not (interrupts(kind, source) and (target == stage or interrupts(kind, target))):
            break
    return total


def running(begin: datetime, end: datetime, still: Iterable[tuple[datetime, datetime]]) -> timedelta:
    """How long a clock ran between two moments, without the spans in which it stood still; these may overlap."""
    total, upto = timedelta(), begin
    for since, until in sorted(still):
        stood, again = max(since, upto), min(until, end)
        if stood < again:
            total, upto = total + (stood - upto), again
    return total + (end - upto)
