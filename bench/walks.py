"""Random walks of bills, manifests and shipping bills through every desk, legal and illegal, each held against the laws after every act."""

from __future__ import annotations

import gc
import logging
import os
import subprocess
import sys
from urllib.parse import urlsplit

from django.db import connection, connections
from hypothesis import Phase

from bench.measure import Row, at_least, timed
from tests.walks.machine import Walk
from tests.walks.shipping import EXPORTS, ShippingWalk
from tests.walks.state import IMPORTS
from tests.walks.walker import ACTS, Walker, walk, walks

WALKS, OF_EXPORTS = 2_000, 600
BESIDE = "walked_beside"  # a database for the other process, as each keeps one transaction open from its first walk to its last


def run() -> list[Row]:
    """Walk, half of it in a process beside; the first law that does not hold ends the benchmarks with the story of its walk."""
    told: list[str] = []
    taken = timed(lambda: told.append(_beside(WALKS // 2, OF_EXPORTS // 2)))
    acts, moved = Walker.acts, Walker.moved
    more, legal = map(int, told[0].split())
    acts, moved = acts + more, moved + legal
    words = f"{acts:,} acts, {moved:,} of them legal, {acts / taken:,.0f}/s in two processes"
    beside = f"{WALKS:,} walks of imports and {OF_EXPORTS:,} of exports, {ACTS} acts each, no law broken"
    return [at_least("walks", words, beside, acts / ((WALKS + OF_EXPORTS) * ACTS), 1)]


def _beside(imports: int, exports: int) -> str:
    """Walk here, and as often in a process with a database of its own; return what that one tells of its acts."""
    name = connection.settings_dict["NAME"]
    connections.close_all()  # a database is copied while nobody is in it
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{BESIDE}"')
        cursor.execute(f'CREATE DATABASE "{BESIDE}" TEMPLATE "{name}"')
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{BESIDE}").geturl()
    words = [sys.executable, "-m", "bench.walks_beside", str(imports), str(exports)]
    other = subprocess.Popen(words, env={**os.environ, "DATABASE_URL": address}, stdout=subprocess.PIPE, text=True)
    try:
        share(imports, exports)
        said, _nothing = other.communicate()
    finally:
        other.kill()
        other.wait()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{BESIDE}" WITH (FORCE)')
    assert other.returncode == 0, "the walks of the other process ended early: see above"
    return said.splitlines()[-1]


def share(imports: int, exports: int) -> None:
    """So many walks of each kind, no two alike."""
    logging.getLogger("payments").setLevel(logging.ERROR)  # what the bank says amiss is meant here
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    with walks(IMPORTS, EXPORTS):
        for kind, times in ((Walk, imports), (ShippingWalk, exports)):
            walk(kind, times, phases=(Phase.generate, Phase.shrink), same=False)
