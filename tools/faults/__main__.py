"""`make faults`: firms work while everything is killed, and every consequence is audited; ARGS="--kills 1000 --operations 50000 --seed 7"."""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import threading
import time
from collections import Counter
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from tools.faults.house import BASE_DIR, House, awaited

SCENES = ("kills", "stopped", "clock", "disk")
ENDLESS = ("kills", "clock", "disk")  # people work until it is over
SWEEP = 8.0  # seconds between two sweeps for what was left behind; beat makes one in two minutes
LEFT = timedelta(seconds=8)  # so long nothing was heard of an upload; the worker waits three minutes


def said(words: str) -> None:
    """Tell at once what was seen."""
    print(words, flush=True)


class Sweeps(threading.Thread):
    """The sweeps of beat with the clock moved on: what a killed worker left behind is taken up, silent challans are asked about."""

    def __init__(self, house: House | None) -> None:
        super().__init__(daemon=True)
        self.house, self.ended = house, threading.Event()

    def run(self) -> None:
        """Sweep until told to end."""
        while not self.ended.wait(SWEEP):
            if self.house is not None:
                self.house.supervise()
            self.sweep()

    def sweep(self) -> None:
        """Once; what is away now is there at the next."""
        from django.db import Error, connection
        from django.utils import timezone
        from kombu.exceptions import OperationalError

        from api.tasks import send_webhooks
        from eccs import letters, tasks, upload_runner
        from eccs.models import Notice
        from payments.models import Challan
        from payments.tasks import verify_silent_challans

        upload_runner.LEFT_BEHIND = LEFT
        with suppress(Error, OperationalError, OSError):
            upload_runner.resume()
            Challan.objects.exclude(ask_again_at=None).update(ask_again_at=timezone.now())
            verify_silent_challans.delay()
            soon = (
                timezone.now() + letters.CLAIMED - LEFT
            )  # claimed by a worker that was killed, which lets go of it after ten minutes
            Notice.objects.filter(sent_at=None, try_at__lt=soon).update(try_at=timezone.now())
        for task in (tasks.send_notices, send_webhooks):
            with suppress(OperationalError, OSError):
                task.delay()
        connection.close()


def at_bank(place: Path) -> dict[str, tuple[str, int]]:
    """What the bank's own books say of each challan."""
    with closing(sqlite3.connect(place / "bank.sqlite3")) as books:
        rows = books.execute("SELECT challan, status, amount_paise FROM orders").fetchall()
    return {challan: (status, paise) for challan, status, paise in rows}


