"""Everything a walk may change, read in one statement: each row of one manifest and of what hangs on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from operator import itemgetter
from typing import Any, Protocol

from django.db import connection, models

from bills.models import (
    Adjudication,
    BillAmendment,
    BillCancellation,
    BillInvoice,
    CourierBillOfEntry,
    CoveredShipment,
    DetentionMemo,
    Disposal,
    Examination,
    Item,
    ManualClearance,
    ManualForm,
    OutOfCharge,
    PenaltyDemand,
    ProvisionalAssessment,
    ProvisionalRelease,
    QueryMemo,
    ReturnToOrigin,
    RiskDeparture,
    UnclearedNotice,
)
from eccs.dated_rules import DatedRule
from eccs.workflow import Document
from manifests.models import (
    AmendmentLine,
    ArrivalScan,
    Bag,
    Difference,
    ExpressCargoManifest,
    Hold,
    HouseAirwayBill,
    ManifestAmendment,
    Package,
    WarehouseDetention,
    WarehouseEntry,
)
from payments.models import BankMessage, Challan, ChallanLine
from rms.models import RiskDecision

Row = dict[str, Any]
_OF_MANIFEST = "manifest_id = $1"
_OF_BILL = (
    "bill_id = ANY((SELECT ids FROM bills)::bigint[])"  # arrays, so that an index is used however empty the tables were
)
_OF_HAWB = "hawb_id = ANY((SELECT ids FROM hawbs)::bigint[])"
_CHALLANS = "ANY((SELECT ids FROM challans)::bigint[])"
READ: dict[type[models.Model], str] = {
    ExpressCargoManifest: "id = $1",
    **dict.fromkeys((HouseAirwayBill, Bag, Package, ArrivalScan, ManifestAmendment, Difference), _OF_MANIFEST),
    AmendmentLine: "amendment_id = ANY(ARRAY(SELECT id FROM manifests_manifestamendment WHERE manifest_id = $1))",
    **dict.fromkeys((Hold, WarehouseEntry, UnclearedNotice, ReturnToOrigin, Disposal), _OF_HAWB),
    WarehouseDetention: f"entry_id = ANY(ARRAY(SELECT id FROM manifests_warehouseentry WHERE {_OF_HAWB}))",
    CourierBillOfEntry: _OF_MANIFEST,
    **dict.fromkeys(
        (
            Item,
            BillInvoice,
            CoveredShipment,
            QueryMemo,
            DetentionMemo,
            Examination,
            OutOfCharge,
            Adjudication,
            ProvisionalRelease,
            BillAmendment,
            BillCancellation,
            ProvisionalAssessment,
            PenaltyDemand,
            RiskDeparture,
            ChallanLine,
        ),
        _OF_BILL,
    ),
    RiskDecision: "id = ANY(ARRAY(SELECT risk_decision_id FROM bills_courierbillofentry WHERE manifest_id = $1))",
    DatedRule: "name = 'rms_in_service'",
    ManualClearance: "id = $2",
    ManualForm: "id = ANY($3)",
    Challan: f"id = {_CHALLANS}",
    BankMessage: f"challan_id = {_CHALLANS}",
}
SHARED = f"""
    bills AS MATERIALIZED (SELECT array_agg(id) AS ids FROM bills_courierbillofentry WHERE {_OF_MANIFEST}),
    hawbs AS MATERIALIZED (SELECT array_agg(id) AS ids FROM manifests_houseairwaybill WHERE {_OF_MANIFEST}),
    challans AS MATERIALIZED (SELECT array_agg(challan_id) AS ids FROM payments_challanline WHERE {_OF_BILL})
