"""Files of bills, and goods scanned for export, of which the RMS picks all beside such as it lets pass: time and size of what is answered."""

from __future__ import annotations

from random import Random
from statistics import median
from time import perf_counter
from uuid import uuid4

from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse
from django.utils import timezone

from bench import exports, flights, world
from bench.measure import Row, at_most
from bills.models import CourierBillOfEntry
from eccs import tasks, upload_runner
from eccs.dated_rules import DatedRule, forget
from eccs.models import Upload
from exports.models import CourierShippingBill
from exports.stages import Stage

BILLS = 150  # of a file
FILES = 6  # of each sort
SCANNED = 120  # goods for export
Measured = dict[bool, list[tuple[float, int]]]  # whether the RMS picks: seconds and bytes


def files() -> list[Row]:
    """Flights whose bills are filed from files in turn: all from a country that a rule looks at, or none."""
    nothing_by_lot()
    client = _client("signatory.swift")
    found: Measured = {True: [], False: []}
    for n in range(2 * FILES + 2):
        picked = n % 2 == 0
        measured = _filed(client, 500 + n, "GB" if picked else "FR")
        if n >= 2:  # the first of each warms up
            found[picked].append(measured)
    return _told("a file that is picked, filed in", "bytes of what its courier is told, apart", found)


def scans() -> list[Row]:
    """Shipping bills whose goods are scanned, half of them for an airport that a rule looks at, in the order of chance."""
    nothing_by_lot()
    rows = [
        one | {"airport_of_destination": "LHR" if n // 4 % 2 else "LGW"}
        for n, one in enumerate(exports.rows(900, SCANNED))
    ]
    exports.file_rows(rows)
    hawbs = [(one["hawb"], one["airport_of_destination"] == "LHR") for one in rows]
    Random(2020).shuffle(hawbs)
    scanner, courier = _client("scan.blr"), _client("signatory.swift")
    found: Measured = {True: [], False: []}
    for n, (hawb, picked) in enumerate(hawbs):
        sent = {"scans": [{"key": str(uuid4()), "code": hawb, "at": timezone.now().isoformat()}]}
        start = perf_counter()
        answer = scanner.post(reverse("goods-scans", args=["BLR"]), sent, content_type="application/json")
        bill = CourierShippingBill.objects.select_related("risk_decision").get(hawb=hawb)
        page = courier.get(bill.get_absolute_url())
        taken = perf_counter() - start
        assert answer.status_code == page.status_code == 200, answer.content[:300]
        assert bill.stage == Stage.XRAY and bill.examination_prescribed == picked
        if n >= 10:
            found[picked].append((taken, len(answer.content) + len(page.content)))
    return _told("goods that are picked, scanned in", "bytes of the answers, apart", found)


def nothing_by_lot() -> None:
    """No bill is drawn: the rule alone picks."""
    DatedRule.objects.filter(name__regex="^(random|minimum)_.*_percent$").update(value="0")
    forget()


def _client(username: str) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(world.person(username))
    return client


def _filed(client: Client, salt: int, country: str) -> tuple[float, int]:
    """Seconds from the signature until the courier reads what became of its file, and the bytes of the page."""
    who, manifest = world.person("signatory.swift"), world.draft()
    owner = f"courier:{manifest.courier_id}"
    with override_settings(CELERY_TASK_ALWAYS_EAGER=False):
        for kind, made in (("ecm", flights.shipments(BILLS, salt)), ("cbe", flights.bills(BILLS, salt))):
            rows = [one | {"country_of_origin": country} for one in made] if kind == "cbe" else made
            upload = upload_runner.receive(kind, owner, manifest.pk, who.pk, f"{kind}.csv", flights.as_csv(rows))
            tasks.check_upload(upload.pk)
            upload.refresh_from_db()
            assert upload.state == Upload.State.READY, (upload.refusal, upload.faults[:3])
            if kind == "ecm":
                manifest = world.submitted(manifest)
    Upload.objects.filter(pk=upload.pk).update(state=Upload.State.SAVING)
    start = perf_counter()
    tasks.save_upload(upload.pk, who.pk)
    page = client.get(reverse("upload", args=[upload.pk]))
    taken = perf_counter() - start
    rows_filed = CourierBillOfEntry.objects.filter(manifest=manifest)
    assert page.status_code == 200 and rows_filed.count() == BILLS
    assert rows_filed.filter(examination_prescribed=True).count() == (BILLS if country == "GB" else 0)
    return taken, len(page.content)


def _middle(measured: list[tuple[float, int]]) -> tuple[float, float]:
    return median(taken for taken, _size in measured), median(size for _taken, size in measured)


def _told(name: str, of_size: str, found: Measured) -> list[Row]:
    """Picked beside let pass; the noise is how far the two halves of those let pass are apart."""
    (slow, long), (quick, short) = _middle(found[True]), _middle(found[False])
    halves = [_middle(found[False][half::2])[0] for half in (0, 1)]
    noise = max(halves) / min(halves) - 1
    told = f"{len(found[False])} let pass: {quick * 1000:.1f} ms, their halves {noise:.1%} apart"
    return [
        at_most(name, f"{len(found[True])} picked: {slow * 1000:.1f} ms", told, max(slow / quick, quick / slow), 1 + max(0.05, 2 * noise)),
        at_most(of_size, f"{abs(long - short):.0f} of {long:.0f}", f"{short:.0f}", abs(long - short), 2),
    ]  # fmt: skip
