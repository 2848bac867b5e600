"""How far a file is: seen by others while it is worked on, in a few small updates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from accounts.models import User
from eccs import upload_runner
from eccs.models import Upload
from eccs.upload_progress import Progress, how_far
from eccs.uploads import Column, Table
from eccs.uploads.checks import text
from eccs.workflow import Refused

Phase = Upload.Phase
ROWS = 6_000


class Reader:
    """Somebody else's line to the database, who looks again and again how far the upload is."""

    def __init__(self) -> None:
        self.line = connections["default"].copy()
        self.seen: list[tuple[str, int, int]] = []

    def look(self) -> None:
        """Look now; what is as it was is not noted again."""
        with self.line.cursor() as cursor:
            cursor.execute("SELECT phase, rows_checked, rows FROM eccs_upload")
            seen = cursor.fetchone()
        if not self.seen or self.seen[-1] != seen:
            self.seen.append(seen)


@pytest.fixture
def reader(django_db_serialized_rollback: None, transactional_db: None) -> Iterator[Reader]:
    """A reader who is sent home afterwards."""
    found = Reader()
    yield found
    found.line.close()


@pytest.fixture
def upload(
    settings: Any, tmp_path: Path, reader: Reader, people: Callable[[str], User], monkeypatch: pytest.MonkeyPatch
) -> Upload:
    """A received file of a kind whose work lets the reader look after every row."""
    settings.MEDIA_ROOT = tmp_path

    def seen(given: str) -> str:
        reader.look()
        return given

    def work(table: Table) -> None:
        for done in range(1, ROWS + 1):
            table.tell(done)
            if not done % 500:
                reader.look()

    def save(upload: Upload, table: Table, _user_id: int) -> dict[str, Any]:
        assert connection.in_atomic_block
        work(table)
        if "refuse" in upload.name:
            raise Refused(["The flight is closed."])
        return {"rows": ROWS}

    columns = (Column("n", text(9)), Column("same", seen))
    kind = upload_runner.Kind(
        "test",
        "test",
        columns,
        lambda _upload, table: work(table),
        lambda _upload, _table: {},
        save,
        lambda _upload: {},
    )
    monkeypatch.setitem(upload_runner._kinds, "test", kind)
    monkeypatch.setattr(upload_runner, "after_commit", lambda _task, _pk: None)
    content = "n,same\n" + "".join(f"{n},{n // 500}\n" for n in range(ROWS))
    return upload_runner.receive("test", "courier:1", 0, people("courier.swift").pk, "x.csv", content.encode())


def told(reader: Reader) -> list[tuple[str, int, int]]:
    """What the reader saw, and that it only ever went on."""
    phases = [str(phase) for phase in Phase]
    order = [(phases.index(phase), done) for phase, done, _rows in reader.seen]
    assert order == sorted(order), "it never goes back"
    return reader.seen


def test_a_reader_sees_how_far_the_check_is(upload: Upload, reader: Reader) -> None:
    upload_runner.check(upload.pk)
    seen = told(reader)
    assert [done for phase, done, _rows in seen if phase == "CELLS"] == [0, 3_000]
    assert [done for phase, done, _rows in seen if phase == "ACROSS"] == [0, 2_000, 4_000]
    assert {rows for _phase, _done, rows in seen} == {ROWS}
    upload.refresh_from_db()
    assert (upload.state, upload.rows, upload.rows_checked) == ("READY", ROWS, ROWS)


@pytest.mark.parametrize(("name", "state"), [("x.csv", "DONE"), ("refuse.csv", "REFUSED")])
def test_a_reader_sees_how_far_the_filing_is_before_anything_is_committed(
    upload: Upload, reader: Reader, name: str, state: str
) -> None:
    Upload.objects.filter(pk=upload.pk).update(state="SAVING", name=name)
    upload_runner.save(upload.pk, upload.by_id)
    seen = told(reader)
    assert [done for phase, done, _rows in seen if phase == "SAVING"] == [0, 2_000, 4_000]
    upload.refresh_from_db()
    assert upload.state == state


def test_a_file_is_told_of_in_ten_updates_at_most(upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[dict[str, Any]] = []
    monkeypatch.setattr(Progress, "_tell", lambda _self, **news: counted.append(news))
    Upload.objects.filter(pk=upload.pk).update(state="SAVING")
    upload_runner.save(upload.pk, upload.by_id)
    assert 3 < len(counted) <= 10


def test_work_goes_on_where_nothing_can_be_told(upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eccs.upload_progress._SETTINGS", "SELECT no such thing")
    upload_runner.check(upload.pk)
    upload.refresh_from_db()
    assert upload.state == "READY"


def test_whoever_works_long_is_not_taken_for_stopped(upload: Upload) -> None:
    Upload.objects.update(state="CHECKING", touched_at="2026-01-01T00:00:00Z")
    with Progress(upload) as progress:
        progress.begin(Phase.CELLS, ROWS)
    assert not Upload.objects.filter(touched_at__lt="2026-01-02T00:00:00Z").exists()


def test_the_page_says_step_count_and_percent_and_only_what_is_new(
    upload: Upload, people: Callable[[str], User]
) -> None:
    firm = people("courier.swift").courier
    assert firm is not None
    Upload.objects.update(
        state="CHECKING", phase="ACROSS", rows=4_812, rows_checked=2_983, kind="ecm", owner=f"courier:{firm.pk}"
    )
    upload.refresh_from_db()
    far = how_far(upload)
    assert far["heading"] == "Step 3 of 4: row against row, then against ECCS"
    assert (far["percent"], far["count"]) == (61, "2,983 of 4,812 rows")
    assert [how for how, _words in far["steps"]] == ["done", "done", "now", "next"]


def test_a_file_that_waits_has_no_count(upload: Upload) -> None:
    far = how_far(upload)
    assert far["heading"] == "Received, waiting for its turn"
    assert far["percent"] is None
    assert {how for how, _words in far["steps"]} == {"next"}


def test_a_screen_reader_hears_each_news_once(db: None, people: Callable[[str], User]) -> None:
    from tests.factories.manifests import manifest

    by = people("courier.swift")
    made = manifest(courier=by.courier)
    upload = Upload.objects.create(
        kind="ecm", owner=f"courier:{by.courier_id}", subject_id=made.pk, by=by, name="f.csv", size=1, digest="x",
        state="CHECKING", phase="CELLS", rows=4_812, rows_checked=2_406,
    )  # fmt: skip
    client, here = Client(), reverse("upload", args=[upload.pk])
    client.force_login(by)
    page = client.get(here).content.decode()
    assert '<p class="govuk-visually-hidden"\n     id="heard"\n     role="status"' in page
    assert page.count('id="heard"') == 1
    assert "<b>50&nbsp;%</b>, 2,406 of 4,812 rows" in page
    assert 'max="100" value="50"' in page
    mark = how_far(upload)["mark"]
    assert f"?seen={mark}" in page
    asked = {"headers": {"HX-Request": "true"}}
    assert client.get(here, {"seen": mark}, **asked).status_code == 204  # type: ignore[arg-type]
    Upload.objects.update(rows_checked=3_609)
    part = client.get(here, {"seen": mark}, **asked).content.decode()  # type: ignore[arg-type]
    assert "Step 2 of 4: every cell: 75&nbsp;%, 3,609 of 4,812 rows</p>" in part
    assert '<p id="heard" hx-swap-oob="innerHTML">' in part
