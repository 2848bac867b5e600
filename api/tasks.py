"""Background work of the API."""

from __future__ import annotations

from celery import shared_task

from api import repeated
from api.folders import working
from api.webhooks import telling


@shared_task
def forget_answers() -> int:
    """Drop answers that were kept for requests sent again; return how many."""
    return repeated.forget()


@shared_task
def send_webhooks() -> int:
    """Send what webhooks are due; return how many messages were taken."""
    return telling.send_due()


@shared_task
def forget_deliveries() -> int:
    """Drop messages to webhooks that are too old to be sent again; return how many."""
    return telling.forget()


@shared_task
def work_drop_folders() -> int:
    """Take up what firms put into their drop folders; return how many files were answered."""
    return working.work_all()
