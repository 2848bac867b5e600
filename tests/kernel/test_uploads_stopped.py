"""Uploads whose worker dies, loses the database, or is not the only one with the task."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from accounts.models import User
from eccs import upload_runner
from eccs.models import Upload
from eccs.uploads import Column
from eccs.uploads.checks import text

pytestmark = pytest.mark.django_db


class Desk:
    """What is done with the files of the tests, and how often."""

    def __init__(self) -> None:
        self.saved, self.fault = 0, Exception

    def save(self, upload: Upload, _table: Any, _user_id: int) -> dict[str, Any]:
        """Filed; or the worker stops in the middle, as the file's name says."""
        self.saved += 1
        if "stops" in upload.name:
            raise self.fault
        return {}


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Desk:
    """A kind of file of its own."""
    settings.MEDIA_ROOT = tmp_path
    found = Desk()
    kind = upload_runner.Kind(
        "test", "test", (Column("n", text(9)),), lambda _upload, _table: None, lambda _upload, _table: {}, found.save,
        lambda _upload: {},
    )  # fmt: skip
    monkeypatch.setitem(upload_runner._kinds, "test", kind)
    monkeypatch.setattr(upload_runner, "after_commit", lambda _task, *_given: None)
    return found


@pytest.fixture
def signed(desk: Desk, people: Callable[[str], User]) -> Upload:
    """A file that is signed and waits for the worker."""
    made = upload_runner.receive("test", "courier:1", 0, people("courier.swift").pk, "x.csv", b"n\n1\n")
    upload_runner.check(made.pk)
    Upload.objects.update(state="SAVING", signed_by=made.by)
    return made


@pytest.fixture
def other_worker() -> Iterator[Any]:
    """Another worker's line to the database."""
    line = connections["default"].copy()
    with line.cursor() as cursor:
        yield cursor
    line.close()


def test_what_another_worker_has_in_hand_is_left_to_it(signed: Upload, desk: Desk, other_worker: Any) -> None:
    other_worker.execute("SELECT pg_advisory_lock(%s, %s)", [upload_runner.IN_HAND, signed.pk])
    upload_runner.save(signed.pk, signed.by_id)
    Upload.objects.update(state="CHECKING")
    upload_runner.check(signed.pk)
    signed.refresh_from_db()
    assert (signed.state, desk.saved) == ("CHECKING", 0)
    Upload.objects.update(state="SAVING")
    other_worker.execute("SELECT pg_advisory_unlock_all()")
    for _task in range(2):
        upload_runner.save(signed.pk, signed.by_id)
    signed.refresh_from_db()
    assert (signed.state, desk.saved) == ("DONE", 1)
    other_worker.execute("SELECT pg_try_advisory_lock(%s, %s)", [upload_runner.IN_HAND, signed.pk])
    assert other_worker.fetchone()[0], "nobody has it in hand any more"


@pytest.mark.parametrize(("fault", "state"), [(OperationalError, "SAVING"), (MemoryError, "FAILED")])
def test_only_where_the_database_was_lost_is_the_work_taken_up_again_by_itself(
    signed: Upload, desk: Desk, fault: type[Exception], state: str
) -> None:
    desk.fault = fault
    Upload.objects.update(name="stops.csv")
    with suppress(fault):
        upload_runner.save(signed.pk, signed.by_id)
    signed.refresh_from_db()
    assert (signed.state, bool(signed.refusal)) == (state, state == "FAILED")


@pytest.mark.parametrize("fault", [OperationalError, KeyboardInterrupt])
def test_what_is_filed_stays_filed_though_its_worker_did_not_hear_of_it(
    signed: Upload, fault: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = upload_runner._save

    def unheard(*given: Any) -> None:
        whole(*given)
        raise fault

    monkeypatch.setattr(upload_runner, "_save", unheard)
    with suppress(fault):
        upload_runner.save(signed.pk, signed.by_id)
    signed.refresh_from_db()
    assert (signed.state, signed.refusal) == ("DONE", "") and signed.file
    upload_runner.resume()
    signed.refresh_from_db()
    assert signed.file, "its worker may still be about to do it"
    Upload.objects.update(touched_at=signed.created_at - 2 * upload_runner.LEFT_BEHIND)
    upload_runner.resume()
    signed.refresh_from_db()
    assert not signed.file, "a file that may name whole Aadhaar numbers is forgotten, whoever died"


def test_a_worker_that_lost_its_line_says_nothing_more(signed: Upload, desk: Desk) -> None:
    with upload_runner._alone(signed.pk, "SAVING") as upload, connection.cursor() as cursor:
        assert upload == signed
        cursor.execute("SELECT pg_advisory_unlock_all()")
    assert desk.saved == 0
