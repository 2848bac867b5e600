"""Closed years: the trail of documents that are all settled leaves for a file, and everything that reads it reads it there."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import User
from bills.altered import altered
from bills.documents import _payments
from bills.models import BillTrail, CourierBillOfEntry
from bills.stages import Stage
from eccs import archive_files, archiving, audit, chain_checks, doctor, heads, roots, trail, trail_years
from eccs.archive_files import ArchiveBlock, ArchiveFile
from eccs.dated_rules import DatedRule
from eccs.trail_years import TrailYear
from tests.factories.bills import bill

pytestmark = pytest.mark.django_db
TABLE = "bills_billtrail"
LONG = timedelta(days=900)


@pytest.fixture(autouse=True)
def files_apart(settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files and heads of a test are gone with it, and two documents fill a block."""
    settings.MEDIA_ROOT = tmp_path
    where = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path / "heads")}}
    settings.STORAGES = {**settings.STORAGES, "heads": where}
    monkeypatch.setattr(archiving, "DOCUMENTS_IN_A_BLOCK", 2)
    archive_files._read.cache_clear()


def add(one: CourierBillOfEntry, step: str, **more: Any) -> None:
    """One more line on the trail of a bill, of which everybody was told."""
    given: dict[str, Any] = {"answers": {}, "snapshot": None} | more
    entry = trail.Entry(
        one, at=timezone.now(), step=step, from_stage="", to_stage=str(one.stage), by_id=one.created_by_id, by_name="Asha\u2028Rao", role="", **given
    )  # fmt: skip
    trail.insert_lines(BillTrail, trail.seal_entries([entry]))
    one.save(update_fields=["trail_length", "trail_head"])
    BillTrail.objects.filter(document=one, noticed_at=None).update(noticed_at=timezone.now())


def settled(stage: str = Stage.OUT_OF_CHARGE) -> CourierBillOfEntry:
    """A bill with four lines: filed, altered by an officer, paid, given Out of Charge."""
    one = bill(stage)
    add(one, "file", snapshot={"goods": "x"})
    changed = {"before": {"assessable_value": "1"}, "after": {"assessable_value": "2"}, "changes": []}
    add(one, "assess", snapshot=changed, answers={"remarks": "By the invoice"})
    add(one, "confirm_payment", answers={"challan": "TR6_1", "amount": "31.00"})
    add(one, "give_out_of_charge")
    return one


@pytest.fixture
def old() -> list[CourierBillOfEntry]:
    """Five settled bills of a year that ended long ago, and one of today that lies in the next partition."""
    with time_machine.travel(timezone.now() - LONG, tick=False):
        found = [settled() for _n in range(5)]
        since = trail_years.year_of(timezone.now())
    TrailYear.objects.filter(trail=TABLE, first=0).update(since=since)
    new = settled()
    trail_years.cut(TABLE, new.pk, trail_years.after(since))
    return [*found, new]


def test_the_trail_of_a_closed_year_lies_in_a_file_and_is_read_there(old: list[CourierBillOfEntry]) -> None:
    before = {
        one.pk: [(line.seq, line.seal, line.facts(), line.by) for line in one.trail.order_by("seq")] for one in old
    }
    assert archiving.archive_years() == 1 and archiving.archive_years() == 0
    assert set(BillTrail.objects.values_list("document_id", flat=True)) == {old[-1].pk}
    [kept] = ArchiveFile.objects.all()
    assert (kept.documents, kept.lines, kept.blocks.count(), kept.is_as_written()) == (5, 20, 3, True)
    with default_storage.open(str(kept.file.name)) as packed:
        lines = gzip.decompress(packed.read()).decode().split("\n")
    assert [json.loads(line)["seq"] for line in lines[:-1]] == [1, 2, 3, 4] * 5, "zcat reads it whole"
    for one in CourierBillOfEntry.objects.all():
        found = archive_files.lines_of(one)
        assert [(line.seq, line.seal, line.facts(), line.by) for line in found] == before[one.pk]
    assert audit.AuditLine.objects.get(event="archive.kept").details["sha256"] == kept.sha256
    one = CourierBillOfEntry.objects.get(pk=old[2].pk)
    assert [line.challan for line in _payments(one)] == ["TR6_1"]
    assert [change["why"] for change in altered(one)] == ["By the invoice"]


def test_the_page_of_an_archived_bill_shows_its_whole_trail(
    old: list[CourierBillOfEntry], client: Client, people: Callable[[str], User]
) -> None:
    client.force_login(people("ao.blr"))
    address = old[1].get_absolute_url()
    archiving.archive_years()
    page = client.get(address).content.decode()
    assert "4 lines, newest first" in page and "Give Out of Charge" in page
    [kept] = ArchiveFile.objects.all()
    Path(default_storage.path(str(kept.file.name))).write_bytes(b"another")
    archive_files._read.cache_clear()
    page = client.get(address).content.decode()
    assert "cannot be read at present" in page and "Out of Charge" in page


