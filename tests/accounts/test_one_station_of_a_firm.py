"""A firm's person who works at one station alone has nothing of the firm's other stations, and nobody has anything after the last day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Importer, Posting, User
from accounts.people import addresses
from accounts.roles import Role
from bills.clearance.provisional import ProvisionalStage
from bills.news import notices_about
from bills.stages import Stage
from eccs.models import Notice, Upload
from manifests.clearance import Stage as ManifestStage
from payments.clearance import Stage as ChallanStage
from payments.models import CyberReceipt
from tests.factories import firms
from tests.factories.bills import bill
from tests.factories.challans import challan
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.requests import amendment, cancellation, provisional_assessment

pytestmark = pytest.mark.django_db


@pytest.fixture
def elsewhere() -> Callable[..., Client]:
    """The browser of Swift's signatory, who is posted at one station."""

    def at(station: str) -> Client:
        user = User(username=f"one.{station}".lower(), full_name="One Station", courier=firms.courier("swift"))
        user.set_unusable_password()
        user.save()
        Posting.objects.create(user=user, role=Role.COURIER_SIGNATORY, station_id=station)
        client = Client()
        client.force_login(user)
        return client

    return at


def test_the_firms_other_stations_are_closed(
    elsewhere: Callable[..., Client], settings: LazySettings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    there, here = elsewhere("DEL"), elsewhere("BLR")
    draft, flight = manifest(ManifestStage.DRAFT), manifest(ManifestStage.SUBMITTED)
    hawb = house_airway_bill(flight)
    file = SimpleUploadedFile("flight.csv", b"hawb\n1\n")
    upload = Upload.objects.create(
        kind="ecm", owner=f"courier:{draft.courier_id}", subject_id=draft.pk, by=draft.created_by, file=file,
        name="flight.csv", size=7, digest="d" * 64, state=Upload.State.CHECKING,
    )  # fmt: skip
    for address in (
        f"/manifests/{draft.key}/header/", f"/manifests/{draft.key}/shipments/new/", f"/manifests/{flight.key}/hold/{hawb.number}/",
        f"/uploads/{upload.pk}/",
    ):  # fmt: skip
        assert here.get(address).status_code == 200, address
        assert there.get(address).status_code == 404, address
    assert hawb.number in here.get("/bills/new/").content.decode()
    assert hawb.number not in there.get("/bills/new/").content.decode()
    assert there.post("/bills/new/", {"hawb": hawb.pk}).status_code == 404
    assert not hawb.bills.exists()


@pytest.fixture
def kaveri() -> Importer:
    """An importer that files for its own goods."""
    found: Importer = Importer.objects.create(iec="AAFCM2291R", name="Krishna Electronics")
    return found


def of_the_importer(importer: Importer) -> dict[str, str]:
    """One of each kind of what an importer filed at Bengaluru, with its files: what it is, by address."""
    paid: Any = bill(Stage.DUTY, importer=importer)
    bills = (
        bill(Stage.DRAFT, importer=importer), bill(Stage.DUTY, importer=importer), bill(Stage.XRAY, importer=importer),
        bill(Stage.ASSESSMENT, importer=importer), bill(Stage.OUT_OF_CHARGE, importer=importer),
    )  # fmt: skip
    settled = challan(ChallanStage.PAID, paid, courier_id=None, importer=importer)
    CyberReceipt.objects.create(
        challan=settled, station_id="BLR", issued_at=timezone.now(), number="R-BLR-26-0000001", serial=1
    )
    documents = (
        *bills, settled, challan(ChallanStage.CREATED, bills[1], courier_id=None, importer=importer),
        amendment(of=bills[2]), cancellation(of=bills[3]), provisional_assessment(of=bills[4]),
    )  # fmt: skip
    files = (
        reverse("bill-print", args=[paid.number]), reverse("bill-filed", args=[paid.number]),
        reverse("bill-check", args=[bills[0].pk]), reverse("cyber-receipt", args=[settled.number]),
    )  # fmt: skip
    return {**{one.get_absolute_url(): type(one).__name__ for one in documents}, **dict.fromkeys(files, "file")}


def reader(importer: Importer, station: str | None, **days: Any) -> Client:
    """The browser of somebody of the importer, posted at one station or at all."""
    user = User(username=f"importer.{User.objects.count()}", full_name="Iris Importer", importer=importer)
    user.set_unusable_password()
    user.save()
    Posting.objects.create(user=user, role=Role.IMPORTER, station_id=station, **days)
    client = Client()
    client.force_login(user)
    return client


def test_an_importers_person_has_what_it_filed_at_the_own_station_while_posted(
    kaveri: Importer, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    addresses = of_the_importer(kaveri)
    assert set(addresses.values()) == {
        "CourierBillOfEntry", "Challan", "BillAmendment", "BillCancellation", "ProvisionalAssessment", "file"
    }  # fmt: skip
    today, other = timezone.localdate(), Importer.objects.create(iec="AAFCM2292Q", name="Tungabhadra Optics")
    gone = {"since": today - timedelta(days=9), "until": today - timedelta(days=1)}
    for client, wanted in (
        (reader(kaveri, None), 200), (reader(kaveri, "BLR"), 200), (reader(kaveri, "DEL"), 404),
        (reader(kaveri, None, **gone), 404), (reader(kaveri, None, since=today + timedelta(days=1)), 404),
        (reader(other, None, until=today, since=today), 404),
    ):  # fmt: skip
        found = {address: client.get(address).status_code for address in addresses}
        assert found == dict.fromkeys(addresses, wanted)


def test_an_importers_person_begins_and_pays_nothing_at_another_station(kaveri: Importer) -> None:
    due: Any = bill(Stage.DUTY, importer=kaveri)
    extra: Any = provisional_assessment(
        ProvisionalStage.EXTRA_DUTY, of=bill(Stage.OUT_OF_CHARGE, importer=kaveri, provisional=True)
    )
    hawb = house_airway_bill(manifest(ManifestStage.SUBMITTED), consignee_name=kaveri.name)
    here, there = reader(kaveri, "BLR"), reader(kaveri, "DEL")
    for client, seen in ((here, True), (there, False)):
        offered = client.get("/payments/new/").content.decode()
        assert [due.number in offered, extra.bill.number in offered] == [seen, seen]
        begin = f'name="hawb" value="{hawb.pk}"'
        assert (begin in client.get(f"/bills/new/?q={hawb.number}").content.decode()) is seen
    assert there.post("/bills/new/", {"hawb": hawb.pk}).status_code == 404
    assert not hawb.bills.exists()
    assert here.post("/bills/new/", {"hawb": hawb.pk}).status_code == 302
    assert hawb.bills.exists()


def test_after_the_last_day_an_importer_reads_nothing() -> None:
    own: Any = bill(Stage.DUTY)
    importer = Importer.objects.create(iec="AAFCM2291R", name="Kaveri Instruments")
    type(own).objects.filter(pk=own.pk).update(importer=importer)
    user = User(username="importer.gone", full_name="Gone", importer=importer)
    user.set_unusable_password()
    user.save()
    posting = Posting.objects.create(user=user, role=Role.IMPORTER)
    client = Client()
    client.force_login(user)
    pages = (own.get_absolute_url(), f"/bills/prints/{own.number}.pdf", f"/find/?q={own.number}")
    assert [client.get(page).status_code for page in pages] == [200, 200, 302]
    Posting.objects.filter(pk=posting.pk).update(until=timezone.localdate() - timedelta(days=1))
    assert [client.get(page).status_code for page in pages[:2]] == [404, 404]
    assert own.get_absolute_url() not in client.get(pages[2]).content.decode()


def test_news_of_another_station_is_no_news_of_theirs(elsewhere: Callable[..., Client]) -> None:
    there, here = elsewhere("DEL"), elsewhere("BLR")
    for name in ("one.del", "one.blr"):
        User.objects.filter(username=name).update(email=f"{name}@eccs.example")
    one = bill(Stage.QUERY)
    Notice.objects.bulk_create(
        [
            *notices_about(one, lambda: "The query is old"),
            Notice(audience=f"courier:{one.courier_id}", subject="To all", body="x"),
        ]
    )
    assert "The query is old" in here.get("/").content.decode()
    page = there.get("/").content.decode()
    assert "The query is old" not in page and "To all" in page
    audience = f"courier:{one.courier_id}"
    told = [address for some in addresses(audience, "BLR").values() for address in some]
    assert "one.blr@eccs.example" in told and "one.del@eccs.example" not in told
    assert "one.del@eccs.example" in [address for some in addresses(audience).values() for address in some]
