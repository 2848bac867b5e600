"""Auto LEO as the circulars give it: a table written from them by hand, and every cell of it asked of the routing.

Circular 41/2020-Customs of 07.09.2020: a shipping bill that the RMS facilitated fully (no assessment, no examination) and that
X-ray cleared gets its Let Export Order from the system. Circular 19/2023-Customs of 02.08.2023 (Advisory 08/SYS/WZU/2023): so
does one that the RMS marked for assessment alone, once it is cleared under assessment and the officer mandated no examination.
"""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import pytest
from django.utils import timezone

from eccs.dated_rules import DatedRule
from eccs.workflow import take, take_many
from exports import routing
from exports.models import CourierShippingBill, LetExportOrder
from exports.stages import Stage
from rms.models import RiskDecision
from tests.factories.firms import actor
from tests.factories.shipping import shipping_bill

pytestmark = pytest.mark.django_db

BEFORE_41, FROM_41 = date(2020, 9, 6), date(2020, 9, 7)
BEFORE_19, FROM_19 = date(2023, 8, 1), date(2023, 8, 2)
DAYS = (BEFORE_41, FROM_41, BEFORE_19, FROM_19)
LANES = ("FACILITATED", "ASSESSMENT", "EXAMINATION", "BOTH", "PENDING")
XRAYS = ("CLEAR", "SUSPICIOUS", "")
HOLDS = ("", "STOP", "QUERY", "DETENTION", "CANCELLATION", "AMENDMENT", "FINE")

# By the lane of the RMS, and by the day of filing: does the system give the order, where X-ray is clear, the officer mandates
# no examination, nothing holds the bill and what was declared has not changed since the goods were registered?
GIVEN = {
    #                 06.09.2020      07.09.2020     01.08.2023       02.08.2023
    "FACILITATED": {BEFORE_41: False, FROM_41: True, BEFORE_19: True, FROM_19: True},
    "ASSESSMENT": {BEFORE_41: False, FROM_41: False, BEFORE_19: False, FROM_19: True},
    "EXAMINATION": {BEFORE_41: False, FROM_41: False, BEFORE_19: False, FROM_19: False},
    "BOTH": {BEFORE_41: False, FROM_41: False, BEFORE_19: False, FROM_19: False},
    "PENDING": {BEFORE_41: False, FROM_41: False, BEFORE_19: False, FROM_19: False},
}


def standing(
    lane: str, *, mandated: bool, xray: str, on: date, holds: str, assessed: bool, changed: bool
) -> CourierShippingBill:
    """A shipping bill as it stands when the X-ray officer has judged the picture."""
    now = timezone.now()
    return CourierShippingBill(
        station_id="BLR", stage=Stage.XRAY, presented_on=on, registered_at=now, risk_decision=RiskDecision(lane=lane),
        facilitated=lane == "FACILITATED", risk_pending=lane == "PENDING", assessment_required=lane in ("ASSESSMENT", "BOTH", "PENDING"),
        examination_prescribed=lane in ("EXAMINATION", "BOTH"), examination_mandated=mandated, xray_result=xray,
        assessed_at=now if assessed else None, holds=holds, reopened_at=now if changed else None,
    )  # fmt: skip


def wanted(lane: str, *, mandated: bool, xray: str, on: date, holds: str, assessed: bool, changed: bool) -> Stage:
    """What the table says, and around it: whatever is to be examined is examined, whatever is left is the LEO Officer's."""
    if lane in ("EXAMINATION", "BOTH") or mandated or xray == "SUSPICIOUS":
        return Stage.EXAMINATION
    cleared = lane != "ASSESSMENT" or assessed  # assessment alone: the officer has cleared it
    given = GIVEN[lane][on] and cleared and xray == "CLEAR" and not holds and not changed
    return Stage.LET_EXPORT if given else Stage.FOR_LET_EXPORT


