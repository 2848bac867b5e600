"""The weightiest acts ask for the password again where it was not typed just now, and take nothing of the form meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.access import PersonTrail, StationRole, StationRoleTrail
from accounts.models import User
from eccs.dated_rules import RULES, DatedRule, rule_book
from eccs.rule_views import NextRowForm
from tests.accounts.conftest import WHY, member
from tests.factories import people

pytestmark = pytest.mark.django_db

STEPS = ("give_role", "change_details", "send_password_link", "reset_second_factor")


def client_of(username: str) -> Client:
    """A browser in which the password was typed long ago."""
    client = Client()
    client.force_login(member(username))
    return client


def asks(answer: Any) -> bool:
    """Whether the answer leads to the page of the password."""
    return bool(answer.status_code == 302 and answer["Location"].startswith("/password/confirm/?next="))


def posted_step(step: str) -> Any:
    """A step on an officer."""
    fields = {f"{step}-{n}": v for n, v in {"reason": WHY, "full_name": "X Y", "email": "x@eccs.example"}.items()}
    return client_of("customsadmin.blr").post(people.officer().step_url(step), {**fields, "confirm": "yes"})


def posted_role(step: str, stage: str) -> Any:
    """A step on a role of the station."""
    role = people.station_role(stage)
    return client_of("portadmin.blr").post(role.step_url(step), {f"{step}-reason": WHY, "confirm": "yes"})


def rule_added() -> Any:
    """A row of a rule, confirmed."""
    day = timezone.localdate() + timedelta(days=9)
    given = {"value": "30", "from_date": f"{day:%d/%m/%Y}", "source": "Order 9 of 2026", "confirm": "yes"}
    return client_of("sysadmin").post("/rules/target_minutes/add/", given)


def rule_withdrawn() -> Any:
    """A row to come, taken back."""
    day = timezone.localdate() + timedelta(days=9)
    row = DatedRule.objects.create(name="target_minutes", from_date=day, value="31", source="Order 9 of 2026")
    return client_of("sysadmin").post(f"/rules/target_minutes/{row.pk}/withdraw/", {"why": WHY})


ACTS: dict[str, Callable[[], Any]] = {
    **{step: partial(posted_step, step) for step in STEPS},
    "change": lambda: posted_role("change", "OPEN"),
    "withdraw": lambda: posted_role("withdraw", "OPEN"),
    "reopen": lambda: posted_role("reopen", "WITHDRAWN"),
    "open roles": lambda: client_of("portadmin.blr").post("/roles/open/", {"all": "1", "reason": WHY}),
    "compose": lambda: client_of("portadmin.blr").post("/roles/new/customs/", {"name": "Late desk", "reason": WHY}),
    "rule-add": rule_added,
    "rule-withdraw": rule_withdrawn,
}


@pytest.mark.parametrize("act", ACTS)
def test_each_asks_for_the_password_again_and_does_nothing_yet(act: str) -> None:
    assert asks(ACTS[act]())
    assert not PersonTrail.objects.exists() and not StationRoleTrail.objects.exists()
    assert not StationRole.objects.filter(name="Late desk").exists()
    assert not DatedRule.objects.filter(name="target_minutes", value="30").exists()
    assert DatedRule.objects.filter(value="31").exists() is (act == "rule-withdraw")


# ── what no rule may be set to ───────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("password_length", 8, 32), ("password_length_privileged", 8, 32), ("password_classes", 1, 4),
        ("passwords_not_reused", 1, 24), ("password_warned_from_day", 1, 730), ("password_expires_on_day", 7, 730),
        ("failures_before_lock", 3, 50), ("lock_first_seconds", 1, 3600),
    ],
)  # fmt: skip
def test_no_rule_of_passwords_shuts_everybody_out(name: str, least: int, most: int) -> None:
    today = timezone.localdate()

    def row(value: int) -> DatedRule:
        return DatedRule(name=name, from_date=today, value=str(value), source="Order 9 of 2026")

    for value in (least, most):
        row(value).full_clean()
    for value, words in ((least - 1, f"must be {least} or more"), (most + 1, f"must be {most} or less")):
        with pytest.raises(ValidationError, match=words):
            row(value).full_clean()
        given = {"value": str(value), "from_date": f"{today:%d/%m/%Y}", "source": "Order 9 of 2026"}
        form = NextRowForm(given, name=name)
        assert not form.is_valid() and words in str(form.errors["value"])
        assert str(form.fields["value"].help_text) == f"From {least} to {most}" == RULES[name].limits()
    row(0).save()  # as it may stand in a database from before there were limits
    assert rule_book().count(name, today) == least


def test_a_row_that_expires_every_password_at_once_does_not_lock_out() -> None:
    from accounts import passwords

    DatedRule.objects.create(
        name="password_expires_on_day", from_date=timezone.localdate(), value="0", source="Order 9"
    )
    assert not passwords.has_expired(User(password_set_at=timezone.now()))
