"""Drafts at the Service Centre: those the firm began at home are sealed and filed there, those begun there are discarded there (PN17 2.3, 2.4)."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import AuthorisedCourier, User
from bills.models import CourierBillOfEntry
from counter.beginning import written_at
from counter.models import Answer
from exports.models import CourierExportManifest, CourierShippingBill
from manifests.models import ExpressCargoManifest, ManifestAmendment
from tests.counter.conftest import OPERATOR, Counter
from tests.counter.test_beginning import typed
from tests.exports.test_manifest import flight
from tests.factories.amendments import amendment
from tests.factories.bills import DRAFT, bill
from tests.factories.directory import importer
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.shipping import export_manifest
from tests.factories.transit import flagged, transshipment_bond
from transit.models import CargoTransferManifest

pytestmark = pytest.mark.django_db


def discarding(document: Any, slug: str) -> str:
    """Where a draft is put away at the counter."""
    return reverse("counter-discard", args=[slug, document.key])


def begun(counter: Counter) -> list[tuple[Any, str, str]]:
    """One draft of each kind, begun at the counter: with what stands for it in an address, and where it is put away."""
    transshipment_bond()
    sent_on, changed = flagged(), flagged(arrived=False)
    at = counter.browser
    bill_of = counter.begin(house_airway_bill(manifest(courier=sent_on.manifest.courier)))
    at.post(reverse("csb-start"), {"form": "CSB-V", "station": "BLR", "hawb": "SWX9000001"})
    at.post(reverse("transfer-new"), {"manifest": sent_on.manifest_id, "to": "DEL"})
    at.post(reverse("cem-new"), flight())
    at.post(reverse("amend-shipment", args=[changed.manifest.key, changed.number]), {"delete": "yes"})
    return [
        (bill_of, "bills/imports", "DISCARDED"), (CourierShippingBill.objects.get(), "exports/bills", "DISCARDED"),
        (CargoTransferManifest.objects.get(), "transit/manifests", "DISCARDED"),
        (CourierExportManifest.objects.get(), "exports/manifests", "DISCARDED"),
        (ManifestAmendment.objects.get(), "manifests/amendments", "WITHDRAWN"),
    ]  # fmt: skip


def test_2_3_a_draft_begun_at_the_counter_is_discarded_there_once_it_is_confirmed(
    counter: Counter, swift: AuthorisedCourier
) -> None:
    visit = counter.serve(str(swift.number))
    for document, slug, after in begun(counter):
        address = discarding(document, slug)
        assert address in counter.page() and (written := written_at(document)) in counter.page()
        assert not written or counter.browser.get(written).status_code == 200
        asked = counter.browser.get(address).content.decode()
        assert "?</h1>" in asked and "What happens" in asked and swift.name in asked
        document.refresh_from_db()
        assert document.stage == "DRAFT"  # only asked
        if slug == "transit/manifests":
            typed(counter, reverse("counter-answer-type", args=[slug, document.key, "submit"]))
        assert counter.browser.post(address)["Location"] == reverse("counter")
        document.refresh_from_db()
        line = document.trail.last()
        assert (document.stage, line.by.username, line.role) == (after, OPERATOR, "SERVICE_CENTRE")
        assert line.by_name.endswith(f"on behalf of {swift.name}, {visit}")
        assert address not in counter.page()
        assert [counter.browser.get(address).status_code, counter.browser.post(address).status_code] == [404, 404]
    assert not Answer.objects.filter(dropped_at=None).exists()  # what was typed on it is given up with it


def test_2_3_nothing_is_discarded_at_the_counter_that_the_firm_itself_or_another_firm_began(
    counter: Counter, swift: AuthorisedCourier
) -> None:
    own, foreign, elsewhere = export_manifest(), export_manifest(firm="metro"), export_manifest(station="DEL")
    typed_at_home, change = bill("DRAFT"), amendment("DRAFT")
    counter.serve(str(swift.number))
    for other in (foreign, elsewhere):
        assert counter.browser.post(discarding(other, "exports/manifests")).status_code == 404
    page = counter.page()
    for document, slug in ((own, "exports/manifests"), (typed_at_home, "bills/imports"), (change, "manifests/amendments")):  # fmt: skip
        assert discarding(document, slug) not in page
        refused = counter.browser.post(discarding(document, slug))
        assert refused.status_code == 409 and "own people began this draft" in refused.content.decode()
    assert counter.browser.post(typed_at_home.step_url("discard"), {"confirm": "yes"}).status_code == 409
    assert not CourierBillOfEntry.objects.filter(stage="DISCARDED").exists()


def test_2_3_a_bill_that_the_firm_began_at_home_is_sealed_and_filed_at_the_counter(
    counter: Counter, swift: AuthorisedCourier
) -> None:
    own = bill("DRAFT", draft=DRAFT)
    elsewhere = bill("DRAFT", station="DEL")
    by_importer = bill("DRAFT", importer=importer(), created_by=User.objects.get(username="importer.kaveri"))
    check = reverse("bill-check", args=[own.pk])
    assert counter.browser.get(check).status_code == 404  # nobody is served
    visit = counter.serve(str(swift.number))
    page = counter.page()
    assert check in page and "begun by the firm" in page
    for other in (elsewhere, by_importer):
        assert reverse("bill-check", args=[other.pk]) not in page
        assert counter.browser.get(reverse("bill-check", args=[other.pk])).status_code == 404
    assert "Missing: the print-out" in counter.file(own).content.decode()
    counter.seal(own)
    done = counter.file(own)
    own.refresh_from_db()
    line = own.trail.get(step="file")
    assert own.number and (line.by, line.role) == (User.objects.get(username=OPERATOR), "SERVICE_CENTRE")
    assert line.snapshot is not None
    assert line.snapshot["service_centre"]["on_behalf_of"] == swift.name
    assert counter.browser.get(done["Location"]).status_code == 200
    counter.post("counter-step", visit.key, "finish")
    assert counter.browser.get(own.get_absolute_url()).status_code == 404  # the firm's again


def test_2_3_a_manifest_that_the_firm_began_at_home_is_sealed_and_submitted_at_the_counter(
    counter: Counter, swift: AuthorisedCourier
) -> None:
    own, foreign = manifest("DRAFT"), manifest("DRAFT", firm="metro")
    counter.serve(str(swift.number))
    page = counter.page()
    assert own.get_absolute_url() in page and foreign.get_absolute_url() not in page
    assert counter.browser.get(foreign.get_absolute_url()).status_code == 404
    house_airway_bill(own)
    declared = {"confirm": "yes", "submit-complete": "on", "submit-true": "on"}
    refused = counter.browser.post(own.step_url("submit"), declared)
    assert refused.status_code == 409 and "Missing: the print-out" in refused.content.decode()
    counter.seal(own, "manifests")
    done = counter.browser.post(own.step_url("submit"), declared)
    own = ExpressCargoManifest.objects.get(pk=own.pk)
    assert own.number and own.trail.get(step="submit").role == "SERVICE_CENTRE"
    assert counter.browser.get(done["Location"]).status_code == 200
