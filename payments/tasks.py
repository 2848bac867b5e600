"""Asking the bank in the background. Tasks may run twice: the bank is only asked, and its answer counts once."""

from __future__ import annotations

from datetime import timedelta

from celery import Task, shared_task
from django.utils import timezone

from accounts.permissions import SYSTEM
from eccs.dated_rules import rule_book
from eccs.workflow import take_many
from payments import services
from payments.bank import BankSilent
from payments.clearance import ASKED, AWAITED, Stage
from payments.models import Challan

AT_ONCE = 100
HANDED_OVER = 500
TRIES = 5


@shared_task(bind=True, max_retries=TRIES)
def verify_challan(self: Task, challan_id: int, bank_transaction: str = "") -> None:
    """Ask the bank about one challan, again after 5, 10, 20 … seconds while it is silent (PN17 8.1)."""
    challan = Challan.objects.filter(pk=challan_id, stage__in=(*ASKED, Stage.PAID)).first()
    if challan is None:
        return
    try:
        services.ask_bank(challan, bank_transaction)
    except BankSilent:
        if self.request.retries < TRIES:
            self.retry(countdown=5 * 2**self.request.retries)


@shared_task
def check_books() -> int:
    """Check the books of the cash ledgers, and return how much does not balance."""
    from payments.cash.checking import check

    return len(check().faults)


@shared_task
def verify_silent_challans() -> int:
    """Ask the bank about every challan it has not answered in time, and return how many were asked."""
    due = Challan.objects.filter(stage__in=ASKED, ask_again_at__lte=timezone.now()).order_by("ask_again_at")
    asked = 0
    for code in sorted(
        set(due.order_by().values_list("bank", flat=True))
    ):  # a bank that is away keeps no other waiting
        asked += services.ask_in_turn(due.filter(bank=code)[:AT_ONCE])
    return asked


@shared_task
def hand_over_silent_challans() -> int:
    """Put every challan that its bank has not decided for days, by the dated rule, on the desk of the DC/AC; return how many."""
    now, book, done = timezone.now(), rule_book(), 0
    waiting = Challan.objects.filter(stage__in=AWAITED)
    for station in sorted(set(waiting.order_by().values_list("station_id", flat=True))):
        days = book.count("bank_silent_days", timezone.localdate(now), station)
        late = waiting.filter(station_id=station, sent_to_bank_at__lte=now - timedelta(days=days)).order_by("pk")
        while ids := list(late.values_list("pk", flat=True)[:HANDED_OVER]):
            moved = take_many(Challan, ids, "report_silence", SYSTEM).moved
            done += len(moved)
            if not moved:
                break
    return done
