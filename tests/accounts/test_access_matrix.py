"""Every activity, by every standard role: at the own station and another, of the own firm and another, signed out,
suspended, and after the last day. What is allowed is what the declarations say, and nothing else has any effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.advisories import Advisory
from accounts.models import Importer, Posting, User
from accounts.permissions import Actor
from accounts.roles import Group, Role
from bills.models import CourierBillOfEntry
from eccs import errors, pages
from eccs.activities import activities
from eccs.workflow import Document, Refused, take, why_not
from tests.every_step import declared as d
from tests.every_step.test_every_step import as_stored, named
from tests.factories import firms
from tests.walk import addresses

pytestmark = pytest.mark.django_db

DESKS: dict[tuple[type[Document], str], tuple[Role, ...]] = {
    (CourierBillOfEntry, "lift_detention"): (Role.ASSESSING_OFFICER,),  # of those who may, the one who detained
    (CourierBillOfEntry, "refer_detained_goods"): (Role.ASSESSING_OFFICER,),
}
ROLES = [role for role in Role if role != Role.SYSTEM]


@pytest.fixture(autouse=True)
def files_apart(settings: LazySettings, tmp_path: Path) -> None:
    """Files that a document brings go where the test's files go."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def bare_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands are refused here, and told so by the status; what the page of a refusal says, the walks read."""
    monkeypatch.setattr(errors, "render", lambda _request, _template, status: HttpResponse(status=status))


@dataclass(frozen=True, eq=False)
class Who:
    """Somebody in one role: of the firm and station of the documents, or of others."""

    role: Role
    own: bool
    user: User

    @cached_property
    def client(self) -> Client:
        """The person's browser, signed in when it is first needed."""
        client = Client(raise_request_exception=False)
        client.force_login(self.user)
        return client

    @property
    def actor(self) -> Actor:
        """The person as the engine knows them."""
        return Actor.of(self.user)


def everybody(*, own: bool, **given: Any) -> list[Who]:
    """One person for each standard role."""
    station, firm = ("BLR", "swift") if own else ("DEL", "metro")
    importer, _new = Importer.objects.get_or_create(
        iec=addresses.IMPORTER_IEC if own else "AAFCM2292Q", defaults={"name": "Kaveri Instruments"}
    )
    found = []
    for role in ROLES:
        trade = role.group in (Group.COURIER, Group.IMPORTER)
        user = User(username=f"{role.lower()}.{own}".lower(), full_name=f"{role.label} {own}", **given)
        user.courier = firms.courier(firm) if role.group is Group.COURIER else None
        user.importer = importer if role.group is Group.IMPORTER else None
        user.set_unusable_password()
        user.save()
        Posting.objects.create(
            user=user, role=role, station_id=None if trade or role.group is Group.SYSTEM else station
        )
        found.append(Who(role, own, user))
    return found


def signed_in(people: list[Who]) -> list[Who]:
    """The same people, signed in now: what is rolled back later leaves their sessions whole."""
    assert all(who.client.session for who in people)
    return people


def allowed(who: Who, model: type[Document], roles: tuple[str, ...]) -> bool:
    """What the declarations say of a document of Swift at Bengaluru: the role, and the own firm or station."""
    if model is Advisory:  # a national one
        return who.role is Role.SYSTEM_ADMIN
    if who.role in roles and model in d.NATIONAL:
        return True
    if who.role not in roles or not who.own:
        return False
    if model is User:  # an officer: in the circle of the Port Admin and of the Group Admin of Customs
        return who.role in (Role.PORT_ADMIN, Role.CUSTOMS_ADMIN)
    return who.role.group is not Group.IMPORTER  # a courier's document is no importer's


def cases(model: type[Document]) -> Iterator[tuple[Any, str, Any]]:
    """Each stage with its steps, and for each a document on which it could be taken: one for all that want nothing more."""
    for stage in model.stage_order():
        with transaction.atomic():
            sid = transaction.savepoint()
            steps = [step for step in model.steps().values() if stage in step.sources]
            plain = [step for step in steps if not d.wants_more(model, step)]
            one = d.at_stage(model, stage) if plain else None
            for step in plain:
                yield step, stage, one
            transaction.savepoint_rollback(sid)
            for step in steps:
                if step not in plain:
                    yield step, stage, d.ready(model, step, stage)
                    transaction.savepoint_rollback(sid)


@pytest.mark.parametrize("model", d.MODELS, ids=named)
def test_the_engine_lets_those_take_a_step_whom_the_declarations_name(model: type[Document]) -> None:
    people = [*everybody(own=True), *everybody(own=False)]
    actors = [(who, who.actor) for who in people]
    Posting.objects.filter(user=people[0].user).update(until=timezone.localdate() - timedelta(days=1))
    nobody = people[0].actor
    met: set[str] = (
        set()
    )  # at the first of its stages everybody tries the step; at each, all whom the gate would let pass
    for step, stage, one in cases(model):
        before, given = as_stored(one), d.answers(model, step, one)
        took = set()
        trying = [(who, actor) for who, actor in actors if step.name not in met or not why_not(one, step, actor)]
        met.add(step.name)
        for who, actor in trying:
            sid = transaction.savepoint()
            try:
                take(one, step.name, actor, **given)
            except Refused:
                transaction.savepoint_commit(sid)
            else:
                took.add((who.role, who.own))
                transaction.savepoint_rollback(sid)
        desks = DESKS.get((model, step.name), step.roles_at(stage))
        wanted = {(who.role, who.own) for who in people if allowed(who, model, desks)}
        assert took == wanted, (step.name, stage)
        with pytest.raises(Refused):
            take(one, step.name, nobody, **given)
        assert as_stored(one) == before, (step.name, stage)


