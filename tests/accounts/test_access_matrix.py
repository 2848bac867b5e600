"""Every activity and every address, by every standard role: at the own station and another, of the own firm and another,
for a courier's documents and an importer's, after the last day, with an expired password, suspended, and signed out.
What is allowed is what the declarations say, and nothing else has any effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.http import HttpResponse
from django.template.base import Template
from django.test import Client
from django.test.signals import template_rendered
from django.urls import resolve
from django.utils import timezone

from accounts.advisories import Advisory
from accounts.middleware import FOR_PASSWORD
from accounts.models import Custodian, Importer, Posting, User
from accounts.permissions import Actor
from accounts.roles import Group, Role
from bills.kinds import Kind
from bills.models import CourierBillOfEntry
from bills.stages import UNFILED
from counter.models import Visit
from eccs import errors, pages
from eccs.activities import activities
from eccs.workflow import Document, Refused, take, why_not
from exports.models import CourierShippingBill
from tests.accounts.everybody import Who, effects, everybody
from tests.every_step import declared as d
from tests.every_step.test_every_step import as_stored, named
from tests.walk import addresses

pytestmark = pytest.mark.django_db

DESKS: dict[tuple[type[Document], str], tuple[Role, ...]] = {
    (CourierBillOfEntry, "lift_detention"): (Role.ASSESSING_OFFICER,),  # of those who may, the one who detained
    (CourierBillOfEntry, "refer_detained_goods"): (Role.ASSESSING_OFFICER,),
    (CourierShippingBill, "lift_detention"): (Role.ASSESSING_OFFICER,),
    (CourierShippingBill, "refer_detained_goods"): (Role.ASSESSING_OFFICER,),
}
BY_CIRCLE = (User, Advisory)  # these say themselves whose they are: who may is seen by trying
DIRECTORY = (*d.NATIONAL, Custodian)  # read by officers of every station
OF_COURIERS = [(model, False) for model in d.MODELS]
OF_IMPORTERS = [(m, True) for m in d.MODELS if any(Role.IMPORTER in step.roles for step in m.steps().values())]
WORLDS = [*OF_COURIERS, *OF_IMPORTERS]
SHUT = (403, 404, 405)


def world_named(one: Any) -> str:
    """A kind of document, and whether an importer files it."""
    return ("of an importer" if one else "of a courier") if isinstance(one, bool) else str(named(one))


@pytest.fixture(autouse=True)
def files_apart(settings: LazySettings, tmp_path: Path) -> None:
    """Files that a document brings go where the test's files go."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def bare_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of answers are known by status and context; what their pages say, the walks read."""

    def unwritten(self: Template, context: Any) -> str:
        template_rendered.send(sender=self, template=self, context=context)
        return ""

    monkeypatch.setattr(Template, "render", unwritten)
    monkeypatch.setattr(errors, "render", lambda _request, _template, status: HttpResponse(status=status))


def whose(by_importer: bool, people: list[Who]) -> dict[str, Any]:
    """What makes a document the importer's, or a courier's: nothing."""
    if not by_importer:
        return {}
    own = next(who for who in people if who.role is Role.IMPORTER and who.own)
    return {"importer": Importer.objects.get(people=own.user_id)}


def allowed(who: Who, model: type[Document], roles: tuple[str, ...], *, by_importer: bool = False) -> bool:
    """What the declarations say of a document of Swift at Bengaluru, or of the importer: the role, the own firm and station."""
    if who.role not in roles:
        return False
    if who.role is Role.SERVICE_CENTRE and model is not Visit:
        return False  # for the customer who is served alone: see tests/counter
    if model is Advisory:  # a national one
        return who.role is Role.SYSTEM_ADMIN
    if model in d.NATIONAL:
        return True
    if model is User:  # an officer: in the circle of the Port Admin and of the Group Admin of Customs
        return who.own and who.role in (Role.PORT_ADMIN, Role.CUSTOMS_ADMIN)
    filed_by_importer = who.role.group is Group.IMPORTER and not by_importer  # a courier's document is no importer's
    return (
        who.own
        and not filed_by_importer
        and not (by_importer and who.role.group is Group.COURIER and _of_it_alone(model))
    )


def _of_it_alone(model: type[Document]) -> bool:
    """Whether what an importer has of this kind names no courier: a challan has one payer, a bond one obligor, a cash ledger one firm."""
    return model.__name__ in ("Challan", "Bond", "CashWithdrawal", "CargoTransferManifest", "TransferArrival")


