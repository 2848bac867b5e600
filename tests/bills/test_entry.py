"""A bill filed in parts: typed, kept, checked, signed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.permissions import SYSTEM
from bills.forms.entry import FilingForm
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from bills.views import start
from manifests.models import HouseAirwayBill
from tests.bills.conftest import SignedIn
from tests.factories.manifests import house_airway_bill, manifest

pytestmark = pytest.mark.django_db

IMPORTER = {"kyc_type": "PAN", "kyc_number": "AQXPN2207R", "state_code": "29"}
INVOICE = {
    "invoice_number": "HRB-20791", "invoice_date": "10/11/2026", "invoice_terms": "CIF", "currency": "GBP",
    "ecommerce": "on",
}  # fmt: skip
ITEM = {
    "cth": "95049090", "description": "Board game", "country_of_origin": "GB", "quantity": "3", "uom": "NOS",
    "unit_price": "48",
}  # fmt: skip
DECLARED = {"file-authorised": "on", "file-true": "on"}


def ticked(bill: CourierBillOfEntry) -> dict[str, str]:
    """Every declaration that the form of the bill asks for."""
    held = CourierBillOfEntry.objects.get(pk=bill.pk)
    return {f"file-{name}": "on" for name in FilingForm(document=held, actor=SYSTEM).fields}


def begin(browser: Client, hawb: HouseAirwayBill) -> CourierBillOfEntry:
    browser.post(reverse("bill-start"), {"hawb": hawb.pk})
    return CourierBillOfEntry.objects.get(hawb=hawb)


def fill(browser: Client, bill: CourierBillOfEntry) -> None:
    browser.post(reverse("bill-part", args=[bill.pk, "importer"]), IMPORTER)
    browser.post(reverse("bill-part", args=[bill.pk, "invoice"]), INVOICE)
    browser.post(reverse("bill-item", args=[bill.pk, 1]), ITEM)


def test_5_4_3_operator_types_and_signatory_files(signed_in: SignedIn, hawb: HouseAirwayBill) -> None:
    operator, signatory = signed_in("courier.swift"), signed_in("signatory.swift")
    bill = begin(operator, hawb)
    assert "3</b> parts are complete" in operator.get(bill.get_absolute_url()).content.decode()
    fill(operator, bill)
    page = operator.get(reverse("bill-check", args=[bill.pk])).content.decode()
    assert "A Courier Signatory of your firm signs and files it" in page
    assert "Sign and file bill" not in page
    answer = signatory.post(reverse("bill-check", args=[bill.pk]), DECLARED)
    bill = CourierBillOfEntry.objects.get(pk=bill.pk)
    assert bill.stage != Stage.DRAFT
    assert answer["Location"] == reverse("bill-filed", args=[bill.number])
    assert "Bill filed" in signatory.get(answer["Location"]).content.decode()
    assert bill.draft == {}
    item = bill.items.get()
    assert (item.cth, item.quantity, bill.iec) == ("95049090", Decimal(3), "0100000053")
    assert bill.exchange_rate is not None
    assert bill.assessable_value == Decimal("144") * bill.exchange_rate
    assert bill.total_duty == item.total_duty == item.bcd + item.sws + item.igst


def test_both_declarations_are_needed(signed_in: SignedIn, hawb: HouseAirwayBill) -> None:
    signatory = signed_in("signatory.swift")
    bill = begin(signatory, hawb)
    fill(signatory, bill)
    answer = signatory.post(reverse("bill-check", args=[bill.pk]), {"file-true": "on"})
    assert answer.status_code == 422
    assert "Tick this declaration to file." in answer.content.decode()
    assert CourierBillOfEntry.objects.get(pk=bill.pk).stage == Stage.DRAFT


def test_an_unfinished_bill_names_what_is_missing(signed_in: SignedIn, hawb: HouseAirwayBill) -> None:
    signatory = signed_in("signatory.swift")
    bill = begin(signatory, hawb)
    page = signatory.get(reverse("bill-check", args=[bill.pk])).content.decode()
    for words in ("KYC document is missing", "Item 1: CTH is missing", "Invoice number is missing"):
        assert words in page
    answer = signatory.post(reverse("bill-check", args=[bill.pk]), DECLARED)
    assert answer.status_code == 409
    assert "Nothing has changed." in answer.content.decode()
    assert CourierBillOfEntry.objects.get(pk=bill.pk).stage == Stage.DRAFT


def test_what_is_typed_is_kept_even_where_it_is_wrong(signed_in: SignedIn, hawb: HouseAirwayBill) -> None:
    operator = signed_in("courier.swift")
    bill = begin(operator, hawb)
    url = reverse("bill-part", args=[bill.pk, "importer"])
    answer = operator.post(url, {"kyc_type": "PAN", "kyc_number": "AQXCN22O7R", "ad_code": "12"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Number of the KYC document: Not a PAN" in page
    assert "AD code: Not an AD code" in page
    assert 'value="AQXCN22O7R"' in operator.get(url).content.decode()


def test_a_background_save_answers_with_the_time(signed_in: SignedIn, hawb: HouseAirwayBill) -> None:
    operator = signed_in("courier.swift")
    bill = begin(operator, hawb)
    url = reverse("bill-part", args=[bill.pk, "invoice"])
    answer = operator.post(url, {"invoice_number": "HRB-2"}, headers={"HX-Request": "true"})
    assert "Saved as a draft" in answer.content.decode()
    assert CourierBillOfEntry.objects.get(pk=bill.pk).draft["header"]["invoice_number"] == "HRB-2"


def test_items_are_added_and_removed(signed_in: SignedIn, hawb: HouseAirwayBill) -> None:
    operator = signed_in("courier.swift")
    bill = begin(operator, hawb)
    operator.post(reverse("bill-item", args=[bill.pk, 1]), ITEM)
    operator.post(reverse("bill-item", args=[bill.pk, 2]), {**ITEM, "cth": "49019900", "description": "Book"})
    assert "49019900" in operator.get(reverse("bill-items", args=[bill.pk])).content.decode()
    assert operator.get(reverse("bill-item", args=[bill.pk, 4])).status_code == 404
    operator.post(reverse("bill-item-remove", args=[bill.pk, 1]))
    held = CourierBillOfEntry.objects.get(pk=bill.pk).draft["items"]
    assert [item["cth"] for item in held] == ["49019900"]


def test_a_second_start_opens_the_same_draft(signed_in: SignedIn, hawb: HouseAirwayBill) -> None:
    operator = signed_in("courier.swift")
    first, second = begin(operator, hawb), begin(operator, hawb)
    assert first.pk == second.pk
    assert hawb.number not in operator.get(reverse("bill-start")).content.decode()


@pytest.mark.parametrize("username", ["courier.metro", "ao.blr", "importer.kaveri"])
def test_a_draft_is_the_firms_own(signed_in: SignedIn, hawb: HouseAirwayBill, username: str) -> None:
    bill = begin(signed_in("courier.swift"), hawb)
    stranger = signed_in(username)
    for url in (
        bill.get_absolute_url(), reverse("bill-check", args=[bill.pk]), reverse("bill-part", args=[bill.pk, "invoice"]),
        reverse("bill-items", args=[bill.pk]), reverse("bill-papers", args=[bill.pk]),
    ):  # fmt: skip
        assert stranger.get(url).status_code in (403, 404), url
    answer = stranger.post(reverse("bill-start"), {"hawb": hawb.pk})
    assert answer.status_code in (403, 404)


def test_a_value_above_the_limit_is_sent_to_the_other_form(signed_in: SignedIn, hawb: HouseAirwayBill) -> None:
    signatory = signed_in("signatory.swift")
    bill = begin(signatory, hawb)
    fill(signatory, bill)
    signatory.post(reverse("bill-item", args=[bill.pk, 1]), {**ITEM, "unit_price": "1048"})
    assert "file CBE-XIV" in signatory.get(reverse("bill-check", args=[bill.pk])).content.decode()


def test_a_filed_bill_is_not_typed_any_more(signed_in: SignedIn, hawb: HouseAirwayBill) -> None:
    signatory = signed_in("signatory.swift")
    bill = begin(signatory, hawb)
    fill(signatory, bill)
    signatory.post(reverse("bill-check", args=[bill.pk]), DECLARED)
    answer = signatory.post(reverse("bill-part", args=[bill.pk, "invoice"]), {"invoice_number": "OTHER"}, follow=True)
    assert "no longer a draft" in answer.content.decode()
    assert CourierBillOfEntry.objects.get(pk=bill.pk).invoice_number == "HRB-20791"


def test_a_discarded_draft_keeps_nothing_that_was_typed(signed_in: SignedIn, hawb: HouseAirwayBill) -> None:
    signatory = signed_in("signatory.swift")
    bill = begin(signatory, hawb)
    fill(signatory, bill)
    signatory.post(bill.step_url("discard"), {"confirm": "yes"})
    bill = CourierBillOfEntry.objects.get(pk=bill.pk)
    assert (bill.stage, bill.draft) == (Stage.DISCARDED, {})
    assert begin_again(signatory, hawb).pk != bill.pk


def begin_again(browser: Client, hawb: HouseAirwayBill) -> CourierBillOfEntry:
    browser.post(reverse("bill-start"), {"hawb": hawb.pk})
    return CourierBillOfEntry.objects.get(hawb=hawb, stage=Stage.DRAFT)


def test_an_aadhaar_number_is_shown_masked(signed_in: SignedIn, hawb: HouseAirwayBill) -> None:
    signatory = signed_in("signatory.swift")
    bill = begin(signatory, hawb)
    given = {"kyc_type": "AADHAAR", "kyc_number": "234123412346"}
    signatory.post(reverse("bill-part", args=[bill.pk, "importer"]), given)
    page = signatory.get(reverse("bill-check", args=[bill.pk])).content.decode()
    assert "XXXXXXXX2346" in page
    assert "234123412346" not in page


def test_a_paper_attached_to_a_draft_is_declared_with_it(signed_in: SignedIn, hawb: HouseAirwayBill) -> None:
    signatory = signed_in("signatory.swift")
    bill = begin(signatory, hawb)
    fill(signatory, bill)
    paper = SimpleUploadedFile("invoice.png", b"\x89PNG\r\n\x1a\n picture")
    signatory.post(reverse("bill-papers", args=[bill.pk]), {"kind": "INVOICE", "papers": paper})
    signatory.post(reverse("bill-check", args=[bill.pk]), DECLARED)
    bill = CourierBillOfEntry.objects.get(pk=bill.pk)
    assert bill.invoice_image == bill.attachments.get().name == "invoice.png"


def test_shipments_without_a_bill_are_listed_of_the_newest_flights_and_found_of_all(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in("courier.swift")
    old, new = (
        house_airway_bill(manifest("SUBMITTED", hawb_count=1), number=number) for number in ("SWFOLD0001", "SWFNEW0001")
    )

    def listed(**asked: str) -> tuple[bool, bool]:
        page = browser.get(reverse("bill-start"), asked).content.decode()
        return f">{old.number}<" in page, f">{new.number}<" in page

    assert listed() == (True, True)
    for bound in ("NEWEST_FLIGHTS", "LOOKED_THROUGH"):  # so many flights, or as many as have so many shipments
        with monkeypatch.context() as patched:
            patched.setattr(start, bound, 1)
            assert listed() == (False, True)
    assert listed(q="SWFOLD") == (True, False)
    assert listed(manifest=str(old.manifest.number)) == (True, False)
