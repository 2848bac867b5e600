"""Whoever works through the pages on a mixed day: the pace, the pages and forms as a browser has them, and what is written down of each answer."""

from __future__ import annotations

import itertools
import json
import os
import random
import re
import time
from collections import deque
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import gevent
from gevent.lock import Semaphore
from locust import FastHttpUser, events, task

from tools.load.page_forms import Pairs, encoded, form_to, forms_of

PLACE = Path(os.environ["LOAD_PLACE"])
TOLD = json.loads((PLACE / "told.json").read_text())
IST = timezone(timedelta(hours=5, minutes=30))
FLIGHT = int(TOLD["flight"])  # declarations of a file
IMPORTS, BY_PROGRAM = 0.8, 0.4  # of the declarations are imports; of the flights come by the API
TRACKED, LOOKED = 1.0, 0.3  # pages of the public, and of people who look something up, for each declaration
ASSESSED = 5  # one flight of so many is for consignees who get too much on one day: all of it is assessed
READ = 0.4  # of the imports officers could read one by one, for assessment and again for examination
AT_A_TIME, TICKED_AT_A_TIME = 5, 25  # bills that an officer takes one after the other, and that are ticked together
FILES = {name: (PLACE / f"{name}.csv").read_bytes() for name in ("shipments", "bills", "shipping")}
serials = itertools.count(int(TOLD["first"]))
landed: deque[str] = deque()  # manifests that the custodian has not scanned yet
owing: deque[str] = deque()  # manifests with bills that owe nothing yet
awaited: deque[str] = deque()  # goods for export that are not handed in yet
known: deque[str] = deque(maxlen=2000)  # house airway bills that people ask after
bills: deque[str] = deque(maxlen=2000)  # addresses of bills that officers and couriers have seen
cookies: dict[str, list[Any]] = {}
at_the_door = Semaphore()
asked = (PLACE / "asked").open("a", buffering=1)
OWED = re.compile(r'name="bill"[^>]*value="(\d+)"|value="(\d+)"[^>]*name="bill"')
BILL = re.compile(r'<th scope="row"><a href="([^"]+)"')
TICKED = re.compile(r'name="document"[^>]*value="(\d+)"|value="(\d+)"[^>]*name="document"')


class Astray(Exception):
    """A page was not what it must be; the person gives this piece of work up, and it is told as a fault."""


@events.request.add_listener
def write_down(name: str, response_time: float, exception: Any = None, **_more: Any) -> None:
    """One line for each page."""
    asked.write(f"{time.time():.3f}\t{response_time:.1f}\t{'no' if exception else 'yes'}\t{name}\t{exception or ''}\n")


def rate() -> float:
    """Declarations a second that come in now."""
    try:
        return float((PLACE / "rate").read_text() or 0) / 3600
    except ValueError:  # it is being written
        return 1.0


def named(path: str) -> str:
    """A page's address without numbers and keys."""
    return re.sub(r"/[^/]*[0-9A-Z][^/]*(?=/|$)", "/…", re.sub(r"https?://[^/]+", "", path).split("?")[0])


