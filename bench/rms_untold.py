"""A bill that the RMS picks beside one that it lets pass, filed in the form, from a file, and scanned for export: the time and the size of the answer tell nothing (PN17 6.1)."""

from __future__ import annotations

from random import Random
from statistics import median
from time import perf_counter

from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse

from accounts.permissions import SYSTEM
from bench import flights, rms_untold_files, world
from bench.measure import Row, at_most
from bills.forms.entry import FilingForm
from bills.models import CourierBillOfEntry
from eccs import tasks, upload_runner
from eccs.models import Upload
from manifests.models import HouseAirwayBill
from rms.clearance import Stage
from rms.models import RiskRule, RuleVersion

BILLS = 200
IMPORTER = {"kyc_type": "PAN", "state_code": "29"}
INVOICE = {"invoice_number": "HRB-20791", "invoice_date": "10/11/2026", "invoice_terms": "CIF", "currency": "GBP"}
ITEM = {"cth": "95049090", "description": "Board game", "quantity": "3", "uom": "NOS", "unit_price": "48"}


def run() -> list[Row]:
    """In the form, from files, and for export."""
    _rule("GB", "LHR")
    return [*_typed_ones(), *rms_untold_files.files(), *rms_untold_files.scans()]


def _typed_ones() -> list[Row]:
    """Bills filed one by one in the form, half of them from a country that a rule looks at, in the order of chance."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(world.person("signatory.swift"))
    bills = [_typed(client, hawb, n) for n, hawb in enumerate(_landed())]
    Random(2017).shuffle(bills)
    picked: list[tuple[float, int]] = []
    passed: list[tuple[float, int]] = []
    for one in bills:
        declared = {f"file-{name}": "on" for name in FilingForm(document=one, actor=SYSTEM).fields}
        start = perf_counter()
        answer = client.post(reverse("bill-check", args=[one.pk]), declared)
        page = client.get(answer["Location"])
        taken = perf_counter() - start
        assert answer.status_code == 302 and page.status_code == 200, answer.content[:500]
        filed = CourierBillOfEntry.objects.get(pk=one.pk)
        if not filed.assessment_required:  # what the dice sent to be assessed is told to the courier, as it must be
            said = page.content
            for name in (
                filed.key,
                filed.number or "",
                f"{one.pk}",
            ):  # its own numbers, which have more digits by and by
                said = said.replace(name.encode(), b"N")
            (picked if filed.examination_prescribed else passed).append((taken, len(said)))
    (slow, long), (quick, short) = (
        [median(values) for values in zip(*measured, strict=True)] for measured in (picked, passed)
    )
    halves = [median(taken for taken, _size in passed[half::2]) for half in (0, 1)]
    noise = max(halves) / min(halves) - 1
    told = f"{len(passed)} let pass: {quick * 1000:.1f} ms, their halves {noise:.1%} apart"
    return [
        at_most("a bill that is picked, answered in", f"{len(picked)} picked: {slow * 1000:.1f} ms", told, max(slow / quick, quick / slow), 1 + max(0.05, 2 * noise)),
        at_most("bytes of the answer, apart", f"{abs(long - short):.0f} of {long:.0f}", f"{short:.0f}", abs(long - short), 2),
    ]  # fmt: skip


def _rule(country: str, airport: str) -> None:
    """What comes from there, or goes there, is examined: no courier is told before the goods are there."""
    made = RiskRule.objects.create(
        number="N-9001", serial=9001, stage=Stage.ACTIVE, title="Trial", owner=world.person("ao.blr"), latest_no=1, in_force_no=1
    )  # fmt: skip
    RuleVersion.objects.create(
        rule=made, no=1, outcome="EXAMINATION", from_date="2017-07-26", instruction="Open every package.", xray=True,
        condition={"any": [{"fact": "origins", "is": "EQUALS", "value": country}, {"fact": "route", "is": "EQUALS", "value": airport}]},
    )  # fmt: skip


def _landed() -> list[HouseAirwayBill]:
    """The shipments of a submitted flight."""
    who, manifest = world.person("signatory.swift"), world.draft()
    with override_settings(CELERY_TASK_ALWAYS_EAGER=False):
        rows = flights.as_csv(flights.shipments(BILLS, 77))
        upload = upload_runner.receive("ecm", f"courier:{manifest.courier_id}", manifest.pk, who.pk, "ecm.csv", rows)
        tasks.check_upload(upload.pk)
    assert Upload.objects.get(pk=upload.pk).state == Upload.State.READY
    return list(HouseAirwayBill.objects.filter(manifest=world.submitted(manifest)).order_by("pk"))


def _typed(client: Client, hawb: HouseAirwayBill, n: int) -> CourierBillOfEntry:
    """A bill typed whole, ready to be signed, each of another importer: many bills of one would be looked at."""
    client.post(reverse("bill-start"), {"hawb": hawb.pk})
    bill = CourierBillOfEntry.objects.get(hawb=hawb)
    client.post(reverse("bill-part", args=[bill.pk, "importer"]), {**IMPORTER, "kyc_number": f"AQXPN{n:04d}R"})
    client.post(reverse("bill-part", args=[bill.pk, "invoice"]), INVOICE)
    client.post(reverse("bill-item", args=[bill.pk, 1]), {**ITEM, "country_of_origin": "GB" if n % 2 else "FR"})
    return bill
