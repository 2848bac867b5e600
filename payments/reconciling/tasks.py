"""The nightly reconciliation. It may run any number of times: what is loaded and found once stays once."""

from __future__ import annotations

import logging
from datetime import date

from celery import Task, shared_task
from django.utils import timezone

from payments import banks
from payments.bank import BankSilent, NotAccepted
from payments.reconciling import comparing, scrolls

logger = logging.getLogger(__name__)
TRIES = 5


@shared_task
def reconcile() -> int:
    """Ask every bank for the scrolls of the past week that are not here, compare them, and look at what is open again."""
    today = timezone.localdate()
    done = sum(reconcile_day(code, day) for code in banks.names() for day in scrolls.days_without(code, today))
    comparing.compare_open()
    return done


def reconcile_day(code: str, day: date) -> int:
    """Ask a bank for the scroll of one day and compare it: 1 where it is done, 0 where the bank is to be asked again."""
    try:
        scrolls.ask(code, day)
    except (BankSilent, NotAccepted, scrolls.Unreadable) as fault:
        logger.warning("no scroll of %s for %s: %s", code, day, fault)
        return 0
    comparing.compare(code, day)
    return 1


@shared_task(bind=True, max_retries=TRIES)
def compare_scroll(self: Task, code: str, day: str, *, ask: bool) -> None:
    """Compare the scroll of a day somebody asked for, asking the bank for it first where it is to be asked."""
    on = date.fromisoformat(day)
    if not ask:
        comparing.compare(code, on)
    elif not reconcile_day(code, on) and self.request.retries < TRIES:
        self.retry(countdown=30 * 2**self.request.retries)
