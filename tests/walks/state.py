"""Everything a walk may change, read in one statement: each row of one manifest and of what hangs on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, models

from bills.models import (
    BillAmendment,
    BillCancellation,
    CourierBillOfEntry,
    DetentionMemo,
    Examination,
    Item,
    OutOfCharge,
    ProvisionalAssessment,
    QueryMemo,
)
from eccs.workflow import Document
from manifests.models import ArrivalScan, ExpressCargoManifest, HouseAirwayBill, ManifestAmendment, Package
from payments.models import BankMessage, Challan, ChallanLine

Row = dict[str, Any]
_BILLS = "SELECT id FROM bills_courierbillofentry WHERE manifest_id = $1"
_OF_MANIFEST = "manifest_id = $1"
_OF_BILL = f"bill_id IN ({_BILLS})"
_CHALLANS = f"SELECT challan_id FROM payments_challanline WHERE {_OF_BILL}"
READ: dict[type[models.Model], str] = {
    ExpressCargoManifest: "id = $1",
    HouseAirwayBill: _OF_MANIFEST,
    Package: _OF_MANIFEST,
    ArrivalScan: _OF_MANIFEST,
    ManifestAmendment: _OF_MANIFEST,
    CourierBillOfEntry: _OF_MANIFEST,
    **dict.fromkeys(
        (
            Item,
            QueryMemo,
            DetentionMemo,
            Examination,
            OutOfCharge,
            BillAmendment,
            BillCancellation,
            ProvisionalAssessment,
            ChallanLine,
        ),
        _OF_BILL,
    ),
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
        cursor.execute(f"PREPARE walked(bigint) AS {' UNION ALL '.join(parts)}")


def forget() -> None:
    """Nobody walks any more."""
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE walked")


@dataclass(frozen=True)
class State:
    """The rows of a walk at one moment, by model and key."""

    rows: dict[type[models.Model], dict[Any, Row]]

    @classmethod
    def of(cls, manifest_id: int) -> State:
        """Read it."""
        kinds = tuple(READ)
        rows: dict[type[models.Model], dict[Any, Row]] = {model: {} for model in kinds}
        with connection.cursor() as cursor:
            cursor.execute("EXECUTE walked(%s)", [manifest_id])
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
