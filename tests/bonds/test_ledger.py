"""The ledger of a bond: never overdrawn, never changed, each entry once, whoever writes it (PN17 13.2)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from bonds import choosing, ledger
from bonds.clearance import REGISTERED, USABLE, Stage
from bonds.models import Bond, BondEntry
from eccs.workflow import Refused
from tests.factories.bonds import bond

pytestmark = pytest.mark.django_db

BILL = ledger.Of("bills/imports", "CBE-XIII_BLR_2026-2027_19_11_000001")


def balance(one: Bond) -> Decimal:
    return Bond.objects.get(pk=one.pk).balance


def debit(one: Bond, amount: str, key: str) -> BondEntry:
    return ledger.debit(one.pk, Decimal(amount), key, BILL, "Kavya Sethi")


def test_a_debit_is_given_back_once_and_the_entries_add_up() -> None:
    one = bond(amount=1000)
    taken = debit(one, "999.99", "a")
    assert (taken.change, taken.balance_after, balance(one)) == (Decimal("-999.99"), Decimal("0.01"), Decimal("0.01"))
    assert debit(one, "999.99", "a") == taken  # asked for again, it is the same entry
    with pytest.raises(ledger.KeyTaken):
        debit(one, "5", "a")
    with pytest.raises(Refused, match=r"balance of ₹.0\.01: ₹.0\.02 cannot be debited"):
        debit(one, "0.02", "b")
    debit(one, "0.01", "b")
    part = ledger.credit("a", "Kavya Sethi", amount=Decimal(400), key="a:part")
    assert part is not None and part.settles == taken
    with pytest.raises(ValueError, match="more is credited"):
        ledger.credit("a", "Kavya Sethi", amount=Decimal(600), key="a:more")
    rest = ledger.credit("a", "Kavya Sethi")
    assert rest is not None and rest.change == Decimal("599.99")
    assert ledger.credit("a", "Kavya Sethi") == rest
    assert [made.change for made in ledger.credit_all(["b", "a", "unknown"], "Kavya Sethi")] == [
        rest.change,
        Decimal("0.01"),
    ]
    assert balance(one) == 1000
    assert not ledger.faults().exists()


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage in REGISTERED and stage not in USABLE])
def test_a_bond_that_is_not_in_force_is_not_debited(stage: Stage) -> None:
    one = bond(stage)
    with pytest.raises(Refused, match="nothing can be debited"):
        debit(one, "1", "a")
    assert balance(one) == 100_000


@pytest.mark.parametrize(("left", "refused"), [(0, False), (-1, True)])
def test_the_last_day_counts_also_before_beat_has_seen_that_it_is_past(left: int, refused: bool) -> None:
    one = bond(left=left)
    if refused:
        with pytest.raises(Refused, match="it is to be renewed first"):
            debit(one, "1", "a")
    assert Bond.objects.in_force(timezone.localdate()).exists() is not refused
    if not refused:
        debit(one, "1", "a")


@pytest.mark.parametrize(("left", "amount", "refused"), [(0, 25_000, False), (-1, 25_000, True), (0, 24_999, True)])
def test_13_2_a_bond_gives_nothing_without_its_bank_guarantees_in_force(left: int, amount: int, refused: bool) -> None:
    one = bond()
    one.guarantees.update(valid_until=timezone.localdate() + timedelta(days=left), amount=amount)
    wanted = choosing.Wanted("BLR", one.courier_id, None, "PROVISIONAL")
    assert choosing.valid(wanted).exists() is not refused
    if refused:
        with pytest.raises(Refused, match=r"and needs ₹.25,000: a new one is to be handed in"):
            debit(one, "1", "a")
    else:
        debit(one, "1", "a")
    assert balance(one) == (100_000 if refused else 99_999)


def test_an_expired_bond_takes_back_what_it_secured() -> None:
    one = bond()
    debit(one, "700", "a")
    Bond.objects.filter(pk=one.pk).update(valid_until=timezone.localdate() - timedelta(days=1))
    ledger.credit("a", "Kavya Sethi")
    assert balance(one) == 100_000


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE bonds_bond SET balance = -0.01",
        "UPDATE bonds_bond SET balance = amount + 0.01",
        "UPDATE bonds_bond SET amount = balance - 1",
        "UPDATE bonds_bond SET amount = NULL",
    ],
)
def test_raw_sql_cannot_overdraw_a_bond(statement: str) -> None:
    one = bond(amount=1000)
    refused = pytest.raises(IntegrityError, match=r"bond_never_overdrawn|bond_registered_is_whole")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{statement} WHERE id = %s", [one.pk])
    assert balance(one) == 1000


@pytest.mark.parametrize(
    "statement",
    ["UPDATE bonds_bondentry SET change = 1", "DELETE FROM bonds_bondentry", "TRUNCATE bonds_bondentry CASCADE"],
)
def test_the_ledger_is_only_ever_added_to(statement: str) -> None:
    bond()
    with connection.cursor() as cursor:  # between tests Django empties the table, so they live without this trigger
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE bonds_bondentry ENABLE TRIGGER bonds_bondentry_whole")
        with pytest.raises(DatabaseError, match="the ledger is append-only"), transaction.atomic():
            cursor.execute(statement)
    assert BondEntry.objects.count() == 1


def test_a_credit_belongs_to_a_debit_and_moves_upwards() -> None:
    one = bond()
    for sort, change in (("CREDIT", 5), ("DEBIT", 5), ("OPENED", -5)):
        with pytest.raises(IntegrityError, match="bond_entry_moves_one_way"), transaction.atomic():
            BondEntry.objects.create(bond=one, sort=sort, key=sort, change=change, balance_after=5, by_name="x")
