"""Many clients at once near zero: a bond is never overdrawn, nothing is lost, the sum of the entries is the balance (PN17 13.2)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal
from random import Random

import pytest
from django.db import IntegrityError, connection, transaction

from bonds import ledger
from bonds.models import Bond, BondEntry
from eccs.workflow import Refused
from tests.factories.bonds import bond

BILL = ledger.Of("bills/imports", "CBE-XIII_BLR_2026-2027_19_11_000001")
CLIENTS, EACH = 6, 25


def client(n: int, bond_id: int) -> int:
    """Debits and credits in turn, each debit asked for twice; how many entries there must be of them."""
    dice, open_keys, count = Random(n), list[str](), 0
    try:
        for turn in range(EACH):
            if open_keys and dice.random() < 0.5:
                key = open_keys.pop()
                if dice.random() < 0.3:
                    ledger.credit(key, "x", amount=Decimal("0.01"), key=f"{key}:part")
                    count += 1
                assert ledger.credit(key, "x") is not None
                count += 1
                continue
            key, amount = f"{n}:{turn}", Decimal(dice.randint(2, 6000)) / 100
            with suppress(Refused):
                first = ledger.debit(bond_id, amount, key, BILL, "x")
                assert ledger.debit(bond_id, amount, key, BILL, "x") == first
                open_keys.append(key)
                count += 1
    finally:
        connection.close()
    return count


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_13_2_clients_at_once_never_overdraw_a_bond_and_lose_nothing() -> None:
    one = bond(amount=100)
    with ThreadPoolExecutor(CLIENTS) as clients:
        count = sum(clients.map(lambda n: client(n, one.pk), range(CLIENTS)))
    assert BondEntry.objects.exclude(sort="OPENED").count() == count
    assert not ledger.faults().exists()
    assert Bond.objects.get(pk=one.pk).balance >= 0
    assert not BondEntry.objects.filter(balance_after__lt=0).exists()
    refused = pytest.raises(IntegrityError, match="bond_never_overdrawn")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE bonds_bond SET balance = balance - 100.01 WHERE id = %s", [one.pk])


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_13_2_the_same_debit_asked_for_by_many_at_once_is_entered_once() -> None:
    one = bond(amount=100)

    def same(_n: int) -> int | None:
        try:
            return ledger.debit(one.pk, Decimal(60), "same", BILL, "x").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(CLIENTS) as clients:
        assert len(set(clients.map(same, range(CLIENTS)))) == 1
    assert Bond.objects.get(pk=one.pk).balance == 40
