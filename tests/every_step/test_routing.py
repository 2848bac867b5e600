"""What happens next, as a table: the bill as it stands, and the desk it goes to."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from bills import routing
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from eccs.dated_rules import DatedRule
from eccs.workflow import take
from tests.factories.bills import bill
from tests.factories.firms import actor

pytestmark = pytest.mark.django_db

THEN = datetime(2026, 11, 19, 6, 18, tzinfo=UTC)
LIMIT = Decimal("100000.00")


def standing(**given: Any) -> CourierBillOfEntry:
    """A filed bill of 31 rupees duty, nothing paid, nothing arrived."""
    fields: dict[str, Any] = {
        "station_id": "BLR", "presented_on": date(2026, 11, 19), "assessable_value": Decimal(100),
        "total_duty": Decimal(31), "stage": Stage.ASSESSMENT,
    }  # fmt: skip
    return CourierBillOfEntry(**fields | given)


PAID: dict[str, Any] = {"duty_paid": Decimal(31)}
FREE: dict[str, Any] = {"total_duty": Decimal(0)}
ARRIVED: dict[str, Any] = {"arrived_at": THEN}
CLEARED: dict[str, Any] = {**PAID, **ARRIVED, "xray_result": "CLEAR"}


@pytest.mark.parametrize(
    ("given", "stage"),
    [
        ({}, Stage.DUTY),
        (FREE, Stage.ARRIVAL),
        ({**FREE, **ARRIVED}, Stage.XRAY),
        ({"assessment_required": True}, Stage.ASSESSMENT),
        ({**FREE, "assessment_required": True}, Stage.ASSESSMENT),
        ({"examination_prescribed": True}, Stage.DUTY),
        ({"documents_complete": False}, Stage.DOCUMENTS),
        ({"documents_complete": False, "assessment_required": True}, Stage.DOCUMENTS),
    ],
)
def test_after_filing(given: dict[str, Any], stage: Stage) -> None:
    assert routing.after_filing(standing(**given)) == stage


@pytest.mark.parametrize(
    ("given", "stage"),
    [
        ({"assessable_value": LIMIT}, Stage.DUTY),
        ({"assessable_value": LIMIT + Decimal("0.01")}, Stage.APPROVAL),
        ({"assessable_value": LIMIT + Decimal("0.01"), **PAID}, Stage.APPROVAL),
        (PAID, Stage.ARRIVAL),
        ({**PAID, **ARRIVED}, Stage.XRAY),
        ({"duty_paid": Decimal(30), **ARRIVED}, Stage.DUTY),
    ],
)
def test_after_assessment(given: dict[str, Any], stage: Stage) -> None:
    assert routing.after_assessment(standing(**given)) == stage


@pytest.mark.parametrize(
    ("given", "stage"),
    [
        ({}, Stage.DUTY),
        (PAID, Stage.ARRIVAL),
        ({**PAID, **ARRIVED}, Stage.XRAY),
        ({"interest": Decimal(1), **PAID}, Stage.DUTY),
        ({"fine": Decimal(1), **PAID}, Stage.DUTY),
        ({"penalty": Decimal(1), **PAID}, Stage.DUTY),
    ],
)
def test_after_approval(given: dict[str, Any], stage: Stage) -> None:
    assert routing.after_approval(standing(**given)) == stage


@pytest.mark.parametrize(
    ("given", "stage"),
    [
        (PAID, Stage.ARRIVAL),
        ({**PAID, **ARRIVED}, Stage.XRAY),
        (CLEARED, Stage.FOR_OUT_OF_CHARGE),
        ({**CLEARED, "examination_prescribed": True}, Stage.EXAMINATION),
        ({**CLEARED, "examination_prescribed": True, "examined_at": THEN}, Stage.FOR_OUT_OF_CHARGE),
        ({**CLEARED, "xray_result": "SUSPICIOUS"}, Stage.EXAMINATION),
        ({**PAID, "released_at": THEN}, Stage.FINALISED),
    ],
)
def test_after_payment(given: dict[str, Any], stage: Stage) -> None:
    assert routing.after_payment(standing(**given)) == stage


@pytest.mark.parametrize(
    ("given", "stage"),
    [
        ({"facilitated": True}, Stage.OUT_OF_CHARGE),
        ({"facilitated": False}, Stage.FOR_OUT_OF_CHARGE),
        ({"facilitated": True, "duty_paid": Decimal(30)}, Stage.FOR_OUT_OF_CHARGE),
        ({"facilitated": True, "arrived_at": None}, Stage.FOR_OUT_OF_CHARGE),
        ({"facilitated": True, "documents_complete": False}, Stage.FOR_OUT_OF_CHARGE),
        ({"facilitated": True, "unreckoned": "Item 1 is not in the tariff."}, Stage.FOR_OUT_OF_CHARGE),
        ({"facilitated": True, "fine": Decimal(1)}, Stage.FOR_OUT_OF_CHARGE),
        ({"facilitated": True, "holds": "AMENDMENT"}, Stage.FOR_OUT_OF_CHARGE),
        ({"facilitated": True, "holds": "CANCELLATION"}, Stage.FOR_OUT_OF_CHARGE),
        ({"facilitated": True, "examination_mandated": True}, Stage.EXAMINATION),
        ({"examination_prescribed": True}, Stage.EXAMINATION),
        ({"examination_prescribed": True, "examined_at": THEN}, Stage.FOR_OUT_OF_CHARGE),
        ({"facilitated": True, "presented_on": date(2018, 1, 1)}, Stage.FOR_OUT_OF_CHARGE),
    ],
)
def test_after_a_clear_xray(given: dict[str, Any], stage: Stage) -> None:
    assert routing.after_clear_xray(standing(**CLEARED | given)) == stage


@pytest.mark.parametrize(
    ("given", "stage"),
    [
        ({"stage": Stage.ASSESSMENT}, Stage.ASSESSMENT),
        ({"stage": Stage.DUTY}, Stage.DUTY),
        ({"stage": Stage.DUTY, **PAID}, Stage.ARRIVAL),
        ({"stage": Stage.DUTY, **PAID, **ARRIVED}, Stage.XRAY),
        ({"stage": Stage.ARRIVAL, **PAID}, Stage.ARRIVAL),
        ({"stage": Stage.ARRIVAL, "duty_paid": Decimal(30)}, Stage.DUTY),
        ({"stage": Stage.XRAY, "duty_paid": Decimal(30)}, Stage.DUTY),
        ({"stage": Stage.FOR_OUT_OF_CHARGE, "duty_paid": Decimal(30)}, Stage.DUTY),
        ({"stage": Stage.XRAY, "duty_paid": Decimal(40)}, Stage.XRAY),
    ],
)
def test_after_recomputing(given: dict[str, Any], stage: Stage) -> None:
    assert routing.after_recomputing(standing(**given)) == stage


@pytest.mark.parametrize(("given", "stage"), [({}, Stage.FIRST_CHECK_ARRIVAL), (ARRIVED, Stage.FIRST_CHECK)])
def test_after_a_first_check_was_ordered(given: dict[str, Any], stage: Stage) -> None:
    assert routing.after_first_check_ordered(standing(**given)) == stage


@pytest.mark.parametrize(
    ("found", "given", "stage"),
    [
        (Stage.ASSESSMENT, {}, Stage.ASSESSMENT),
        (Stage.QUERY, {}, Stage.QUERY),
        (Stage.DUTY, {}, Stage.DUTY),
        (Stage.DUTY, {**PAID, **ARRIVED}, Stage.XRAY),
        (Stage.ARRIVAL, {**PAID, **ARRIVED}, Stage.XRAY),
        (Stage.ARRIVAL, PAID, Stage.ARRIVAL),
        (Stage.FIRST_CHECK_ARRIVAL, ARRIVED, Stage.FIRST_CHECK),
        (Stage.FIRST_CHECK_ARRIVAL, {}, Stage.FIRST_CHECK_ARRIVAL),
        (Stage.XRAY, {**PAID, **ARRIVED}, Stage.XRAY),
        (Stage.XRAY, ARRIVED, Stage.DUTY),
        (Stage.DETAINED, {}, Stage.DETAINED),
        (Stage.FOR_OUT_OF_CHARGE, {**CLEARED, "examination_prescribed": True}, Stage.EXAMINATION),
        (
            Stage.FOR_OUT_OF_CHARGE,
            {**CLEARED, "examination_prescribed": True, "examined_at": THEN},
            Stage.FOR_OUT_OF_CHARGE,
        ),
    ],
)
def test_a_hold_ends_where_it_found_the_bill(found: Stage, given: dict[str, Any], stage: Stage) -> None:
    assert routing.after_clearing_stop(standing(stopped_from=found, **given)) == stage
    assert routing.after_lifting(standing(detained_from=found, **given)) == stage


@pytest.mark.parametrize("found", [Stage.QUERY, Stage.DETAINED, Stage.ADJUDICATION])
def test_a_stop_of_what_awaits_an_answer_or_an_order_ends_there(found: Stage) -> None:
    """Documents asked for meanwhile come after it: nothing stays open at another desk, and no order is lost."""
    assert routing.after_clearing_stop(standing(stopped_from=found, documents_complete=False)) == found
    assert routing.after_clearing_stop(standing(stopped_from=found, **PAID)) == found


@pytest.mark.parametrize(("complete", "stage"), [(True, Stage.ASSESSMENT), (False, Stage.DOCUMENTS)])
def test_after_an_amendment(complete: bool, stage: Stage) -> None:
    assert routing.after_amendment(standing(documents_complete=complete)) == stage


@pytest.mark.parametrize(
    ("given", "outcome", "stage"),
    [
        ({}, "CONFISCATE", Stage.CONFISCATED),
        ({}, "RELEASE", Stage.DUTY),
        (PAID, "RELEASE", Stage.ARRIVAL),
        ({**PAID, "fine": Decimal(500)}, "RELEASE", Stage.DUTY),
        (CLEARED, "RELEASE", Stage.FOR_OUT_OF_CHARGE),
        ({"documents_complete": False}, "RELEASE", Stage.DOCUMENTS),
    ],
)
def test_after_adjudication(given: dict[str, Any], outcome: str, stage: Stage) -> None:
    assert routing.after_adjudication(standing(**given), outcome=outcome) == stage


@pytest.mark.parametrize("stage", [Stage.ASSESSMENT, Stage.FOR_OUT_OF_CHARGE, Stage.ADJUDICATION])
def test_a_reply_goes_back_to_the_desk_that_asked(stage: Stage) -> None:
    assert routing.after_reply(standing(returns_to=stage)) == stage


def test_a_reply_does_not_lead_past_an_examination_prescribed_meanwhile() -> None:
    given = {**CLEARED, "examination_prescribed": True}
    assert routing.after_reply(standing(returns_to=Stage.FOR_OUT_OF_CHARGE, **given)) == Stage.EXAMINATION


def test_auto_out_of_charge_can_be_switched_off_at_a_station_from_a_day() -> None:
    DatedRule.objects.create(
        name="auto_out_of_charge", station_code="BLR", from_date=date(2026, 11, 1), value="off", source="Order 1/2026"
    )
    here, elsewhere = bill(Stage.XRAY, facilitated=True), bill(Stage.XRAY, facilitated=True, station="DEL")
    assert take(here, "clear_xray", actor("XRAY_OFFICER")).stage == Stage.FOR_OUT_OF_CHARGE
    assert take(elsewhere, "clear_xray", actor("XRAY_OFFICER", station="DEL")).stage == Stage.OUT_OF_CHARGE
