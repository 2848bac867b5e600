"""The clock of a desk: targets of desks and stations, what is late, and the time that the firm owes."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from bills.listing import BILLS
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from eccs import desks, dwell
from eccs.dated_rules import DatedRule
from eccs.workflow import take
from manifests import arrival
from manifests.models import ManifestAmendment
from tests.desks.conftest import SignedIn
from tests.factories.bills import bill, hawb_of
from tests.factories.documents import bill_of_documents
from tests.factories.firms import actor

pytestmark = pytest.mark.django_db

QUEUE = "/bills/imports/queue/assessment/"
HOUR = timedelta(hours=1)
MORNING = datetime(2026, 11, 19, 4, 0, tzinfo=timezone.get_default_timezone())


def aged(minutes: float) -> CourierBillOfEntry:
    """A bill for assessment since so many minutes."""
    return bill(Stage.ASSESSMENT, stage_since=timezone.now() - timedelta(minutes=minutes))


def test_the_clock_stands_still_while_the_courier_owes_an_answer(signed_in: SignedIn) -> None:
    officer, firm = actor("ASSESSING_OFFICER"), actor("COURIER_SIGNATORY")
    begun = timezone.now() - timedelta(days=1)
    report = {"packages_opened": 1, "percent": 100, "findings": "As declared.", "recommendation": "RELEASE"}
    one = take(bill(Stage.FIRST_CHECK), "report_first_check_examination", actor("INSPECTOR"), at=begun, **report)
    for asked, answered in ((20, 300), (310, 600)):  # twenty minutes at the desk, then ten more
        one = take(one, "raise_query", officer, at=begun + timedelta(minutes=asked), question="Why 8518?")
        assert one.stage_since == begun + timedelta(minutes=asked)  # the courier's own clock
        one = take(one, "reply_to_query", firm, at=begun + timedelta(minutes=answered), reply="Earphones.")
    assert one.stage == Stage.ASSESSMENT
    assert one.stage_since == begun + timedelta(minutes=600 - 30)
    page = signed_in("ao.blr").get(one.get_absolute_url()).content.decode()
    assert "with the time before it was interrupted" in page


def test_the_clock_of_a_detention_runs_from_the_answer_to_the_memo(signed_in: SignedIn) -> None:
    officer, firm = actor("ASSESSING_OFFICER"), actor("COURIER_SIGNATORY")
    begun = timezone.now() - timedelta(days=30)
    one = take(bill(Stage.ASSESSMENT), "detain", officer, at=begun, grounds="The brand looks copied.")
    queue = "/bills/imports/queue/detained/"

    def rows() -> str:
        return str(signed_in("ao.blr").get(queue).content.decode().split("<tbody>")[1])

    assert hawb_of(one).number in rows() and "row--late" not in rows()
    assert hawb_of(one).number not in signed_in("ao.blr").get(f"{queue}?late=1").content.decode()
    assert not CourierBillOfEntry.objects.filter(desks.late_at(BILLS, Stage.DETAINED, "BLR")).exists()
    assert "stands still: the firm owes an answer" in signed_in("ao.blr").get(one.get_absolute_url()).content.decode()
    one = take(one, "reply_to_detention_memo", firm, at=begun + timedelta(days=20), reply="It is our own brand.")
    assert (one.stage, one.stage_since) == (Stage.DETAINED, begun + timedelta(days=20))
    assert "row--late" in rows()  # ten days with the desk, of seven
    assert CourierBillOfEntry.objects.filter(desks.late_at(BILLS, Stage.DETAINED, "BLR")).exists()
    assert "stands still" not in signed_in("ao.blr").get(one.get_absolute_url()).content.decode()


def told(*lines: tuple[float, str, str], step: str = "", since: float | None = None) -> list[dwell.Line]:
    """Lines of a trail, the newest first, by the hour of the morning; the newest is of the step."""
    first = None if since is None else (MORNING + since * HOUR).isoformat()
    found = [dwell.Line(MORNING + hour * HOUR, source, target) for hour, source, target in lines]
    return [found[0]._replace(step=step, since=first), *found[1:]]


BACK = (6, "QUERY", "ASSESSMENT"), (5, "ASSESSMENT", "QUERY")
OUT = "FOR_OUT_OF_CHARGE"


@pytest.mark.parametrize(
    ("lines", "hours"),
    [
        (told(*BACK, (4, "APPROVAL", "ASSESSMENT"), (2, "ASSESSMENT", "APPROVAL"), (0, "DOCUMENTS", "ASSESSMENT")), 1),
        (told(*BACK, (4, "QUERY", "ASSESSMENT"), (3, "ASSESSMENT", "QUERY"), (1, "DRAFT", "ASSESSMENT")), 3),
        (told((6, "STOPPED", OUT), (5, OUT, "STOPPED"), (2, "XRAY", OUT)), 3),
        (told((6, "DETAINED", OUT), (5, "STOPPED", "DETAINED"), (4, OUT, "STOPPED"), (3, "XRAY", OUT)), 1),
        (told((6, "STOPPED", OUT), (5, "ASSESSMENT", "STOPPED"), (2, "DRAFT", "ASSESSMENT")), 0),
        (told((6, OUT, OUT), (1, "XRAY", OUT), step="end_wait_for_weight", since=0), 0),
        (told((6, OUT, OUT), (1, "XRAY", OUT), step="end_wait_for_weight", since=4), 3),
        (told((6, OUT, OUT), (5, "QUERY", OUT), (3, OUT, "QUERY"), (1, "XRAY", OUT), step="end_wait_for_weight", since=2), 1),
        (told((6, "QUERY", OUT)), 0),
    ],
    ids=["another desk between", "two questions", "a stop", "a stop that detained", "a stop elsewhere", "weighed before", "weighed there", "weighed before a question", "nothing told"],
)  # fmt: skip
def test_the_time_at_a_desk_is_what_it_could_work_in(lines: list[dwell.Line], hours: int) -> None:
    assert dwell.spent(CourierBillOfEntry, lines, lines[0].target) == hours * HOUR


def test_a_clock_that_stood_still_twice_at_once_stood_still_once() -> None:
    spans = [(MORNING + 2 * HOUR, MORNING + 4 * HOUR), (MORNING + HOUR, MORNING + 3 * HOUR), (MORNING - HOUR, MORNING)]
    assert dwell.running(MORNING, MORNING + 6 * HOUR, spans) == 3 * HOUR


@pytest.mark.parametrize("end", ["clear_stop", "detain"])
def test_9_the_clock_goes_on_after_a_stop_where_it_was(end: str) -> None:
    """The time under the stop, and under the detention that followed it, is not the desk's."""
    chief, begun = actor("DCAC"), timezone.now() - timedelta(days=1)
    report = {"packages_opened": 1, "percent": 100, "findings": "As declared.", "recommendation": "RELEASE"}
    one = take(bill(Stage.FIRST_CHECK), "report_first_check_examination", actor("INSPECTOR"), at=begun, **report)
    one = take(one, "stop", chief, at=begun + HOUR, remarks="Wait.")
    assert one.stage_since == begun + HOUR  # the clock of the stop
    if end == "detain":
        one = take(one, "detain", chief, at=begun + 2 * HOUR, grounds="The brand looks copied.")
        one = take(one, "lift_detention", chief, at=begun + 6 * HOUR, remarks="It is theirs.")
    else:
        one = take(one, "clear_stop", chief, at=begun + 6 * HOUR, remarks="Go on.")
    assert (one.stage, one.stage_since) == (Stage.ASSESSMENT, begun + 5 * HOUR)
    again = take(one, "stop", chief, at=begun + 7 * HOUR, remarks="Wait once more.")
    assert again.stage_since == begun + 7 * HOUR
    again = take(again, "clear_stop", chief, at=begun + 9 * HOUR, remarks="Go on.")
    assert again.stage_since == begun + 7 * HOUR  # two hours in all


