"""A form sent while a new password was due is not lost: it is shown, and sent again or given up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import expiry
from accounts.credentials import ExpiryExercise
from accounts.models import User
from bills.models import CourierBillOfEntry
from tests.accounts.conftest import NEW, text
from tests.conftest import PASSWORD
from tests.factories.manifests import house_airway_bill, manifest

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
Browser = Callable[[str], Client]


@pytest.fixture
def due(noon: Any, people: Callable[[str], User]) -> Callable[[str], Client]:
    """Somebody who signed in and of whom a new password is due, because an exercise has begun."""
    ExpiryExercise.objects.create(begins_at=timezone.now() + HOUR, scope="ALL", made_by=people("sysadmin"))
    expiry.forget()
    noon.shift(HOUR)

    def signed_in(username: str) -> Client:
        client = Client()
        client.force_login(people(username))
        return client

    return signed_in


def test_a_form_sent_after_the_moment_is_kept_and_sent_again(due: Callable[[str], Client]) -> None:
    draft = manifest("DRAFT")
    address = f"/manifests/{draft.key}/shipments/new/"
    client = due("signatory.swift")
    sent = client.post(address, {"hawb": "SWF7700000001", "description": "A brass lamp <b>"})
    assert sent["Location"].startswith("/password/")
    answer = client.post("/password/", {"present": PASSWORD, "new": NEW, "again": NEW})
    assert answer["Location"] == "/account/kept-form/"
    page = text(client.get("/account/kept-form/"))
    assert f'action="{address}"' in page
    assert 'name="hawb" value="SWF7700000001"' in page
    assert "A brass lamp &lt;b&gt;" in page
    answer = client.post(address, {"hawb": "SWF7700000001", "description": "A brass lamp <b>"})
    assert answer.status_code == 422 and "A brass lamp &lt;b&gt;" in text(answer)  # as if it had been typed now
    assert client.get("/account/kept-form/")["Location"] == "/"  # once


def test_no_secret_and_no_form_that_was_given_up_is_kept(due: Callable[[str], Client]) -> None:
    client = due("portadmin.blr")
    client.post("/password/confirm/", {"password": PASSWORD, "next": "/people/"})
    assert "kept-form" not in client.session
    client.post("/people/new/", {"full_name": "Tara Menon", "password": PASSWORD})
    assert client.session["kept-form"]["fields"] == [["full_name", "Tara Menon"]]
    assert (
        client.post("/password/", {"present": PASSWORD, "new": NEW, "again": NEW})["Location"] == "/account/kept-form/"
    )
    client.post("/account/kept-form/")
    assert "kept-form" not in client.session


def test_what_was_sent_too_late_waits_for_the_person_and_for_nobody_else(noon: Any, browser: Browser) -> None:
    draft = manifest("DRAFT")
    address = f"/manifests/{draft.key}/shipments/new/"
    client = browser("signatory.swift")
    noon.shift(timedelta(minutes=20))
    sent = client.post(address, {"hawb": "SWF7700000001", "description": "A brass lamp <b>"})
    assert sent["Location"].startswith("/sign-in/?why=idle")
    other = {"username": "courier.swift", "password": PASSWORD}
    assert client.post("/sign-in/", other)["Location"] == "/"
    assert client.get("/account/kept-form/")["Location"] == "/"
    client.post("/sign-out/")
    answer = client.post("/sign-in/", {"username": "signatory.swift", "password": PASSWORD})
    assert answer["Location"] == "/account/kept-form/"
    page = text(client.get("/account/kept-form/"))
    assert "You had been signed out before you sent it." in page
    assert f'action="{address}"' in page and "A brass lamp &lt;b&gt;" in page
    client.post("/account/kept-form/")  # not to be sent
    client.post("/sign-out/")
    assert client.post("/sign-in/", {"username": "signatory.swift", "password": PASSWORD})["Location"] == "/"


def test_a_draft_as_it_was_typed_survives_the_end_of_the_session(noon: Any, browser: Browser) -> None:
    client = browser("courier.swift")
    hawb = house_airway_bill(manifest(courier=User.objects.get(username="courier.swift").courier))
    client.post(reverse("bill-start"), {"hawb": hawb.pk})
    draft = CourierBillOfEntry.objects.get(hawb=hawb)
    part = reverse("bill-part", args=[draft.pk, "importer"])
    client.post(part, {"iec": "AAKCK4417E"}, headers={"HX-Request": "true"})  # as the page keeps it while it is typed
    noon.shift(timedelta(minutes=20))
    assert client.get(part)["Location"].startswith("/sign-in/?why=idle")
    client.post("/sign-in/", {"username": "courier.swift", "password": PASSWORD})
    assert "AAKCK4417E" in text(client.get(part))
