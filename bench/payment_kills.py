"""Five hundred challans paid at the sandbox bank while web server and worker are killed (kill -9) and started again.

Everything is real: gunicorn, Celery, the bank in its own process with its own books, HTTP between them. The bank answers as its
customers ask it to: truly, late, twice, wrongly or not at all. In the end each challan is paid once or not at all, the books of
both agree to the paisa, and nothing waits without a desk.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from html import unescape
from pathlib import Path
from random import Random
from re import findall
from threading import Event, Thread
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.test.utils import override_settings
from django.utils import timezone

from bench import world
from bench.measure import Row, at_most
from bench.payments import at_bank
from payments import banks
from payments.bank import Payment
from payments.cash import ledger
from payments.clearance import ASKED, Stage
from payments.models import BankDifference, BankMessage, Challan, CyberReceipt
from payments.reconciling.tasks import reconcile_day
from payments.sandbox.ledger import Behaviour
from payments.tasks import verify_challan

CHALLANS = int(os.environ.get("BENCH_KILLS", "500"))  # fewer for a trial
PAYERS = 4
PATIENCE = 240
_browser = build_opener(ProxyHandler({}))


def run() -> list[Row]:
    """Pay, kill, wait until everything is decided, and compare the books."""
    start = time.monotonic()
    before = ledger.received_from("BANK")
    with (
        tempfile.TemporaryDirectory() as folder,
        _everything(Path(folder) / "bank.sqlite3") as (house, bank_url, return_url),
    ):
        challans = at_bank(CHALLANS)
        killer = Thread(target=house.kill_again_and_again)
        killer.start()
        with ThreadPoolExecutor(PAYERS) as payers:
            list(payers.map(lambda pair: _pay(pair[0], pair[1], bank_url, return_url), enumerate(challans)))
        _until_decided([one.pk for one in challans])
        house.stop.set()
        killer.join()
        _until_decided([one.pk for one in challans])
        reconcile_day("BANK", timezone.localdate())
        with closing(sqlite3.connect(Path(folder) / "bank.sqlite3")) as books:
            theirs = dict(books.execute("SELECT challan, status || ' ' || bank_transaction FROM orders").fetchall())
            received = books.execute("SELECT sum(amount_paise) FROM orders WHERE status = 'PAID'").fetchone()[0] or 0
    faults = _compared(challans, theirs, received - int((ledger.received_from("BANK") - before) * 100))
    return [
        at_most(
            "challans paid while processes are killed: wrong or stuck", f"{faults} of {CHALLANS:,}",
            f"{house.killed} times kill -9 in {time.monotonic() - start:,.0f} s", float(faults), 0,
        )
    ]  # fmt: skip


class House:
    """The web server and the worker, each killed and started again."""

    def __init__(self, commands: dict[str, list[str]], environment: dict[str, str]) -> None:
        self.commands, self.environment = commands, environment
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.stop, self.killed = Event(), 0

    def start(self, name: str) -> None:
        """Start one, with its children in a group of its own."""
        self.running[name] = subprocess.Popen(
            self.commands[name], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip

    def kill(self, name: str) -> None:
        """Kill -9: the process and all its children at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.running[name].pid, signal.SIGKILL)
        self.running[name].wait()

    def kill_again_and_again(self) -> None:
        """Now the one, now the other, until there was enough of it."""
        dice = Random(7)
        while not self.stop.wait(dice.uniform(4, 9)):
            name = dice.choice(("web", "worker"))
            self.kill(name)
            self.killed += 1
            self.start(name)


