"""The trail of bills lies in partitions by financial year: every line finds one, and all that kept it before still does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from bills.models import BillTrail, CourierBillOfEntry
from eccs import doctor, trail, trail_years
from eccs.trail_years import ROOM, TrailYear
from tests.factories.bills import bill

pytestmark = pytest.mark.django_db
BILLS, EXPORTS = "bills_billtrail", "exports_shippingbilltrail"


def asked(statement: str, *given: Any) -> list[Any]:
    """What PostgreSQL answers."""
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())


@pytest.fixture
def keys() -> Iterator[None]:
    """What a test takes from the sequence of the keys is given back: no rollback does that."""
    (last,) = asked("SELECT last_value FROM bills_courierbillofentry_id_seq")[0]
    (other,) = asked("SELECT last_value FROM exports_couriershippingbill_id_seq")[0]
    yield
    asked(
        "SELECT setval('bills_courierbillofentry_id_seq', %s), setval('exports_couriershippingbill_id_seq', %s)",
        last,
        other,
    )


def filed() -> CourierBillOfEntry:
    """A bill whose trail has a line."""
    one = bill()
    entry = trail.Entry(
        one, at=timezone.now(), step="file", from_stage="", to_stage=str(one.stage), by_id=None, by_name="ECCS", role="", answers={}
    )  # fmt: skip
    trail.insert_lines(BillTrail, trail.seal_entries([entry]))
    one.save(update_fields=["trail_length", "trail_head"])
    return one


def parts(table: str = BILLS) -> list[str]:
    """The bounds of the partitions of a trail."""
    return [
        told
        for (told,) in asked(
            "SELECT pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = %s::regclass ORDER BY substring(c.relname FROM '_from_([0-9]+)$')::bigint", table,
        )
    ]  # fmt: skip


def where(one: CourierBillOfEntry) -> set[str]:
    """In which partitions the lines of a bill lie."""
    found = asked("SELECT DISTINCT tableoid::regclass::text FROM bills_billtrail WHERE document_id = %s", one.pk)
    return {name for (name,) in found}


@pytest.mark.parametrize("table", [BILLS, EXPORTS])
def test_a_year_to_come_is_there_before_it_comes(table: str) -> None:
    assert parts(table) == [f"FOR VALUES FROM (MINVALUE) TO ('{ROOM}')", f"FOR VALUES FROM ('{ROOM}') TO (MAXVALUE)"]
    this = trail_years.year_of(timezone.now())
    assert list(TrailYear.objects.filter(trail=table).values_list("since", flat=True)) == [
        this,
        trail_years.after(this),
    ]
    assert trail_years.keep_years() == 0 and doctor.EXAMINATIONS["years"].find() == ""
    with time_machine.travel(timezone.now() + timedelta(days=400), tick=False):
        assert BILLS in doctor.EXAMINATIONS["years"].find()


def test_bills_of_the_new_year_lie_in_its_partition_from_1_april(keys: None) -> None:
    old = filed()
    year = trail_years.after(trail_years.year_of(timezone.now())).year
    midnight = datetime(year, 3, 31, 18, 30, tzinfo=UTC)  # of 1 April in India
    assert trail_years.keep_years(midnight - timedelta(seconds=1)) == 0 and filed().pk < ROOM
    assert trail_years.keep_years(midnight) == 2
    new = filed()
    assert new.pk == ROOM and parts()[-1] == f"FOR VALUES FROM ('{2 * ROOM}') TO (MAXVALUE)"
    assert (where(old), where(new)) == ({f"{BILLS}_from_0"}, {f"{BILLS}_from_{ROOM}"})
    assert trail_years.keep_years(midnight) == 0 and filed().pk == ROOM + 1
    assert list(trail.broken_lines(BillTrail)) == []


def test_a_year_that_was_not_cut_in_time_is_cut_with_the_lines_that_are_there() -> None:
    old, new = filed(), filed()
    foreign = asked(
        "SELECT conname FROM pg_constraint WHERE conrelid = 'bills_billtrail_from_0'::regclass AND contype = 'f'"
    )
    trail_years.cut(BILLS, new.pk, date(2031, 4, 1))
    trail_years.cut(BILLS, new.pk, date(2031, 4, 1))
    made = f"{BILLS}_from_{new.pk}"
    assert (where(old), where(new)) == ({f"{BILLS}_from_0"}, {made}) and len(parts()) == 3
    assert [filed().trail.count(), BillTrail.objects.filter(document=new).count()] == [1, 1]
    for one in (f"{BILLS}_from_0", made):
        assert asked(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f' ORDER BY 1", one
        ) == sorted(foreign)
    for name in (BILLS, made, f"{BILLS}_from_0"):
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {name} ENABLE TRIGGER {BILLS}_whole")  # the tests empty tables without it
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {name}")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {name} SET by_name = 'x'")
    line = BillTrail.objects.get(document=new)
    line.pk = None
    with pytest.raises(IntegrityError, match="seq"), transaction.atomic():
        line.save(force_insert=True)
    line.seq, line.document_id = 2, 77
    asked("SET CONSTRAINTS ALL IMMEDIATE; SELECT 1")
    with pytest.raises(IntegrityError, match="is not present"), transaction.atomic():
        line.save(force_insert=True)
    assert list(trail.broken_lines(BillTrail)) == []


def test_reading_one_bill_touches_one_partition() -> None:
    one = filed()
    plan = BillTrail.objects.filter(document=one).order_by("-seq").explain()
    assert f"{BILLS}_from_0" in plan and f"{BILLS}_from_{ROOM}" not in plan


@pytest.mark.parametrize("table", ["eccs_auditline", "accounts_user", "bills_item"])
def test_no_other_table_is_cut(table: str) -> None:
    with pytest.raises(DatabaseError, match="not cut"), transaction.atomic():
        trail_years.cut(table, 5, date(2031, 4, 1))