def made(model: type[Document], step: Any, stage: str, **given: Any) -> Any:
    """A document for a step, of a courier or of the importer that is given."""
    if given:
        given |= {"courier_id": None} if _of_it_alone(model) else {"kind": Kind.XIV}
    return d.ready(model, step, stage, **given)


def cases(model: type[Document], **given: Any) -> Iterator[tuple[Any, str, Any]]:
    """Each stage with its steps, and for each a document on which it could be taken: one for all that want nothing more."""
    for stage in model.stage_order():
        with transaction.atomic():
            sid = transaction.savepoint()
            steps = [step for step in model.steps().values() if stage in step.sources]
            plain = [step for step in steps if not d.wants_more(model, step)]
            one = made(model, plain[0], stage, **given) if plain else None
            for step in plain:
                yield step, stage, one
            transaction.savepoint_rollback(sid)
            for step in steps:
                if step not in plain:
                    yield step, stage, made(model, step, stage, **given)
                    transaction.savepoint_rollback(sid)


def one_of_each_sort(people: list[Who], turn: int) -> list[Who]:
    """One of each sort of people, another one each time."""
    sorts: dict[Any, list[Who]] = {}
    for who in people:
        sorts.setdefault(who.sort, []).append(who)
    return [sort[turn % len(sort)] for sort in sorts.values()]


def _asking(people: list[Who], steps: list[Any], turn: int) -> list[Who]:
    """Everybody whom one of the steps concerns, and of the others one of each sort in three turns."""
    concerned = [who for who in people if any(who.role in step.roles for step in steps)]
    return concerned + one_of_each_sort([who for who in people if who not in concerned], turn)[turn % 3 :: 3]


@pytest.mark.parametrize(("model", "by_importer"), WORLDS, ids=world_named)
def test_the_engine_lets_those_take_a_step_whom_the_declarations_name(model: type[Document], by_importer: bool) -> None:
    """Everybody is asked at the gate of every step at each of its stages, and everybody tries whom it lets pass.

    At the first of its stages so do all in its roles at other stations and of other firms, and one of each sort of the rest.
    """
    people = everybody()
    actors = {who: who.actor for who in people}
    nobody = _after_the_last_day(people[1])
    met: set[str] = set()
    looked: set[str] = set()
    for turn, (step, stage, one) in enumerate(cases(model, **whose(by_importer, people))):
        before, given, written = as_stored(one), d.answers(model, step, one), effects()
        desks = DESKS.get((model, step.name), step.roles_at(stage))
        wanted = {who for who in people if allowed(who, model, desks, by_importer=by_importer)}
        let_by = set(people)
        if model not in BY_CIRCLE:
            named_at = {who for who in people if allowed(who, model, step.roles_at(stage), by_importer=by_importer)}
            let_by = {who for who, actor in actors.items() if not actor.why_not(step.activity_at(stage), one)}
            assert let_by == named_at, (step.name, stage)
        if stage not in looked and model not in (*BY_CIRCLE, *DIRECTORY):
            _unseen(one, {who: actor for who, actor in actors.items() if not who.own})
        looked.add(stage)
        if by_importer and stage in UNFILED:  # its draft is the importer's alone, who files it on a page of its own
            wanted = {who for who in wanted if who.role.group is not Group.COURIER and step.name != "file"}
        trying = [] if step.name in met else _asking(people, [step], turn)
        met.add(step.name)
        trying += [who for who in let_by if who not in trying and not why_not(one, step, actors[who])]
        assert {who for who in trying if _takes(one, step.name, actors[who], given)} == wanted, (step.name, stage)
        assert not _takes(one, step.name, nobody, given)
        assert as_stored(one) == before, (step.name, stage)
        if not wanted:
            assert effects() == written, (step.name, stage)


def _after_the_last_day(who: Who) -> Actor:
    """Somebody whose role ended yesterday; the others keep theirs."""
    with transaction.atomic():
        sid = transaction.savepoint()
        Posting.objects.filter(user=who.user_id).update(until=timezone.localdate() - timedelta(days=1))
        actor = who.actor
        transaction.savepoint_rollback(sid)
    return actor


def _takes(one: Any, step: str, actor: Actor, given: dict[str, Any]) -> bool:
    """Whether somebody can take the step, which is undone; of a refusal nothing is left that would have to be."""
    sid = transaction.savepoint()
    try:
        take(one, step, actor, **given)
    except Refused:
        transaction.savepoint_commit(sid)
        return False
    transaction.savepoint_rollback(sid)
    return True


