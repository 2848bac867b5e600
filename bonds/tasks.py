"""Background work on bonds. Tasks may run twice: what was told or expired once is not again."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from bonds import alerts, checking


@shared_task
def check_ledgers() -> int:
    """Check the ledgers of all bonds, and return how many do not add up."""
    return len(checking.check())


@shared_task
def watch_bonds() -> dict[str, int]:
    """Expire bonds past their last day, and tell firms of what ends soon; return how many of each."""
    today = timezone.localdate()
    return {
        "expired": alerts.expire(today) + alerts.tell_of_lapsed(today), "told": alerts.alert(today) + alerts.alert_elsewhere(today),
    }  # fmt: skip