class Person(FastHttpUser):
    """Somebody who acts so often as the rate asks."""

    abstract = True
    username = ""
    connection_timeout = network_timeout = 60.0
    due = 0.0

    def often(self) -> float:
        """How many acts a second all of this kind do together."""
        return 1.0

    def act(self) -> None:
        """One piece of work."""

    def on_start(self) -> None:
        """Sign in by the form, once for each person; others of the same name go on with it."""
        self.due = time.time() + random.random() * self.gap()
        if not self.username:
            return
        with at_the_door:
            while self.username not in cookies:
                self.sign_in()
        for one in cookies[self.username]:
            self.client.cookiejar.set_cookie(one)

    def sign_in(self) -> None:
        """By the form, one person after the other: the system lets few in at a moment and tells the others to wait."""
        page = self.get("/sign-in/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        sent = [
            ("csrfmiddlewaretoken", token[1] if token else ""),
            ("username", self.username),
            ("password", TOLD["password"]),
        ]
        if "sign-in" not in self.post("/sign-in/", sent)[0]:
            cookies[self.username] = list(self.client.cookiejar)

    def gap(self) -> float:
        """Seconds between two acts of one person of this kind."""
        count: int = self.fixed_count
        return count / max(self.often(), 0.001)

    def wait_time(self) -> float:
        """Until the next act is due, looking up now and then: the rate may have risen."""
        return min(max(self.due - time.time(), 0.0), 0.5)

    @task
    def turn(self) -> None:
        """Act where it is time."""
        gap, now = self.gap(), time.time()
        if now < self.due - 0.01:
            if self.due > now + gap:  # the rate has risen since
                self.due = now + random.random() * gap
            return
        self.due = max(self.due + gap * random.uniform(0.8, 1.2), now - gap)
        try:
            self.act()
        except Astray as fault:
            write_down(f"astray: {type(self).__name__}", 0.0, str(fault))

    def ask(self, way: str, path: str, body: bytes | None = None, kind: str = "", **headers: str) -> tuple[str, str]:
        """One page and those it leads to: where it ended, and what it says."""
        for _turn in range(6):
            sent = {**headers, **({"Content-Type": kind} if kind else {})}
            if way == "POST":
                sent["X-CSRFToken"] = next((one.value for one in self.client.cookiejar if one.name == "csrftoken"), "")
            far = path.startswith("http") and not path.startswith(self.host)
            name = f"bank {way}" if far else f"{way} {named(path)}"
            with self.client.request(
                way, path, data=body, headers=sent, name=name, allow_redirects=False, catch_response=True
            ) as answer:
                if answer.status_code == 409:  # a colleague was quicker
                    answer.success()
                elif not 200 <= answer.status_code < 400:
                    answer.failure(f"{answer.status_code} {path} {why_not_answered(answer.text or '')}")
                if answer.status_code not in (301, 302, 303):
                    if answer.status_code >= 400 and answer.status_code != 409:
                        raise Astray(f"{way} {path}: {answer.status_code}")
                    return path, answer.text or ""
                path, way, body, kind = urljoin(path, answer.headers["Location"]), "GET", None, ""
        raise Astray(f"{path} leads nowhere")

    def get(self, path: str, /, **headers: str) -> str:
        """A page."""
        return self.ask("GET", path, None, "", **headers)[1]

    def post(self, path: str, pairs: Pairs, files: dict[str, bytes] | None = None) -> tuple[str, str]:
        """A form."""
        body, kind = encoded(pairs, files)
        return self.ask("POST", path, body, kind)

    def send(self, page: str, end: str, ticked: bool = False, /, **given: str) -> tuple[str, str]:
        """The form of a page that goes there, and the page that asks again."""
        form = form_to(page, end)
        if form is None:
            title = re.search(r"<title>([^<]*)", page)
            raise Astray(f"no form to {end} on {title[1].strip() if title else page[:80]}")
        where, then = self.post(form.action, form.filled(ticked, **given))
        again = [
            one
            for one in forms_of(then)
            if ("confirm", "") in one.values or any(n == "confirm" for n, _v in one.values)
        ]
        if again and where.split("?")[0].endswith(end):
            where, then = self.post(again[0].action or where, again[0].filled(ticked, **given))
        return where, then

    def wait_for(self, upload: str, holds: Any) -> tuple[str, str]:
        """The page of a file, until a worker has read it."""
        for _second in range(60):
            where, page = self.ask("GET", upload)
            if holds(where, page):
                return where, page
            if "ECCS_ERRORS" in page or "govuk-error-summary" in page:
                raise Astray(f"a file was refused: {why_not_answered(page)}")
            gevent.sleep(1)
        raise Astray("a file was not read within a minute")


def why_not_answered(page: str) -> str:
    """What a page says first, in a line."""
    words = re.sub(r"<[^>]+>|\s+", " ", page.split("<main", 1)[-1])
    return re.sub(r"\s+", " ", words)[:160].replace("\t", " ")
