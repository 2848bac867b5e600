"""Starting and stopping: every obstacle in one plain line, nothing left behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from urllib.request import urlopen

import psycopg2
import pytest

from eccs.checks import fault_of_secret_key
from eccs.embedded import SOCKET_LIMIT, Postgres, Redis, socket_folder
from eccs.processes import CannotStart, Hold, command_of, end, is_alive, marked
from eccs.run import BASE_DIR, stop

OURS = ("DATABASE_URL", "REDIS_URL", "MAKELEVEL", "ECCS_RUN", "ECCS_HOSTS")


def manager(var: Path, *words: str, **settings: str) -> subprocess.Popen[str]:
    """The process manager on a data folder of its own."""
    surroundings = {name: value for name, value in os.environ.items() if name not in OURS}
    return subprocess.Popen(
        [sys.executable, "-m", "eccs.run", *words],
        cwd=BASE_DIR,
        env=surroundings | {"ECCS_VAR": str(var)} | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> str:
    """All that the process manager says until it ends."""
    return process.communicate(timeout=60)[0]


@pytest.fixture
def busy_port() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_port_in_use_is_one_plain_line(tmp_path: Path, busy_port: int) -> None:
    process = manager(tmp_path, "serve", ECCS_PORT=str(busy_port))
    line = f"ECCS: port {busy_port} of 127.0.0.1 is in use by another program. Stop it, or choose another ECCS_PORT.\n"
    assert said(process) == line
    assert process.returncode == 1


@pytest.mark.parametrize("port", ["0", "65535", "eight thousand", ""])
def test_a_port_that_is_none_is_one_plain_line(tmp_path: Path, port: str) -> None:
    assert re.fullmatch(r"ECCS: ECCS_PORT must be a number .*\n", said(manager(tmp_path, "serve", ECCS_PORT=port)))


def test_an_address_of_another_machine_is_one_plain_line(tmp_path: Path) -> None:
    line = said(manager(tmp_path, "serve", ECCS_HOST="192.0.2.1"))
    assert re.fullmatch(r"ECCS: cannot listen on 192\.0\.2\.1: .*\n", line)


def test_a_second_start_names_the_first(tmp_path: Path) -> None:
    Hold(tmp_path / "run.lock").take()
    assert said(manager(tmp_path, "serve")) == (
        f"ECCS: already running here, as process {os.getpid()}. `make stop` stops it.\n"
    )
    assert is_alive(os.getpid())


def test_data_of_another_postgresql_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(CannotStart, match="PostgreSQL 16"):
        Postgres(tmp_path / "postgres").start()
    assert (tmp_path / "postgres" / "PG_VERSION").exists()


@pytest.mark.parametrize("leftover", ["", "no number", str(2**22), "1"])
def test_a_stale_pid_file_and_socket_do_not_stand_in_the_way(tmp_path: Path, leftover: str) -> None:
    """After a crash the number may be nobody's, or a stranger's, who must live on."""
    folder = tmp_path / "redis"
    folder.mkdir()
    (folder / "pid").write_text(leftover)
    (folder / "socket").touch()
    server = Redis(folder)
    try:
        assert server.start() == f"redis+socket://{folder}/socket"
    finally:
        server.stop()
    assert is_alive(1)
    assert not (folder / "socket").exists()


def test_a_path_too_long_for_a_socket_gets_a_short_one() -> None:
    deep = Path("/") / ("a" * 60) / ("b" * 60)
    short = socket_folder(deep, ".s.PGSQL.5432")
    assert len(str(short / ".s.PGSQL.5432")) <= SOCKET_LIMIT
    assert short == socket_folder(deep, ".s.PGSQL.5432") != socket_folder(deep / "c", ".s.PGSQL.5432")
    assert socket_folder(Path("/var/eccs"), "socket") == Path("/var/eccs")


def test_servers_answer_beside_a_command_and_are_gone_after_it(tmp_path: Path) -> None:
    """The command's own status comes back; its data stay; the second start finds them."""
    words = "import os, sys; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL']); sys.exit(7)"
    for _ in range(2):
        process = manager(tmp_path, "beside", "--quick", "trial", sys.executable, "-c", words)
        assert said(process).split() == [
            f"postgres://postgres@/eccs?host={tmp_path}/trial-postgres",
            f"redis+socket://{tmp_path}/trial-redis/socket",
        ]
        assert process.returncode == 7
        assert not marked(tmp_path / "trial")
        assert not (tmp_path / "trial-postgres" / "postmaster.pid").exists()
        assert not (tmp_path / "trial-redis" / "socket").exists()


