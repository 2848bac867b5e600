"""A manifest by hand: its header, its shipments one by one, what is fed after landing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from eccs.models import Upload
from manifests.clearance import Stage
from manifests.models import ExpressCargoManifest, HouseAirwayBill, MasterAirwayBill, Package
from tests.factories.manifests import house_airway_bill, manifest
from tests.manifests.conftest import Row, SignedIn, as_csv, send, shipment

pytestmark = pytest.mark.django_db


def header(**given: str) -> Row:
    """What is typed into the header."""
    soon = timezone.localtime() + timedelta(hours=3)
    return {
        "station": "BLR", "airline": "Zephyr Air", "flight_number": "zz318", "airport_of_shipment": "hkg",
        "country_of_exportation": "hk", "first_port_of_arrival": "blr", "on_board_courier": "",
        "scheduled_arrival": soon.strftime("%d/%m/%Y %H:%M"),
    } | given  # fmt: skip


def typed(hawb: str, /, **given: str) -> Row:
    """What is typed into the form of a shipment."""
    return shipment(hawb, **{"transshipment": "N", **given})


def igm(**given: str) -> Row:
    """What is typed once the aircraft has landed."""
    typed = {"igm_number": "2914407", "actual_arrival": "20/11/2026 06:18"} | given
    return {f"feed_igm-{name}": value for name, value in typed.items()}


def test_a_header_makes_a_draft(signed_in: SignedIn) -> None:
    answer = signed_in("courier.swift").post(reverse("manifest-new"), header())
    made = ExpressCargoManifest.objects.get()
    assert answer.url == made.get_absolute_url()  # type: ignore[attr-defined]
    assert (made.stage, made.number, made.courier.short_name) == (Stage.DRAFT, None, "Swift Consignments")
    assert (made.flight_number, made.airport_of_shipment, made.country_of_exportation) == ("ZZ318", "HKG", "HK")


def test_a_header_may_bring_its_file(signed_in: SignedIn) -> None:
    content = SimpleUploadedFile("flight.csv", as_csv([shipment("SWF001")]))
    answer = signed_in("courier.swift").post(reverse("manifest-new"), {**header(), "file": content})
    upload = Upload.objects.get()
    assert answer.url == reverse("upload", args=[upload.pk])  # type: ignore[attr-defined]
    assert upload.subject_id == ExpressCargoManifest.objects.get().pk


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"country_of_exportation": "XX"}, "ISO 3166"),
        ({"scheduled_arrival": "20/11/2019 06:20"}, "within a month"),
        ({"scheduled_arrival": "tomorrow"}, "Enter a valid date"),
        ({"airport_of_shipment": "HK"}, "at least 3 characters"),
        ({"flight_number": ""}, "Enter flight number"),
        ({"station": "QQQ"}, "Select a valid choice"),
    ],
)
def test_a_wrong_header_keeps_what_was_typed_and_says_why(signed_in: SignedIn, given: Row, words: str) -> None:
    answer = signed_in("courier.swift").post(reverse("manifest-new"), header(**given))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "Zephyr Air" in page
    assert "<title>Error:" in page.replace("\n", "").replace("  ", "")
    assert not ExpressCargoManifest.objects.exists()


def test_the_header_of_a_draft_is_corrected_and_of_a_submitted_manifest_not(
    signed_in: SignedIn, draft: ExpressCargoManifest
) -> None:
    client, address = signed_in("courier.swift"), reverse("manifest-header", args=[draft.key])
    assert "ZZ318" in client.get(address).content.decode()
    assert client.post(address, header(flight_number="ZZ319", country_of_exportation="XX")).status_code == 422
    assert ExpressCargoManifest.objects.get(pk=draft.pk).flight_number == "ZZ318"
    assert client.post(address, header(flight_number="ZZ319")).status_code == 302
    assert ExpressCargoManifest.objects.get(pk=draft.pk).flight_number == "ZZ319"
    submitted = manifest(courier=draft.courier)
    assert client.post(reverse("manifest-header", args=[submitted.key]), header()).status_code == 404
    assert signed_in("courier.metro").get(address).status_code == 404


def test_a_shipment_typed_in_is_checked_like_a_row_and_counted(
    signed_in: SignedIn, draft: ExpressCargoManifest
) -> None:
    client, address = signed_in("courier.swift"), reverse("manifest-shipment", args=[draft.key])
    client.post(address, typed("swf001"))
    answer = client.post(address, {**typed("SWF002", packages="2", crn_numbers="crn-01 crn-02"), "another": "1"})
    assert answer.url == address  # type: ignore[attr-defined]
    kept = ExpressCargoManifest.objects.get(pk=draft.pk)
    assert (kept.hawb_count, kept.package_count, kept.gross_weight_kg) == (2, 3, Decimal("2.500"))
    assert MasterAirwayBill.objects.filter(manifest=draft).count() == 1
    assert set(Package.objects.filter(manifest=draft).values_list("crn", flat=True)) == {"SWF001", "CRN-01", "CRN-02"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"packages": "0"}, "at least one package"),
        ({"packages": "2"}, "0 CRNs for 2 packages"),
        ({"gross_weight_kg": "-1"}, "above zero"),
        ({"consignor_country": "XX"}, "not a country"),
        ({"hawb": "SWF001"}, "on this manifest already"),
        ({"crn_numbers": "SWF001"}, "on this manifest already"),
        ({"transshipment": "Y"}, "is needed with transshipment Y"),
        ({"description": ""}, "Enter description<"),
    ],
)
def test_a_wrong_shipment_is_told_at_its_field(
    signed_in: SignedIn, draft: ExpressCargoManifest, given: Row, words: str
) -> None:
    house_airway_bill(draft, number="SWF001")
    answer = signed_in("courier.swift").post(reverse("manifest-shipment", args=[draft.key]), typed("SWF002", **given))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert HouseAirwayBill.objects.count() == 1


def test_5_1_a_manifest_is_submitted_from_its_page_and_gets_its_number(
    signed_in: SignedIn, draft: ExpressCargoManifest
) -> None:
    client = signed_in("signatory.swift")
    send(signed_in("courier.swift"), draft, as_csv([shipment("SWF001")]))
    assert "Submit manifest" in client.get(draft.get_absolute_url()).content.decode()
    untold = client.post(draft.step_url("submit"), {"confirm": "1", "submit-true": "on"})
    assert untold.status_code == 422 and "Tick this declaration" in untold.content.decode()
    client.post(draft.step_url("submit"), {"confirm": "1", "submit-complete": "on", "submit-true": "on"})
    submitted = ExpressCargoManifest.objects.get(pk=draft.pk)
    assert submitted.stage == Stage.SUBMITTED
    assert submitted.number is not None and submitted.number.startswith("ECM_BLR_")
    told = submitted.trail.order_by("-seq").first()
    assert told is not None and told.snapshot is not None
    assert told.snapshot["file_sha256"] == submitted.file_digest


def test_an_empty_manifest_is_not_submitted(signed_in: SignedIn, draft: ExpressCargoManifest) -> None:
    answer = signed_in("signatory.swift").post(
        draft.step_url("submit"), {"confirm": "1", "submit-complete": "on", "submit-true": "on"}
    )
    assert "no house airway bill yet" in answer.content.decode()
    assert ExpressCargoManifest.objects.get(pk=draft.pk).stage == Stage.DRAFT


@pytest.mark.parametrize(
    ("given", "words"),
    [({"igm_number": "12"}, "5 to 10 digits"), ({"actual_arrival": "01/01/2099 06:18"}, "cannot be in the future")],
)
def test_a_wrong_igm_is_told(signed_in: SignedIn, given: Row, words: str) -> None:
    client = signed_in("courier.swift")
    submitted = manifest(Stage.SUBMITTED)
    answer = client.post(submitted.step_url("feed_igm"), igm(**given))
    assert words in answer.content.decode()
    assert ExpressCargoManifest.objects.get(pk=submitted.pk).stage == Stage.SUBMITTED


def test_5_1_the_igm_and_the_actual_arrival_are_fed(signed_in: SignedIn) -> None:
    client = signed_in("courier.swift")
    submitted = manifest(Stage.SUBMITTED)
    landed = timezone.localtime() - timedelta(minutes=20)
    client.post(submitted.step_url("feed_igm"), igm(actual_arrival=landed.strftime("%d/%m/%Y %H:%M")))
    fed = ExpressCargoManifest.objects.get(pk=submitted.pk)
    assert (fed.stage, fed.igm_number) == (Stage.IGM_FED, "2914407")
    assert fed.actual_arrival == landed.replace(second=0, microsecond=0)


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage != Stage.DISCARDED])
@pytest.mark.parametrize("username", ["courier.swift", "scan.blr", "ao.blr"])
def test_a_manifest_has_its_page_at_every_stage(signed_in: SignedIn, stage: str, username: str) -> None:
    client = signed_in(username)
    shown = house_airway_bill(manifest(stage), number="SWF001").manifest
    page = client.get(shown.get_absolute_url())
    if stage == Stage.DRAFT and username != "courier.swift":
        assert page.status_code == 404
        return
    assert page.status_code == 200
    assert "SWF001" in page.content.decode()
    listed = client.get(reverse("manifest-shipments", args=[shown.key]), {"hawb": "swf0"})
    assert "SWF001" in listed.content.decode()


def test_the_list_is_the_firms_own_and_may_be_narrowed(signed_in: SignedIn) -> None:
    client = signed_in("courier.swift")
    mine, other = manifest(flight_number="ZZ111"), manifest(Stage.IGM_FED, flight_number="ZZ222")
    theirs = manifest(firm="metro", flight_number="ZZ333")
    address = reverse("manifests")
    page = client.get(address).content.decode()
    assert str(mine.flight_number) in page and other.flight_number in page and theirs.flight_number not in page
    page = client.get(address, {"stage": "IGM_FED"}).content.decode()
    assert "ZZ222" in page and "ZZ111" not in page
    page = client.get(address, {"flight": "z111"}).content.decode()
    assert "ZZ111" in page and "ZZ222" not in page
