"""Background work on bills. Tasks may run twice and do their work in small transactions."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from celery import shared_task
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import SYSTEM
from bills import interventions, risk, xray_results
from bills.clearance.provisional import ProvisionalStage
from bills.manual import issuing
from bills.models import CourierBillOfEntry, DetentionMemo, ManualClearance, ProvisionalAssessment, QueryMemo
from bills.models.clearable import Clearable
from bills.models.found import Memo, Query
from bills.news import notices_about
from bills.provisional import documents_due
from bills.stages import Stage
from bills.uncleared import goods, notices
from eccs.chasing import chase
from eccs.dated_rules import rule_book
from eccs.models import Notice
from eccs.workflow import take
from manifests.warehouse import enter_never_scanned
from rms.clearance import IN_FORCE
from rms.models import RiskRule, RuleVersion


@shared_task
def chase_queries() -> int:
    """Remind firms of queries they have not answered, again after each spell of the dated rule; return how many."""
    waiting = QueryMemo.objects.filter(replied_at=None, bill__stage=Stage.QUERY).select_related("bill")
    return chase(waiting, "raised_at", "chased_at", of_query)


@shared_task
def chase_detentions() -> int:
    """Remind firms of detention memos they have not answered, again after each spell; return how many."""
    waiting = DetentionMemo.objects.filter(replied_at=None, ended_at=None, bill__stage=Stage.DETAINED)
    return chase(waiting.select_related("bill"), "issued_at", "chased_at", of_detention)


@shared_task
def chase_documents() -> int:
    """Remind firms of compulsory documents they have not handed in, again after each spell; return how many."""
    waiting = CourierBillOfEntry.objects.filter(stage=Stage.DOCUMENTS)
    return chase(waiting, "stage_since", "documents_chased_at", of_documents)


def _since(at: datetime) -> str:
    return f"{timezone.localtime(at):%d/%m/%Y}"


def of_query(memo: Query) -> list[Notice]:
    """The notices that a query still waits for its answer."""
    told = {"bill": memo.bill, "since": _since(memo.raised_at)}
    return notices_about(memo.bill, lambda: _("%(bill)s: the query of %(since)s is not answered") % told)


def of_detention(memo: Memo) -> list[Notice]:
    """The notices that a detention memo still waits for its answer."""
    told = {"bill": memo.bill, "since": _since(memo.issued_at), "memo": memo}
    return notices_about(
        memo.bill, lambda: _("%(bill)s: the detention memo %(memo)s of %(since)s is not answered") % told
    )


def of_documents(bill: Clearable) -> list[Notice]:
    """The notices that the bill still waits for compulsory documents."""
    told = {"bill": bill, "since": _since(bill.stage_since)}
    return notices_about(
        bill,
        lambda: _("%(bill)s: the compulsory documents asked for on %(since)s are missing") % told,
        bill.documents_required,
    )


@shared_task
def intervene(rule: int | None = None) -> int:
    """Put the filed bills of an intervention to the RMS, or of all that came into force within the hour or whose first day is today; return how many heard it."""
    now = timezone.now()
    rules = RiskRule.objects.filter(kind=RiskRule.Kind.INTERVENTION, stage__in=IN_FORCE)
    begins = RuleVersion.objects.filter(
        rule=OuterRef("pk"), no=OuterRef("in_force_no"), from_date=timezone.localdate(now)
    )
    swept = rules.filter(Q(stage_since__gte=now - timedelta(hours=1)) | Exists(begins))
    chosen = swept if rule is None else rules.filter(pk=rule)
    heard = 0
    for one in chosen.order_by("pk"):
        with transaction.atomic():
            heard += interventions.intervene(one, now)
    return heard


@shared_task
def count_xrays() -> int:
    """Count the X-rays of yesterday for the rules of risk; return for how many."""
    return xray_results.count(timezone.localdate() - timedelta(days=1))


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
    """Notify couriers and declared importers of goods not cleared after each spell, each once; return how many of which.

    Goods that landed so long ago and were never scanned are among them.
    """
    enter_never_scanned(
        timezone.now() - timedelta(days=min(goods.days_of(goods.RETURN), goods.days_of(goods.DISPOSAL)))
    )
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
