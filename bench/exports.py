"""Filing 5,000 shipping bills from a file, and clearing them in bulk, beside filing as many bills of entry."""

from __future__ import annotations

from django.test.utils import override_settings
from django.utils import timezone

from accounts.models import AuthorisedCourier
from bench import flights, world
from bench.filing import BILLS, file_flight
from bench.measure import Row, at_most, rounds, timed
from eccs import tasks, upload_runner
from eccs.models import Upload
from eccs.workflow import take_many
from exports import risk
from exports.models import CourierShippingBill, ShippingBillFile
from exports.stages import Stage


def run() -> list[Row]:
    """File shipping bills and bills of entry in turn; then register and X-ray one file of shipping bills."""
    salt = iter(range(200, 300))
    base, mine = rounds(3, lambda: file_flight(next(salt))[1], lambda: _filed(next(salt)))
    ids = list(CourierShippingBill.objects.filter(stage=Stage.GOODS).values_list("pk", flat=True)[:BILLS])
    taken = timed(lambda: _cleared(ids))
    return [
        at_most("filing shipping bills", f"{BILLS / mine:,.0f} bills/s", f"bills of entry {BILLS / base:,.0f}/s", mine / base, 1.2),
        at_most("goods to Let Export Order", f"{BILLS / taken:,.0f} bills/s", f"bills of entry filed {BILLS / base:,.0f}/s", taken / base, 1.2),
    ]  # fmt: skip


def _rows(salt: int) -> list[dict[str, str]]:
    return [
        {
            "form": "CSB-V", "hawb": f"SX{salt:03d}{n:09d}", "item_no": "1", "cth": flights.GOODS[n % 4][0],
            "description": flights.GOODS[n % 4][1], "quantity": "10", "uom": "NOS", "unit_price": "6.50", "currency": "USD",
            "invoice_number": f"INV-{n}", "invoice_date": "2026-11-02", "invoice_terms": "FOB", "fob_value": "65.00",
            "destination_country": "DE", "airport_of_destination": "FRA", "packages": "1", "gross_weight_kg": "2.5",
            "consignor_name": f"Exporter {n % 997}", "consignor_address": f"{n % 401} Mill Road",
            "consignee_name": f"Receiver {n % 4999}", "consignee_address": f"{n % 977} Hafenstrasse", "kyc_type": "GSTIN",
            "kyc_number": "29AAKCK4417E1ZH", "iec": "AAKCK4417E", "ad_code": "6390417", "gstin": "29AAKCK4417E1ZH",
            "under_bond_or_ut": "Y",
        }
        for n in range(BILLS)
    ]  # fmt: skip


def _filed(salt: int) -> float:
    """The seconds that shipping bills take from the signature to the last line of the trail."""
    who = world.person("signatory.swift")
    courier = AuthorisedCourier.objects.get(pk=who.courier_id or 0)
    subject, _made = ShippingBillFile.objects.get_or_create(courier=courier, station_id="BLR")
    with override_settings(CELERY_TASK_ALWAYS_EAGER=False):
        content = flights.as_csv(_rows(salt))
        upload = upload_runner.receive("csb", f"courier:{courier.pk}", subject.pk, who.pk, "csb.csv", content)
        tasks.check_upload(upload.pk)
        upload.refresh_from_db()
        assert upload.state == Upload.State.READY, (upload.refusal, upload.faults[:3])
    Upload.objects.filter(pk=upload.pk).update(state=Upload.State.SAVING)
    return timed(lambda: tasks.save_upload(upload.pk, who.pk))


def _cleared(ids: list[int]) -> None:
    """All goods registered, the RMS asked, and every picture clear."""
    CourierShippingBill.objects.filter(pk__in=ids).update(packages_in=1)
    risk.register(ids, world.actor("scan.blr"), timezone.now())
    waiting = CourierShippingBill.objects.filter(pk__in=ids, stage=Stage.XRAY).values_list("pk", flat=True)
    take_many(CourierShippingBill, list(waiting), "clear_xray", world.actor("xray.blr"))
    assert CourierShippingBill.objects.filter(pk__in=ids, stage=Stage.LET_EXPORT).exists()