@pytest.mark.parametrize("lane", LANES)
def test_every_cell_of_the_table(lane: str) -> None:
    cells = product((False, True), XRAYS, DAYS, HOLDS, (False, True), (False, True))
    for mandated, xray, on, holds, assessed, changed in cells:
        given: dict[str, Any] = {
            "mandated": mandated, "xray": xray, "on": on, "holds": holds, "assessed": assessed, "changed": changed,
        }  # fmt: skip
        assert routing.after_clear_xray(standing(lane, **given)) == wanted(lane, **given), (lane, given)


@pytest.mark.parametrize(
    ("given", "stage"),
    [
        ({}, Stage.LET_EXPORT),
        ({"lane": "ASSESSMENT", "assessed_at": timezone.now()}, Stage.LET_EXPORT),
        ({"lane": "EXAMINATION"}, Stage.EXAMINATION),
        ({"lane": "ASSESSMENT", "assessed_at": timezone.now(), "examination_mandated": True}, Stage.EXAMINATION),
        ({"holds": "CANCELLATION"}, Stage.FOR_LET_EXPORT),
        ({"presented_on": BEFORE_41}, Stage.FOR_LET_EXPORT),
    ],
)
def test_a_clear_xray_gives_the_order_or_leads_on(given: dict[str, Any], stage: Stage) -> None:
    done = take(shipping_bill(Stage.XRAY, **given), "clear_xray", actor("XRAY_OFFICER"))
    assert done.stage == stage
    order = getattr(CourierShippingBill.objects.get(pk=done.pk), "order", None)
    assert (order is not None) == (stage == Stage.LET_EXPORT)
    if order is not None:
        assert (order.automatic, order.by, order.number[:8]) == (True, None, "LEO_BLR_")


def test_a_stop_or_a_query_that_has_ended_leaves_auto_leo_open() -> None:
    one = take(shipping_bill(Stage.XRAY), "stop", actor("DCAC"), remarks="A tip.")
    one = take(one, "clear_stop", actor("DCAC"), remarks="Nothing in it.")
    assert take(one, "clear_xray", actor("XRAY_OFFICER")).stage == Stage.LET_EXPORT
    asked = shipping_bill(Stage.QUERY, lane="ASSESSMENT")
    answered = take(asked, "reply_to_query", actor("COURIER_SIGNATORY"), reply="Combed cotton.")
    assessed = take(answered, "assess", actor("ASSESSING_OFFICER"))
    assert take(assessed, "clear_xray", actor("XRAY_OFFICER")).stage == Stage.LET_EXPORT


def test_each_rule_can_be_switched_off_at_a_station_from_a_day() -> None:
    for rule in ("auto_leo_facilitated", "auto_leo_assessed"):
        DatedRule.objects.create(
            name=rule, station_code="BLR", from_date=date(2026, 11, 1), value="off", source="Order 1"
        )
    assessed: dict[str, Any] = {"lane": "ASSESSMENT", "assessed_at": timezone.now()}
    no_more: dict[str, Any] = {}
    for given in (no_more, assessed):
        here = take(shipping_bill(Stage.XRAY, **given), "clear_xray", actor("XRAY_OFFICER"))
        there = shipping_bill(Stage.XRAY, station="DEL", **given)
        assert here.stage == Stage.FOR_LET_EXPORT
        assert take(there, "clear_xray", actor("XRAY_OFFICER", station="DEL")).stage == Stage.LET_EXPORT


def test_many_pictures_are_cleared_in_as_many_statements_as_two(django_assert_max_num_queries: Any) -> None:
    bills = [shipping_bill(Stage.XRAY).pk for _n in range(25)]
    by = actor("XRAY_OFFICER")
    with django_assert_max_num_queries(23):
        done = take_many(CourierShippingBill, bills, "clear_xray", by)
    assert {bill.stage for bill in done.moved} == {Stage.LET_EXPORT}
    assert LetExportOrder.objects.filter(bill__in=bills, automatic=True).count() == 25
