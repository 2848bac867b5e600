"""Whether a courier may file at a station on a day, and every reason why not."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.directory.registration import Stage
from accounts.models import AuthorisedCourier
from eccs.workflow import Refused, take
from tests.every_step.directory import bond, day, order
from tests.factories.directory import importer
from tests.factories.firms import actor, person, registration

pytestmark = pytest.mark.django_db
JC = "JOINT_COMMISSIONER"
SURRENDER = {"applied_on": day(), "order_number": "S/1", "order_date": day(), "dues_paid": True, "no_proceedings": True}


def reasons(courier: AuthorisedCourier, station: str = "BLR", on: Any = None) -> str:
    """Why not, as a filing says it; the registration is read afresh."""
    return " ".join(AuthorisedCourier.objects.get(pk=courier.pk).why_not_at(station, on or day()))


def test_a_registered_courier_files_at_its_stations_by_one_query(django_assert_num_queries: Any) -> None:
    courier = registration(without="TRZ")
    with django_assert_num_queries(1):
        assert courier.why_not_at("BLR", day()) == []
    with django_assert_num_queries(1):
        assert courier.why_not_at("TRZ", day()) == [
            "Swift Consignments Private Limited is not registered at Tiruchirappalli (TRZ)."
        ]


def test_a_suspended_courier_is_told_since_when_and_by_which_order() -> None:
    courier = take(registration(), "suspend", actor(JC), **order())
    assert f"is suspended since {day():%d/%m/%Y}, order C.No. VIII/12/2026." in reasons(courier)
    restored = take(courier, "restore", actor(JC), **order())
    assert not reasons(restored)


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        (Stage.APPLIED, "is not granted yet"), (Stage.INACTIVE, "is inactive since"),
        (Stage.SURRENDERED, "was surrendered on"), (Stage.REVOKED, "was revoked on"), (Stage.REGISTERED, ""),
    ],
)  # fmt: skip
def test_every_stage_says_why(stage: str, words: str) -> None:
    assert words in reasons(registration(stage))
    assert bool(reasons(registration(stage, name="metro"))) == bool(words)


@pytest.mark.parametrize(("last", "ended"), [(-1, True), (0, False), (1, False)])
def test_a_registration_holds_through_its_last_day(last: int, ended: bool) -> None:
    told = reasons(registration(valid_until=day(last)))
    assert told == (
        f"The registration of Swift Consignments Private Limited ended on {day(-1):%d/%m/%Y}." if ended else ""
    )


@pytest.mark.parametrize(("on", "words"), [(0, ""), (1, "withdrawn, last day")])
def test_a_withdrawal_holds_from_the_day_after_the_last(on: int, words: str) -> None:
    courier = take(
        registration(), "withdraw_from_station", actor(JC), station="BLR", until=day(), reason="At its wish."
    )
    assert (words in reasons(courier, on=day(on))) if words else not reasons(courier, on=day(on))
    assert not reasons(courier, "DEL", day(on))


def test_a_station_counts_from_its_first_day_and_again_after_a_withdrawal() -> None:
    courier = registration(without="TRZ")
    courier = take(courier, "extend_to_station", actor(JC), since=day(3), **bond("TRZ"))
    assert f"is registered at Tiruchirappalli (TRZ) from {day(3):%d/%m/%Y} only" in reasons(courier, "TRZ")
    assert not reasons(courier, "TRZ", day(3))
    courier = take(courier, "withdraw_from_station", actor(JC), station="TRZ", until=day(5), reason="At its wish.")
    courier = take(courier, "extend_to_station", actor(JC), since=day(9), **bond("TRZ"))
    assert [bool(reasons(courier, "TRZ", day(n))) for n in (5, 6, 9)] == [False, True, False]


def test_all_reasons_are_told_together() -> None:
    courier = registration(Stage.SUSPENDED, valid_until=day(-1), without="TRZ")
    assert len(courier.why_not_at("TRZ", day())) == 3


@pytest.mark.parametrize(
    ("station", "amount", "enough"),
    [("DEL", 999_999, False), ("DEL", 1_000_000, True), ("TRZ", 499_999, False), ("TRZ", 500_000, True)],
)
def test_the_bond_is_ten_lakh_at_a_major_airport_and_five_elsewhere(station: str, amount: int, enough: bool) -> None:
    courier = registration(without=station)
    given = {**bond(station), "bond_amount": amount, "since": day()}
    if enough:
        take(courier, "extend_to_station", actor(JC), **given)
        assert not reasons(courier, station)
        return
    with pytest.raises(Refused, match="is for at least"):
        take(courier, "extend_to_station", actor(JC), **given)
    assert "not registered" in reasons(courier, station)


def test_one_number_for_all_stations_comes_from_the_pan_and_a_later_registration_has_the_next() -> None:
    first = registration(Stage.APPLIED, pan="AABCL1207Q")
    given = {"order_number": "REG/1", "registered_on": day()}
    assert take(first, "register", actor(JC), **given).number == "AABCL1207QAC01"
    gone = take(first, "accept_surrender", actor(JC), **SURRENDER)
    again = take(registration(Stage.APPLIED, pan="AABCL1207Q"), "register", actor(JC), **given)
    assert (gone.number, again.number) == ("AABCL1207QAC01", "AABCL1207QAC02")


@pytest.mark.parametrize("days", [44, 45])
def test_a_registration_is_revoked_after_notice_in_time(days: int) -> None:
    courier = registration()
    given = {**order(), "notice_date": day(-days)}
    if days < 45:
        with pytest.raises(Refused, match="less than 45 days after the notice"):
            take(courier, "revoke", actor(JC), **given)
    else:
        assert take(courier, "revoke", actor(JC), **given).stage == Stage.REVOKED


@pytest.mark.parametrize(
    ("step", "given", "words"),
    [
        ("accept_surrender", {**SURRENDER, "dues_paid": False}, "no proceedings are pending"),
        ("accept_surrender", {**SURRENDER, "no_proceedings": False}, "no proceedings are pending"),
        ("withdraw_from_station", {"station": "XXX", "until": day(), "reason": "Why"}, "does not operate"),
        ("end_signatory", {"signatory": "0", "until": day(), "reason": "Why"}, "no signatory"),
    ],
)
def test_answers_that_break_a_rule_are_refused_by_the_step_itself(step: str, given: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        take(registration(), step, actor(JC), **given)


def test_a_signatory_is_linked_to_a_user_of_the_own_firm_only() -> None:
    courier = registration()
    stranger = person("Zoya Kaul", firm=registration(name="metro"))
    given = {"full_name": "Zoya Kaul", "regulation": "13", "certificate": "F/1", "passed_on": day()}
    with pytest.raises(Refused, match="another firm"):
        take(courier, "enter_signatory", actor(JC), person=stranger.username, **given)


def test_a_suspended_importer_says_why() -> None:
    one = importer()
    assert one.why_not_on(day()) == ""
    assert "is suspended since" in take(one, "suspend", actor(JC), **order()).why_not_on(day())
