"""Papers of many documents, asked for together: as one PDF or a ZIP, for whoever asked, while they are kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from bills.stages import Stage
from eccs import batches, dated_rules, tasks
from eccs.audit import AuditLine
from eccs.batches import PaperBatch
from eccs.dated_rules import DatedRule
from eccs.paper_checks import State, of_code, of_file
from manifests.clearance import Stage as ManifestStage
from manifests.models import ExpressCargoManifest
from tests.factories.bills import bill
from tests.factories.bonds import bond
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.shipping import documents, export_manifest, shipping_bill
from tests.factories.transit import transfer
from tests.papers import reading

pytestmark = pytest.mark.django_db
People = Callable[[str], User]
START = "/print/bills/imports/"


@pytest.fixture(autouse=True)
def media(settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a test are its own, and nothing is handed to a worker by itself."""
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr("eccs.batch_views.after_commit", lambda *_given: None)


def asked(client: Client, *bills: Any, form: str = "PDF") -> PaperBatch:
    """What was asked for by ticking these."""
    response = client.post(START, {"document": [one.pk for one in bills], "form": form})
    assert response.status_code == 302, response.status_code
    return PaperBatch.objects.get(key=response["Location"].strip("/").partition("/")[2])


def signed_in(people: People, name: str) -> Client:
    client = Client()
    client.force_login(people(name))
    return client


def fetched(client: Client, batch: PaperBatch) -> bytes:
    response: Any = client.get(f"/printing/{batch.key}/download/")
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def test_ticked_bills_come_as_one_sealed_pdf_each_with_its_own_code(people: People, paper_keys: Path) -> None:
    client = signed_in(people, "signatory.swift")
    flight = manifest("ARRIVAL_SCAN")
    ones = [bill(Stage.DUTY, on=flight) for _n in range(3)]
    batch = asked(client, *ones)
    page = client.get(f"/printing/{batch.key}/")
    assert b"0&nbsp;%" in page.content
    tasks.make_papers(batch.pk)
    tasks.make_papers(batch.pk)  # it may run twice
    assert "Download" in client.get(f"/printing/{batch.key}/").content.decode()
    data = fetched(client, batch)
    assert of_file(data).reason == "volume"
    found = [of_code(code["QRCode"]) for n in range(reading.pages(data)) if (code := reading.codes(data, n))]
    assert {one.number for one in found} == {one.number for one in ones}
    assert {one.state for one in found} == {State.GENUINE}
    assert AuditLine.objects.filter(event="papers.asked", about="bills/imports").count() == 1


def test_a_zip_holds_each_paper_sealed_by_itself(people: People, paper_keys: Path) -> None:
    client = signed_in(people, "signatory.swift")
    ones = [bill(Stage.DUTY) for _n in range(2)]
    batch = asked(client, *ones, form="ZIP")
    tasks.make_papers(batch.pk)
    with ZipFile(BytesIO(fetched(client, batch))) as archive:
        assert set(archive.namelist()) == {f"{one.key}.pdf" for one in ones}
        assert {of_file(archive.read(name)).state for name in archive.namelist()} == {State.GENUINE}


def test_nobody_prints_or_fetches_what_is_another_firms(people: People) -> None:
    mine, stranger = signed_in(people, "signatory.swift"), signed_in(people, "signatory.metro")
    one = bill(Stage.DUTY)
    refused = stranger.post(START, {"document": [one.pk]})
    assert not PaperBatch.objects.exists() and refused.status_code == 302
    batch = asked(mine, one)
    tasks.make_papers(batch.pk)
    for address in (f"/printing/{batch.key}/", f"/printing/{batch.key}/download/"):
        assert stranger.get(address).status_code == 404
        assert Client().get(address).status_code == 302
    custodian = signed_in(people, "warehouse.blr")
    custodian.post(START, {"document": [one.pk]})
    assert PaperBatch.objects.count() == 1


def test_drafts_have_no_paper_and_are_left_out(people: People) -> None:
    client = signed_in(people, "signatory.swift")
    batch = asked(client, bill(Stage.DUTY), bill(Stage.DRAFT))
    assert batch.count == 1


def test_more_than_the_rule_allows_is_refused(people: People) -> None:
    DatedRule.objects.filter(name="papers_in_a_batch").update(value="1")
    client = signed_in(people, "signatory.swift")
    ones = [bill(Stage.DUTY) for _n in range(2)]
    client.post(START, {"document": [one.pk for one in ones]})
    assert not PaperBatch.objects.exists()
    assert asked(client, ones[0]).count == 1


def test_papers_are_forgotten_when_their_time_is_over(people: People) -> None:
    client = signed_in(people, "signatory.swift")
    batch = asked(client, bill(Stage.DUTY))
    tasks.make_papers(batch.pk)
    batch.refresh_from_db()
    place = Path(batch.file.path)
    assert batch.expires_at - batch.asked_at >= timedelta(hours=23)
    PaperBatch.objects.update(expires_at=timezone.now())
    assert client.get(f"/printing/{batch.key}/download/").status_code == 404
    assert batches.tidy() == []
    assert not place.exists() and not PaperBatch.objects.exists()


