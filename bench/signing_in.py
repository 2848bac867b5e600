"""What a sign-in costs beside its password hash, and how other pages fare while everybody signs in at once."""

from __future__ import annotations

import http.client
import re
import secrets
import threading
import time
from statistics import median, quantiles
from time import perf_counter
from urllib.parse import urlencode

from django.contrib.auth.hashers import check_password, make_password
from django.core.management import call_command

from accounts.credentials import SignInTries
from accounts.models import User
from bench import world
from bench.measure import Row, at_most, timed

ALONE = 50  # sign-ins one after another, each between two hashes
PAGES = 400  # pages of an officer at work, in a quiet hour and in a storm
OFFICERS = 2  # at work
PEOPLE = 16  # at the door, each again as soon as it opened
PAGE = "/bills/imports/queue/assessment/"
PASSWORD = secrets.token_urlsafe(16)


def run() -> list[Row]:
    """Both ratios, each with its floor in the same run."""
    call_command("collectstatic", interactive=False, verbosity=0)
    encoded = make_password(PASSWORD)
    User.objects.update(password=encoded)
    SignInTries.objects.all().delete()
    names = sorted(User.objects.values_list("username", flat=True))
    with world.web() as (port, _process):
        for name in names[:ALONE]:  # as on any morning: people who have signed in here before
            _sign_in(port, name)
        hashes, sign_ins = [], []
        for n in range(ALONE):
            hashes.append(timed(lambda: check_password(PASSWORD, encoded)))
            sign_ins.append(_sign_in(port, names[n % len(names)])[1])
            hashes.append(timed(lambda: check_password(PASSWORD, encoded)))
        _at_work(port, 60)
        quiet = _at_work(port, PAGES)
        with _Storm(port, names) as storm:
            stormy = _at_work(port, PAGES)
        calm = _at_work(port, PAGES)
    before, during = quantiles([*quiet, *calm], n=20)[-1], quantiles(stormy, n=20)[-1]
    alone, floor = median(sign_ins), median(hashes)
    return [
        at_most("a sign-in", f"{alone * 1000:.0f} ms", f"its password hash {floor * 1000:.0f} ms", alone / floor, 1.15),
        at_most(
            "other pages while everybody signs in, p95",
            f"{during * 1000:.1f} ms ({storm.let_in} let in, {storm.asked_again} asked to come again)",
            f"in a quiet hour {before * 1000:.1f} ms",
            during / before,
            2.5,
        ),
    ]


def _sign_in(port: int, name: str) -> tuple[int, float]:
    """The form is fetched, then sent as a browser sends it: the status, and the seconds of the sending."""
    line = http.client.HTTPConnection("127.0.0.1", port)
    line.request("GET", "/sign-in/")
    page = line.getresponse()
    body = page.read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', body)
    cookie = (page.headers.get("Set-Cookie") or "").split(";")[0]
    assert token is not None
    form = urlencode({"csrfmiddlewaretoken": token[1], "username": name, "password": PASSWORD})
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    start = perf_counter()
    line.request("POST", "/sign-in/", form, headers)
    answer = line.getresponse()
    answer.read()
    took = perf_counter() - start
    line.close()
    assert answer.status in (302, 503), answer.status
    if answer.status == 503:
        time.sleep(float(answer.headers["Retry-After"]))
    return answer.status, took


def _at_work(port: int, asked: int) -> list[float]:
    """Officers open their queue, one page after another; the seconds of each."""
    each: list[float] = []

    def one(client: world.Client) -> None:
        for _n in range(asked // OFFICERS):
            start = perf_counter()
            status, _body, _location = client.get(PAGE)
            each.append(perf_counter() - start)
            assert status == 200, status
            time.sleep(0.02)  # a person reads; two clients without a pause would be a storm of their own

    threads = [threading.Thread(target=one, args=[world.Client(port, "ao.blr")]) for _n in range(OFFICERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(each) == asked // OFFICERS * OFFICERS
    return each


class _Storm:
    """Sixteen people who sign in again and again; whoever is asked to come again waits as long as asked."""

    def __init__(self, port: int, names: list[str]) -> None:
        self.let_in = self.asked_again = 0
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._one, args=[port, names[n % len(names)]]) for n in range(PEOPLE)]

    def _one(self, port: int, name: str) -> None:
        while not self._over.is_set():
            status, _took = _sign_in(port, name)
            if status == 302:
                self.let_in += 1
            else:
                self.asked_again += 1

    def __enter__(self) -> _Storm:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_fault: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
