"""Hostile files at every door where a file is handed in: each refused in words, nothing stored, no page fails, and the honest one is taken."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from eccs import upload_runner
from eccs.models import Upload
from eccs.uploads import reading
from tests.api.conftest import Made
from tests.bills.conftest import SignedIn
from tests.bills.test_images import PNG
from tests.bills.test_rate_files import currency, item
from tests.bills.test_upload import row as bill_row
from tests.exports.conftest import row as shipping_row
from tests.exports.test_documents import begun
from tests.exports.test_transmissions import flown
from tests.factories.bills import bill
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.shipping import documents_typed
from tests.factories.transit import transfer
from tests.kernel.test_uploads_checks import rows_of
from tests.manifests.conftest import shipment
from tests.rms.test_rules import SAID
from tests.uploads import hostile
from tests.uploads.hostile import Rows

pytestmark = pytest.mark.django_db

File = tuple[str, bytes]
LEAST = 200  # hostile uploads in all, over every door
NOTED = {
    "upload",
    "auditline",
    "session",
    "livesession",
    "auditlane",
    "busyday",
    "ratefile",
    "ratefiletrail",
    "shippingbillfile",
}  # what notes that a file came


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bomb is one by a thousandth of its size."""
    monkeypatch.setattr(reading, "MAX_UNPACKED", 2_500_000)


def stored() -> dict[str, int]:
    """How many rows every table has, but for those that note that somebody handed a file in."""
    models = (model for model in apps.get_models() if model._meta.model_name not in NOTED and model._meta.managed)
    return {model._meta.label: model._default_manager.count() for model in models}


@contextmanager
def nothing_is_stored(door: str) -> Iterator[None]:
    """Nothing but the fact that files came."""
    before = stored()
    yield
    assert stored() == before, door


def files_of(what: str) -> list[File]:
    """Of the hostile files made of the rows of a door every sixth, at each of the six from another one on: none is left out."""
    rows, numeric, code = ROWS[what]
    made = [*hostile.texts(rows()), *hostile.cells(rows(), numeric, code), *hostile.workbooks(rows())]
    assert len({name for name, _content in made}) == len(made)
    return made[[*ROWS].index(what) :: len(ROWS)]


ROWS: dict[str, tuple[Callable[[], Rows], str, str]] = {
    "manifest": (lambda: [shipment("SWF001"), shipment("SWF002")], "gross_weight_kg", "consignor_country"),
    "bills": (lambda: [bill_row("SWF001"), bill_row("SWF001", 2)], "quantity", "country_of_origin"),
    "shipping bills": (lambda: [shipping_row("SWX001"), shipping_row("SWX002")], "quantity", "form"),
    "documents for export": (documents_typed, "gross_weight_kg", "consignee_country"),
    "tariff": (lambda: [item(), item("85171400")], "bcd_percent", "unit"),
    "exchange-rates": (lambda: [currency(), currency("EUR")], "import_rate", "currency"),
}


def door_to(what: str, signed_in: SignedIn) -> tuple[Any, str, dict[str, str]]:
    """Who hands the file in, where, and with what besides."""
    courier = signed_in("courier.swift")
    if what in ("tariff", "exchange-rates"):
        return signed_in("sysadmin"), f"/bills/rates/new/{what}/", {"extent": "part"}
    if what == "shipping bills":
        return courier, reverse("csb-upload", args=["BLR"]), {}
    if what == "documents for export":
        return courier, reverse("csb-documents-upload", args=[begun(signed_in).pk]), {}
    firm = User.objects.get(username="courier.swift").courier
    if what == "manifest":
        empty: dict[str, Any] = {"hawb_count": 0, "package_count": 0, "gross_weight_kg": 0, "number": None}
        return courier, reverse("manifest-upload", args=[manifest("DRAFT", courier=firm, **empty).key]), {}
    flight = manifest(courier=firm)
    house_airway_bill(flight, number="SWF001")
    return courier, reverse("bill-upload", args=[flight.key]), {}


