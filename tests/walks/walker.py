"""Who walks, and what follows each act: the rows are read, the trails told again, and every law held against them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from random import Random
from typing import Any, ClassVar

from django.db import transaction
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from accounts.models import Importer
from accounts.permissions import Actor
from accounts.roles import Group, Role
from eccs.workflow import Document, Refused, Step, take
from rms import deciding
from tests.factories.directory import importer
from tests.factories.firms import actor
from tests.walks.state import Readable, Reading, Row, State
from tests.walks.trails import Steps, Trails

ACTS = 40  # of a walk
PEOPLE = [role for role in Role if role.group is not Group.SYSTEM]
Law = Callable[[State, State, Steps], None]


def one_of(data: st.DataObject, choices: Sequence[Any]) -> Any:
    """One of several; only its place is told where a walk fails, the words are in the notes."""
    return choices[data.draw(st.integers(0, len(choices) - 1))]


@dataclass
class World:
    """Whoever may act: made once, before the walks."""

    people: list[Actor]

    @classmethod
    def made(cls) -> World:
        """One person of every role at Bengaluru and another at Delhi, of one courier and of another."""
        here = [actor(role, name=f"Uma {role.title()}") for role in PEOPLE]
        away = [
            actor(role, name=f"Om {role.title()}", station="DEL", firm="metro")
            for role in PEOPLE
            if role.group in (Group.CUSTOMS, Group.CUSTODIAN, Group.COURIER)
        ]
        made = cls([*here, *away, *(actor(role, name=f"Ila {role.title()}") for role in PEOPLE)])
        own, other = importer(iec="AAFCM2291R"), importer(iec="AABCT5519M")
        made.people = [_works_for(one, own) for one in made.people]
        made.people.append(_works_for(actor(Role.IMPORTER, name="Om Importer"), other))
        return made

    def importer(self) -> int | None:
        """The importer that files for its own goods."""
        return self.at(Role.IMPORTER)[0].importer_id

    def at(self, *roles: str) -> list[Actor]:
        """The people of these roles at Bengaluru, of the courier that files."""
        found = [one for one in self.people if one.postings[0].role in roles]
        return [one for one in found if not one.name.startswith("Om ")]

    def strangers(self) -> list[Actor]:
        """The people of another courier."""
        return [one for one in self.people if one.name.startswith("Om Courier")]


def _works_for(one: Actor, firm: Importer) -> Actor:
    return replace(one, importer_id=firm.pk) if one.postings[0].role == Role.IMPORTER else one


class Walker(RuleBasedStateMachine):
    """Forty acts of anybody; what is walked on, and who does what besides the steps of the desks, says the kind of walk."""

    often: ClassVar[dict[str, int]]
    world: ClassVar[World]
    acts: ClassVar[int] = 0
    moved: ClassVar[int] = 0
    subject: Readable

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.transactions = 0

    def by_chance(self, data: st.DataObject) -> None:
        """The chance of the RMS is the chance of the walk."""
        self.chance = deciding._chance
        deciding._chance = Random(data.draw(st.integers(0, 50)))  # type: ignore[assignment]

    def go(self, laws: Sequence[Law], trails: type[Trails]) -> None:
        """From here on everything is held against the laws."""
        self.laws, self.judged = laws, False
        self.before = State.of(self.subject)
        self.replay = trails(self.before)

    def teardown(self) -> None:
        """Nothing of a walk is kept."""
        if hasattr(self, "chance"):
            deciding._chance = self.chance
        transaction.savepoint_rollback(self.savepoint)
        transaction.clean_savepoints()

    # ── acts ──────────────────────────────────────────────────────────────────

    @rule(data=st.data())
    def act(self, data: st.DataObject) -> None:
        """Somebody does something; most often what is at the desk."""
        idle = self.idle()
        kinds = [kind for kind, often in self.often.items() if not idle.get(kind) for _n in range(often)]
        getattr(self, one_of(data, kinds))(data)

    def idle(self) -> dict[str, bool]:
        """Who has nothing to do now."""
        return {}

    def desk(self, data: st.DataObject) -> None:
        """Somebody whose desk it is takes a step; only a guard may refuse it."""
        waiting = [
            (model, row, step)
            for model, row in self.before.documents()
            for step in model.steps().values()
            if row["stage"] in step.sources and Role.SYSTEM not in step.roles
        ]
        if not waiting:
            self.anybody(data)
            return
        onward = [found for found in waiting if found[2].tells_the_way]
        model, row, step = one_of(data, onward if onward and one_of(data, [True, False]) else waiting)
        by = one_of(data, self.world.at(*step.roles_at(row["stage"])))
        self._take(data, model, row, step, by)

    def anybody(self, data: st.DataObject) -> None:
        """Anybody tries any step of any document, whatever its stage; a stranger to the desk is refused."""
        model, row = one_of(data, list(self.before.documents()))
        step = one_of(data, list(model.steps().values()))
        by = one_of(data, self.world.people)
        role, own = by.postings[0].role, not by.name.startswith("Om ")
        theirs = role in step.roles and own and row["stage"] in step.sources
        taken = self._take(data, model, row, step, by)
        assert theirs or not taken, f"{by.name} took “{step.name}” at {row['stage']}"

    # ── what follows an act ───────────────────────────────────────────────────

    def _take(self, data: st.DataObject, model: Any, row: Row, step: Step, by: Actor) -> bool:
        one = model(pk=row["id"], number=row["number"])  # the gate reads it anew
        given = self._answers(data, model, step, one, row)
        taken = self._act(
            lambda: take(one, step.name, by, **given), f"{by.name}: {step.name} on {one} at {row['stage']}"
        )
        firm = row.get("importer_id")
        if taken and by.importer_id is not None:
            assert by.importer_id == firm or "importer_id" not in row, f"{by.name} took “{step.name}” of another firm"
        return taken

    def _answers(self, data: st.DataObject, model: type[Document], step: Step, one: Any, row: Row) -> dict[str, Any]:
        """What is answered."""
        raise NotImplementedError

    def _act(self, act: Callable[[], object], words: str) -> bool:
        """Let it happen, or be refused; then hold every law.

        No transaction is put around it: what a refused act leaves behind is seen. Where nothing at all has changed, the
        laws, which were held against these very rows, hold still.
        """
        refused: list[str] | None = None
        try:
            act()
        except Refused as refusal:
            refused = refusal.reasons
        taken = refused is None
        assert taken or (refused and all(refused)), "refused without a reason"
        note(f"{words} → {'done' if taken else refused}")
        after = State.of(self.subject, self.before)
        changed = after != self.before
        assert taken or not changed, "a refused act has changed something"
        if changed or not self.judged:
            steps = self.replay.go_on(after)
            for law in self.laws:
                law(self.before, after, steps)
            self.before, self.judged = after, True
        Walker.acts += 1
        Walker.moved += taken
        return taken

    def _next(self) -> int:
        self.transactions += 1
        return self.transactions


@contextmanager
def walks(*readings: Reading, peopled: bool = True) -> Iterator[None]:
    """The world of the walks, with everybody who may act in it where somebody is drawn to; gone afterwards."""
    with transaction.atomic():
        for reading in readings:
            reading.prepare()
        Walker.world, Walker.acts, Walker.moved = World.made() if peopled else World([]), 0, 0
        try:
            yield
        finally:
            for reading in readings:
                reading.forget()
            transaction.set_rollback(True)


def walk(
    kind: type[Walker], times: int, phases: tuple[Phase, ...] = (Phase.generate, Phase.shrink), *, same: bool = True
) -> None:
    """So many walks of forty acts, the same every time or others; raises the first thing that is not as it must be."""
    run_state_machine_as_test(
        kind,
        settings=settings(
            max_examples=times, stateful_step_count=ACTS + 1, derandomize=same, database=None, deadline=None, phases=phases,
            suppress_health_check=list(HealthCheck), print_blob=False, report_multiple_bugs=False,
        ),
        _min_steps=ACTS + 1,
    )  # fmt: skip
