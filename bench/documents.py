"""10,000 documents in 200 bags: manifest, one CBE-XI, bag scans, X-ray and Out of Charge, beside COPY of the rows each writes."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from time import perf_counter
from typing import Any

from django.db import connection, transaction
from django.test.utils import override_settings

from bench import flights, world
from bench.measure import Row, at_least, at_most, timed
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from bills.xi import filing
from eccs import tasks, upload_runner
from eccs.models import Upload
from eccs.workflow import take, take_many
from manifests.arrival import Scan, record
from manifests.models import ExpressCargoManifest

SHIPMENTS, BAGS = 10_000, 200
FEW = 50  # shipments of the small flight, in as many bags a shipment: its statements are counted beside
MANIFEST, FILING, SCANS, XRAY = (
    "documents: manifest by upload",
    "documents: one CBE-XI filed",
    "documents: bag scans",
    "documents: X-ray and Out of Charge",
)
_OF_FLIGHT = "manifest_id = {pk}"
_OF_HAWBS = "hawb_id IN (SELECT id FROM manifests_houseairwaybill WHERE manifest_id = {pk})"
_OF_BILL = "{column} IN (SELECT id FROM bills_courierbillofentry WHERE manifest_id = {{pk}})"
Written = dict[str, tuple[tuple[str, str], ...]]  # by part the tables with the condition on the flight
WRITTEN: Written = {
    MANIFEST: (("manifests_bag", _OF_FLIGHT), ("manifests_houseairwaybill", _OF_FLIGHT)),
    FILING: (
        ("bills_coveredshipment", _OF_HAWBS), ("bills_courierbillofentry", _OF_FLIGHT),
        ("bills_billtrail", _OF_BILL.format(column="document_id")),
    ),
    SCANS: (
        ("manifests_arrivalscan", _OF_FLIGHT), ("manifests_bag", _OF_FLIGHT), ("manifests_houseairwaybill", _OF_FLIGHT),
        ("manifests_warehouseentry", _OF_HAWBS),
    ),
    XRAY: (("manifests_warehouseentry", _OF_HAWBS), ("bills_outofcharge", _OF_BILL.format(column="bill_id"))),
}  # fmt: skip
"""The rows that each part writes: new ones, and those it writes anew."""
AIMS = {MANIFEST: 0.05, FILING: 0.1, SCANS: 0.1, XRAY: 0.1}


@dataclass
class Told:
    """A flight that went all the way: its key, seconds and statements of each part."""

    pk: int
    seconds: dict[str, float] = field(default_factory=dict)
    statements: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def part(self, name: str) -> Any:
        """Count and time what happens here."""

        def counting(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
            self.statements[name] = self.statements.get(name, 0) + 1
            return execute(sql, params, many, context)

        with connection.execute_wrapper(counting):
            start = perf_counter()
            yield
            self.seconds[name] = perf_counter() - start


def run() -> list[Row]:
    """A small flight for its statements, then three of full size; the middle one counts."""
    small = fly(FEW * 2, FEW, 1)
    return rows_of(small, [fly(SHIPMENTS, BAGS, salt) for salt in (2, 3, 4)], WRITTEN, AIMS, SCANS)


def rows_of(small: Told, told: list[Told], written: Written, aims: dict[str, float], scans: str) -> list[Row]:
    """Each part beside COPY of the rows it writes, and its statements beside those of a small flight."""
    rows = []
    for name, tables in written.items():
        mine = sorted(one.seconds[name] for one in told)[1]
        base = sorted(copied(tables, one.pk) for one in told)[1]
        rows.append(
            at_least(
                name, f"{SHIPMENTS / mine:,.0f} HAWBs/s", f"COPY of their rows {SHIPMENTS / base:,.0f}/s", base / mine,
                aims[name],
            )
        )  # fmt: skip
        few, many = small.statements[name], told[0].statements[name]
        if name == scans:  # each pull of the trigger is a message of its own
            few, many = -(-few // FEW), -(-many // BAGS)
        rows.append(at_most(f"{name}, statements", str(many), f"{few} for {FEW * 2} HAWBs", many / few, 1.0))
    return rows


def fly(shipments: int, bags: int, salt: int) -> Told:
    """One flight of documents from its file to Out of Charge."""
    who, courier, scanner = world.person("signatory.swift"), world.actor("signatory.swift"), world.actor("scan.blr")
    manifest = world.draft()
    ExpressCargoManifest.objects.filter(pk=manifest.pk).update(kind=ExpressCargoManifest.Kind.DOCUMENTS)
    told = Told(manifest.pk)
    content = flights.as_csv(flights.documents(shipments, bags, salt))
    with override_settings(CELERY_TASK_ALWAYS_EAGER=False):
        upload = upload_runner.receive(
            "ecm-documents", f"courier:{manifest.courier_id}", manifest.pk, who.pk, "d.csv", content
        )
        with told.part(MANIFEST):
            tasks.check_upload(upload.pk)
    upload.refresh_from_db()
    assert upload.state == Upload.State.READY, (upload.refusal, upload.faults[:3])
    manifest = world.submitted(manifest)
    landed = take(manifest, "feed_igm", courier, igm_number="2914407", actual_arrival=datetime.now(UTC))
    flight = take(landed, "start_arrival_scan", scanner)
    assert who.pk is not None
    draft = filing.start(flight, who.pk)
    with told.part(FILING):
        bill = take(draft, "file", courier)
    assert (bill.shipment_count, bill.bag_count, bill.stage) == (shipments, bags, Stage.ARRIVAL)
    numbers = list(flight.bags.values_list("number", flat=True))
    with told.part(SCANS):
        for number in numbers:
            record(flight.pk, [Scan(uuid.uuid4(), number, datetime.now(UTC))], scanner, documents=True)
    assert CourierBillOfEntry.objects.get(pk=bill.pk).stage == Stage.XRAY
    with told.part(XRAY):
        done = take_many(CourierBillOfEntry, [bill.pk], "clear_xray", world.actor("xray.blr"))
    assert [one.stage for one in done.moved] == [Stage.OUT_OF_CHARGE], done.refused
    return told


def copied(tables: Sequence[tuple[str, str]], pk: int) -> float:
    """The seconds that COPY takes for the rows of a part of a flight, into empty tables of the same columns and indexes; nothing is kept."""
    taken = 0.0
    for table, condition in tables:
        text = StringIO()
        with transaction.atomic(), connection.cursor() as cursor:
            where = condition.format(pk=pk)
            cursor.copy_expert(f"COPY (SELECT * FROM {table} WHERE {where}) TO STDOUT", text)
            cursor.execute(f"CREATE TABLE bench_copy (LIKE {table} INCLUDING ALL)")
            text.seek(0)
            taken += timed(lambda: cursor.copy_expert("COPY bench_copy FROM STDIN", text))  # noqa: B023 called here
            transaction.set_rollback(True)
    return taken
