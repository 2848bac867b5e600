"""Value and duty of random bills equal a straight-line computation, and keep the laws that any duty keeps."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from bills.duty.levies import HEADS
from tests.bills.straight_line import Made, bill, by_hand, reckoned, told

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
