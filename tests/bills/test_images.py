"""The images of a flight from one ZIP."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bills.models import Attachment
from bills.stages import Stage
from tests.bills.conftest import SignedIn
from tests.factories.bills import bill as a_bill

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n picture"


def zipped(files: dict[str, bytes]) -> SimpleUploadedFile:
    """A ZIP of these files."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return SimpleUploadedFile("images.zip", out.getvalue())


def test_each_image_goes_to_the_bill_that_names_it(signed_in: SignedIn) -> None:
    browser = signed_in("courier.swift")
    bill = a_bill(Stage.DUTY, hawb_image="h1.png", invoice_image="I1.pdf")
    url = reverse("bill-images", args=[bill.manifest.key])
    files = {"scans/h1.png": PNG, "i1.pdf": b"%PDF-1.4 invoice", "../../stranger.png": PNG, "h2.exe": b"MZ"}
    for _time in range(2):
        page = browser.post(url, {"images": zipped(files)}, follow=True).content.decode()
        assert "2 images are attached." in page
        assert "No open bill of this flight names stranger.png." in page
    kept = bill.attachments.order_by("kind").values_list("kind", "name", "content_type")
    assert list(kept) == [("HAWB", "h1.png", "image/png"), ("INVOICE", "i1.pdf", "application/pdf")]


def test_what_is_no_image_is_refused_by_name(signed_in: SignedIn) -> None:
    browser = signed_in("courier.swift")
    bill = a_bill(Stage.DUTY, hawb_image="h1.png", invoice_image="big.pdf")
    files = {"h1.png": b"<svg onload=alert(1)>", "big.pdf": b"%PDF-" + b"0" * (10 * 1024 * 1024)}
    url = reverse("bill-images", args=[bill.manifest.key])
    page = browser.post(url, {"images": zipped(files)}, follow=True).content.decode()
    assert "h1.png: Only PDF, JPEG, PNG and TIFF are accepted." in page
    assert "big.pdf: The file is larger than 10 MiB." in page
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("content", [b"no zip at all", b"PK\x03\x04broken"])
def test_no_zip_is_said_plainly(signed_in: SignedIn, content: bytes) -> None:
    browser = signed_in("courier.swift")
    bill = a_bill(Stage.DUTY)
    url = reverse("bill-images", args=[bill.manifest.key])
    page = browser.post(url, {"images": SimpleUploadedFile("a.zip", content)}, follow=True).content.decode()
    assert "The file is no readable ZIP." in page


def test_images_are_taken_from_the_flights_own_courier(signed_in: SignedIn) -> None:
    signed_in("courier.swift")
    bill = a_bill(Stage.DUTY, hawb_image="h1.png")
    url = reverse("bill-images", args=[bill.manifest.key])
    for username, status in (("courier.metro", 404), ("ao.blr", 403)):
        assert signed_in(username).post(url, {"images": zipped({"h1.png": PNG})}).status_code == status
    assert not Attachment.objects.exists()
