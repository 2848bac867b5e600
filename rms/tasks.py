"""Background work of the RMS. Tasks may run twice."""

from __future__ import annotations

from celery import shared_task

from rms import history


@shared_task
def fold_history() -> int:
    """Fold the counts of parties, goods and rules; return how many rows are gone."""
    return history.fold()
