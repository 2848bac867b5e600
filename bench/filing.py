"""Filing 5,000 bills from a file (duty, risk, routing, trail) beside COPY of the very rows it writes."""

from __future__ import annotations

from io import StringIO

from django.db import connection, transaction
from django.test.utils import override_settings

from bench import flights, world
from bench.measure import Row, at_least, rounds, timed
from bills.models import CourierBillOfEntry
from eccs import tasks, upload_runner
from eccs.models import Upload
from manifests.models import ExpressCargoManifest

BILLS = 5_000
TABLES = (
    ("rms_riskdecision", "id IN (SELECT risk_decision_id FROM bills_courierbillofentry WHERE manifest_id = {pk})"),
    ("bills_courierbillofentry", "manifest_id = {pk}"),
    ("bills_item", "bill_id IN (SELECT id FROM bills_courierbillofentry WHERE manifest_id = {pk})"),
    ("bills_billtrail", "document_id IN (SELECT id FROM bills_courierbillofentry WHERE manifest_id = {pk})"),
)


def run() -> list[Row]:
    """File, and copy what was filed."""
    filed = [file_flight(1)[0]]
    salt = iter(range(2, 100))

    def candidate() -> float:
        manifest, taken = file_flight(next(salt))
        filed.append(manifest)
        return taken

    base, mine = rounds(5, lambda: _copied(filed[-1]), candidate)
    return [
        at_least(
            "filing by upload",
            f"{BILLS / mine:,.0f} bills/s",
            f"COPY of their rows {BILLS / base:,.0f} bills/s",
            base / mine,
            0.2,
        )
    ]


def file_flight(salt: int) -> tuple[ExpressCargoManifest, float]:
    """A submitted flight, and the seconds that its bills take from the signature to the last line of the trail."""
    who, owner = world.person("signatory.swift"), ""
    manifest = world.draft()
    owner = f"courier:{manifest.courier_id}"
    with override_settings(CELERY_TASK_ALWAYS_EAGER=False):
        for kind, rows in (("ecm", flights.shipments(BILLS, salt)), ("cbe", flights.bills(BILLS, salt))):
            upload = upload_runner.receive(kind, owner, manifest.pk, who.pk, f"{kind}.csv", flights.as_csv(rows))
            tasks.check_upload(upload.pk)
            upload.refresh_from_db()
            assert upload.state == Upload.State.READY, (upload.refusal, upload.faults[:3])
            if kind == "ecm":
                manifest = world.submitted(manifest)
    Upload.objects.filter(pk=upload.pk).update(state=Upload.State.SAVING)
    taken = timed(lambda: tasks.save_upload(upload.pk, who.pk))
    assert CourierBillOfEntry.objects.filter(manifest=manifest).count() == BILLS
    return manifest, taken


def _copied(manifest: ExpressCargoManifest) -> float:
    """The seconds that COPY takes for the rows that filing wrote; nothing is kept."""
    with connection.cursor() as cursor:
        texts = []
        for table, condition in TABLES:
            text = StringIO()
            cursor.copy_expert(f"COPY (SELECT * FROM {table} WHERE {condition.format(pk=manifest.pk)}) TO STDOUT", text)
            texts.append((table, text))
        with transaction.atomic():
            bills = f"SELECT id FROM bills_courierbillofentry WHERE manifest_id = {manifest.pk}"
            cursor.execute(f"CREATE TEMP TABLE gone ON COMMIT DROP AS {bills}")
            cursor.execute(
                f"CREATE TEMP TABLE decided ON COMMIT DROP AS SELECT risk_decision_id AS id FROM bills_courierbillofentry WHERE manifest_id = {manifest.pk}"
            )
            cursor.execute("SET LOCAL session_replication_role = replica")  # neither the trail's guard nor foreign keys
            for table, column, of in (
                ("bills_billtrail", "document_id", "gone"), ("bills_item", "bill_id", "gone"),
                ("bills_courierbillofentry", "id", "gone"), ("rms_riskdecision", "id", "decided"),
            ):  # fmt: skip
                cursor.execute(f"DELETE FROM {table} WHERE {column} IN (SELECT id FROM {of})")
            cursor.execute("SET LOCAL session_replication_role = origin")

            def copy() -> None:
                for table, text in texts:
                    text.seek(0)
                    cursor.copy_expert(f"COPY {table} FROM STDIN", text)
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

            taken = timed(copy)
            transaction.set_rollback(True)
    return taken
