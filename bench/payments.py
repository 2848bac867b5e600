"""A hundred thousand payments as bad days write them: nothing credited wrongly or twice, every genuine one once, every forgery refused.

Each message goes through the very view that the bank's messages come in by; verifications are asked in the middle of them, some
by a second line at the same moment. A third of the challans are for a bill, the others are deposits into a cash ledger. Some were
given up before the bank tells of their payment: those the DC/AC decides, and bills that were put on another challan are paid once.
Challans are made, and what became of them is looked up, many at once; every message is taken by itself, as in life.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from decimal import Decimal
from functools import partial
from itertools import cycle
from queue import Empty
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
from bench.payment_courses import Courses, faults
from bench.payment_histories import ANEW, LATE, Anew, History, history
from bills.models import CourierBillOfEntry
from eccs.beginning import begin
from payments import bank, bank_views, banks, services, tasks
from payments.cash import ledger
from payments.cash.models import CashEntry
from payments.clearance import ASKED, CREATE, Stage
from payments.models import BankMessage, Challan, ChallanLine, CyberReceipt, RefusedMessage

HISTORIES = int(os.environ.get("BENCH_PAYMENTS", "100000"))  # fewer for a trial
LINES = 2  # processes, each with challans of its own
BATCH = 500
RACING = 0.05  # of the histories have a second line at work while the messages come in
GIVEN_UP = 0.12  # of the challans were given up before the bank tells of their payment, or nearly
TOLD_EVERY = 30  # seconds
factory = RequestFactory()


def run() -> list[Row]:
    """Make the challans, let the histories happen, and count what stands in the books."""
    start = perf_counter()
    connection.close()
    fork = multiprocessing.get_context("fork")
    results: Any = fork.Queue()
    workers = [fork.Process(target=_work, args=(n, HISTORIES // LINES, results)) for n in range(LINES)]
    for worker in workers:
        worker.start()
    done, said, refused, queued, faults = _summed(workers, results, start)
    seconds = perf_counter() - start
    faults += of_the_books(refused, queued)
    return [
        at_most(
            "payment histories: wrong, doubled or lost", f"{faults} ({done:,} histories, {said:,} messages, {refused:,} refused)",
            f"{done / seconds:,.0f} histories/s", float(faults), 0,
        )
    ]  # fmt: skip


def _summed(workers: list[Any], results: Any, start: float) -> list[int]:
    """What the processes tell batch by batch, with a word on how far they are."""
    total, told_at = [0, 0, 0, 0, 0], start
    while any(worker.is_alive() for worker in workers) or not results.empty():
        with suppress(Empty):
            total = [a + b for a, b in zip(total, results.get(timeout=1), strict=True)]
        if (now := perf_counter()) - told_at > TOLD_EVERY:
            told_at, rate = now, total[0] / (now - start)
            print(f"  {total[0]:,} of {HISTORIES:,} histories, {rate:.1f}/s, {total[4]} wrong", flush=True)
    if any(worker.exitcode for worker in workers):
        raise RuntimeError("a process of the histories has ended early")
    return total


def _work(line: int, share: int, results: Any) -> None:
    _at_ease()
    for batch in range(0, share, BATCH):
        dice = Random(f"{line}:{batch}")
        results.put(storm(dice, min(BATCH, share - batch), serial=(line + 1) * 10**9 + batch))
    connection.close()


def _at_ease() -> None:
    """What is counted is right or wrong, not how fast a disk is."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")


def _hang_up() -> None:
    """Close the connection of this thread."""
    connection.close()


def storm(
    dice: Random, count: int, serial: int, *, racing: float = RACING, given_up: float = GIVEN_UP
) -> tuple[int, int, int, int, int]:
    """Let so many histories happen: how many, messages, refused, queued, and what came out wrongly."""
    keys, challans = banks.gateway("BANK").keys, at_bank(count)
    numbers = [str(one.number) for one in challans]
    of_bills, of_deposits = cycle((*ANEW, *LATE)), cycle(LATE)
    told = []
    for n, challan in enumerate(challans):
        course = next(of_deposits if challan.is_deposit else of_bills) if dice.random() < given_up else None
        told.append((history(dice, numbers[n], challan.paise, serial + n, numbers[n - 1], keys, course), challan))
    with _answering([one for one, _challan in told], keys), ThreadPoolExecutor(1, initializer=_at_ease) as second:
        courses = Courses(_tell, keys)
        courses.give_up(told)
        wrong = 0
        for one, challan in told:
            try:
                happen(one, challan, courses, second if dice.random() < racing else None)
            except Exception as fault:  # noqa: BLE001 whatever it is, the bank or a person would see an error
                print(f"  {one.challan} {one.before} {one.anew} {one.desk}: {fault!r}", flush=True)
                wrong += 1
        services.ask_in_turn(
            Challan.objects.filter(pk__in=[one.pk for one in challans], stage__in=ASKED).order_by("pk")
        )
        if racing:
            second.submit(_hang_up).result()
    if odd := faults(told):
        print(f"  {odd}", flush=True)
    histories = [one for one, _challan in told]
    said = sum(len(one.messages) + len(one.afterwards) for one in histories)
    refused, queued = sum(one.refused for one in histories), sum(one.queued for one in histories)
    return count, said, refused, queued, wrong + courses.wrong + len(odd)


def happen(one: History, challan: Challan, courses: Courses, second: ThreadPoolExecutor | None) -> None:
    """Everything that is said, in its order, with what people do in between; with a second line, at the same moment."""
    replaced_meanwhile = second is not None and one.anew is Anew.WITHDRAWN
    if one.anew is not Anew.NONE and not replaced_meanwhile:
        courses.replace(one, challan)
    beside = second.submit(_beside(one, challan, courses)) if second else None
    for n, (sort, said) in enumerate(one.messages):
        if n == one.verified_at and not second:
            services.ask_bank(challan, one.transaction)
        _tell(sort, said)
    if beside:
        beside.result()
    if one.late:
        decided = second.submit(courses.decide, one, challan) if second else None
        if not decided:
            courses.decide(one, challan)
        for sort, said in one.afterwards:
            _tell(sort, said)
        if decided:
            decided.result()


def _beside(one: History, challan: Challan, courses: Courses) -> Callable[[], None]:
    """What somebody does while the messages of a history come in."""
    if not one.late:
        return partial(courses.verify_by_hand, one, challan)
    if one.anew is Anew.WITHDRAWN:
        return partial(courses.replace_if_it_may_be, one, challan)
    return partial(courses.compare, challan)


def _tell(sort: type[bank.Outcome], said: dict[str, str]) -> None:
    view = bank_views.confirmation if sort is bank.Confirmation else bank_views.bank_return
    view(factory.post("/", urlencode(said), content_type="application/x-www-form-urlencoded"))


def _no_page(*_given: object, **_named: object) -> None:
    """The page for a refused return, which nobody looks at here."""


@contextmanager
def _answering(histories: list[History], keys: bank.KeyRing) -> Iterator[None]:
    """The bank answers what it is asked about these; nobody takes up what is left to the queue, but the sweep at the end."""
    known = {one.challan: one for one in histories}

    def post(_url: str, values: Mapping[str, str], _timeout: int) -> bytes:
        return urlencode(known[values["challan"]].answer(values, keys)).encode()

    with (
        patch.object(bank, "post", post),
        patch.object(bank_views, "render", _no_page),
        patch.object(tasks.verify_challan, "delay", _no_page),
    ):
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
