"""The code's declarations beside the model's table: every difference in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from eccs.workflow import Step
from tests.model.machine import Line, Move


def declared(steps: Mapping[str, Step]) -> set[Line]:
    """The transition table that the code declares."""
    return {
        Line(step.name, str(source), str(target), frozenset(map(str, step.roles_at(source))))
        for step in steps.values()
        for source in step.sources
        for target in step.targets or (source,)
    }


def differences(moves: Iterable[Move], steps: Mapping[str, Step]) -> list[str]:
    """What the code declares and the sources do not order, and the other way round."""
    moves = [move for move in moves if not move.is_event]
    ordered, stands = {line for move in moves for line in move.lines()}, declared(steps)
    told = [f"The code lacks {line}." for line in ordered - stands]
    told += [f"No source orders {line}." for line in stands - ordered]
    return sorted(told) + list(_conditions(moves, steps))


def _conditions(moves: Iterable[Move], steps: Mapping[str, Step]) -> Iterator[str]:
    for move in moves:
        if move.name not in steps:
            continue
        step = steps[move.name]
        guards = {guard.__name__ for guard in step.guards}
        yield from (
            f"{move.name} lacks the condition {name} ({move.cites})." for name in sorted({*move.needs} - guards)
        )
        yield from (f"No source orders the condition {name} of {move.name}." for name in sorted(guards - {*move.needs}))
        for name in sorted({*move.apart} ^ {*step.apart_from}):
            yield f"{move.name} and {name} are kept apart in one of the two only ({move.cites})."
