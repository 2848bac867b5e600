"""Fifty clients debit and credit bonds near zero: none overdrawn, none lost, beside the same statements in bare psycopg2."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from random import Random
from time import perf_counter
from typing import Any

import psycopg2
from django.db import connection
from django.utils import timezone

from accounts.models import AuthorisedCourier, User
from bench.measure import Row, at_least
from bonds import ledger
from bonds.models import Bond, BondEntry, BondMaster
from eccs import numbering
from eccs.workflow import Refused

CLIENTS = 50
EACH = int(os.environ.get("BENCH_BONDS_EACH", "10000"))  # debits and credits of a client; fewer for a trial
BARE = min(EACH, 500)  # of them in bare psycopg2, whose pace does not depend on how many there are
BONDS = 10
AMOUNT = Decimal(300)  # less than what all clients want at once
BILL = ledger.Of("bills/imports", "CBE-XIII_BLR_2026-2027_19_11_000001")


def run() -> list[Row]:
    """Both storms, one after the other, each on bonds of its own; then every ledger is added up."""
    bare = _storm(_bare_client, [_bond() for _n in range(BONDS)])
    bonds = [_bond() for _n in range(BONDS)]
    mine = _storm(_client, bonds)
    entries = BondEntry.objects.filter(bond__in=bonds, sort__in=("DEBIT", "CREDIT")).count()
    assert entries == _done.total, (entries, _done.total)
    assert not ledger.faults().filter(pk__in=[bond.pk for bond in bonds]).exists()
    mine, bare = mine / (CLIENTS * EACH), bare / (CLIENTS * BARE)
    return [
        at_least(
            "debits and credits of bonds near zero", f"{1 / mine:,.0f}/s ({_done.refused:,} refused, sums agree)",
            f"bare psycopg2 {1 / bare:,.0f}/s", bare / mine, 0.3,
        )
    ]  # fmt: skip


class _Done:
    """What the clients did, counted together."""

    def __init__(self) -> None:
        self.lock, self.total, self.refused = threading.Lock(), 0, 0

    def count(self, total: int, refused: int) -> None:
        """Add what one client did."""
        with self.lock:
            self.total, self.refused = self.total + total, self.refused + refused


_done = _Done()


def _bond() -> Bond:
    who, today = User.objects.order_by("pk").first(), timezone.localdate()
    courier = AuthorisedCourier.objects.order_by("pk").first()
    assert who is not None and courier is not None
    master = BondMaster.objects.filter(station="BLR", stage="IN_USE").first()
    if master is None:
        master = BondMaster(
            station_id="BLR", stage="IN_USE", purpose="PROVISIONAL", category="CONTINUITY", entered_by=who
        )
        numbering.number([master])
        master.save()
    made = Bond(
        station_id="BLR", courier=courier, master=master, stage="ACTIVE", reason="Measured", duty=AMOUNT, amount=AMOUNT,
        requested_amount=AMOUNT, requested_by=who, balance=AMOUNT, registered_at=timezone.now(), executed_on=today,
        valid_until=today + timedelta(days=365),
    )  # fmt: skip
    numbering.number([made])
    made.save()
    BondEntry.objects.create(
        bond=made, sort="OPENED", key=f"opened:{made.pk}", change=AMOUNT, balance_after=AMOUNT, by_name="bench"
    )
    return made


def _storm(client: Callable[[int, list[Bond]], None], bonds: list[Bond]) -> float:
    """All clients at once; the seconds until the last is done."""
    faults: list[BaseException] = []

    def one(n: int) -> None:
        try:
            client(n, bonds)
        except BaseException as fault:
            faults.append(fault)
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[n]) for n in range(CLIENTS)]
    start = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults, faults[:1]
    return perf_counter() - start


def _client(n: int, bonds: list[Bond]) -> None:
    dice, open_keys, done, refused = Random(n), [""], 0, 0
    for turn in range(EACH):
        if len(open_keys) > 1 and dice.random() < 0.5:
            ledger.credit(open_keys.pop(), "bench")
            done += 1
            continue
        bond, key = bonds[dice.randrange(BONDS)], f"bench:{bonds[0].pk}:{n}:{turn}"
        try:
            ledger.debit(bond.pk, Decimal(dice.randint(1, 6000)) / 100, key, BILL, "bench")
        except Refused:
            refused += 1
        else:
            open_keys.append(key)
            done += 1
    _done.count(done, refused)


def _bare_client(n: int, bonds: list[Bond]) -> None:
    """Lock, look for the key, move the balance, write the entry, commit: the same statements, with nothing around them."""
    options = connection.get_connection_params()
    options.pop("cursor_factory", None)
    line, dice = psycopg2.connect(**options), Random(n)
    open_rows: list[tuple[int, int, Decimal]] = []
    with line, line.cursor() as cursor:
        for turn in range(BARE):
            key = f"bare:{bonds[0].pk}:{n}:{turn}"
            if open_rows and dice.random() < 0.5:
                pk, settles, change = open_rows.pop()
            else:
                pk, settles, change = bonds[dice.randrange(BONDS)].pk, 0, -Decimal(dice.randint(1, 6000)) / 100
            made = _bare_move(cursor, pk, key, change, settles or None)
            if made and change < 0:
                open_rows.append((pk, made, -change))
            line.commit()
    line.close()


def _bare_move(cursor: Any, pk: int, key: str, change: Decimal, settles: int | None) -> int:
    cursor.execute("SELECT * FROM bonds_bond WHERE id = %s FOR UPDATE", [pk])
    cursor.execute("SELECT id FROM bonds_bondentry WHERE key = %s", [key])
    cursor.execute(
        "UPDATE bonds_bond SET balance = balance + %s WHERE id = %s AND balance + %s >= 0 RETURNING balance",
        [change, pk, change],
    )
    left = cursor.fetchone()
    if left is None:
        return 0
    cursor.execute(
        "INSERT INTO bonds_bondentry (bond_id, sort, key, change, balance_after, settles_id, slug, document, at, by_name) "
        "VALUES (%s, %s, %s, %s, %s, %s, 'bills/imports', '', now(), 'bench') RETURNING id",
        [pk, "DEBIT" if change < 0 else "CREDIT", key, change, left[0], settles],
    )
    return int(cursor.fetchone()[0])