def test_other_servers_replace_the_embedded_ones(tmp_path: Path) -> None:
    words = "import os; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL'])"
    others = {"DATABASE_URL": "postgres://elsewhere/eccs", "REDIS_URL": "redis://elsewhere:6379/0"}
    process = manager(tmp_path, "beside", "trial", sys.executable, "-c", words, **others)
    assert said(process).split() == list(others.values())
    assert [path.name for path in tmp_path.iterdir()] == ["trial.lock"]


def test_what_a_killed_manager_left_is_ended_by_stop(tmp_path: Path) -> None:
    words = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
    )
    process = manager(tmp_path, "beside", "--quick", "run", sys.executable, "-c", words)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.kill()
    process.wait()
    left = marked(tmp_path / "run")
    server = int((tmp_path / "postgres" / "postmaster.pid").read_text().split()[0])
    assert left
    assert str(tmp_path) in command_of(server)
    stop(tmp_path, delete=True)
    process.stdout.close()
    assert not any(is_alive(pid) for pid in (*left, server))
    assert not tmp_path.exists()


def free_port() -> int:
    """A port that nobody listens on, and nobody on the one after it, which the sandbox bank takes."""
    for _ in range(50):
        with socket.create_server(("127.0.0.1", 0)) as first:
            port = int(first.getsockname()[1])
            with suppress(OSError), socket.create_server(("127.0.0.1", port + 1)):
                return port
    raise AssertionError("no two free ports beside each other")


def test_the_whole_system_ends_with_ctrl_c_and_keeps_its_data(tmp_path: Path) -> None:
    """Started, stopped by Ctrl-C and started again: nothing is left running, and the same people are there."""
    port, found = free_port(), []
    for _ in range(2):
        process = manager(tmp_path, "serve", ECCS_PORT=str(port), ECCS_WORKERS="1")
        with ThreadPoolExecutor(1) as reading:  # whoever reads nothing blocks the one who writes
            words = reading.submit(process.communicate, timeout=280)
            try:
                wait_for_answer(f"http://127.0.0.1:{port}/healthz", process)
                settings = dict(line.split("=", 1) for line in (tmp_path / "run.env").read_text().splitlines())
                with closing(psycopg2.connect(settings["DATABASE_URL"])) as database, database.cursor() as cursor:
                    cursor.execute("SELECT id, password FROM accounts_user WHERE username = 'sysadmin'")
                    found.append(cursor.fetchone())
                running = marked(tmp_path / "run")
            finally:
                process.send_signal(signal.SIGINT)
            told = words.result()[0]
        assert len(running) >= 4  # the web server, the worker, beat and the bank
        assert not any(is_alive(pid) for pid in running)
        assert not marked(tmp_path / "run")
        assert not (tmp_path / "run.env").exists()
        assert not (tmp_path / "postgres" / "postmaster.pid").exists()
        assert not (tmp_path / "redis" / "socket").exists()
        assert process.returncode == 130
        broken = [line[-1500:] for line in told.splitlines() if "Traceback" in line]
        assert not broken, "\n".join(broken)
    assert found[0] is not None
    assert found[0] == found[1]


def wait_for_answer(address: str, process: subprocess.Popen[str]) -> None:
    """Until the web server answers; a process manager that has ended meanwhile fails the test at once."""
    for _ in range(1200):
        with suppress(OSError), urlopen(address, timeout=5) as answer:  # noqa: S310 our own machine
            assert answer.status == 200
            return
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.2)
        assert process.returncode is None
    raise AssertionError("nothing answers")


def test_a_process_that_ignores_the_asking_is_killed() -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        end([process.pid], signal.SIGTERM, patience=0.3)
        assert process.wait() == -signal.SIGKILL


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("", "is not set"),
        ("changeme", "has 8 characters"),
        ("a" * 64, "repeats itself"),
        ("django-insecure-" + "x7Qp2mZr9LkV4tBn8WcY1sDf6GhJ3aRe" * 2, "Django's examples"),
        ("x7Qp2mZr9LkV4tBn8WcY1sDf6GhJ3aRe" * 2, ""),
    ],
)
def test_weak_secret_keys_are_told_from_strong_ones(key: str, fault: str) -> None:
    found = fault_of_secret_key(key)
    assert fault in found
    assert bool(fault) == bool(found)


@pytest.mark.parametrize(
    "command", [["manage.py", "check"], ["-c", "import eccs.wsgi"], ["-m", "celery", "-A", "eccs", "worker"]]
)
def test_outside_a_demonstration_nothing_starts_on_a_weak_key(command: list[str]) -> None:
    surroundings = os.environ | {"ECCS_DEMO": "0", "ECCS_SECRET_KEY": "changeme"}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=BASE_DIR,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "ECCS_SECRET_KEY has 8 characters" in done.stderr
    assert "Traceback" not in done.stderr
