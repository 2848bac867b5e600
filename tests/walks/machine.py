"""Bills and manifests walked by random acts, legal and illegal, of every role; after each act the laws are held against the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from accounts.permissions import Actor
from accounts.roles import Role
from bills.models import CourierBillOfEntry, ManualClearance, ManualForm
from bills.stages import Stage
from eccs.workflow import Document, Refused, Step, take
from manifests.models import (
    Difference,
    ExpressCargoManifest,
    HouseAirwayBill,
    ManifestAmendment,
    Package,
    WarehouseEntry,
)
from payments.models import Challan
from rms import deciding
from tests.every_step import declared
from tests.factories.bills import bill, decision
from tests.factories.documents import SHIPMENTS, bill_of_documents, flight
from tests.factories.form_e import large_bill
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.manual import manual_clearance, manual_form, paper
from tests.walks.acts import Acts, World, one_of
from tests.walks.laws import LAWS
from tests.walks.replay import Replay
from tests.walks.state import Row, State, Subject, forget, prepare

STARTS = (
    Stage.DRAFT, Stage.DRAFT, Stage.DOCUMENTS, Stage.ASSESSMENT, Stage.ASSESSMENT, Stage.DUTY, Stage.ARRIVAL, Stage.XRAY,
    Stage.FOR_OUT_OF_CHARGE, Stage.ADJUDICATION,
)  # fmt: skip
ACTS = 40  # of a walk
OF_DOCUMENTS = (
    Stage.DRAFT, Stage.ARRIVAL, Stage.ARRIVAL, Stage.XRAY, Stage.EXAMINATION, Stage.FOR_OUT_OF_CHARGE, Stage.ADJUDICATION,
)  # fmt: skip
KINDS = ("CBE-XIII", "CBE-XIII", "CBE-XII", "CBE-XIV")  # of goods; those of documents are CBE-XI
OFTEN = {
    "desk": 10, "anybody": 3, "courier": 2, "custodian": 3, "keeper": 2, "settler": 1, "payer": 2, "bank_says": 3,
}  # fmt: skip
FREE_OF_DUTY = {
    "kind": "CBE-XII", "total_duty": 0, "duty_paid": 0, "duty_heads": {"BCD": "0.00", "IGST": "0.00"}, "paid_at": None,
}  # fmt: skip
BOND = {"type": "PROVISIONAL", "number": "B-118", "amount": "5000", "date": "2026-11-12"}
ALTERED = [{"item_no": 1, "unit_price": "14.00"}]
AMOUNTS = ("0", "40", "250")


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
    (ManifestAmendment, "request_amendment"): lambda d: {
        "reason": "The consignee moved.", "adjudication_reference": one_of(d, ["", "OIO 18/2026"]),
    },
    (ManualClearance, "reconcile"): lambda d: {"blank": one_of(d, [0, 1])},
}  # fmt: skip


class Walk(Acts, RuleBasedStateMachine):
    """One walk: a manifest with two shipments and a bill on each, from some stage on."""

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
        """Goods or documents are announced, or landing already; some have been lying here, some were cleared on paper."""
        self.chance = deciding._chance
        deciding._chance = Random(data.draw(st.integers(0, 50)))  # type: ignore[assignment]
        documents = one_of(data, [False, False, False, True]) and not self.given
        stage = one_of(data, ["SUBMITTED", "SUBMITTED", "ARRIVAL_SCAN"])
        on = self._documents(data, stage) if documents else self._goods(data, manifest(stage))
        if one_of(data, [False, True]):
            self._lying(data, on)
        order = manual_clearance(one_of(data, ["APPROVED", "ENDED"]))
        forms = [manual_form(), manual_form()]
        self.start(on, order.pk, tuple(form.pk for form in forms))

    def start(self, on: ExpressCargoManifest, order: int = 0, forms: tuple[int, ...] = ()) -> None:
        """From here on everything is held against the laws."""
        self.manifest, self.subject = on.pk, Subject(on.pk, order, forms)
        self.before = State.of(self.subject)
        self.replay = Replay(self.before)

    def _goods(self, data: st.DataObject, on: ExpressCargoManifest) -> ExpressCargoManifest:
        """Two shipments with a bill each, and one without."""
        for packages in (1, 2):
            self._bill(data, house_airway_bill(on, packages=packages))
        house_airway_bill(on)
        return on

    def _documents(self, data: st.DataObject, stage: str) -> ExpressCargoManifest:
        """A flight of documents, and one CBE-XI over it."""
        at = one_of(data, OF_DOCUMENTS)
        landed = at not in (Stage.DRAFT, Stage.ARRIVAL)
        on = flight("ARRIVAL_SCAN" if landed else stage, arrived=landed)
        bill_of_documents(at, on=on)
        return on

    def _lying(self, data: st.DataObject, on: ExpressCargoManifest) -> None:
        """What has come landed a while ago, and has been in the warehouse since."""
        came = timezone.now() - timedelta(days=one_of(data, [1, 20, 40, 40]))
        arrived = on.hawbs.filter(arrived_at__isnull=False).order_by("pk")
        if arrived:
            type(on).objects.filter(pk=on.pk).update(actual_arrival=came)
        for hawb in arrived:
            WarehouseEntry.objects.get_or_create(hawb=hawb, defaults={"station_id": on.station_id, "in_at": came})

    def _bill(self, data: st.DataObject, hawb: HouseAirwayBill) -> None:
        stage, kind = one_of(data, self.starts), "CBE-XIII" if self.given else one_of(data, KINDS)
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
        given = {"arrived": landed, **given, **self.given}
        if stage == Stage.DRAFT or kind == "CBE-XIII" or (kind == "CBE-XII" and stage == Stage.DUTY):
            bill(stage, hawb=hawb, **given)
        elif kind == "CBE-XII":
            bill(stage, hawb=hawb, **given | FREE_OF_DUTY).items.update(nature="SAMPLE")
        else:
            large_bill(stage, hawb=hawb, **given)

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
            "keeper": not self.before.all(WarehouseEntry),
            "settler": not self.before.all(Difference),
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

    # ── what follows an act ───────────────────────────────────────────────────

    def _take(self, data: st.DataObject, model: Any, row: Row, step: Step, by: Actor) -> bool:
        one = model(pk=row["id"], number=row["number"])  # the gate reads it anew
        given = self._answers(data, model, step, one, row)
        return self._act(
            lambda: take(one, step.name, by, **given), f"{by.name}: {step.name} on {one} at {row['stage']}"
        )

    def _answers(self, data: st.DataObject, model: Any, step: Step, one: Any, row: Row) -> dict[str, Any]:
        """What is answered: drawn, or what the form of the step would answer."""
        if (model, step.name) == (CourierBillOfEntry, "request_amendment"):
            return {"changes": self._changes(data, row), "reason": "The invoice was misread."}
        if model is ManualForm and step.name == "record_use":
            hawb = one_of(data, self.before.all(HouseAirwayBill))["number"]
            order = ManualClearance(number=self.before.rows[ManualClearance][self.subject.order]["number"])
            return paper(order, hawb=hawb, collected=one_of(data, ["31", "31", "30"]))
        if model is ManualForm and step.name == "link_bill":
            return {"bill": one_of(data, [b["number"] or "" for b in self.before.all(CourierBillOfEntry)])}
        drawn = DRAWN.get((model, step.name))
        return drawn(data) if drawn else declared.answers(model, step, one)

    def _changes(self, data: st.DataObject, row: Row) -> list[dict[str, Any]]:
        """Of goods another price; of documents a shipment taken off, or put on."""
        if row["kind"] != "CBE-XI":
            return [{"name": "unit_price", "item": 1, "old": "11.2", "new": one_of(data, ["5", "12.4", "40"])}]
        number = one_of(data, [shipment[0] for shipment in SHIPMENTS])
        off, on = {"name": "taken_off", "old": number, "new": ""}, {"name": "put_on", "old": "", "new": number}
        return [{"item": 0, **one_of(data, [off, off, on])}]

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
        after = State.of(self.subject)
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
