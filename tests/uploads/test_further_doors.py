"""Hostile files and messages at the doors beside the upload: documents, exemptions, programs, drop folders, scans, what is fed of a flight."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from api.folders import working
from api.folders.models import DroppedFile
from bench import flights
from eccs import upload_runner
from eccs.models import Upload
from exports.models import ShippingBillFile
from manifests.models import ExpressCargoManifest
from tests.api.conftest import Made
from tests.bills.conftest import SignedIn
from tests.bills.test_upload import row as bill_row
from tests.exports.conftest import row as shipping_row
from tests.factories.api_keys import drop_folder
from tests.factories.directory import custodian
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.shipping import export_manifest, shipping_bill
from tests.manifests.conftest import shipment
from tests.uploads import hostile
from tests.uploads.hostile import Rows
from tests.uploads.test_hostile import File, nothing_is_stored, small

__all__ = ["small"]
pytestmark = pytest.mark.django_db

EVERY = 9  # of the files made of each kind of rows


def exemption(**given: str) -> dict[str, str]:
    """A row of a file of exemptions."""
    ahead = timezone.localdate() + timedelta(days=3)
    return {
        "notification": "50/2017-Customs", "serial": "608", "description": "Goods for personal use", "covers": "9804",
        "for_whom": "PERSONAL", "bcd_percent": "10", "from_date": f"{ahead:%Y-%m-%d}", "source": "Notification 3/2027",
    } | given  # fmt: skip


KINDS: dict[str, tuple[Callable[[], Rows], str, str]] = {
    "ECM of documents": (lambda: flights.documents(2, 1), "gross_weight_kg", "consignor_country"),
    "CBE-XI": (lambda: [{"bag_number": "", "hawb": "SWF00000001"}], "hawb", "bag_number"),
    "exemptions": (lambda: [exemption(), exemption(serial="609")], "bcd_percent", "for_whom"),
    "shipments by a program": (
        lambda: [shipment("SWF001"), shipment("SWF002")],
        "gross_weight_kg",
        "consignor_country",
    ),
    "bills by a program": (lambda: [bill_row("SWF001"), bill_row("SWF001", 2)], "quantity", "country_of_origin"),
    "shipping bills by a program": (lambda: [shipping_row("SWX001"), shipping_row("SWX002")], "quantity", "form"),
}
Send = Callable[[SimpleUploadedFile], Any]


def files_of(kind: str) -> list[File]:
    """Of the hostile files made of the rows of a kind every ninth, of each kind from another one on."""
    rows, numeric, code = KINDS[kind]
    made = [*hostile.texts(rows()), *hostile.cells(rows(), numeric, code), *hostile.workbooks(rows())]
    return made[[*KINDS].index(kind) % EVERY :: EVERY]


def door_to(kind: str, signed_in: SignedIn, program: Made) -> Send:
    """How a file of a kind is handed in."""
    courier = signed_in("courier.swift")
    firm = User.objects.get(username="courier.swift").courier
    assert firm is not None
    empty: dict[str, Any] = {"hawb_count": 0, "package_count": 0, "gross_weight_kg": 0, "courier": firm}
    if kind == "exemptions":
        admin = signed_in("sysadmin")
        return lambda file: admin.post("/bills/rates/new/exemptions/", {"file": file, "extent": "part"})
    if kind == "ECM of documents":
        draft = manifest("DRAFT", kind="DOCUMENTS", number=None, **empty)
        return lambda file: courier.post(reverse("manifest-upload", args=[draft.key]), {"file": file})
    if kind == "CBE-XI":
        flight = manifest(kind="DOCUMENTS", courier=firm)
        house_airway_bill(flight, number="SWF00000001")
        return lambda file: courier.post(reverse("bill-upload", args=[flight.key]), {"file": file})
    asking = program()
    if kind == "shipments by a program":
        draft = manifest("DRAFT", number=None, **empty)
        return lambda file: asking.send(f"/manifests/{draft.key}/shipments", file=file)
    if kind == "bills by a program":
        flight = manifest(courier=firm)
        house_airway_bill(flight, number="SWF001")
        return lambda file: asking.send(f"/manifests/{flight.key}/bills", file=file)
    ShippingBillFile.objects.create(courier=firm, station_id="BLR")  # noted at the first file
    return lambda file: asking.send("/stations/BLR/shipping-bills", file=file)


@pytest.mark.parametrize("kind", KINDS)
def test_no_hostile_file_is_taken_at_a_further_door(kind: str, signed_in: SignedIn, program: Made) -> None:
    send, taken = door_to(kind, signed_in, program), []
    with nothing_is_stored(kind):
        for name, content in files_of(kind):
            answer = send(SimpleUploadedFile("flight.xlsx", content))
            assert answer.status_code < 500, name
            if answer.status_code >= 400:
                continue
            upload = Upload.objects.latest("pk")
            assert upload.size == len(content), name
            upload_runner.check(upload.pk)
            upload.refresh_from_db()
            if upload.state == Upload.State.REFUSED:
                assert upload.refusal or all(row and column and reason for row, column, _v, reason in upload.faults), (
                    name
                )
            else:
                taken.append((name, upload.state))
    assert not taken


def test_no_hostile_file_is_taken_from_a_drop_folder(
    program: Made, people: Callable[[str], User], settings: Any, tmp_path: Path
) -> None:
    """The door is the API's; what lies in the folder meanwhile is answered, and nothing but the answers is left."""
    program()
    settings.DROP_ROOT = tmp_path / "drop"
    settings.DROP_ROOT.mkdir()
    firm = people("signatory.swift").courier
    draft = manifest("DRAFT", courier=firm, number=None, hawb_count=0, package_count=0, gross_weight_kg=0)
    folder = drop_folder(courier=firm)
    working.work(folder, settled=0)
    files = [*hostile.texts([shipment("SWF001")]), *hostile.workbooks([shipment("SWF001")])][::9]
    home = settings.DROP_ROOT / folder.name
    with nothing_is_stored("drop folder but for the files' own list"):
        for what, content in files:
            name = f"shipments.{draft.key}.{'xlsx' if content.startswith(b'PK') else 'csv'}"
            (home / "inbox" / name).write_bytes(content)
            working.work(folder, settled=0)
            for one in Upload.objects.filter(state=Upload.State.RECEIVED):
                upload_runner.check(one.pk)
            working.work(folder, settled=0)
            last = folder.files.latest("taken_at")
            assert last.state == DroppedFile.State.REFUSED, what
            told = json.loads((home / "refused" / f"{name}.{last.pk}.json").read_text())
            assert told["answer"].get("problem") or told["answer"]["detail"], what
        assert folder.files.count() == len({content for _what, content in files})
        DroppedFile.objects.all().delete()
    assert [one.name for one in (settings.DROP_ROOT / ".taken" / folder.name).iterdir()] == [".lock"]


