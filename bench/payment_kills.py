"""Five hundred challans paid at the sandbox bank while web server and worker are killed (kill -9) and started again.

Everything is real: gunicorn, Celery, the bank in its own process with its own books, HTTP between them. The bank answers as its
customers ask it to: truly, late, twice, in another order, wrongly, or not at all; it debits another amount, or is silent for days.
Beside it strangers forge its messages, and it signs some itself for the wrong challan. What the bank leaves undecided comes to the
desk of the DC/AC, who decides there; of what is given up the bank tells every other payment after all. In the end each challan is
paid once or not at all, the books of both agree to the paisa, and nothing waits without a desk.
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
from datetime import timedelta
from html import unescape
from http.client import HTTPException
from pathlib import Path
from random import Random
from re import findall
from threading import Event, Lock, Thread
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

from django.conf import settings
from django.db import connection
from django.db.models import Q, Sum
from django.test.utils import override_settings
from django.utils import timezone

from bench import world
from bench.measure import Row, at_most
from bench.payments import at_bank
from eccs.workflow import take
from payments import banks
from payments.bank import Confirmation, KeyRing, Payment, Status
from payments.cash import ledger
from payments.clearance import ASKED, Stage
from payments.models import BankDifference, BankMessage, Challan, CyberReceipt, RefusedMessage
from payments.reconciling.tasks import reconcile_day
from payments.sandbox.ledger import Behaviour
from payments.tasks import hand_over_silent_challans, verify_challan

CHALLANS = int(os.environ.get("BENCH_KILLS", "500"))  # fewer for a trial
PAYERS = 4
PATIENCE = 900
_browser = build_opener(ProxyHandler({}))


def run() -> list[Row]:
    """Pay, kill, wait until everything is decided, let the DC/AC decide the rest, and compare the books."""
    start = time.monotonic()
    before = ledger.received_from("BANK")
    with (
        tempfile.TemporaryDirectory() as folder,
        _everything(Path(folder) / "bank.sqlite3") as (house, bank_url, return_url),
    ):
        challans = at_bank(CHALLANS)
        street = Street(challans, bank_url, return_url)
        killer = Thread(target=house.kill_again_and_again)
        killer.start()
        with ThreadPoolExecutor(PAYERS) as payers:
            list(payers.map(street.pay, range(CHALLANS)))
        street.come_back_late()
        _until_decided([one.pk for one in challans], street.silent)
        house.stop.set()
        killer.join()
        _until_decided([one.pk for one in challans], street.silent)
        decided = _at_the_desk([one.pk for one in challans], street, Path(folder) / "bank.sqlite3")
        with closing(sqlite3.connect(Path(folder) / "bank.sqlite3")) as books:
            theirs = dict(books.execute("SELECT challan, status || ' ' || bank_transaction FROM orders").fetchall())
            received = books.execute("SELECT sum(amount_paise) FROM orders WHERE status = 'PAID'").fetchone()[0] or 0
    faults = _compared(challans, theirs, received - int((ledger.received_from("BANK") - before) * 100), street)
    return [
        at_most(
            "challans paid while processes are killed: wrong or stuck", f"{faults} of {CHALLANS:,}",
            f"{house.killed} times kill -9 in {time.monotonic() - start:,.0f} s, {street.refused} forged, {decided} at a desk",
            float(faults), 0,
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
        """Now the one, now the other, as soon as it has worked for a moment, until there was enough of it."""
        dice, slow, name = Random(7), 0.0, "web"
        while not self.stop.wait(dice.uniform(1, 3) + (slow if name == "worker" else 0)):
            name = dice.choice(("web", "worker"))
            self.kill(name)
            self.killed += 1
            self.start(name)
            started = time.monotonic()
            with suppress(AssertionError):
                _answers(f"http://127.0.0.1:{self.environment['ECCS_PORT']}/healthz")
            if name == "web":
                slow = time.monotonic() - started  # a worker takes about as long


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


class Street:
    """The payers, each with a browser and moods of their own; and the strangers among them."""

    def __init__(self, challans: list[Challan], bank_url: str, return_url: str) -> None:
        self.challans, self.bank_url, self.return_url = challans, bank_url, return_url
        self.confirmations = return_url.replace("/return/", "/confirmation/")
        self.silent: set[int] = set()  # about which the bank never says a word
        self.other: set[str] = set()  # of which it debits another amount
        self.late: set[str] = set()  # of which it tells the payment after they were given up
        self.kept: list[dict[str, str]] = []  # ways back that are gone late, in another order
        self.lock, self.refused = Lock(), 0

    def pay(self, n: int) -> None:
        """Log in at the bank, approve or decline, and come back, or later, or not."""
        dice, challan = Random(n), self.challans[n]
        payment = Payment(
            challan=str(challan.number), amount_paise=challan.paise, payer="Swift", return_url=self.return_url,
        )  # fmt: skip
        _url, page = _ask(banks.gateway("BANK").payment_address(payment))
        order, _page = _ask(f"{self.bank_url}/log-in", {**_hidden(page), "customer": "Asha"})
        decision, behaviour = "PAID" if dice.random() < 0.85 else "FAILED", dice.choice(list(Behaviour))
        if behaviour is Behaviour.SILENT:
            self.silent.add(challan.pk)
        if behaviour is Behaviour.OTHER_AMOUNT and decision == "PAID":
            self.other.add(str(challan.number))
        if dice.random() < 0.3:  # before the bank has said a word
            self._forge(dice, n)
        _url, page = _ask(order, {"decision": decision, "behaviour": behaviour.value})
        back = _hidden(page)
        if back and dice.random() < 0.2:
            self.kept.append(back)
        else:
            for _time in range(dice.choice((0, 1, 1, 2)) if back else 0):
                _sent(self.return_url, back)
        if dice.random() < 0.1:
            self._for_another(n)
        if dice.random() < 0.2:
            verify_challan.delay(challan.pk, "")
        connection.close()

    def come_back_late(self) -> None:
        """Those who kept the way back go it at last, each in no order."""
        Random(11).shuffle(self.kept)
        for back in self.kept:
            _sent(self.return_url, back)

    def _forge(self, dice: Random, n: int) -> None:
        """A stranger says that it is paid; or alters what the bank says."""
        told = Confirmation(
            challan=str(self.challans[n].number), amount_paise=self.challans[n].paise, bank_transaction=f"FORGED{n:09d}",
            status=Status.PAID,
        )  # fmt: skip
        keys = banks.gateway("BANK").keys
        said = dice.choice((
            told.signed(KeyRing.of(dice.randbytes(32).hex())), told.signed(keys) | {"signature": "0" * 64},
            told.signed(keys) | {"amount_paise": "1"}, told.signed(keys) | {"currency": "USD"},
            told.signed(keys) | {"challan": str(self.challans[n - 1].number)},
        ))  # fmt: skip
        if _sent(self.confirmations, said) == 400:
            with self.lock:
                self.refused += 1

    def _for_another(self, n: int) -> None:
        """The bank itself names the wrong challan, in the amount of another."""
        wrong = Confirmation(
            challan=str(self.challans[n - 1].number), amount_paise=self.challans[n].paise + 7, bank_transaction=f"WRONG{n:09d}",
            status=Status.PAID,
        )  # fmt: skip
        _sent(self.confirmations, wrong.signed(banks.gateway("BANK").keys))

    def tell_at_last(self, given_up: list[Challan], books: Path) -> None:
        """Every other payment of what was given up the bank tells after all, each twice."""
        with closing(sqlite3.connect(books)) as ledger_of_bank:
            rows = ledger_of_bank.execute(
                "SELECT challan, bank_transaction FROM orders WHERE status = 'PAID'"
            ).fetchall()
        paid = dict(rows)
        for one in [one for one in given_up if str(one.number) in paid][::2]:
            said = Confirmation(
                challan=str(one.number),
                amount_paise=one.paise,
                bank_transaction=paid[str(one.number)],
                status=Status.PAID,
            ).signed(banks.gateway("BANK").keys)
            if _sent(self.confirmations, said) == _sent(self.confirmations, said) == 200:
                self.late.add(str(one.number))


def _sent(address: str, values: dict[str, str]) -> int:
    """How a message was answered; nothing where the web server lay dead, and what it was told is lost."""
    try:
        _ask(address, values)
    except HTTPError as refusal:
        return refusal.code
    except (URLError, OSError, HTTPException):
        return 0
    return 200


def _hidden(page: str) -> dict[str, str]:
    found = findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {unescape(name): unescape(value) for name, value in found}


def _until_decided(ids: list[int], silent: set[int]) -> None:
    """What beat does every two minutes, with the clock moved on: whatever is not decided is asked of the bank by the worker.

    What the bank is silent about for good waits for the DC/AC.
    """
    waiting = Challan.objects.filter(pk__in=set(ids) - silent, stage__in=ASKED)
    asked: dict[int, float] = {}
    until = time.monotonic() + PATIENCE
    while (now := time.monotonic()) < until:
        left = list(waiting.values_list("pk", flat=True))
        if not left:
            return
        for pk in [pk for pk in left if now - asked.get(pk, -60.0) > 30][:20]:  # no more than the worker keeps up with
            asked[pk] = now
            verify_challan.delay(pk, "")
        time.sleep(3)


def _at_the_desk(ids: list[int], street: Street, books: Path) -> int:
    """The DC/AC decides what the bank left: another amount goes onto the cash ledger, who is silent for days is given up, and what
    comes late is accepted; what the scroll then shows as received goes onto the cash ledger too. How much there was to decide.
    """
    officer, mine = world.actor("dcac.blr"), Challan.objects.filter(pk__in=ids)
    mine.filter(stage__in=ASKED).update(sent_to_bank_at=timezone.now() - timedelta(days=91))
    hand_over_silent_challans()
    differing, quiet = list(mine.filter(stage=Stage.DIFFERS)), list(mine.filter(stage=Stage.SILENT))
    for one in differing:
        take(one, "credit_difference", officer, remarks="Credited, as the bank says")
    for one in quiet:
        take(one, "give_up", officer, remarks="The bank has said nothing for days")
    street.tell_at_last(quiet, books)
    late = list(mine.filter(stage=Stage.LATE))
    for one in late:
        take(one, "accept_late_payment", officer)
    reconcile_day("BANK", timezone.localdate())
    found = list(BankDifference.objects.filter(challan__in=mine))
    for difference in found:
        take(difference, "credit_ledger", officer, remarks="The scroll of the bank has it")
    reconcile_day("BANK", timezone.localdate())
    return len(differing) + len(quiet) + len(late) + len(found)


def _compared(challans: list[Challan], theirs: dict[str, str], difference: int, street: Street) -> int:
    """How many challans are not as the bank knows them, and by how many paise the books differ."""
    found = {str(one.number): one for one in Challan.objects.filter(pk__in=[challan.pk for challan in challans])}
    faults: dict[str, Any] = {"paise": abs(difference), "undecided or otherwise": 0, "receipts": 0}
    for number, said in theirs.items():
        status, transaction = said.split(" ")
        one = found[number]
        given_up = (number in street.other or one.pk in street.silent) and number not in street.late
        wanted = ("REJECTED", "") if given_up else (status, transaction if status == "PAID" else "")
        faults["undecided or otherwise"] += (one.stage, one.bank_transaction) != wanted
        faults["receipts"] += CyberReceipt.objects.filter(challan=one).count() != (one.stage == Stage.PAID)
    mine = [one.pk for one in found.values()]
    faults["without an order"] = len(set(found) - set(theirs))
    faults["balances"] = ledger.faults().count()
    faults["differences left"] = BankDifference.objects.filter(challan__in=mine, stage="OPEN").count()
    odd = BankMessage.objects.filter(challan__in=mine, settled_at=None)
    faults["credited twice"] = odd.filter(outcome="CREDITED").count() - sum(
        one.stage == "PAID" and str(one.number) not in street.late for one in found.values()
    )  # what came late was accepted by the DC/AC
    # what the bank itself said of another challan stays with the DC/AC; of the challan's own transaction nothing does
    lost = odd.filter(outcome="QUEUED").exclude(bank_transaction__startswith="WRONG").filter(~Q(reason="AMOUNT"))
    faults["queued although put right"] = lost.count()
    logged = RefusedMessage.objects.filter(sort="confirmation", challan__in=mine).aggregate(n=Sum("count"))["n"] or 0
    faults["forged and not logged"] = max(street.refused - logged, 0)
    faults["forged and believed"] = Challan.objects.filter(bank_transaction__regex="^(FORGED|WRONG)").count()
    if any(faults.values()):
        print({name: count for name, count in faults.items() if count}, flush=True)
    return sum(abs(count) for count in faults.values())
