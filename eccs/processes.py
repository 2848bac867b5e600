"""Processes of this machine: which of them belong to a data folder of ECCS, and how they are ended."""

import fcntl
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

MARK = "ECCS_RUN"


class CannotStart(Exception):
    """Why ECCS cannot start, in one plain line."""


class Hold:
    """The hold of one process on a data folder; the system lets it go by itself when that process dies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = -1

    def take(self) -> None:
        """Take the hold, or say which process has it. A record lock is not inherited by child processes."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._descriptor, 20).decode().strip()
            os.close(self._descriptor)
            raise CannotStart(f"already running here, as process {holder}. `make stop` stops it.") from None
        os.truncate(self._descriptor, 0)
        os.write(self._descriptor, f"{os.getpid()}\n".encode())

    def holder(self) -> int:
        """The process that has the hold now; 0 where nobody has."""
        if not self.path.exists():
            return 0
        descriptor = os.open(self.path, os.O_RDWR)
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return int(os.read(descriptor, 20) or 0)
        finally:
            os.close(descriptor)
        return 0


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and only waits to be noticed does not."""
    if pid <= 0:
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def command_of(pid: int) -> str:
    """The command line of a process, or nothing where there is none (any more)."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def marked(folder: Path) -> list[int]:
    """Every process started for this data folder, this one apart: each carries the folder in its environment."""
    wanted = f"{MARK}={folder}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                environment = (entry / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if wanted in environment and is_alive(int(entry.name)):
                found.append(int(entry.name))
    return found


def end(pids: Iterable[int], *asking: signal.Signals, patience: float = 10.0) -> None:
    """Ask the processes to end by each signal in turn, and kill what is left."""
    left = [pid for pid in pids if is_alive(pid)]
    for ask in (*asking, signal.SIGKILL):
        for pid in left:
            _send(pid, ask)
        deadline = time.monotonic() + patience
        while left and time.monotonic() < deadline:
            time.sleep(0.05)
            left = [pid for pid in left if is_alive(pid)]
        if not left:
            return


def _send(pid: int, ask: signal.Signals) -> None:
    try:
        os.kill(pid, ask)
    except ProcessLookupError:
        return
