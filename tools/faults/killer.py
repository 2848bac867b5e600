"""Who dies and when: the same seed gives the same victims after the same number of acknowledged operations."""

from __future__ import annotations

import threading
import time
from collections import Counter
from random import Random
from typing import Any

import psycopg2
import requests

from eccs.processes import CannotStart
from tools.faults.house import House, awaited
from tools.faults.work import Work

VICTIMS = {  # of a hundred
    "web": 12, "a web process": 18, "worker": 12, "a worker process": 16, "beat": 6, "Redis": 10, "a backend": 16, "postmaster": 10,
}  # fmt: skip
LONGEST_WAIT = 15.0  # seconds for the next operation to be acknowledged, before the next one dies all the same


class Recovery:
    """After how long PostgreSQL answered by itself, and after how long the first page did."""

    def __init__(self, house: House, cookies: dict[str, str]) -> None:
        self.house, self.cookies = house, cookies
        self.measured: list[tuple[float, float]] = []

    def restart(self) -> None:
        """Start PostgreSQL again, and measure."""
        found: dict[str, float] = {}
        began = time.monotonic()
        watches = [
            threading.Thread(target=self._watch, args=(name, holds, began, found))
            for name, holds in (("database", self._accepts), ("page", self._shows))
        ]
        for watch in watches:
            watch.start()
        try:
            self.house.postgres.start()
        except CannotStart:  # something of the old one still held its memory
            time.sleep(1)
            self.house.postgres.start()
        for watch in watches:
            watch.join()
        if len(found) == 2:
            self.measured.append((found["database"], found["page"]))

    def _watch(self, name: str, holds: Any, began: float, found: dict[str, float]) -> None:
        while time.monotonic() - began < 60:
            if holds():
                found[name] = time.monotonic() - began
                return
            time.sleep(0.01)

    def _accepts(self) -> bool:
        try:
            line = psycopg2.connect(f"host={self.house.postgres._sockets()} user=postgres dbname=eccs")
        except psycopg2.OperationalError:
            return False
        try:
            with line.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM eccs_counter")
            return True
        except psycopg2.Error:
            return False
        finally:
            line.close()

    def _shows(self) -> bool:
        try:
            address = f"{self.house.address}/"
            return requests.get(address, cookies=self.cookies, timeout=20, allow_redirects=False).status_code == 200
        except requests.RequestException:
            return False


class Killer:
    """Kills, and starts again what nothing else would."""

    def __init__(self, house: House, work: Work, recovery: Recovery, kills: int, seed: int) -> None:
        self.house, self.work, self.recovery, self.kills = house, work, recovery, kills
        self.dice = Random(seed)  # noqa: S311 not a secret
        self.killed: Counter[str] = Counter()

    def run(self) -> None:
        """All kills, spread over the work."""
        for number in range(self.kills):
            victim = self.dice.choices(list(VICTIMS), list(VICTIMS.values()))[0]
            moment = self.dice.random()
            self._wait_for((number + moment) * self.work.wanted / self.kills, moment)
            if self.work.ended.is_set():
                return
            self._kill(victim)
            self.killed[victim] += 1
            if (number + 1) % 25 == 0:
                told = ", ".join(f"{n} {name}" for name, n in self.killed.most_common())
                print(f"  {number + 1} killed ({told}), {self.work.journal.operations:,} acknowledged", flush=True)

    def _wait_for(self, operations: float, moment: float) -> None:
        deadline = time.monotonic() + LONGEST_WAIT
        while self.work.done < operations and time.monotonic() < deadline:
            if self.work.ended.wait(0.05):
                return
        time.sleep(moment)  # somewhere within what is under way

    def _kill(self, victim: str) -> None:
        house = self.house
        if victim in ("web", "worker", "beat"):
            house.kill(victim)
            house.start(victim)
        elif victim in ("a web process", "a worker process"):
            house.kill_one_child("web" if "web" in victim else "worker", self.dice.choice)
        elif victim == "Redis":
            house.kill_redis()
            house.redis.start()
        elif victim == "a backend":
            house.kill_backend(self.dice.choice)
        else:
            house.kill_postmaster()
            self.recovery.restart()
        if victim == "a backend":
            awaited("PostgreSQL is up after it lost a process", self.recovery._accepts, 60)