@pytest.mark.parametrize("what", ROWS)
def test_no_hostile_file_of_rows_is_taken(what: str, signed_in: SignedIn) -> None:
    browser, address, also = door_to(what, signed_in)
    files = files_of(what)
    taken = []
    with nothing_is_stored(what):
        for name, content in files:
            answer = browser.post(address, {"file": SimpleUploadedFile("flight.xlsx", content), **also})
            if answer.status_code == 422:
                continue
            assert answer.status_code == 302, (name, answer.status_code)
            upload = Upload.objects.latest("pk")
            assert upload.size == len(content), name
            upload_runner.check(upload.pk)
            upload.refresh_from_db()
            if upload.state != Upload.State.REFUSED:
                taken.append((name, upload.state))
                continue
            assert upload.refusal or all(row and column and reason for row, column, _value, reason in upload.faults), (
                name
            )
            assert upload.refusal or upload.faults, name
    assert not taken
    refused = Upload.objects.exclude(faults=[]).order_by("-pk").first()
    assert refused is not None
    for upload in (refused, Upload.objects.exclude(refusal="").latest("pk")):
        assert browser.get(reverse("upload", args=[upload.pk])).status_code == 200
    back = b"".join(browser.get(reverse("upload-errors", args=[refused.pk])).streaming_content)
    given = rows_of(back, is_xlsx=back.startswith(b"PK"))
    assert not [cell for row in given for cell in row if str(cell).startswith(("=", "+", "-", "@", "\t"))]


def sent(files: Iterable[File], send: Callable[[SimpleUploadedFile], Any], name: str = "file.csv") -> None:
    """Each file is refused where it is handed in, with words."""
    for what, content in files:
        answer = send(SimpleUploadedFile(name, content))
        assert 400 <= answer.status_code < 500, (what, answer.status_code)
        assert answer.content, what


def said(answer: Any) -> str:
    """What the next page would say."""
    return " ".join(str(one) for one in get_messages(answer.wsgi_request))


def structural(rows: Rows, turn: int) -> list[File]:
    """Of the files that are no rows at all, every twelfth."""
    return [*hostile.texts(rows), *hostile.workbooks(rows)][turn::12]


def test_no_hostile_file_is_read_by_a_page_itself(signed_in: SignedIn) -> None:
    """Targets of the RMS, a list of a transfer, the answers of a register: read at once, in the process that serves others."""
    officer, desk, courier = signed_in("risk.blr"), signed_in("dcac.blr"), signed_in("courier.swift")
    targets = {**SAID, "node": ["r", "r-0"], "group-r": "all", "do": "save", "kind": "TARGET", "target_fact": "iec"}
    files = structural([{"iec": "0388066415", "note": "x"}], 0)
    unread = [
        one
        for one in files
        if not one[0].startswith(("separated", "a column", "names", "JSON", "YAML", "SQL", "a shell"))
    ]
    with nothing_is_stored("targets"):
        sent(
            [one for one in unread if refused_as_a_file(one)],
            lambda file: officer.post("/rms/new/", {**targets, "targets_file": file}),
        )
    flown()
    desk.post(reverse("transmission-send"), {"register": "EDPMS", "station": "BLR"})
    from exports.models import TransmissionFile

    address = reverse("transmission-file", args=[TransmissionFile.objects.get().number])
    files = structural([{"number": "CSB-V_BLR_2026-2027_000001", "result": "MAYBE", "reason": "x"}], 1)
    with nothing_is_stored("answers"):
        sent(files, lambda file: desk.post(address, {"file": file}))
    one = transfer("DRAFT", courier=User.objects.get(username="courier.swift").courier)
    files = [file for file in structural([{"hawb": "SWF001", "note": "x"}], 2) if refused_as_a_file(file)]
    with nothing_is_stored("transfers"):
        sent(files, lambda file: courier.post(reverse("transfer-list", args=[one.pk]), {"file": file}))


def refused_as_a_file(file: File) -> bool:
    """Whether no row can be read from it: else its first cells are looked at, and name nothing."""
    try:
        reading.read(file[1], file[0])
    except reading.Unreadable:
        return True
    return False


