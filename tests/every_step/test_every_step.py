"""Every step, from every stage, by every role: generated from the declarations. To declare a step is to test it."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.permissions import SYSTEM
from accounts.roles import Group, Role
from eccs import trail
from eccs.workflow import Document, Refused, TakenPastTheGate, take
from tests.every_step import declared as d
from tests.factories.firms import actor, at_desk, person

pytestmark = pytest.mark.django_db


def named(value: Any) -> str | None:
    return value.__name__ if isinstance(value, type) else None


def as_stored(one: Document) -> dict[str, Any]:
    """The row as the database has it, and how long its trail is."""
    rows: Any = type(one)._default_manager
    return {**rows.filter(pk=one.pk).values().get(), "lines": lines_of(one).count()}


def lines_of(one: Document) -> Any:
    """The document's trail."""
    kind: Any = one.trail_model
    return kind.objects.filter(document_id=one.pk)


def refusal(one: Document, name: str, by: Any, given: dict[str, Any]) -> list[str]:
    """The reasons of a refusal."""
    with pytest.raises(Refused) as refused:
        take(one, name, by, **given)
    assert refused.value.reasons
    assert all(refused.value.reasons)
    return refused.value.reasons


@pytest.mark.parametrize(("model", "stage"), d.every_stage(), ids=named)
def test_at_a_stage_no_step_of_another_stage_is_taken(model: type[Document], stage: str) -> None:
    others = [step for step in model.steps().values() if stage not in step.sources]
    one = d.at_stage(model, stage)
    before, somebody = as_stored(one), person("Uma Pillai")
    for step in others:
        role = d.right_role(step, stage)
        by = SYSTEM if role == Role.SYSTEM else at_desk(somebody, role)
        told = refusal(one, step.name, by, d.answers(model, step, one))
        if by.acts_as(step.activities[0], one):  # at the step's own desk the stage is the reason
            assert [str(step.label) in reason for reason in told] == [True], (step.name, told)
    assert as_stored(one) == before


@pytest.mark.parametrize(("model", "name", "stage"), d.every_source(), ids=named)
def test_a_step_is_taken_by_its_desk_and_by_nobody_else(model: type[Document], name: str, stage: str) -> None:
    step = model.steps()[name]
    one = d.ready(model, step, stage)
    given, before, somebody = d.answers(model, step, one), as_stored(one), person("Uma Pillai")
    for role in d.wrong_roles(step):
        reasons = refusal(one, name, SYSTEM if role == Role.SYSTEM else at_desk(somebody, role), given)
        assert len(reasons) == 1, role
        assert any(str(Role(desk).label) in reasons[0] for desk in step.roles), role
    for own in map(Role, step.roles):
        if own.group in (Group.CUSTOMS, Group.CUSTODIAN) and model not in d.NATIONAL:
            refusal(one, name, actor(own, station="DEL"), given)
        elif own.group is Group.COURIER:
            refusal(one, name, actor(own, firm="metro"), given)
    with pytest.raises(TakenPastTheGate):
        getattr(one, name)(**given)
    assert as_stored(one) == before

    by = actor(d.right_role(step, stage), station="DEL" if model in d.NATIONAL else "BLR")
    done = take(one, name, by, **given)
    assert done.stage in (step.targets or (stage,))
    assert as_stored(one)["stage"] == done.stage
    line = lines_of(one).latest("seq")
    assert (line.step, line.from_stage, line.to_stage, line.by_name, line.role) == (
        name, stage, done.stage, by.name, d.right_role(step, stage),
    )  # fmt: skip
    assert not list(trail.broken_lines(model.trail_model))


@pytest.mark.parametrize("model", d.MODELS, ids=named)
def test_every_step_says_whose_it_is_what_it_does_and_where_it_is_ordered(model: type[Document]) -> None:
    for step in model.steps().values():
        assert step.roles, step.name
        assert str(step.label), step.name
        assert step.para, step.name
        assert step.rule.endswith("."), step.name


@pytest.mark.parametrize("model", d.MODELS, ids=named)
def test_every_stage_can_be_reached_and_every_awaited_stage_left(model: type[Document]) -> None:
    reached = {target for step in model.steps().values() for target in step.targets}
    first = model.stage_order()[0]
    assert set(model.stage_order()) - reached <= {first}
    for stage in model.awaited_stages():
        assert any(
            target != stage for step in model.steps().values() if stage in step.sources for target in step.targets
        )
