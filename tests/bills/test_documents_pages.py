"""CBE-XI on the screen: begun, chosen, signed, uploaded, listed, printed, copied, amended and cancelled (PN17 5.4.1, 7, 10, 11)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bills.models import BillAmendment, BillCancellation, CourierBillOfEntry
from bills.stages import Stage
from bills.uncleared import goods
from eccs import upload_runner
from eccs.models import Upload
from manifests.clearance import Stage as ManifestStage
from manifests.models import ExpressCargoManifest, WarehouseEntry
from tests.bills.conftest import SignedIn
from tests.bills.desks import Desks, fresh, picture
from tests.bills.test_documents import covered, filed, scan
from tests.factories.documents import bill_of_documents, flight
from tests.factories.manifests import house_airway_bill
from tests.papers import reading

pytestmark = pytest.mark.django_db

DECLARED = {"file-authorised": "on", "file-true": "on", "file-documents": "on"}


@pytest.fixture
def landed(signed_in: SignedIn) -> ExpressCargoManifest:
    """Swift's documents at their arrival scan."""
    signed_in("courier.swift")
    return flight(ManifestStage.ARRIVAL_SCAN)


def begin(client: Client, on: ExpressCargoManifest, **given: str) -> CourierBillOfEntry:
    """The draft that the start page begins."""
    assert str(on.number) in text(client.get(reverse("bill-start") + "?form=CBE-XI"))
    answer = client.post(reverse("bill-start"), {"form": "CBE-XI", "flight": on.pk, **given})
    assert answer.status_code == 302
    return CourierBillOfEntry.objects.latest("pk")


def text(answer: Any) -> str:
    """The page as it is read."""
    return str(answer.content.decode().replace("\u00a0", " "))


def test_5_4_a_bill_over_chosen_bags_is_begun_chosen_checked_and_signed(
    signed_in: SignedIn, landed: ExpressCargoManifest
) -> None:
    clerk, signatory = signed_in("courier.swift"), signed_in("signatory.swift")
    draft = begin(clerk, landed)
    assert "Check and sign" in text(clerk.get(draft.get_absolute_url()))
    chooser = reverse("bill-choose", args=[draft.pk])
    assert clerk.get(chooser).status_code == 200
    wrong = clerk.post(chooser, {"scope": "named", "bag": ["BAG-1"], "hawbs": "D002 X77"})
    assert wrong.status_code == 422 and "<title>Error:" in text(wrong)
    assert "House airway bill D002 (row 2): is also in row 1: BAG-1." in text(wrong)
    assert "House airway bill X77 (row 3): is not on the manifest." in text(wrong)
    checker = reverse("bill-check", args=[draft.pk])
    assert "X77" in text(clerk.get(checker)) and "Sign and file" not in text(signatory.get(checker))
    assert clerk.post(chooser, {"scope": "named", "bag": ["BAG-1"], "hawbs": "d004"}).status_code == 302
    assert "A Courier Signatory of your firm signs" in text(clerk.get(checker))
    assert signatory.post(checker, {"file-authorised": "on", "file-true": "on"}).status_code == 422
    done = signatory.post(checker, DECLARED)
    one = fresh(draft)
    assert done["Location"] == reverse("bill-filed", args=[one.key]) and one.stage == Stage.ARRIVAL
    assert signatory.get(done["Location"]).status_code == 200
    assert covered(one) == ["D001", "D002", "D004"]
    for page in ("bill-items", "bill-papers", "bill-invoices"):
        assert clerk.get(reverse(page, args=[draft.pk])).status_code == 404


def test_the_page_of_the_bill_for_courier_officer_and_custodian(
    signed_in: SignedIn, landed: ExpressCargoManifest
) -> None:
    one = filed(landed)
    scan(landed, "BAG-1")
    seen = text(signed_in("courier.swift").get(one.get_absolute_url()))
    assert "D001" in seen and "2 of 4 arrived" in seen and "RMS" not in seen and "lane" not in seen
    for username in ("xray.blr", "scan.blr", "auditor.blr"):
        assert "BAG-2" in text(signed_in(username).get(one.get_absolute_url()))
    listing = reverse("bill-shipments", args=[one.number])
    assert "D004" in text(signed_in("xray.blr").get(listing))
    assert "D003" not in text(signed_in("xray.blr").get(listing + "?bag=bag-1"))
    assert signed_in("courier.metro").get(listing).status_code == 404
    found = signed_in("ao.blr").get(reverse("find") + "?q=D003", follow=True)
    assert str(one.number) in text(found)
    scan(landed, "BAG-2", "D004", "D004")
    assert "4 house airway bills" in text(signed_in("xray.blr").get("/bills/imports/queue/xray/"))


