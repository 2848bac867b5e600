"""A morning on which everybody signs in: few hashes at once, a short wait, then a plain page."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection, connections
from django.test import Client

from accounts import hashing
from accounts.credentials import SignInTries
from accounts.models import User
from tests.accounts.conftest import NEW, SignIn, text
from tests.conftest import PASSWORD

People = Callable[[str], User]


@pytest.fixture
def another_process(settings: LazySettings) -> Iterator[Any]:
    """Somebody else's connection, which holds the only slot."""
    settings.HASHES_AT_ONCE = 1
    settings.HASH_WAIT_SECONDS = 0.1
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, 0)", [hashing.LOCK])
    yield other
    other.close()


@pytest.mark.django_db
def test_when_all_slots_are_taken_people_are_asked_to_come_again(
    people: People, another_process: Any, sign_in: SignIn
) -> None:
    client = Client()
    answer = sign_in("ao.blr", client=client)
    assert (answer.status_code, answer["Retry-After"]) == (503, "3")
    assert "Your password was not checked" in text(answer)
    assert client.get("/sign-in/").status_code == 200
    assert SignInTries.objects.get(name="ao.blr", address="127.0.0.1").tries == 0  # it counts against nobody
    with another_process.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, 0)", [hashing.LOCK])
    assert sign_in("ao.blr", client=client).status_code == 302


@pytest.mark.django_db
def test_changing_a_password_waits_in_the_same_line(people: People, another_process: Any) -> None:
    client = Client()
    client.force_login(people("ao.blr"))
    assert client.post("/password/", {"present": PASSWORD, "new": NEW, "again": NEW}).status_code == 503
    assert people("ao.blr").check_password(PASSWORD)


@pytest.mark.django_db
def test_a_command_or_a_worker_waits_for_nobody(people: People, another_process: Any) -> None:
    assert people("ao.blr").check_password(PASSWORD)


@pytest.mark.django_db
def test_of_one_process_only_so_many_requests_wait(
    people: People, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    people("ao.blr")
    monkeypatch.setattr(hashing, "_waiting", threading.BoundedSemaphore(1))
    assert hashing._waiting.acquire(blocking=False)
    assert sign_in("ao.blr").status_code == 503
    hashing._waiting.release()
    assert sign_in("ao.blr").status_code == 302


def _out_of_memory(self: Any, *given: Any) -> bool:
    raise MemoryError


@pytest.mark.django_db
def test_a_slot_is_given_back_whatever_happens(people: People, sign_in: SignIn, settings: LazySettings) -> None:
    settings.HASHES_AT_ONCE = 1
    for _n in range(6):
        assert sign_in("ao.blr", "wrong").status_code == 200
    people("dcac.blr")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Argon2PasswordHasher, "verify", _out_of_memory)
        answer = Client(raise_request_exception=False).post("/sign-in/", {"username": "dcac.blr", "password": PASSWORD})
    assert answer.status_code == 500
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s", [hashing.LOCK])
        assert cursor.fetchone()[0] == 0
    assert sign_in("xray.blr").status_code == 302


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_never_more_hashes_at_once_than_slots(
    people: People, sign_in: SignIn, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    people("ao.blr")
    settings.HASHES_AT_ONCE = 2
    monkeypatch.setattr(hashing, "_waiting", threading.BoundedSemaphore(8))
    at_once, most, guard = [0], [0], threading.Lock()
    real = Argon2PasswordHasher.verify
    together = threading.Barrier(2)

    def counted(self: Any, *given: Any) -> bool:
        with guard:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        try:
            together.wait(5)  # each waits until another is there as well: two do run beside one another
            return bool(real(self, *given))
        finally:
            with guard:
                at_once[0] -= 1

    monkeypatch.setattr(Argon2PasswordHasher, "verify", counted)
    statuses: list[int] = []

    def one(n: int) -> None:
        try:
            statuses.append(sign_in("ao.blr", "wrong", REMOTE_ADDR=f"198.51.100.{n}").status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=[n]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 8
    assert most[0] == 2


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_fifty_guesses_at_one_moment_count_as_fifty(people: People, sign_in: SignIn) -> None:
    """A try is counted before it is judged: of many sent at once no more than five are looked at."""
    from accounts import lockout

    people("ao.blr")
    judged: list[bool] = []

    def one() -> None:
        try:
            judged.append(lockout.begin("ao.blr", "198.51.100.1") is not None)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(judged), sum(judged)) == (20, 5)
