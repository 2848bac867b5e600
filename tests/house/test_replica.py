"""The standby: what may be a minute behind is read there, everything else and every fault at the primary."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connections, router
from django.http import HttpRequest, HttpResponse

from bills.models import CourierBillOfEntry
from eccs import replica
from eccs.doctor import EXAMINATIONS
from reports.models import DayTally

pytestmark = pytest.mark.django_db
Standby = Callable[..., None]


@pytest.fixture
def standby(monkeypatch: pytest.MonkeyPatch) -> Iterator[Standby]:
    """A second way to the same database, or to none; to Django's guard over the tests it is the first."""
    second = connections["default"].copy()

    def connect(host: str = "") -> None:
        if host:
            second.settings_dict["OPTIONS"] |= {"host": host, "port": "1", "connect_timeout": "1"}
        monkeypatch.setitem(connections.settings, replica.REPLICA, second.settings_dict)
        monkeypatch.setattr(replica, "standing", replica._Standing())
        connections[replica.REPLICA] = second

    yield connect
    second.close()
    if replica.REPLICA in connections.settings:
        del connections[replica.REPLICA]


def shown(request: HttpRequest) -> HttpResponse:
    """A page that tells where it reads its tallies, what decides, and where it would write."""
    read, decides = router.db_for_read(DayTally), router.db_for_read(CourierBillOfEntry)
    DayTally.objects.using(read).count()
    return HttpResponse(f"{replica.here()} {read} {decides} {router.db_for_write(DayTally)}")


def told() -> list[str]:
    """What a page that may be behind answers."""
    return replica.may_be_behind(shown)(HttpRequest()).content.decode().split()


def test_without_a_standby_everything_is_read_from_the_primary() -> None:
    assert told() == ["default"] * 4
    assert not replica.is_set() and EXAMINATIONS["replica"].find() == ""


def test_tallies_are_read_from_the_standby_and_what_decides_from_the_primary(standby: Standby) -> None:
    standby()
    assert told() == ["replica", "replica", "default", "default"]
    assert replica.here() == "default"  # after the page
    assert shown(HttpRequest()).content.decode().split() == ["default"] * 4  # a page that does not say so
    row = DayTally(pk=1)
    row._state.db = replica.REPLICA
    assert router.db_for_write(DayTally, instance=row) == "default"
    assert EXAMINATIONS["replica"].find() == ""


def test_a_standby_that_does_not_answer_is_left_out(standby: Standby) -> None:
    standby("127.0.0.1")
    assert told() == ["default"] * 4
    with pytest.raises(DatabaseError):  # which the doctor tells
        EXAMINATIONS["replica"].find()


@pytest.mark.parametrize(("seconds", "read"), [(120.0, "replica"), (120.1, "default"), (None, "default")])
def test_a_standby_that_fell_behind_is_left_out(
    standby: Standby, monkeypatch: pytest.MonkeyPatch, seconds: float | None, read: str
) -> None:
    standby()
    monkeypatch.setattr(replica, "lag", lambda: seconds)
    assert told()[0] == read
    assert bool(EXAMINATIONS["replica"].find()) == (read == "default")


def test_a_standby_that_dies_under_a_question_costs_no_answer(standby: Standby) -> None:
    standby()
    assert told()[0] == "replica"
    with connections[replica.REPLICA].cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    assert told()[0] == "default"
    assert told()[0] == "default"  # nor is it asked again at once
