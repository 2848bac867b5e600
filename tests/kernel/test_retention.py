"""The audit log by months: what need not be online becomes a file, and the chains hold through it (CERT-In Directions 28.04.2022)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from eccs import audit, chain_checks, doctor, heads, retention, roots
from eccs.audit import AuditLine
from eccs.dated_rules import DatedRule
from eccs.log_files import LogFile
from tests.factories.firms import actor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files_apart(settings: LazySettings, tmp_path: Path) -> None:
    """What is put away goes where the tests' files go."""
    settings.MEDIA_ROOT = tmp_path


def told(days_ago: int, about: str) -> datetime:
    """A line of the audit log, written so long ago."""
    at = timezone.now() - timedelta(days=days_ago)
    with time_machine.travel(at, tick=False):
        audit.record("file.downloaded", by=actor("DCAC"), about=about)
    return at


def test_a_month_leaves_for_a_file_and_every_chain_holds_through_it() -> None:
    told(400, "first")
    told(399, "second")
    roots.seal_day(timezone.localdate() - timedelta(days=300))
    told(300, "third")
    told(3, "online")
    roots.seal_day(timezone.localdate() - timedelta(days=1))
    gone = retention.keep_logs()
    assert gone >= 2 and "online" in set(AuditLine.objects.values_list("about", flat=True))
    assert not AuditLine.objects.filter(about__in=("first", "second", "third")).exists()
    kept = list(LogFile.objects.order_by("since"))
    assert [line["about"] for file in kept for line in file.read()] == ["first", "second", "third"]
    assert all(file.is_as_written() and file.lines for file in kept)
    assert [line.details["sha256"] for line in AuditLine.objects.filter(event="log.kept").order_by("seq")] == [
        file.sha256 for file in kept
    ]
    assert (
        list(audit.broken_lines()) == [] and list(roots.broken_roots()) == [] and list(retention.broken_files()) == []
    )
    told(0, "afterwards")
    assert list(audit.broken_lines()) == [] and retention.keep_logs() == 0
    call_command("verify_trail", stdout=StringIO())


def test_what_is_in_files_holds_against_the_heads_kept_outside(settings: LazySettings, tmp_path: Path) -> None:
    where = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path / "heads")}}
    settings.STORAGES = {**settings.STORAGES, "heads": where}
    told(400, "first")
    told(3, "online")
    heads.take()
    retention.keep_logs()
    heads.take()
    assert list(chain_checks.check_all()) == []
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE eccs_logfile DISABLE TRIGGER eccs_logfile_lines")
        cursor.execute("UPDATE eccs_logfile SET sha256 = repeat('0', 64)")
        cursor.execute("ALTER TABLE eccs_logfile ENABLE TRIGGER eccs_logfile_lines")
    assert {fault.where.split()[0] for fault in chain_checks.check_all()} == {"audit", "log"}


def test_a_line_that_was_taken_out_or_a_file_that_was_changed_is_named() -> None:
    told(400, "first")
    told(300, "second")
    told(3, "online")
    retention.keep_logs()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE eccs_auditline DISABLE TRIGGER eccs_auditline_lines")
        cursor.execute("DELETE FROM eccs_auditline WHERE about = 'online'")
        cursor.execute("ALTER TABLE eccs_auditline ENABLE TRIGGER eccs_auditline_lines")
    assert [wrong for _lane, wrong in audit.broken_lines()] == ["line 2 (the end of the chain)"]
    last = LogFile.objects.order_by("since")[0]
    Path(default_storage.path(str(last.file.name))).write_bytes(b"another")
    assert [str(last) in fault for fault in retention.broken_files()] == [True]
    with pytest.raises(CommandError, match="broken"):
        call_command("verify_trail", stdout=StringIO())


def test_a_chain_that_does_not_hold_stays_online() -> None:
    told(400, "first")
    told(399, "second")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE eccs_auditline DISABLE TRIGGER eccs_auditline_lines")
        cursor.execute("UPDATE eccs_auditline SET about = 'another' WHERE about = 'second'")
        cursor.execute("ALTER TABLE eccs_auditline ENABLE TRIGGER eccs_auditline_lines")
    assert retention.keep_logs() == 0
    assert AuditLine.objects.filter(about="another").exists() and not LogFile.objects.exists()
    assert AuditLine.objects.filter(event="log.not-kept").exists()


def test_the_audit_log_stays_online_for_the_days_of_the_rule() -> None:
    month = date(2026, 1, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT eccs_audit_month(%s)", [month])
    days = 200
    DatedRule.objects.create(name="audit_online_days", from_date=date(2026, 1, 1), value=str(days), source="test")
    ends = datetime(2026, 2, 1, tzinfo=UTC) + timedelta(days=days)
    assert retention.due(ends - timedelta(seconds=1)) == []
    assert retention.due(ends) == [month]


@pytest.mark.parametrize("days", [179, 20])
def test_the_database_lets_no_month_go_before_its_time_or_without_its_file(days: int) -> None:
    at = told(days, "young").astimezone(UTC)
    retention.make_months(timezone.now())
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="180 days"), transaction.atomic():
        cursor.execute("SELECT eccs_audit_month_away(%s)", [at.date().replace(day=1)])
    old = told(400, "old").astimezone(UTC)
    retention.make_months(timezone.now())
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="no file holds"), transaction.atomic():
        cursor.execute("SELECT eccs_audit_month_away(%s)", [old.date().replace(day=1)])
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        cursor.execute("DELETE FROM eccs_auditline WHERE about = 'old'")


def test_the_doctor_says_when_a_month_lacks_or_stays_too_long() -> None:
    retention.keep_logs()
    assert doctor.EXAMINATIONS["logs"].find() == ""
    told(400, "stray")
    assert "outside every month" in doctor.EXAMINATIONS["logs"].find()
    with time_machine.travel(timezone.now() + timedelta(days=200), tick=False):
        assert "No partition for" in doctor.EXAMINATIONS["logs"].find()
    retention.make_months(timezone.now())
    assert "should have left" in doctor.EXAMINATIONS["logs"].find()


def test_the_numbers_of_a_lane_go_with_its_time() -> None:
    """A host whose clock is behind writes no line into a month that may be put away before its neighbours."""
    audit.record("file.downloaded", by=actor("DCAC"), about="ahead")
    with time_machine.travel(timezone.now() - timedelta(minutes=10), tick=False):
        audit.record("file.downloaded", by=actor("DCAC"), about="behind")
    ahead, behind = AuditLine.objects.order_by("seq")
    assert behind.about == "behind" and behind.at == ahead.at and list(audit.broken_lines()) == []
