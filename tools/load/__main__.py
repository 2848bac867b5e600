"""Raise the rate of a mixed day until a page is slow or fails, with one web process and with two; say what a declaration costs.

`make load` takes about ten minutes. ARGS="--stored 5000000 --web 2 --rates 6000,9000" lays so many bills first, and asks for less.
A step: the rate is set, the first seconds are let go by, then pages, declarations and processor time are counted. Locust is an
environment of its own under var/ and works on the same machine: its processor time is told beside that of ECCS.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
import venv
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import django

from tools.load.processor_time import machine_seconds, parent_of, tree_seconds

BASE_DIR = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PASSWORD = "a-mixed-day-at-rising-Rates-1"  # noqa: S105 of a cast that lives for the length of the run
SLOW = 500.0  # milliseconds that the p95 of a page may take
FEWEST = 20  # times that a page was asked, for its p95 to say anything
RATES = "4000,6000,9000,12000,16000,20000,26000,34000"
FLIGHT = 10  # declarations of a file
LEDGER = "bank.sqlite3"  # of the sandbox bank
ONE_BY_ONE = 6  # Assessing Officers, and Inspectors


def main(words: list[str]) -> int:
    """Prepare, then a row of steps for each number of web processes."""
    parser = argparse.ArgumentParser(prog="make load ARGS=")
    parser.add_argument("--stored", type=int, default=50_000, help="bills that are stored before the day begins")
    parser.add_argument("--again", action="store_true", help="go on with the database of the run before")
    parser.add_argument("--web", default="1,2", help="how many web processes, one after the other")
    parser.add_argument("--rates", default=RATES, help="declarations an hour, rising")
    parser.add_argument("--step", type=float, default=60.0, help="seconds that are counted at a rate")
    parser.add_argument("--settle", type=float, default=10.0, help="seconds that are let go by before")
    chosen = parser.parse_args(words)
    place = Path(os.environ["ECCS_VAR"]) / "load"
    for old in place.glob("*"):
        if not (chosen.again and old.name.startswith(LEDGER)):  # the bank goes on with its own books too
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    place.mkdir(parents=True, exist_ok=True)
    locust = _locust(Path(os.environ["ECCS_VAR"]) / "locust")
    os.environ["DJANGO_SETTINGS_MODULE"] = "eccs.settings"
    from eccs import acting

    acting.by_default(acting.OWNER)  # what is stored before the day begins
    django.setup()
    told = _prepare(place, chosen.stored, again=chosen.again)
    bad = 0
    for count in map(int, chosen.web.split(",")):
        bad += _day(place, locust, told, count, chosen)
    return 1 if bad else 0


def _locust(place: Path) -> Path:
    """Locust in an environment of its own, as requirements-load.lock has it."""
    wanted = BASE_DIR / "requirements-load.lock"
    if not (place / "asked").exists() or (place / "asked").read_text() != wanted.read_text():
        print("installing locust into var/locust …", flush=True)
        venv.create(place, with_pip=True, clear=True)
        subprocess.run(
            [str(place / "bin" / "pip"), "install", "--quiet", "--require-hashes", "--requirement", str(wanted)],
            check=True,
        )
        (place / "asked").write_text(wanted.read_text())
    return place / "bin" / "locust"


def _prepare(place: Path, stored: int, *, again: bool) -> dict[str, Any]:
    """Tables, cast, what is stored, a key for the API, and the files of a flight."""
    from django.core.cache import cache
    from django.core.management import call_command, get_commands

    from accounts import cast
    from accounts.management.commands.demo import create_cast
    from accounts.models import AuthorisedCourier
    from accounts.roles import Role
    from bench import bulk, exports, flights
    from eccs.memory import settle
    from tools.load.database import api_key, empty, read, run

    began = time.monotonic()
    alike = [
        cast.Person(f"{word}{n}.blr", f"{word.title()} {n}", (role,), station="BLR")
        for word, role in (("ao", Role.ASSESSING_OFFICER), ("inspector", Role.INSPECTOR))
        for n in range(1, ONE_BY_ONE + 1)
    ]
    cache.clear()
    call_command("collectstatic", interactive=False, verbosity=0)
    if not again:
        empty()
    call_command("migrate", verbosity=0)
    if not again:
        create_cast([*cast.people(), *alike], PASSWORD)
    settle()
    if again:
        stored = read("SELECT count(*) FROM bills_courierbillofentry")
    elif stored and "load_history" in get_commands():
        call_command("load_history", "--bills", str(stored))
    elif stored:
        bulk.lay_bills(stored, "FOR_OUT_OF_CHARGE")
        run("UPDATE bills_courierbillofentry SET station_id = 'DEL' WHERE stage = 'FOR_OUT_OF_CHARGE'")
    files = {
        "shipments": flights.shipments(FLIGHT, 777), "bills": flights.bills(FLIGHT, 777),
        "shipping": exports.rows(777, FLIGHT),
    }  # fmt: skip
    for name, rows in files.items():
        (place / f"{name}.csv").write_bytes(flights.as_csv(rows))
    number = AuthorisedCourier.objects.get(people__username="signatory.swift").number
    print(f"{stored:,} bills stored, {time.monotonic() - began:.0f} s", flush=True)
    return {"password": PASSWORD, "key": api_key(), "courier": number, "flight": FLIGHT}


def _day(place: Path, locust: Path, told: dict[str, Any], count: int, chosen: argparse.Namespace) -> int:
    """One deployment, a rate after the other; the faults that were found."""
    from bench import world
    from tools.load.database import database_process, memory_store_process

    port, bank = world.free_port(), world.free_port()
    surroundings = os.environ | {
        "ECCS_PORT": str(port), "ECCS_HOST": "127.0.0.1", "ECCS_WEB_WORKERS": str(count), "ECCS_LOG_LEVEL": "WARNING",
        "ECCS_PUBLIC_URL": f"http://127.0.0.1:{port}", "ECCS_HOSTS": "127.0.0.1", "ECCS_BANK_URL": f"http://127.0.0.1:{bank}",
        "ECCS_NOTIFY_URL": f"http://127.0.0.1:{port}/payments/bank/confirmation/", "ECCS_SANDBOX_LEDGER": str(place / LEDGER),
        "PROMETHEUS_MULTIPROC_DIR": str(place / f"metrics-{count}"), "PATH": f"{BIN}:{os.environ['PATH']}",
        "ECCS_PROXY_COUNT": "1", "LOAD_PLACE": str(place), "PYTHONPATH": str(BASE_DIR),
    }  # fmt: skip
    (place / f"metrics-{count}").mkdir()
    (place / "rate").write_text("0")
    (place / "asked").unlink(missing_ok=True)
    told |= {"bank": f"http://127.0.0.1:{bank}", "first": int(time.time()) - 1_750_000_000}
    (place / "told.json").write_text(json.dumps(told))
    python = str(BIN / "python")
    with ExitStack() as leaving:

        def start(name: str, *words: str) -> int:
            log = leaving.enter_context((place / f"{name}-{count}.log").open("w"))
            process = subprocess.Popen(words, cwd=BASE_DIR, env=surroundings, stdout=log, stderr=log)
            leaving.callback(_end, process)
            return process.pid

        pids = {
            "web": start("web", str(BIN / "gunicorn"), "eccs.wsgi", "--config", "deploy/gunicorn.conf.py"),
            "worker": start(
                "worker", str(BIN / "celery"), "-A", "eccs", "worker", "--loglevel", "WARNING", "--concurrency", "2",
                "--without-mingle", "--without-gossip",
            ),
            "beat": start("beat", str(BIN / "celery"), "-A", "eccs", "beat", "--loglevel", "WARNING", "--pidfile="),
            "bank": start("bank", python, "-m", "payments.sandbox", "--host", "127.0.0.1", "--port", str(bank)),
            "postgres": parent_of(database_process()), "redis": memory_store_process(),
        }  # fmt: skip
        _wait_for(port, world)
        pids["locust"] = start(
            "locust", str(locust), "-f", "tools/load/mixed_day.py", "--headless", "-u", "500", "-r", "100",
            "--host", f"http://127.0.0.1:{port}", "--loglevel", "WARNING", "--stop-timeout", "5",
        )  # fmt: skip
        print(f"\n{count} web process{'es' if count > 1 else ''}, 4 threads each; 2 of a worker", flush=True)
        (place / "rate").write_text(chosen.rates.split(",")[0])
        time.sleep(15 + chosen.settle)  # signing in, and what is done for the first time
        return _rising(place, pids, chosen)


def _rising(place: Path, pids: dict[str, int], chosen: argparse.Namespace) -> int:
    """The steps: until a page is slow, one fails, or the rates have come to their end."""
    sustained: dict[str, Any] = {}
    if early := _faults(place, 0):  # while everybody began
        _show_faults(early)
        return len(early)
    for rate in map(int, chosen.rates.split(",")):
        (place / "rate").write_text(str(rate))
        begun = (place / "asked").stat().st_size
        time.sleep(chosen.settle)
        found = _counted(place, pids, chosen.step)
        found["faults"] = _faults(place, begun)
        _show(rate, found)
        if found["faults"] or found["slow"]:
            break
        sustained = found
    if sustained:
        cost = sum(sustained["cost"].values())
        cores = 100_000 * cost / 86_400
        print(
            f"  sustained: {sustained['filed']:,.0f} declarations an hour filed, {sustained['done']:,.0f} finished; "
            f"{cost:.2f} processor seconds each. 100,000 in 24 hours: {cores:.2f} cores kept wholly busy, {100_000 * cost / 36_000 / 0.5:.1f} cores in ten hours "
            "at half their strength.",
            flush=True,
        )
    return len(found["faults"])


def _faults(place: Path, from_byte: int) -> list[str]:
    """What was not answered well, before the counting too."""
    return [f"{name}: {why}" for _at, _ms, well, name, why in _asked(place, from_byte) if well == "no"]


def _asked(place: Path, from_byte: int) -> list[list[str]]:
    """The lines of what was asked, from there on."""
    with (place / "asked").open() as lines:
        lines.seek(from_byte)
        return [line.rstrip("\n").split("\t") for line in lines if line.count("\t") == 4]


def _counted(place: Path, pids: dict[str, int], seconds: float) -> dict[str, Any]:
    """What is asked, filed, finished and used in so many seconds."""
    from tools.load.database import finished_and_filed, newest

    from_byte, before, machine = (place / "asked").stat().st_size, tree_seconds(pids), machine_seconds()
    since = newest()
    began, counted = time.monotonic(), finished_and_filed(since)
    time.sleep(seconds)
    took, after = time.monotonic() - began, finished_and_filed(since)
    used = {name: tree_seconds(pids)[name] - before[name] for name in pids}
    others = machine_seconds() - machine - sum(used.values())
    asked = _asked(place, from_byte)
    times: dict[str, list[float]] = defaultdict(list)
    for _at, milliseconds, _well, name, _why in asked:
        times[name].append(float(milliseconds))
    pages = {
        name: (len(all_), median(all_), quantiles(all_, n=20)[-1] if len(all_) > 1 else all_[0])
        for name, all_ in times.items()
    }
    done, filed = (b - a for a, b in zip(counted, after, strict=True))
    served = {name: value for name, value in used.items() if name != "locust"}
    return {
        "pages": pages, "asked": len(asked) / took, "filed": filed * 3600 / took, "done": done * 3600 / took,
        "slow": [name for name, (n, _p50, p95) in pages.items() if n >= FEWEST and p95 > SLOW and not name.startswith("bank")],
        "cost": {name: value / max(filed, 1) for name, value in served.items()},
        "used": {name: value / took for name, value in used.items()}, "others": others / took,
    }  # fmt: skip


def _show(rate: int, found: dict[str, Any]) -> None:
    every = [(n, p50, p95, name) for name, (n, p50, p95) in found["pages"].items()]
    told = "  ".join(f"{name} {value:.2f}" for name, value in found["used"].items() if value >= 0.005)
    print(
        f"  {rate:>6,} an hour: filed {found['filed']:,.0f}, finished {found['done']:,.0f} an hour; {found['asked']:.0f} pages a second\n"
        f"    cores in use: {told}  others on the machine {found['others']:.2f}\n"
        f"    a declaration: {sum(found['cost'].values()) * 1000:.0f} ms of processor time ("
        + ", ".join(f"{name} {value * 1000:.0f}" for name, value in found["cost"].items() if value >= 0.0005)
        + ")",
        flush=True,
    )
    worst = sorted((one for one in every if one[0] >= FEWEST), key=lambda one: -one[2])
    for n, p50, p95, name in worst[:8]:
        print(
            f"    {'SLOW ' if name in found['slow'] else '     '}{name:<58} {n:>5} times  p50 {p50:>5.0f}  p95 {p95:>5.0f} ms",
            flush=True,
        )
    _show_faults(found["faults"])


def _show_faults(faults: list[str]) -> None:
    for fault in faults[:10]:
        print(f"    NOT ANSWERED WELL  {fault[:300]}", flush=True)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_for(port: int, world: Any) -> None:
    for _try in range(900):
        try:
            if world.Client(port).get("/healthz")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit("The pages did not answer within three minutes.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
