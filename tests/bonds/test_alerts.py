"""Firms are told before a bond or a bank guarantee expires: each alert once, whatever beat missed (PN17 13.3)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from bonds import alerts, register
from bonds.clearance import Stage
from bonds.models import BankGuarantee, Bond, BondAlert, OutsideBond
from bonds.tasks import watch_bonds
from eccs.dated_rules import DatedRule
from eccs.models import Notice
from eccs.tasks import send_notices
from eccs.workflow import take
from tests.factories.bonds import bond
from tests.factories.firms import actor, courier
from tests.races.together import together

pytestmark = pytest.mark.django_db

START = datetime.fromisoformat("2026-11-20T00:25:00+05:30")


def told() -> list[str]:
    return list(Notice.objects.filter(subject__contains="BND_").order_by("pk").values_list("subject", flat=True))


def test_through_a_year_each_alert_comes_once_by_mail_and_on_the_desk(signed_in: Any) -> None:
    with time_machine.travel(START, tick=False) as clock:
        signed_in("signatory.swift")
        one = bond(left=200)
        BankGuarantee.objects.filter(bond=one).update(valid_until=timezone.localdate() + timedelta(days=90))
        days: list[tuple[str, int]] = []
        for day in range(366):
            clock.move_to(START + timedelta(days=day))
            for _beat in range(2):
                before = len(told())
                watch_bonds()
                days += [(subject, day) for subject in told()[before:]]
        send_notices()
    assert [day for subject, day in days if "guarantee" in subject] == [60, 75, 83, 89]
    assert [day for subject, day in days if "renew it" in subject] == [170, 185, 193, 199]
    assert [day for subject, day in days if "has expired" in subject] == [201]
    assert len(days) == 9
    letters = [message for message in mail.outbox if "BND_" in message.subject]
    sent = Counter(message.subject for message in letters if "signatory.swift@eccs.example" in message.to)
    assert len(sent) == 9 and set(sent.values()) == {1}
    assert Bond.objects.get(pk=one.pk).stage == Stage.EXPIRED
    steps = list(one.trail.order_by("seq").values_list("step", flat=True))
    assert steps == ["announce_expiry", "expire"]
    desk = signed_in.__wrapped__("signatory.swift").get("/").content.decode()
    assert "has expired" in desk and "Bond expired" in desk


def test_a_missed_beat_makes_up_for_all_with_one_message() -> None:
    one = bond(left=5)
    assert [watch_bonds()["told"], watch_bonds()["told"]] == [1, 0]
    rows = BondAlert.objects.filter(bond=one).order_by("-days")
    assert [(row.days, row.told_at is not None) for row in rows] == [(30, False), (15, False), (7, True)]
    assert "expires in 5 days" in told()[0]


@pytest.mark.parametrize(
    ("left", "count", "stage"), [(31, 0, "ACTIVE"), (30, 1, "EXPIRING"), (0, 1, "EXPIRING"), (-1, 0, "EXPIRED")]
)
def test_the_days_before_and_after(left: int, count: int, stage: str) -> None:
    one = bond(left=left)
    assert watch_bonds() == {"expired": int(left < 0), "told": count}
    assert Bond.objects.get(pk=one.pk).stage == stage


def test_the_days_are_dated_rules() -> None:
    DatedRule.objects.create(name="bond_first_alert_days", from_date=timezone.localdate(), value="45", source="Order 9")
    bond(left=45)
    assert watch_bonds()["told"] == 1


def test_a_firm_that_was_told_is_not_told_again_where_a_rule_puts_another_day_before() -> None:
    bond(left=28)
    assert watch_bonds()["told"] == 1
    DatedRule.objects.create(name="bond_first_alert_days", from_date=timezone.localdate(), value="45", source="Order 9")
    assert watch_bonds()["told"] == 0
    with time_machine.travel(timezone.now() + timedelta(days=13), tick=False):
        assert watch_bonds()["told"] == 1  # the second alert, 15 days before


@pytest.mark.parametrize("stage", [Stage.RENEWAL, Stage.RENEWAL_APPROVAL, Stage.RENEWAL_ENTERED])
def test_a_bond_that_ends_while_it_is_renewed_is_told_of_once_and_stays_in_the_list(stage: Stage) -> None:
    one = bond(stage, left=-1)
    assert [watch_bonds()["expired"], watch_bonds()["expired"]] == [1, 0]
    told_of = Notice.objects.get(subject=f"{one} has expired")
    assert (
        "nothing can be debited before it is registered" in told_of.body
        and told_of.audience == f"courier:{one.courier_id}"
    )
    assert list(register.ending(Bond.objects.all(), 30)) == [one]
    assert Bond.objects.get(pk=one.pk).stage == stage
    again = bond(stage, left=0)  # the last day itself
    assert watch_bonds()["expired"] == 0 and again in register.ending(Bond.objects.all(), 0)
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        assert watch_bonds()["expired"] == 1


def test_a_renewed_bond_is_announced_anew_and_a_released_one_never() -> None:
    one = bond(left=10)
    bond("RELEASED", left=10)
    assert watch_bonds()["told"] == 1
    until = timezone.localdate() + timedelta(days=15)
    renewal: dict[str, Any] = {"valid_until": until.isoformat(), "amount": "100000"}
    for name, role, given in (
        ("request_renewal", "COURIER_SIGNATORY", {**renewal, "reason": "Needed."}),
        ("enter_renewal", "BOND_MAKER", renewal),
        ("register_renewal", "BOND_CHECKER", {}),
    ):
        one = take(one, name, actor(role, name=f"Officer {role[-5:]}"), **given)
    assert one.stage == Stage.EXPIRING
    assert watch_bonds()["told"] == 1
    assert set(BondAlert.objects.filter(ends_on=until).values_list("days", flat=True)) == {30, 15}


def test_13_3_a_bond_executed_elsewhere_is_told_of_while_it_secures_something() -> None:
    today, swift = timezone.localdate(), courier("swift")
    outside = OutsideBond.objects.create(
        number="B-118", station_id="BLR", courier=swift, amount=8000, executed_on=today, valid_until=today + timedelta(days=20),
        secured=5000, recorded_at=timezone.now(), recorded_by_name="Asha Rao",
    )  # fmt: skip
    outside.uses.create(
        key="one", amount=5000, station_id="BLR", slug="bills/imports", document="CBE-XIII_1", at=timezone.now(), by_name="Asha Rao"
    )  # fmt: skip
    found = Notice.objects.filter(subject__contains="B-118").order_by("pk")
    assert (watch_bonds()["told"], watch_bonds()["told"]) == (1, 0)
    first = found.get()
    assert (first.audience, first.body) == (f"courier:{swift.pk}", "CBE-XIII_1")
    assert first.subject.endswith("5,000, ends in 20 days, on " + f"{today + timedelta(days=20):%d/%m/%Y}: renew it")
    OutsideBond.objects.update(valid_until=today + timedelta(days=1))
    assert watch_bonds()["told"] == 1  # another last day is told anew, once for all that are due
    assert found.count() == 2 and outside.alerts.filter(told_at=None).count() == 3
    OutsideBond.objects.update(valid_until=today, secured=0)
    assert watch_bonds()["told"] == 0  # nobody is concerned any more


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_beats_at_once_tell_it_once() -> None:
    bond(left=10)
    found = together(*[partial(alerts.alert, timezone.localdate())] * 4)
    assert sorted(found) == [0, 0, 0, 1]
    assert len(told()) == 1
