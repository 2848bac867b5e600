"""Reminding a firm of what it owes an answer to: after the days of the dated rule, and again after each such spell."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from eccs.dated_rules import rule_book
from eccs.models import Notice

AT_ONCE = 500
DAYS = "query_chaser_days"


def chase(
    rows: QuerySet[Any], since: str, chased: str, tell: Callable[[Any], Iterable[Notice]], rule: str = DAYS
) -> int:
    """Remind of each row that waits long enough, some hundred to a transaction; return how many.

    `since` is the column that says from when it waits, `chased` the one that keeps when its firm was last reminded.
    """
    now = timezone.now()
    due = now - timedelta(days=rule_book().count(rule, timezone.localdate()))
    late = rows.filter(Q(**{chased: None}) | Q(**{f"{chased}__lte": due}), **{f"{since}__lte": due}).order_by(
        since, "pk"
    )
    reminded = 0
    while found := _some(late, chased, now, tell):
        reminded += found
    return reminded


def _some(late: QuerySet[Any], chased: str, now: datetime, tell: Callable[[Any], Iterable[Notice]]) -> int:
    with transaction.atomic():
        found = list(late.select_for_update(of=("self",), skip_locked=True)[:AT_ONCE])
        Notice.objects.bulk_create(notice for one in found for notice in tell(one))
        late.model._default_manager.filter(pk__in=[one.pk for one in found]).update(**{chased: now})
    return len(found)