def test_form_b_and_the_order_are_printed_with_every_house_airway_bill(signed_in: SignedIn) -> None:
    one = bill_of_documents(Stage.FOR_OUT_OF_CHARGE)
    one = Desks(signed_in).act("superintendent.blr", one, "give_out_of_charge")
    form_b = reading.text(signed_in("courier.swift").get(reverse("bill-print", args=[one.key])).content)
    for words in (
        "Form B",
        "D001",
        "D004",
        "BAG-2",
        "of no commercial value",
        "4 house airway bills, 2 bags",
        "899-44172063",
    ):
        assert reading.squeezed(words) in form_b
    order = reading.text(signed_in("courier.swift").get(reverse("out-of-charge-print", args=[one.key])).content)
    assert all(reading.squeezed(words) in order for words in ("4 house airway bills, 2 bags", "section 47"))


def upload(client: Client, on: ExpressCargoManifest, rows: str) -> Upload:
    """Hand the file in and have it checked."""
    file = SimpleUploadedFile("documents.csv", rows.encode())
    client.post(reverse("bill-upload", args=[on.key]), {"file": file})
    found = Upload.objects.latest("pk")
    upload_runner.check(found.pk)
    found.refresh_from_db()
    return found


def test_a_file_of_bags_and_loose_shipments_makes_one_bill(signed_in: SignedIn, landed: ExpressCargoManifest) -> None:
    clerk, signatory = signed_in("courier.swift"), signed_in("signatory.swift")
    page = text(clerk.get(reverse("bill-upload", args=[landed.key])))
    assert "together make one CBE-XI" in page and 'name="images"' not in page
    bad = upload(clerk, landed, "bag_number,hawb\nBAG-9,\n,D001\nBAG-1,\nBAG-2,D004\n")
    assert [(fault[0], fault[1]) for fault in bad.faults] == [
        (2, "bag_number"),
        (4, "bag_number"),
        (5, "hawb"),
    ]
    good = upload(clerk, landed, "hawb,bag_number\n,bag-1\nD004,\n")
    assert good.state == Upload.State.READY, good.faults
    assert "One CBE-XI is ready to file" in text(signatory.get(reverse("upload", args=[good.pk])))
    ticked = {"declare1": "on", "declare2": "on", "declare3": "on"}
    signatory.post(reverse("upload-sign", args=[good.pk]), ticked)
    upload_runner.save(good.pk, int(signatory.session["_auth_user_id"]))
    assert covered(CourierBillOfEntry.objects.get()) == ["D001", "D002", "D004"]


def test_an_earlier_bill_is_copied_onto_another_flight(signed_in: SignedIn, landed: ExpressCargoManifest) -> None:
    clerk = signed_in("courier.swift")
    whole, bags = filed(landed), None
    another = flight()
    page = text(clerk.get(reverse("bill-start") + f"?copy={whole.key}"))
    assert str(whole) in page and str(another) in page and str(landed) not in page.split("<tbody>")[1]
    draft = begin(clerk, another, copy=whole.key)
    assert draft.draft["whole"]
    bags = filed(another, ("BAG-2", ""))
    assert begin(clerk, flight(), copy=bags.key).draft == {"whole": False, "named": [[1, "BAG-2", ""]]}


def test_11_what_did_not_come_is_taken_off_and_the_bill_goes_on_to_xray(
    signed_in: SignedIn, landed: ExpressCargoManifest
) -> None:
    desks, one = Desks(signed_in), filed(landed)
    scan(landed, "BAG-1", "D004", "D004")
    said = desks.refused("signatory.swift", one, "request_amendment", taken_off="BAG-7", reason="Left behind.")
    assert "BAG-7 is not on the bill." in said
    assert "Nothing is changed" in desks.refused("signatory.swift", one, "request_amendment", reason="Nothing.")
    one = desks.act("signatory.swift", one, "request_amendment", taken_off="bag-2", reason="BAG-2 was left behind.")
    asked = BillAmendment.objects.get()
    assert asked.changes == [{"name": "taken_off", "item": 0, "old": "D003", "new": ""}]
    assert "Shipments taken off" in desks.page("ao.blr", asked)
    asked = desks.act("ao.blr", asked, "process", remarks="The custodian confirms it.")
    desks.act("dcac.blr", asked, "approve")
    one = fresh(one)
    assert (one.stage, covered(one), one.shipment_count, one.bag_count) == (Stage.XRAY, ["D001", "D002", "D004"], 3, 1)
    assert covered(filed(landed)) == ["D003"]  # free for another bill


