"""Activities: what a person can be allowed to do, derived from the declared steps and pages (PN17 3.0).

There is no second list. A step is an activity; where its stages are different desks, each stage is one of its own; a
page that belongs to roles is one. A standard role is the set of activities declared for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from eccs import pages

if TYPE_CHECKING:
    from eccs.workflow import Step


@dataclass(frozen=True)
class Activity:
    """One thing a role may hold: a step of a kind of document, or a page."""

    code: str
    label: Any
    of: Any  # the kind of document, in words; nothing for a page
    at: Any  # the stage, where the step is another activity at another stage
    roles: tuple[str, ...]
    para: str = ""


@cache
def activities() -> dict[str, Activity]:
    """Every activity there is, by its code, in the order of declaration."""
    return {one.code: one for one in (*_steps(), *_pages())}


def _steps() -> Iterator[Activity]:
    for listing in pages.listings():
        labels = listing.model.stage_labels()
        for step in listing.model.steps().values():
            for stage in step.desks or ("",):
                yield Activity(
                    step.activity_at(stage),
                    step.label,
                    listing.label,
                    labels.get(stage, ""),
                    step.roles_at(stage),
                    step.para,
                )


def _pages() -> Iterator[Activity]:
    for page in pages.declared():
        yield Activity(page.activity, page.label, "", "", page.roles)


@cache
def of_role(role: str) -> frozenset[str]:
    """The activities of a standard role: those declared for it."""
    return frozenset(code for code, one in activities().items() if role in one.roles)


def conflicts(held: Collection[str]) -> list[tuple[Step, Step]]:
    """The pairs of steps that one person may hold but never take on the same document: maker and checker."""
    return [
        (steps[other], step)
        for steps in (listing.model.steps() for listing in pages.listings())
        for step in steps.values()
        for other in step.apart_from
        if not set(step.activities).isdisjoint(held) and not set(steps[other].activities).isdisjoint(held)
    ]
