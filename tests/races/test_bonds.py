"""Many debits and credits on one bond near zero: never below zero, none lost, the entries add up."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

import pytest

from bonds import ledger
from bonds.models import Bond, BondEntry
from eccs.workflow import Refused, take
from tests.factories.bonds import bond
from tests.factories.firms import actor
from tests.races.test_races import split
from tests.races.together import together

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

BILL = ledger.Of("bills/imports", "CBE-XIII_BLR_2026-2027_19_11_000001")


def test_debits_and_credits_near_zero() -> None:
    one = bond(amount=100)

    def client(n: int) -> tuple[int, int]:
        dice, done, refused = Random(n), 0, 0
        for turn in range(40):
            key, amount = f"{n}:{turn}", Decimal(dice.randint(1, 4000)) / 100
            try:
                ledger.debit(one.pk, amount, key, BILL, "Kavya Sethi")
            except Refused:
                refused += 1
                continue
            done += 1
            if dice.random() < 0.9:
                ledger.credit(key, "Kavya Sethi")
                ledger.credit(key, "Kavya Sethi")  # a second time changes nothing
        return done, refused

    found: list[Any] = together(*(partial(client, n) for n in range(8)))
    done, refused = sum(d for d, _r in found), sum(r for _d, r in found)
    assert done + refused == 8 * 40 and refused > 0
    entries = list(BondEntry.objects.filter(bond=one).order_by("pk"))
    assert sum(1 for entry in entries if entry.sort == "DEBIT") == done
    running = Decimal(0)
    for entry in entries:
        running += entry.change
        assert entry.balance_after == running >= 0
    assert Bond.objects.get(pk=one.pk).balance == running
    assert not ledger.faults().exists()


def test_one_debit_asked_for_by_many_at_once_is_made_once() -> None:
    one = bond(amount=100)
    deed = partial(ledger.debit, one.pk, Decimal(60), "once", BILL, "Kavya Sethi")
    done, refused = split(together(*[deed] * 10))
    assert len(done) == 10 and not refused and len({entry.pk for entry in done}) == 1
    assert Bond.objects.get(pk=one.pk).balance == 40


def test_a_bond_is_debited_or_released_but_never_both() -> None:
    for n in range(5):
        one, key = bond("VERIFIED" if n % 2 else "ACTIVE"), f"debit {n}"
        given: dict[str, Any] = {} if n % 2 else {"reason": "Over."}
        name, role = ("permit_release", "DCAC") if n % 2 else ("request_release", "COURIER_SIGNATORY")
        debit = partial(ledger.debit, one.pk, Decimal(1), key, BILL, "Kavya Sethi")
        done, refused = split(together(debit, partial(take, one, name, actor(role), **given)))
        assert (len(done), len(refused)) == (1, 1)
        now = Bond.objects.get(pk=one.pk)
        assert (now.balance == now.amount) is (now.stage != one.stage)
