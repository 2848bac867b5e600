"""The weightiest acts ask for the password again where it was not typed just now, and take nothing of the form meanwhile."""

from __future__ import annotations

import inspect
from datetime import timedelta
from inspect import getsource
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts.access import PersonTrail, StationRole, StationRoleTrail
from accounts.authenticators import Authenticator
from accounts.credentials import ExpiryExercise, RecoveryCode, SecondFactorRole
from accounts.models import Posting, User
from api.models import ApiKey
from eccs.dated_rules import RULES, DatedRule, rule_book
from eccs.rule_views import NextRowForm
from eccs.signing.models import Certificate
from eccs.workflow import Document, Step
from exports.models import ExcludedGoods
from payments.authorised import BankAuthorisation
from tests.accounts.conftest import WHY, member
from tests.every_step import declared as d
from tests.every_step.test_every_step import as_stored
from tests.factories import people
from tests.factories.api_keys import api_key, drop_folder, webhook
from tests.factories.requests import provisional_assessment
from tests.factories.shipping import excluded_goods
from tests.walk import addresses

pytestmark = pytest.mark.django_db

# Every step that is declared weighty, at the first of its stages and at the desk whose it is.
STEPS = [(model, step) for model in d.MODELS for step in model.steps().values() if step.weighty]


def client_of(username: str) -> Client:
    """A browser in which the password was typed long ago."""
    client = Client()
    client.force_login(member(username))
    return client


def asks(answer: Any) -> bool:
    """Whether the answer leads to the page of the password."""
    return bool(answer.status_code == 302 and answer["Location"].startswith("/password/confirm/?next="))


@pytest.mark.parametrize(("model", "step"), STEPS, ids=lambda one: getattr(one, "name", getattr(one, "__name__", "")))
def test_each_weighty_step_asks_for_the_password_again_and_is_not_taken(model: type[Document], step: Step) -> None:
    stage = step.sources[0]
    one, client = d.ready(model, step, stage), Client()
    role = "PORT_ADMIN" if "PORT_ADMIN" in step.roles else d.right_role(step, stage)
    user = people.officer(name="Zoya Khan", username="zoya")
    if not user.postings.filter(role=role, station="BLR").exists():
        people.posted(user, role, "BLR")
    client.force_login(user)
    given = {f"{step.name}-{name}": str(value) for name, value in d.answers(model, step, one).items()}
    before = as_stored(one)
    for answer in (
        client.get(one.step_url(step.name)),
        client.post(one.step_url(step.name), {**given, "confirm": "yes"}),
    ):
        assert asks(answer)
    assert as_stored(one) == before and not one.trail.exists()


def test_grants_releases_of_bonds_and_whatever_opens_an_account_are_weighty() -> None:
    assert {(model.__name__, step.name) for model, step in STEPS} >= {
        ("User", "give_role"), ("User", "change_details"), ("User", "send_password_link"), ("User", "reset_second_factor"),
        ("StationRole", "change"), ("StationRole", "withdraw"), ("StationRole", "reopen"),
        ("CourierBillOfEntry", "finalise"), ("ProvisionalAssessment", "finalise_assessment"),
        ("ProvisionalAssessment", "approve_final_assessment"),
        ("Bond", "permit_release"), ("Bond", "cancel"), ("RateFile", "approve"), ("RateFile", "revoke"),
        ("RiskRule", "activate"), ("RiskRule", "activate_version"), ("RiskRule", "resume"),
    }  # fmt: skip


# ── pages that do the like, each by an address of its own ────────────────────

