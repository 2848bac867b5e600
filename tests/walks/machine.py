"""Bills and manifests walked by random acts, legal and illegal, of every role; after each act the laws are held against the rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import initialize

from bills.models import CourierBillOfEntry, Item, ManualClearance, ManualForm, OutOfCharge, ProvisionalAssessment
from bills.stages import Stage
from eccs.numbering import number
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
from tests.every_step import answers, declared
from tests.factories.bills import bill, decision
from tests.factories.documents import SHIPMENTS, bill_of_documents, flight
from tests.factories.form_e import large_bill
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.manual import manual_clearance, manual_form, paper
from tests.factories.requests import provisional_assessment
from tests.walks.acts import Acts
from tests.walks.laws import LAWS
from tests.walks.replay import Replay
from tests.walks.state import Row, Subject
from tests.walks.walker import one_of

STARTS = (
    Stage.DRAFT, Stage.DRAFT, Stage.DOCUMENTS, Stage.ASSESSMENT, Stage.ASSESSMENT, Stage.DUTY, Stage.ARRIVAL, Stage.XRAY,
    Stage.FOR_OUT_OF_CHARGE, Stage.ADJUDICATION, Stage.OUT_OF_CHARGE,
)  # fmt: skip
OF_DOCUMENTS = (
    Stage.DRAFT, Stage.ARRIVAL, Stage.ARRIVAL, Stage.XRAY, Stage.EXAMINATION, Stage.FOR_OUT_OF_CHARGE, Stage.ADJUDICATION,
)  # fmt: skip
KINDS = ("CBE-XIII", "CBE-XIII", "CBE-XII", "CBE-XIV")  # of goods; those of documents are CBE-XI
OFTEN = {
    "desk": 10, "anybody": 3, "courier": 2, "custodian": 3, "keeper": 2, "settler": 1, "payer": 2, "bank_says": 3, "rms": 1,
}  # fmt: skip
FREE_OF_DUTY = {
    "kind": "CBE-XII", "total_duty": 0, "duty_paid": 0, "duty_heads": {"BCD": "0.00", "IGST": "0.00"}, "paid_at": None,
}  # fmt: skip
BOND = {
    "type": "PROVISIONAL",
    "number": "B-118",
    "amount": "5000",
    "date": "2026-11-12",
    "whole": "5000000000",
    "valid_until": "2099-03-31",
}
ALTERED = [{"item_no": 1, "unit_price": "14.00"}]
ITEM = {
    "cth": "85183000", "description": "Headphones", "country_of_origin": "CN", "quantity": "5", "uom": "NOS", "unit_price": "20",
}  # fmt: skip
AMOUNTS = ("0", "40", "250")


Answers = Callable[[st.DataObject], dict[str, Any]]
DRAWN: dict[tuple[type[Document], str], Answers] = {
    (CourierBillOfEntry, "assess"): lambda d: {
        "mandate_examination": one_of(d, [False, True]), "bond": one_of(d, [None, None, BOND]),
        "alterations": one_of(d, [None, None, ALTERED]),
    },
    (CourierBillOfEntry, "adjudicate"): lambda d: {
        **answers.ORDER, "outcome": one_of(d, ["RELEASE", "RELEASE", "CONFISCATE"]), "fine": one_of(d, AMOUNTS),
        "penalty": one_of(d, AMOUNTS), "revised_duty": one_of(d, [None, "31", "40"]),
    },
    (CourierBillOfEntry, "request_departure"): lambda d: {
        "what": one_of(d, ["ASSESSMENT", "EXAMINATION"]), "reason": "Perishable, the X-ray is clear.",
    },
    (ManifestAmendment, "request_amendment"): lambda d: {
        "reason": "The consignee moved.", "adjudication_reference": one_of(d, ["", "OIO 18/2026"]),
    },
    (ProvisionalAssessment, "finalise_assessment"): lambda d: {
        "heads": {"BCD": one_of(d, ["20", "11", "5"]), "IGST": "20"}, "assessable_value": "120.00", "remarks": "Report received.",
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
        stage = one_of(data, ["SUBMITTED", "SUBMITTED", "ARRIVAL_SCAN", "ARRIVAL_SCAN", "DRAFT"])
        stage = "SUBMITTED" if self.given else stage
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
        """Two shipments with a bill each, and one without; a draft has no bills yet."""
        for packages in (1, 2):
            hawb = house_airway_bill(on, packages=packages)
            if on.stage != "DRAFT":
                self._bill(data, hawb)
        house_airway_bill(on)
        return on

    def _documents(self, data: st.DataObject, stage: str) -> ExpressCargoManifest:
        """A flight of documents, and one CBE-XI over it."""
        at = one_of(data, OF_DOCUMENTS) if stage != "DRAFT" else Stage.DRAFT  # over a draft no bill is filed
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
        landed = stage in (Stage.XRAY, Stage.FOR_OUT_OF_CHARGE, Stage.OUT_OF_CHARGE)
        if landed:
            HouseAirwayBill.objects.filter(pk=hawb.pk).update(packages_arrived=hawb.packages, arrived_at=timezone.now())
            Package.objects.filter(hawb=hawb).update(arrived_at=timezone.now())
            hawb = HouseAirwayBill.objects.get(pk=hawb.pk)
        given: dict[str, Any] = {}
        if stage not in (Stage.DRAFT, Stage.FOR_OUT_OF_CHARGE, Stage.OUT_OF_CHARGE):
            given = {"facilitated": lane == "FACILITATED", "examination_prescribed": lane != "FACILITATED"}
            given["risk_decision"] = decision(lane)
        given = {"arrived": landed, **given, **self.given}
        if stage == Stage.OUT_OF_CHARGE:  # on a provisional assessment
            one = bill(stage, hawb=hawb, provisional=True, **given)
            times = {"in_at": timezone.now(), "out_at": timezone.now(), "out_on": "OUT_OF_CHARGE"}
            WarehouseEntry.objects.create(hawb=hawb, station_id=one.station_id, **times)
            order = OutOfCharge(bill=one, station_id=one.station_id, given_at=timezone.now(), automatic=True)
            number([order])
            order.save()
            provisional_assessment(one_of(data, ["PROVISIONAL", "APPROVAL"]), of=one)
        elif stage == Stage.DRAFT or kind == "CBE-XIII" or (kind == "CBE-XII" and stage == Stage.DUTY):
            bill(stage, hawb=hawb, **given)
        elif kind == "CBE-XII":
            bill(stage, hawb=hawb, **given | FREE_OF_DUTY).items.update(nature="SAMPLE")
        else:
            own = one_of(data, [None, self.world.importer()])  # a courier files for it, or the importer itself
            large_bill(stage, hawb=hawb, importer_id=own, **given)

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
            return {"bill": one_of(data, [""] + [b["number"] or "" for b in self.before.all(CourierBillOfEntry)])}
        drawn = DRAWN.get((model, step.name))
        return drawn(data) if drawn else declared.answers(model, step, one)

    def _changes(self, data: st.DataObject, row: Row) -> list[dict[str, Any]]:
        """Of goods another price or quantity, an item more or less, another place of the consignee; of documents a shipment."""
        if row["kind"] == "CBE-XI":
            number = one_of(data, [shipment[0] for shipment in SHIPMENTS])
            off, on = {"name": "taken_off", "old": number, "new": ""}, {"name": "put_on", "old": "", "new": number}
            return [{"item": 0, **one_of(data, [off, off, on])}]
        price = {"name": "unit_price", "item": 1, "old": "11.2", "new": one_of(data, ["5", "12.4", "40"])}
        city = {"name": "consignee_city", "item": 0, "old": "Bengaluru", "new": "Mysuru", "hawb": True}
        order = {"name": "adjudication_reference", "item": 0, "old": "", "new": "OIO 18/2026", "hawb": True}
        numbers = [item["item_no"] for item in self.before.all(Item, bill_id=row["id"])]
        values = ITEM | ({"invoice_place": "1"} if row["kind"] == "CBE-XIV" else {})
        more = {"name": "item_on", "item": max(numbers, default=0) + 1, "old": "", "new": "5 × 20", "values": values}
        less = {"name": "item_off", "item": max(numbers, default=1), "old": "", "new": ""}
        count = {"name": "quantity", "item": 1, "old": "10", "new": "12"}
        drawn: list[dict[str, Any]] = one_of(
            data, [[price], [price], [city], [city, order], [more], [less], [count, city]]
        )
        return drawn
