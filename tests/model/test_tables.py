"""The transition tables of the code are those of the sources, and no guard is missing: with any one taken away a test fails."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bills.models import CourierBillOfEntry
from eccs.workflow import Document
from exports.models import CourierShippingBill
from tests.every_step.declared import MODELS
from tests.model import exports_table, imports_table
from tests.model.against_code import differences
from tests.model.conditions import CONDITIONS_OF
from tests.model.machine import Move

TABLES: dict[type[Document], tuple[Move, ...]] = {
    CourierBillOfEntry: imports_table.MOVES,
    CourierShippingBill: exports_table.MOVES,
}
OTHERS = [model for model in MODELS if model not in TABLES]


def named(model: type[Document]) -> str:
    return model.__name__


@pytest.mark.parametrize("model", TABLES, ids=named)
def test_the_table_of_the_code_is_the_table_of_the_sources(model: type[Document]) -> None:
    told = differences(TABLES[model], model.steps())
    assert not told, "\n".join(told)


@pytest.mark.parametrize("model", TABLES, ids=named)
def test_a_guard_a_desk_or_a_way_less_is_told_in_words(model: type[Document]) -> None:
    steps = model.steps()
    for name, step in steps.items():
        for guard in step.guards:
            less = replace(step, guards=tuple(one for one in step.guards if one is not guard))
            [words] = differences(TABLES[model], steps | {name: less})
            assert f"{name} lacks the condition {guard.__name__}" in words
        for other in step.apart_from:
            less = replace(step, apart_from=tuple(one for one in step.apart_from if one != other))
            assert f"{name} and {other} are kept apart in one" in differences(TABLES[model], steps | {name: less})[0]
        less = replace(step, sources=step.sources[1:])
        assert any(
            f"The code lacks {name}: {step.sources[0]}" in words
            for words in differences(TABLES[model], steps | {name: less})
        )
        more = replace(step, roles=("AUDITOR",), desks={})
        assert any(f"No source orders {name}" in words for words in differences(TABLES[model], steps | {name: more}))


@pytest.mark.parametrize("model", OTHERS, ids=named)
def test_every_other_document_has_the_conditions_that_were_written_down(model: type[Document]) -> None:
    """Each name stands twice, here and in the code: a guard, or a step kept apart, that is taken away is missed."""
    stands = {
        name: " ".join((*(guard.__name__ for guard in step.guards), *(f"≠{other}" for other in step.apart_from)))
        for name, step in model.steps().items()
        if step.guards or step.apart_from
    }
    assert stands == CONDITIONS_OF.get(model.__name__, {})


def test_no_document_is_written_down_that_is_none() -> None:
    assert {*CONDITIONS_OF} <= {model.__name__ for model in OTHERS}
