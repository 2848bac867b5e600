"""Trails read again from their beginnings: each line follows the one before, and where they lead is where the documents stand."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from eccs.trail import START, seal
from eccs.workflow import Document
from tests.walks.state import Row, State

Values = dict[str, Any]
Steps = dict[tuple[type[Document], int], list[str]]  # the steps that one act wrote into each trail


class Trails:
    """The trails of a walk; what their lines tell of the values is the matter of those that walk imports or exports."""

    def __init__(self, state: State) -> None:
        self._known: dict[tuple[type[Document], int], tuple[int, str, str]] = {
            (model, row["id"]): (row["trail_length"], row["trail_head"], row["stage"])
            for model, row in state.documents()
        }

    def go_on(self, state: State) -> Steps:
        """Read the lines written since, hold them against the documents, and tell which steps were taken on each."""
        steps: Steps = {}
        for model, row in state.documents():
            key = (model, row["id"])
            length, head, stage = self._known.get(key, (0, START, ""))
            if row["trail_length"] != length:
                rows: Any = model.trail_model
                for line in rows.objects.filter(document_id=row["id"], seq__gt=length).order_by("seq"):
                    length += 1
                    first = stage == "" and line.from_stage in ("", model.stage_order()[0])
                    assert line.seq == length, f"{row['number']}: line {line.seq} comes after {length - 1}"
                    assert first or line.from_stage == stage, f"{row['number']}: from {line.from_stage}, not {stage}"
                    assert line.previous == head and line.seal == seal(head, line.facts()), "the chain is broken"
                    head, stage = line.seal, line.to_stage
                    steps.setdefault(key, []).append(line.step)
                    self._retell(model, row, line, state)
            stage = stage or model.stage_order()[0]
            assert (row["trail_length"], row["trail_head"], row["stage"]) == (length, head, stage), (
                f"{row['number']} is at {row['stage']}, its trail leads to {stage}"
            )
            self._known[key] = (length, head, stage)
        self._compare(state)
        return steps

    def _retell(self, model: type[Document], row: Row, line: Any, state: State) -> None:
        """Put what a line tells on the values rebuilt so far."""

    def _compare(self, state: State) -> None:
        """Every value rebuilt from the trails is the value of its row."""


def alike(told: Any, kept: Any) -> bool:
    """Whether a value of the trail and one of a row are the same, however each is written."""
    if told is ... or told == kept:
        return True
    if told in (None, "") or kept in (None, ""):
        return told in (None, "") and kept in (None, "")
    if isinstance(told, datetime):
        return isinstance(kept, str) and datetime.fromisoformat(kept) == told
    if isinstance(kept, bool):
        return (told in (True, "Y")) == kept
    if isinstance(kept, int | float | Decimal):
        return Decimal(str(told)) == Decimal(str(kept))
    if isinstance(kept, dict) and isinstance(told, dict):
        return set(told) == set(kept) and all(alike(Decimal(told[n]), Decimal(kept[n])) for n in told)
    return str(told) == str(kept)


def same(values: Values, row: Row, what: str) -> None:
    """Hold what a trail tells against the row; what it leaves open is from now on as the row has it."""
    for name, value in values.items():
        assert alike(value, row[name]), f"the trail tells of {what} that {name} is {value!r}, it is {row[name]!r}"
        if value is ...:
            values[name] = row[name]
