"""An amendment adds items and invoices to a bill, and takes them off; the duty is reckoned again (PN17 11.0)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from bills.models import BillAmendment, CourierBillOfEntry
from bills.stages import Stage
from tests.bills.conftest import SignedIn
from tests.bills.desks import Desks, fresh
from tests.factories.bills import bill
from tests.factories.form_e import large_bill

pytestmark = pytest.mark.django_db

REASON = {"reason": "The invoice has a second line."}
NEW = {"cth": "85183000", "description": "Headphones", "country_of_origin": "CN", "quantity": "5", "uom": "NOS", "unit_price": "20"}  # fmt: skip


def typed(desks: Desks, one: CourierBillOfEntry) -> dict[str, Any]:
    """The form as it stands on the screen."""
    page = desks.signed_in("signatory.swift").get(one.step_url("request_amendment"))
    return {bound.name: bound.value() for bound in page.context["form"] if bound.value() not in (None, "", False)}


def of_item(number: int, **given: str) -> dict[str, str]:
    """A new item as it is typed."""
    return {f"item{number}_{name}": value for name, value in (NEW | given).items()}


def test_11_an_item_is_added_and_another_taken_off_and_the_officers_see_before_and_after(signed_in: SignedIn) -> None:
    signed_in("ao.blr")
    desks, one = Desks(signed_in), bill(Stage.DUTY)
    one = desks.act("signatory.swift", one, "request_amendment", **typed(desks, one) | REASON | of_item(2))
    asked = BillAmendment.objects.get()
    for username in ("ao.blr", "dcac.blr"):
        shown = desks.page(username, asked)
        assert "Item added" in shown and "<ins>85183000, Headphones, 5 NOS × 20, CN</ins>" in shown
        assert "Item 2" in shown and "Assessable value" in shown
    desks.act("ao.blr", asked, "process", remarks="As on the invoice.")
    before = one.total_duty
    desks.act("dcac.blr", fresh(asked), "approve")
    one = fresh(one)
    first, second = one.items.all()
    assert (one.stage, one.item_count, second.description, second.unit_price) == (Stage.ASSESSMENT, 2, "Headphones", 20)
    assert one.assessable_value == first.assessable_value + second.assessable_value
    assert one.total_duty == first.total_duty + second.total_duty != before
    assert second.total_duty > 0

    one = desks.act("ao.blr", one, "assess", declared="accept", examine="no", kind="final")
    one = desks.act("signatory.swift", one, "request_amendment", **typed(desks, one) | REASON | {"off_item1": "on"})
    asked = desks.act("ao.blr", BillAmendment.objects.latest("pk"), "process", remarks="Not sent.")
    shown = desks.page("dcac.blr", asked)
    assert "Item taken off" in shown and "<del>85183000, Wireless earphones, 10 NOS × 11.2, CN</del>" in shown
    desks.act("dcac.blr", asked, "approve")
    one = fresh(one)
    assert [(item.item_no, item.description) for item in one.items.all()] == [(2, "Headphones")]
    assert (one.item_count, one.goods, one.assessable_value) == (1, "Headphones", one.items.get().assessable_value)


def test_what_cannot_be_added_or_taken_off_is_told_at_its_field(signed_in: SignedIn) -> None:
    signed_in("ao.blr")
    desks, one = Desks(signed_in), bill(Stage.DUTY)
    sent = typed(desks, one) | REASON

    def refused(**more: str) -> str:
        return desks.refused("signatory.swift", one, "request_amendment", **sent | more)

    assert "No item would be left" in refused(off_item1="on")
    assert "Needed of what is added" in refused(item2_description="Headphones")
    assert "is not a tariff item" in refused(**of_item(2, cth="99999999"))
    assert "After this amendment" in refused(**of_item(2, unit_price="90000"))
    assert "Nothing is changed" in refused()
    assert not BillAmendment.objects.exists()


def test_11_invoices_of_form_e_are_added_and_taken_off_with_their_items(signed_in: SignedIn) -> None:
    signed_in("ao.blr")
    desks, one = Desks(signed_in), large_bill(Stage.DUTY)
    sent = typed(desks, one) | REASON
    new = {"invoice3_invoice_number": "C-3", "invoice3_invoice_date": "2026-11-13", "invoice3_invoice_terms": "FOB",
           "invoice3_currency": "USD", "invoice3_freight": "7"}  # fmt: skip

    def refused(**more: str) -> str:
        return desks.refused("signatory.swift", one, "request_amendment", **sent | more)

    assert "Invoice C-3 has no item left" in refused(**new)
    assert "Needed of what is added" in refused(**of_item(4))
    assert "Given without" in refused(**new | of_item(4, invoice_place="3") | {"invoice3_price_influenced": "on"})
    changed = new | of_item(4, invoice_place="3") | {"off_invoice1": "on", "item2_invoice_place": "2"}
    desks.act("signatory.swift", one, "request_amendment", **sent | changed)
    asked = desks.act("ao.blr", BillAmendment.objects.get(), "process", remarks="As in the file.")
    shown = desks.page("dcac.blr", asked)
    for words in ("<ins>C-3, 2026-11-13, FOB USD</ins>", "<del>LBA-26-11873, 2026-11-12, FOB USD</del>", "Invoice added",
                  "Invoice taken off", "<del>85183000, Wireless earphones, 10 NOS × 11.2, CN</del>"):  # fmt: skip
        assert words in shown, words
    desks.act("dcac.blr", asked, "approve")
    one = fresh(one)
    assert [(i.place, i.invoice_number, i.freight) for i in one.invoices.all()] == [
        (1, "B-2", None), (2, "C-3", Decimal(7)),
    ]  # fmt: skip
    assert [(i.item_no, i.invoice_place) for i in one.items.all()] == [(2, 1), (3, 1), (4, 2)]
    assert (one.invoice_number, one.item_count) == ("B-2", 3)
    assert one.assessable_value == sum(item.assessable_value for item in one.items.all())
    assert one.invoices.get(place=2).exchange_rate > 0
