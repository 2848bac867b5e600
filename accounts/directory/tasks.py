"""The directory's own work by night: who is warned, and whose registration has become invalid."""

from __future__ import annotations

from datetime import date, timedelta

from celery import shared_task
from django.utils import timezone

from accounts.directory.filings import no_filing_since
from accounts.directory.models import AuthorisedCourier
from accounts.directory.registration import Stage
from accounts.permissions import SYSTEM
from eccs.dated_rules import rule_book
from eccs.workflow import take_many

AT_ONCE = 200  # registrations in one transaction


def silent_since(day: date) -> list[int]:
    """The registered couriers who were last active before a day: one query."""
    rows = AuthorisedCourier.objects.filter(no_filing_since(day), stage=Stage.REGISTERED, active_from__lt=day)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def ending_until(day: date) -> list[int]:
    """The registered couriers whose registration ends until a day."""
    rows = AuthorisedCourier.objects.filter(stage=Stage.REGISTERED, valid_until__lte=day)
    return list(rows.order_by("pk").values_list("pk", flat=True))


@shared_task
def watch_registrations() -> dict[str, int]:
    """Record who filed nothing for a year, and warn whose day is near. Run again, it does nothing twice."""
    today = timezone.localdate()
    inactive = rule_book().count("courier_inactive_after_days", today)
    warning = rule_book().count("courier_warning_days", today)
    return {
        "record_inactivity": _each("record_inactivity", silent_since(today - timedelta(days=inactive))),
        "warn_of_inactivity": _each(
            "warn_of_inactivity", silent_since(today - timedelta(days=inactive) + timedelta(days=warning))
        ),
        "warn_of_end": _each("warn_of_end", ending_until(today + timedelta(days=warning))),
    }


def _each(step: str, ids: list[int]) -> int:
    """Take a step on these registrations, some hundred to a transaction; whoever filed meanwhile is left alone."""
    chunks = [ids[n : n + AT_ONCE] for n in range(0, len(ids), AT_ONCE)]
    return sum(len(take_many(AuthorisedCourier, chunk, step, SYSTEM).moved) for chunk in chunks)
