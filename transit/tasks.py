"""Background work on transfer manifests. A task may run twice: a firm is reminded once."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from transit import overdue


@shared_task
def watch_transfers() -> int:
    """Remind firms of goods that have not arrived by the last day; return how many were reminded of."""
    return overdue.remind(timezone.localdate())
