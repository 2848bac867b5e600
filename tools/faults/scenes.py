"""What else befalls a system at work, each time and in the end audited as the kills are: full disks, clocks that jump, Redis or Celery away."""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import requests

from eccs.embedded import hand_over
from eccs.processes import CannotStart
from tools.faults.clients import Program
from tools.faults.house import PASSWORD, House, awaited
from tools.hosts.people import Person, header

CAST = (
    "signatory.swift", "courieradmin.swift", "importer.kaveri", "ao.blr", "dcac.blr", "xray.blr", "superintendent.blr", "scan.blr",
    "warehouse.blr", "customsadmin.blr", "commissioner.blr", "risk.blr", "auditor.blr", "sysadmin",
)  # fmt: skip
PUBLIC = (
    "/public/",
    "/public/track/",
    "/public/tariff/",
    "/public/exchange-rates/",
    "/public/status/",
    "/public/forms/",
    "/sign-in/",
)
ROOM = 60  # MiB, twice: on a small disk for work, and in the ballast
LEAST = 0.95  # of all pages must answer while Redis or Celery is away
JUMPS = (("26 hours ahead", 26 * 3600), ("right again", 0), ("2 hours behind", -7200), ("right again", 0))
CLOCK = Path(__file__).with_name("clock.c")
Said = Callable[[str], None]


class Pages:
    """The pages that each of the cast is led to from the desk."""

    def __init__(self, house: House) -> None:
        self.people = {name: Person(house.address, name, ()).sign_in(PASSWORD) for name in CAST}
        self.address, self.found = house.address, dict[str, list[str]]()
        for name, person in self.people.items():
            desk = person.session.get(f"{house.address}/", timeout=60).text
            links = set(re.findall(r'href="(/[a-z][^"#]*/)"', desk))
            self.found[name] = ["/", *sorted(one for one in links if "sign-out" not in one)]

    def ask(self) -> Counter[tuple[int, str]]:
        """All of them once: how often which answer, and of which page where it was none."""
        answers: Counter[tuple[int, str]] = Counter()
        for name, person in self.people.items():
            for page in self.found[name]:
                status = person.ask(page)[0]
                answers[status, "" if status in (200, 302) else page] += 1
        stranger = requests.Session()
        for page in PUBLIC:
            answers[stranger.get(f"{self.address}{page}", timeout=60).status_code, ""] += 1
        return answers

    def judged(self, what: str, said: Said) -> list[str]:
        """Ask all, tell, and return what is not as it must be."""
        answers, slowest = self.ask(), max(seconds for one in self.people.values() for *_x, seconds in one.answers)
        good = sum(n for (status, _page), n in answers.items() if status in (200, 302))
        said(f"{what}: {good} of {answers.total()} pages answered, the slowest in {slowest:.1f} s")
        bad = {key: n for key, n in answers.items() if key[0] not in (200, 302)}
        faults = [f"{what}: {status} {page}" for status, page in bad if status >= 500]
        return faults + ([f"{what}: {bad}"] if good < LEAST * answers.total() else [])


def stopped(house: House, courier: Program, said: Said) -> list[str]:
    """Redis is stopped, then worker and beat: pages go on, what is filed is kept, and goes on by itself afterwards."""
    pages = Pages(house)
    faults = pages.judged("everything there", said)
    house.kill_redis()
    faults += pages.judged("without Redis", said)
    began = time.monotonic()
    courier.post("/manifests", "stopped-redis", json=header("ST00001"))
    said(f"without Redis a manifest is begun in {time.monotonic() - began:.1f} s")
    house.redis.start()
    for name in ("worker", "beat"):
        house.kill(name)
    faults += pages.judged("without worker and beat", said)
    house.start("worker", "beat")
    return faults


def disk(house: House, courier: Program, said: Said, busy: Callable[[], int]) -> list[str]:
    """The disk of the database is full, then that of the uploads: refused in plain words, and on by itself once there is room."""
    faults = []
    for name, what in (("postgres", "the database's disk"), ("media", "the uploads' disk")):
        with _small_disk(house, house.place / name, name == "postgres") as ballast:
            time.sleep(3)
            _fill(ballast)
            before, told = busy(), Counter[int]()
            until = time.monotonic() + 25
            number = 0
            while time.monotonic() < until:
                number += 1
                told[_tried(courier, f"full-{name}-{number}", number, name == "media")] += 1
                _supervise(house)
                time.sleep(0.5)
            ballast.unlink()
            stood = busy()
            awaited("PostgreSQL is up once there is room", lambda: _supervise(house), 120)
            seconds = awaited("work goes on by itself", partial(_gone_on, busy, stood), 240)
            said(
                f"{what} full: {stood - before} acknowledged meanwhile, answers {dict(told)}; on after {seconds:.1f} s"
            )
            faults += [f"{what} full: answered {status}" for status in told if status == 500 or status == 0]
    return faults


