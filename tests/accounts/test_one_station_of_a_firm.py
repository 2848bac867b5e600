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
from django.utils import timezone

from accounts.models import Importer, Posting, User
from accounts.roles import Role
from bills.stages import Stage
from eccs.models import Upload
from manifests.clearance import Stage as ManifestStage
from tests.factories import firms
from tests.factories.bills import bill
from tests.factories.manifests import house_airway_bill, manifest

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
