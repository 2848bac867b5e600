"""Background work on bills. Tasks may run twice and do their work in small transactions."""

from __future__ import annotations

from datetime import date, timedelta

from celery import shared_task
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import SYSTEM
from bills import risk
from bills.clearance.provisional import ProvisionalStage
from bills.manual import issuing
from bills.models import ManualClearance, ProvisionalAssessment, QueryMemo
from bills.news import notices_about
from bills.provisional import documents_due
from bills.stages import Stage
from bills.uncleared import goods, notices
from eccs.dated_rules import rule_book
from eccs.models import Notice
from eccs.workflow import take

AT_ONCE = 500


@shared_task
def chase_queries() -> int:
    """Remind couriers of queries they have not answered, again after each spell of the dated rule; return how many."""
    days = rule_book().count("query_chaser_days", timezone.localdate())
    now = timezone.now()
    due = now - timedelta(days=days)
    with transaction.atomic():
        waiting = (
            QueryMemo.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(
                Q(chased_at=None) | Q(chased_at__lte=due), replied_at=None, raised_at__lte=due, bill__stage=Stage.QUERY
            )
            .select_related("bill")
            .order_by("raised_at")
        )
        memos = list(waiting[:AT_ONCE])
        Notice.objects.bulk_create(notice for memo in memos for notice in _reminders(memo))
        QueryMemo.objects.filter(pk__in=[memo.pk for memo in memos]).update(chased_at=now)
    return len(memos)


def _reminders(memo: QueryMemo) -> list[Notice]:
    """The notices that a query still waits for its answer."""
    told = {"bill": memo.bill, "since": f"{timezone.localtime(memo.raised_at):%d/%m/%Y}"}
    return notices_about(memo.bill, lambda: _("%(bill)s: the query of %(since)s is not answered") % told)


@shared_task
def remind_of_documents() -> int:
    """Remind firms that the documents of a provisional assessment are due, once for each of the days; return how many."""
    today, told = timezone.localdate(), []
    ahead = timedelta(days=rule_book().count("provisional_reminder_days", today))
    with transaction.atomic():
        waiting = ProvisionalAssessment.objects.select_for_update(of=("self",), skip_locked=True)
        for one in waiting.filter(stage=ProvisionalStage.PROVISIONAL).select_related("bill").order_by("pk"):
            due = [day for day in documents_due(one) if day - ahead <= today and day > (one.reminded_of or date.min)]
            if due:
                one.reminded_of = due[-1]
                told.append(one)
        Notice.objects.bulk_create(notice for one in told for notice in _documents_due(one))
        ProvisionalAssessment.objects.bulk_update(told, ["reminded_of"])
    return len(told)


def _documents_due(assessment: ProvisionalAssessment) -> list[Notice]:
    words = {"bill": assessment.bill, "day": f"{assessment.reminded_of:%d/%m/%Y}"}
    return notices_about(
        assessment.bill,
        lambda: _("%(bill)s: the documents of the provisional assessment are due by %(day)s") % words,
    )


@shared_task
def watch_uncleared() -> dict[str, int]:
    """Notify couriers and declared importers of goods not cleared after each spell, each once; return how many of which."""
    return {str(after): notices.issue(after) for after in (goods.RETURN, goods.DISPOSAL)}


@shared_task
def ask_the_rms() -> int:
    """Decide on the bills that were filed while the RMS was away; return how many are decided."""
    return risk.decide_waiting()


@shared_task
def end_manual_clearances() -> int:
    """End each manual clearance whose period has passed; return how many."""
    over = ManualClearance.objects.filter(pk__in=issuing.over(timezone.now()))
    return sum(1 for one in over if take(one, "end", SYSTEM))
