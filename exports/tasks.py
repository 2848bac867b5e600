"""What is done for shipping bills in the background."""

from __future__ import annotations

from celery import shared_task

from exports import risk


@shared_task
def ask_the_rms() -> int:
    """Decide on the shipping bills whose goods were registered while the RMS was away; return how many are decided."""
    return risk.decide_waiting()