def test_no_hostile_scroll_is_compared(signed_in: SignedIn) -> None:
    desk = signed_in("dcac.blr")
    rows = [
        {
            "status": "SUCCESS",
            "challan": "1911402718",
            "bank_transaction": "X1",
            "amount_paise": "100",
            "decided_at": "now",
        }
    ]
    files = [*structural(rows, 3), *hostile.cells(rows, "amount_paise", "bank_transaction")][::3]
    yesterday = timezone.localdate() - timedelta(days=1)
    with nothing_is_stored("scrolls"):
        sent(
            files,
            lambda file: desk.post(
                reverse("scroll-load"), {"bank": "BANK", "day": f"{yesterday:%d/%m/%Y}", "file": file}
            ),
        )


def test_no_hostile_paper_is_kept(signed_in: SignedIn, program: Made) -> None:
    """Of a bill, by its page and by the API: a paper is what its first bytes say."""
    on = bill("ASSESSMENT")
    courier, asking, files = signed_in("signatory.swift"), program(), [*hostile.papers()]
    with nothing_is_stored("papers"):
        for what, content in files:
            told = courier.post(
                reverse("bill-attach", args=[on.number]),
                {"papers": SimpleUploadedFile("a.pdf", content), "kind": "OTHER"},
            )
            assert re.search("Only PDF, JPEG|empty", said(told)), what
    with nothing_is_stored("papers by the API"):
        sent(files, lambda file: asking.send(f"/bills/{on.number}/papers", file=file, kind="OTHER"), "a.pdf")


def test_no_hostile_zip_of_images_is_taken_in(signed_in: SignedIn) -> None:
    on = bill("ASSESSMENT")
    good = hostile.zipped([("h1.png", PNG), ("a/../../x.png", PNG)])
    at = good.index(b"PK\x01\x02")
    files = [
        *(one for one in hostile.texts([{"a": "1"}]) if one[1]),
        ("a path out of it", good), ("an end elsewhere", good[:-6] + b"\xf0\xff\xff\xff\0\0"), ("no end", good[:-30]),
        ("a password", good[: at + 8] + b"\1\0" + good[at + 10 :]), ("an absolute path", hostile.zipped([("/etc/h1.png", PNG)])),
        ("a drive", hostile.zipped([("c:\\h1.png", PNG)])), ("a packing", good[: at + 10] + b"\x63\0" + good[at + 12 :]),
    ]  # fmt: skip
    with nothing_is_stored("images"):
        for what, content in files:
            given = {"images": SimpleUploadedFile("a.zip", content)}
            told = signed_in("courier.swift").post(reverse("bill-images", args=[on.manifest.key]), given)
            assert re.search("no readable ZIP|leads out|password|Choose a ZIP|too many", said(told)), what


def test_no_hostile_certificate_list_or_paper_is_believed(signed_in: SignedIn, client: Any) -> None:
    person, admin, files = signed_in("signatory.swift"), signed_in("sysadmin"), [*hostile.blobs()]
    with nothing_is_stored("certificates"):
        sent(files[::2], lambda file: person.post(reverse("certificates"), {"file": file}), "a.cer")
        sent(files[1::2], lambda file: admin.post(reverse("certificates-revoked"), {"file": file}), "a.crl")
    for what, content in files[::4]:
        told = client.post(reverse("verify"), {"file": SimpleUploadedFile("a.pdf", content)})
        assert told.status_code in (200, 429) and "genuine" not in told.content.decode().lower().replace(
            "not genuine", ""
        ), what


def test_the_reader_itself_refuses_every_hostile_workbook() -> None:
    """Before it lays one out: a claim of four thousand million texts ended the process, an ODS within was unrolled."""
    files = dict(hostile.workbooks([shipment("SWF001"), shipment("SWF002")]))
    read = {name for name, content in files.items() if not refused_as_a_file((name, content))}
    assert read == {"a cell that is an error"}, "which leaves the cell empty, and that is named"


def test_two_hundred_hostile_files_and_more_were_sent() -> None:
    """Counted by making them, so that the number stands whichever tests ran before."""
    doors = sum(len(files_of(what)) for what in ROWS)
    assert doors + 2 * len([*hostile.papers()]) + len([*hostile.blobs()]) >= LEAST
