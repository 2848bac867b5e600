"""A model of a clearance, and its exploration breadth-first: plain Python that knows neither the code under test nor a database.

A move says what a step is: who takes it, from which desks, to which, what must hold, where the notice orders it, and what it
changes of the few facts that matter. The tables of moves (`imports`, `exports`) are written by hand from Public Notice 17/2017,
the circulars and the workflows; nothing in them is read from the code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Facts = Any  # what a model keeps of a bill: a NamedTuple with its stage
Effect = Callable[[Facts], Iterable[tuple[Facts, dict[str, Any]]]]  # what may become of it, each with what decided it
Roles = str | Mapping[str, str]  # `A B` or, where each desk has its own, a role for each stage


@dataclass(frozen=True)
class Move:
    """One step of the model; with no name in the notice (`·`) it is an event that no desk takes."""

    name: str
    by: Roles
    at: tuple[str, ...]
    to: tuple[str, ...]  # where it may lead; empty where the bill stays at its desk
    cites: str
    does: Effect
    needs: tuple[str, ...] = ()  # the conditions by name
    apart: tuple[str, ...] = ()  # whoever took one of these does not take this
    when: Callable[[Facts], bool] = field(default=lambda _facts: True)  # what it follows from, where no desk decides it

    def roles_at(self, stage: str) -> frozenset[str]:
        """Who takes it at a desk."""
        return frozenset((self.by if isinstance(self.by, str) else self.by[stage]).split())

    def lines(self) -> Iterator[Line]:
        """The rows of the transition table that this step fills."""
        for source in self.at:
            for target in self.to or (source,):
                yield Line(self.name, source, target, self.roles_at(source))

    @property
    def is_event(self) -> bool:
        """Whether it happens to the bill, without a step."""
        return self.name.startswith("·")


class Line(NamedTuple):
    """A row of a transition table."""

    step: str
    source: str
    target: str
    roles: frozenset[str]

    def __str__(self) -> str:
        return f"{self.step}: {self.source} → {self.target}, by {', '.join(sorted(self.roles))}"


Edge = tuple[int, Move, int, dict[str, Any]]  # from a state, by a move, to a state, and what decided it


@dataclass
class Explored:
    """Every state that can be reached, and every move between them."""

    states: list[Facts]
    edges: list[Edge]

    def reaching(self, ends: Iterable[int], moves: Callable[[Move], bool]) -> set[int]:
        """The states from which one of these can be reached by such moves."""
        back: dict[int, list[int]] = {}
        for before, move, after, _told in self.edges:
            if moves(move):
                back.setdefault(after, []).append(before)
        found = set(ends)
        waiting = list(found)
        while waiting:
            for before in back.get(waiting.pop(), ()):
                if before not in found:
                    found.add(before)
                    waiting.append(before)
        return found


Condition = Callable[[Facts], bool]
Conditions = Mapping[str, Condition]


def lacking(move: Move, facts: Facts, conditions: Conditions) -> list[str]:
    """The conditions of a step that do not hold; those about people and registers hold in the model."""
    return [name for name in move.needs if name in conditions and not conditions[name](facts)]


def explore(
    starts: Iterable[Facts], moves: Sequence[Move], conditions: Conditions, settled: Callable[[Facts], Facts]
) -> Explored:
    """Every state reachable from these, breadth-first. `settled` leaves out of a state what no longer matters."""
    known: dict[Facts, int] = {}
    for start in starts:
        known.setdefault(start, len(known))
    states, edges = list(known), list[Edge]()
    at: dict[str, list[tuple[Move, list[Condition]]]] = {}
    for move in moves:
        asked = [conditions[name] for name in move.needs if name in conditions]
        for stage in move.at:
            at.setdefault(stage, []).append((move, asked))
    for here, facts in enumerate(states):
        for move, asked in at.get(facts.stage, ()):
            if not move.when(facts) or not all(holds(facts) for holds in asked):
                continue
            for after, told in move.does(facts):
                if after is facts and not told:
                    continue  # nothing has changed
                there = known.setdefault(settled(after), len(states))
                if there == len(states):
                    states.append(settled(after))
                edges.append((here, move, there, told))
    return Explored(states, edges)