"""


@dataclass(frozen=True)
class Reading:
    """What is read of a walk after each act, in one statement that the database plans once for all walks."""

    name: str
    takes: str  # the types of what it is told
    read: dict[type[models.Model], str]
    shared: str = ""  # what several conditions name

    @property
    def walked(self) -> tuple[type[Document], ...]:
        """The documents that are walked."""
        return tuple(model for model in self.read if issubclass(model, Document))

    def prepare(self) -> None:
        """Let the database plan it."""
        parts = [
            f"SELECT {n}, to_jsonb(t)::text FROM {model._meta.db_table} t WHERE {condition}"
            for n, (model, condition) in enumerate(self.read.items())
        ]
        shared = f"WITH {self.shared}" if self.shared else ""
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")  # planning it anew costs more than reading
            cursor.execute("SET LOCAL jit = off")
            cursor.execute(f"PREPARE {self.name}({self.takes}) AS {shared} {' UNION ALL '.join(parts)}")

    def forget(self) -> None:
        """Nobody walks any more."""
        with connection.cursor() as cursor:
            cursor.execute(f"DEALLOCATE {self.name}")


IMPORTS = Reading("walked", "bigint, bigint, bigint[]", READ, SHARED)


@dataclass(frozen=True)
class Subject:
    """What is walked on: a manifest, and the manual clearance of its station with its paper forms."""

    manifest: int
    order: int = 0
    forms: tuple[int, ...] = ()
    reading: Reading = IMPORTS

    @property
    def told(self) -> list[Any]:
        """What the reading is told."""
        return [self.manifest, self.order, list(self.forms)]


class Readable(Protocol):
    """Whatever is walked on: how it is read."""

    @property
    def reading(self) -> Reading: ...

    @property
    def told(self) -> list[Any]: ...


@dataclass(frozen=True)
class State:
    """The rows of a walk at one moment, by model and key; a row that has not changed is the very same as the moment before."""

    reading: Reading
    rows: dict[type[models.Model], dict[Any, Row]]
    texts: dict[tuple[int, str], Row] = field(compare=False, repr=False)

    @classmethod
    def of(cls, subject: Readable, before: State | None = None) -> State:
        """Read it; what reads as it did before is not taken apart again."""
        reading = subject.reading
        kinds = tuple(reading.read)
        found: list[list[Row]] = [[] for _kind in kinds]
        known, texts = before.texts if before else {}, dict[tuple[int, str], Row]()
        with connection.cursor() as cursor:
            places = ", ".join(["%s"] * len(subject.told))
            cursor.execute(f"EXECUTE {reading.name}({places})", subject.told)
            for line in cursor.fetchall():
                row = known.get(line)
                texts[line] = row = json.loads(line[1], parse_float=Decimal) if row is None else row
                found[line[0]].append(row)
        rows: dict[type[models.Model], dict[Any, Row]] = {}
        for model, of_kind in zip(kinds, found, strict=True):
            key: str = model._meta.pk.attname
            rows[model] = {row[key]: row for row in sorted(of_kind, key=itemgetter(key))}
        return cls(reading, rows, texts)

    def all(self, model: type[models.Model], **wanted: Any) -> list[Row]:
        """The rows of a kind with these values, the oldest first."""
        rows = self.rows[model].values()
        return [r for r in rows if all(r[n] == v for n, v in wanted.items())] if wanted else list(rows)

    @property
    def manifest(self) -> Row:
        """The manifest walked on."""
        return self.all(ExpressCargoManifest)[0]

    def goods(self, bill: Row) -> list[Row]:
        """The shipments of a bill: one, or those that a CBE-XI covers."""
        if bill["hawb_id"] is not None:
            return [self.rows[HouseAirwayBill][bill["hawb_id"]]]
        return [
            self.rows[HouseAirwayBill][one["hawb_id"]]
            for one in self.all(CoveredShipment, bill_id=bill["id"], ended_at=None)
        ]

    def bills_of(self, hawb: int) -> list[Row]:
        """The bills filed for a shipment that stand, one way or the other."""
        covering = {one["bill_id"] for one in self.all(CoveredShipment, hawb_id=hawb, ended_at=None)}
        every = [bill for bill in self.all(CourierBillOfEntry) if bill["hawb_id"] == hawb or bill["id"] in covering]
        return [bill for bill in every if bill["stage"] not in ("DRAFT", "DISCARDED", "CANCELLED")]

    def documents(self) -> Iterator[tuple[type[Document], Row]]:
        """Every document of the walk, in an order that is always the same."""
        for model in self.reading.walked:
            yield from ((model, row) for row in self.all(model))


def changed(before: State, after: State, model: type[models.Model]) -> Iterator[tuple[Row, Row, set[str]]]:
    """Rows of a kind that were there before and read otherwise now, with the names of what changed."""
    for pk, now in after.rows[model].items():
        then = before.rows[model].get(pk)
        if then is not None and then is not now and then != now:
            yield then, now, {name for name, value in now.items() if then[name] != value}


def labels(state: State, hawb: int, *, came: bool = False) -> set[str]:
    """The labels of a shipment's packages, or of those alone that have come."""
    pieces = state.all(Package, hawb_id=hawb)
    return {piece["crn"] for piece in pieces if piece["arrived_at"] or not came}


def landed_anew(before: State, steps: dict[tuple[type[Document], int], list[str]]) -> set[str]:
    """The shipments whose pieces an amendment that was just approved changes."""
    approved = {
        pk for (model, pk), names in steps.items() if model is ManifestAmendment and "approve_amendment" in names
    }
    lines = [line for line in before.all(AmendmentLine) if line["amendment_id"] in approved]
    return {line["hawb"] for line in lines if line["kind"] == "PIECES"}


def examined_enough(state: State, bill: Row, reports: list[Row]) -> bool:
    """Whether the last report that lets goods go opened as much as the RMS prescribed, in its last word or in those before."""
    decision = state.rows[RiskDecision].get(bill["risk_decision_id"]) if bill["examination_prescribed"] else None
    if decision is None or not reports or reports[-1]["recommendation"] != "RELEASE":
        return True
    least = max(decision["examine_percent"] or 0, (decision["carried"] or {}).get("percent") or 0)
    return bool(reports[-1]["percent"] >= least)
