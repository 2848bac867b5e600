"""Changing a filed shipping bill: asked for by the courier and decided by two officers, or altered by the officer who assesses it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from bills.stages import Hold
from eccs.trail import broken_lines
from eccs.workflow import Refused, take
from exports.amendable import why_locked
from exports.forms.changing import AmendmentForm
from exports.forms.officers import AssessmentForm
from exports.models import CourierShippingBill, ExportAmendment, ShippingBillTrail
from exports.stages import Stage
from tests.bills.conftest import SignedIn
from tests.bills.desks import Desks
from tests.factories.firms import actor
from tests.factories.shipping import export_amendment, export_manifest, shipping_bill

pytestmark = pytest.mark.django_db

SIGNATORY = "COURIER_SIGNATORY"


def asked(one: CourierShippingBill, *changes: dict[str, Any]) -> ExportAmendment:
    """The courier asks for these changes."""
    take(one, "request_amendment", actor(SIGNATORY, name="Om Gill"), changes=list(changes), reason="Read wrongly.")
    found: ExportAmendment = ExportAmendment.objects.get(bill=one)
    return found


def approved(request: ExportAmendment) -> CourierShippingBill:
    """Processed by one officer and approved by another."""
    take(request, "process", actor("ASSESSING_OFFICER"), remarks="As the invoice says.")
    request = take(ExportAmendment.objects.get(pk=request.pk), "approve", actor("DCAC", name="Ira Menon"))
    return request.bill


def change(name: str, old: str, new: str, item: int = 0) -> dict[str, Any]:
    """One change."""
    return {"name": name, "item": item, "old": old, "new": new}


def test_an_approved_amendment_values_the_bill_again_and_sends_it_to_the_assessing_officer() -> None:
    one = shipping_bill(Stage.XRAY)
    request = asked(one, change("fob_value", "260", "250", 1), change("unit_price", "6.5", "6.25", 1))
    held = CourierShippingBill.objects.get(pk=one.pk)
    assert (held.stage, held.holds, held.fob_foreign) == (Stage.XRAY, Hold.AMENDMENT, Decimal(260))
    done = approved(request)
    stored = CourierShippingBill.objects.get(pk=one.pk)
    assert (stored.stage, stored.holds, stored.facilitated, stored.fob_foreign) == (Stage.ASSESSMENT, "", False, 250)
    assert (stored.fob_value, stored.items.get().fob_value) == (Decimal("23525.00"), Decimal("23525.00"))
    line = ShippingBillTrail.objects.get(document=one, step="amend")
    assert line.snapshot is not None
    assert line.snapshot["before"]["fob_value"] == "24466" and line.snapshot["after"]["fob_value"] == "23525"
    decided = stored.risk_decision
    assert (
        decided is not None and decided.cause == "AMENDED" and decided.before_id is not None
    )  # the RMS looked at the new value
    assert not list(broken_lines(ShippingBillTrail))
    # Auto LEO is for what was declared: the officer assesses, the LEO Officer gives the order
    done = take(done, "assess", actor("ASSESSING_OFFICER"))
    assert take(done, "clear_xray", actor("XRAY_OFFICER")).stage == Stage.FOR_LET_EXPORT


def test_an_open_amendment_keeps_the_order_back_and_a_rejected_one_does_not() -> None:
    one = shipping_bill(Stage.FOR_LET_EXPORT)
    request = asked(one, change("consignee_name", "Nordlicht Handel GmbH", "Nordlicht Import GmbH"))
    with pytest.raises(Refused, match="requested amendment"):
        take(one, "give_let_export_order", actor("LEO_OFFICER"))
    assert take(shipping_bill(Stage.XRAY, holds=Hold.AMENDMENT), "clear_xray", actor("XRAY_OFFICER")).stage == (
        Stage.FOR_LET_EXPORT
    )
    take(request, "process", actor("ASSESSING_OFFICER"), remarks="The KYC says otherwise.")
    take(ExportAmendment.objects.get(pk=request.pk), "reject", actor("DCAC", name="Ira Menon"), remarks="No proof.")
    assert take(one, "give_let_export_order", actor("LEO_OFFICER")).stage == Stage.LET_EXPORT
    assert CourierShippingBill.objects.get(pk=one.pk).consignee_name == "Nordlicht Handel GmbH"


def test_before_the_goods_come_everything_may_change_and_with_fewer_packages_they_are_whole() -> None:
    one = shipping_bill(Stage.GOODS, packages=3, packages_in=2)
    with pytest.raises(Refused, match="less than the 2 packages"):
        approved(asked(one, change("packages", "3", "1")))
    one = shipping_bill(Stage.GOODS, packages=3, packages_in=2)
    done = approved(asked(one, change("packages", "3", "2"), change("gross_weight_kg", "9.4", "6.2")))
    assert (done.stage, done.packages, done.reopened_at) == (Stage.XRAY, 2, None)
    assert done.registered_at and done.risk_decision_id
    assert take(done, "clear_xray", actor("XRAY_OFFICER")).stage == Stage.LET_EXPORT  # the RMS saw it as it is


@pytest.mark.parametrize(
    ("stage", "given", "locked", "free"),
    [
        (Stage.GOODS, {}, {"kyc_number", "form"}, {"packages", "gross_weight_kg", "cth", "ad_code"}),
        (Stage.XRAY, {}, {"packages", "gross_weight_kg"}, {"cth", "consignee_name", "ad_code"}),
        (Stage.XRAY, {"actual_weight_kg": Decimal(12)}, {"packages"}, {"gross_weight_kg"}),
        (Stage.LET_EXPORT, {}, {"cth", "fob_value", "consignee_name", "gstin"}, {"invoice_number", "ad_code", "igst_paid"}),
        (Stage.MANIFESTED, {}, {"invoice_number", "order_date", "cth"}, {"ad_code", "account_number", "igst_paid"}),
    ],
    ids=["before the goods", "registered", "weighed", "after the order", "on a manifest"],
)  # fmt: skip
def test_11_0_what_is_locked_grows_with_the_stage(
    stage: Stage, given: dict[str, Any], locked: set[str], free: set[str]
) -> None:
    one = shipping_bill(stage, **given)
    shut = why_locked(one)
    assert locked <= set(shut) and not free & set(shut)
    for name in locked:
        with pytest.raises(Refused) as refusal:
            take(one, "request_amendment", actor(SIGNATORY), changes=[change(name, "", "1")], reason="Wrong.")
        assert shut[name] in refusal.value.reasons[0]


def test_what_was_locked_meanwhile_is_not_amended() -> None:
    one = shipping_bill(Stage.GOODS, packages=2, packages_in=2)
    request = asked(one, change("packages", "2", "3"))
    take(one, "register_goods", actor("ARRIVAL_SCANNER"))
    with pytest.raises(Refused, match="so many packages were scanned"):
        approved(request)


def test_what_banks_are_told_changes_on_a_manifest_and_goods_wait_for_the_decision() -> None:
    manifest = export_manifest("FILED")
    one = manifest.lines.get().bill
    request = asked(one, change("ad_code", "6390417", "6390418"))
    egm: dict[str, Any] = {"egm_number": "7710042", "departed_at": timezone.now()}
    with pytest.raises(Refused, match="requested amendment"):
        take(manifest, "feed_egm", actor("COURIER_OPERATOR"), **egm)
    assert approved(request).stage == Stage.MANIFESTED
    assert CourierShippingBill.objects.get(pk=one.pk).ad_code == "6390418"
    assert take(manifest, "feed_egm", actor("COURIER_OPERATOR"), **egm).stage == "EXPORTED"


def typed(one: CourierShippingBill, **given: str) -> dict[str, str]:
    """The form as it stands, with some answers changed."""
    shown = AmendmentForm(document=one, actor=None)
    sent = {key: str(field.initial or "") for key, field in shown.fields.items()}
    return sent | {"reason": "Read wrongly."} | given


def test_the_form_checks_what_is_changed_as_filing_would() -> None:
    one = shipping_bill(Stage.XRAY)
    form = AmendmentForm(typed(one, bill_consignee_name="Nordlicht Import GmbH"), document=one, actor=None)
    assert form.is_valid(), form.errors
    assert form.answers()["changes"] == [change("consignee_name", "Nordlicht Handel GmbH", "Nordlicht Import GmbH")]
    for given, key, words in (
        ({}, "__all__", "Nothing is changed"),
        ({"item1_cth": "41012010"}, "item1_cth", "liable to export duty"),
        ({"item1_fob_value": "999"}, "item1_fob_value", "ore than quantity times unit price"),
        ({"bill_ad_code": "12"}, "bill_ad_code", "seven digits"),
        ({"bill_iec": ""}, "bill_iec", "needs the exporter"),
        ({"bill_invoice_date": "2099-01-01"}, "bill_invoice_date", "fter today"),
    ):
        wrong = AmendmentForm(typed(one, **given), document=one, actor=None)
        assert words in str(wrong.errors[key]), (given, wrong.errors)


def test_the_officer_alters_what_was_declared_and_the_courier_reads_it(signed_in: SignedIn) -> None:
    one = shipping_bill(Stage.ASSESSMENT, lane="ASSESSMENT")
    sent = {"declared": "alter", "examine": "no", "remarks": "", "item1_cth": "62034200", "item1_fob_value": "240"}
    form = AssessmentForm(sent, document=one, actor=None)
    assert "the courier reads the reason" in str(form.errors["remarks"])
    officer = signed_in("ao.blr")
    page = officer.get(one.get_absolute_url()).content.decode()
    assert "Alter by item" in page
    Desks(signed_in).act("ao.blr", one, "assess", **sent | {"remarks": "Trousers, not shirts."})
    done = CourierShippingBill.objects.get(pk=one.pk)
    assert (done.stage, done.first_cth, done.fob_foreign) == (Stage.XRAY, "62034200", Decimal(240))
    assert done.risk_decision is not None and done.risk_decision.cause == "REASSESSED"
    told = signed_in("courier.swift").get(done.get_absolute_url()).content.decode()
    assert "<del>61091000</del>" in told and "62034200" in told and "Trousers, not shirts." in told
    assert take(done, "clear_xray", actor("XRAY_OFFICER")).stage == Stage.FOR_LET_EXPORT  # altered: an officer gives it


def test_before_and_after_are_shown_to_the_approver(signed_in: SignedIn) -> None:
    request = export_amendment(
        "PROCESSED", changes=[change("unit_price", "6.5", "9.5", 1), change("fob_value", "260", "380", 1)]
    )
    page = signed_in("dcac.blr").get(request.get_absolute_url()).content.decode()
    assert "<del>6.5</del>" in page and "<ins>9.5</ins>" in page and "35,758" in page
    courier = signed_in("signatory.swift")
    assert "The buyer has another name." in courier.get(request.get_absolute_url()).content.decode()
    other = shipping_bill(Stage.LET_EXPORT)
    form = courier.get(other.step_url("request_amendment")).content.decode()
    assert "The Let Export Order is given for the goods" in form


NEW = {
    "cth": "62034200",
    "description": "Trousers",
    "quantity": "5",
    "uom": "NOS",
    "unit_price": "20",
    "fob_value": "100",
}


def test_11_0_an_item_is_put_on_a_shipping_bill_and_another_taken_off(signed_in: SignedIn) -> None:
    signed_in("ao.blr")
    desks, one = Desks(signed_in), shipping_bill(Stage.XRAY)
    new = {f"item2_{name}": value for name, value in NEW.items()}
    for given, words in (
        ({"off_item1": "on"}, "No item would be left"), ({"item2_cth": "62034200"}, "Needed of what is added"),
        (new | {"item2_cth": "99999999"}, "ot in the tariff"), (new | {"item2_fob_value": "900"}, "ore than quantity times"),
    ):  # fmt: skip
        assert words in desks.refused("signatory.swift", one, "request_amendment", **typed(one) | given), given
    one = desks.act("signatory.swift", one, "request_amendment", **typed(one) | new | {"off_item1": "on"})
    asked = ExportAmendment.objects.get()
    for username in ("ao.blr", "dcac.blr"):
        shown = desks.page(username, asked)
        assert "<ins>62034200, Trousers, 5 NOS × 20</ins>" in shown and "Item taken off" in shown and "9,410" in shown
    desks.act("ao.blr", asked, "process", remarks="As on the invoice.")
    desks.act("dcac.blr", asked, "approve")
    done = CourierShippingBill.objects.get(pk=one.pk)
    item = done.items.get()
    assert (item.item_no, item.description, item.fob_value) == (2, "Trousers", Decimal("9410.00"))
    assert (done.stage, done.item_count, done.goods, done.fob_value) == (
        Stage.ASSESSMENT,
        1,
        "Trousers",
        item.fob_value,
    )
    assert "Item 2, Item added" in desks.page("signatory.swift", done)


def test_11_0_after_the_order_no_item_comes_or_goes(signed_in: SignedIn) -> None:
    one = shipping_bill(Stage.LET_EXPORT)
    page = signed_in("signatory.swift").get(one.step_url("request_amendment")).content.decode()
    assert "off_item1" not in page and "item2_cth" not in page
    for name in ("item_on", "item_off"):
        with pytest.raises(Refused, match="Let Export Order is given"):
            take(one, "request_amendment", actor(SIGNATORY), changes=[change(name, "", "", 1)], reason="More.")
