"""Which version of a rule decides on which day (PN17 6.1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from eccs.workflow import take
from rms.deciding import ruleset_at
from rms.models import RiskRule
from rms.writing import write_version
from tests.factories.firms import actor
from tests.factories.rules import risk_rule

pytestmark = pytest.mark.django_db


def deciding(rule: RiskRule, on: date) -> list[int]:
    """The versions of the rule that decide at Bengaluru on a day."""
    return [one.version for one in ruleset_at("BLR", on).criteria if one.code == rule.key]


def revised(rule: RiskRule, first: date, last: date | None = None) -> RiskRule:
    """The rule, with a new version that another person put in force."""
    content = {"condition": {}, "outcome": "BOTH", "from_date": first, "to_date": last, "why": "Alert 5/2026."}
    write_version(RiskRule.objects.get(pk=rule.pk), actor("RISK_OFFICER"), rule.title, content)
    take(rule, "propose_version", actor("RISK_OFFICER"), despite=True)
    done: RiskRule = take(
        RiskRule.objects.get(pk=rule.pk), "activate_version", actor("RISK_APPROVER", name="Farid Khan")
    )
    return done


def test_a_version_decides_from_its_first_day_and_until_then_the_one_before(
    people: Callable[[str], User],
) -> None:
    today = timezone.localdate()
    tomorrow, week = today + timedelta(days=1), today + timedelta(days=7)
    rule = revised(risk_rule(), tomorrow)
    assert [deciding(rule, day) for day in (today, tomorrow, week)] == [[1], [3], [3]]
    client = Client()
    client.force_login(people("risk.blr"))
    page = client.get(rule.get_absolute_url()).content.decode()
    assert page.count("to come") == 1 and "Version 3, in force from" in page
    # One that never begins is replaced before it does: the first still decides until the last begins
    rule = revised(rule, week)
    assert [deciding(rule, day) for day in (today, tomorrow, week)] == [[1], [1], [4]]
    # Suspended, it decides at no time; active again it stands where it stood
    rule = take(rule, "suspend", actor("RISK_OFFICER"), remarks="Too many.")
    assert [deciding(rule, day) for day in (today, week)] == [[], []]
    rule = take(rule, "resume", actor("RISK_APPROVER", name="Farid Khan"))
    assert [deciding(rule, day) for day in (today, week)] == [[1], [4]]
    # One that begins today ends the waiting
    rule = revised(rule, today)
    assert [deciding(rule, day) for day in (today, tomorrow, week)] == [[5], [5], [5]]
    assert rule.before_no == 0


def test_a_rule_that_is_put_in_force_ahead_of_its_first_day_decides_nothing_until_then() -> None:
    today = timezone.localdate()
    rule = risk_rule("PROPOSED", from_date=today + timedelta(days=2), to_date=today + timedelta(days=3))
    rule = take(rule, "activate", actor("RISK_APPROVER", name="Farid Khan"))
    days = [today + timedelta(days=n) for n in range(5)]
    assert [deciding(rule, day) for day in days] == [[], [], [2], [2], []]
