"""Form E's blocks, its invoices and their items are amended as everything else declared; what is locked says why (PN17 11.0)."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from bills.amendable import declared, why_locked
from bills.models import BillAmendment
from bills.stages import Stage
from tests.bills.conftest import SignedIn
from tests.bills.desks import Desks, fresh
from tests.factories.form_e import large_bill

pytestmark = pytest.mark.django_db

REASON = {"reason": "The contract was found."}


def test_11_form_e_is_amended_block_by_block_and_the_dc_ac_sees_before_and_after(signed_in: SignedIn) -> None:
    signed_in("ao.blr")
    desks, one = Desks(signed_in), large_bill(Stage.XRAY, examined_at=timezone.now(), paid_at=timezone.now())
    page = desks.signed_in("signatory.swift").get(one.step_url("request_amendment"))
    shown = page.content.decode()
    for words in ("It decides on the form", "For a 100 % export oriented unit", "checked at filing", "home consumption",
                  "presented before the arrival"):  # fmt: skip
        assert words in shown
    sent = {bound.name: bound.value() for bound in page.context["form"] if bound.value() not in (None, "", False)}
    assert not {name for name in sent if name.endswith(("_be_type", "_be_category", "_eou", "_kyc_number"))}

    def refused(**typed: Any) -> str:
        return desks.refused("signatory.swift", one, "request_amendment", **sent | REASON | typed)

    assert "Nothing is changed" in refused(
        form_e_be_type="NORMAL", bill_eou=""
    )  # locked: whoever posts it is not heard
    wrong = refused(
        form_e_high_sea_sale="on", form_e_extension_reason="Later.", form_e_gateway_port="INMAA4", bill_government="on",
        invoice1_svb_order="SVB-1", invoice1_svb_order_date="2026-10-01", invoice2_order_number="PO-1",
        invoice2_order_date="2099-01-01", item2_invoice_place="1", item3_invoice_place="1",
    )  # fmt: skip
    for words in (
        "Missing: it belongs to what is declared", "Given, and what it belongs to is not declared",
        "Missing: it goes with “Gateway port”", "Given without “Buyer and seller are related”", "After today",
        "Invoice B-2 has no item left", "Does not fit goods for the government",
    ):  # fmt: skip
        assert words in wrong, words

    second = one.invoices.get(place=2)
    worth = sum(i.quantity * i.unit_price for i in one.items.all() if i.invoice_place == second.place)
    assert "Invoice B-2: the discount is not less than the invoice value." in refused(invoice2_discount=f"{worth:.2f}")

    changed = {
        "form_e_high_sea_sale": "on", "form_e_high_sea_seller": "Ocean Traders", "form_e_high_sea_seller_iec": "AAQCS4821K",
        "form_e_be_class": "PART", "form_e_importer_category": "UNDERTAKING", "invoice1_related": "on",
        "invoice1_svb_order": "SVB-1", "invoice1_svb_order_date": "01/10/2026", "invoice2_loading_charges": "5",
        "item2_cetsh": "49019900", "item3_invoice_place": "1",
    }  # fmt: skip
    one = desks.act("signatory.swift", one, "request_amendment", **sent | REASON | changed)
    asked = desks.act("ao.blr", BillAmendment.objects.get(), "process", remarks="As in the contract.")
    shown = desks.page("dcac.blr", asked)
    for words in ("<del>New</del>", "<ins>Part</ins>", "<ins>Ocean Traders</ins>", "<del>No</del>", "<ins>Yes</ins>",
                  "Invoice 1", "Form E", "Item 3", "<ins>SVB-1</ins>", "Government undertaking"):  # fmt: skip
        assert words in shown, words
    before = fresh(one).assessable_value
    desks.act("dcac.blr", asked, "approve")
    one = fresh(one)
    told, (first, second) = one.form_e, one.invoices.all()
    assert (told.high_sea_sale, told.high_sea_seller, told.be_class) == (True, "Ocean Traders", "PART")
    assert (told.be_type, told.be_category, told.marks, one.eou) == ("PRIOR", "HOME", "KE 1-4", True)
    assert (first.related, first.svb_order, str(first.svb_order_date)) == (True, "SVB-1", "2026-10-01")
    assert (second.loading_charges, one.items.get(item_no=2).cetsh) == (5, "49019900")
    assert [item.invoice_place for item in one.items.all()] == [1, 2, 1]
    assert one.assessable_value == sum(item.assessable_value for item in one.items.all()) != before
    assert one.stage == Stage.ASSESSMENT


def test_a_first_check_that_was_made_is_no_more_asked_for() -> None:
    one = large_bill(Stage.ASSESSMENT)
    assert "form_e_first_check" in {value.key for value in declared(one, [], [])}
    one.examined_at = timezone.now()
    assert "form_e_first_check" not in {value.key for value in declared(one, [], [])}
    assert why_locked(one)["first_check"] == "The goods have been examined already."
