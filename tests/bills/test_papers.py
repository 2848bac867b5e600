"""Courier Bills of Entry as they are printed: Forms B, C and E of the Regulations, each with its own fields in their order (reg 5)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse

from accounts.models import User
from bills.columns import CHARGES, INVOICE_E
from bills.form_e_shown import INVOICE
from bills.models import CourierBillOfEntry, Item
from bills.stages import Stage
from manifests.models import ExpressCargoManifest
from tests.bills.conftest import SignedIn
from tests.bills.test_fields_of_the_forms import OF_D, OF_E, exempted, filed  # noqa: F401
from tests.bills.test_upload import flight, row  # noqa: F401
from tests.factories import firms
from tests.factories.bills import bill
from tests.factories.documents import bill_of_documents
from tests.papers import reading

pytestmark = pytest.mark.django_db


def printed(signed_in: SignedIn, one: CourierBillOfEntry) -> str:
    """What the courier reads on the print of its bill."""
    return reading.text(signed_in("courier.swift").get(reverse("bill-print", args=[one.key])).content)


def test_form_b_has_its_fields_in_their_order(signed_in: SignedIn) -> None:
    one = bill_of_documents(Stage.XRAY)
    CourierBillOfEntry.objects.filter(pk=one.pk).update(filed_by=firms.person("Mira Sen", firm=one.courier))
    reading.in_order(
        printed(signed_in, one),
        ["Form B", str(one.number), "1 Courier Registration Number", "2 Name and address", "3 Airline", "4 Airport of arrival",
         "5 First port of arrival", "6 Flight number", "7 Date of arrival", "8 Time of arrival", "9 Airport of shipment",
         "10 Country of exportation", "11 MAWB", "12 Number of HAWBs and bags", "4 house airway bills, 2 bags", "Commercial value", "Nil",
         "Bags", "BAG-1, BAG-2", "Consignor", "Consignee", "D001", "BAG-1", "Lantern Bay Audio", "Krishna Electronics", "D004", "loose",
         "Declaration", "authorised", "no commercial value, free of duty and of any prohibition", "Mira Sen", "Bengaluru"],
    )  # fmt: skip


def test_form_c_says_of_each_item_what_it_is(signed_in: SignedIn) -> None:
    one = bill(Stage.XRAY, kind="CBE-XII")
    Item.objects.filter(bill=one).update(nature="GIFT", manufacturer="Lantern Bay Works")
    reading.in_order(
        printed(signed_in, one),
        ["Form C", str(one.number), "1 Courier Registration Number", "10 Country of exportation", "11(i) HAWB", "13 Consignor", "14 Consignee",
         "15 GSTIN", "16 IEC", "17 IEC branch", "18 Items in the HAWB", "18A Import Using e-Commerce", "CTH", "8518 30 00",
         "Wireless earphones", "Gift", "Lantern Bay Works", "CN", "10 NOS", "Declaration", "Signed for the courier"],
    )  # fmt: skip


def test_form_e_has_its_blocks_and_invoices_in_their_order(
    signed_in: SignedIn, flight: ExpressCargoManifest, exempted: None, people: Callable[[str], User]  # noqa: F811
) -> None:  # fmt: skip
    blocks = {
        "cha_licence": "CHA-11/77", "cha_name": "Harbour Brokers", "cha_address": "9 Gate Road", "ecommerce": "Y", "high_sea_sale": "Y",
        "high_sea_seller": "Seaward Sales", "high_sea_seller_iec": "AAKCK4417E", "first_proviso": "Y", "first_check": "Y",
        "country_of_consignment": "HK", "marks": "KE 1-4", "gateway_port": "INMAA4", "gateway_igm": "2914408", "order_number": "PO-5",
        "order_date": "2026-09-01", "loading_charges": "4.00", "other_charges": "1.00",
    }  # fmt: skip
    one = filed(signed_in, flight, [row("SWF001", **OF_D | OF_E | blocks)], people("signatory.swift"))
    reading.in_order(
        printed(signed_in, one),
        ["Form E", str(one.number), "1 Courier Registration Number", "14 Consignee", "16 IEC", "18A Import Using e-Commerce",
         "importer, bill and special requests", "CHA-11/77", "Harbour Brokers", "9 Gate Road", "The importer is", "100 % export oriented unit",
         "Category of the bill", "Home consumption", "Imported through e-commerce", "Class of the bill", "Type of the bill", "AAKCK4417E", "Seaward Sales",
         "First proviso", "First check", "Country of consignment", "10/11/2026", "09/11/2026", "KE 1-4", "INMAA4", "2914408",
         "Number of invoices", "Total freight", "LBA-26-11873", "PO-5", "01/09/2026", "C-7", "01/10/2026", "LC-1", "02/10/2026",
         "Lantern Bay Audio", "22 Harbour Lane", "Ocean Traders", "1 Pier Road", "Quay Agents", "3 Dock Street", "Freight: 10.00",
         "Loading and handling: 4.00", "Miscellaneous charges: 1.00", "Discount: 5.00", "Currency of the discount: EUR",
         "Method of valuation", "Items and DUTY DETAILS", "Wireless earphones", "Audio goods", "Lantern", "PAYMENT DETAILS", "Declaration", "Om Shah"],
    )  # fmt: skip


def test_form_e_leaves_out_nothing_that_is_asked_of_an_invoice() -> None:
    assert sorted(INVOICE) == sorted((*CHARGES, *INVOICE_E))
