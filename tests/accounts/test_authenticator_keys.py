"""The keys of authenticators at rest: encrypted, bound to their person, moved to a new key without anybody noticing."""

from __future__ import annotations

from base64 import b32decode
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from accounts.authenticators import Authenticator
from eccs.checks import strong_encryption_keys
from tests.accounts.conftest import SignIn, text
from tests.accounts.test_second_factor import Browser, code_of, enrol, enrolled, key_on, wanted

__all__ = ["enrolled", "wanted"]

pytestmark = pytest.mark.django_db


def column() -> str:
    """What stands in the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM otp_totp_totpdevice")
        return str(cursor.fetchone()[0])


def opens(key: str, sign_in: SignIn) -> bool:
    """Whether the authenticator with this key opens the door."""
    client = Client()
    sign_in("ao.blr", client=client)
    return bool(client.post("/sign-in/code/", {"code": code_of(key)}).status_code == 302)


def in_the_clear(key: str) -> tuple[str, bytes, str]:
    """A key as it must stand nowhere."""
    raw = b32decode(key.replace(" ", ""))
    return key.replace(" ", ""), raw, raw.hex()


def test_the_column_never_holds_the_key(enrolled: tuple[str, list[str]]) -> None:
    kept, (base32, _raw, hexadecimal) = column(), in_the_clear(enrolled[0])
    assert kept.startswith("e1:") and len(kept) <= 80
    assert base32 not in kept.upper() and hexadecimal not in kept.lower()


def test_the_session_holds_it_only_encrypted_until_it_is_confirmed(noon: Any, browser: Browser) -> None:
    client = browser("ao.blr")
    base32, _raw, hexadecimal = in_the_clear(key_on(text(client.get("/second-factor/"))))
    held = str([one.get_decoded() for one in Session.objects.all()])
    assert "second-factor-key" in held
    assert base32 not in held and hexadecimal not in held
    assert client.get("/second-factor/square.svg").status_code == 200


def test_a_key_moved_to_another_person_opens_nothing(
    noon: Any, enrolled: tuple[str, list[str]], browser: Browser, sign_in: SignIn
) -> None:
    other, _codes = enrol(browser("dcac.blr"))
    mine = Authenticator.objects.get(user__username="ao.blr")
    mine.key = Authenticator.objects.get(user__username="dcac.blr").key
    mine.save(update_fields=["key"])
    noon.shift(timedelta(minutes=1))
    assert not opens(other, sign_in)


def test_a_new_encryption_key_is_put_in_front_and_the_old_one_dropped(
    noon: Any, settings: LazySettings, enrolled: tuple[str, list[str]], sign_in: SignIn
) -> None:
    settings.ENCRYPTION_KEYS = ["the new key", settings.SECRET_KEY]
    assert opens(enrolled[0], sign_in)
    before, said = column(), StringIO()
    call_command("encrypt_anew", stdout=said)
    assert column() != before and "1 encrypted anew" in said.getvalue()
    settings.ENCRYPTION_KEYS = ["the new key"]
    noon.shift(timedelta(minutes=1))
    assert opens(enrolled[0], sign_in)
    settings.ENCRYPTION_KEYS = ["a key that never was"]
    noon.shift(timedelta(minutes=1))
    assert not opens(enrolled[0], sign_in)
    with pytest.raises(CommandError, match=r"ao\.blr"):
        call_command("encrypt_anew", stdout=said)


def test_the_secret_key_of_before_still_decrypts(
    settings: LazySettings, enrolled: tuple[str, list[str]], sign_in: SignIn
) -> None:
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = (
        [settings.SECRET_KEY],
        "another secret key of the tests, long enough",
    )
    assert opens(enrolled[0], sign_in)


def test_a_weak_encryption_key_is_refused_at_the_start(settings: LazySettings) -> None:
    settings.ENCRYPTION_KEYS = ["short"]
    assert [fault.id for fault in strong_encryption_keys()] == ["eccs.E003"]
    settings.ENCRYPTION_KEYS = []
    assert not strong_encryption_keys()
