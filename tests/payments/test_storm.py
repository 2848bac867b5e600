"""Payments as bad days write them, a sample: nothing is credited wrongly or twice, every forgery is refused and counted."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from django.utils import timezone

from accounts.models import User
from bench import payments as storms
from payments.models import Challan
from tests.factories.bills import bill

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("seed", [1, 2])
def test_every_genuine_payment_is_credited_once_and_every_forged_one_refused(
    people: Callable[[str], User], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    people("signatory.swift")
    monkeypatch.setattr(storms, "lay_bills", lambda count, stage: [bill(stage).pk for _n in range(count)])
    count, said, refused, queued, faults = storms.storm(Random(seed), 30, serial=seed * 1000, racing=0)
    assert (count, faults) == (30, 0)
    assert said > refused > 0
    assert storms.of_the_books(refused, queued) == 0
    assert Challan.objects.filter(created_at__lte=timezone.now()).count() == 30