def test_a_block_is_read_and_not_the_year(
    old: list[CourierBillOfEntry], django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    archiving.archive_years()
    read: list[str] = []
    rows_of = archive_files._row_of

    def watched(line: str) -> tuple[Any, ...]:
        read.append(line)
        return rows_of(line)

    monkeypatch.setattr(archive_files, "_row_of", watched)
    with django_assert_num_queries(3):  # the lines online, the block, the people
        assert len(archive_files.lines_of(old[0])) == 4
    assert len(read) == 8
    with django_assert_num_queries(1):
        assert len(archive_files.lines_of(old[-1])) == 4, "a bill of today is in no file"


def test_every_chain_root_and_head_holds_through_the_archive(old: list[CourierBillOfEntry]) -> None:
    heads.take()
    roots.seal_day(timezone.localdate() - timedelta(days=1))
    archiving.archive_years()
    heads.take()
    assert list(chain_checks.check_all()) == [] and chain_checks.nightly() == 0
    call_command("verify_trail", stdout=StringIO())
    late = CourierBillOfEntry.objects.get(pk=old[3].pk)
    add(late, "credit_payment", answers={"challan": "TR6_2", "amount": "1.00"})
    assert [line.seq for line in archive_files.lines_of(late)] == [1, 2, 3, 4, 5], "a later line goes on from the file"
    assert list(chain_checks.check_all()) == [] and archiving.archive_years() == 0


def test_a_file_that_was_changed_or_a_document_cut_short_is_named(old: list[CourierBillOfEntry]) -> None:
    heads.take()
    archiving.archive_years()
    CourierBillOfEntry.objects.filter(pk=old[1].pk).update(trail_length=3)
    assert [str(old[1])] == [fault.where for fault in chain_checks.check_all()]
    CourierBillOfEntry.objects.filter(pk=old[1].pk).update(trail_length=4)
    [kept] = ArchiveFile.objects.all()
    path = Path(default_storage.path(str(kept.file.name)))
    whole = path.read_bytes()
    path.write_bytes(whole[:-9] + b"\0" + whole[-8:])
    archive_files._read.cache_clear()
    faults = [f"{fault.where}: {fault.what}" for fault in chain_checks.check_all()]
    assert any("not as it was written" in fault for fault in faults) and any(
        "not in the store as" in fault for fault in faults
    )
    with pytest.raises(CommandError, match="broken"):
        call_command("verify_trail", stdout=StringIO())


@pytest.mark.parametrize("days", ["180", "400"])
def test_a_year_stays_for_the_days_of_the_rule_after_its_end(days: str) -> None:
    DatedRule.objects.create(name="archive_after_days", from_date=timezone.localdate(), value=days, source="test")
    one = settled()
    since = trail_years.year_of(timezone.now())
    TrailYear.objects.filter(trail=TABLE, first=0).update(since=since)
    trail_years.cut(TABLE, one.pk + 1, trail_years.after(since))
    over = timezone.make_aware(datetime.combine(trail_years.after(since), datetime.min.time())) + timedelta(
        days=int(days)
    )
    assert list(archiving.due(over - timedelta(seconds=1))) == []
    assert [closed.year.first for closed in archiving.due(over)] == [0]


@pytest.mark.parametrize(
    ("what", "named"), [("open", "For assessment"), ("late", "a step of late"), ("untold", "a notice is not sent"), ("draft", "")]
)  # fmt: skip
def test_documents_that_are_not_settled_keep_their_year_open_and_are_named(
    old: list[CourierBillOfEntry], what: str, named: str
) -> None:
    one = old[0]
    if what == "open":
        CourierBillOfEntry.objects.filter(pk=one.pk).update(stage=Stage.ASSESSMENT, out_of_charge_at=None)
    elif what == "late":
        add(one, "credit_payment")
    elif what == "untold":
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("UPDATE bills_billtrail SET noticed_at = NULL WHERE document_id = %s", [one.pk])
            cursor.execute("SET session_replication_role = origin")
    else:
        CourierBillOfEntry.objects.filter(pk=one.pk).update(stage=Stage.DRAFT, out_of_charge_at=None, filed_at=None, trail_length=0, trail_head="", number=None, serial=None)  # never filed  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("DELETE FROM bills_billtrail WHERE document_id = %s", [one.pk])
            cursor.execute("SET session_replication_role = origin")
    [closed] = archiving.due(timezone.now())
    assert [f"{one}: {named}"] * bool(named) == list(archiving.hindrances(closed, timezone.now()))
    assert archiving.archive_years() == (0 if named else 1)
    assert (named in doctor.EXAMINATIONS["archive"].find()) if named else not doctor.EXAMINATIONS["archive"].find()


def test_a_chain_that_does_not_hold_stays_in_the_database(old: list[CourierBillOfEntry]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE bills_billtrail SET by_name = 'x' WHERE document_id = %s AND seq = 2", [old[0].pk])
        cursor.execute("SET session_replication_role = origin")
    assert archiving.archive_years() == 0 and not ArchiveFile.objects.exists()
    assert str(old[0]) in audit.AuditLine.objects.get(event="archive.not-kept").why
    assert BillTrail.objects.filter(document=old[0]).count() == 4


def test_the_database_lets_no_year_go_before_its_time_or_without_its_file(old: list[CourierBillOfEntry]) -> None:
    def away(first: int, table: str = TABLE) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT eccs_trail_away(%s, %s)", [table, first])

    with pytest.raises(DatabaseError, match="no file holds"):
        away(0)
    with pytest.raises(DatabaseError, match="180 days"):
        away(old[-1].pk)
    for table, first in (("eccs_auditline", 0), (TABLE, 7), ("accounts_user", 0)):
        with pytest.raises(DatabaseError, match="no part"):
            away(first, table)
    archiving.archive_years()
    for change in ("UPDATE eccs_archivefile SET lines = 0", "DELETE FROM eccs_archiveblock"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    assert ArchiveBlock.objects.count() == 3
