"""Filing 5,000 shipping bills from a file, and clearing them in bulk, beside filing as many bills of entry."""

from __future__ import annotations

from statistics import median

from django.db.models import F
from django.test.utils import override_settings
from django.utils import timezone

from accounts.models import AuthorisedCourier
from bench import flights, world
from bench.filing import BILLS, file_flight
from bench.measure import Row, at_most, rounds, timed
from bills.models import CourierBillOfEntry
from eccs import tasks, upload_runner
from eccs.models import Upload
from eccs.workflow import take_many
from exports import risk
from exports.models import CourierShippingBill, ShippingBillFile
from exports.stages import Stage
from manifests.models import ExpressCargoManifest


def run() -> list[Row]:
    """File and clear shipping bills and bills of entry in turn, to the order of X-ray; the filing is told by itself too."""
    salt = iter(range(200, 300))
    filings: dict[str, list[float]] = {"in": [], "out": []}

    def inward() -> float:
        manifest, taken = file_flight(next(salt))
        filings["in"].append(taken)
        return taken + _arrived(manifest)

    def outward() -> float:
        taken = file_rows(rows(next(salt)))
        filings["out"].append(taken)
        return taken + timed(_cleared)

    base, mine = rounds(2, inward, outward)
    into, out = median(filings["in"]), median(filings["out"])
    return [
        at_most("filing shipping bills", f"{BILLS / out:,.0f} bills/s", f"bills of entry {BILLS / into:,.0f}/s", out / into, 1.2),
        at_most("shipping bills to Let Export Order", f"{BILLS / mine:,.0f} bills/s", f"bills of entry to X-ray {BILLS / base:,.0f}/s", mine / base, 1.2),
    ]  # fmt: skip


def _arrived(manifest: ExpressCargoManifest) -> float:
    """The seconds in which the goods of a flight arrive and every picture is clear; what is owed is taken as paid."""
    rows = CourierBillOfEntry.objects.filter(manifest=manifest)
    rows.update(stage="ARRIVAL", arrived_at=timezone.now(), duty_paid=F("total_duty") + F("late_charge"))
    ids = list(rows.values_list("pk", flat=True))

    def work() -> None:
        take_many(CourierBillOfEntry, ids, "record_arrival", world.actor("scan.blr"))
        take_many(CourierBillOfEntry, ids, "clear_xray", world.actor("xray.blr"))

    return timed(work)


def rows(salt: int, count: int = BILLS) -> list[dict[str, str]]:
    """The rows of a file of shipping bills."""
    return [
        {
            "form": "CSB-V", "hawb": f"SX{salt:03d}{n:09d}", "item_no": "1", "cth": flights.GOODS[n % 4][0],
            "description": flights.GOODS[n % 4][1], "quantity": "10", "uom": "NOS", "unit_price": "6.50", "currency": "USD",
            "invoice_number": f"INV-{n}", "invoice_date": "2026-11-02", "invoice_terms": "FOB", "fob_value": "65.00",
            "destination_country": "DE", "airport_of_destination": "FRA", "packages": "1", "gross_weight_kg": "2.5",
            "consignor_name": "Kaveri Looms Pvt Ltd", "consignor_address": "14 Mill Road",
            "consignee_name": f"Receiver {n % 4999}", "consignee_address": f"{n % 977} Hafenstrasse", "kyc_type": "GSTIN",
            "kyc_number": "29AAKCK4417E1ZH", "iec": "AAKCK4417E", "ad_code": "6390417", "gstin": "29AAKCK4417E1ZH",
            "under_bond_or_ut": "Y",
        }
        for n in range(count)
    ]  # fmt: skip


def file_rows(given: list[dict[str, str]]) -> float:
    """The seconds that shipping bills take from the signature to the last line of the trail."""
    who = world.person("signatory.swift")
    courier = AuthorisedCourier.objects.get(pk=who.courier_id or 0)
    subject, _made = ShippingBillFile.objects.get_or_create(courier=courier, station_id="BLR")
    with override_settings(CELERY_TASK_ALWAYS_EAGER=False):
        content = flights.as_csv(given)
        upload = upload_runner.receive("csb", f"courier:{courier.pk}", subject.pk, who.pk, "csb.csv", content)
        tasks.check_upload(upload.pk)
        upload.refresh_from_db()
        assert upload.state == Upload.State.READY, (upload.refusal, upload.faults[:3])
    Upload.objects.filter(pk=upload.pk).update(state=Upload.State.SAVING)
    return timed(lambda: tasks.save_upload(upload.pk, who.pk))


def _cleared() -> None:
    """All goods registered, the RMS asked, and every picture clear."""
    ids = list(CourierShippingBill.objects.filter(stage=Stage.GOODS).values_list("pk", flat=True))
    CourierShippingBill.objects.filter(pk__in=ids).update(packages_in=1)
    risk.register(ids, world.actor("scan.blr"), timezone.now())
    waiting = CourierShippingBill.objects.filter(pk__in=ids, stage=Stage.XRAY).values_list("pk", flat=True)
    take_many(CourierShippingBill, list(waiting), "clear_xray", world.actor("xray.blr"))
    assert CourierShippingBill.objects.filter(pk__in=ids, stage=Stage.LET_EXPORT).exists()
