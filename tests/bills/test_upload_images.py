"""The ZIP of images that comes with a file of bills: looked through with the rows, attached when the bills are filed."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from bills import images
from bills.models import Attachment, CourierBillOfEntry
from bills.stages import Stage
from eccs import upload_runner
from eccs.dated_rules import DatedRule, forget
from eccs.models import Upload
from manifests.models import ExpressCargoManifest
from tests.bills.conftest import SignedIn
from tests.bills.test_images import PNG, zipped
from tests.bills.test_upload import Rows, flight, row, send

__all__ = ["flight"]  # a fixture of the neighbour's

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4 invoice"


def named() -> Rows:
    """Two bills: one names both images, in its own letter case, one none."""
    return [row("SWF001", hawb_image="H1.png", invoice_image="i1.pdf"), row("SWF001", 2), row("SWF002")]


def sign_and_file(signed_in: SignedIn, upload: Upload) -> str:
    """Sign and file; the words of the page of the result."""
    signatory = signed_in("signatory.swift")
    signatory.post(reverse("upload-sign", args=[upload.pk]), {"declare1": "on", "declare2": "on"})
    upload_runner.save(upload.pk, int(signatory.session["_auth_user_id"]))
    return signatory.get(reverse("upload", args=[upload.pk])).content.decode()


def test_the_images_are_attached_when_the_bills_are_filed(signed_in: SignedIn, flight: ExpressCargoManifest) -> None:
    files = {"scans/h1.png": PNG, "i1.pdf": PDF, "holiday.png": PNG}
    upload = send(signed_in, flight, named(), images=zipped(files))
    assert upload.state == "READY"
    page = signed_in("signatory.swift").get(reverse("upload", args=[upload.pk])).content.decode()
    assert "No row names 1 file of the ZIP; it is left out: holiday.png" in page
    assert "images.zip" in page
    assert not Attachment.objects.exists()
    assert "2 images of the ZIP are attached to their bills." in sign_and_file(signed_in, upload)
    bill = CourierBillOfEntry.objects.get(hawb__number="SWF001")
    kept = bill.attachments.order_by("kind").values_list("kind", "name", "content_type")
    assert list(kept) == [("HAWB", "h1.png", "image/png"), ("INVOICE", "i1.pdf", "application/pdf")]
    assert Attachment.objects.count() == 2


@pytest.mark.parametrize(
    ("files", "faults"),
    [
        ({"h1.png": PNG}, [(2, "invoice_image", "is not in the ZIP")]),
        ({"h1.png": b"MZ no picture", "i1.pdf": PDF}, [(2, "hawb_image", "Only PDF, JPEG, PNG and TIFF are accepted.")]),
        ({"h1.png": b"", "i1.pdf": PDF}, [(2, "hawb_image", "The file is empty.")]),
        ({"a/h1.png": PNG, "b/H1.PNG": PNG, "i1.pdf": PDF}, [(2, "hawb_image", "is in the ZIP more than once")]),
        ({"h1.png": PNG, "i1.pdf": PDF + b"0" * 10 * 1024 * 1024}, [(2, "invoice_image", "The file is larger than 10 MiB.")]),
    ],
)  # fmt: skip
def test_an_image_that_is_missing_or_none_is_told_by_row_and_column(
    signed_in: SignedIn, flight: ExpressCargoManifest, files: dict[str, bytes], faults: list[tuple[int, str, str]]
) -> None:
    upload = send(signed_in, flight, named(), images=zipped(files))
    assert upload.state == "REFUSED"
    assert [(fault[0], fault[1], fault[3]) for fault in upload.faults] == faults


def test_a_misnamed_file_is_told_beside_the_fault(signed_in: SignedIn, flight: ExpressCargoManifest) -> None:
    upload = send(signed_in, flight, named(), images=zipped({"h1.png": PNG, "invoice-1.pdf": PDF}))
    page = signed_in("courier.swift").get(reverse("upload", args=[upload.pk])).content.decode()
    assert "it is left out: invoice-1.pdf" in page
    assert 'name="images"' in page


def link() -> SimpleUploadedFile:
    """A ZIP whose image is a link to a file elsewhere."""
    out, entry = BytesIO(), zipfile.ZipInfo("h1.png")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    return SimpleUploadedFile("images.zip", out.getvalue())


def locked() -> SimpleUploadedFile:
    """A ZIP whose entries say that they are under a password."""
    content = bytearray(zipped({"h1.png": PNG}).read())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + at] |= 1
    return SimpleUploadedFile("images.zip", bytes(content))


def lying() -> SimpleUploadedFile:
    """A ZIP whose list of contents gives a file of 600 MiB as small."""
    size = 2 * 1024 * 1024
    content = zipped({"h1.png": PNG + b"\0" * (size - len(PNG))}).read()
    assert size.to_bytes(4, "little") in content
    return SimpleUploadedFile("images.zip", content.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little")))


def crowded() -> SimpleUploadedFile:
    """A ZIP that says that its list of contents is far too long."""
    content = bytearray(zipped({"h1.png": PNG}).read())
    at = content.rindex(b"PK\x05\x06") + 12
    content[at : at + 4] = (images.LARGEST_DIRECTORY + 1).to_bytes(4, "little")
    return SimpleUploadedFile("images.zip", bytes(content))


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: zipped({"../../h1.png": PNG}), "a path that leads out of it"),
        (lambda: zipped({"/etc/h1.png": PNG}), "a path that leads out of it"),
        (lambda: zipped({"..\\h1.png": PNG}), "a path that leads out of it"),
        (lambda: zipped({"C:h1.png": PNG}), "a path that leads out of it"),
        (link, "a link, not a file"),
        (locked, "protected by a password"),
        (lying, "no readable ZIP"),
        (crowded, "too many files"),
        (lambda: SimpleUploadedFile("a.zip", b"PK\x03\x04 and no more"), "no readable ZIP"),
    ],
)  # fmt: skip
def test_a_zip_with_tricks_is_refused_as_a_whole_and_nothing_is_saved(
    signed_in: SignedIn, flight: ExpressCargoManifest, made: Callable[[], SimpleUploadedFile], words: str
) -> None:
    upload = send(signed_in, flight, named(), images=made())
    assert upload.state == "REFUSED"
    assert words in upload.refusal
    assert not CourierBillOfEntry.objects.exists()
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("files", [{"bomb.png": 3}, {"h1.png": 3}])
def test_a_bomb_is_refused_by_what_it_unpacks_to(
    signed_in: SignedIn, flight: ExpressCargoManifest, files: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "LARGEST_UNPACKED", 2 * 1024 * 1024)
    bomb = {name: PNG + b"\0" * size * 1024 * 1024 for name, size in files.items()}
    upload = send(signed_in, flight, named(), images=zipped(bomb))
    assert "unpacks to more than 500 MiB" in upload.refusal


@pytest.mark.parametrize(
    ("content", "words"), [(b"no zip", "The file is no readable ZIP."), (b"", "Choose a ZIP of at most 100 MiB.")]
)
def test_what_is_no_zip_is_refused_at_once(
    signed_in: SignedIn, flight: ExpressCargoManifest, content: bytes, words: str
) -> None:
    given = {"file": SimpleUploadedFile("b.csv", b"form\n"), "images": SimpleUploadedFile("a.zip", content)}
    answer = signed_in("courier.swift").post(reverse("bill-upload", args=[flight.key]), given)
    assert answer.status_code == 422
    assert f'<a href="#id_zip">{words}</a>' in answer.content.decode()
    assert not Upload.objects.exists()


def test_names_without_a_zip_are_noted_and_the_zip_comes_later(
    signed_in: SignedIn, flight: ExpressCargoManifest
) -> None:
    upload = send(signed_in, flight, named())
    page = signed_in("courier.swift").get(reverse("upload", args=[upload.pk])).content.decode()
    assert "The file names images, and no ZIP came with it." in page
    sign_and_file(signed_in, upload)
    later = zipped({"h1.png": PNG, "i1.pdf": PDF})
    signed_in("courier.swift").post(reverse("bill-images", args=[flight.key]), {"images": later})
    assert Attachment.objects.count() == 2


@pytest.mark.parametrize(
    ("rows", "with_zip", "waits"), [(named(), True, False), (named(), False, True), ([row("SWF001")], True, True)]
)
def test_where_images_are_compulsory_a_bill_waits_unless_they_came(
    signed_in: SignedIn, flight: ExpressCargoManifest, rows: Rows, with_zip: bool, waits: bool
) -> None:
    DatedRule.objects.create(
        name="images_compulsory_xiii", value="on", from_date="2020-01-01", station_code=flight.station_id
    )
    forget()
    files: dict[str, Any] = {"images": zipped({"h1.png": PNG, "i1.pdf": PDF})} if with_zip else {}
    sign_and_file(signed_in, send(signed_in, flight, rows, **files))
    bill = CourierBillOfEntry.objects.get(hawb__number="SWF001")
    assert (bill.stage == Stage.DOCUMENTS) is waits


def test_a_zip_with_another_file_is_another_upload_and_the_same_pair_is_not(
    signed_in: SignedIn, flight: ExpressCargoManifest
) -> None:
    files = {"h1.png": PNG, "i1.pdf": PDF}
    pks = [send(signed_in, flight, named(), **also).pk for also in (
        {}, {"images": zipped(files)}, {"images": zipped(files)}, {"images": zipped(files | {"x.png": PNG})}
    )]  # fmt: skip
    assert pks[0] < pks[1] == pks[2] < pks[3]


def test_images_left_behind_by_a_stopped_worker_are_attached_later_and_once(
    signed_in: SignedIn, flight: ExpressCargoManifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = send(signed_in, flight, named(), images=zipped({"h1.png": PNG, "i1.pdf": PDF}))
    hand_on = upload_runner.hand_on
    monkeypatch.setattr(upload_runner, "hand_on", lambda _pk: None)  # the worker stops right after the bills are filed
    assert "are being attached" in sign_and_file(signed_in, upload)
    assert not Attachment.objects.exists()
    sent: list[int] = []
    monkeypatch.setattr(upload_runner, "after_commit", lambda _task, pk: sent.append(pk))
    upload_runner.resume()
    assert sent == [], "it may still be at work"
    Upload.objects.update(touched_at="2026-01-01T00:00:00Z")
    upload_runner.resume()
    assert sent == [upload.pk]
    for _time in range(2):
        hand_on(upload.pk)
    assert Attachment.objects.count() == 2
    Upload.objects.update(touched_at="2026-01-01T00:00:00Z")
    upload_runner.resume()
    assert sent == [upload.pk], "what is attached is not taken up again"


def test_the_images_of_one_file_go_to_its_own_bills(
    signed_in: SignedIn, flight: ExpressCargoManifest, people: Callable[[str], User]
) -> None:
    sign_and_file(signed_in, send(signed_in, flight, [row("SWF003", hawb_image="h1.png")]))
    sign_and_file(signed_in, send(signed_in, flight, named(), images=zipped({"h1.png": PNG, "i1.pdf": PDF})))
    assert set(Attachment.objects.values_list("bill__hawb__number", flat=True)) == {"SWF001"}
