"""10,000 documents in 200 bags going out: one CSB-III from a file, bag scans, X-ray, the flight, beside COPY of the rows each writes."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from django.test.utils import override_settings
from django.utils import timezone

from bench import flights, world
from bench.documents import BAGS, FEW, SHIPMENTS, Told, Written, rows_of
from bench.measure import Row
from eccs import tasks, upload_runner
from eccs.models import Upload
from eccs.workflow import take, take_many
from exports import leaving, registering
from exports.models import CourierExportManifest, CourierShippingBill
from exports.stages import Stage
from manifests.arrival import Scan

FILING, SCANS, XRAY, MANIFEST, EGM = (
    "documents out: one CSB-III filed",
    "documents out: bag scans",
    "documents out: X-ray and Let Export Order",
    "documents out: export manifest filed",
    "documents out: EGM fed",
)
_OF_BILL = "bill_id = {pk}"
WRITTEN: Written = {
    FILING: (
        ("exports_exportbag", _OF_BILL), ("exports_exportshipment", _OF_BILL), ("exports_couriershippingbill", "id = {pk}"),
        ("exports_shippingbilltrail", "document_id = {pk} AND step = 'file'"),
    ),
    SCANS: (("exports_goodsscan", _OF_BILL), ("exports_exportbag", _OF_BILL), ("exports_exportshipment", _OF_BILL)),
    XRAY: (
        ("exports_letexportorder", _OF_BILL), ("exports_couriershippingbill", "id = {pk}"),
        ("exports_shippingbilltrail", "document_id = {pk} AND step = 'clear_xray'"),
    ),
    MANIFEST: (
        ("exports_exportmanifestline", _OF_BILL), ("exports_couriershippingbill", "id = {pk}"),
        ("exports_shippingbilltrail", "document_id = {pk} AND step = 'put_on_manifest'"),
    ),
    EGM: (
        ("exports_exportshipment", _OF_BILL), ("exports_couriershippingbill", "id = {pk}"),
        ("exports_shippingbilltrail", "document_id = {pk} AND step = 'export'"),
    ),
}  # fmt: skip
"""The rows that each part writes: new ones, and those it writes anew."""
AIMS = {FILING: 0.05, SCANS: 0.01, XRAY: 0.03, MANIFEST: 0.01, EGM: 0.1}


def run() -> list[Row]:
    """A small flight for its statements, then three of full size; the middle one counts."""
    small = fly(FEW * 2, FEW, 1)
    return rows_of(small, [fly(SHIPMENTS, BAGS, salt) for salt in (2, 3, 4)], WRITTEN, AIMS, SCANS)


def _draft() -> CourierShippingBill:
    """A draft with its flight."""
    today = timezone.localdate().isoformat()
    flight = {
        "airline": "Bench Air", "flight_number": "ZZ2", "mawb": "157-12345675", "airport_of_destination": "FRA",
        "destination_country": "DE", "departure_date": today, "departure_time": "23:50", "landing_date": today,
    }  # fmt: skip
    who = world.person("signatory.swift")
    return CourierShippingBill.objects.create(
        kind="CSB-III", station_id="BLR", courier_id=who.courier_id or 0, created_by=who, draft={"header": flight, "items": []}
    )  # fmt: skip


def _rows(shipments: int, bags: int, salt: int) -> list[dict[str, str]]:
    return [
        {
            "hawb": f"SD{salt:03d}{n:09d}", "bag_number": f"OUT-{salt}-{n % bags:04d}", "pieces": "1", "gross_weight_kg": "0.35",
            "description": "Documents", "consignor_name": f"Sender {n % 977}", "consignee_name": f"Receiver {n % 4999}",
            "consignee_address": f"{n % 977} Hafenstrasse", "consignee_city": "Hamburg",
        }
        for n in range(shipments)
    ]  # fmt: skip


def fly(shipments: int, bags: int, salt: int) -> Told:
    """One flight of documents from its file to Exported."""
    who, courier, scanner = world.person("signatory.swift"), world.actor("signatory.swift"), world.actor("scan.blr")
    bill = _draft()
    told = Told(bill.pk)
    content = flights.as_csv(_rows(shipments, bags, salt))
    with override_settings(CELERY_TASK_ALWAYS_EAGER=False):
        upload = upload_runner.receive("csb-iii", f"courier:{bill.courier_id}", bill.pk, who.pk, "d.csv", content)
        tasks.check_upload(upload.pk)
    upload.refresh_from_db()
    assert upload.state == Upload.State.READY, (upload.refusal, upload.faults[:3])
    Upload.objects.filter(pk=upload.pk).update(state=Upload.State.SAVING)
    with told.part(FILING):
        tasks.save_upload(upload.pk, who.pk)
    bill = CourierShippingBill.objects.get(pk=bill.pk)
    assert (bill.shipment_count, bill.bag_count, bill.stage) == (shipments, bags, Stage.GOODS)
    numbers = list(bill.bags.values_list("number", flat=True))
    with told.part(SCANS):
        for number in numbers:
            registering.record("BLR", [Scan(uuid.uuid4(), number, datetime.now(UTC))], scanner)
    assert CourierShippingBill.objects.get(pk=bill.pk).stage == Stage.XRAY
    with told.part(XRAY):
        done = take_many(CourierShippingBill, [bill.pk], "clear_xray", world.actor("xray.blr"))
    assert [one.stage for one in done.moved] == [Stage.LET_EXPORT], done.refused
    manifest = CourierExportManifest.objects.create(
        station_id="BLR", courier_id=bill.courier_id, created_by=who, airline="Bench Air", flight_number="ZZ2",
        mawb="157-12345675", airport_of_destination="FRA", scheduled_departure=timezone.now(),
    )  # fmt: skip
    with told.part(MANIFEST):
        leaving.change(manifest, add=[bill.pk])
        filed = take(CourierExportManifest.objects.get(pk=manifest.pk), "file", courier)
    with told.part(EGM):
        take(filed, "feed_egm", courier, egm_number="7710042", departed_at=timezone.now())
    assert CourierShippingBill.objects.get(pk=bill.pk).stage == Stage.EXPORTED
    return told
