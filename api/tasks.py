"""Background work of the API."""

from __future__ import annotations

from celery import shared_task

from api import repeated


@shared_task
def forget_answers() -> int:
    """Drop answers that were kept for requests sent again; return how many."""
    return repeated.forget()
