"""Form A: declared complete, printed in its order; documents with UCR, CRN and transshipment too (PN17 5.1)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse

from accounts.models import User
from eccs.workflow import take
from manifests import amendments
from manifests.clearance import Stage
from manifests.models import ExpressCargoManifest, HouseAirwayBill, Package
from tests.factories.firms import actor
from tests.factories.manifests import house_airway_bill, manifest
from tests.manifests.conftest import SignedIn, as_csv, send
from tests.manifests.test_documents import row
from tests.papers import reading

pytestmark = pytest.mark.django_db
DOCUMENTS = ExpressCargoManifest.Kind.DOCUMENTS
MORE = {"ucr": "", "crn_numbers": "", "transshipment": "", "transshipment_to": ""}
CODED = MORE | {
    "ucr": "6IN0503012345X77",
    "crn_numbers": "CRN-1 crn-2",
    "transshipment": "Y",
    "transshipment_to": "DEL",
}


def test_documents_are_manifested_with_ucr_crn_and_transshipment(
    signed_in: SignedIn, people: Callable[[str], User]
) -> None:
    client = signed_in("courier.swift")
    on = manifest(
        Stage.DRAFT, kind=DOCUMENTS, courier=people("courier.swift").courier, hawb_count=0, package_count=0,
        gross_weight_kg=0, number=None,
    )  # fmt: skip
    wrong = [row("SWF001", "BAG-1", pieces="2", **MORE | {"crn_numbers": "CRN-1", "transshipment": "Y"}),
             row("SWF002", "", pieces="2", **CODED), row("SWF003", "", **MORE | {"crn_numbers": "SWF004"}),
             row("SWF004", "", **MORE)]  # fmt: skip
    faults = {(f[0], f[1]) for f in send(client, on, as_csv(wrong)).faults}
    assert faults == {(2, "crn_numbers"), (2, "transshipment_to"), (4, "crn_numbers")}
    send(client, on, as_csv([row("SWF001", "BAG-1", **MORE), row("SWF002", "", pieces="2", **CODED)]))
    typed = row("SWF003", "", pieces="1", **MORE | {"crn_numbers": "CRN-2"})
    address = reverse("manifest-shipment", args=[on.key])
    assert client.post(address, typed).status_code == 422
    assert client.post(address, typed | {"crn_numbers": "CRN-3"}).status_code == 302
    one = HouseAirwayBill.objects.get(number="SWF002")
    assert (one.ucr, one.transshipment, one.transshipment_to) == ("6IN0503012345X77", True, "DEL")
    codes = Package.objects.filter(manifest=on).order_by("pk").values_list("hawb__number", "crn")
    assert list(codes) == [("SWF002", "CRN-1"), ("SWF002", "CRN-2"), ("SWF003", "CRN-3")]
    page = client.get(reverse("manifest-shipments", args=[on.key])).content.decode()
    assert "6IN0503012345X77" in page and "Transshipment to DEL" in page
    assert client.get(reverse("manifest-print", args=[on.key])).status_code == 404
    on = take(ExpressCargoManifest.objects.get(pk=on.pk), "submit", actor("COURIER_SIGNATORY", name="Mira Sen"))
    whole = amendments.row_of(HouseAirwayBill.objects.select_related("master", "bag", "manifest").get(pk=one.pk))
    assert (whole["crn_numbers"], whole["transshipment"]) == ("CRN-1 CRN-2", "Y")
    asked = amendments.propose_change(on, "SWF002", whole | {"crn_numbers": "CRN-1 CRN-9"}, actor("COURIER_OPERATOR"))
    asked = take(asked, "request_amendment", actor("COURIER_SIGNATORY"), reason="Misread")
    take(asked, "approve_amendment", actor("DCAC", name="Ila Nair"))
    assert list(one.pieces.order_by("part").values_list("crn", flat=True)) == ["CRN-1", "CRN-9"]
    assert not Package.objects.filter(hawb__number="SWF001").exists()
    paper = reading.text(client.get(reverse("manifest-print", args=[on.key])).content)
    for words in ("FormA", str(on.number), "SWF002", "6IN0503012345X77", "CRN-1CRN-9", "Transshipment:yes,toDEL", "MiraSen",
                  "Thismanifestiscomplete"):  # fmt: skip
        assert words in paper, words


def test_form_a_has_its_fields_in_their_order_and_is_for_those_who_see_the_manifest(signed_in: SignedIn) -> None:
    on = manifest(Stage.IGM_FED, airline="Zephyr Air")
    hawb = house_airway_bill(on, packages=2, ucr="6IN0503012345X77", transshipment=True, transshipment_to="BOM")
    address = reverse("manifest-print", args=[on.key])
    for other in ("courier.metro", "ao.del"):
        assert signed_in(other).get(address).status_code == 404
    paper = reading.text(signed_in("ao.blr").get(address).content)
    order = ("Customsserialnumber", "CourierRegistrationNumber", "Airline", "Airportofarrival", "Firstportofarrival",
             "Flightnumber", "Scheduleddate", "Airportofshipment", "Countryofexportation", "IGMnumber", hawb.master.number,
             hawb.number, "6IN0503012345X77", "Wireless", "Declaration")  # fmt: skip
    assert [paper.index(words) for words in order] == sorted(paper.index(words) for words in order)
    assert "USD672.00" in paper and "Transshipment:yes,toBOM" in paper
