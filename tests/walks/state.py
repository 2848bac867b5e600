"""Everything a walk may change, read in one statement: each row of one manifest and of what hangs on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

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
    UnclearedNotice,
)
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

Row = dict[str, Any]
_BILLS = "SELECT id FROM bills_courierbillofentry WHERE manifest_id = $1"
_OF_MANIFEST = "manifest_id = $1"
_OF_BILL = f"bill_id IN ({_BILLS})"
_OF_HAWB = "hawb_id IN (SELECT id FROM manifests_houseairwaybill WHERE manifest_id = $1)"
_CHALLANS = f"SELECT challan_id FROM payments_challanline WHERE {_OF_BILL}"
READ: dict[type[models.Model], str] = {
    ExpressCargoManifest: "id = $1",
    **dict.fromkeys((HouseAirwayBill, Bag, Package, ArrivalScan, ManifestAmendment, Difference), _OF_MANIFEST),
    AmendmentLine: "amendment_id IN (SELECT id FROM manifests_manifestamendment WHERE manifest_id = $1)",
    **dict.fromkeys((Hold, WarehouseEntry, UnclearedNotice, ReturnToOrigin, Disposal), _OF_HAWB),
    WarehouseDetention: f"entry_id IN (SELECT id FROM manifests_warehouseentry WHERE {_OF_HAWB})",
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
            ChallanLine,
        ),
        _OF_BILL,
    ),
    ManualClearance: "id = $2",
    ManualForm: "id = ANY($3)",
    Challan: f"id IN ({_CHALLANS})",
    BankMessage: f"challan_id IN ({_CHALLANS})",
}
WALKED: tuple[type[Document], ...] = tuple(model for model in READ if issubclass(model, Document))


def prepare() -> None:
    """Let the database plan the reading once for all walks."""
    parts = [
        f"SELECT {n}, to_jsonb(t)::text FROM {model._meta.db_table} t WHERE {condition}"
        for n, (model, condition) in enumerate(READ.items())
    ]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")  # planning it anew costs more than reading
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(f"PREPARE walked(bigint, bigint, bigint[]) AS {' UNION ALL '.join(parts)}")


def forget() -> None:
    """Nobody walks any more."""
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE walked")


@dataclass(frozen=True)
class Subject:
    """What is walked on: a manifest, and the manual clearance of its station with its paper forms."""

    manifest: int
    order: int = 0
    forms: tuple[int, ...] = ()


@dataclass(frozen=True)
class State:
    """The rows of a walk at one moment, by model and key."""

    rows: dict[type[models.Model], dict[Any, Row]]

    @classmethod
    def of(cls, subject: Subject) -> State:
        """Read it."""
        kinds = tuple(READ)
        rows: dict[type[models.Model], dict[Any, Row]] = {model: {} for model in kinds}
        with connection.cursor() as cursor:
            cursor.execute("EXECUTE walked(%s, %s, %s)", [subject.manifest, subject.order, list(subject.forms)])
            for n, text in cursor.fetchall():
                row = json.loads(text, parse_float=Decimal)
                rows[kinds[n]][row[kinds[n]._meta.pk.attname]] = row
        return cls(rows)

    def all(self, model: type[models.Model], **wanted: Any) -> list[Row]:
        """The rows of a kind with these values, the oldest first."""
        return [r for _pk, r in sorted(self.rows[model].items()) if all(r[n] == v for n, v in wanted.items())]

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
        for model in WALKED:
            yield from ((model, row) for row in self.all(model))


def changed(before: State, after: State, model: type[models.Model]) -> Iterator[tuple[Row, Row, set[str]]]:
    """Rows of a kind that were there before and read otherwise now, with the names of what changed."""
    for pk, now in after.rows[model].items():
        then = before.rows[model].get(pk)
        if then is not None and then != now:
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
