"""Documents and shipping bills filed for a walk-in customer at the Service Centre (PN17 2.3, 2.4)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import AuthorisedCourier
from bills.models import BillTrail, CourierBillOfEntry
from counter.models import SealedPrint
from exports.models import CourierShippingBill
from manifests.clearance import Stage as ManifestStage
from tests.bills.conftest import SignedIn
from tests.counter.conftest import OPERATOR, Counter, scan
from tests.factories import shipping
from tests.factories.documents import flight as flight_of_documents

pytestmark = pytest.mark.django_db

SHIPMENT_OF_III = {
    "hawb": "SWF8801904425", "pieces": "1", "gross_weight_kg": "0.4", "description": "Contract", "consignor_name": "Deccan Legal LLP",
    "consignor_address": "3, Lavelle Road, Bengaluru", "consignee_name": "Hafen Kanzlei", "consignee_address": "Am Sandtorkai 12",
    "consignee_city": "Hamburg",
}  # fmt: skip


def test_2_3_documents_are_filed_on_cbe_xi_for_a_courier_who_names_the_manifest(
    counter: Counter, swift: AuthorisedCourier
) -> None:
    landed = flight_of_documents(ManifestStage.SUBMITTED)
    counter.serve(str(swift.number))
    address = reverse("bill-start")
    assert not counter.browser.get(address, {"form": "CBE-XI"}).context["flights"]  # listed to nobody
    named = counter.browser.get(address, {"form": "CBE-XI", "manifest": str(landed.number)})
    assert [one.pk for one in named.context["flights"]] == [landed.pk]
    counter.browser.post(address, {"form": "CBE-XI", "flight": landed.pk})
    bill = CourierBillOfEntry.objects.get()
    page = counter.browser.get(reverse("bill-check", args=[bill.pk])).content.decode()
    assert "Service Centre, on behalf of" in page
    print_out = counter.browser.get(reverse("counter-print", args=["bills/imports", bill.key]))
    assert print_out["Content-Type"] == "application/pdf"
    assert "Missing: the print-out" in counter.file(bill).content.decode()
    counter.seal(bill)
    counter.browser.post(reverse("bill-choose", args=[bill.pk]), {"scope": "named", "hawbs": "D004"})
    assert "was changed after its print-out was sealed" in counter.file(bill).content.decode()
    counter.seal(bill, scan=scan(content=b"%PDF-1.7 sealed again"))
    assert counter.file(bill)["Location"].startswith("/bills/filed/CBE-XI_BLR_")
    line = BillTrail.objects.get(document=bill, step="file")
    assert line.snapshot is not None and line.snapshot["service_centre"]["on_behalf_of"] == swift.name


@pytest.mark.parametrize("form", ["CSB-V", "CSB-III"])
def test_2_3_a_shipping_bill_is_entered_sealed_and_filed_for_a_courier(
    counter: Counter, swift: AuthorisedCourier, signed_in: SignedIn, form: str
) -> None:
    assert counter.browser.get(reverse("csb-start")).status_code == 302  # nobody is served
    visit = counter.serve(str(swift.number))
    hawb = "" if form == "CSB-III" else "SWX9000001"
    counter.browser.post(reverse("csb-start"), {"form": form, "station": "BLR", "hawb": hawb})
    bill = CourierShippingBill.objects.get()
    assert (bill.courier, bill.created_by.username) == (swift, OPERATOR) and str(form) in counter.page()
    bill.draft = shipping.DRAFT if hawb else {"header": shipping.flight_typed(), "items": [SHIPMENT_OF_III]}
    bill.save(update_fields=["draft"])
    page = counter.browser.get(bill.get_absolute_url()).content.decode()
    assert "Service Centre, on behalf of" in page and "Upload a file" not in page
    assert counter.browser.get(reverse("csb-upload", args=["BLR"])).status_code == 403
    declared = {"confirm": "yes", **{f"file-declared{n}": "on" for n in range(1, 4)}}
    refused = counter.browser.post(bill.step_url("file"), declared)
    assert refused.status_code == 409 and "Missing: the print-out" in refused.content.decode()
    print_out = counter.browser.get(reverse("counter-print", args=["exports/bills", bill.key]))
    assert print_out["Content-Type"] == "application/pdf" and len(print_out.content) > 5000
    counter.seal(bill, "exports/bills")
    counter.browser.post(bill.step_url("file"), declared)
    filed = CourierShippingBill.objects.get()
    line = filed.trail.get(step="file")
    assert filed.number and (line.role, line.by) == ("SERVICE_CENTRE", bill.created_by)
    assert line.by_name.endswith(f"on behalf of {swift.name}, {visit}")
    assert line.snapshot is not None
    assert line.snapshot["service_centre"]["sealed_print_sha256"] == SealedPrint.objects.get().sha256
    assert filed.number in counter.page()
    counter.post("counter-step", visit.key, "finish")
    report = counter.browser.get(reverse("counter-report")).context["report"]
    assert report.lines[0].filed == (filed.number,)
    assert counter.browser.get(filed.get_absolute_url()).status_code == 200
    assert signed_in("servicecentre.del").get(filed.get_absolute_url()).status_code == 404
    assert signed_in("courier.swift").get(filed.get_absolute_url()).status_code == 200


def test_2_3_a_shipping_bill_that_the_firm_began_itself_is_gone_on_with_and_one_that_it_filed_is_not(
    counter: Counter, swift: AuthorisedCourier
) -> None:
    theirs = shipping.shipping_bill("DRAFT", of=swift, hawb="SWX9000002")
    filed = shipping.shipping_bill("GOODS", of=swift, hawb="SWX9000003")
    assert counter.browser.get(theirs.get_absolute_url()).status_code == 404
    counter.serve(str(swift.number))
    given = {"form": "CSB-V", "station": "BLR"}
    led = counter.browser.post(reverse("csb-start"), {**given, "hawb": "SWX9000002"})
    assert led["Location"] == theirs.get_absolute_url()
    assert counter.browser.get(theirs.get_absolute_url()).status_code == 200
    assert counter.browser.get(reverse("csb-part", args=[theirs.pk, "invoice"])).status_code == 200
    told = counter.browser.post(reverse("csb-start"), {**given, "hawb": "SWX9000003"}, follow=True).content.decode()
    assert "is filed already, or was begun at another counter" in told
    assert counter.browser.get(filed.get_absolute_url()).status_code == 404
