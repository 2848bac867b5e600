"""Whoever is not in force at the station that day files nothing: by form, by file, manifest or bill; what is filed goes on."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuthorisedCourier, CourierSignatory, CourierStation
from bills.models import CourierBillOfEntry, ManualShipment
from bills.stages import Stage
from bills.xi import filing
from bills.xi.selection import Chosen, Named
from eccs import upload_runner
from eccs.models import Upload
from eccs.workflow import Refused, take
from manifests.clearance import Stage as ManifestStage
from manifests.models import ExpressCargoManifest, HouseAirwayBill, Package
from tests.bills.conftest import SignedIn
from tests.bills.test_entry import DECLARED, begin, fill
from tests.bills.test_upload import row, send
from tests.every_step.directory import order
from tests.factories.bills import bill, hawb_of
from tests.factories.documents import flight
from tests.factories.firms import actor
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.manual import manual_form

pytestmark = pytest.mark.django_db
SIGNED = {"declare1": "on", "declare2": "on"}


def suspend(courier: AuthorisedCourier) -> str:
    """Suspend the courier and say what its people must be told."""
    take(courier, "suspend", actor("JOINT_COMMISSIONER"), **order())
    return f"is suspended since {timezone.localdate():%d/%m/%Y}, order C.No. VIII/12/2026"


def withdraw(courier: AuthorisedCourier) -> str:
    """Withdraw the courier from Bengaluru, since yesterday, and say what its people must be told."""
    yesterday = timezone.localdate() - timedelta(days=1)
    CourierStation.objects.filter(courier=courier, station="BLR").update(since=yesterday, until=yesterday)
    return "is not registered at Bengaluru (BLR): withdrawn"


STOPS = [suspend, withdraw]


@pytest.mark.parametrize("stop", STOPS)
def test_15_what_left_on_paper_is_filed_although_the_courier_is_not_in_force_any_more(stop: Any) -> None:
    """Only so can the form be regularised; nothing else is filed."""
    by, left, other = actor("COURIER_SIGNATORY"), bill(Stage.DRAFT), bill(Stage.DRAFT)
    manual_form("USED", courier=left.courier, hawb=hawb_of(left).number)
    words = stop(left.courier)
    assert take(left, "file", by).number
    with pytest.raises(Refused, match=words.split(",")[0].replace("(", r"\(").replace(")", r"\)")):
        take(other, "file", by)


@pytest.mark.parametrize("stop", STOPS)
def test_15_documents_that_left_on_paper_are_filed_where_all_of_them_did(stop: Any) -> None:
    on, by = flight(), actor("COURIER_SIGNATORY")
    assert by.user_id is not None
    form = manual_form("USED", courier=on.courier, hawb="D001")
    draft = filing.start(on, by.user_id, Chosen(False, (Named(1, "", "D001"), Named(2, "", "D002"))))
    stop(on.courier)
    with pytest.raises(Refused):
        take(draft, "file", by)
    ManualShipment.objects.create(form=form, courier=on.courier, hawb="D002")
    assert take(draft, "file", by).number


@pytest.mark.parametrize("stop", STOPS)
def test_a_bill_is_not_filed_by_form(signed_in: SignedIn, hawb: HouseAirwayBill, stop: Any) -> None:
    signatory = signed_in("signatory.swift")
    bill = begin(signatory, hawb)
    fill(signatory, bill)
    words = stop(hawb.manifest.courier)
    answer = signatory.post(reverse("bill-check", args=[bill.pk]), DECLARED)
    assert answer.status_code == 409 and words in answer.content.decode().split("<main")[1]
    kept = CourierBillOfEntry.objects.get(pk=bill.pk)
    assert kept.stage == Stage.DRAFT and kept.draft == bill.draft | kept.draft  # the draft survives


@pytest.mark.parametrize("stop", STOPS)
def test_bills_are_not_filed_by_upload(signed_in: SignedIn, hawb: HouseAirwayBill, stop: Any) -> None:
    signatory = signed_in("signatory.swift")
    upload = send(signed_in, hawb.manifest, [row(hawb.number)])
    assert upload.state == "READY"
    words = stop(hawb.manifest.courier)
    page = signatory.get(reverse("upload", args=[upload.pk])).content.decode().split("<main")[1]
    assert words in page and "Declare and sign" not in page
    signatory.post(reverse("upload-sign", args=[upload.pk]), SIGNED)
    upload_runner.save(upload.pk, int(signatory.session["_auth_user_id"]))
    refused = Upload.objects.get(pk=upload.pk)
    assert refused.state == "REFUSED" and words in refused.refusal
    assert words in signatory.get(reverse("upload", args=[upload.pk])).content.decode()
    assert not CourierBillOfEntry.objects.exists()


@pytest.mark.parametrize("stop", STOPS)
def test_a_manifest_is_not_submitted(signed_in: SignedIn, hawb: HouseAirwayBill, stop: Any) -> None:
    draft = manifest(ManifestStage.DRAFT, courier=hawb.manifest.courier, number=None)
    words = stop(draft.courier)
    answer = signed_in("signatory.swift").post(
        draft.step_url("submit"), {"confirm": "1", "submit-complete": "on", "submit-true": "on"}
    )
    assert answer.status_code == 409 and words in answer.content.decode().split("<main")[1]
    assert ExpressCargoManifest.objects.get(pk=draft.pk).stage == ManifestStage.DRAFT


@pytest.mark.parametrize("stop", STOPS)
def test_15_what_left_on_paper_before_it_was_manifested_is_submitted_filed_and_regularised(
    signed_in: SignedIn, stop: Any
) -> None:
    """The firm may be suspended before the system is back: its manifest is taken for what left, and for nothing else."""
    signatory, by = signed_in("signatory.swift"), actor("COURIER_SIGNATORY")
    draft = manifest(ManifestStage.DRAFT, number=None, hawb_count=2)
    left, here = house_airway_bill(draft), house_airway_bill(draft)
    form = manual_form("USED", courier=draft.courier, hawb=left.number, collected=Decimal(5000))
    words, said = stop(draft.courier), {"confirm": "1", "submit-complete": "on", "submit-true": "on"}
    answer = signatory.post(draft.step_url("submit"), said)
    told = answer.content.decode().split("<main")[1]
    assert answer.status_code == 409 and words in told and f"take off 1 that did not ({here.number})" in told
    Package.objects.filter(hawb=here).delete()
    here.delete()
    page = signatory.get(draft.get_absolute_url()).content.decode()
    banner = "Only what left on a paper form in downtime is still manifested and filed: 1 form"
    assert (banner in page) == (stop is suspend)
    assert signatory.post(draft.step_url("submit"), said).status_code == 302
    draft = ExpressCargoManifest.objects.get(pk=draft.pk)
    line = draft.trail.get(step="submit")
    assert (
        line.snapshot is not None
        and line.snapshot["left_on_paper"] == [str(form)]
        and words in line.snapshot["not_in_force"]
    )
    one = take(bill(Stage.DRAFT, hawb=HouseAirwayBill.objects.get(pk=left.pk)), "file", by)
    form = take(
        take(form, "link_bill", by, bill=one.number), "regularise", actor("DCAC"), remarks="As reckoned on the day."
    )
    assert form.stage == "REGULARISED" and CourierBillOfEntry.objects.get(pk=one.pk).stage == Stage.CLEARED_MANUALLY


def test_15_a_manifest_for_what_left_on_paper_is_begun_where_and_when_it_left(
    signed_in: SignedIn, hawb: HouseAirwayBill
) -> None:
    """Also months after, and at a station where the firm operates no longer; not by a month around any other day."""
    withdraw(hawb.manifest.courier)
    signatory, long_ago = signed_in("signatory.swift"), timezone.now() - timedelta(days=100)
    manual_form("USED", courier=hawb.manifest.courier, hawb=hawb.number, cleared_at=long_ago)
    given = {
        "kind": "NON_DOCUMENTS", "station": "BLR", "airline": "Zephyr Air", "flight_number": "ZZ318", "airport_of_shipment": "HKG",
        "country_of_exportation": "HK", "first_port_of_arrival": "BLR", "on_board_courier": "",
    }  # fmt: skip

    def begun(days: int) -> int:
        when = timezone.localtime(long_ago - timedelta(days=days)).strftime("%d/%m/%Y %H:%M")
        return int(signatory.post(reverse("manifest-new"), given | {"scheduled_arrival": when}).status_code)

    assert (begun(29), begun(31)) == (302, 422)


def test_a_new_manifest_is_offered_the_stations_of_today_only(signed_in: SignedIn, hawb: HouseAirwayBill) -> None:
    withdraw(hawb.manifest.courier)
    page = signed_in("signatory.swift").get(reverse("manifest-new")).content.decode()
    assert "Delhi (DEL)" in page and "Bengaluru (BLR)" not in page.split("<main")[1]


def test_what_is_filed_goes_on(signed_in: SignedIn, hawb: HouseAirwayBill) -> None:
    flight = hawb.manifest
    suspend(flight.courier)
    given = {"feed_igm-igm_number": "2914407", "feed_igm-actual_arrival": f"{timezone.localtime():%d/%m/%Y} 00:00"}
    signed_in("signatory.swift").post(flight.step_url("feed_igm"), given)
    assert ExpressCargoManifest.objects.get(pk=flight.pk).stage == ManifestStage.IGM_FED


def test_a_flight_asks_the_directory_once_however_many_bills(signed_in: SignedIn, hawb: HouseAirwayBill) -> None:
    flight, signatory = hawb.manifest, signed_in("signatory.swift")
    hawbs = [hawb, *(house_airway_bill(flight) for _n in range(5))]
    upload = send(signed_in, flight, [row(one.number) for one in hawbs])
    signatory.post(reverse("upload-sign", args=[upload.pk]), SIGNED)
    with CaptureQueriesContext(connection) as queries:
        upload_runner.save(upload.pk, int(signatory.session["_auth_user_id"]))
    assert CourierBillOfEntry.objects.count() == 6
    assert sum("accounts_courierstation" in one["sql"] for one in queries) == 1


def test_a_signatory_without_an_examination_is_warned_and_not_hindered(
    signed_in: SignedIn, hawb: HouseAirwayBill
) -> None:
    signatory = signed_in("signatory.swift")
    bill = begin(signatory, hawb)
    fill(signatory, bill)
    page = reverse("bill-check", args=[bill.pk])
    assert "Examination not in force" not in signatory.get(page).content.decode()
    yesterday = timezone.localdate() - timedelta(days=1)
    CourierSignatory.objects.update(valid_until=yesterday)
    assert f"Examination valid until {yesterday:%d/%m/%Y} only" in signatory.get(page).content.decode()
    CourierSignatory.objects.all().delete()
    assert "holds no examination" in signatory.get(page).content.decode()
    signatory.post(page, DECLARED)
    assert CourierBillOfEntry.objects.get(pk=bill.pk).stage != Stage.DRAFT
