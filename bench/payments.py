"""A hundred thousand payments as bad days write them: nothing credited wrongly or twice, every genuine one once, every forgery refused.

Each message goes through the very view that the bank's messages come in by; verifications are asked in the middle of them, some
by a second line at the same moment. A third of the challans are for a bill, the others are deposits into a cash ledger.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from random import Random
from time import perf_counter
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

from django.db import connection, transaction
from django.db.models import Count, F, Sum
from django.test import RequestFactory
from django.utils import timezone

from bench import world
from bench.bulk import lay_bills
from bench.measure import Row, at_most
from bench.payment_histories import History, history
from bills.models import CourierBillOfEntry
from eccs.beginning import begin
from payments import bank, bank_views, banks, services
from payments.cash import ledger
from payments.cash.models import CashEntry
from payments.clearance import CREATE, Stage
from payments.models import BankMessage, Challan, ChallanLine, CyberReceipt, RefusedMessage

HISTORIES = int(os.environ.get("BENCH_PAYMENTS", "100000"))  # fewer for a trial
LINES = 2  # processes, each with challans of its own
BATCH = 500
RACING = 0.02  # of the histories are verified by a second line while the messages come in
factory = RequestFactory()


def run() -> list[Row]:
    """Make the challans, let the histories happen, and count what stands in the books."""
    start = perf_counter()
    share = HISTORIES // LINES
    connection.close()
    fork = multiprocessing.get_context("fork")
    results: Any = fork.Queue()
    workers = [fork.Process(target=_work, args=(n, share, results)) for n in range(LINES)]
    for worker in workers:
        worker.start()
    told = [results.get() for _worker in workers]
    for worker in workers:
        worker.join()
    seconds = perf_counter() - start
    done, said, refused, queued, faults = (sum(part) for part in zip(*told, strict=True))
    faults += of_the_books(refused, queued)
    return [
        at_most(
            "payment histories: wrong, doubled or lost", f"{faults} ({done:,} histories, {said:,} messages, {refused:,} refused)",
            f"{done / seconds:,.0f} histories/s", float(faults), 0,
        )
    ]  # fmt: skip


def _work(line: int, share: int, results: Any) -> None:
    told = [0, 0, 0, 0, 0]
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")  # what is counted is right or wrong, not how fast a disk is
    for batch in range(0, share, BATCH):
        dice = Random(f"{line}:{batch}")
        found = storm(dice, min(BATCH, share - batch), serial=(line + 1) * 10**9 + batch)
        told = [a + b for a, b in zip(told, found, strict=True)]
    connection.close()
    results.put(told)


def storm(dice: Random, count: int, serial: int, *, racing: float = RACING) -> tuple[int, int, int, int, int]:
    """Let so many histories happen: how many, messages, refused, queued, and what came out wrongly."""
    keys = banks.gateway("BANK").keys
    challans = at_bank(count)
    numbers = [str(one.number) for one in challans]
    faults = said = refused = queued = 0
    for n, challan in enumerate(challans):
        one = history(dice, numbers[n], challan.paise, serial + n, numbers[n - 1], keys)
        happen(one, challan, keys, at_once=dice.random() < racing)
        now = Challan.objects.get(pk=challan.pk)
        right = now.stage == (Stage.PAID if one.status is bank.Status.PAID else Stage.FAILED)
        right &= now.bank_transaction == (one.transaction if one.status is bank.Status.PAID else "")
        faults, said = faults + (not right), said + len(one.messages)
        refused, queued = refused + one.refused, queued + one.queued
    return count, said, refused, queued, faults


def happen(one: History, challan: Challan, keys: bank.KeyRing, *, at_once: bool = False) -> None:
    """Everything that is said, in its order, with the verification in between or at the same moment; then the sweep."""
    with _answering(one, keys):
        second = threading.Thread(target=_verified, args=(challan,)) if at_once else None
        if second:
            second.start()
        for n, (sort, said) in enumerate(one.messages):
            if n == one.verified_at and not at_once:
                services.ask_bank(challan, one.transaction)
            _tell(sort, said)
        if second:
            second.join()
        if Challan.objects.filter(pk=challan.pk, stage__in=(Stage.AT_BANK, Stage.UNKNOWN)).exists():
            services.ask_bank(challan)


def _verified(challan: Challan) -> None:
    try:
        services.ask_bank(challan)
    finally:
        connection.close()


def _tell(sort: type[bank.Outcome], said: dict[str, str]) -> None:
    view = bank_views.confirmation if sort is bank.Confirmation else bank_views.bank_return
    with patch.object(bank_views, "render", _no_page):
        view(factory.post("/", urlencode(said), content_type="application/x-www-form-urlencoded"))


def _no_page(*_given: object, **_named: object) -> None:
    """The page for a refused return, which nobody looks at here."""


@contextmanager
def _answering(one: History, keys: bank.KeyRing) -> Iterator[None]:
    """The bank answers what it is asked."""

    def post(_url: str, values: dict[str, str], _timeout: int) -> bytes:
        return urlencode(one.answer(values, keys)).encode()

    with patch.object(bank, "post", post):
        yield


def at_bank(count: int) -> list[Challan]:
    """So many challans that were taken to the bank: a third for one bill each, the others deposits."""
    who, at = world.actor("signatory.swift"), timezone.now()
    bills = lay_bills(count // 3, "DUTY") if count >= 3 else []
    CourierBillOfEntry.objects.filter(pk__in=bills).update(
        total_duty=1000 + F("pk") % 5000, duty_paid=0, duty_heads={}, item_count=1
    )
    owed = list(CourierBillOfEntry.objects.filter(pk__in=bills))
    facts: dict[str, Any] = {
        "station_id": "BLR", "courier_id": who.courier_id, "created_by_id": who.user_id, "created_at": at, "stage_since": at,
        "stage": Stage.AT_BANK, "sent_to_bank_at": at,
    }  # fmt: skip
    made = [
        Challan(**facts, amount=bill.total_duty, heads={"duty": str(bill.total_duty)}, bill_count=1) for bill in owed
    ]
    made += [
        Challan(**facts, kind="DEPOSIT", amount=Decimal(100 + n), heads={"deposit": str(100 + n)}, bill_count=0)
        for n in range(count - len(owed))
    ]
    with transaction.atomic():
        begin(made, CREATE.name, who, CREATE.activity_at(""))
        ChallanLine.objects.bulk_create(
            ChallanLine(challan=challan, bill=bill, amount=challan.amount)
            for challan, bill in zip(made, owed, strict=False)
        )
    return made


def of_the_books(refused: int, queued: int) -> int:
    """How much in the books is not as it must be: each paid challan once, every forgery counted, and all sums agreeing."""
    paid = Challan.objects.filter(stage=Stage.PAID)
    total = paid.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    credited = BankMessage.objects.filter(outcome="CREDITED")
    twice = credited.values("challan").annotate(times=Count("pk")).filter(times__gt=1).count()
    wrong_bills = CourierBillOfEntry.objects.filter(challan_lines__challan__in=paid).exclude(duty_paid=F("total_duty"))
    faults = {
        "credited twice": twice,
        "receipts": abs(CyberReceipt.objects.count() - paid.count()),
        "entries": abs(CashEntry.objects.count() - paid.count()),
        "received": abs(int((ledger.received_from("BANK") - total) * 100)),
        "balances": ledger.faults().count(),
        "bills": wrong_bills.count(),
        "refused": abs((RefusedMessage.objects.aggregate(n=Sum("count"))["n"] or 0) - refused),
        "queued": abs(BankMessage.objects.filter(outcome="QUEUED").count() - queued),
    }
    if any(faults.values()):
        print({name: found for name, found in faults.items() if found}, flush=True)
    return sum(faults.values())