REASON = {"reason": WHY}
PAGES: dict[str, tuple[str, tuple[Any, ...], dict[str, Any]]] = {
    "person-from-elsewhere": ("customsadmin.blr", (), {"username": "zoya", "give_role-role": "DCAC@BLR"}),
    "roles-open": ("portadmin.blr", (), {"all": "1", **REASON}),
    "role-new": ("portadmin.blr", ("customs",), {"name": "Late desk", **REASON}),
    "rule-add": ("sysadmin", ("target_minutes",), {"value": "30", "source": "Order 9 of 2026", "confirm": "yes"}),
    "rule-withdraw": ("sysadmin", ("target_minutes", 0), {"why": WHY}),
    "excluded-goods-new": (
        "sysadmin",
        (),
        {"item": "0301", "reason": "it is perishable", "from_date": "2099-01-01", "source": "Order 9"},
    ),
    "excluded-goods-end": ("sysadmin", (0,), {"to_date": "2099-01-01", "ending": "Order 9 of 2026"}),
    "second-factor-policy": ("sysadmin", (), {"roles": []}),
    "expiry-new": ("sysadmin", (), {"confirm": "yes"}),
    "expiry-cancel": ("sysadmin", (0,), {}),
    "second-factor": ("ao.blr", (), {"code": "123456"}),
    "recovery-codes": ("ao.blr", (), {}),
    "bank-authorise": (
        "sysadmin",
        (),
        {"station": "", "bank": "BANK", "from_date": "2099-01-01", "source": "Order 9 of 2026"},
    ),
    "bank-end": ("sysadmin", (0,), {}),
    "api-key-new": ("courieradmin.swift", (), {"name": "ERP", "scopes": ["read"]}),
    "api-key-accept": ("signatory.swift", (0,), {}),
    "api-key-revoke": ("courieradmin.swift", (0,), {}),
    "webhook-new": ("courieradmin.swift", (), {"address": "https://erp.swift.example/eccs"}),
    "webhook-end": ("courieradmin.swift", (0,), {}),
    "drop-folder-new": ("courieradmin.swift", (), {"program": "ERP", "public_key": "ssh-ed25519 AAAA"}),
    "drop-folder-end": ("courieradmin.swift", (0,), {}),
    "certificates": ("ao.blr", (), {}),
    "certificate-retire": ("ao.blr", (0,), {}),
    "refund-credit": ("dcac.blr", ("assessment", 0), {"settlement": "Order 9 of 2026"}),
}
"""By the name of the address: who, its arguments (0: the row made for it), and what is sent."""


def test_every_page_that_asks_for_the_password_again_is_listed_here() -> None:
    asking = {
        pattern.name for pattern in addresses._patterns(get_resolver())
        if "ask_password(" in getsource(inspect.unwrap(pattern.callback)) or "_may_enrol(" in getsource(inspect.unwrap(pattern.callback))
    }  # fmt: skip
    assert asking - {"step", "steps"} == set(PAGES)


def row_for(name: str) -> int:
    """What the address of an act names: a row of a rule that is to come, or an exercise."""
    day = timezone.localdate() + timedelta(days=9)
    if name == "rule-withdraw":
        rule = DatedRule.objects.create(name="target_minutes", from_date=day, value="31", source="Order 9 of 2026")
        return rule.pk
    if name.startswith("api-key-"):
        return api_key(member("signatory.swift")).pk
    if name == "excluded-goods-end":
        return excluded_goods("0301").pk
    if name == "webhook-end":
        return webhook(courier=member("courieradmin.swift").courier).pk
    if name == "drop-folder-end":
        return drop_folder(courier=member("courieradmin.swift").courier).pk
    if name == "refund-credit":
        return int(provisional_assessment("FINAL", refund=9, extra_duty=0).pk)
    if name == "bank-end":
        bank = BankAuthorisation.objects.create(station_id="DEL", bank="BANK", from_date=day, source="Order 9 of 2026")
        return bank.pk
    if name == "certificate-retire":
        certificate: Certificate = Certificate.objects.create(
            owner=member("ao.blr"), der=b"", fingerprint="0" * 64, name="Kavya", issuer="CN=Authority", serial="1",
            valid_from=timezone.now(), valid_until=timezone.now(),
        )  # fmt: skip
        return certificate.pk
    made: ExpiryExercise = ExpiryExercise.objects.create(
        begins_at=timezone.now() + timedelta(days=9), scope=ExpiryExercise.Scope.STATION, station_id="DEL",
        made_by=member("sysadmin"),
    )  # fmt: skip
    return made.pk


@pytest.mark.parametrize("name", PAGES)
def test_each_such_page_asks_for_the_password_again_and_does_nothing_yet(name: str) -> None:
    username, args, given = PAGES[name]
    people.officer(name="Zoya Khan", username="zoya", station="DEL")
    at = [row_for(name) if arg == 0 else arg for arg in args]
    client = client_of(username)
    if name == "recovery-codes":
        Authenticator.holding(member(username), "3f" * 20, name="authenticator", confirmed=True).save()
    tables = (
        Posting,
        PersonTrail,
        StationRole,
        StationRoleTrail,
        DatedRule,
        ExpiryExercise,
        SecondFactorRole,
        RecoveryCode,
        BankAuthorisation,
        ApiKey,
        Certificate,
        ExcludedGoods,
    )
    before = [list(table._default_manager.order_by("pk").values()) for table in tables]
    answer = client.post(reverse(name, args=at), given)
    assert asks(answer), (answer.status_code, answer.get("Location"))
    assert [list(table._default_manager.order_by("pk").values()) for table in tables] == before


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
