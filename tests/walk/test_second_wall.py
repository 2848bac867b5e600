"""The scope is taken away on purpose: what views no longer keep apart, PostgreSQL does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Q, QuerySet
from django.test import Client

from accounts import cast
from accounts.models import User
from accounts.permissions import Actor
from bills.models import CourierBillOfEntry, Holiday
from eccs import pages
from eccs.acting import OWNER, SYSTEM, acting_as
from eccs.audit import AuditLine
from tests.walk.test_walk import content, share
from tests.walk.world import World

pytestmark = pytest.mark.django_db

STRANGERS = ["signatory.metro", "ao.del", "scan.del", "importer.kaveri"]
PART = 8  # of the addresses of one name, so many at most


def every_queryset() -> Iterator[Any]:
    """The querysets of all documents, and what they inherit `visible_to` from."""
    for model in apps.get_models():
        kind = type(model._default_manager.all())
        yield from (one for one in kind.__mro__ if "visible_to" in vars(one))


def without_scope(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every view forgets whose the documents are."""
    for kind in set(every_queryset()):
        monkeypatch.setattr(kind, "visible_to", lambda rows, *_given: rows.all())
    everything = Q(pk__isnull=False)
    monkeypatch.setattr(Actor, "firm_documents", lambda *_given: everything)
    monkeypatch.setattr(Actor, "importer_documents", lambda *_given, **_named: everything)


def walked(client: Client, world: World, username: str) -> Iterator[tuple[str, Any]]:
    """A part of the addresses of every name."""
    for kinds in (world.addresses, world.shared):
        for found in kinds.values():
            for address in share(found, username, STRANGERS, least=1)[:PART]:
                yield address, client.get(address)


@pytest.mark.parametrize("username", STRANGERS)
def test_views_that_forgot_their_scope_show_nothing_foreign(
    username: str, world: World, browser: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    without_scope(monkeypatch)
    client, asked = browser(username), 0
    numbers = [one.number for one in world.documents if one.number]
    numbers += [one.hawb.number for one in world.documents if isinstance(one, CourierBillOfEntry) and one.hawb]
    for address, response in walked(client, world, username):
        said = content(response).replace(address, "")
        assert not [number for number in numbers if number in said and number not in address], address
        asked += 1
    assert asked > 100


def test_without_the_wall_they_would(
    world: World, browser: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the test above finds nothing of is there to be found."""
    without_scope(monkeypatch)
    monkeypatch.setattr(Actor, "on_the_database", SYSTEM)
    client = browser("ao.del")
    filed = [one for one in world.documents if one.number]
    shown = [one for one in filed if str(one) in content(client.get(one.get_absolute_url()))]
    assert len(shown) > len(filed) / 2


def test_the_wall_hides_nothing_that_scope_shows(world: World, browser: Callable[[str], Client]) -> None:
    """For each role of the cast, each list and each kind of document counts as many rows with the policies as without."""
    browser("ao.blr")
    kinds: list[Any] = [one.model for one in pages.listings()]
    others = (model for model in apps.get_models() if hasattr(model._default_manager, "visible_to"))
    kinds += [model for model in others if model not in kinds and model not in (AuditLine, Holiday)]
    seen = 0
    for person in cast.people():
        browser(person.username)
        actor = Actor.of(User.objects.get(username=person.username))
        for kind in kinds:
            rows: QuerySet[Any] = kind._default_manager.visible_to(actor)
            with acting_as(OWNER):
                without = rows.count()
            with acting_as(actor.on_the_database):
                within = rows.count()
            assert within == without, (person.username, kind.__name__)
            seen += within
    assert seen > 100
