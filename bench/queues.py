"""A queue page over a million bills: beside ten thousand, beside its own first page, and beside a tuned Django admin list."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

import psycopg2
from django.core.cache import cache
from django.db import connection
from django.test import Client

from bench import admin_list, world
from bench.bulk import lay_bills
from bench.measure import Row, at_least, at_most, rounds, timed
from bills.models import CourierBillOfEntry
from eccs import desks, keyset

FEW, ALL = 10_000, 1_000_000
DEEP = 200_000
ROUNDS, BLOCKS = 25, 5
FEW_ALONE = "bench_few"
QUEUE = "/bills/imports/queue/assessment/"


def run() -> list[Row]:
    """Few, all, deep, the badges, and the admin."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(world.person("ao.blr"))

    def page(address: str = QUEUE) -> float:
        def ask() -> None:
            answer = client.get(address)
            assert answer.status_code == 200, answer.status_code

        return timed(ask)

    with connection.cursor() as cursor:
        cursor.execute("UPDATE bills_courierbillofentry SET stage = 'FOR_OUT_OF_CHARGE' WHERE stage = 'ASSESSMENT'")
    lay_bills(FEW, "ASSESSMENT")
    every = connection.settings_dict["NAME"]
    copy_database(every, FEW_ALONE)
    lay_bills(ALL - FEW, "ASSESSMENT")

    def pages_in(database: str) -> float:
        turn_to(database)
        page()
        return _block(page)

    few, first = rounds(BLOCKS, lambda: pages_in(FEW_ALONE), lambda: pages_in(every))
    turn_to(every)
    deep = _deep()
    turns = [(page(), page(deep)) for _n in range(ROUNDS)]  # in turn, so that none has the quieter minute
    at_first, far = (median(times) for times in zip(*turns, strict=True))
    peer = admin_list.client()
    listed, shown = rounds(
        BLOCKS, lambda: _block(lambda: timed(lambda: admin_list.ask(peer))), lambda: _block(page)
    )  # in blocks: after a COUNT of a million rows the next page finds every cache of the processor cold
    badges = _badges(first)
    return [
        at_most(
            "queue page, a million bills",
            f"{first * 1000:.1f} ms",
            f"ten thousand {few * 1000:.1f} ms",
            first / few,
            1.15,
        ),
        at_least(
            "queue page, 200,000 deep",
            f"{1 / far:,.0f} pages/s",
            f"first page {1 / at_first:,.0f} pages/s",
            at_first / far,
            0.9,
        ),
        at_most(
            "badges of a queue page", f"{badges * 1000:.2f} ms", f"the page {first * 1000:.1f} ms", badges / first, 0.1
        ),
        at_least(
            "queue page beside the admin",
            f"{1 / shown:,.0f} pages/s",
            f"admin list {1 / listed:,.1f} pages/s",
            listed / shown,
            4,
        ),
    ]


def copy_database(name: str, copy: str) -> None:
    """A database as another one is now, so that both can be asked in turn."""
    connection.close()
    apart = psycopg2.connect(**{**connection.get_connection_params(), "dbname": "template1"})
    apart.autocommit = True
    with apart.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{copy}"')
        cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')
    apart.close()


def turn_to(database: str) -> None:
    """Ask another database from now on; nothing that was cached of the one before is told of it."""
    connection.close()
    connection.settings_dict["NAME"] = database
    cache.clear()


def _block(once: Callable[[], float]) -> float:
    return median(once() for _n in range(5))


def _deep() -> str:
    rows = CourierBillOfEntry.objects.filter(station_id="BLR", stage="ASSESSMENT").order_by("stage_since", "pk")
    last = rows[DEEP]
    return f"{QUEUE}?mark={keyset.mark('stage_since', last)}"


def _badges(_page: float) -> float:
    """What the counts cost a page: reading them from the cache, and its share of counting them anew every few seconds."""
    actor = world.actor("ao.blr")
    desks.desks(actor)
    warm = median(timed(lambda: desks.desks(actor)) for _n in range(50))

    def cold() -> float:
        cache.clear()
        return timed(lambda: desks.desks(actor))

    counted = median(cold() for _n in range(5))
    pages_meanwhile = desks.COUNTED_FOR / _page
    return warm + counted / pages_meanwhile
