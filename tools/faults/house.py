"""The whole of ECCS as `make run` has it, on ports and folders of its own, each process by its name, so that it can be killed."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import requests

from eccs import measuring
from eccs.embedded import Postgres, Redis
from eccs.processes import end, is_alive

BASE_DIR = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PASSWORD = "faults-are-found-by-looking"  # noqa: S105 of a cast that lives for the length of the trial
PATIENCE = 180.0  # seconds until something counts as never coming about


def awaited(what: str, holds: Callable[[], object], patience: float = PATIENCE) -> float:
    """Wait until something holds, and return after how many seconds. Raises SystemExit where it never does."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > patience:
            raise SystemExit(f"NOT SO: within {patience:.0f} s it never came about that {what}")
        time.sleep(0.05)
    return time.monotonic() - began


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _tables() -> str:
    """What the tables and the cast are made from, as a word that changes with it."""
    files = sorted((*BASE_DIR.glob("*/migrations/*.py"), BASE_DIR / "accounts" / "cast.py"))
    return hashlib.sha256(b"".join(one.read_bytes() for one in files)).hexdigest()[:8]


def children_of(parent: int) -> list[int]:
    """The processes that a process has started itself."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError):
                words = (entry / "stat").read_text().rpartition(") ")[2].split()
                if int(words[1]) == parent and words[0] != "Z":
                    found.append(int(entry.name))
    return sorted(found)


class House:
    """PostgreSQL, Redis, bank, web server, worker and beat."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.postgres = Postgres(place / "postgres", more={"max_wal_size": "512MB"})
        self.redis = Redis(place / "redis")
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.web_port, self.bank_port = free_port(), free_port()
        self.ended: list[str] = []  # what ended by itself and was started again
        self.in_hand = {name: threading.Lock() for name in ("web", "worker", "beat")}
        self.more: dict[str, str] = {}  # what a scene adds to the environment of what it starts

    @property
    def address(self) -> str:
        """Where the pages are."""
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def commands(self) -> dict[str, list[str]]:
        """What is started, as the Procfile has it."""
        celery = [str(BIN / "celery"), "-A", "eccs"]
        return {
            "bank": [sys.executable, "-m", "payments.sandbox", "--host", "127.0.0.1", "--port", str(self.bank_port)],
            "web": [str(BIN / "gunicorn"), "eccs.wsgi", "--config", "deploy/gunicorn.conf.py"],
            "worker": [*celery, "worker", "--loglevel", "WARNING", "--concurrency", "2", "--without-mingle", "--without-gossip"],
            "beat": [*celery, "beat", "--loglevel", "WARNING", "--pidfile="],
        }  # fmt: skip

    def prepare(self) -> None:
        """An empty place, servers, the tables and the cast; this process sees the same database as the others."""
        ready = self.place.with_name(f"{self.place.name}-ready-{_tables()}")
        shutil.rmtree(self.place, ignore_errors=True)
        if ready.exists():
            subprocess.run(["cp", "-a", str(ready), str(self.place)], check=True)
        (self.place / "logs").mkdir(parents=True, exist_ok=True)
        os.environ.update({
            "ECCS_VAR": str(self.place), "ECCS_DEMO": "1", "ECCS_DEMO_PASSWORD": PASSWORD, "ECCS_BANK_KEY": "5c" * 32,
            "ECCS_SECRET_KEY": "only-for-faults-on-one-machine-and-for-nothing-else-whatever",
            "ECCS_HOST": "127.0.0.1", "ECCS_PORT": str(self.web_port), "ECCS_PUBLIC_URL": self.address,
            "ECCS_BANK_URL": f"http://127.0.0.1:{self.bank_port}", "ECCS_HOSTS": "127.0.0.1", "ECCS_WEB_WORKERS": "2",
            "ECCS_NOTIFY_URL": f"{self.address}/payments/bank/confirmation/", "ECCS_SANDBOX_LATE_SECONDS": "5",
            "ECCS_SANDBOX_LEDGER": str(self.place / "bank.sqlite3"), "ECCS_LOG_LEVEL": "WARNING",
            "PROMETHEUS_MULTIPROC_DIR": str(self.place / "metrics"), "DJANGO_SETTINGS_MODULE": "eccs.settings",
        })  # fmt: skip
        for name in ("ECCS_REPLICA_URL", "ECCS_MEDIA", "ECCS_STATIC", "ECCS_CA_DIR", "ECCS_PAPER_KEYS_DIR"):
            os.environ.pop(name, None)
        measuring.begin_anew(self.place / "metrics")
        if not ready.exists():
            empty = Postgres(self.place / "postgres", quick=True)
            os.environ["DATABASE_URL"] = empty.start()
            os.environ["REDIS_URL"] = "redis://127.0.0.1:1/0"
            self.manage("prepare")
            empty.stop()
            subprocess.run(["cp", "-a", str(self.place), str(ready)], check=True)  # the next trial begins at once
        os.environ["DATABASE_URL"] = self.postgres.start()
        os.environ["REDIS_URL"] = self.redis.start()

    def manage(self, *words: str) -> str:
        """A command of Django in a process of its own; what it printed. Raises SystemExit where it fails."""
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(command, cwd=BASE_DIR, env=os.environ, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"NOT SO: manage.py {' '.join(words)}: {done.stdout[-1500:]}{done.stderr[-1500:]}")
        return done.stdout

    def start(self, *names: str) -> None:
        """Start processes, all where none is named, and wait until the pages answer."""
        for name in names or tuple(self.commands):
            with (self.place / "logs" / f"{name}.log").open("ab") as log:
                self.running[name] = subprocess.Popen(
                    self.commands[name], cwd=BASE_DIR, env=os.environ | self.more, stdin=subprocess.DEVNULL, stdout=log,
                    stderr=log, start_new_session=True,
                )  # fmt: skip
        if "web" in (names or tuple(self.commands)):
            awaited("the pages answer", self.answers)

    def answers(self) -> bool:
        """Whether the web server answers, whatever it says."""
        try:
            return requests.get(f"{self.address}/healthz", timeout=5).status_code > 0
        except requests.RequestException:
            return False

    def kill(self, name: str) -> None:
        """kill -9 of a process with all its children at once."""
        process = self.running.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    @contextmanager
    def held(self, *names: str) -> Iterator[None]:
        """These processes and their children stand still meanwhile."""
        groups = [self.running[name].pid for name in names]
        for group in groups:
            os.killpg(group, signal.SIGSTOP)
        try:
            yield
        finally:
            for group in groups:
                os.killpg(group, signal.SIGCONT)

    def kill_and_start(self, name: str) -> None:
        """kill -9 of a process with all its children, and another one in its place."""
        with self.in_hand[name]:
            self.kill(name)
            self.start(name)

    def supervise(self) -> None:
        """What the supervisor of the containers does: whatever ended by itself is started again."""
        for name in ("worker", "beat"):
            if not self.in_hand[name].acquire(blocking=False):
                continue
            try:
                process = self.running.get(name)
                if process is not None and process.poll() is not None:
                    self.ended.append(name)
                    self.start(name)
            finally:
                self.in_hand[name].release()

    def kill_one_child(self, name: str, choose: Callable[[list[int]], int]) -> bool:
        """kill -9 of one process of a pool, which its parent must notice and replace; whether there was one."""
        children = children_of(self.running[name].pid)
        if children:
            with suppress(ProcessLookupError):
                os.kill(choose(children), signal.SIGKILL)
        return bool(children)

    @property
    def postmaster(self) -> int:
        """The process that listens for PostgreSQL."""
        return int((self.postgres.folder / "postmaster.pid").read_text().split()[0])

    def backends(self) -> list[int]:
        """The processes of PostgreSQL that serve somebody."""
        found = []
        for pid in children_of(self.postmaster):
            with suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_bytes()
                if b" eccs " in words and words.startswith(b"postgres: postgres"):
                    found.append(pid)
        return found

    def kill_backend(self, choose: Callable[[list[int]], int]) -> bool:
        """kill -9 of a process that serves somebody: PostgreSQL ends all the others and recovers by itself."""
        backends = self.backends()
        if backends:
            with suppress(ProcessLookupError):
                os.kill(choose(backends), signal.SIGKILL)
        return bool(backends)

    def kill_postmaster(self) -> None:
        """kill -9 of the postmaster; what it had started ends by itself once it notices."""
        pid = self.postmaster
        children = children_of(pid)
        os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 5
        while any(map(is_alive, children)) and time.monotonic() < deadline:
            time.sleep(0.01)
        end([one for one in children if is_alive(one)], patience=5)  # else the next one may not use their memory
        self._reap()

    def kill_redis(self) -> None:
        """kill -9 of Redis."""
        process = self.redis._process
        if process is not None:
            process.kill()
            process.wait()

    def _reap(self) -> None:
        process = self.postgres._process
        if process is not None:
            process.wait()

    def stop(self) -> None:
        """Everything ends, the database last."""
        for name in list(self.running):
            self.kill(name)
        self.redis.stop()
        self.postgres.stop()
