"""The shipments of a flight from one file: every fault named, nothing saved before all is right, sent twice is there once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from eccs import upload_runner
from eccs.models import Upload
from eccs.uploads import files, read
from eccs.workflow import take
from manifests.clearance import Stage
from manifests.models import ExpressCargoManifest, HouseAirwayBill, MasterAirwayBill, Package
from manifests.reading import NON_DOCUMENTS
from tests.factories import firms
from tests.manifests.conftest import SignedIn, as_csv, send, shipment

pytestmark = pytest.mark.django_db

GOOD = [
    shipment("SWF001"),
    shipment("swf002", packages="2", crn_numbers="crn-01 CRN-02", gross_weight_kg="4.2", mawb="15712345675"),
    shipment(
        "SWF003", packages="1", crn_numbers="CRN-03", mawb="176-23456786", transshipment="Y", transshipment_to="MAA"
    ),
]


def held(on: ExpressCargoManifest) -> tuple[int, int, int]:
    """How many masters, house airway bills and packages a manifest has."""
    return tuple(model.objects.filter(manifest=on).count() for model in (MasterAirwayBill, HouseAirwayBill, Package))  # type: ignore[return-value]


def test_a_good_file_fills_the_draft_and_leads_back_to_it(signed_in: SignedIn, draft: ExpressCargoManifest) -> None:
    client = signed_in("courier.swift")
    upload = send(client, draft, as_csv(GOOD))
    assert upload.state == Upload.State.READY
    assert held(draft) == (2, 3, 4)
    draft = ExpressCargoManifest.objects.get(pk=draft.pk)
    assert (draft.hawb_count, draft.package_count, draft.gross_weight_kg) == (3, 4, Decimal("6.700"))
    assert draft.file_digest == upload.digest
    second = HouseAirwayBill.objects.get(manifest=draft, number="SWF002")
    assert (second.master.number, second.packages) == ("157-12345675", 2)
    assert list(second.pieces.order_by("part").values_list("crn", "part")) == [("CRN-01", 1), ("CRN-02", 2)]
    assert Package.objects.filter(manifest=draft, crn="SWF001", part=1).exists()
    assert client.get(reverse("upload", args=[upload.pk])).url == draft.get_absolute_url()  # type: ignore[attr-defined]


def test_a_workbook_is_taken_like_a_csv(signed_in: SignedIn, draft: ExpressCargoManifest) -> None:
    content = files.written(list(GOOD[0]), [list(row.values()) for row in GOOD], is_xlsx=True)
    assert send(signed_in("courier.swift"), draft, content, "flight.xlsx").state == Upload.State.READY
    assert held(draft) == (2, 3, 4)


SPOILED = [
    ({"hawb": "8.00123E+12"}, "hawb", "spreadsheet"),
    ({"hawb": "SWF001"}, "hawb", "is also in row 2"),
    ({"mawb": "157-12345678"}, "mawb", "check digit"),
    ({"packages": "0"}, "packages", "at least one package"),
    ({"packages": "3", "crn_numbers": "C-0001 C-0002"}, "crn_numbers", "2 CRNs for 3 packages"),
    ({"packages": "2"}, "crn_numbers", "0 CRNs for 2 packages"),
    ({"crn_numbers": "CRN-01"}, "crn_numbers", "CRN-01 is also in row 3"),
    ({"crn_numbers": "SWF001"}, "crn_numbers", "SWF001 is also in row 2"),
    ({"packages": "2", "crn_numbers": "C-0001 C-0001"}, "crn_numbers", "C-0001 is also in row 5"),
    ({"gross_weight_kg": "-1"}, "gross_weight_kg", "weight must be above zero"),
    ({"description": ""}, "description", "is missing"),
    ({"consignor_country": "XX"}, "consignor_country", "not a country"),
    ({"consignee_pin": "56006"}, "consignee_pin", "PIN"),
    ({"invoice_currency": "RUPEE"}, "invoice_currency", "not a currency code"),
    ({"invoice_value": "-0.01"}, "invoice_value", "0 or more"),
    ({"transshipment": "Y"}, "transshipment_to", "is needed with transshipment Y"),
    ({"transshipment": "X"}, "transshipment", "Y or N"),
]


@pytest.mark.parametrize(("given", "column", "words"), SPOILED)
def test_the_spoiled_cell_and_no_other_is_named_and_nothing_saved(
    signed_in: SignedIn, draft: ExpressCargoManifest, given: dict[str, str], column: str, words: str
) -> None:
    upload = send(signed_in("courier.swift"), draft, as_csv([*GOOD, shipment("SWF004", **given)]))
    assert upload.state == Upload.State.REFUSED
    assert [fault[:2] for fault in upload.faults] == [[5, column]]
    assert words in upload.faults[0][3]
    assert held(draft) == (0, 0, 0)


def test_the_faults_are_told_on_the_page_and_in_the_file_given_back(
    signed_in: SignedIn, draft: ExpressCargoManifest
) -> None:
    client = signed_in("courier.swift")
    upload = send(client, draft, as_csv([*GOOD, shipment("SWF004", packages="0", invoice_currency="RUPEE")]))
    page = client.get(reverse("upload", args=[upload.pk])).content.decode()
    assert "there must be at least one package" in page
    assert "RUPEE" in page
    back = client.get(reverse("upload-errors", args=[upload.pk]))
    assert back["Content-Disposition"].startswith("attachment")
    assert back["X-Content-Type-Options"] == "nosniff"
    content = b"".join(back)
    assert "packages: there must be at least one package; invoice_currency: is not a currency code" in content.decode()
    corrected = content.replace(b'"0"', b'"1"').replace(b",0,", b",1,").replace(b"RUPEE", b"INR")
    assert send(client, draft, corrected).state == Upload.State.READY, "the returned file, corrected, is taken as it is"
    assert held(draft) == (2, 4, 5)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"%PDF-1.7", "PDF file by its content"),
        (b"hawb,colour\nA,red\n", "Unknown columns: colour."),
        (b"hawb,mawb\nA,B\n", "Missing columns: packages, gross_weight_kg"),
        (as_csv([*GOOD]) + b"\n".join([b"A"] * 20_000), "more than 20,000 rows"),
        (("hawb," + ",".join(f"column-with-a-long-name-{n}" for n in range(90)) + "\nA\n").encode(), "Unknown columns"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(
    signed_in: SignedIn, draft: ExpressCargoManifest, content: bytes, words: str
) -> None:
    client = signed_in("courier.swift")
    upload = send(client, draft, content)
    assert upload.state == Upload.State.REFUSED
    assert words in upload.refusal
    assert words in client.get(reverse("upload", args=[upload.pk])).content.decode()
    if not words.startswith(("Unknown", "Missing")):
        assert client.get(reverse("upload-errors", args=[upload.pk])).status_code == 404
    assert held(draft) == (0, 0, 0)


def test_the_same_file_again_is_the_same_upload(signed_in: SignedIn, draft: ExpressCargoManifest) -> None:
    client = signed_in("courier.swift")
    first = send(client, draft, as_csv(GOOD))
    assert send(client, draft, as_csv(GOOD)).pk == first.pk
    upload_runner.check(first.pk)
    assert held(draft) == (2, 3, 4)


def test_another_file_takes_the_place_of_the_first_and_the_first_may_come_back(
    signed_in: SignedIn, draft: ExpressCargoManifest
) -> None:
    client = signed_in("courier.swift")
    first = send(client, draft, as_csv(GOOD))
    send(client, draft, as_csv([shipment("SWF009")]))
    assert held(draft) == (1, 1, 1)
    assert send(client, draft, as_csv(GOOD)).pk != first.pk
    assert held(draft) == (2, 3, 4)


def test_the_same_file_puts_back_what_was_added_by_hand_since(signed_in: SignedIn, draft: ExpressCargoManifest) -> None:
    client = signed_in("courier.swift")
    send(client, draft, as_csv(GOOD))
    client.post(reverse("manifest-shipment", args=[draft.key]), shipment("SWF010", transshipment="N"))
    assert held(draft) == (2, 4, 5)
    send(client, draft, as_csv(GOOD))
    assert held(draft) == (2, 3, 4)


def test_a_refused_file_leaves_the_draft_as_it_was(signed_in: SignedIn, draft: ExpressCargoManifest) -> None:
    client = signed_in("courier.swift")
    send(client, draft, as_csv(GOOD))
    send(client, draft, as_csv([shipment("SWF009", packages="0")]))
    assert held(draft) == (2, 3, 4)


def test_a_submitted_manifest_takes_no_file(signed_in: SignedIn, draft: ExpressCargoManifest) -> None:
    client = signed_in("courier.swift")
    address = reverse("manifest-upload", args=[draft.key])
    client.post(address, {"file": SimpleUploadedFile("flight.csv", as_csv(GOOD))})
    waiting = Upload.objects.get()
    ExpressCargoManifest.objects.filter(pk=draft.pk).update(hawb_count=1)
    take(ExpressCargoManifest.objects.get(pk=draft.pk), "submit", firms.actor("COURIER_SIGNATORY"))
    upload_runner.check(waiting.pk)
    waiting.refresh_from_db()
    assert waiting.state == Upload.State.REFUSED
    assert "submitted already" in waiting.refusal
    assert client.post(address, {"file": SimpleUploadedFile("f.csv", as_csv(GOOD))}).status_code == 404
    assert held(draft) == (0, 0, 0)


def test_no_file_is_said_plainly(signed_in: SignedIn, draft: ExpressCargoManifest) -> None:
    answer = signed_in("courier.swift").post(reverse("manifest-upload", args=[draft.key]), follow=True)
    assert "Choose a file first." in answer.content.decode()


def test_a_check_that_stopped_half_way_is_taken_up_again(
    signed_in: SignedIn, draft: ExpressCargoManifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = send(signed_in("courier.swift"), draft, as_csv(GOOD))
    Upload.objects.filter(pk=upload.pk).update(state=Upload.State.CHECKING, touched_at="2026-01-01T00:00:00Z")
    sent: list[int] = []
    monkeypatch.setattr(upload_runner, "after_commit", lambda _task, pk: sent.append(pk))
    upload_runner.resume()
    assert sent == [upload.pk]
    upload_runner.check(upload.pk)
    assert held(draft) == (2, 3, 4)


@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_the_filled_example_is_a_file_that_is_taken(
    signed_in: SignedIn, draft: ExpressCargoManifest, extension: str
) -> None:
    client = signed_in("courier.swift")
    example = b"".join(client.get(reverse("upload-template", args=["ecm"]), {"format": extension, "example": "1"}))
    assert send(client, draft, example, f"example.{extension}").faults == []
    assert held(draft) == (1, 1, 2)
    empty = b"".join(client.get(reverse("upload-template", args=["ecm"]), {"format": extension}))
    assert files.template(NON_DOCUMENTS, is_xlsx=False) == empty or extension == "xlsx"


def test_the_columns_are_those_that_people_rely_on() -> None:
    assert [column.name for column in NON_DOCUMENTS if column.required] == (
        "hawb mawb packages gross_weight_kg description consignor_name consignor_address consignor_country consignee_name"
        " consignee_address consignee_city consignee_state invoice_value invoice_currency"
    ).split()
    assert [column.name for column in NON_DOCUMENTS if not column.required] == (
        "ucr crn_numbers consignee_pin transshipment transshipment_to"
    ).split()
    assert read(files.template(NON_DOCUMENTS, is_xlsx=False, filled=True), "x").names == [c.name for c in NON_DOCUMENTS]


def test_a_draft_put_away_takes_nothing_more(signed_in: SignedIn, draft: ExpressCargoManifest) -> None:
    take(ExpressCargoManifest.objects.get(pk=draft.pk), "discard", firms.actor("COURIER_OPERATOR"))
    assert signed_in("courier.swift").post(reverse("manifest-upload", args=[draft.key])).status_code == 404
    assert ExpressCargoManifest.objects.get(pk=draft.pk).stage == Stage.DISCARDED
