"""The process manager: the whole of ECCS in the foreground, and its servers around any other command.

`python -m eccs.run serve` · `python -m eccs.run beside [--quick] NAME COMMAND…` · `… stop` · `… reset`
"""

import argparse
import ctypes
import errno
import multiprocessing
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType

import environ
from honcho.environ import parse_procfile
from honcho.manager import Manager, ProcessManager

from eccs import measuring
from eccs.embedded import Postgres, Redis, Server
from eccs.processes import MARK, CannotStart, Hold, end, marked

BASE_DIR = Path(__file__).resolve().parent.parent
LOOPBACK = "127.0.0.1"
PR_SET_PDEATHSIG = 1
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """Someone pressed Ctrl-C or asked the process manager to end; holds the signal."""


def main(words: list[str]) -> int:
    """Read the command line, do it, and say what stands in the way in one line."""
    parser = argparse.ArgumentParser(prog="python -m eccs.run")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="the whole system in the foreground")
    beside = commands.add_parser("beside", help="PostgreSQL and Redis of their own around a command")
    beside.add_argument("--quick", action="store_true", help="for throw-away data: no safety against power cuts")
    beside.add_argument("name")
    beside.add_argument("words", nargs=argparse.REMAINDER)
    commands.add_parser("stop", help="end what was left running")
    commands.add_parser("reset", help="end what was left running and delete var/")
    chosen = parser.parse_args(words)
    os.umask(0o077)
    if (BASE_DIR / ".env").exists():
        environ.Env.read_env(BASE_DIR / ".env")
    var = Path(os.environ.get("ECCS_VAR", BASE_DIR / "var")).resolve()
    _listen_for_stops()
    try:
        if chosen.command == "serve":
            return serve(var)
        if chosen.command == "beside":
            return run_beside(var, chosen.name, chosen.words, quick=chosen.quick)
        return stop(var, delete=chosen.command == "reset")
    except CannotStart as reason:
        print(f"ECCS: {reason}", file=sys.stderr)
        return 1
    except Stopped:
        return 130


def serve(var: Path) -> int:
    """Run the Procfile over a prepared database until Ctrl-C, or until one of its processes ends."""
    environment = os.environ
    environment.setdefault("ECCS_DEMO", "1")
    host = environment.setdefault("ECCS_HOST", LOOPBACK)
    port = _port(environment.setdefault("ECCS_PORT", "8000"))
    demo = environment["ECCS_DEMO"].lower() in ("1", "true", "yes", "on")
    environment["ECCS_DEMO"] = "1" if demo else "0"
    with ExitStack() as leaving:
        leaving.enter_context(_held(var, "run"))
        _refuse_port_in_use(host, port, "ECCS_PORT")
        if demo:
            _refuse_port_in_use(host, port + 1, "ECCS_PORT (the sandbox bank takes the one after it)")
        _give_addresses(host, port)
        environment.setdefault("ECCS_SANDBOX_LEDGER", str(var / "sandbox-bank.sqlite3"))
        environment.setdefault("ECCS_SECRET_KEY", _kept_secret(var / "secret-key"))
        environment.setdefault("ECCS_BANK_KEY", _kept_secret(var / "bank-key"))
        leaving.enter_context(_servers(var))
        leaving.enter_context(_written_down(var / "run.env"))
        measuring.begin_anew(Path(environment.setdefault("PROMETHEUS_MULTIPROC_DIR", str(var / "metrics"))))
        _run([sys.executable, "manage.py", "prepare"])
        return _foreground(parse_procfile((BASE_DIR / "Procfile").read_text()).processes, demo=demo)


def run_beside(var: Path, name: str, words: list[str], *, quick: bool) -> int:
    """Run a command with a PostgreSQL and a Redis of its own, kept apart from those of `make run`."""
    with ExitStack() as leaving:
        leaving.enter_context(_held(var, name))
        os.environ.setdefault("ECCS_SECRET_KEY", secrets.token_hex(32))
        os.environ.setdefault("ECCS_BANK_KEY", secrets.token_hex(32))
        leaving.enter_context(_servers(var, name, quick=quick))
        return _run(words, check=False)


def stop(var: Path, *, delete: bool) -> int:
    """End the process manager of this folder, and whatever one that was killed has left behind."""
    holders = [holder for lock in var.glob("*.lock") if (holder := Hold(lock).holder())]
    end(holders, signal.SIGTERM, patience=45)
    for lock in var.glob("*.lock"):
        _end_leftovers(var / lock.stem)
        for server in _embedded(var, lock.stem, quick=False):
            server.stop()
    (var / "run.env").unlink(missing_ok=True)
    if delete:
        shutil.rmtree(var, ignore_errors=True)
    return 0


def _listen_for_stops() -> None:
    """Turn each asking to end into `Stopped`, `make` being killed too; under nohup a closed terminal is none."""
    for asked in STOP_SIGNALS:
        if asked != signal.SIGHUP or signal.getsignal(asked) != signal.SIG_IGN:
            signal.signal(asked, _stop)
    if "MAKELEVEL" in os.environ:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _stop(number: int, frame: FrameType | None) -> None:
    _close_ears()
    raise Stopped(number)


