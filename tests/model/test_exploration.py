"""Every state that a bill can reach, breadth-first: no release without its conditions, no dead end, and the code goes the same ways."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest

from bills.models import CourierBillOfEntry
from exports.models import CourierShippingBill
from tests.model import exports, exports_table, imports, imports_table
from tests.model.machine import Explored, Facts, Move, explore, lacking
from tests.model.standing import Ways

REGISTERS = {  # conditions about people, papers and other registers, which the facts of a bill do not hold
    "courier_in_force_or_cleared_on_paper", "courier_in_force", "signatory_examined", "importer_files_own_goods", "not_on_hold",
    "sealed_print_attached", "discarded_by_whoever_began_it", "begun_at_the_counter", "compulsory_documents_attached", "by_the_desk_that_detained",
    "memo_not_answered", "something_is_prescribed", "no_departure_is_asked_for",
}  # fmt: skip


@dataclass(frozen=True)
class World:
    """A clearance to be explored."""

    facts: ModuleType
    table: ModuleType
    document: Any
    good_ends: tuple[str, ...]  # what its firm filed it for
    kept_by_the_stage: dict[str, tuple[str, ...]]  # conditions that no reachable state lacks at the step: a second lock
    wider: dict[str, str]  # where the code says that a step may lead and no state leads, for what is stored from before

    @property
    def moves(self) -> tuple[Move, ...]:
        """Its steps and events."""
        return self.table.MOVES  # type: ignore[no-any-return]


RELEASED_IS_CLOSED = "goods_not_released"  # what is released awaits the final order or its duty: no desk holds it
OF_HOLDS = (
    "no_open_query",
    "no_detention",
    "no_stop",
)  # a hold is a desk of its own: the bill does not stand here meanwhile
WORLDS = {
    "imports": World(
        imports, imports_table, CourierBillOfEntry, imports.RELEASED, wider={"lift_detention": "QUERY"},
        kept_by_the_stage={
            "give_out_of_charge": (  # the way here leads through arrival, X-ray and examination; doubt leads to assessment
                *OF_HOLDS, "all_packages_arrived", "xray_recorded", "examination_reported", "duty_not_in_doubt",
            ),
            "issue_detention_memo": ("not_detained_already",),
            "detain": (RELEASED_IS_CLOSED,), "send_for_first_check": (RELEASED_IS_CLOSED,),
            "clear_manually": ("no_open_amendment", "no_open_cancellation"),  # one thing at a time is followed, and paper is one
        },
    ),
    "exports": World(
        exports, exports_table, CourierShippingBill, ("EXPORTED",), wider={"lift_detention": "QUERY GOODS"},
        kept_by_the_stage={
            "give_let_export_order": (*OF_HOLDS, "goods_registered", "documents_complete", "xray_recorded", "examination_reported"),
            "export": ("no_open_cancellation",),  # none is asked for once it is on a manifest
        },
    ),
}  # fmt: skip


@pytest.fixture(scope="module", params=WORLDS)
def world(request: pytest.FixtureRequest) -> World:
    return WORLDS[request.param]


@pytest.fixture(scope="module")
def explored(world: World) -> Iterator[Explored]:
    """Every state and every move; a million small things, which the collector need not look through."""
    gc.disable()
    try:
        yield explore(world.table.STARTS, world.moves, world.facts.CONDITIONS, world.table.settled)
    finally:
        gc.enable()


def told_of(facts: Facts, move: Move, words: str) -> str:
    """A find in words: where, by which step, and the facts that are not as at the beginning."""
    begun = type(facts)()
    unlike = {name: value for name, value in facts._asdict().items() if value != getattr(begun, name)}
    return f"{move.name} at {unlike}: {words}"


def test_nothing_is_released_without_its_conditions(world: World, explored: Explored) -> None:
    found: dict[tuple[str, str], str] = {}
    for before, move, after, _told in explored.edges:
        for words in world.table.broken(explored.states[before], move, explored.states[after].stage):
            found.setdefault((words, move.name), told_of(explored.states[before], move, words))
    assert not found, "\n".join(found.values())


def test_every_way_leads_on_to_release_and_to_every_other_end(world: World, explored: Explored) -> None:
    """From every state an end can be reached; and, from all but those that are not to be released, the release."""
    at = {n: facts.stage for n, facts in enumerate(explored.states)}
    ends = [n for n, stage in at.items() if stage in world.facts.CLOSED or stage in world.good_ends]
    dead = {*at} - explored.reaching(ends, lambda _move: True)
    assert not dead, [explored.states[n] for n in sorted(dead)[:5]]
    good = [n for n, stage in at.items() if stage in world.good_ends]
    lost = {*at} - explored.reaching(good, lambda move: move.name != "short_ship")
    not_to_be = {n for n, stage in at.items() if stage in world.facts.CLOSED} | {
        n for n, facts in enumerate(explored.states) if facts.open == "PAPER"
    }
    assert lost <= not_to_be, [explored.states[n] for n in sorted(lost - not_to_be)[:5]]


def test_every_line_of_the_table_is_gone(world: World, explored: Explored) -> None:
    """Every stage is reached; every step leads where it may, and nowhere else; none is a step that never comes."""
    assert {facts.stage for facts in explored.states} == {*world.document.stage_order()}
    gone: dict[str, set[tuple[str, str]]] = {}
    for before, move, after, _told in explored.edges:
        gone.setdefault(move.name, set()).add((explored.states[before].stage, explored.states[after].stage))
    for move in world.moves:
        ways = gone.get(move.name, set())
        if move.is_event or not move.to:
            assert all(source == target for source, target in ways), move.name
            continue
        assert {source for source, _target in ways} <= {*move.at}, move.name
        assert {target for _source, target in ways} <= {*move.to}, move.name
        if move.at != move.to:
            assert {source for source, _target in ways} == {*move.at}, move.name
            assert {*move.to} - {target for _source, target in ways} == {*world.wider.get(move.name, "").split()}, (
                move.name
            )


def test_without_any_one_condition_something_forbidden_happens(world: World, explored: Explored) -> None:
    """Each condition alone holds back a bill that the sources hold back; those that a stage keeps already are named."""
    missed: dict[str, set[str]] = {}
    for move in world.moves:
        left = {*move.needs} - REGISTERS
        for facts in explored.states:
            if not left:
                break
            if facts.stage not in move.at or not move.when(facts):
                continue
            lacks = lacking(move, facts, world.facts.CONDITIONS)
            if len(lacks) == 1 and lacks[0] in left:
                ends = {after.stage for after, _told in move.does(facts)}
                if any(world.table.broken(facts, move, stage) for stage in ends):
                    left.discard(lacks[0])
        if left:
            missed[move.name] = left
    assert missed == {name: {*kept} for name, kept in world.kept_by_the_stage.items()}


def test_the_conditions_are_those_of_the_facts_or_of_registers(world: World) -> None:
    needed = {name for move in world.moves for name in move.needs}
    assert needed - {*world.facts.CONDITIONS} <= REGISTERS
    assert {*world.facts.CONDITIONS} <= needed


def test_the_code_goes_every_way_of_the_model(
    world: World, explored: Explored, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a step leads is asked of the code for every bill of the model, as it stands when the step has been taken."""
    ways = Ways(world.document, monkeypatch)
    seen = set()
    told: dict[tuple[str, str, str, str], str] = {}
    for n, move, m, given in explored.edges:
        if not move.to or move.is_event:
            continue
        if explored.states[n].open and move.name not in ("clear_xray", "amend"):
            continue  # no way depends on what is asked for at another desk
        before, after = explored.states[n], explored.states[m]
        key = ways.key(move, before, after, given)
        if key in seen:
            continue
        seen.add(key)
        stage = ways.leads_to(move, before, after, given)
        if stage != after.stage:
            words = f"the code leads to {stage}, the model to {after.stage} {given}"
            told.setdefault(
                (move.name, before.stage, after.stage, stage), told_of(after, move, f"from {before.stage}: {words}")
            )
    assert not told, "\n".join(told.values())
