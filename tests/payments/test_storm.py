"""Payments as bad days write them, a sample: nothing is credited wrongly or twice, nothing is lost, every forgery is refused and counted."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from accounts.models import User
from bench import payments as storms
from bench.payment_histories import ANEW, LATE
from payments.models import Challan
from tests.factories.bills import bill


@pytest.fixture
def few_bills(people: Callable[[str], User], monkeypatch: pytest.MonkeyPatch) -> None:
    """Bills made one by one, instead of by the hundred thousand."""
    people("signatory.swift")
    monkeypatch.setattr(storms, "lay_bills", lambda count, stage: [bill(stage).pk for _n in range(count)])


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2])
def test_every_genuine_payment_is_credited_once_and_every_forged_one_refused(few_bills: None, seed: int) -> None:
    count, said, refused, queued, faults = storms.storm(Random(seed), 24, serial=seed * 1000, racing=0)
    assert (count, faults) == (24, 0)
    assert said > refused > 0
    assert storms.of_the_books(refused, queued) == 0


@pytest.mark.django_db
def test_a_payment_told_after_its_challan_was_given_up_is_credited_once_or_waits_for_the_dcac(few_bills: None) -> None:
    """A third have bills: each course of a challan that was made anew happens, and each of one that was not."""
    count = 3 * max(len(ANEW), len(LATE))
    _count, _said, refused, queued, faults = storms.storm(Random(3), count, serial=3000, racing=0, given_up=1)
    assert faults == storms.of_the_books(refused, queued) == 0
    assert set(Challan.objects.values_list("stage", flat=True)) == {"PAID", "LATE", "REJECTED", "FAILED", "WITHDRAWN"}


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_verifications_and_decisions_at_the_moment_of_the_confirmation_change_nothing(few_bills: None) -> None:
    """By threads: the payer verifies, makes anew, the DC/AC decides, while the bank's messages come in."""
    count, _said, refused, queued, faults = storms.storm(Random(4), 24, serial=4000, racing=1, given_up=0.5)
    assert (count, faults) == (24, 0)
    assert storms.of_the_books(refused, queued) == 0
