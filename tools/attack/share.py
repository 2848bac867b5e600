"""The generated requests shared out among processes: each sends its own hundreds, to a copy of the database that is its own.

A request is the same in whichever process it is sent, so that one process plays again what any of them found.
"""

from __future__ import annotations

import gc
import os
import pickle
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from tools.attack.generated import Attacker, Found, refuse_briefly
from tools.attack.making import Request

if TYPE_CHECKING:
    from tests.walk.world import World

TOLD_EVERY = 1000  # requests
FIRST_CACHE = 8  # of the databases of Redis, those that are nobody's


@dataclass
class Asked:
    """What is to be sent: so many requests of a seed from one on, to these documents."""

    made: World
    key: str
    seed: int
    first: int
    count: int


def run(asked: Asked, processes: int) -> Found:
    """Send all of it, in this process or in several."""
    if processes == 1:
        return _sent(asked, (0, 1))
    place, running = Path(mkdtemp(prefix="attack-requests-", dir=os.environ["ECCS_VAR"])), []
    (place / "asked").write_bytes(pickle.dumps(asked))
    for n, address in enumerate(_copies(processes)):
        words = [sys.executable, "-m", "tools.attack.share", str(place), str(n), str(processes)]
        running.append(subprocess.Popen(words, env=os.environ | {"DATABASE_URL": address}))
    found = Found()
    try:
        for n, one in enumerate(running):
            if one.wait() or not (place / str(n)).exists():
                found.fault("a process ended before its time", Request(asked.first, "", f"process {n}", ""))
                continue
            found.add(pickle.loads((place / str(n)).read_bytes()))  # noqa: S301 written by ourselves
    finally:
        for one in running:
            one.kill()
            one.wait()
    return found


def _copies(count: int) -> list[str]:
    """Addresses of so many copies of the database as it now stands."""
    from django.db import connection

    own, parts = connection.settings_dict["NAME"], urlsplit(os.environ["DATABASE_URL"])
    connection.close()
    addresses = []
    with connection._nodb_cursor() as cursor:
        for n in range(count):
            name = f"{own}_{n}"
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{own}"')
            addresses.append(urlunsplit(parts._replace(path=f"/{name}")))
    return addresses


def _sent(asked: Asked, of: tuple[int, int]) -> Found:
    """The requests of one process, told of as they go."""
    from api.reference import schema
    from tools.attack import world

    refuse_briefly()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    attacker = Attacker(asked.made, world.people(), asked.seed, asked.key, schema()["paths"])
    found, told, done, shown, begun = attacker.found, 0, 0, set[str](), time.monotonic()
    for count in attacker.run(asked.first, asked.count, of):
        done += count
        for kind in set(found.faults) - shown:
            print(f"✗ {kind}\n    {found.faults[kind][0]}", flush=True)
        shown |= set(found.faults)
        if done - told >= TOLD_EVERY:
            told = done
            print(f"process {of[0] + 1}: {done:,} requests and {found.looked:,} looks, {done / (time.monotonic() - begun):.0f} a second", flush=True)  # fmt: skip
    return found


def _begun(place: Path, share: int, all_: int) -> None:
    """A process of several: it has its own database by DATABASE_URL, and takes a cache of its own."""
    from tools.attack import world

    world.begin(anew=False, cache=FIRST_CACHE + share)
    asked: Asked = pickle.loads((place / "asked").read_bytes())  # noqa: S301 written by ourselves
    found = _sent(asked, (share, all_))
    (place / str(share)).write_bytes(pickle.dumps(found))


if __name__ == "__main__":
    from importlib import import_module  # the same classes as those that are unpacked

    import_module("tools.attack.share")._begun(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