def _close_ears() -> None:
    """From here on everything is being ended: a second Ctrl-C must not leave half of it running."""
    for asked in STOP_SIGNALS:
        signal.signal(asked, signal.SIG_IGN)


@contextmanager
def _held(var: Path, name: str) -> Iterator[None]:
    """Hold the data of this name; end first what a killed process manager left, and last whatever still runs."""
    var.mkdir(parents=True, exist_ok=True)
    Hold(var / f"{name}.lock").take()
    os.environ[MARK] = str(var / name)
    os.environ["ECCS_VAR"] = str(var)
    _end_leftovers(var / name)
    try:
        yield
    finally:
        _end_leftovers(var / name)


def _end_leftovers(marker: Path) -> None:
    end(marked(marker), signal.SIGTERM, patience=5)


def _embedded(var: Path, name: str, *, quick: bool) -> tuple[Server, Server]:
    prefix = "" if name == "run" else f"{name}-"
    return Postgres(var / f"{prefix}postgres", quick=quick), Redis(var / f"{prefix}redis")


@contextmanager
def _servers(var: Path, name: str = "run", *, quick: bool = False) -> Iterator[None]:
    """The embedded servers, except where DATABASE_URL or REDIS_URL names another."""
    embedded = zip(("DATABASE_URL", "REDIS_URL"), _embedded(var, name, quick=quick), strict=True)
    started: list[Server] = []
    try:
        for setting, server in embedded:
            if not os.environ.get(setting):
                started.append(server)
                os.environ[setting] = server.start()
        yield
    finally:
        _close_ears()
        for server in reversed(started):
            server.stop()


@contextmanager
def _written_down(path: Path) -> Iterator[None]:
    """While ECCS runs, its settings stand in a private file, so that manage.py reaches the same database."""
    names = ("DATABASE_URL", "REDIS_URL", "ECCS_SECRET_KEY", "ECCS_BANK_KEY", "ECCS_BANK_URL", "ECCS_PUBLIC_URL")
    lines = [f"{name}={os.environ[name]}" for name in (*names, "ECCS_DEMO", "ECCS_HOSTS")]
    path.unlink(missing_ok=True)
    path.write_text("\n".join(lines) + "\n")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


class HeadsAlone(ProcessManager):  # type: ignore[misc]
    """To end is told to the head of each process alone, which ends its own: a worker's child would die amid a task, or before the worker counted it."""

    def terminate(self, pid: int) -> None:
        """Tell one to end."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def _foreground(commands: dict[str, str], *, demo: bool) -> int:
    """All processes side by side. Honcho ends all when one ends, and kills those that ignore it for five seconds."""
    manager = Manager()
    manager._procmgr = HeadsAlone()
    surroundings = os.environ | {"PYTHONUNBUFFERED": "1", "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for name, command in commands.items():
        if demo or name != "bank":
            manager.add_process(name, f"exec {command}", env=surroundings, cwd=BASE_DIR)
    try:
        manager.loop()
    except KeyError:  # honcho knows no number yet of a process that is told to end while it starts
        manager.returncode = 130
    finally:
        for relay in multiprocessing.active_children():
            relay.kill()
    return int(manager.returncode)


def _run(words: list[str], *, check: bool = True) -> int:
    """Run a command to its end; a stop reaches it too. One that is checked hears of Ctrl-C from here alone."""
    with subprocess.Popen(words, cwd=BASE_DIR, start_new_session=check) as process:
        try:
            status = process.wait()
        except Stopped as asked:
            if (
                asked.args[0] == signal.SIGINT and not check
            ):  # the terminal has told the command as well: let it finish its words
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=10)
            process.terminate()
            raise
    if check and status:
        raise CannotStart(f"`{' '.join(words[1:])}` failed; its reason stands above.")
    return status


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65535:
        raise CannotStart(f"ECCS_PORT must be a number from 1 to 65534, not {text!r}.")
    return int(text)


def _refuse_port_in_use(host: str, port: int, setting: str) -> None:
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            return
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            reason = f"port {port} of {host} is in use by another program. Stop it, or choose another {setting}."
        else:
            reason = f"cannot listen on {host}: {os.strerror(fault.errno or errno.EIO)}. Choose another ECCS_HOST."
    raise CannotStart(reason)


def _give_addresses(host: str, port: int) -> None:
    """The addresses that pages, the bank and Django go by, where the environment does not name them."""
    name = LOOPBACK if host in ("0.0.0.0", "::") else host
    shown = f"[{name}]" if ":" in name else name
    os.environ.setdefault("ECCS_PUBLIC_URL", f"http://{shown}:{port}")
    os.environ.setdefault("ECCS_BANK_URL", f"http://{shown}:{port + 1}")
    os.environ.setdefault("ECCS_NOTIFY_URL", f"http://{shown}:{port}/payments/bank/confirmation/")
    os.environ.setdefault(
        "ECCS_HOSTS", ",".join(dict.fromkeys([LOOPBACK, "localhost", "[::1]", shown, socket.gethostname()]))
    )


def _kept_secret(path: Path) -> str:
    """A key made at the first start and kept in a file that only its owner reads (hexadecimal)."""
    if not path.exists():
        path.write_text(secrets.token_hex(32))
    path.chmod(0o600)
    return path.read_text().strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
