"""The trail may only grow, and what was changed past it is found."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from eccs import roots, trail
from eccs.models import TrailRoot
from eccs.tasks import seal_trail
from manifests.models import ExpressCargoManifest, ManifestTrail

pytestmark = pytest.mark.django_db


def past_the_trigger(statement: str, *values: int) -> None:
    """What somebody with the keys of the database could do."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE manifests_manifesttrail DISABLE TRIGGER manifests_manifesttrail_lines")
        cursor.execute(statement, values)
        cursor.execute("ALTER TABLE manifests_manifesttrail ENABLE TRIGGER manifests_manifesttrail_lines")


def test_each_line_is_sealed_by_the_one_before(landed: ExpressCargoManifest) -> None:
    first, second = landed.trail.order_by("seq")
    assert (first.previous, second.previous) == ("", first.seal)
    assert (landed.trail_length, landed.trail_head) == (2, second.seal)
    assert first.snapshot is not None and first.snapshot["flight"] == "ZZ318"
    assert list(trail.broken_lines(ManifestTrail)) == []


@pytest.mark.parametrize(
    "change", ["UPDATE manifests_manifesttrail SET by_name = 'x'", "DELETE FROM manifests_manifesttrail"]
)
def test_the_database_refuses_to_change_a_line(landed: ExpressCargoManifest, change: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert landed.trail.count() == 2


def test_only_the_mark_that_a_line_was_told_may_be_set_once(landed: ExpressCargoManifest) -> None:
    lines = ManifestTrail.objects.filter(document=landed)
    lines.update(noticed_at=timezone.now())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        lines.update(noticed_at=timezone.now())
    assert list(trail.broken_lines(ManifestTrail)) == []


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("UPDATE manifests_manifesttrail SET by_name = 'x' WHERE document_id = %s AND seq = 1", "line 1 (submit)"),
        ("UPDATE manifests_manifesttrail SET answers = '{}' WHERE document_id = %s AND seq = 2", "line 2 (feed_igm)"),
        ("DELETE FROM manifests_manifesttrail WHERE document_id = %s AND seq = 1", "line 1 (feed_igm)"),
        ("DELETE FROM manifests_manifesttrail WHERE document_id = %s AND seq = 2", "line 2 (the end of the chain)"),
        ("DELETE FROM manifests_manifesttrail WHERE document_id = %s", "line 2 (the end of the chain)"),
    ],
)
def test_the_first_broken_line_is_named(landed: ExpressCargoManifest, change: str, line: str) -> None:
    past_the_trigger(change, landed.pk)
    assert list(trail.broken_lines(ManifestTrail)) == [(str(landed), line)]
    with pytest.raises(CommandError, match="1 broken"):
        call_command("verify_trail", stdout=StringIO())


def test_the_root_of_a_day_stays_and_leans_on_the_day_before(landed: ExpressCargoManifest) -> None:
    today = timezone.localdate()
    first = {root.trail: root for root in roots.seal_day(today)}["manifests_manifesttrail"]
    assert (first.documents, first.lines) == (1, 2)
    again = {root.trail: root for root in roots.seal_day(today)}["manifests_manifesttrail"]
    next_day = {root.trail: root for root in roots.seal_day(today + timedelta(days=1))}["manifests_manifesttrail"]
    assert again.root == first.root
    assert next_day.before == first.root
    assert next_day.root != first.root


def test_a_chain_that_was_cut_with_its_head_holds_by_itself_but_not_against_the_roots(
    landed: ExpressCargoManifest,
) -> None:
    today = timezone.localdate()
    roots.seal_day(today)
    roots.seal_day(today + timedelta(days=1))
    assert not list(roots.broken_roots())
    first = landed.trail.order_by("seq")[0]
    past_the_trigger("DELETE FROM manifests_manifesttrail WHERE document_id = %s AND seq = 2", landed.pk)
    ExpressCargoManifest.objects.filter(pk=landed.pk).update(trail_length=1, trail_head=first.seal)
    assert not list(trail.broken_lines(ManifestTrail))
    assert [(root.trail, root.day) for root in roots.broken_roots()] == [("manifests_manifesttrail", today)]
    with pytest.raises(CommandError, match="1 broken"):
        call_command("verify_trail", stdout=StringIO())


def test_a_day_on_which_nobody_sealed_is_sealed_later() -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    roots.seal_day(yesterday - timedelta(days=3))
    seal_trail()
    days = TrailRoot.objects.filter(trail="manifests_manifesttrail").order_by("day").values_list("day", flat=True)
    assert list(days) == [yesterday - timedelta(days=n) for n in (3, 2, 1, 0)]


def test_a_host_whose_clock_runs_ahead_seals_no_day_that_still_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    now, today = timezone.now(), timezone.localdate()
    with monkeypatch.context() as ahead:
        ahead.setattr(timezone, "now", lambda: now + timedelta(days=2))
        seal_trail()
    assert not TrailRoot.objects.filter(day__gte=today).exists(), "lines of today are still written"
    assert TrailRoot.objects.filter(day=today - timedelta(days=1)).exists()
