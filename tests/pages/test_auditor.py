"""The Auditor reads every document of the own station with its trail, and who holds which role there, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from bills.stages import Stage
from eccs import pages
from manifests.clearance import Stage as ManifestStage
from tests.factories.bills import bill
from tests.factories.challans import challan
from tests.factories.manifests import manifest

pytestmark = pytest.mark.django_db

KIND = {"kind": "bills/imports"}


def signed_in(user: User) -> Client:
    """A browser in which somebody has signed in."""
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, address: str, **given: str) -> str:
    """A page as text."""
    answer = client.get(address, given)
    assert answer.status_code == 200
    return answer.content.decode()


def test_documents_by_kind_and_stage_at_the_own_station(people: Callable[[str], User]) -> None:
    done, waiting = bill(Stage.OUT_OF_CHARGE), bill(Stage.ASSESSMENT)
    away, draft = bill(Stage.ASSESSMENT, station="DEL"), bill(Stage.DRAFT)
    flight, owed = manifest(ManifestStage.ARRIVAL_SCAN), challan()
    auditor = signed_in(people("auditor.blr"))
    every = page(auditor, "/documents/", **KIND)
    assert done.key in every and waiting.key in every
    assert away.key not in every and draft.get_absolute_url() not in every
    some = page(auditor, "/documents/", **KIND, stage="ASSESSMENT")
    assert waiting.key in some and done.key not in some
    assert done.key in page(auditor, "/documents/", **KIND, number=done.key[-6:])
    assert "Nothing fits these filters" in page(auditor, "/documents/", **KIND, firm="nobody of this name")
    assert flight.key in page(auditor, "/documents/", kind="manifests")
    assert owed.get_absolute_url() in page(auditor, "/documents/", kind="payments/challans")
    for listing in pages.listings():
        page(auditor, "/documents/", kind=listing.slug)
    opened = page(auditor, done.get_absolute_url())
    assert done.key in opened and 'id="step-' not in opened
    assert auditor.get(away.get_absolute_url()).status_code == 404
    assert auditor.post(waiting.step_url("assess"), {"confirm": "yes"}).status_code == 404


def test_who_holds_which_role_there(people: Callable[[str], User]) -> None:
    auditor = signed_in(people("auditor.blr"))
    every = page(auditor, "/role-holders/")
    assert "ao.blr" in every and "scan.blr" in every and "courier.swift" in every and "ao.del" not in every
    assert "dcac.blr" not in page(auditor, "/role-holders/", q="ao.blr")


@pytest.mark.parametrize("username", ["ao.blr", "courier.swift", "portadmin.blr", "scan.blr"])
def test_nobody_else_reaches_the_pages(people: Callable[[str], User], username: str) -> None:
    client = signed_in(people(username))
    assert client.get("/documents/").status_code == client.get("/role-holders/").status_code == 403
