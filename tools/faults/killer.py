"""Who dies and when: the same seed gives the same victims after the same number of acknowledged operations."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import psycopg2
import requests

from eccs.processes import CannotStart
from tools.faults.house import House, awaited
from tools.faults.work import Work

VICTIMS = {  # of a hundred
    "web": 8, "a web process": 30, "worker": 6, "a worker process": 22, "beat": 6, "Redis": 20, "a backend": 5, "postmaster": 3,
}  # fmt: skip
LANES = {
    "web": "web", "a web process": "web", "worker": "worker", "a worker process": "worker", "beat": "beat", "Redis": "Redis",
    "a backend": "database", "postmaster": "database",
}  # fmt: skip
LONGEST_WAIT = 30.0  # seconds for the next operation to be acknowledged, before the next one dies all the same


def planned(kills: int, seed: int) -> dict[str, list[tuple[str, float, float]]]:
    """Who dies in which lane, after what part of the work, and which of several by a number: the same for the same seed."""
    dice = Random(seed)  # noqa: S311 not a secret
    lanes: dict[str, list[tuple[str, float, float]]] = {}
    for number in range(kills):
        victim = dice.choices(list(VICTIMS), list(VICTIMS.values()))[0]
        moment, chance = dice.random(), dice.random()
        lanes.setdefault(LANES[victim], []).append((victim, number + moment, chance))
    return lanes


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
            time.sleep(0.02)

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
    """Kills, and starts again what nothing else would: each sort of process in a lane of its own, so that two may be down at once."""

    def __init__(self, house: House, work: Work, recovery: Recovery, kills: int, seed: int, seconds: float) -> None:
        self.house, self.work, self.recovery, self.kills = house, work, recovery, kills
        self.seed = seed
        self.killed: Counter[str] = Counter()
        self.began, self.seconds = time.monotonic(), seconds  # so long at most; without end where 0
        self.lock, self.web_alone = threading.Lock(), threading.Lock()
        self.stalled: list[str] = []

    def run(self) -> None:
        """All kills, spread over the work."""
        threads = [
            threading.Thread(target=self._lane, args=(plan,)) for plan in planned(self.kills, self.seed).values()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    @property
    def is_late(self) -> bool:
        """Whether the time given is over."""
        return bool(self.seconds) and time.monotonic() - self.began > self.seconds

    def _lane(self, plan: list[tuple[str, float, float]]) -> None:
        try:
            for victim, place, chance in plan:
                self._wait_for(place)
                if self.work.ended.is_set() or self.is_late:
                    return
                self._kill(victim, chance)
                self._count(victim)
        except SystemExit as fault:  # what was killed did not come back
            self.stalled.append(str(fault))
            self.work.ended.set()

    def _count(self, victim: str) -> None:
        with self.lock:
            self.killed[victim] += 1
            number = self.killed.total()
            if number % 25 == 0:
                told = ", ".join(f"{n} {name}" for name, n in self.killed.most_common())
                minutes = (time.monotonic() - self.began) / 60
                print(f"  {minutes:.1f} min: {number} killed ({told}), {self.work.done:,} acknowledged", flush=True)

    def _wait_for(self, place: float) -> None:
        """Until so much of the work is done, or nothing is acknowledged any more."""
        share = place / self.kills
        seen, since = self.work.done, time.monotonic()
        while self.work.done < share * self.work.wanted and not self.is_late:
            if self.work.done != seen:
                seen, since = self.work.done, time.monotonic()
            elif time.monotonic() - since > LONGEST_WAIT:
                return
            if self.work.ended.wait(0.05):
                return

    def _kill(self, victim: str, chance: float) -> None:
        house = self.house
        if victim in ("web", "a web process"):
            with self.web_alone:
                self._kill_web(victim, chance)
        elif victim == "a worker process":
            house.kill_one_child("worker", _chosen(chance))
        elif victim in ("worker", "beat"):
            house.kill_and_start(victim)
        elif victim == "Redis":
            house.kill_redis()
            house.redis.start()
        elif victim == "a backend":
            house.kill_backend(_chosen(chance))
            awaited("PostgreSQL is up after it lost a process", self.recovery._accepts, 60)
        else:
            with self.web_alone:  # the first page is measured, and only PostgreSQL keeps it waiting
                house.kill_postmaster()
                self.recovery.restart()

    def _kill_web(self, victim: str, chance: float) -> None:
        if victim == "web":
            self.house.kill_and_start("web")
        else:
            self.house.kill_one_child("web", _chosen(chance))


def _chosen(chance: float) -> Callable[[list[int]], int]:
    """One of several by a number between 0 and 1."""
    return lambda found: found[int(chance * len(found))]
