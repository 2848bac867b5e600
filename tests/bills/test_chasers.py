"""A query, a detention memo and a call for documents that is not answered is called to mind; a provisional assessment knows its days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.utils import timezone

from bills.models import CourierBillOfEntry, DetentionMemo, QueryMemo
from bills.provisional import documents_due, due_days
from bills.stages import Stage
from bills.tasks import chase_detentions, chase_documents, chase_queries, remind_of_documents
from eccs.dated_rules import DatedRule
from eccs.models import Notice
from manifests.tasks import chase_weights
from tests.factories.bills import bill
from tests.factories.requests import provisional_assessment

pytestmark = pytest.mark.django_db


CHASED: dict[str, tuple[str, Callable[[], int], Callable[[datetime], object], str]] = {
    "query": (Stage.QUERY, chase_queries, lambda at: QueryMemo.objects.update(raised_at=at), "is not answered"),
    "detention": (
        Stage.DETAINED, chase_detentions, lambda at: DetentionMemo.objects.update(issued_at=at), "the detention memo DM_",
    ),
    "documents": (
        Stage.DOCUMENTS, chase_documents, lambda at: CourierBillOfEntry.objects.update(stage_since=at),
        "compulsory documents asked for",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", CHASED)
def test_a_courier_is_reminded_after_three_days_and_once_a_spell(what: str) -> None:
    stage, chase, waits_since, words = CHASED[what]
    one, now = bill(stage), timezone.now()
    with time_machine.travel(now, tick=False):
        waits_since(now)
    for hours, reminded in ((71.99, 0), (72, 1), (143.99, 0), (144, 1)):
        with time_machine.travel(now + timedelta(hours=hours), tick=False):
            assert [chase(), chase()] == [reminded, 0], hours
    told = Notice.objects.filter(audience=f"courier:{one.courier_id}", subject__contains=words)
    assert [str(one) in notice.subject for notice in told] == [True, True]


def test_what_is_answered_or_elsewhere_is_not_chased() -> None:
    bill(Stage.DETAINED).detentions.update(replied_at=timezone.now())
    bill(Stage.ASSESSMENT)
    with time_machine.travel(timezone.now() + timedelta(days=9), tick=False):
        assert [chase_queries(), chase_detentions(), chase_documents(), chase_weights()] == [0, 0, 0, 0]


def test_a_stopped_bill_is_not_chased() -> None:
    bill(Stage.STOPPED)
    QueryMemo.objects.create(
        bill=bill(Stage.STOPPED, stopped_from=Stage.QUERY), raised_from=Stage.ASSESSMENT, question="Why?",
        raised_by=bill(Stage.XRAY).created_by, raised_at=timezone.now() - timedelta(days=9),
    )  # fmt: skip
    assert chase_queries() == 0


def test_a_provisional_assessment_has_its_days_by_the_regulations_of_2025() -> None:
    noon = datetime(2026, 11, 30, 12, tzinfo=timezone.get_current_timezone())
    days = [due["day"] for due in due_days(provisional_assessment(assessed_at=noon))]
    assert days == [date(2026, 12, 15), date(2027, 1, 30), date(2028, 1, 30), date(2028, 4, 30), date(2028, 11, 30)]
    early = provisional_assessment(assessed_at=noon, documents_received_on=date(2026, 12, 31))
    assert due_days(early)[3]["day"] == date(2027, 3, 31)


@pytest.mark.parametrize(
    ("assessed", "told"),
    [
        (date(2025, 3, 28), []),
        (date(2025, 3, 29), [date(2027, 3, 29)]),
        (date(2025, 9, 11), [date(2027, 9, 11)]),
        (date(2025, 9, 12), [date(2025, 9, 27), date(2025, 11, 12), date(2026, 11, 12), date(2027, 2, 12), date(2027, 9, 12)]),
    ],
)  # fmt: skip
def test_the_limit_of_section_18_is_older_than_the_regulations_of_2025(assessed: date, told: list[date]) -> None:
    at = datetime.combine(assessed, time(12), tzinfo=timezone.get_current_timezone())
    assert [due["day"] for due in due_days(provisional_assessment(assessed_at=at))] == told


@pytest.mark.parametrize(("early_by", "reminded"), [(0, 1), (1, 0)])
def test_a_firm_is_reminded_of_documents_once_for_each_of_the_days(early_by: int, reminded: int) -> None:
    today = timezone.localdate()
    one = provisional_assessment(assessed_at=timezone.now() - timedelta(days=40))
    in_time, at_the_latest = documents_due(one)
    rule = {"name": "provisional_reminder_days", "from_date": today, "source": "a test"}
    DatedRule.objects.create(value=str((in_time - today).days - early_by), **rule)
    assert [remind_of_documents(), remind_of_documents()] == [reminded, 0]
    told = Notice.objects.filter(
        audience=f"courier:{one.courier_id}", subject__contains=f"are due by {in_time:%d/%m/%Y}"
    )
    assert told.count() == reminded
    DatedRule.objects.filter(from_date=today).delete()
    DatedRule.objects.create(value=str((at_the_latest - today).days), **rule)
    assert [remind_of_documents(), remind_of_documents()] == [1, 0]
    finished = provisional_assessment("FINAL", assessed_at=timezone.now() - timedelta(days=400))
    assert remind_of_documents() == 0 and finished.reminded_of is None
