"""Hostile files beside the honest file of 20,000 rows that they are made of: how long each is refused, and with how much memory."""

from __future__ import annotations

import multiprocessing
import os
import re
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from django.db import connections

from bench import flights, world
from bench.measure import Row, at_most
from eccs import upload_runner
from eccs.models import Upload
from eccs.uploads.reading import MAX_UNPACKED
from tests.uploads import hostile

ROWS = int(os.environ.get("ECCS_BENCH_ROWS", "20000"))
LONGER, MORE = 2.0, 1.5  # than the honest file, at most
LEAST = 8 * 1024  # KiB that a process takes or leaves without a reason
Files = list[tuple[str, bytes]]
SMALL = ("a bomb",)
"""What unpacks to too little to be refused; bombs of full size are made here."""


class Cost(NamedTuple):
    """What the check of a file took: seconds, and KiB beyond what the process had before."""

    seconds: float
    memory: int


def run() -> list[Row]:
    """CSV beside CSV, workbook beside workbook; the dearest of each counts."""
    rows = flights.shipments(ROWS)
    numeric, code = "gross_weight_kg", "consignor_country"
    # of cells each is wrong in one place, so that the whole file is looked through; those cost as the honest one does
    texts: Files = [*hostile.texts(rows), *list(hostile.cells(rows[: ROWS // 2], numeric, code))[::16]]
    books: Files = [*(one for one in hostile.workbooks(rows) if not one[0].startswith(SMALL)), *_bombs(rows)]
    found = []
    for kind, good, files in (("CSV", hostile.as_csv(rows), texts), ("XLSX", hostile.as_xlsx(rows), books)):
        honest = _median([_cost(good, Upload.State.READY) for _round in range(3)])
        costs = {name: _cost(content, Upload.State.REFUSED, name) for name, content in files}
        slow = max(costs, key=lambda name: costs[name].seconds)
        large = max(costs, key=lambda name: costs[name].memory)
        found += [
            at_most(
                f"hostile {kind}, time", f"{costs[slow].seconds:.2f} s ({slow})", f"honest {honest.seconds:.2f} s",
                costs[slow].seconds / honest.seconds, LONGER,
            ),
            at_most(
                f"hostile {kind}, memory", f"{costs[large].memory / 1024:.0f} MiB ({large})", f"honest {honest.memory / 1024:.0f} MiB",
                costs[large].memory / max(honest.memory, LEAST), MORE,
            ),
        ]  # fmt: skip
    return found


def _bombs(rows: hostile.Rows) -> Files:
    """Workbooks that unpack to more than is unpacked, one of them with a directory that says otherwise."""
    parts, size = hostile.unzipped(hostile.as_xlsx(rows)), MAX_UNPACKED + 1
    whole = hostile.zipped([*parts.items(), ("xl/media/image1.png", bytes(size))])
    lying = whole.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    blanks = hostile.zipped([*parts.items(), (hostile.TEXTS, b"<sst>" + b" " * size + b"</sst>")])
    return [("a bomb", whole), ("a bomb whose directory lies", lying), ("a bomb of blanks", blanks)]


def _median(costs: list[Cost]) -> Cost:
    return Cost(
        sorted(one.seconds for one in costs)[len(costs) // 2], sorted(one.memory for one in costs)[len(costs) // 2]
    )


def _cost(content: bytes, state: str, name: str = "the honest file") -> Cost:
    """The cost of the check in a process of its own, as a worker's; the file is handed in before."""
    manifest = world.draft()
    upload = upload_runner.receive(
        "ecm", f"courier:{manifest.courier_id}", manifest.pk, manifest.created_by_id, "flight", content
    )
    connections.close_all()  # no process uses another's
    here, there = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_check, args=(upload.pk, there))
    child.start()
    there.close()
    try:
        cost = Cost(*here.recv())
    except EOFError:
        raise AssertionError(f"the process ended at {name}") from None
    child.join()
    upload.refresh_from_db()
    assert upload.state == state, (name, upload.state, upload.refusal, upload.faults[:2])
    return cost


def _check(upload_id: int, told: Connection) -> None:
    Upload.objects.filter(pk=upload_id).exists()  # the connection is made
    Path("/proc/self/clear_refs").write_text("5")  # the highest is counted anew
    before, start = _highest(), perf_counter()
    upload_runner.check(upload_id)
    told.send((perf_counter() - start, _highest() - before))
    told.close()


def _highest() -> int:
    """The most memory that this process held since it was last counted, in KiB."""
    found = re.search(r"^VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1])