def _unseen(one: Any, strangers: dict[Who, Actor]) -> None:
    """Nobody of another firm or station finds the document."""
    rows: Any = type(one)._default_manager
    found = [who for who, actor in strangers.items() if rows.visible_to(actor).filter(pk=one.pk).exists()]
    assert not found, (one, found)


def offered(answer: Any) -> set[str]:
    """The steps that a document's page shows as the reader's, possible now or not."""
    if answer.status_code != 200:
        return set()
    shown = ("buttons", "not_possible", "anytime")
    return {button["step"].name for name in shown for button in answer.context.get(name, ())}


@pytest.mark.parametrize(("model", "by_importer"), WORLDS, ids=world_named)
def test_pages_offer_and_addresses_take_what_the_declarations_say(model: type[Document], by_importer: bool) -> None:
    """Each step's address is tried at the first of its stages; its button is looked for at each."""
    people = everybody()
    tried: set[str] = set()
    for turn, stage in enumerate(model.open_stages()):
        steps = [step for step in model.steps().values() if stage in step.sources]
        concerning = [step for step in steps if Role.IMPORTER in step.roles or not by_importer]
        first_met = [step for step in concerning if step.name not in tried]
        if by_importer and not first_met:
            continue  # as a courier's
        tried.update(step.name for step in first_met)
        with transaction.atomic():
            sid = transaction.savepoint()
            one = made(model, steps[0], stage, **whose(by_importer, people))
            before, written = as_stored(one), effects()
            for who in _asking(people, concerning, turn):
                unseen = (
                    by_importer and stage in UNFILED and who.role.group is Group.COURIER
                )  # it is typed by the importer
                mine = [s for s in steps if allowed(who, model, s.roles_at(stage), by_importer=by_importer)]
                mine = [s for s in mine if not (s.anytime and why_not(one, s, who.actor))]  # shown while it is possible
                assert offered(who.ask(one.get_absolute_url())) == {s.name for s in mine if not unseen}, (who, stage)
            for n, step in enumerate(first_met):
                for who in _asking(people, [step], turn + n):
                    if not allowed(who, model, step.roles_at(stage), by_importer=by_importer):
                        answer = who.ask(one.step_url(step.name), {"confirm": "yes"})
                        back = answer.get("Location") == one.get_absolute_url()  # told there that it was not done
                        assert back or answer.status_code in (403, 404, 409, 422), (who, step.name, answer.status_code)
            assert effects() == written, stage
            if not by_importer:
                _shut_out([who for who in people if who.own], one, first_met)
            assert as_stored(one) == before, stage
            transaction.savepoint_rollback(sid)


def _shut_out(people: list[Who], one: Any, steps: list[Any]) -> None:
    """After the last day, with an expired password, suspended, and signed out: for nobody does any step do anything."""
    sid, stranger, before = transaction.savepoint(), Client(), as_stored(one)
    tried = [(who, one.step_url(step.name)) for step in steps for who in people if who.role == step.roles[-1]]
    for state, wanted in STATES:
        inner = transaction.savepoint()
        state(people)
        written = effects()
        for who, address in tried:
            assert wanted(who.ask(address, {"confirm": "yes"})), (who, address)
        assert effects() == written
        transaction.savepoint_rollback(inner)
    for _who, address in tried:
        assert stranger.post(address, {"confirm": "yes"})["Location"].startswith("/sign-in/"), address
    assert as_stored(one) == before
    transaction.savepoint_rollback(sid)


def _users(people: list[Who]) -> Any:
    return User.objects.filter(pk__in=[who.user_id for who in people])


def posting_ended(people: list[Who]) -> None:
    """The last day was yesterday."""
    Posting.objects.filter(user__in=_users(people)).update(until=timezone.localdate() - timedelta(days=1))


def password_expired(people: list[Who]) -> None:
    """The password was chosen a year ago."""
    _users(people).update(password_set_at=timezone.now() - timedelta(days=365))


def suspended(people: list[Who]) -> None:
    """An admin has suspended them."""
    _users(people).update(is_active=False, stage="SUSPENDED")


def led_to(address: str) -> Any:
    """Whether an answer leads to a page and does nothing else."""
    return lambda answer: answer.status_code == 302 and answer["Location"].startswith(address)


STATES = (
    (posting_ended, lambda answer: answer.status_code in SHUT),
    (password_expired, led_to("/password/?")),
    (suspended, led_to("/sign-in/")),
)