def offered(answer: Any) -> set[str]:
    """The steps that a document's page shows as the reader's, possible now or not."""
    if answer.status_code != 200:
        return set()
    shown = ("buttons", "not_possible", "anytime")
    return {button["step"].name for name in shown for button in answer.context.get(name, ())}


@pytest.mark.parametrize("model", d.MODELS, ids=named)
def test_pages_offer_and_addresses_take_what_the_declarations_say(model: type[Document]) -> None:
    own, foreign = signed_in(everybody(own=True)), signed_in(everybody(own=False))
    tried: set[str] = (
        set()
    )  # each step's address is tried by all at the first of its stages; its button is looked for at each
    for stage in model.open_stages():
        steps = [step for step in model.steps().values() if stage in step.sources]
        first_met = [step for step in steps if step.name not in tried]
        tried.update(step.name for step in first_met)
        with transaction.atomic():
            sid = transaction.savepoint()
            one = d.ready(model, steps[0], stage)
            before = as_stored(one)
            for n, who in enumerate((*own, *foreign)):
                concerned = any(who.role in step.roles for step in steps)
                if not concerned and not (who.own and (n + len(tried)) % 3 == 0):  # of the others a third looks
                    continue
                wanted = {step.name for step in steps if allowed(who, model, step.roles_at(stage))}
                assert offered(who.client.get(one.get_absolute_url())) == wanted, (who, stage)
                for step in first_met:
                    if step.name not in wanted:
                        answer = who.client.post(one.step_url(step.name), {"confirm": "yes"})
                        back = answer.get("Location") == one.get_absolute_url()  # told there that it was not done
                        assert back or answer.status_code in (403, 404, 409, 422), (who, step.name, answer.status_code)
            _shut_out(own, one, first_met)
            assert as_stored(one) == before, stage
            transaction.savepoint_rollback(sid)


def _shut_out(people: list[Who], one: Any, steps: list[Any]) -> None:
    """Signed out, suspended, and after the last day: for nobody does any step do anything."""
    sid = transaction.savepoint()
    stranger, today = Client(), timezone.localdate()
    users = User.objects.filter(pk__in=[who.user.pk for who in people])
    tried = [(who, step) for who in people for step in steps if who.role in step.roles]
    Posting.objects.filter(user__in=users).update(until=today - timedelta(days=1))
    for who, step in tried:
        assert who.client.post(one.step_url(step.name), {"confirm": "yes"}).status_code == 404
    users.update(is_active=False, stage="SUSPENDED")
    for who, step in tried:
        for client in (who.client, stranger):
            answer = client.post(one.step_url(step.name), {"confirm": "yes"})
            assert answer["Location"].startswith("/sign-in/"), (who, step.name)
    transaction.savepoint_rollback(sid)


def status(client: Client, address: str) -> int:
    """What the address answers to a page asked for, or to an empty form where it takes nothing else."""
    asked = client.get(address).status_code
    return client.post(address).status_code if asked == 405 else asked


def _opens(who: Who, address: str) -> bool:
    """Whether the address shows this person anything."""
    return status(who.client, address) not in (403, 404)


def test_pages_open_to_those_they_are_declared_for() -> None:
    world = addresses.build()
    own, foreign = everybody(own=True), everybody(own=False)
    wrong = []
    for page in pages.declared():
        shared = world.shared.get(page.url_name)
        found = shared or world.addresses[page.url_name]
        wanted = [
            who
            for who in (*own, *foreign)
            if who.role in page.roles and (bool(shared) or who.own or who.role.group is Group.SYSTEM)
        ]
        doors = {who: next((a for a in found[:6] if _opens(who, a)), "") for who in wanted}
        wrong += [(page.url_name, who.role, who.own, "shut") for who, door in doors.items() if not door]
        for who in (*own, *(other for other in foreign if other.role in page.roles)):
            if who not in doors and any(_opens(who, door) for door in set(doors.values())):
                wrong.append((page.url_name, who.role, who.own, "open"))
    assert not wrong
    users = User.objects.filter(pk__in=[who.user.pk for who in own])
    Posting.objects.filter(user__in=users).update(until=timezone.localdate() - timedelta(days=1))
    declared = [
        (page, (world.shared.get(page.url_name) or world.addresses[page.url_name])[0]) for page in pages.declared()
    ]
    for who in own:
        for page, address in declared:
            if who.role in page.roles:
                assert status(who.client, address) in (403, 404), (page.url_name, who.role)
    users.update(is_active=False, stage="SUSPENDED")
    for who in own:
        for page, address in declared:
            if who.role in page.roles:
                assert who.client.get(address)["Location"].startswith("/sign-in/"), (page.url_name, who.role)


def test_every_activity_is_a_step_or_a_page_that_is_walked_here() -> None:
    steps = {code for model in d.MODELS for step in model.steps().values() for code in step.activities}
    assert set(activities()) == steps | {page.activity for page in pages.declared()}