def test_the_clock_of_a_detention_goes_on_after_a_stop_from_the_answer() -> None:
    officer, firm, chief = actor("ASSESSING_OFFICER"), actor("COURIER_SIGNATORY"), actor("DCAC")
    begun = timezone.now() - timedelta(days=1)
    one = take(bill(Stage.ASSESSMENT), "detain", officer, at=begun, grounds="The brand looks copied.")
    one = take(one, "reply_to_detention_memo", firm, at=begun + 3 * HOUR, reply="It is our own brand.")
    one = take(one, "stop", chief, at=begun + 5 * HOUR, remarks="Wait.")
    one = take(one, "clear_stop", chief, at=begun + 9 * HOUR, remarks="Go on.")
    assert (one.stage, one.stage_since) == (Stage.DETAINED, begun + 7 * HOUR)


def at_the_last_desk(begun: datetime, **more: Any) -> CourierBillOfEntry:
    """A bill that came to the Shed Superintendent at a moment."""
    one: CourierBillOfEntry = take(bill(Stage.XRAY, **more), "clear_xray", actor("XRAY_OFFICER"), at=begun)
    assert one.stage == Stage.FOR_OUT_OF_CHARGE
    return one


def weigh(one: CourierBillOfEntry, at: datetime, times: int) -> None:
    """The custodian weighs the goods."""
    hawb = hawb_of(one)
    with time_machine.travel(at, tick=False):
        arrival.weigh(hawb.manifest, hawb.number, hawb.gross_weight_kg * times)


