"""A session is written once when it begins, under a key that nobody else has."""

from __future__ import annotations

import pytest
from django.contrib.sessions.backends.base import CreateError
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.session_store import SessionStore
from tests.accounts.conftest import SignIn

pytestmark = pytest.mark.django_db


def test_a_sign_in_writes_its_session_once(sign_in: SignIn) -> None:
    with CaptureQueriesContext(connection) as asked:
        answer = sign_in("ao.blr")
    written = [one["sql"].split()[0] for one in asked if '"django_session"' in one["sql"]]
    assert written == ["INSERT"]
    kept = Session.objects.get(session_key=answer.cookies["eccs"].value)
    assert {"_auth_user_id", "proved", "seen"} <= set(kept.get_decoded())


def test_a_new_session_is_read_again_and_changed_in_place() -> None:
    store = SessionStore()
    store["a"] = 1
    store.save()
    again = SessionStore(store.session_key)
    again["b"] = 2
    again.save()
    assert dict(SessionStore(store.session_key).items()) == {"a": 1, "b": 2}
    assert Session.objects.count() == 1


def test_what_was_in_the_session_goes_on_under_the_new_key_and_the_old_key_is_worth_nothing() -> None:
    store = SessionStore()
    store["a"] = 1
    store.save()
    old = store.session_key
    store.cycle_key()
    store.save()
    assert store.session_key != old
    assert dict(SessionStore(store.session_key).items()) == {"a": 1}
    assert dict(SessionStore(old).items()) == {}


def test_a_key_that_is_taken_is_refused_and_the_other_session_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    first = SessionStore()
    first["whose"] = "another's"
    first.save()
    monkeypatch.setattr("accounts.session_store.get_random_string", lambda *_given: first.session_key)
    second = SessionStore()
    second["whose"] = "mine"
    with pytest.raises(CreateError):
        second.save()
    assert dict(SessionStore(first.session_key).items()) == {"whose": "another's"}
