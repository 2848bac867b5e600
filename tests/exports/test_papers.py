"""Shipping bills and export manifests as they are printed: the fields of Forms F, G, H and HA in their order, the declaration whole (reg 6)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from eccs import numbering
from eccs.workflow import take
from exports import papers
from exports.filing import declarations
from exports.models import CourierShippingBill, ExportItem, LetExportOrder
from exports.stages import Stage
from tests.bills.conftest import SignedIn
from tests.factories import firms
from tests.factories.shipping import documents, export_manifest, shipping_bill
from tests.papers import reading

pytestmark = pytest.mark.django_db
JEWELLERY = {
    "ecommerce": True, "meis": False, "operator": "Bazaar Online", "transaction_id": "TX-77", "order_number": "ORD-5",
    "order_date": date(2026, 11, 1), "jewellery_specification": "Ring, 18 carat", "reimport_facility": True,
}  # fmt: skip


def test_form_g_has_its_fields_in_their_order(signed_in: SignedIn) -> None:
    bill = documents(Stage.XRAY)
    CourierShippingBill.objects.filter(pk=bill.pk).update(filed_by=firms.person("Mira Sen", firm=bill.courier))
    paper = reading.text(signed_in("courier.swift").get(reverse("csb-print", args=[bill.number])).content)
    reading.in_order(
        paper,
        ["Form G", str(bill.number), "1 Courier Registration Number", "2 Name and address", "3 Airline", "4 Airport of departure",
         "5 Flight number", "6 Date and time", "7 Airport of destination", "8 Expected landing date", "9 MAWB",
         "10 Number of HAWBs", "11 Number of bags, packages, pieces, ULD", "4 packages, of which 2 bags; 5 pieces; 0 ULD",
         "Consignor", "Consignee", "Deccan Legal LLP", "Hafen Kanzlei", "Declaration", "authorised by the consignors",
         "no commercial value", "Mira Sen", "Bengaluru (BLR)"],
    )  # fmt: skip


@pytest.mark.parametrize(("kind", "letter"), [("CSB-IV", "Form H"), ("CSB-V", "Form HA")])
def test_forms_h_and_ha_have_their_fields_in_their_order(signed_in: SignedIn, kind: str, letter: str) -> None:
    of = firms.courier("swift")
    given = JEWELLERY if kind == "CSB-V" else {"nature": "SAMPLE"}
    bill = shipping_bill(Stage.XRAY, kind=kind, of=of, filed_by=firms.person("Mira Sen", firm=of), **given)
    bill.items.update(taxable_value=Decimal(24000), cess_paid=Decimal(11))
    paper = reading.text(signed_in("courier.swift").get(reverse("csb-print", args=[bill.number])).content)
    jewellery = ["MEIS", "Bazaar Online", "TX-77", "ORD-5, 01/11/2026"] if kind == "CSB-V" else ["Gift or sample"]
    reading.in_order(
        paper,
        [letter, "Courier Registration Number", "Name and address", "Port of loading", "Airline and flight", str(bill.number), "AD Code",
         "HAWB", "Packages", "Gross weight", "Destination", "Exporter", "IEC", "Invoice Term", "FOB value", "FOB value (Rs.)", "Consignee",
         "E-commerce", *jewellery, "GSTIN", "KVR-26-0917, 12/11/2026", "Taxable (Rs.)", "24,000.00", "IGST paid", "Under bond or UT",
         "Cess (Rs.)", "11.00", *(["Ring, 18 carat", "To come back unsold"] if kind == "CSB-V" else []), "Items", "FOB (USD)",
         "Cotton T-shirts", "260.00", "24,466.00", "Declaration", "Mira Sen", "Bengaluru (BLR)"],
    )  # fmt: skip
    assert ("Giftorsample" in paper) == (kind == "CSB-IV")


def test_form_f_has_its_fields_in_their_order(signed_in: SignedIn) -> None:
    """Goods and documents each under their master airway bill, the one that was declared in Form G beside it where it is another."""
    on = export_manifest("DRAFT", airline="Zephyr Air")
    with_documents = documents(Stage.LET_EXPORT)
    with_documents.form_g.__class__.objects.filter(bill=with_documents).update(mawb="312-96805785")
    with_documents.shipments.filter(bag=None).update(description="Deed of sale")
    on.lines.create(bill=with_documents)
    on = take(on, "file", firms.actor("COURIER_SIGNATORY", name="Om Shah"))
    paper = reading.text(signed_in("courier.swift").get(reverse("cem-print", args=[on.number])).content)
    hawb = on.lines.exclude(bill=with_documents).get().bill.hawb
    reading.in_order(
        paper,
        ["Form F", "Courier Registration Number", "Courier Export Manifest", str(on.number), "Airline", "Airport of departure",
         "Airport of destination", "Flight number", "Scheduled departure", "MAWB", "Shipments", on.mawb, hawb, "9.4", "Cotton T-shirts",
         "Kaveri Looms", "Nordlicht", "24,466.00", "Documents on", str(with_documents.number), f"{on.mawb} (Form G: 312-96805785)", "Nil",
         "Description", "Documents", "Deed of sale", "Deccan Legal LLP", "Hafen Kanzlei", "Declaration", "lists all goods", "Om Shah",
         "Bengaluru (BLR)"],
    )  # fmt: skip


def test_an_order_and_a_shut_out_notice_have_their_fields_in_their_order() -> None:
    on = export_manifest("FILED")
    out = shipping_bill(Stage.LET_EXPORT)
    on.lines.create(bill=out, live=False, shut_out_at=timezone.now(), reason="No room on the aircraft.")
    reading.in_order(
        reading.text(papers.shut_out_notice(on)),
        ["Shut-out notice", "Courier Registration Number", str(on.number), "Airline", "Flight number", "MAWB", "Shut out", str(out.number), on.mawb,
         out.hawb, "9.4", "Cotton T-shirts", "Kaveri Looms", "24,466.00", "No room on the aircraft."],
    )  # fmt: skip
    order = LetExportOrder(bill=out, station=out.station, given_at=timezone.now(), automatic=True)
    numbering.number([order])
    order.save()
    reading.in_order(
        reading.text(papers.let_export_order(out)),
        ["Let Export Order", str(order.number), "Customs permits the loading", str(order.number), "given by ECCS", str(out.number), "Filed", out.hawb,
         "Packages", "Gross weight", "Authorised Courier", "Destination", "FRA, DE", "Exporter", "Kaveri Looms", "Goods", "Cotton T-shirts"],
    )  # fmt: skip


@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.parametrize("kind", ["CSB-IV", "CSB-V"])
def test_a_declaration_and_who_made_it_stand_on_one_page(kind: str, language: str) -> None:
    """However many items stand before it, no name stands alone on a new page."""
    of = firms.courier("swift")
    bill = shipping_bill(Stage.XRAY, kind=kind, of=of, filed_by=firms.person("Mira Sen", firm=of))
    first = bill.items.get()
    ends = set()
    with translation.override(language):
        sentence = str(declarations()[0])[:12]
        for count in range(2, 24):
            first.pk, first.item_no = None, count
            ExportItem.objects.bulk_create([first])
            if count < 10:
                continue
            told = list(reading.words(papers.shipping_bill(bill)))
            begins = next(one.page for one in told if sentence in one.text)
            assert [one.page for one in told if "Mira Sen" in one.text] == [begins]
            ends.add(begins)
    assert ends == {1, 2}
