"""The background work of the reports. It may run twice."""

from __future__ import annotations

from celery import shared_task

from reports import rolling


@shared_task
def roll_up() -> bool:
    """Add what is new in the trails to the tallies of the reports."""
    return rolling.roll_up()