DEEP = "[" * 100_000
SCANS: tuple[Any, ...] = (
    "", "null", "[]", "{}", '{"scans": null}', '{"scans": {}}', '{"scans": []}', '{"scans": [1]}', '{"scans": [[]]}', DEEP,
    '{"scans": [{"key": NaN}]}', '{"scans": "' + "x" * 10_000 + '"}', b"\xff\xfe{", b'{"scans": [{"key": "\xed\xa0\x80"}]}', b"\0",
    {"scans": [{"key": str(uuid4()), "code": "A", "at": "2026-01-01T00:00:00"}]},  # of no zone
    {"scans": [{"key": str(uuid4()), "code": "A", "at": "+275760-09-13T00:00:00+00:00"}]},
    {"scans": [{"key": str(uuid4()), "code": "A", "at": "9999-12-31T23:59:59-23:59"}]},
    {"scans": [{"key": str(uuid4()), "code": "\0", "at": "2026-01-01T00:00:00Z"}]},
    {"scans": [{"key": str(uuid4()), "code": "", "at": "2026-01-01T00:00:00Z"}]},
    {"scans": [{"key": str(uuid4()), "code": ["A"], "at": "2026-01-01T00:00:00Z"}]},
    {"scans": [{"key": str(uuid4()), "code": "A"}]},
    {"scans": [{"key": "' OR 1=1 --", "code": "A", "at": "2026-01-01T00:00:00Z"}]},
    {"scans": [{"key": 7, "code": 7, "at": 7}]},
    {"scans": [{"key": str(uuid4()), "code": "A", "at": "2026-01-01T00:00:00Z"}] * 101},
)  # fmt: skip
"""Messages that are no scans."""


