"""Composed roles in the walk: what each opens is what it was composed of, in the engine, in menus and queues, on pages and at addresses.

Each activity of each group alone, and on the pages two roles that share all activities of Customs between them.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.models import Posting, User
from accounts.permissions import Actor, Customer, composed, of_group
from accounts.roles import GROUP_ADMINS, Group
from bills.models import CourierBillOfEntry
from eccs import pages
from eccs.workflow import Document, why_not
from tests.accounts.test_access_matrix import offered, status
from tests.factories import people
from tests.walk import addresses


class Everywhere:
    """A document of everybody's firm and station, so that the activity alone decides."""

    station_id, courier_id, importer_id, custodian_id = "BLR", 1, 1, 1


def holder(group: Group, *codes: str) -> Actor:
    """Somebody with one composed role at Bengaluru, of these activities; of a custodian, with a customer before the window."""
    who = Actor(
        1, "Tara Bose", courier_id=1, importer_id=1, custodian_id=1, postings=(composed(group, "Desk", "BLR", codes),)
    )
    return who.at_counter(Customer("Kaveri", "T-1", 1, "BLR", importer_id=1)) if group is Group.CUSTODIAN else who


def steps_of(model: type[Document], actor: Actor) -> set[tuple[str, str]]:
    """The steps of a kind of document that are the actor's, each with the stage."""
    every = [(step, stage) for step in model.steps().values() for stage in step.sources]
    return {(step.name, stage) for step, stage in every if actor.acts_as(step.activity_at(stage), Everywhere())}


@pytest.mark.parametrize("group", list(GROUP_ADMINS))
def test_each_activity_alone_opens_itself_and_nothing_else(group: Group) -> None:
    declared = {one.activity for one in pages.declared()}
    for code in of_group(group):
        actor = holder(group, code)
        assert actor.activities == {code}
        assert {one.activity for one in pages.declared() if actor.may(one.activity)} == {code} & declared
        assert {one.activity for area in pages.links(actor) for one in area} == {code} & {
            p.activity for p in pages.declared() if p.nav
        }
        taken, there = set(), set()
        for listing in pages.listings():
            steps, mine = listing.model.steps(), steps_of(listing.model, actor)
            there |= {step.activity_at(stage) for step in steps.values() for stage in step.sources}
            taken |= {steps[name].activity_at(stage) for name, stage in mine}
            stages = {stage for name, stage in mine if not steps[name].anytime}
            stages |= {stage for stage, done in listing.elsewhere.items() if done.activity == code}
            assert set(listing.waiting_at(actor)) == (stages if listing.queued else set()), (code, listing.slug)
        assert taken == {code} & there


@pytest.mark.django_db
def test_two_roles_that_share_all_of_customs_open_each_its_own(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    world, codes = addresses.build(), sorted(of_group(Group.CUSTOMS))
    Random(17).shuffle(codes)
    halves = (signed_in("One half", codes[::2]), signed_in("Other half", codes[1::2]))
    wrong: list[Any] = []
    for page in pages.declared():
        if page.activity in codes:
            (whose, _actor), (other, _actor) = halves if halves[0][1].may(page.activity) else halves[::-1]
            found = (world.shared.get(page.url_name) or world.addresses[page.url_name])[:4]
            door = next((address for address in found if status(whose, address) not in (403, 404)), "")
            if not door or status(other, door) not in (403, 404):
                wrong.append((page.url_name, door))
    bills = pages.listing_at_desk(CourierBillOfEntry)
    for client, actor in halves:
        desks = {(desk.listing.slug, desk.stage) for desk in client.get("/").context["desks"]}
        assert desks <= {(listing.slug, stage) for listing in pages.listings() for stage in listing.waiting_at(actor)}
        assert {(bills.slug, stage) for stage in bills.waiting_at(actor)} <= desks
        for one in world.documents:
            if isinstance(one, CourierBillOfEntry):
                here = [step for step in one.steps().values() if one.stage in step.sources]
                mine = [step for step in here if actor.may(step.activity_at(one.stage))]
                wanted = {step.name for step in mine if not (step.anytime and why_not(one, step, actor))}
                if offered(client.get(one.get_absolute_url())) != wanted:
                    wrong.append((actor.roles, one.stage))
        for stage in bills.model.open_stages():
            answer = client.get(f"/{bills.slug}/queue/{pages.as_verb(stage)}/")
            if (answer.status_code == 200) != (stage in bills.waiting_at(actor)):
                wrong.append((actor.roles, answer.request["PATH_INFO"]))
    assert not wrong


def signed_in(name: str, codes: list[str]) -> tuple[Client, Actor]:
    """Somebody who holds one composed role and nothing else, at a browser."""
    person = people.officer(name=f"Tara {name}")
    person.postings.all().delete()
    role = people.station_role(name=name, activities=codes)
    Posting.objects.create(user=person, station_role=role, station_id="BLR")
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(pk=person.pk))
    return client, Actor.of(person)
