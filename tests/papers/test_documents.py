"""Papers made from the records say what the records say, and nothing that is for officers only."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.models import Posting
from bills.documents import courier_bill_of_entry, out_of_charge_order
from bills.models import CourierBillOfEntry, Item
from bills.stages import Stage
from eccs import barcodes
from eccs.workflow import take
from manifests.clearance import Stage as ManifestStage
from payments.clearance import Stage as ChallanStage
from payments.documents import cyber_receipt
from tests.factories.bills import bill, hawb_of
from tests.factories.challans import challan
from tests.factories.firms import actor
from tests.factories.manifests import house_airway_bill, manifest
from tests.papers import reading

pytestmark = pytest.mark.django_db


def cleared() -> CourierBillOfEntry:
    """A bill that was paid, X-rayed and given Out of Charge by an officer."""
    one = bill(Stage.DUTY, arrived=True, examination_mandated=True, assessment_remarks="Undervalued, look closely")
    one = take(one, "confirm_payment", actor("SYSTEM"), amount="31.00", challan="1911402718")
    one = take(one, "clear_xray", actor("XRAY_OFFICER"))
    one = take(
        one, "report_examination", actor("INSPECTOR", name="Farid Khan"), packages_opened=1, percent=100,
        findings="A hidden pocket, empty.", recommendation="RELEASE",
    )  # fmt: skip
    taken: CourierBillOfEntry = take(one, "give_out_of_charge", actor("SHED_SUPERINTENDENT"))
    return taken


def test_a_bill_says_what_was_filed_paid_and_ordered() -> None:
    one = cleared()
    data = courier_bill_of_entry(one, printed_by="signatory.swift")
    found = reading.text(data)
    for value in (
        one.number, one.manifest.number, hawb_of(one).number, "OOC ISSUED on", "29AAKCK4417E1ZH", "Krishna Electronics",
        "Lantern Bay Audio Ltd", "8518 30 00", "1911402718", "₹ 100.00", "₹ 31.00", "1 USD = ₹ 95.85", "NonGovernment",
        "by signatory.swift", "Uma Pillai, Shed Superintendent", one.trail_head[:4],
    ):  # fmt: skip
        assert reading.squeezed(str(value)) in found, value
    codes = reading.codes(data)
    assert barcodes.number_of(codes["Code128"]) == one.number
    assert codes["QRCode"].endswith(one.get_absolute_url())


def test_the_rates_of_each_head_are_those_of_the_day() -> None:
    one = bill(Stage.DUTY)
    found = reading.text(courier_bill_of_entry(one))
    assert "IGST18%-018.90" in found
    assert "CMPNSTRYnil-00" in found


def test_an_order_says_who_gave_it_and_for_what() -> None:
    one = cleared()
    data = out_of_charge_order(one)
    found = reading.text(data)
    for value in (
        one.number,
        one.order.number,
        hawb_of(one).number,
        "Uma Pillai, Shed Superintendent",
        "1911402718",
        "₹ 31.00",
    ):
        assert reading.squeezed(str(value)) in found, value
    assert barcodes.number_of(reading.codes(data)["Code128"]) == one.order.number


def test_an_automatic_order_names_no_officer() -> None:
    one = take(bill(Stage.XRAY, facilitated=True), "clear_xray", actor("XRAY_OFFICER"))
    assert one.stage == Stage.OUT_OF_CHARGE
    found = reading.text(out_of_charge_order(one))
    assert reading.squeezed("ECCS: Auto Out of Charge (Circular 40/2019)") in found
    assert reading.squeezed("Uma Pillai") not in found


def test_papers_hold_nothing_that_is_for_officers_only() -> None:
    one = cleared()
    for data in (courier_bill_of_entry(one), out_of_charge_order(one)):
        found = reading.text(data)
        for secret in ("secret compartment", "N-0099", "Undervalued", "hidden pocket", "Farid Khan", "Facilitated"):
            assert reading.squeezed(secret) not in found


def test_a_bill_of_many_packages_and_items_lists_them_all() -> None:
    hawb = house_airway_bill(manifest(ManifestStage.ARRIVAL_SCAN), packages=30)
    one = bill(Stage.DUTY, hawb=hawb, item_count=44)
    Item.objects.bulk_create(
        Item(
            bill=one, item_no=n, cth="42023290", description=f"Pouch number {n}", country_of_origin="CN",
            quantity=Decimal("1.5"), uom="KGS", unit_price=Decimal("0.6543"), assessable_value=Decimal(10),
        )
        for n in range(2, 45)
    )  # fmt: skip
    data = courier_bill_of_entry(one)
    found = reading.text(data)
    assert reading.pages(data) > 4
    assert all(reading.squeezed(f"Pouch number {n}") in found for n in range(2, 45))
    assert all(crn in found for crn in hawb.pieces.values_list("crn", flat=True))
    assert "0.6543" in found
    assert "1.5KGS" in found


def test_a_bill_of_another_form_says_so() -> None:
    found = reading.text(courier_bill_of_entry(bill(Stage.DUTY, kind="CBE-XIV")))
    assert "CourierBillofEntry-XIV" in found
    assert "FormE" in found


def test_a_receipt_names_every_bill_it_pays() -> None:
    bills = [bill(Stage.DUTY) for _ in range(3)]
    one = challan(ChallanStage.AT_BANK, *bills)
    paid = take(one, "confirm_paid", actor("SYSTEM"), bank_transaction="SBX261119140073318", told_by="confirmation")
    data = cyber_receipt(paid)
    found = reading.text(data)
    for value in (
        paid.receipt.number, paid.number, "SBX261119140073318", "Rupees ninety-three only", "₹ 93.00",
        *(one.number for one in bills), *(hawb_of(one).number for one in bills),
    ):  # fmt: skip
        assert reading.squeezed(str(value)) in found, value
    assert reading.codes(data)["Code128"] == paid.number


@pytest.mark.parametrize("stage", [s for s in Stage if s not in (Stage.DRAFT, Stage.DISCARDED)])
def test_a_bill_can_be_printed_at_every_stage(stage: str) -> None:
    found = reading.text(courier_bill_of_entry(bill(stage)))
    shown = "OOCISSUED" if stage == Stage.OUT_OF_CHARGE else reading.squeezed(str(Stage(stage).label))
    assert shown in found


def test_papers_can_be_printed_in_hindi() -> None:
    from django.utils import translation

    with translation.override("hi"):
        assert reading.pages(courier_bill_of_entry(bill(Stage.DUTY))) >= 1


def test_a_scanned_paper_opens_its_bill(client: Client) -> None:
    one = cleared()
    client.force_login(one.created_by)
    Posting.objects.create(user=one.created_by, role="COURIER_SIGNATORY")
    for token in (barcodes.token(one.number or ""), barcodes.token(one.order.number or "")):
        assert client.get("/find/", {"q": f"{token} "})["Location"] == one.get_absolute_url()


def test_pictures_of_codes_are_served_to_pages(client: Client, settings: LazySettings) -> None:
    one = bill(Stage.DUTY)
    client.force_login(one.created_by)
    bars = client.get(f"/codes/bars/{one.number}.svg")
    assert bars["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert bars.content.decode() == barcodes.bars_svg(barcodes.token(one.number or ""))
    squares = client.get("/codes/squares.svg", {"to": one.get_absolute_url()})
    assert squares.content.decode() == barcodes.qr_svg(settings.PUBLIC_URL + one.get_absolute_url())
    for address in ("/codes/bars/nothing.svg", "/codes/squares.svg", "/codes/squares.svg?to=//elsewhere.example/"):
        assert client.get(address).status_code == 404
