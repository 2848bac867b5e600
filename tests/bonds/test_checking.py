"""The ledgers of bonds are checked at night, and what does not add up is told to the System Admin."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection

from accounts.models import User
from bonds import ledger
from bonds.models import Bond, BondEntry
from bonds.tasks import check_ledgers
from eccs.celery import app
from eccs.models import Notice
from tests.factories.bonds import bond

pytestmark = pytest.mark.django_db
OF = ledger.Of("bills/imports", "CBE-XIII_BLR_2026-2027_19_11_000001")


def _balance(one: Bond) -> None:
    Bond.objects.filter(pk=one.pk).update(balance=99_999)


def _entry(one: Bond) -> None:
    with connection.cursor() as cursor:  # by somebody who may switch the trigger off
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE bonds_bondentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE bonds_bondentry SET balance_after = 5 WHERE sort = 'DEBIT' AND bond_id = %s", [one.pk])


def _credit(one: Bond) -> None:
    taken = BondEntry.objects.get(bond=one, sort="DEBIT")
    BondEntry.objects.create(
        bond=one, sort="CREDIT", key="twice", change=300, balance_after=100_000, settles=taken, by_name="x"
    )
    Bond.objects.filter(pk=one.pk).update(balance=100_000)


@pytest.mark.parametrize("harm", [_balance, _entry, _credit])
def test_13_2_a_ledger_that_does_not_add_up_is_told_to_the_system_admin_at_night(
    people: Callable[[str], User], harm: Callable[[Bond], None]
) -> None:
    assert "bonds.tasks.check_ledgers" in {one["task"] for one in app.conf.beat_schedule.values()}
    admin, one, sound = people("sysadmin"), bond(), bond()
    for of in (one, sound):
        ledger.debit(of.pk, Decimal(200), f"bill:{of.pk}", OF, "Kavya Sethi")
    ledger.credit(f"bill:{sound.pk}", "Kavya Sethi", amount=Decimal(50), key="part")
    assert check_ledgers() == 0 and not Notice.objects.filter(audience=f"person:{admin.pk}").exists()
    harm(one)
    assert check_ledgers() == 1
    told = Notice.objects.get(audience=f"person:{admin.pk}")
    assert str(one) in told.body and str(sound) not in told.body
