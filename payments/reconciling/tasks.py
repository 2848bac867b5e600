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
    """Ask every bank for the scrolls that are not here, compare them, and look at what is open again.

    A day whose scroll stays away is a difference at a desk; a bank that is silent is not asked for its other days as well.
    """
    today = timezone.localdate()
    done = sum(_catch_up(code, today) for code in banks.names())
    comparing.compare_open()
    return done


def _catch_up(code: str, today: date) -> int:
    done, silent = 0, False
    for day in scrolls.days_without(code, today):
        try:
            got = not silent and _reconciled(code, day)
        except BankSilent as fault:
            logger.warning("no scroll of %s for %s: %s", code, day, fault)
            got, silent = False, True
        if not got:
            comparing.miss_scroll(code, day, today)
        done += got
    return done


def reconcile_day(code: str, day: date) -> int:
    """Ask a bank for the scroll of one day and compare it: 1 where it is done, 0 where the bank is to be asked again."""
    try:
        return int(_reconciled(code, day))
    except BankSilent as fault:
        logger.warning("no scroll of %s for %s: %s", code, day, fault)
        return 0


def _reconciled(code: str, day: date) -> bool:
    try:
        scrolls.ask(code, day)
    except (NotAccepted, scrolls.Unreadable) as fault:
        logger.warning("no scroll of %s for %s: %s", code, day, fault)
        return False
    comparing.compare(code, day)
    return True


@shared_task(bind=True, max_retries=TRIES)
def compare_scroll(self: Task, code: str, day: str, *, ask: bool) -> None:
    """Compare the scroll of a day somebody asked for, asking the bank for it first where it is to be asked."""
    on = date.fromisoformat(day)
    if not ask:
        comparing.compare(code, on)
    elif not reconcile_day(code, on) and self.request.retries < TRIES:
        self.retry(countdown=30 * 2**self.request.retries)