class Trial:
    """Everybody at work; in each scene something else befalls them, and everything is audited after each."""

    def __init__(self, given: Any, house: House) -> None:
        from tools.faults import cast
        from tools.faults.clients import Program
        from tools.faults.journal import Journal
        from tools.faults.killer import Recovery
        from tools.faults.receiver import Receiver
        from tools.faults.work import Work

        self.given, self.house, self.receiver = given, house, Receiver()
        self.keys, deposit, drafts = cast.prepare(self.receiver.address, given.transfers)
        self.journal = Journal(house.place / "journal.jsonl")
        self.work = Work(self.journal, given.seed, given.shipments, drafts, house.place)
        self.courier = Program(house.address, self.keys["courier"], self.journal, self.work.ended)
        browser = self.work.pay_in(house.address, deposit)
        self.recovery = Recovery(house, {name: value or "" for name, value in browser.person.session.cookies.items()})

    def play(self, scene: str) -> list[str]:
        """One scene; what is not as it must be."""
        sweeps, began = Sweeps(self.house if scene == "kills" else None), time.monotonic()
        sweeps.start()
        small = 10 * self.given.shipments
        if scene in ENDLESS:
            self.work.goes_on.set()
        self.work.begin(
            self.house.address, self.keys, self.given.lines, self.given.operations if scene == "kills" else small
        )
        faults: list[str] = getattr(self, f"_{scene}")()
        self.work.goes_on.clear()
        self.work.wanted = self.work.wanted if scene == "stopped" else min(self.work.wanted, self.work.done)
        self.work.join()
        seconds = time.monotonic() - began
        said(
            f"{scene}: {seconds:,.0f} s, {self.work.done:,} operations acknowledged, {self.work.done / seconds:.1f} a second"
        )
        if self.work.wrong:
            return faults + self.work.wrong
        return faults + self._audited(sweeps)

    def _kills(self) -> list[str]:
        from tools.faults.killer import Killer

        killer = Killer(
            self.house, self.work, self.recovery, self.given.kills, self.given.seed, self.given.minutes * 60
        )
        killer.run()
        while not (killer.is_late or self.work.ended.is_set() or self.work.done >= self.work.wanted):
            time.sleep(0.5)
        told = (
            f", and ended by itself and was started again: {dict(Counter(self.house.ended))}"
            if self.house.ended
            else ""
        )
        said(f"{sum(killer.killed.values())} times kill -9: {dict(killer.killed.most_common())}{told}")
        return killer.stalled + _recovered(self.recovery)

    def _stopped(self) -> list[str]:
        from tools.faults.scenes import stopped

        return stopped(self.house, self.courier, said)

    def _disk(self) -> list[str]:
        from tools.faults.scenes import disk

        return disk(self.house, self.courier, said, lambda: self.work.done)

    def _clock(self) -> list[str]:
        from tools.faults.scenes import clock

        return clock(self.house, self.courier, said, lambda: self.work.done)

    def _audited(self, sweeps: Sweeps) -> list[str]:
        from django.db import connection

        from tools.faults import audit

        connection.close()  # it is of before all that
        with suppress(SystemExit):
            awaited("nothing waits", lambda: not _waiting(audit, self.receiver), 300)
        sweeps.ended.set()
        sweeps.join()
        faults = audit.everything(self.journal.told, at_bank(self.house.place), self.receiver.taken)
        said(f"{ {what: sum(one['count'] for one in rows) for what, rows in self.journal.told.items()} }")
        again = "; ".join(f"{n} × {what}" for what, n in self.journal.answers.most_common(12))
        said(f"{self.journal.again:,} answers made somebody ask again: {again}")
        said(" ".join(self.house.manage(name).splitlines()[-1] for name in ("verify_trail", "verify_files")))
        faults += [f"{n} × {what}" for what, n in self.journal.answers.items() if what.startswith("500")]
        self.journal.answers.clear()
        return faults


def _waiting(audit: Any, receiver: Any) -> bool:
    waits = bool(audit.left_over() or audit.news(receiver.taken))
    if waits:
        time.sleep(2)
    return waits


def _recovered(recovery: Any) -> list[str]:
    if not recovery.measured:
        return []
    ratios = sorted(page / database for database, page in recovery.measured)
    slowest = max(database for database, _page in recovery.measured)
    said(
        f"{len(ratios)} recoveries of PostgreSQL, the slowest {slowest:.2f} s; first page after {median(ratios):.2f} × its own "
        f"time in the middle, {ratios[-1]:.2f} × at worst, {max(p - d for d, p in recovery.measured):.2f} s later at most"
    )
    return [] if median(ratios) <= 1.5 else [f"the first page came {median(ratios):.2f} × as late as PostgreSQL"]


def main() -> int:
    """Build, kill, audit, take down."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--operations", type=int, default=1500)
    parser.add_argument(
        "--minutes", type=float, default=0, help="so long at most is killed; then all that was done is audited"
    )
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--shipments", type=int, default=60, help="of a flight")
    parser.add_argument("--lines", type=int, default=6, help="flights at once")
    parser.add_argument("--transfers", type=int, default=40)
    parser.add_argument("scenes", nargs="*", default=["kills"], help=" ".join(SCENES))
    given = parser.parse_args()
    said(f"seed {given.seed}")
    house = House(BASE_DIR / "var" / "faults")
    try:
        began = time.monotonic()
        house.prepare()
        house.start()
        said(f"prepared in {time.monotonic() - began:.0f} s")
        import django

        from eccs import acting

        acting.by_default(acting.OWNER)
        django.setup()
        trial, faults = Trial(given, house), list[str]()
        for scene in given.scenes:
            faults += trial.play(scene)
            if faults:
                break
    finally:
        house.stop()
    for fault in faults:
        said(f"NOT SO: {fault}")
    if faults:
        again = f"--kills {given.kills} --operations {given.operations} --minutes {given.minutes} --shipments {given.shipments} --lines {given.lines}"
        said(
            f'again: make faults ARGS="{again} --seed {given.seed}"; what happened stands in {house.place}/journal.jsonl and logs/'
        )
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