def test_11_what_landed_in_excess_is_put_on_and_xrayed(signed_in: SignedIn, landed: ExpressCargoManifest) -> None:
    desks, one = Desks(signed_in), filed(landed)
    scan(landed, "BAG-1", "BAG-2", "D004", "D004")
    house_airway_bill(landed, number="D005", arrived=True)
    one = desks.act("xray.blr", fresh(one), "mark_suspicious", remarks="Look into BAG-1.", image=picture())
    one = desks.act("signatory.swift", one, "request_amendment", put_on="D005", reason="Landed in excess.")
    asked = desks.act("ao.blr", BillAmendment.objects.get(), "process", remarks="Seen.")
    desks.act("dcac.blr", asked, "approve")
    one = fresh(one)
    assert (one.stage, one.xray_result, covered(one)[-1]) == (Stage.XRAY, "", "D005")
    one = desks.act("xray.blr", one, "clear_xray")
    assert (one.facilitated, one.stage) == (True, Stage.EXAMINATION)  # what was seen in BAG-1 is still examined


def test_10_a_bill_is_cancelled_on_request(signed_in: SignedIn, landed: ExpressCargoManifest) -> None:
    desks, one = Desks(signed_in), filed(landed)
    desks.act("signatory.swift", one, "request_cancellation", reason="Filed for the wrong flight.")
    asked = desks.act("ao.blr", BillCancellation.objects.get(), "verify", remarks="So it is.")
    desks.act("dcac.blr", asked, "approve")
    assert fresh(one).stage == Stage.CANCELLED
    assert "D001" in desks.page("signatory.swift", fresh(one))
    assert filed(landed).shipment_count == 4


def test_9_a_stop_holds_all_documents_until_it_is_cleared(signed_in: SignedIn) -> None:
    desks, one = Desks(signed_in), bill_of_documents(Stage.XRAY)
    one = desks.act("dcac.blr", one, "stop", remarks="Under inquiry.")
    assert one.stage == Stage.STOPPED
    one = desks.act("dcac.blr", one, "clear_stop", remarks="Nothing was found.")
    assert one.stage == Stage.XRAY
    desks.act("xray.blr", one, "clear_xray")
    assert fresh(one).stage == Stage.OUT_OF_CHARGE


def test_a_flight_of_goods_offers_no_cbe_xi_and_documents_no_other_form(
    signed_in: SignedIn, landed: ExpressCargoManifest
) -> None:
    clerk = signed_in("courier.swift")
    assert "?form=CBE-XI&amp;manifest=" in text(clerk.get(landed.get_absolute_url()))
    assert "D001" not in text(clerk.get(reverse("bill-start") + "?form=CBE-XIII"))
    assert (
        clerk.post(reverse("bill-start"), {"form": "CBE-XIII", "hawb": landed.hawbs.get(number="D001").pk}).status_code
        == 404
    )
    other = house_airway_bill().manifest
    assert str(other.number) not in text(clerk.get(reverse("bill-start") + "?form=CBE-XI"))


def test_one_shipment_of_many_is_taken_off_the_bill_before_it_is_sent_back(landed: ExpressCargoManifest) -> None:
    filed(landed)
    scan(landed, "BAG-1", "BAG-2", "D004", "D004")
    WarehouseEntry.objects.update(in_at=timezone.now() - timedelta(days=40))
    hawb = landed.hawbs.get(number="D003")
    assert any("take it off by an amendment" in reason for reason in goods.why_not_return(hawb))
    assert not any(line.may_return for line in goods.lines(WarehouseEntry.objects.select_related("hawb__manifest")))
    assert {line.bill.kind for line in goods.lines(WarehouseEntry.objects.all()) if line.bill} == {"CBE-XI"}