@contextmanager
def _everything(books: Path) -> Iterator[tuple[House, str, str]]:
    """Web server, worker and bank, connected with each other and with the benchmark's own database."""
    web, bank = world.free_port(), world.free_port()
    bank_url, confirm = f"http://127.0.0.1:{bank}", f"http://127.0.0.1:{web}/payments/bank/confirmation/"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "bench.settings", "ECCS_SECRET_KEY": settings.SECRET_KEY, "ECCS_BANK_KEY": settings.BANK_KEY,
        "ECCS_BANK_URL": bank_url, "ECCS_NOTIFY_URL": confirm, "ECCS_SANDBOX_LATE_SECONDS": "5", "ECCS_HOST": "127.0.0.1",
        "ECCS_PORT": str(web), "ECCS_WEB_WORKERS": "1", "ECCS_DEMO": "1", "ECCS_HOSTS": "127.0.0.1",
    }  # fmt: skip
    commands = {
        "web": [str(world.BIN / "gunicorn"), "eccs.wsgi", "--config", "deploy/gunicorn.conf.py"],
        "worker": [
            str(world.BIN / "celery"), "-A", "eccs", "worker", "--concurrency", "1", "--without-mingle", "--without-gossip",
        ],
        "bank": [sys.executable, "-m", "payments.sandbox", "--port", str(bank), "--ledger", str(books)],
    }  # fmt: skip
    house = House(commands, environment)
    for name in commands:
        house.start(name)
    try:
        with override_settings(BANK_URL=bank_url):
            _answers(f"{bank_url}/healthz")
            _answers(f"http://127.0.0.1:{web}/healthz")
            yield house, bank_url, f"http://127.0.0.1:{web}/payments/bank/return/"
    finally:
        house.stop.set()
        for name in commands:
            house.kill(name)


def _answers(address: str) -> None:
    for _try in range(600):
        with suppress(OSError):
            _ask(address)
            return
        time.sleep(0.1)
    raise AssertionError(f"nothing answers at {address}")


def _ask(address: str, values: dict[str, str] | None = None) -> tuple[str, str]:
    """A request of the payer's browser: where it ended, and the page."""
    data = urlencode(values).encode() if values is not None else None
    with _browser.open(Request(address, data), timeout=20) as answer:  # noqa: S310 our own machine
        return answer.url, answer.read().decode()


def _pay(n: int, challan: Challan, bank_url: str, return_url: str) -> None:
    """One payer: logs in at the bank, approves or declines, and comes back or does not."""
    dice = Random(n)
    payment = Payment(
        challan=str(challan.number), amount_paise=challan.paise, payer="Swift", return_url=return_url,
    )  # fmt: skip
    address = banks.gateway("BANK").payment_address(payment)
    _url, page = _ask(address)
    order, _page = _ask(f"{bank_url}/log-in", {**_hidden(page), "customer": "Asha"})
    answer = {"decision": "PAID" if dice.random() < 0.85 else "FAILED", "behaviour": dice.choice(list(Behaviour)).value}
    _url, page = _ask(order, answer)
    back = _hidden(page)
    for _time in range(dice.choice((0, 1, 1, 2)) if back else 0):
        with suppress(HTTPError, URLError, OSError):  # the web server may lie dead, and then what it was told is lost
            _ask(return_url, back)
    if dice.random() < 0.2:
        verify_challan.delay(challan.pk, "")
    connection.close()


def _hidden(page: str) -> dict[str, str]:
    found = findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {unescape(name): unescape(value) for name, value in found}


def _until_decided(ids: list[int]) -> None:
    """What beat does every two minutes, with the clock moved on: whatever is not decided is asked of the bank by the worker."""
    waiting = Challan.objects.filter(pk__in=ids, stage__in=ASKED)
    for _round in range(PATIENCE // 3):
        left = list(waiting.values_list("pk", flat=True))
        if not left:
            return
        for pk in left[:50]:
            verify_challan.delay(pk, "")
        time.sleep(3)


def _compared(challans: list[Challan], theirs: dict[str, str], difference: int) -> int:
    """How many challans are not as the bank knows them, and by how many paise the books differ."""
    found = {one.number: one for one in Challan.objects.filter(pk__in=[challan.pk for challan in challans])}
    faults: dict[str, Any] = {"paise": abs(difference), "undecided or otherwise": 0, "receipts": 0}
    for number, said in theirs.items():
        status, transaction = said.split(" ")
        one = found[number]
        ours = (one.stage, one.bank_transaction) if one.stage == Stage.PAID else (one.stage, transaction)
        faults["undecided or otherwise"] += ours != (status, transaction)
        faults["receipts"] += CyberReceipt.objects.filter(challan=one).count() != (one.stage == Stage.PAID)
    faults["without an order"] = len(set(found) - set(theirs))
    faults["balances"] = ledger.faults().count()
    faults["differences"] = BankDifference.objects.filter(challan__in=found.values()).count()
    lost = BankMessage.objects.filter(challan__in=found.values(), outcome="QUEUED", settled_at=None)
    faults["queued although put right"] = lost.filter(~Q(reason="AMOUNT")).count()
    if any(faults.values()):
        print({name: count for name, count in faults.items() if count}, flush=True)
    return sum(faults.values())