def test_what_a_stopped_worker_left_is_made_again(people: People) -> None:
    batch = asked(signed_in(people, "signatory.swift"), bill(Stage.DUTY))
    PaperBatch.objects.update(state="WORKING", touched_at=timezone.now() - timedelta(hours=1))
    assert batches.tidy() == [batch.pk]
    tasks.make_papers(batch.pk)
    assert PaperBatch.objects.get().state == "DONE"


def at_once(lines: str) -> None:
    """From now on papers of at most so many lines are drawn at once."""
    DatedRule.objects.filter(name="paper_lines_at_once").update(value=lines)
    dated_rules.forget()


def test_a_paper_of_many_lines_is_made_by_a_worker_and_tells_its_pages(
    people: People, paper_keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rule says how many lines are drawn at once; on its very line the paper comes at once, one beyond it is asked for."""
    on = manifest(ManifestStage.ARRIVED)
    for _n in range(3):
        house_airway_bill(on)
    ExpressCargoManifest.objects.filter(pk=on.pk).update(hawb_count=3)
    client = signed_in(people, "signatory.swift")
    address = reverse("manifest-print", args=[on.number])
    at_once("3")
    assert client.get(address)["Content-Type"] == "application/pdf"
    at_once("2")
    page = client.get(address).content.decode()
    assert "This paper has 3 lines" in page and 'action="/print/manifests/"' in page
    assert PaperBatch.objects.count() == 0  # nothing is begun by looking
    asked_for = client.post("/print/manifests/", {"document": on.pk})
    batch = PaperBatch.objects.get()
    assert asked_for["Location"] == f"/printing/{batch.key}/"
    assert "0 pages drawn so far" in client.get(asked_for["Location"]).content.decode()
    monkeypatch.setattr("eccs.paper_volume.TOLD_EVERY", 1)
    batches.make(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.pages) == (PaperBatch.State.DONE, 1)
    assert reading.squeezed(str(on.number)) in reading.text(fetched(client, batch))
    assert f"/printing/{batch.key}/" in client.get(address).content.decode()  # and is found again
    stranger = signed_in(people, "signatory.metro")
    assert stranger.get(address).status_code == 404
    stranger.post("/print/manifests/", {"document": on.pk})
    assert PaperBatch.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "place", "made"),
    [("bills/imports", "bill-print", bill), ("exports/bills", "csb-print", shipping_bill)],
    ids=["imports", "exports"],
)
def test_bills_of_many_lines_are_made_by_a_worker_too(kind: str, place: str, made: Any, people: People) -> None:
    one = made("ASSESSMENT", shipment_count=4)
    at_once("3")
    page = signed_in(people, "signatory.swift").get(reverse(place, args=[one.number])).content.decode()
    assert "This paper has 4 lines" in page and f'action="/print/{kind}/"' in page


def test_an_export_manifest_of_many_lines_is_made_by_a_worker_too(people: People) -> None:
    one = export_manifest("FILED", of=documents("LET_EXPORT"))
    client = signed_in(people, "signatory.swift")
    address = reverse("cem-print", args=[one.number])
    assert client.get(address)["Content-Type"] == "application/pdf"
    at_once("3")
    page = client.get(address).content.decode()
    assert "This paper has 4 lines" in page and 'action="/print/exports/manifests/"' in page


def test_a_transfer_manifest_of_many_lines_is_made_by_a_worker_too(people: People) -> None:
    one = transfer("DEPARTURE", hawbs=4)
    client = signed_in(people, "signatory.swift")
    address = reverse("transfer-print", args=[one.number])
    assert client.get(address)["Content-Type"] == "application/pdf"
    at_once("3")
    page = client.get(address).content.decode()
    assert "This paper has 4 lines" in page and 'action="/print/transit/manifests/"' in page


def test_a_statement_of_many_entries_is_made_by_a_worker_too(people: People) -> None:
    one = bond()
    for n in range(2 - one.entries.count()):
        one.entries.create(sort="RAISED", change=1, balance_after=1, key=f"raised:{n}", by_name="Tara Gill")
    lines = one.entries.count()
    client, address = signed_in(people, "signatory.swift"), reverse("bond-statement", args=[one.number])
    at_once(str(lines))
    assert client.get(address)["Content-Type"] == "application/pdf"
    at_once(str(lines - 1))
    page = client.get(address).content.decode()
    assert f"This paper has {lines} lines" in page and 'action="/print/bonds/bonds/"' in page
    client.post("/print/bonds/bonds/", {"document": one.pk})
    batch = PaperBatch.objects.get()
    batches.make(batch.pk)
    batch.refresh_from_db()
    assert reading.squeezed(str(one.number)) in reading.text(fetched(client, batch))
