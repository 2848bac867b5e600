"""Recovery codes under a slow hash: a try costs one, whatever was typed; codes from before it are good until they are used."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.test import Client
from django.utils import timezone

from accounts import hashing, lockout, second_factor
from accounts.authenticators import Authenticator
from accounts.credentials import RecoveryCode, SignInTries
from accounts.models import User
from tests.accounts.conftest import SignIn, text
from tests.accounts.test_second_factor import Browser, code_of, enrol, enrolled, key_on, wanted
from tests.quick_hash import QuickArgon2

__all__ = ["enrolled", "wanted"]

pytestmark = pytest.mark.django_db

Enrolled = tuple[str, list[str]]
RECOVERY = "/sign-in/recovery-code/"
OF_BEFORE = "ABCDE-FGHJK"


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The slow hashes that are reckoned, made and compared alike."""
    reckoned: list[str] = []
    encode, verify = QuickArgon2.encode, QuickArgon2.verify

    def made(self: QuickArgon2, password: str, salt: str) -> str:
        reckoned.append("made")
        return encode(self, password, salt)

    def compared(self: QuickArgon2, password: str, encoded: str) -> bool:
        reckoned.append("compared")
        return verify(self, password, encoded)

    monkeypatch.setattr(QuickArgon2, "encode", made)
    monkeypatch.setattr(QuickArgon2, "verify", compared)
    return reckoned


@pytest.fixture
def waiting(enrolled: Enrolled, sign_in: SignIn) -> Client:
    """A browser of the Assessing Officer that owes a code."""
    client = Client()
    sign_in("ao.blr", client=client)
    return client


def kept_before() -> None:
    """The Assessing Officer has codes as they were kept before the slow hash."""
    user = User.objects.get(username="ao.blr")
    RecoveryCode.objects.filter(user=user).delete()
    for code in (OF_BEFORE, "22222-33333"):
        RecoveryCode.objects.create(user=user, digest=second_factor._digest(code.replace("-", "")))


def test_a_try_costs_one_slow_hash_whatever_was_typed(enrolled: Enrolled, waiting: Client, hashes: list[str]) -> None:
    """Neither the time of an answer nor a morning of guesses is told by how codes begin."""
    user, codes = User.objects.get(username="ao.blr"), enrolled[1]
    RecoveryCode.objects.filter(user=user, first_sign=codes[9][0]).update(used_at=timezone.now())
    beginning_of_none = next(sign for sign in second_factor.SIGNS if sign not in {code[0] for code in codes})
    for typed, status in (
        (beginning_of_none * 10, 422), (f"{codes[0][:-1]}?", 422), (codes[9], 422), ("-", 422), ("ß", 422), (codes[0], 302)
    ):  # fmt: skip
        lockout.forget(lockout.for_codes(user))
        hashes.clear()
        assert (waiting.post(RECOVERY, {"code": typed}).status_code, len(hashes)) == (status, 1), typed


def test_a_code_from_before_the_slow_hash_is_good_once_and_costs_one_too(
    waiting: Client, sign_in: SignIn, hashes: list[str]
) -> None:
    kept_before()
    for typed, status in (("ABCDE-FGHJM", 422), ("-", 422), (OF_BEFORE.lower(), 302)):
        hashes.clear()
        assert (waiting.post(RECOVERY, {"code": typed}).status_code, len(hashes)) == (status, 1), typed
    again = Client()
    sign_in("ao.blr", client=again)
    hashes.clear()
    assert (again.post(RECOVERY, {"code": OF_BEFORE}).status_code, len(hashes)) == (422, 1)
    assert "1 recovery code is left" in text(waiting.get("/account/"))


def test_new_codes_take_the_place_of_those_from_before(waiting: Client) -> None:
    kept_before()
    user = User.objects.get(username="ao.blr")
    fresh = second_factor._new_codes(user)
    assert len(fresh) == 10 and not RecoveryCode.objects.filter(user=user, first_sign=None).exists()
    assert waiting.post(RECOVERY, {"code": OF_BEFORE}).status_code == 422
    assert waiting.post(RECOVERY, {"code": fresh[0]}).status_code == 302


def test_what_stands_in_the_table_opens_nothing(enrolled: Enrolled) -> None:
    """Neither the hash nor the digest of before is a code."""
    user = User.objects.get(username="ao.blr")
    rows = list(RecoveryCode.objects.filter(user=user))
    kept_before()
    for row in (*rows, *RecoveryCode.objects.filter(user=user)):
        assert second_factor._recovery_code(user, row.digest) is None


def test_a_code_given_twice_at_the_same_moment_opens_once(
    enrolled: Enrolled, waiting: Client, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the hash of the one is reckoned, the other is let in."""
    code, other, statuses = enrolled[1][0], Client(), []
    sign_in("ao.blr", client=other)

    def meanwhile(given: str, encoded: str) -> bool:
        monkeypatch.setattr(second_factor, "check_password", check_password)
        statuses.append(other.post(RECOVERY, {"code": code}).status_code)
        return check_password(given, encoded)

    monkeypatch.setattr(second_factor, "check_password", meanwhile)
    assert (waiting.post(RECOVERY, {"code": code}).status_code, statuses) == (422, [302])


def no_slot() -> int:
    """All slots of hashes are taken."""
    raise hashing.Busy


def test_where_no_hash_can_be_reckoned_now_nothing_is_used_and_nothing_counted(
    enrolled: Enrolled, waiting: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(hashing, "_take", no_slot)
        assert waiting.post(RECOVERY, {"code": enrolled[1][0]}).status_code == 503
    assert not SignInTries.objects.filter(name="code:ao.blr", tries__gt=0).exists()
    assert waiting.post(RECOVERY, {"code": enrolled[1][0]}).status_code == 302


def test_taking_up_an_authenticator_waits_in_line_once_for_its_ten_hashes(
    noon: Any, browser: Browser, hashes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a wrong code none is made; where all slots are taken nothing is taken up, and the same code still does it."""
    client, taken, take = browser("ao.blr"), [], hashing._take
    key = key_on(text(client.get("/second-factor/")))
    hashes.clear()
    with monkeypatch.context() as patch:
        patch.setattr(hashing, "_take", no_slot)
        assert client.post("/second-factor/", {"code": "000000"}).status_code == 422
        assert client.post("/second-factor/", {"code": code_of(key)}).status_code == 503
    assert not hashes and not RecoveryCode.objects.exists() and not Authenticator.objects.exists()

    def counted() -> int:
        taken.append(take())
        return taken[-1]

    monkeypatch.setattr(hashing, "_take", counted)
    assert len(enrol(client)[1]) == 10
    assert (len(taken), hashes) == (1, ["made"] * 10)
