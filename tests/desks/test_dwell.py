"""The clock of a desk: targets of desks and stations, what is late, and the time that the firm owes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from bills.listing import BILLS
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from eccs import desks, dwell
from eccs.dated_rules import DatedRule
from eccs.workflow import take
from tests.desks.conftest import SignedIn
from tests.factories.bills import bill, hawb_of
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
    assert "with the time before the firm was asked" in page


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


def test_another_desk_in_between_begins_the_clock_anew() -> None:
    moves = [
        (MORNING + 5 * HOUR, "ASSESSMENT", "QUERY"), (MORNING + 4 * HOUR, "APPROVAL", "ASSESSMENT"),
        (MORNING + 2 * HOUR, "ASSESSMENT", "APPROVAL"), (MORNING, "DOCUMENTS", "ASSESSMENT"),
    ]  # fmt: skip
    assert dwell.spent(CourierBillOfEntry, moves, "ASSESSMENT", "QUERY") == HOUR
    assert dwell.spent(CourierBillOfEntry, moves, "FOR_OUT_OF_CHARGE", "QUERY") == timedelta()
    assert dwell.spent(CourierBillOfEntry, [], "ASSESSMENT", "QUERY") == timedelta()


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
