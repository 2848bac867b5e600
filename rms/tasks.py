"""Background work of the RMS. Tasks may run twice."""

from __future__ import annotations

from celery import shared_task

from rms import backtest, history
from rms.models import BackTest


@shared_task
def fold_history() -> int:
    """Fold the counts of parties, goods and rules; return how many rows are gone."""
    return history.fold()


@shared_task
def run_back_test(pk: int) -> str:
    """Hold a version of a rule against the stored facts of past bills."""
    return backtest.run(pk)


@shared_task
def resume_back_tests() -> int:
    """Begin back-tests that were left waiting, and give up those whose worker is gone; return how many are begun."""
    backtest.give_up_the_lost()
    found = list(BackTest.objects.filter(state=BackTest.State.WAITING).order_by("pk").values_list("pk", flat=True)[:5])
    return sum(1 for pk in found if backtest.run(pk))