@pytest.mark.parametrize("ends", ["asked for", "weighed again"])
def test_5_2_the_clock_of_the_last_desk_stands_still_while_the_courier_owes_an_amendment_of_weight(
    signed_in: SignedIn, ends: str
) -> None:
    begun = timezone.now() - timedelta(days=1)
    one = at_the_last_desk(begun)
    queue, keeper = "/bills/imports/queue/for-out-of-charge/", signed_in("superintendent.blr")

    def rows(more: str = "") -> str:
        return str(keeper.get(queue + more).content.decode().split("<tbody>")[1])

    assert "row--late" in rows() and "over by" in rows()
    weigh(one, begun + HOUR, 2)
    assert hawb_of(one).number in rows() and "row--late" not in rows() and "stands still" in rows()
    assert hawb_of(one).number not in rows("?late=1")
    cache.clear()  # the counts of the desks
    assert "1 over" not in keeper.get("/").content.decode()
    assert "stands still: the firm owes an answer" in keeper.get(one.get_absolute_url()).content.decode()
    if ends == "asked for":
        owed = ManifestAmendment.objects.get()
        take(
            owed,
            "request_amendment",
            actor("COURIER_SIGNATORY"),
            at=begun + 20 * HOUR,
            reason="R",
            adjudication_reference="A/1",
        )
    else:
        weigh(one, begun + 20 * HOUR, 1)
    one = CourierBillOfEntry.objects.get(pk=one.pk)
    assert one.stage_since == begun + 19 * HOUR
    assert "row--late" in rows() and hawb_of(one).number in rows("?late=1")
    page = keeper.get(one.get_absolute_url()).content.decode()
    assert "without the time in which the firm owed an answer" in page and "End wait for weight" in page


def test_5_2_bills_of_documents_wait_for_the_weight_of_their_bags_in_one_question(
    django_assert_num_queries: Any,
) -> None:
    one = bill_of_documents(Stage.FOR_OUT_OF_CHARGE, stage_since=timezone.now() - timedelta(days=1))
    on = one.manifest
    with django_assert_num_queries(1):
        assert (
            desks.standing_still(BILLS, [one, at := CourierBillOfEntry(pk=0, stage=Stage.FOR_OUT_OF_CHARGE)]) == set()
        )
    arrival.weigh(on, "BAG-1", Decimal(900))
    assert desks.standing_still(BILLS, [one, at]) == {one.pk}
    assert not CourierBillOfEntry.objects.filter(desks.late_at(BILLS, Stage.FOR_OUT_OF_CHARGE, "BLR")).exists()
    owed = ManifestAmendment.objects.get()
    take(owed, "request_amendment", actor("COURIER_SIGNATORY"), reason="R", adjudication_reference="A/1")
    assert desks.standing_still(BILLS, [one]) == set()
    assert one.trail.filter(step="end_wait_for_weight").count() == 1


def test_a_stop_while_the_firm_is_asked_takes_nothing_from_the_time_of_the_desk() -> None:
    officer, firm, chief = actor("ASSESSING_OFFICER"), actor("COURIER_SIGNATORY"), actor("DCAC")
    begun = timezone.now() - timedelta(days=1)
    report = {"packages_opened": 1, "percent": 100, "findings": "As declared.", "recommendation": "RELEASE"}
    one = take(bill(Stage.FIRST_CHECK), "report_first_check_examination", actor("INSPECTOR"), at=begun, **report)
    one = take(one, "raise_query", officer, at=begun + 2 * HOUR, question="Why 8518?")
    one = take(one, "stop", chief, at=begun + 3 * HOUR, remarks="Wait.")
    one = take(one, "clear_stop", chief, at=begun + 4 * HOUR, remarks="Go on.")
    one = take(one, "reply_to_query", firm, at=begun + 9 * HOUR, reply="Earphones.")
    assert (one.stage, one.stage_since) == (Stage.ASSESSMENT, begun + 7 * HOUR)


def test_each_desk_and_station_has_its_target_and_what_is_over_says_so(signed_in: SignedIn) -> None:
    officer = signed_in("ao.blr")
    within, over = aged(89), aged(91)
    DatedRule.objects.create(
        name="target_assessment", station_code="BLR", from_date="2026-01-01", value="90", source="order"
    )
    page = officer.get(QUEUE).content.decode()
    assert "target 1 h 30 min" in page.replace("\u00a0", " ")
    rows = page.split("<tbody>")[1]
    assert rows.count("row--late") == 1 and "over by 1 min" in rows
    late = officer.get(f"{QUEUE}?late=1").content.decode().split("<tbody>")[1]
    assert hawb_of(over).number in late and hawb_of(within).number not in late
    assert "1 over" in officer.get("/").content.decode()
    assert "over target" in officer.get(over.get_absolute_url()).content.decode()


def test_an_x_ray_has_less_time_than_an_assessment() -> None:
    assert desks.target_of(BILLS, Stage.XRAY, "BLR") == 60
    assert desks.target_of(BILLS, Stage.ASSESSMENT, "BLR") == 120
    assert desks.target_of(BILLS, Stage.ARRIVAL, "BLR") == 120  # the common one
