"""The tallies are the trails, counted once: however the work is cut, stopped, repeated or interleaved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from threading import Event, Thread
from typing import Any

import psycopg2
import pytest
from django.core.management import call_command
from django.db import connection, transaction

from bills.models import BillTrail
from bills.stages import Stage
from eccs import celery
from manifests.models import Difference
from reports import rolling, statements
from reports.classes import BOUNDS, percentile, place_of
from reports.models import DayTally, DwellTally, Mark, PendingTally
from reports.sources import EXPORTS, IMPORTS, WHOLE
from reports.tasks import roll_up
from tests.factories.bills import bill
from tests.factories.challans import challan
from tests.factories.manifests import manifest
from tests.factories.shipping import shipping_bill
from tests.reports.trails import BEGIN, by_chance, reckoned, tallies, told, write

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 16)


class Killed(Exception):
    """The worker is gone in the middle of a piece."""


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_to_the_worker_each_line_counts_once(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    random = Random(seed)
    monkeypatch.setattr(rolling, "LINES_AT_ONCE", random.choice((1, 7, 40)))
    whole = statements.of_piece

    def killed_now_and_then(source: Any) -> Iterator[str]:
        for statement in whole(source):
            if random.random() < 0.1:
                raise Killed
            yield statement

    monkeypatch.setattr(statements, "of_piece", killed_now_and_then)
    imports = [bill(firm=firm, station=at) for firm in ("swift", "metro") for at in ("BLR", "DEL")]
    exports = [shipping_bill(station="BLR"), shipping_bill(station="DEL")]
    trails = [by_chance(random, one, IMPORTS, 20) for one in imports] + [by_chance(random, one, EXPORTS, 15) for one in exports]  # fmt: skip
    while any(trails):
        one = random.choice([trail for trail in trails if trail])
        write([one.pop(0) for _n in range(min(len(one), random.randrange(1, 9)))])
        if random.random() < 0.3:
            with suppress(Killed):
                rolling.roll_up()
    monkeypatch.setattr(statements, "of_piece", whole)
    assert rolling.roll_up()
    rolled, expected = tallies(), {name: rows | reckoned(EXPORTS)[name] for name, rows in reckoned(IMPORTS).items()}
    assert rolled == expected and all(expected.values())
    rolling.roll_up()
    assert tallies() == rolled
    call_command("roll_up_reports", "--anew")
    assert tallies() == rolled


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_line_committed_late_under_an_earlier_key_is_counted() -> None:
    slow, quick = bill(), bill()
    drawn, go_on = Event(), Event()

    def writes_slowly() -> None:
        with transaction.atomic():
            write(told(slow, (0, "assess", Stage.ASSESSMENT, Stage.DUTY)))
            drawn.set()
            assert go_on.wait(20)
        connection.close()

    thread = Thread(target=writes_slowly)
    thread.start()
    assert drawn.wait(20)
    write(told(quick, (1, "assess", Stage.ASSESSMENT, Stage.XRAY)))
    assert not rolling.roll_up() or not DayTally.objects.exists()  # it waits for the earlier key
    assert not rolling.add_piece(IMPORTS) and Mark.objects.get(trail=IMPORTS.table).as_of is None
    go_on.set()
    thread.join(20)
    late, early = BillTrail.objects.get(document=slow), BillTrail.objects.get(document=quick)
    assert late.pk < early.pk
    rolling.roll_up()
    rolling.roll_up()
    assert tallies()["day"] == reckoned(IMPORTS)["day"] and DayTally.objects.get(part="assess").count == 2


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_what_other_databases_do_holds_nothing_up() -> None:
    """Two of them, of which one or the other has a transaction at every moment: they end between any two looks of the worker."""
    given, over = connection.get_connection_params(), Event()
    work = "PERFORM pg_current_xact_id(); PERFORM pg_sleep(0.0002 * random()); COMMIT;"

    def busy() -> None:
        apart = psycopg2.connect(**{**given, "dbname": "postgres"})
        apart.autocommit = True
        with apart.cursor() as cursor:
            while not over.is_set():
                cursor.execute(f"DO $$ BEGIN FOR n IN 1..200 LOOP {work} END LOOP; END $$")
        apart.close()

    threads = [Thread(target=busy) for _n in range(2)]
    for thread in threads:
        thread.start()
    try:
        assert all(rolling._settled(Mark(ahead_before=2**62)) for _look in range(300))
    finally:
        over.set()
        for thread in threads:
            thread.join(20)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_workers_never_roll_up_at_once() -> None:
    write(told(bill(), (0, "assess", Stage.ASSESSMENT, Stage.DUTY)))
    found: list[bool] = []

    def other() -> None:
        found.append(roll_up())
        connection.close()

    with rolling.alone():
        thread = Thread(target=other)
        thread.start()
        thread.join(20)
    assert found == [False] and not DayTally.objects.exists()
    assert roll_up() and DayTally.objects.get().count == 1


def test_the_time_the_firm_owes_is_no_time_of_the_desk() -> None:
    one = bill(Stage.DETAINED)
    write(told(one, (0, "file", "DRAFT", Stage.DETAINED)))
    answered = told(one, (90, "reply_to_detention_memo", Stage.DETAINED, Stage.DETAINED))
    write(answered)
    write(told(one, (120, "lift", Stage.DETAINED, Stage.XRAY), (130, "clear_xray", Stage.XRAY, Stage.OUT_OF_CHARGE)))
    rolling.roll_up()
    seconds = dict(DwellTally.objects.values_list("stage", "seconds"))
    assert seconds == {"DETAINED": 1800, "XRAY": 600, WHOLE: 7800}
    cleared = DayTally.objects.filter(what="CLEARED")
    assert {row.part for row in cleared} == {"all", "facilitated", "automatic"}


def test_money_and_arrivals_are_counted_when_they_come() -> None:
    paid = challan("PAID")
    paid.lines.update(heads={"BCD": "11.00", "interest": "2.50", "igst": "0.00"})
    write(told(paid, (0, "create", "", "CREATED"), (5, "confirm", "CREATED", "PAID")))
    flight = manifest("ARRIVED")
    submitted = told(flight, (0, "submit", "DRAFT", "SUBMITTED"))
    submitted[0].snapshot = {"packages": 40}
    write(submitted)
    closed = told(flight, (60, "close_arrival", "ARRIVAL_SCAN", "ARRIVED"))
    write(closed)
    for kind, code in (("SHORT", "A"), ("SHORT", "B"), ("EXCESS", "C")):
        Difference.objects.create(manifest=flight, kind=kind, code=code, opened_at=closed[0].at)
    Difference.objects.create(manifest=flight, kind="EXCESS", code="D", opened_at=BEGIN + timedelta(days=1))
    rolling.roll_up()
    heads = DayTally.objects.filter(what="REVENUE", day=DAY, kind="CBE-XIII", courier=paid.courier_id or 0)
    assert dict(heads.values_list("part", "amount")) == {"bcd": Decimal(11), "interest": Decimal("2.5")}
    arrived = DayTally.objects.filter(what="ARRIVAL", station="BLR", kind="ECM")
    assert dict(arrived.values_list("part", "count")) == {"manifests": 1, "packages": 40, "short": 2, "excess": 1}


def test_what_waits_is_counted_by_age() -> None:
    hour = timedelta(hours=1)
    old = bill(Stage.XRAY)
    for stage, age in ((Stage.XRAY, 0), (Stage.XRAY, 5), (Stage.OUT_OF_CHARGE, 5), (Stage.DRAFT, 5)):
        bill(stage, hawb=None, on=old.manifest, stage_since=old.stage_since - age * hour)
    rolling.roll_up()
    waiting = PendingTally.objects.filter(stage="XRAY")
    assert {(row.place, row.count) for row in waiting} == {(0, 2), (2, 1)}
    assert set(PendingTally.objects.values_list("stage", flat=True)) == {"XRAY", "ARRIVAL_SCAN"}
    assert Mark.objects.get(trail=rolling.PENDING).as_of is not None


def test_percentiles_lie_in_their_class_and_classes_add_up() -> None:
    random = Random(7)
    times = [random.randrange(1, 400_000) for _n in range(999)]
    apart = [dict.fromkeys(range(len(BOUNDS) + 1), 0) for _n in range(3)]
    for n, seconds in enumerate(times):
        apart[n % 3][place_of(seconds)] += 1
    added = {place: sum(part[place] for part in apart) for place in apart[0]}
    for percent in (50, 75, 90, 95):
        exact = sorted(times)[(percent * 999 + 99) // 100 - 1]
        found = percentile(added, percent)
        assert found is not None and place_of(exact) in (place_of(found), place_of(found - 1))
    assert percentile({}, 50) is None and place_of(0) == 0 and percentile({0: 4}, 50) == 0


def test_beat_begins_the_roll_up() -> None:
    assert any(entry["task"] == roll_up.name for entry in celery.app.conf.beat_schedule.values())
    partial(roll_up)()
