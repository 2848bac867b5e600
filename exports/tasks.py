"""What is done for shipping bills in the background. Tasks may run twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from bills.tasks import of_detention, of_documents, of_query
from eccs.chasing import chase
from exports import risk, transmission, waiting
from exports.models import CourierShippingBill, ExportDetention, ExportQuery
from exports.stages import Stage


@shared_task
def ask_the_rms() -> int:
    """Decide on the shipping bills whose goods were registered while the RMS was away; return how many are decided."""
    return risk.decide_waiting()


@shared_task
def chase_answers() -> int:
    """Remind couriers of queries and detention memos on shipping bills that they have not answered, and of compulsory documents; return how many."""
    asked = ExportQuery.objects.filter(replied_at=None, bill__stage=Stage.QUERY).select_related("bill")
    held = ExportDetention.objects.filter(replied_at=None, ended_at=None, bill__stage=Stage.DETAINED).select_related(
        "bill"
    )
    wanted = CourierShippingBill.objects.filter(stage=Stage.DOCUMENTS)
    return (
        chase(asked, "raised_at", "chased_at", of_query)
        + chase(held, "issued_at", "chased_at", of_detention)
        + chase(wanted, "stage_since", "documents_chased_at", of_documents)
    )


@shared_task
def chase_goods() -> int:
    """Remind couriers of goods with a Let Export Order that have not left after the days of the dated rule; return how many."""
    let = CourierShippingBill.objects.filter(stage__in=waiting.LET)
    return chase(let, "let_export_at", "leaving_chased_at", waiting.reminder, "let_export_chaser_days")


@shared_task
def enter_imports() -> int:
    """Enter the bills of entry whose payment the Reserve Bank is to be told; return how many."""
    return transmission.enter_imports(timezone.now())
