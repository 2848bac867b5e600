"""The night costs what the day cost: its lines, and a share of the rest, so that everything is verified anew within the days of the rule."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from eccs import chain_checks, doctor, heads, roots, rounds, trail
from eccs.dated_rules import DatedRule
from eccs.roots import TrailRoot
from eccs.trail import ChainFault
from manifests.models import ExpressCargoManifest, ManifestTrail
from tests.factories.manifests import manifest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_store")]
TRAIL = "manifests_manifesttrail"


def add_line(one: ExpressCargoManifest) -> None:
    """One more line on a trail, written now."""
    entry = trail.Entry(
        one, at=timezone.now(), step="told", from_stage="", to_stage="DRAFT", by_id=None, by_name="ECCS", role="", answers={}
    )  # fmt: skip
    trail.insert_lines(ManifestTrail, trail.seal_entries([entry]))
    one.save(update_fields=["trail_length", "trail_head"])


def flights(count: int) -> list[ExpressCargoManifest]:
    """Manifests with one line each."""
    made = [manifest() for _n in range(count)]
    for one in made:
        add_line(one)
    return made


def behind(statement: str, *given: Any) -> None:
    """What the database's owner does with every trigger off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET session_replication_role = replica")
        cursor.execute(statement, given)
        cursor.execute("SET session_replication_role = origin")


def test_a_root_is_over_the_lines_of_its_day_alone() -> None:
    today = timezone.localdate()
    one, other, _third = flights(3)
    roots.seal_day(today)
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        add_line(one)
        add_line(one)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        add_line(other)
        roots.seal_day(today + timedelta(days=1))
        roots.seal_day(today + timedelta(days=2))
    sealed = list(TrailRoot.objects.filter(trail=TRAIL).order_by("day"))
    assert [(root.documents, root.lines) for root in sealed] == [(3, 3), (1, 2), (1, 1)]
    assert list(roots.broken_roots()) == []
    behind(f"UPDATE {TRAIL} SET seal = repeat('0', 64) WHERE document_id = %s AND seq = 2", other.pk)
    assert [root.day for root in roots.broken_roots()] == [sealed[2].day]
    assert list(roots.broken_roots(until=sealed[1].day)) == []
    assert list(roots.broken_roots(since=sealed[2].day + timedelta(days=1))) == []


def test_a_root_over_all_that_there_was_still_holds_and_those_of_days_go_on_after_it() -> None:
    """As the release before sealed: its roots are verified, and the first of a day comes after."""
    today = timezone.localdate()
    one, _other = flights(2)
    documents, lines, over = roots._of_all(TRAIL, "document_id", today)
    TrailRoot.objects.create(day=today, trail=TRAIL, documents=documents, lines=lines, root=trail.seal("", over))
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        add_line(one)
        roots.seal_day(today + timedelta(days=1))
    assert list(roots.broken_roots()) == []
    behind(f"UPDATE {TRAIL} SET seal = repeat('0', 64) WHERE document_id = %s AND seq = 1", one.pk)
    assert [root.day for root in roots.broken_roots()] == [today]


@pytest.mark.parametrize(("days", "nights"), [("2", 2), ("5", 5)])
def test_everything_is_verified_within_the_days_of_the_rule(
    days: str, nights: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "LEAST", 1)
    DatedRule.objects.create(name="chains_round_days", from_date=date(2026, 1, 1), value=days, source="test")
    keys = [one.pk for one in flights(10)]
    seen: list[tuple[int, int | None]] = []
    for _night in range(nights):
        night = rounds.Night(timezone.now())
        seen.append(night.of_keys(TRAIL, ExpressCargoManifest))
        rounds.Night(timezone.now()).of_keys(TRAIL, ExpressCargoManifest)  # broken off: it counts for nothing
        night.over()
    told = [[key for key in keys if key > after and (upto is None or key <= upto)] for after, upto in seen]
    assert [key for night in told for key in night] == keys and max(map(len, told)) == 10 // nights
    assert rounds.Round.objects.get(name=TRAIL).upto == ("" if seen[-1][1] is None else str(keys[-1]))


def test_shares_by_weight_come_to_the_end_and_begin_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "LEAST", 10)
    weighed = [("a", 4), ("b", 4), ("c", 40), ("d", 1)]
    found = []
    for _night in range(4):
        night = rounds.Night(timezone.now())
        found.append(night.of_names("x", weighed))
        night.over()
    assert found == [["a", "b"], ["c"], ["d"], ["a", "b"]]


def test_a_fault_is_found_in_its_turn_and_forgotten_when_it_was_put_right(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rounds, "LEAST", 1)
    DatedRule.objects.create(name="chains_round_days", from_date=date(2026, 1, 1), value="4", source="test")
    *_others, last = flights(4)
    behind(f"UPDATE {TRAIL} SET by_name = 'x' WHERE document_id = %s", last.pk)
    found = [chain_checks.nightly() for _night in range(5)]
    assert found[0] == 0 and found[-1] == 1, "and it stays, though it is not in its turn"
    assert [fault.where for fault in ChainFault.objects.all()] == [str(last)]
    behind(f"UPDATE {TRAIL} SET by_name = 'ECCS' WHERE document_id = %s", last.pk)
    assert chain_checks.nightly() == 0 and not ChainFault.objects.exists()


def test_heads_of_the_last_days_are_held_each_night_and_older_ones_in_their_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rounds, "LEAST", 1)
    one, other = flights(2)
    with time_machine.travel(timezone.now() - timedelta(days=9), tick=False):
        heads.take()
    add_line(other)
    heads.take()
    read: list[str] = []
    held = heads._gone

    def watched(head: heads.Head, away: dict[str, tuple[int, str]]) -> Any:
        read.append(head.name)
        return held(head, away)

    monkeypatch.setattr(heads, "_gone", watched)
    assert list(chain_checks.check_tonight()) == []
    assert sorted(read) == heads.names(), "a share is never nothing"
    behind(f"UPDATE {TRAIL} SET seal = repeat('0', 64) WHERE document_id = %s AND seq = 2", other.pk)
    assert str(other) in {fault.where for fault in chain_checks.check_tonight()}
    assert list(heads.faults(upto=heads.names()[0])) == [] and [f.where for f in heads.faults(heads.names()[0])] == [
        str(other)
    ]
    assert one.trail_length == 1


def test_the_doctor_tells_of_a_round_that_does_not_end() -> None:
    chain_checks.nightly()
    assert "too long" not in doctor.EXAMINATIONS["heads"].find()
    with time_machine.travel(timezone.now() + timedelta(days=37), tick=False):
        assert "too long" not in doctor.EXAMINATIONS["heads"].find()
    with time_machine.travel(timezone.now() + timedelta(days=38), tick=False):
        assert TRAIL in doctor.EXAMINATIONS["heads"].find()
