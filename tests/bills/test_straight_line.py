"""Value and duty of random bills equal a straight-line computation, and keep the laws that any duty keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bills.assessment import reckon_again
from bills.duty.levies import HEADS
from bills.duty.tariff import Tariff
from bills.duty.valuation import ValuationRules
from bills.fitting import Limits
from bills.models import CourierBillOfEntry, Item
from bills.rates import DutyRules
from bills.reckoning import Line, Priced
from eccs.dated_rules import DatedRule
from tests.bills.straight_line import CURRENCIES, TERMS, Made, amount, bill, by_hand, rate_of, reckoned, told

BILLS = 10_000
seeds = st.integers(0, 10**9)


def test_ten_thousand_random_bills_equal_the_straight_line_to_the_rupee() -> None:
    dice = Random(2017)  # the same bills in every run
    free = waived = relieved = several = 0
    for number in range(BILLS):
        made = bill(dice)
        found = told(reckoned(made))
        assert found == by_hand(made), (number, made)
        free, waived = free + bool(found["exempted"]), waived + bool(found["waived"])
        relieved, several = relieved + bool(found["relieved"]), several + (len(made[1]) > 1)
    assert min(free, waived, relieved, several) > 100  # each way was gone often enough


@settings(max_examples=150, deadline=None)
@given(seeds)
def test_items_add_up_to_the_bill_nothing_is_negative_and_reckoning_again_changes_nothing(seed: int) -> None:
    made = bill(Random(seed))
    found = reckoned(made)
    assert sum(found.shares) == found.assessable_value == sum(one.assessable_value for one in found.valuations)
    assert sum(item.total for item in found.duty.items) == found.duty.total == sum(found.duty.heads.values())
    for n, head in enumerate(HEADS):
        assert sum(item.heads[n] for item in found.duty.items) == found.duty.heads[head]
    every = [head for item in found.duty.items for head in item.heads]
    assert min([*every, *found.shares, found.duty.waived, found.duty.exempted, found.duty.relieved]) >= 0
    assert all(head == head.to_integral_value() for head in every)
    assert reckoned(made) == found


def one_item_each(seed: int) -> Made:
    """A bill whose invoices have one item each, so that no charge of an invoice moves from one item to another."""
    dice = Random(seed)
    while True:
        kind, invoices, lines, rules = bill(dice)
        if len(lines) == len(invoices):
            return kind, invoices, lines, rules


@settings(max_examples=150, deadline=None)
@given(seeds, st.integers(1, 10**7))
def test_duty_never_falls_as_the_value_of_an_item_rises(seed: int, more: int) -> None:
    kind, invoices, lines, rules = one_item_each(seed)
    dearer = [replace(lines[0], worth=lines[0].worth + Decimal(more) / 100), *lines[1:]]
    before = reckoned((kind, invoices, lines, rules))
    after = reckoned((kind, invoices, dearer, rules))
    assert after.assessable_value >= before.assessable_value
    assert after.duty.total >= before.duty.total


@settings(max_examples=100, deadline=None)
@given(seeds, st.integers(1, 90))
def test_a_discount_never_raises_and_an_exemption_never_raises_the_duty(seed: int, percent: int) -> None:
    kind, invoices, lines, rules = one_item_each(seed)
    less = [replace(invoices[0], discount=lines[0].worth * percent / 100), *invoices[1:]]
    none = [replace(invoices[0], discount=None), *invoices[1:]]
    assert reckoned((kind, less, lines, rules)).duty.total <= reckoned((kind, none, lines, rules)).duty.total
    bare = [replace(line, exemption=None) for line in lines]
    without = reckoned((kind, invoices, bare, rules)).duty
    assert reckoned((kind, invoices, lines, rules)).duty.total <= without.total


LAW = {  # what the law says on its days, beside a tariff that changes on the first of each month
    "sws_percent": ("3", "11", "7"), "duty_waived_up_to": ("400", "0", "900"), "cbe_xii_gift_limit": ("2000", "900", "5000"),
    "cbe_xii_sample_limit": ("3000", "700", "9000"), "cbe_xii_gifts_restricted": ("off", "on", "off"),
    "freight_cap_percent": ("20", "12", "25"), "insurance_percent": ("1.125", "2", "0.5"), "landing_percent": ("1", "0", "2"),
}  # fmt: skip
DAYS = (date(2026, 3, 10), date(2026, 4, 5), date(2026, 4, 20))


def law(name: str, on: date) -> str:
    """The value of a rule on a day, read off the table."""
    return LAW[name][sum(day <= on for day in DAYS) - 1]


@pytest.mark.django_db
def test_each_rule_is_of_its_own_day_the_duty_of_the_day_of_rates_the_value_of_the_day_of_presentation() -> None:
    rows = [
        DatedRule(name=name, from_date=DAYS[n], value=LAW[name][n], source="test") for name in LAW for n in range(3)
    ]
    DatedRule.objects.filter(name__in=LAW).delete()
    DatedRule.objects.bulk_create(rows[1:])
    rows[0].save()  # the rule book is read afresh
    dice, other = Random(15), 0
    for number in range(300):
        presented = DAYS[0] + timedelta(days=dice.randint(0, 50))
        arrived = presented + timedelta(days=dice.randint(0, 30))
        made, kept, items, tariff = _on_days(dice, presented, arrived)
        assert told(reckon_again(kept, items, tariff, arrived)) == by_hand(made), (number, presented, arrived)
        other += law("sws_percent", presented) != law("sws_percent", arrived)
    assert other > 50


def _on_days(dice: Random, presented: date, rates_on: date) -> tuple[Made, CourierBillOfEntry, list[Item], Tariff]:
    """A bill as it is kept, and as the law has it when it is presented on one day and bears the duty of another."""
    kind, exchange = dice.choice(("CBE-XII", "CBE-XIII")), dice.choice(CURRENCIES)
    months = [replace(rate_of(dice), bcd_specific=None, from_date=date(2026, month, 1)) for month in (3, 4, 5)]
    kept = CourierBillOfEntry(
        kind=kind, station_id="BLR", presented_on=presented, rates_on=rates_on, invoice_terms=dice.choice(TERMS),
        currency=exchange.currency, exchange_unit=exchange.unit, exchange_rate=exchange.rate,
        freight=amount(dice, 900), insurance=None, inland_charges=None,
    )  # fmt: skip
    items = [
        Item(
            item_no=n, cth="85183000", quantity=Decimal(1), uom="KGS", unit_price=1 + amount(dice, 3000),
            nature=dice.choice(("SAMPLE", "GIFT")) if kind == "CBE-XII" else "",
        )
        for n in range(1, dice.randint(2, 4))
    ]  # fmt: skip
    rate = next(rate for rate in reversed(months) if rate.from_date <= rates_on)
    lines = [Line(0, one.quantity * one.unit_price, one.quantity, "KGS", rate, one.nature) for one in items]
    valuation = ValuationRules(
        *(Decimal(law(name, presented)) for name in ("freight_cap_percent", "insurance_percent", "landing_percent"))
    )
    free = Limits(
        Decimal(law("cbe_xii_sample_limit", rates_on)), Decimal(law("cbe_xii_gift_limit", rates_on)), Decimal(100_000),
        law("cbe_xii_gifts_restricted", rates_on) == "on",
    )  # fmt: skip
    sws, waived = Decimal(law("sws_percent", rates_on)), Decimal(law("duty_waived_up_to", rates_on))
    invoice = Priced(kept.invoice_terms, exchange, kept.freight)
    return (kind, [invoice], lines, DutyRules(valuation, sws, waived, free, free)), kept, items, Tariff(months)
