"""How far a back-test is, that it can be stopped, and what it says of the desks: before anybody puts a rule in force."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from eccs import dated_rules
from eccs.dated_rules import DatedRule
from eccs.workflow import Refused, take
from rms import backtest
from rms.models import BackTest, RiskDecision
from tests.factories import firms
from tests.factories.firms import actor
from tests.factories.rules import risk_rule
from tests.rms.test_decision import FACTS

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def officer(people: Callable[[str], User]) -> Client:
    """The browser of the Risk Officer."""
    client = Client()
    client.force_login(people("risk.blr"))
    return client


def kept(n: int, days_ago: int = 0, hawb: str = "", **given: Any) -> None:
    """So many past bills of a day, facilitated."""
    at = timezone.now() - timedelta(days=days_ago)
    told: dict[str, Any] = {"lane": "FACILITATED", "draw": Decimal("0.5"), "ruleset": "", "decided_at": at}
    RiskDecision.objects.bulk_create(
        RiskDecision(facts=FACTS.kept() | {"hawb": hawb or f"SWF{days_ago}-{place}"}, **told | given)
        for place in range(n)
    )


def waiting(days: int = 30, **said: Any) -> BackTest:
    """A test that was asked for."""
    condition = {"all": [{"fact": "hawb", "is": "STARTS_WITH", "value": "SWF0"}]}
    rule = risk_rule("DRAFT", condition=condition, **said)
    return BackTest.objects.create(rule=rule, version_no=2, days=days, asked_by=firms.person())


def test_the_page_shows_how_far_a_test_is_while_it_runs_and_reads_nothing_out_twice(
    officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each part of the facts moves the meter; decisions before the period are not counted."""
    for n, days_ago in ((3, 90), (2, 31), (4, 20), (1, 0)):
        kept(n, days_ago)
    test, seen = waiting(), list[tuple[int, str]]()
    address = f"/rms/rules/{test.rule.key}/test/"
    monkeypatch.setattr(backtest, "PART", 2)
    count = backtest._count

    def looked_at(*given: Any) -> None:
        page = officer.get(address, headers=HTMX)
        now = BackTest.objects.get(pk=test.pk)
        seen.append((now.percent, page.content.decode()))
        assert officer.get(f"{address}?seen={now.mark}", headers=HTMX).status_code == 204
        count(*given)

    monkeypatch.setattr(backtest, "_count", looked_at)
    before = officer.get(test.rule.get_absolute_url()).content.decode()
    assert "Waiting for a worker" in before and f'hx-get="{address}?seen=' in before and "Stop the test" in before
    assert backtest.run(test.pk) == "DONE"
    assert [percent for percent, _page in seen] == [0, 40, 80]
    assert all("every 1s" in page and "Stop the test" in page and "of 5" in page for _percent, page in seen)
    test = BackTest.objects.get(pk=test.pk)
    assert (test.percent, test.total, test.read, test.result["hits"]) == (100, 5, 5, 1)
    # It is over: the page is shown anew, with the steps that hang on the result; without a script the link leads there
    assert officer.get(address, headers=HTMX).headers["HX-Refresh"] == "true"
    assert officer.get(address).headers["Location"] == f"{test.rule.get_absolute_url()}#test"
    done = officer.get(test.rule.get_absolute_url()).content.decode()
    assert "every 1s" not in done and "It would have hit 1 bills, 20.00 percent." in done


def test_a_test_that_runs_is_stopped_at_its_next_part_and_another_begins(
    officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(5)
    test = waiting()
    address, count = f"/rms/rules/{test.rule.key}/test/", backtest._count
    monkeypatch.setattr(backtest, "PART", 2)

    def stopped(*given: Any) -> None:
        officer.post(f"{address}cancel/")
        page = officer.get(address, headers=HTMX).content.decode()
        assert "The test is being stopped." in page and "Stop the test" not in page
        count(*given)

    monkeypatch.setattr(backtest, "_count", stopped)
    assert backtest.run(test.pk) == "CANCELLED"
    test = BackTest.objects.get(pk=test.pk)
    assert (test.gone, test.result) == (2, {})
    page = officer.get(test.rule.get_absolute_url()).content.decode()
    assert "Cancelled" in page and "every 1s" not in page
    officer.post(f"{address}start/", {"days": "30"})
    assert test.rule.back_tests.filter(state="WAITING").count() == 1


def test_nobody_else_reads_how_far_a_test_is(people: Callable[[str], User]) -> None:
    test = waiting()
    for username, status in (("risk.del", 404), ("courier.swift", 403), ("ao.blr", 403)):
        client = Client()
        client.force_login(people(username))
        assert client.get(f"/rms/rules/{test.rule.key}/test/", headers=HTMX).status_code == status


def test_a_rule_that_brings_more_than_a_desk_can_take_is_proposed_only_where_the_officer_says_so(
    officer: Client,
) -> None:
    """What is prescribed already counts: two of the ten a day were examined, and two more are one too many."""
    DatedRule.objects.filter(name="risk_examinations_a_day").update(value="3")
    DatedRule.objects.filter(name="risk_rule_hits_most_percent").update(value="90")
    dated_rules.forget()
    kept(2, 1, reasons=[{"rule": "N-0099", "outcome": "EXAMINATION"}], lane="EXAMINATION")
    kept(6, 1)
    kept(2, 1, hawb="SWF0")
    test = waiting(outcome="BOTH")
    assert backtest.run(test.pk) == "DONE"
    loads = backtest.loads_of(BackTest.objects.get(pk=test.pk))
    assert [(one.examines, one.before, one.more, one.after, one.is_too_much) for one in loads] == [
        (False, 0, 2.0, 2.0, False),
        (True, 2.0, 2.0, 4.0, True),
    ]
    page = officer.get(test.rule.get_absolute_url()).content.decode()
    assert page.count("beyond capacity") == 1
    with pytest.raises(Refused, match=r"BLR would have 4\.0 bills a day to examine, and can take 3"):
        take(test.rule, "propose", actor("RISK_OFFICER"))
    DatedRule.objects.filter(name="risk_examinations_a_day").update(value="4")
    dated_rules.forget()
    assert take(test.rule, "propose", actor("RISK_OFFICER")).stage == "PROPOSED"
