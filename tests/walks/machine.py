"""Bills and manifests walked by random acts, legal and illegal, of every role; after each act the laws are held against the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from accounts.permissions import Actor
from accounts.roles import COURIERS, Group, Role
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from eccs.workflow import Document, Refused, Step, take
from manifests import amendments, arrival, holds
from manifests.models import ExpressCargoManifest, HouseAirwayBill, ManifestAmendment, Package
from manifests.reconciliation import after_late_scans
from payments import bank, services
from payments.models import Challan
from rms import deciding
from tests.every_step import declared
from tests.factories.bills import bill, decision
from tests.factories.firms import actor
from tests.factories.manifests import house_airway_bill, manifest
from tests.walks.laws import LAWS, Replay
from tests.walks.state import Row, State, forget, prepare

STARTS = (
    Stage.DRAFT, Stage.DRAFT, Stage.DOCUMENTS, Stage.ASSESSMENT, Stage.ASSESSMENT, Stage.DUTY, Stage.ARRIVAL, Stage.XRAY,
    Stage.FOR_OUT_OF_CHARGE, Stage.ADJUDICATION,
)  # fmt: skip
PEOPLE = [role for role in Role if role.group is not Group.SYSTEM]
ACTS = 40  # of a walk
OFTEN = {"desk": 8, "anybody": 3, "courier": 1, "custodian": 3, "payer": 2, "bank_says": 3}
BOND = {"type": "PROVISIONAL", "number": "B-118", "amount": "5000", "date": "2026-11-12"}
ALTERED = [{"item_no": 1, "unit_price": "14.00"}]
AMOUNTS = ("0", "40", "250")


def one_of(data: st.DataObject, choices: Sequence[Any]) -> Any:
    """One of several; only its place is told where a walk fails, the words are in the notes."""
    return choices[data.draw(st.integers(0, len(choices) - 1))]


Answers = Callable[[st.DataObject], dict[str, Any]]
DRAWN: dict[tuple[type[Document], str], Answers] = {
    (CourierBillOfEntry, "assess"): lambda d: {
        "mandate_examination": one_of(d, [False, True]), "bond": one_of(d, [None, None, BOND]),
        "alterations": one_of(d, [None, None, ALTERED]),
    },
    (CourierBillOfEntry, "adjudicate"): lambda d: {
        **declared.ORDER, "outcome": one_of(d, ["RELEASE", "RELEASE", "CONFISCATE"]), "fine": one_of(d, AMOUNTS),
        "penalty": one_of(d, AMOUNTS), "revised_duty": one_of(d, [None, "31", "40"]),
    },
    (CourierBillOfEntry, "request_amendment"): lambda d: {
        "changes": [{"name": "unit_price", "item": 1, "old": "11.2", "new": one_of(d, ["5", "12.4", "40"])}],
        "reason": "The invoice was misread.",
    },
    (ManifestAmendment, "request_amendment"): lambda d: {
        "reason": "The consignee moved.", "adjudication_reference": one_of(d, ["", "OIO 18/2026"]),
    },
}  # fmt: skip


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
        return cls([*here, *away, *(actor(role, name=f"Ila {role.title()}") for role in PEOPLE)])

    def at(self, *roles: str) -> list[Actor]:
        """The people of these roles at Bengaluru, of the courier that files."""
        found = [one for one in self.people if one.postings[0].role in roles]
        return [one for one in found if not one.name.startswith("Om ")]


class Walk(RuleBasedStateMachine):
    """One walk: a manifest with two shipments and a bill on each, from some stage on."""

    world: ClassVar[World]
    often: ClassVar[dict[str, int]] = OFTEN
    starts: ClassVar[tuple[Stage, ...]] = STARTS
    given: ClassVar[dict[str, Any]] = {}  # what stands on the bills besides
    acts: ClassVar[int] = 0
    moved: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.transactions = 0

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """The goods are announced, or landing already."""
        self.chance = deciding._chance
        deciding._chance = Random(data.draw(st.integers(0, 50)))  # type: ignore[assignment]
        on = manifest(one_of(data, ["SUBMITTED", "SUBMITTED", "ARRIVAL_SCAN"]))
        for packages in (1, 2):
            self._bill(data, house_airway_bill(on, packages=packages))
        house_airway_bill(on)
        self.manifest = on.pk
        self.before = State.of(on.pk)
        self.replay = Replay(self.before)

    def _bill(self, data: st.DataObject, hawb: HouseAirwayBill) -> None:
        stage = one_of(data, self.starts)
        lane = one_of(data, ["FACILITATED", "EXAMINATION"])
        landed = stage in (Stage.XRAY, Stage.FOR_OUT_OF_CHARGE)
        if landed:
            HouseAirwayBill.objects.filter(pk=hawb.pk).update(packages_arrived=hawb.packages, arrived_at=timezone.now())
            Package.objects.filter(hawb=hawb).update(arrived_at=timezone.now())
            hawb = HouseAirwayBill.objects.get(pk=hawb.pk)
        given: dict[str, Any] = {}
        if stage not in (Stage.DRAFT, Stage.FOR_OUT_OF_CHARGE):
            given = {"facilitated": lane == "FACILITATED", "examination_prescribed": lane != "FACILITATED"}
            given["risk_decision"] = decision(lane)
        bill(stage, hawb=hawb, **{"arrived": landed, **given, **self.given})

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
        stage = self.before.manifest["stage"]
        idle = {
            "custodian": stage not in ("ARRIVAL_SCAN", "ARRIVED"),
            "payer": not self.before.all(CourierBillOfEntry, stage=Stage.DUTY),
            "bank_says": not self.before.all(Challan),
        }
        kinds = [kind for kind, often in self.often.items() if not idle.get(kind) for _n in range(often)]
        getattr(self, one_of(data, kinds))(data)

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

    def custodian(self, data: st.DataObject) -> None:
        """A label is scanned, of the manifest or of none, or a shipment weighed."""
        by = one_of(data, self.world.at(Role.ARRIVAL_SCANNER))
        on = ExpressCargoManifest.objects.get(pk=self.manifest)
        labels = [package["crn"] for package in self.before.all(Package)]
        shipments = [hawb["number"] for hawb in self.before.all(HouseAirwayBill)]
        if data.draw(st.integers(0, 4)) == 0:
            number, kg = one_of(data, shipments), one_of(data, ["4.2", "9.5"])
            self._act(lambda: arrival.weigh(on, number, Decimal(kg)), f"weigh {number}: {kg}")
            return
        codes = data.draw(st.lists(st.sampled_from([*labels, *labels, "EXCESS1"]), min_size=1, max_size=3))
        scans = [arrival.Scan(UUID(int=self._next()), code, timezone.now()) for code in codes]

        def scanned() -> None:
            arrival.record(on.pk, scans, by)
            if on.stage == "ARRIVED":
                after_late_scans(on)

        self._act(scanned, f"scan {codes}")

    def courier(self, data: st.DataObject) -> None:
        """A courier, the own or another, writes an amendment of the manifest or puts a shipment on hold."""
        by = one_of(data, [*self.world.at(Role.COURIER_SIGNATORY), *self._strangers()])
        on = ExpressCargoManifest.objects.get(pk=self.manifest)
        hawb = one_of(data, list(on.hawbs.order_by("pk")))
        cells = amendments.row_of(hawb)
        acts: dict[str, Callable[[], object]] = {
            "hold": lambda: holds.put_on_hold(hawb.pk, "The invoice is missing.", by),
            "release": lambda: holds.release(hawb.pk, by),
        }
        if by.courier_id == on.courier_id:  # whose the manifest is, is asked by the pages
            acts |= {
                "move": lambda: amendments.propose_change(on, hawb.number, cells | {"consignee_city": "Mysuru"}, by),
                "repack": lambda: amendments.propose_change(
                    on,
                    hawb.number,
                    cells | {"packages": "3", "crn_numbers": " ".join(f"{hawb.pk}X{n}" for n in "123")},
                    by,
                ),
                "delete": lambda: amendments.propose_delete(on, hawb.number, by),
                "flight": lambda: amendments.propose_header(
                    on, amendments.header_of(on) | {"flight_number": "ZZ999"}, by
                ),
            }
        name = one_of(data, sorted(acts))
        self._act(acts[name], f"{by.name}: {name} {hawb.number}")

    def payer(self, data: st.DataObject) -> None:
        """Somebody puts bills on a challan: the courier's own that wait for duty, or others."""
        bills = [row["id"] for row in self.before.all(CourierBillOfEntry)]
        due = [row["id"] for row in self.before.all(CourierBillOfEntry, stage=Stage.DUTY)]
        chosen = data.draw(st.sets(st.sampled_from(one_of(data, [due, due, bills])), min_size=1))
        payers = [*self.world.at(*COURIERS), *self._strangers()]
        by = one_of(data, payers)
        made = self._act(lambda: services.create_challan(chosen, by), f"{by.name}: challan for {chosen}")
        assert not made or by not in self._strangers(), "a stranger made a challan"

    def bank_says(self, data: st.DataObject) -> None:
        """The bank tells of a challan what it likes, in any order and more than once."""
        challan = one_of(data, self.before.all(Challan))
        status = one_of(data, [bank.Status.PAID, bank.Status.PAID, *bank.Status])
        paise = int(challan["amount"] * 100) + one_of(data, [0, 0, 0, 100])
        transactions = [f"SBX{challan['id']:015d}", "SBX1"]
        said = bank.Confirmation(
            challan=challan["number"], amount_paise=paise, status=status, nonce=f"{self._next():032x}",
            bank_transaction=one_of(data, transactions) if status is bank.Status.PAID else "",
        )  # fmt: skip
        self._act(lambda: services.receive(said), f"the bank: {challan['number']} {status} {paise}")

    # ── what follows an act ───────────────────────────────────────────────────

    def _strangers(self) -> list[Actor]:
        return [one for one in self.world.people if one.name.startswith("Om Courier")]

    def _next(self) -> int:
        self.transactions += 1
        return self.transactions

    def _take(self, data: st.DataObject, model: Any, row: Row, step: Step, by: Actor) -> bool:
        one = model(pk=row["id"], number=row["number"])  # the gate reads it anew
        drawn = DRAWN.get((model, step.name))
        given = drawn(data) if drawn else declared.answers(model, step, one)
        return self._act(
            lambda: take(one, step.name, by, **given), f"{by.name}: {step.name} on {one} at {row['stage']}"
        )

    def _act(self, act: Callable[[], object], words: str) -> bool:
        """Let it happen, or be refused; then hold every law."""
        refused: list[str] | None = None
        try:
            with transaction.atomic():
                act()
        except Refused as refusal:
            refused = refusal.reasons
        taken = refused is None
        assert taken or (refused and all(refused)), "refused without a reason"
        note(f"{words} → {'done' if taken else refused}")
        after = State.of(self.manifest)
        if not taken:
            assert after == self.before, "a refused act has changed something"
        steps = self.replay.go_on(after)
        for law in LAWS:
            law(self.before, after, steps)
        self.before = after
        Walk.acts += 1
        Walk.moved += taken
        return taken


@contextmanager
def walks() -> Iterator[None]:
    """The world of the walks, gone afterwards."""
    with transaction.atomic():
        prepare()
        Walk.world, Walk.acts, Walk.moved = World.made(), 0, 0
        try:
            yield
        finally:
            forget()
            transaction.set_rollback(True)


def walk(times: int, phases: tuple[Phase, ...] = (Phase.generate, Phase.shrink), *, same: bool = True) -> None:
    """So many walks of forty acts, the same every time or others; raises the first thing that is not as it must be."""
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=times, stateful_step_count=ACTS + 1, derandomize=same, database=None, deadline=None, phases=phases,
            suppress_health_check=list(HealthCheck), print_blob=False, report_multiple_bugs=False,
        ),
        _min_steps=ACTS + 1,
    )  # fmt: skip
