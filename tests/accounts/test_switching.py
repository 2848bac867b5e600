"""One person at several desks: at all of them, or at one of them alone."""

from __future__ import annotations

import pytest

from accounts.models import Posting, User
from bills.stages import Stage
from tests.accounts.conftest import SignedIn, text
from tests.factories import people
from tests.factories.bills import bill

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_desks() -> User:
    """Somebody who approves at Bengaluru, and clears X-ray at Delhi."""
    person = people.officer()
    people.posted(person, "XRAY_OFFICER", "DEL")
    return person


def test_with_one_posting_there_is_nothing_to_switch(signed_in: SignedIn) -> None:
    assert "mast-desk" not in text(signed_in("ao.blr").get("/"))


def test_a_person_looks_at_all_desks_or_at_one(two_desks: User, signed_in: SignedIn) -> None:
    here, there = bill(Stage.APPROVAL), bill(Stage.XRAY, station="DEL")
    client = signed_in(two_desks)
    page = text(client.get("/"))
    assert "All my desks" in page and "DC/AC, BLR" in page and "X-ray Officer, DEL" in page
    assert "For approval" in page and "For X-ray" in page
    assert client.post("/desk/", {"desk": "XRAY_OFFICER@DEL"})["Location"] == "/"
    page = text(client.get("/"))
    assert "For X-ray" in page and "For approval" not in page and "All my desks" in page
    assert '<option value="XRAY_OFFICER@DEL" selected>' in page
    assert client.get(there.get_absolute_url()).status_code == 200
    assert client.get(here.get_absolute_url()).status_code == 404
    assert client.post(here.step_url("approve"), {"confirm": "yes"}).status_code == 404
    client.post("/desk/", {"desk": ""})
    assert client.get(here.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("forged", ["PORT_ADMIN@BLR", "DCAC@DEL", "SYSTEM@", "nonsense"])
def test_what_is_not_held_cannot_be_looked_at(forged: str, two_desks: User, signed_in: SignedIn) -> None:
    client = signed_in(two_desks)
    client.post("/desk/", {"desk": forged})
    page = text(client.get("/"))
    assert "For approval" in page and "For X-ray" in page
    assert client.get("/roles/").status_code == 403
    assert client.get("/desk/").status_code == 405


def test_a_posting_that_is_lost_falls_back_to_all(two_desks: User, signed_in: SignedIn) -> None:
    people.posted(two_desks, "INSPECTOR", "BLR")
    client = signed_in(two_desks)
    client.post("/desk/", {"desk": "XRAY_OFFICER@DEL"})
    Posting.objects.filter(user=two_desks, role="XRAY_OFFICER").delete()
    page = text(client.get("/"))
    assert "For approval" in page and "For examination" in page and "For X-ray" not in page
