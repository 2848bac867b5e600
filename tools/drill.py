"""The restore drill: ECCS is written to, its database dies and its disk is lost, and it is restored to random moments.

`make drill` on the embedded PostgreSQL with the very scripts of deploy/backup; ARGS="--moments 20 --seed 7". Each restored
database must hold exactly what had been acknowledged by its moment: nothing missing, nothing from later, every chain of the
trail whole and every file in its place. What took how long is printed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

BASE_DIR = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BASE_DIR))

from eccs.embedded import POSTGRES_BIN, Postgres, account_for_postgres, hand_over, open_the_way  # noqa: E402

SCRIPTS = BASE_DIR / "deploy" / "backup"
BEFORE, AFTER = 40, 160  # acts before the base backup begins, and after it has ended
LAST = 9999


@dataclass(frozen=True)
class Act:
    """Something that was asked of ECCS and acknowledged: it lies between two moments."""

    what: str
    begun: datetime
    acknowledged: datetime


@dataclass
class Drill:
    """A database, its backups, and the log of what was acknowledged."""

    place: Path
    chance: random.Random
    log: list[Act] = field(default_factory=list)

    @property
    def backups(self) -> Path:
        """Where base backups, the archived log and the copied files are."""
        return self.place / "backups"

    def prepare(self) -> Postgres:
        """An empty place, a server that archives its log, the tables and the cast."""
        Postgres(self.place / "postgres").stop()  # of a drill that was ended
        shutil.rmtree(self.place, ignore_errors=True)
        self.backups.mkdir(parents=True)
        (self.place / "media").mkdir()
        open_the_way(self.backups, SCRIPTS)
        for folder in (self.backups, self.place):
            hand_over(folder)
        os.environ.update(
            ECCS_BACKUPS=str(self.backups), ECCS_MEDIA=str(self.place / "media"), ECCS_DEMO="1", ECCS_VAR=str(self.place),
            ECCS_SECRET_KEY="only-for-the-drill",  # noqa: S106
            ECCS_LOG_LEVEL="ERROR", DJANGO_SETTINGS_MODULE="eccs.settings",
        )  # fmt: skip
        empty = Postgres(self.place / "postgres", quick=True)
        os.environ["DATABASE_URL"] = empty.start()
        try:
            for words in (["migrate", "--no-input", "--verbosity", "0"], ["demo"]):
                manage(*words)
        finally:
            empty.stop()
        server = Postgres(self.place / "postgres", more=archiving())
        os.environ["DATABASE_URL"] = server.start()
        return server

    def act(self, number: int) -> None:
        """A person hands in a file and begins a manifest; every second one is put away again, by the gate."""
        from django.core.files.base import ContentFile

        from accounts.models import User
        from accounts.permissions import Actor
        from eccs.models import Upload
        from eccs.workflow import take
        from manifests.models import ExpressCargoManifest

        person = User.objects.get(username="signatory.swift")
        actor, name, content = Actor.of(person), f"drill-{number}", self.chance.randbytes(2000)
        begun = datetime.now(UTC)
        Upload.objects.create(
            kind="drill", owner=f"courier:{actor.courier_id}", by=person, file=ContentFile(content, f"{name}.csv"), name=name,
            size=len(content), digest=hashlib.sha256(content).hexdigest(), state=Upload.State.REFUSED,
        )  # fmt: skip
        draft = ExpressCargoManifest.objects.create(
            station_id="BLR", courier_id=actor.courier_id or 0, created_by=person, airline="Zephyr Air", flight_number=name,
            airport_of_shipment="HKG", country_of_exportation="HK", first_port_of_arrival="BLR",
            scheduled_arrival=begun + timedelta(hours=2),
        )  # fmt: skip
        self.log.append(Act(f"begun {name}", begun, datetime.now(UTC)))
        if number % 2:
            begun = datetime.now(UTC)
            take(draft, "discard", actor)
            self.log.append(Act(f"discarded {name}", begun, datetime.now(UTC)))

    def write(self) -> datetime:
        """Acts before, while and after a base backup is taken; the moment from which on everything can be restored."""
        for number in range(BEFORE):
            self.act(number)
        began, number = time.monotonic(), BEFORE
        backup = as_postgres(str(SCRIPTS / "take"))
        while backup.poll() is None:
            self.act(number)
            number += 1
        base = Path(finished(backup, "take").splitlines()[-1])
        files = verified(base)
        whole = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
        size = sum(path.stat().st_size for path in base.rglob("*") if path.is_file())
        print(
            f"base backup: {size / 1e6:.0f} MB in {time.monotonic() - began:.1f} s, {files} files verified, "
            f"{number - BEFORE} acts beside it"
        )
        while datetime.now(UTC) < whole or number < BEFORE + AFTER:
            self.act(number)
            number += 1
        return whole

    def lose(self, server: Postgres) -> None:
        """The last of the log is archived and the files are copied; then the server is killed and its disk is gone."""
        from django.db import connection

        from eccs.acting import OWNER, acting_as

        self.act(LAST)
        with acting_as(OWNER), connection.cursor() as cursor:  # an administrator here: the system may not turn the log
            cursor.execute("SELECT pg_walfile_name(pg_switch_wal())")
            last = cursor.fetchone()[0]
        deadline = time.monotonic() + 30
        while not (self.backups / "wal" / last).exists():
            if time.monotonic() > deadline:
                raise SystemExit(f"{last} was not archived within 30 seconds")
            time.sleep(0.05)
        finished(as_postgres(str(SCRIPTS / "take"), "files"), "take files")
        connection.close()
        pid = int((server.folder / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        server.stop()
        shutil.rmtree(server.folder)
        shutil.rmtree(self.place / "media")

    def restore(self, moment: datetime) -> tuple[float, list[str]]:
        """Restore to a moment; how long it took until the database answered, and every difference from the log."""
        folder = self.place / "restored" / "postgres"
        shutil.rmtree(folder.parent, ignore_errors=True)
        folder.parent.mkdir()
        hand_over(folder.parent)
        began = time.monotonic()
        finished(as_postgres(str(SCRIPTS / "restore"), str(folder), moment.isoformat()), "restore")
        server = Postgres(folder)
        address = server.start()
        try:
            found = self._held(address)
            took = time.monotonic() - began
            return took, self._differences(found, moment)
        finally:
            server.stop()

    def prove(self, moment: datetime) -> float:
        """Restore database and files to the last moment, as an operator would, and verify both."""
        began = time.monotonic()
        folder = self.place / "last" / "postgres"
        folder.parent.mkdir()
        hand_over(folder.parent)
        finished(as_postgres(str(SCRIPTS / "restore"), str(folder), moment.isoformat()), "restore")
        shutil.copytree(self.backups / "files", self.place / "media")
        server = Postgres(folder)
        os.environ["DATABASE_URL"] = server.start()
        try:
            manage("verify_trail")
            manage("verify_files")
        finally:
            server.stop()
        return time.monotonic() - began

    def _held(self, address: str) -> set[str]:
        """What a restored database holds, in the words of the log."""
        import psycopg2

        with (
            psycopg2.connect(address.replace("postgres://postgres@/", "postgresql://postgres@/")) as open_,
            open_.cursor() as cursor,
        ):
            deadline = time.monotonic() + 60
            while True:
                cursor.execute("SELECT pg_is_in_recovery()")
                if not cursor.fetchone()[0] or time.monotonic() > deadline:
                    break
                time.sleep(0.05)
            cursor.execute(
                "SELECT 'begun ' || flight_number FROM manifests_expresscargomanifest WHERE flight_number LIKE 'drill-%' UNION ALL "
                "SELECT 'discarded ' || flight_number FROM manifests_expresscargomanifest WHERE flight_number LIKE 'drill-%' "
                "AND stage = 'DISCARDED'"
            )
            return {row[0] for row in cursor.fetchall()}

    def _differences(self, found: set[str], moment: datetime) -> list[str]:
        missing = [f"missing: {act.what}" for act in self.log if act.acknowledged <= moment and act.what not in found]
        later = [f"from later: {act.what}" for act in self.log if act.begun > moment and act.what in found]
        unknown = found - {act.what for act in self.log}
        return [*missing, *later, *(f"never asked: {what}" for what in sorted(unknown))]


def archiving() -> dict[str, str]:
    """What deploy/backup/postgresql.conf says, with the script where it lies here."""
    told: dict[str, str] = {}
    for line in (SCRIPTS / "postgresql.conf").read_text().splitlines():
        name, is_setting, value = line.partition("#")[0].partition("=")
        if is_setting:
            told[name.strip()] = value.strip().strip("'").replace("/srv/backup", str(SCRIPTS))
    return told


def as_postgres(*words: str) -> subprocess.Popen[str]:
    """One of the scripts, as the account of PostgreSQL, with PostgreSQL's programs on its way."""
    account: Any = account_for_postgres()
    environment = {
        "PATH": f"{POSTGRES_BIN}:{os.environ['PATH']}", "PGUSER": "postgres", "PGHOST": _sockets(),
        "ECCS_BACKUPS": os.environ["ECCS_BACKUPS"], "ECCS_MEDIA": os.environ["ECCS_MEDIA"],
        "ECCS_VERIFYBACKUP": "true",  # pg_verifybackup of the wheel does not run: `verified` does its work here
    }  # fmt: skip
    return subprocess.Popen(
        words, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/",
        user=account.pw_uid if account else None, group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )  # fmt: skip


