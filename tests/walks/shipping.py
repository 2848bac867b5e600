"""Shipping bills and export manifests walked by random acts, legal and illegal, of every role, under laws of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Max
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import initialize

from accounts.permissions import SYSTEM
from accounts.roles import COURIERS, Role
from eccs.numbering import number
from eccs.workflow import Document, Step, take
from exports import adjudication, leaving, registering, risk
from exports.models import (
    CourierExportManifest,
    CourierShippingBill,
    ExportAdjudication,
    ExportAmendment,
    ExportBag,
    ExportCancellation,
    ExportDemand,
    ExportDeparture,
    ExportDetention,
    ExportExamination,
    ExportItem,
    ExportManifestLine,
    ExportQuery,
    ExportShipment,
    FormG,
    GoodsScan,
    LetExportOrder,
    ShipmentShutOut,
)
from exports.stages import Stage
from manifests.arrival import Scan
from rms.models import RiskDecision
from tests.every_step import declared
from tests.factories.bills import decision
from tests.factories.shipping import documents, export_manifest, shipping_bill
from tests.walks.risk_acts import OUTCOMES, intervene
from tests.walks.shipping_laws import LAWS, ShippingReplay
from tests.walks.state import Reading, Row
from tests.walks.walker import Walker, one_of

_OF_BILL = "bill_id = ANY($1)"
EXPORTS = Reading(
    "shipped",
    "bigint[], bigint",
    {
        CourierShippingBill: "id = ANY($1)",
        CourierExportManifest: "id > $2",
        **dict.fromkeys(
            (
                ExportItem, ExportQuery, ExportDetention, ExportExamination, LetExportOrder, ExportCancellation,
                ExportAdjudication, ExportAmendment, ExportDemand, ExportDeparture,

                ExportManifestLine, GoodsScan, FormG, ExportBag, ExportShipment,
            ),
            _OF_BILL,
        ),
        ShipmentShutOut: "shipment_id = ANY(ARRAY(SELECT id FROM exports_exportshipment WHERE bill_id = ANY($1)))",
        RiskDecision: "id = ANY(ARRAY(SELECT risk_decision_id FROM exports_couriershippingbill WHERE id = ANY($1)))",
    },
)  # fmt: skip
STARTS = (
    Stage.DRAFT, Stage.GOODS, Stage.GOODS, Stage.ASSESSMENT, Stage.XRAY, Stage.XRAY, Stage.EXAMINATION, Stage.FOR_LET_EXPORT,
    Stage.FOR_LET_EXPORT, Stage.LET_EXPORT,
)  # fmt: skip
LANES = ("FACILITATED", "FACILITATED", "ASSESSMENT", "EXAMINATION", "BOTH")
KINDS = ("CSB-V", "CSB-V", "CSB-III")
OFTEN = {"desk": 10, "anybody": 3, "scanner": 3, "loader": 4, "flyer": 5, "rms": 2, "bank": 2}


@dataclass(frozen=True)
class Shipped:
    """What is walked on: some shipping bills, and every export manifest begun since."""

    bills: tuple[int, ...]
    after: int
    reading: Reading = EXPORTS

    @property
    def told(self) -> list[Any]:
        """What the reading is told."""
        return [list(self.bills), self.after]


class ShippingWalk(Walker):
    """One walk: three shipping bills of a courier, from some stage on, and perhaps a flight."""

    often: ClassVar[dict[str, int]] = OFTEN

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """Goods are declared, or at the terminal, or let go already; a flight may be planned."""
        self.by_chance(data)
        after = last_manifest()
        bills = [self._bill(data) for _n in range(3)]
        free = [one for one in bills if one.stage == Stage.LET_EXPORT]
        if free and one_of(data, [False, True]):
            export_manifest(of=free[0])
        self.start(tuple(one.pk for one in bills), after)

    def start(self, bills: tuple[int, ...], after: int) -> None:
        """From here on everything is held against the laws."""
        self.subject = Shipped(bills, after)
        self.go(LAWS, ShippingReplay)

    def _bill(self, data: st.DataObject) -> CourierShippingBill:
        stage, lane = one_of(data, STARTS), one_of(data, LANES)
        given: dict[str, Any] = {}
        if stage == Stage.GOODS:
            given = {"packages": 2, "packages_in": one_of(data, [0, 1])}
        if stage in (Stage.FOR_LET_EXPORT, Stage.LET_EXPORT) or (
            stage == Stage.XRAY and lane in ("ASSESSMENT", "BOTH")
        ):
            given = {"assessed_at": timezone.now()}
        if stage in (Stage.FOR_LET_EXPORT, Stage.LET_EXPORT):
            given["examined_at"] = timezone.now()
        if stage == Stage.EXAMINATION:
            lane, given = "EXAMINATION", {"xray_result": "CLEAR", "xray_at": timezone.now()}
        if stage == Stage.ASSESSMENT:
            lane = one_of(data, ["ASSESSMENT", "BOTH", "PENDING"])
        made = (
            self._documents(stage, lane, given)
            if one_of(data, KINDS) == "CSB-III"
            else shipping_bill(stage, lane=lane, **given)
        )
        if stage == Stage.LET_EXPORT:
            ordered(made)
        return made

    def _documents(self, stage: Stage, lane: str, given: dict[str, Any]) -> CourierShippingBill:
        """A CSB-III; of one whose goods are awaited the bags are there, and a loose shipment is to come."""
        if stage != Stage.GOODS:
            return documents(stage, lane=lane, **given)
        made = documents(stage, lane=lane, packages_in=0)
        by = self.world.at(Role.ARRIVAL_SCANNER)[0]
        bags = [Scan(UUID(int=self._next()), bag.number, timezone.now()) for bag in made.bags.all()]
        registering.record("BLR", bags, by)
        return CourierShippingBill.objects.get(pk=made.pk)

    def _labels(self) -> list[str]:
        """The numbers on goods, bags and shipments of documents."""
        goods = [bill["hawb"] for bill in self.before.all(CourierShippingBill) if bill["hawb"]]
        bags = [bag["number"] for bag in self.before.all(ExportBag)]
        return [*goods, *bags, *(one["number"] for one in self.before.all(ExportShipment))]

    # ── who does what beside the steps of the desks ───────────────────────────

    def scanner(self, data: st.DataObject) -> None:
        """Goods come to the terminal: a label of a shipping bill or of none is scanned, or a shipment weighed."""
        by = one_of(data, self.world.at(Role.ARRIVAL_SCANNER))
        hawbs = self._labels()
        if data.draw(st.integers(0, 4)) == 0:
            hawb = one_of(data, hawbs)
            self._act(lambda: registering.weigh("BLR", hawb, Decimal("9.9")), f"weigh {hawb}")
            return
        codes = data.draw(st.lists(st.sampled_from([*hawbs, *hawbs, "EXCESS1"]), min_size=1, max_size=3))
        scans = [Scan(UUID(int=self._next()), code, timezone.now()) for code in codes]
        self._act(lambda: registering.record("BLR", scans, by), f"scan {codes}")

    def loader(self, data: st.DataObject) -> None:
        """A courier plans a flight, puts shipping bills on it or takes them off."""
        by = one_of(data, self.world.at(*COURIERS))
        bills = [bill["id"] for bill in self.before.all(CourierShippingBill)]
        flights = self.before.all(CourierExportManifest)
        if not flights or (len(flights) < 3 and one_of(data, [False, False, True])):
            self._act(lambda: planned(by.person_id, by.courier_id or 0), f"{by.name}: plan a flight")
            return
        on = CourierExportManifest(pk=one_of(data, flights)["id"])
        acts: dict[str, Callable[[], object]] = {
            "everything": lambda: leaving.change(on, add=None),
            "some": lambda: leaving.change(on, add=chosen),
        }
        if lines := [line["id"] for line in self.before.all(ExportManifestLine)]:
            off = one_of(data, lines)
            acts["off"] = lambda: leaving.change(on, take_off=[off])
        chosen = data.draw(st.lists(st.sampled_from(bills), max_size=2))
        name = one_of(data, ["everything", *sorted(acts)])
        self._act(acts[name], f"{by.name}: {name} on flight {on.pk}")

    def flyer(self, data: st.DataObject) -> None:
        """A flight goes on: its manifest is filed, its EGM number is fed when it has left, or goods are shut out."""
        row = one_of(data, self._flights())
        name = "file" if row["stage"] == "DRAFT" else one_of(data, ["shut_out", "feed_egm", "feed_egm"])
        step = CourierExportManifest.steps()[name]
        self._take(data, CourierExportManifest, row, step, one_of(data, self.world.at(*step.roles_at(row["stage"]))))

    def _flights(self) -> list[Row]:
        """Those that are filed, and the drafts with something on them."""
        on = {line["manifest_id"] for line in self.before.all(ExportManifestLine, live=True)}
        return [
            one
            for one in self.before.all(CourierExportManifest)
            if one["id"] in on and one["stage"] in ("DRAFT", "FILED")
        ]

    def idle(self) -> dict[str, bool]:
        """Nobody flies an empty aircraft, or pays where no fine is due."""
        return {"flyer": not self._flights(), "bank": not self.before.all(ExportDemand, stage="DUE")}

    def bank(self, data: st.DataObject) -> None:
        """The bank confirms the challan of a fine and penalty."""
        pk = one_of(data, self.before.all(ExportDemand, stage="DUE"))["id"]

        def confirmed() -> None:
            demand = take(ExportDemand.objects.get(pk=pk), "confirm_demand", SYSTEM, challan="2211402718")
            adjudication.paid([demand], "2211402718")

        self._act(confirmed, f"the bank confirms demand {pk}")

    def rms(self, data: st.DataObject) -> None:
        """The RMS is there again, and decides on what waited for it; or an officer intervenes on one shipment."""
        if one_of(data, [False, True]):
            self._act(risk.decide_waiting, "the RMS decides")
            return
        goods = [bill["hawb"] for bill in self.before.all(CourierShippingBill) if bill["hawb"]]
        number = one_of(data, [*goods, *(one["number"] for one in self.before.all(ExportShipment))])
        outcome, papers = one_of(data, OUTCOMES), one_of(data, ["", "Letter of origin"])
        self._act(lambda: intervene(number, outcome, papers), f"intervention on {number}: {outcome} {papers}")

    def _answers(self, data: st.DataObject, model: type[Document], step: Step, one: Any, row: Row) -> dict[str, Any]:
        """What is answered: drawn, or what the form of the step would answer."""
        if (model, step.name) == (CourierShippingBill, "assess"):
            return {"mandate_examination": one_of(data, [False, True])}
        if (model, step.name) == (CourierShippingBill, "adjudicate"):
            chosen = one_of(data, [{"outcome": "CONFISCATE", "fine": "0"}, {}, {}, {"fine": "0", "penalty": "0"}])
            return {**declared.answers(model, step, one), **chosen}
        if (model, step.name) == (CourierShippingBill, "request_departure"):
            what = one_of(data, one.prescribed_now() or ["ASSESSMENT"])
            return {**declared.answers(model, step, one), "what": what}
        if (model, step.name) == (CourierExportManifest, "shut_out"):
            return {"hawbs": [one_of(data, self._labels())], "reason": "No room."}
        if model is CourierShippingBill and step.name in ("hear_rms", "hear_rms_again"):
            return {"decision": decision("BOTH").pk, "lane": "BOTH", "documents": "", "rules": []}
        return declared.answers(model, step, one)


def last_manifest() -> int:
    """The last export manifest there is: those of a walk come after it."""
    return CourierExportManifest.objects.aggregate(last=Max("pk"))["last"] or 0


def ordered(bill: CourierShippingBill) -> None:
    """The Let Export Order of a bill that is let go already."""
    assert bill.let_export_at is not None
    order = LetExportOrder(bill=bill, station_id=bill.station_id, given_at=bill.let_export_at, automatic=True)
    number([order])
    order.save()


def planned(person: int, courier: int) -> CourierExportManifest:
    """A draft of an export manifest, as its form makes it."""
    return CourierExportManifest.objects.create(
        station_id="BLR", courier_id=courier, created_by_id=person, airline="Zephyr Air", flight_number="ZZ903",
        mawb="899-44172063", airport_of_destination="FRA", scheduled_departure=timezone.now(),
    )  # fmt: skip