# ── every address ────────────────────────────────────────────────────────────


def status(client: Client, address: str) -> int:
    """What the address answers to a page asked for, or to an empty form where it takes nothing else."""
    asked = client.get(address).status_code
    return client.post(address).status_code if asked == 405 else asked


def _opens(who: Who, address: str) -> bool:
    """Whether the address shows this person anything, or takes a form; what that does is undone."""
    written, asked = effects(), who.ask(address).status_code
    assert effects() == written and asked < 500, (who, address)  # what is only asked for changes nothing
    if asked == 405:
        sid = transaction.savepoint()
        asked = who.ask(address, {}).status_code
        transaction.savepoint_rollback(sid)
    return asked not in (403, 404)


def test_pages_open_to_those_they_are_declared_for_and_addresses_to_nobody_elsewhere() -> None:
    """Whether a page is theirs, all are asked for every page; its address is asked for by some of each sort, others each time."""
    people, world = everybody(), addresses.build()
    actors = {who: who.actor for who in people}
    wrong: list[Any] = []
    for n, page in enumerate(pages.declared()):
        assert {who for who in people if actors[who].may(page.activity)} == {w for w in people if w.role in page.roles}
        shared = world.shared.get(page.url_name)
        found = (shared or world.addresses[page.url_name])[:6]
        theirs = [who for who in people if who.role in page.roles and (shared or who.own)]
        theirs = [*one_of_each_sort(theirs, n), *one_of_each_sort([who for who in theirs if who.own], n + 7)]
        doors = {who: next((a for a in found if _opens(who, a)), "") for who in theirs}
        wrong += [(page.url_name, who, "shut") for who, door in doors.items() if not door]
        others = [who for who in people if who.role not in page.roles or not (shared or who.own)]
        elsewhere = [who for who in others if who.role in page.roles]
        asked = [*one_of_each_sort(others, n)[n % 2 :: 2], *one_of_each_sort(elsewhere, n)]
        wrong += [(page.url_name, who, "open") for who in asked for door in set(doors.values()) if _opens(who, door)]
    written = effects()
    strangers = [who for who in people if not who.own]
    declared = {page.url_name for page in pages.declared()}
    for n, name in enumerate(name for name in world.addresses if name not in declared):
        found = world.addresses[name]
        for m, who in enumerate(one_of_each_sort(strangers, n)):
            address = found[(n + m) % len(found)]
            theirs_too = who.role is Role.SYSTEM_ADMIN and address in world.national
            if not theirs_too and _opens(who, address):
                wrong.append((address, who, "not theirs"))
        for who in one_of_each_sort([who for who in people if who.own], n):
            assert who.ask(found[n % len(found)]).status_code < 500, (who, found[n % len(found)])
    assert not wrong
    assert effects() == written


def test_an_expired_password_and_a_suspension_shut_every_address_and_the_last_day_every_declared_page() -> None:
    people, world = everybody(), addresses.build()
    own = [who for who in people if who.own]
    declared = {page.url_name: page for page in pages.declared()}
    found = {name: (world.shared.get(name) or world.addresses[name])[0] for name in (*world.shared, *world.addresses)}
    for state, wanted in STATES:
        sid = transaction.savepoint()
        state(own)
        assert state is not posting_ended or not any(who.actor.activities for who in own)
        written = effects()
        for n, (name, address) in enumerate(found.items()):
            if state is password_expired and name in FOR_PASSWORD:
                continue
            if state is posting_ended and name in world.shared and name not in declared:
                continue  # the own desk and account: without a role they hold nothing of anybody's
            whose_it_was = [who for who in own if name in declared and who.role in declared[name].roles]
            asked = [*whose_it_was[:1], own[n % len(own)]]
            for who in {*asked, *whose_it_was[-1:]} if state is posting_ended else asked[:1]:
                assert wanted(who.ask(address)), (state.__name__, name, who)
                draft = getattr(resolve(address.partition("?")[0]).func, "keeps_draft", False)
                assert wanted(who.ask(address, {})) or draft, (state.__name__, name, who)
                if draft and state is password_expired:  # what was typed into a draft is kept before
                    written = effects()
        assert effects() == written
        transaction.savepoint_rollback(sid)


def test_every_activity_is_a_step_or_a_page_that_is_walked_here() -> None:
    steps = {code for model in d.MODELS for step in model.steps().values() for code in step.activities}
    assert set(activities()) == steps | {page.activity for page in pages.declared()}
