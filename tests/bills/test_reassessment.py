"""Second check may alter all that bears on the duty: reasons are asked for, before and after are kept, and nothing passes its lock (PN17 7.1)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from bills import rates
from bills.altering import reassess
from bills.assessment import put, reckon_again
from bills.models import CourierBillOfEntry, Item
from bills.stages import Stage
from eccs.workflow import Refused, take
from tests.bills.conftest import SignedIn
from tests.bills.desks import ACCEPT, Desks, fresh
from tests.factories.bills import bill
from tests.factories.firms import actor
from tests.factories.form_e import large_bill

pytestmark = pytest.mark.django_db
D = Decimal
ALTER = {"declared": "alter", "examine": "no", "kind": "final", "remarks": "As the invoice shows."}


def filed() -> CourierBillOfEntry:
    """A bill for assessment of ten pieces at 11.20 dollars, FOB, reckoned."""
    made = bill(Stage.ASSESSMENT, freight=D(10), insurance=D(1))
    items = list(made.items.all())
    assert made.rates_on is not None
    put(made, items, reckon_again(made, items, rates.tariff(), made.rates_on))
    made.save()
    items[0].save()
    found: CourierBillOfEntry = fresh(made)
    return found


@pytest.mark.parametrize(
    ("sent", "label", "old", "new", "value"),
    [
        ({"quantity_1": "20"}, "Quantity", "10", "20", "22524.75"),  # (224 + 10 + 1) × 95.85
        ({"unit_price_1": "22.40"}, "Unit price", "11.2", "22.4", "22524.75"),
        ({"freight_of_1": "20"}, "Freight", "10", "20", "12748.05"),  # (112 + 20 + 1) × 95.85
        ({"freight_of_1": "45"}, "Freight", "10", "45", "12978.09"),  # capped at 20 % of 112
        ({"freight_of_1": ""}, "Freight", "10", "", "12978.09"),  # not ascertainable: the same 20 %
        ({"insurance_of_1": ""}, "Insurance", "1", "", "11814.47"),  # 1.125 % of 112
        ({"discount_of_1": "12"}, "Discount", "", "12", "10639.35"),
        ({"invoice_terms_of_1": "CIF"}, "Terms", "FOB", "CIF", "10735.20"),
        ({"invoice_terms_of_1": "EXW", "inland_charges_of_1": "8"}, "Terms", "FOB", "EXW", "12556.35"),
    ],
)  # fmt: skip
def test_each_alteration_changes_the_value_and_keeps_what_was_declared(
    sent: dict[str, str], label: str, old: str, new: str, value: str, signed_in: SignedIn
) -> None:
    desks, one = Desks(signed_in), filed()
    done = desks.act("ao.blr", one, "assess", **ALTER, **sent)
    assert done.assessable_value == D(value)
    told = done.trail.get(step="assess").snapshot
    assert (told["changes"][0]["old"], told["changes"][0]["new"]) == (old, new)
    assert (told["before"]["total_duty"], told["after"]["total_duty"]) == (
        f"{one.total_duty:.2f}",
        f"{done.total_duty:.2f}",
    )
    page = desks.page("signatory.swift", done)
    assert "As declared and as assessed" in page and label in page and "As the invoice shows." in page


def test_another_currency_takes_the_rate_of_the_day_of_presentation(signed_in: SignedIn) -> None:
    desks, one = Desks(signed_in), filed()
    done = desks.act("ao.blr", one, "assess", **ALTER, currency_of_1="EUR")
    assert one.presented_on is not None
    euro = rates.exchange_rates("EUR").rate("EUR", one.presented_on)
    assert euro is not None
    assert (done.currency, done.exchange_rate) == ("EUR", euro.rate)
    assert done.assessable_value == round(D(123) * euro.rate, 2)


def test_an_alteration_needs_its_reason_and_something_to_alter(signed_in: SignedIn) -> None:
    desks, one = Desks(signed_in), filed()
    assert "Nothing is altered" in desks.refused(
        "ao.blr", one, "assess", **ALTER, quantity_1="10.000", freight_of_1="10.00"
    )
    assert "Say why it is altered" in desks.refused("ao.blr", one, "assess", **ALTER | {"remarks": ""}, quantity_1="9")
    assert "not among the exemption notifications" in desks.refused(
        "ao.blr", one, "assess", **ALTER, notification_1="99/2026", notification_sl_no_1="1"
    )
    assert desks.act("ao.blr", one, "assess", **ACCEPT).assessable_value == one.assessable_value


def test_a_discount_that_leaves_nothing_is_refused(signed_in: SignedIn) -> None:
    desks, one = Desks(signed_in), filed()
    for discount in ("112", "112.01"):
        page = desks.refused("ao.blr", one, "assess", **ALTER, discount_of_1=discount)
        assert "the discount is not less than the invoice value" in page
    assert desks.act("ao.blr", one, "assess", **ALTER, discount_of_1="111.99").assessable_value > 0


def test_goods_of_a_duty_by_weight_are_altered_with_their_unit(signed_in: SignedIn) -> None:
    desks, one = Desks(signed_in), filed()
    page = desks.refused("ao.blr", one, "assess", **ALTER, cth_1="08021200")
    assert "Item 1: the duty of this tariff item is per KGS: give the quantity in KGS." in page
    done = desks.act("ao.blr", one, "assess", **ALTER, cth_1="08021200", uom_1="KGS", quantity_1="100")
    assert (done.items.get().uom, done.items.get().bcd) == ("KGS", max(D(10000), round(done.assessable_value / 10)))
    told = done.trail.get(step="assess").snapshot["changes"]
    assert ("uom", "NOS", "KGS") in [(change["name"], change["old"], change["new"]) for change in told]


def test_nothing_is_altered_past_the_assessment() -> None:
    officer = actor("ASSESSING_OFFICER")
    for stage in (Stage.DUTY, Stage.XRAY, Stage.OUT_OF_CHARGE):
        one = bill(stage)
        with pytest.raises(Refused):
            take(one, "assess", officer, alterations=[{"item_no": 1, "quantity": "1"}], remarks="Late.")
        assert (fresh(one).total_duty, fresh(one).items.get().quantity) == (one.total_duty, 10)


def test_one_invoice_of_several_is_altered_by_itself(signed_in: SignedIn) -> None:
    one = large_bill(Stage.ASSESSMENT)
    place = one.invoices.count()
    before = {row.place: row.freight for row in one.invoices.all()}
    done = take(
        one,
        "assess",
        actor("ASSESSING_OFFICER"),
        alterations=[{"invoice": place, "freight": "3.00"}],
        remarks="As shown.",
    )
    after = {row.place: row.freight for row in done.invoices.all()}
    assert after == before | {place: D(3)}
    (change,) = done.trail.get(step="assess").snapshot["changes"]
    assert (change["invoice"], change["name"], change["new"]) == (place, "freight", "3")


def test_reckoning_again_changes_nothing() -> None:
    one = filed()
    before: Any = (one.assessable_value, one.total_duty, one.duty_heads)
    for _turn in range(2):
        records = list(reassess(one, []))
        assert (one.assessable_value, one.total_duty, one.duty_heads) == before
        assert [record.total_duty for record in records if isinstance(record, Item)] == [one.total_duty]
