"""Bills and manifests walked by random acts, legal and illegal, of every role; after each act the laws are held against the rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import initialize

from bills.models import CourierBillOfEntry, ManualClearance, ManualForm
from bills.stages import Stage
from eccs.workflow import Document, Step
from manifests.models import (
    Difference,
    ExpressCargoManifest,
    HouseAirwayBill,
    ManifestAmendment,
    Package,
    WarehouseEntry,
)
from payments.models import Challan
from tests.every_step import declared
from tests.factories.bills import bill, decision
from tests.factories.documents import SHIPMENTS, bill_of_documents, flight
from tests.factories.form_e import large_bill
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.manual import manual_clearance, manual_form, paper
from tests.walks.acts import Acts
from tests.walks.laws import LAWS
from tests.walks.replay import Replay
from tests.walks.state import Row, Subject
from tests.walks.walker import one_of

STARTS = (
    Stage.DRAFT, Stage.DRAFT, Stage.DOCUMENTS, Stage.ASSESSMENT, Stage.ASSESSMENT, Stage.DUTY, Stage.ARRIVAL, Stage.XRAY,
    Stage.FOR_OUT_OF_CHARGE, Stage.ADJUDICATION,
)  # fmt: skip
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


class Walk(Acts):
    """One walk: a manifest with two shipments and a bill on each, from some stage on."""

    often: ClassVar[dict[str, int]] = OFTEN
    starts: ClassVar[tuple[Stage, ...]] = STARTS
    given: ClassVar[dict[str, Any]] = {}  # what stands on the bills besides
    subject: Subject

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """Goods or documents are announced, or landing already; some have been lying here, some were cleared on paper."""
        self.by_chance(data)
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
        self.go(LAWS, Replay)

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

    def idle(self) -> dict[str, bool]:
        """Who has nothing to do now."""
        return {
            "custodian": self.before.manifest["stage"] not in ("ARRIVAL_SCAN", "ARRIVED"),
            "keeper": not self.before.all(WarehouseEntry),
            "settler": not self.before.all(Difference),
            "payer": not self.before.all(CourierBillOfEntry, stage=Stage.DUTY),
            "bank_says": not self.before.all(Challan),
        }

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