@contextmanager
def _small_disk(house: House, folder: Path, is_postgres: bool) -> Iterator[Path]:
    """The folder on a disk of its own with ROOM to spare, which a ballast can fill; afterwards it is where it was."""
    folder.mkdir(exist_ok=True)
    aside = folder.with_name(f"{folder.name}-aside")
    if is_postgres:
        house.postgres.stop()
    with house.held("web", "worker", "beat"):
        folder.rename(aside)
        folder.mkdir(mode=0o700)
        used = int(
            subprocess.run(["du", "-sm", str(aside)], check=True, capture_output=True, text=True).stdout.split()[0]
        )
        mount = ["mount", "-t", "tmpfs", "-o", f"size={used + 2 * ROOM}m,mode=700", "tmpfs", str(folder)]
        subprocess.run(mount, check=True)
        _moved(aside, folder)
        (folder / "ballast").write_bytes(bytes(ROOM << 20))  # that much is given back, whoever fills the rest
    if is_postgres:
        hand_over(folder)
        house.postgres.start()
    try:
        yield folder / "ballast"
    finally:
        if is_postgres:
            house.postgres.stop()
        shutil.rmtree(aside)
        aside.mkdir(mode=0o700)
        with house.held("web", "worker", "beat"):  # who writes into it now would be forgotten
            _moved(folder, aside)
            subprocess.run(["umount", "-l", str(folder)], check=True)
            folder.rmdir()
            aside.rename(folder)
        if is_postgres:
            hand_over(folder)
            house.postgres.start()


def _gone_on(busy: Callable[[], int], since: int) -> bool:
    return busy() > since


def _moved(here: Path, there: Path) -> None:
    subprocess.run(["cp", "-a", f"{here}/.", str(there)], check=True)


def _fill(ballast: Path) -> None:
    with suppress(OSError), ballast.open("ab") as file:
        while True:
            file.write(b"\0" * 65536)
            file.flush()


def _tried(courier: Program, key: str, number: int, is_file: bool) -> int:
    """One filing while there is no room: how it is answered."""
    try:
        if not is_file:
            return courier.try_once("/manifests", key, json=header(f"FU{number:05d}")).status_code
        path = "/stations/BLR/shipping-bills"
        return courier.try_once(path, key, files={"file": (f"{number}.csv", os.urandom(300_000).hex())}).status_code
    except requests.RequestException:
        return -1  # the web server was not reached


def _supervise(house: House) -> bool:
    """What the container's supervisor does: a PostgreSQL that ended is started again. Whether it answers."""
    try:
        os.kill(house.postmaster, 0)
        if house.postgres._process is not None and house.postgres._process.poll() is None:
            return house.postgres._answers()
    except (OSError, ValueError, IndexError):
        pass
    try:
        house.postgres.start()
    except CannotStart:
        return False
    return True


def _status(house: House) -> int:
    """How the page to sign in is answered; 0 where nobody answers."""
    try:
        return requests.get(f"{house.address}/sign-in/", timeout=60).status_code
    except requests.RequestException:
        return 0


def clock(house: House, courier: Program, said: Said, busy: Callable[[], int]) -> list[str]:
    """The clocks of web, worker and beat jump by a day and back, and back by two hours, while everybody works."""
    compiler = shutil.which("cc")
    if compiler is None:
        said("NOT TRIED: the clock (a C compiler is needed: apt-get install gcc libc6-dev)")
        return []
    told, made = house.place / "clock", house.place / "clock.so"
    told.write_bytes(struct.pack("q", 0))
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(made), str(CLOCK), "-ldl"], check=True)
    house.more = {"LD_PRELOAD": str(made), "ECCS_CLOCK_FILE": str(told)}
    faults = []
    for name in ("web", "worker", "beat"):
        house.kill(name)
        house.start(name)
    for jump, seconds in JUMPS:
        with told.open("r+b") as file:
            file.write(struct.pack("q", seconds))
        before = busy()
        time.sleep(30)
        status = _status(house)
        said(f"clocks {jump}: {busy() - before} acknowledged in 30 s, the page to sign in answers {status}")
        if status != 200:
            faults.append(f"clocks {jump}: the page to sign in answers {status}")
    house.more = {}
    for name in ("web", "worker", "beat"):
        house.kill(name)
        house.start(name)
    return faults