def scanners(program: Made, signed_in: SignedIn) -> Iterator[Callable[[Any], Any]]:
    """The doors of scans: the scan stations of arrival and of goods for export, and the same by a program."""
    if User.objects.get(username="scan.blr").custodian_id is None:
        User.objects.filter(username="scan.blr").update(custodian=custodian(station="BLR"))
    flight = manifest("ARRIVAL_SCAN")
    house_airway_bill(flight)
    shipping_bill("GOODS")
    browser, asking = signed_in("scan.blr"), program("scan.blr", name="Scanner")
    for address in (reverse("scans", args=[flight.key]), reverse("goods-scans", args=["BLR"])):
        yield lambda body, to=address: browser.post(to, body, content_type="application/json")  # type: ignore[misc]
    for address in (f"/manifests/{flight.key}/scans", "/stations/BLR/goods"):
        yield lambda body, to=address: asking.post(to, body)  # type: ignore[misc]


def test_no_hostile_scan_is_kept(program: Made, signed_in: SignedIn) -> None:
    signed_in("scan.blr")
    for n, send in enumerate(scanners(program, signed_in)):
        with nothing_is_stored(f"scans {n}"):
            for message in SCANS:
                answer = send(message)
                assert 400 <= answer.status_code < 500, (n, str(message)[:80], answer.status_code, answer.content[:200])


FED = (
    "", "0", "12", "29144070000", "2914407\0", "2914407\n", "+2914407", "२९१४४०७", "2914407' --", "=1+1", "NaN", "1e6", "٢٩١٤٤٠٧",
    "\u202e2914407", "x" * 100_000,
)  # fmt: skip
MOMENTS = (
    "",
    "now",
    "31/02/2026 10:00",
    "01/01/0001 00:00",
    "31/12/9999 23:59",
    "2026-01-01",
    "1" * 5000,
    "01/01/2020 00:00\0",
    "0",
)


def test_no_hostile_number_or_moment_of_a_flight_is_fed(signed_in: SignedIn) -> None:
    """IGM and EGM numbers come by hand, by page or program: what is none is refused and nothing is kept of it."""
    courier = signed_in("courier.swift")
    firm = User.objects.get(username="courier.swift").courier
    flight = manifest(courier=firm)
    good = f"{timezone.localtime() - timedelta(minutes=1):%d/%m/%Y %H:%M}"
    address = flight.step_url("feed_igm")
    with nothing_is_stored("IGM"):
        for number, moment in (*((one, good) for one in FED[1::2]), *(("2914407", one) for one in MOMENTS[1::2])):
            answer = courier.post(address, {"igm_number": number, "actual_arrival": moment})
            assert 400 <= answer.status_code < 500, (number[:20], moment[:20], answer.status_code)
    assert ExpressCargoManifest.objects.get(pk=flight.pk).igm_number == ""
    left = export_manifest("FILED")
    with nothing_is_stored("EGM"):
        for number, moment in (*((one, good) for one in FED[::3]), *(("2914407", one) for one in MOMENTS[::3])):
            answer = courier.post(left.step_url("feed_egm"), {"egm_number": number, "departed_at": moment})
            assert 400 <= answer.status_code < 500, (number[:20], moment[:20], answer.status_code)
