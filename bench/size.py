"""Every list and search over a database of many years, beside the same over a hundredth of it: none may grow with the past."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from statistics import median
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts import cast
from accounts.permissions import Actor
from bench import world
from bench.measure import Row, at_least, at_most, timed
from bench.queues import copy_database, turn_to
from bills.models import CourierBillOfEntry
from eccs import pages
from exports.models import CourierShippingBill
from manifests.models import ExpressCargoManifest
from payments.models import Challan
from reports import rolling

FEW, MANY = 50_000, int(os.environ.get("BENCH_SIZE", "5000000"))
FEW_ALONE = "bench_size_few"
FIRST, AGAIN, AIM = 2, 5, 1.5
LEAST = 0.004  # seconds: below, a page is told by the noise of the machine
HOURS = 24 * 3600
PEOPLE = (
    "signatory.swift", "courier.swift", "courieradmin.swift", "ao.blr", "dcac.blr", "xray.blr", "inspector.blr", "superintendent.blr", "leo.blr", "scan.blr",
    "warehouse.blr", "servicecentre.blr", "risk.blr", "riskapprover.blr", "bondmaker.blr", "portadmin.blr", "customsadmin.blr", "jc.blr", "commissioner.blr",
    "custodianadmin.blr", "importer.kaveri", "importeradmin.kaveri", "auditor.blr", "sysadmin",
)  # fmt: skip


def run() -> list[Row]:
    """Lay the few, copy them, lay the rest, roll the reports up; then ask for every page of both, in turn."""
    assert set(PEOPLE) <= {one.username for one in cast.people()}
    every = connection.settings_dict["NAME"]
    call_command("load_history", bills=FEW, verbosity=0)
    copy_database(every, FEW_ALONE)
    laid = timed(lambda: call_command("load_history", bills=MANY - FEW, live=0, verbosity=0, without_reports=True))
    rolled = timed(lambda: rolling.roll_up(HOURS))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute(
            "SELECT pg_database_size(current_database()), sum(reltuples)::bigint FROM pg_class WHERE relname LIKE '%%trail' AND relkind IN ('r', 'p')"
        )
        size, lines = cursor.fetchone()
    rows = [
        at_least(
            f"load_history, {MANY:,} bills", f"{(MANY - FEW) * 1.25 / laid:,.0f} bills/s with indexes", f"{lines:,} lines of trails, {size / 2**30:.1f} GiB; reports rolled up in {rolled:,.0f} s", 1, 1,
        )
    ]  # fmt: skip
    return rows + list(_pages(every))


def _pages(every: str) -> Iterator[Row]:
    """The pages of everybody; only those that grow are told one by one, all others as one row."""
    turn_to(FEW_ALONE)
    asked = {who: list(dict.fromkeys(addresses_of(who))) for who in PEOPLE}
    found: dict[tuple[str, str], tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for round_no in range(FIRST + AGAIN):
        for place, database in enumerate((FEW_ALONE, every)):
            turn_to(database)
            for who, addresses in asked.items():
                client = Client(SERVER_NAME="127.0.0.1")
                client.force_login(world.person(who))
                client.get("/")
                for address in addresses:
                    took, status = ask(client, address)
                    if status == 200:
                        found[who, address][place].append(took)
        asked = {
            who: [
                one
                for one in addresses
                if (few := found[who, one][0])
                and _ratio(few, found[who, one][1]) > (0 if round_no < FIRST - 1 else AIM * 0.8)
            ]
            for who, addresses in asked.items()
        }  # what is near the aim is asked for again, so that a busy moment of the machine is told from a page that grows
    grown, all_few, all_many, worst = [], 0.0, 0.0, 0.0
    for (who, address), (few, many) in found.items():
        if not few or not many:
            continue
        small, large = median(few), median(many)
        all_few, all_many = all_few + small, all_many + large
        ratio = _ratio(few, many)
        worst = max(worst, ratio)
        if ratio > AIM:
            grown.append(
                at_most(
                    f"{who} {address}", f"{large * 1000:.1f} ms", f"{FEW:,} bills {small * 1000:.1f} ms", ratio, AIM
                )
            )
    told = f"{len(found)} lists and searches of {len(PEOPLE)} people, {MANY:,} bills"
    yield at_most(
        told,
        f"{all_many / len(found) * 1000:.1f} ms each",
        f"{FEW:,} bills {all_few / len(found) * 1000:.1f} ms, the worst {worst:.2f} times",
        all_many / all_few,
        AIM,
    )
    yield at_most("… of them more than 1.5 times as slow", str(len(grown)), "none", len(grown), 0)
    yield from sorted(grown, key=lambda row: -row.ratio)


def _ratio(few: list[float], many: list[float]) -> float:
    return max(median(many), LEAST) / max(median(few), LEAST)


def ask(client: Client, address: str) -> tuple[float, int]:
    """One page: how long it took and its answer."""
    status = 0

    def get() -> None:
        nonlocal status
        answer: Any = client.get(address)
        if answer.streaming:
            b"".join(answer.streaming_content)
        status = answer.status_code

    return timed(get), status


def addresses_of(who: str) -> Iterator[str]:
    """Every list and search that a person has: queues, filters, registers, reports, the help desk, and what the search line finds."""
    actor = Actor.of(world.person(who))
    yield "/"
    for listing in pages.listings():
        for stage in listing.waiting_at(actor):
            queue = pages.queue_address(listing.slug, stage)
            yield queue
            yield from (
                f"{queue}?sort=-{column.sort}" for column in listing.columns if column.sort and column.shown_to(actor)
            )
            yield from (
                f"{queue}?{column.name}={'1' if column.number else 'LH00000'}"
                for column in listing.columns
                if column.lookup and column.shown_to(actor)
            )
    for link in pages.declared():
        if actor.may(link.activity):
            try:
                yield reverse(link.url_name)
            except NoReverseMatch:
                continue
    yield from (f"/find/?q={text}" for text in searched())
    if any("reports" in link.url_name and actor.may(link.activity) for link in pages.declared()):
        from reports.kinds import REPORTS

        yield from (f"/reports/{slug}/" for slug in REPORTS)
    for model in (CourierBillOfEntry, CourierShippingBill, ExpressCargoManifest, Challan):
        shown = model._default_manager.visible_to(actor).order_by("pk").first()
        if shown is not None:
            yield shown.get_absolute_url()


def searched() -> Iterator[str]:
    """What people type into the search line, of a document from the beginning of the past, and what nobody has."""
    bill = CourierBillOfEntry.objects.select_related("hawb", "manifest").exclude(iec="0100000053").order_by("pk")[7]
    assert bill.hawb is not None
    master = bill.manifest.masters.first()
    assert master is not None
    yield from (
        str(bill.number),
        bill.hawb.number,
        bill.hawb.consignee_name,
        bill.iec,
        bill.kyc_number,
        master.number,
        f"{bill.filed_at:%d/%m/%Y}",
    )
    yield from (
        "Receiver",
        "LH99999999999",
        "AAFCZ9999X",
        "nobody at all",
        "CBE-XIII_BLR",
        f"{bill.filed_at:%d/%m/%Y} {bill.hawb.consignee_name}",
    )