def _sockets() -> str:
    return os.environ.get("DATABASE_URL", "").partition("?host=")[2]


def finished(process: subprocess.Popen[str], name: str) -> str:
    """Wait for a script and return what it said; that is told where it failed."""
    said = process.communicate(timeout=300)[0]
    if process.returncode:
        raise SystemExit(f"{name} failed: {said}")
    return said


def verified(base: Path) -> int:
    """Every file that the manifest of a base backup names is there with its SHA-256; how many there are."""
    listed = json.loads((base / "backup_manifest").read_text())["Files"]
    for one in listed:
        if hashlib.sha256((base / one["Path"]).read_bytes()).hexdigest() != one["Checksum"]:
            raise SystemExit(f"{one['Path']} is not as the manifest of the base backup says")
    return len(listed)


def manage(*words: str) -> None:
    """One of the commands, in a process of its own."""
    subprocess.run([sys.executable, "manage.py", *words], cwd=BASE_DIR, check=True, stdout=subprocess.DEVNULL)


def main() -> int:
    """Write, lose, restore to random moments, compare."""
    parser = argparse.ArgumentParser(prog="make drill", description=__doc__)
    parser.add_argument("--moments", type=int, default=5)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    given = parser.parse_args()
    drill = Drill(BASE_DIR / "var" / "drill", random.Random(given.seed))  # noqa: S311 not a secret
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # somebody waits for each line
    print(f"seed {given.seed}")
    began = time.monotonic()
    server = drill.prepare()
    try:
        import django

        from eccs import acting

        acting.by_default(acting.SYSTEM)
        django.setup()
        print(f"prepared in {time.monotonic() - began:.0f} s")
        first = drill.write()
        drill.lose(server)
    finally:
        server.stop()
    last, wrong, took = drill.log[-1].begun, 0, list[float]()
    print(f"{len(drill.log)} acts acknowledged; the server was killed and its disk is lost")
    for _number in range(given.moments):
        moment = first + (last - first) * drill.chance.random()
        seconds, differences = drill.restore(moment)
        took.append(seconds)
        wrong += len(differences)
        held = sum(act.acknowledged <= moment for act in drill.log)
        print(
            f"restored to {moment:%H:%M:%S.%f} in {seconds:.1f} s: {held} acts, {len(differences)} differences",
            *differences[:5],
        )
    print(f"trail and files verified after a restore to the end, {drill.prove(last):.1f} s with both verifications")
    shutil.rmtree(drill.place)
    print(f"{given.moments} restores, {max(took, default=0):.1f} s at most, {wrong} differences")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
