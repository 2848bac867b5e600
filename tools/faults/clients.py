"""How programs and people ask while everything dies around them: under the same key until they are answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from html import unescape
from re import findall, search
from typing import Any

import requests

from tools.faults.house import PASSWORD
from tools.faults.journal import Journal
from tools.faults.pen import Pen
from tools.hosts.people import Person

PATIENCE = 900.0  # seconds until a request counts as never answered
PAUSE = 0.6
AGAIN = (408, 425, 429, 500, 502, 503, 504, 507)


class NeverAnswered(RuntimeError):
    """Nobody answered, or what was answered can only be wrong."""


def again_and_again(journal: Journal, what: str, ask: Callable[[], requests.Response], ended: threading.Event) -> Any:
    """Ask until something is answered that is neither an outage nor a wait; a 500 is kept for the audit."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and not ended.is_set():
        try:
            answer = ask()
        except requests.RequestException as fault:
            journal.note(f"{type(fault).__name__} {what}")
            time.sleep(PAUSE)
            continue
        if answer.status_code not in AGAIN:
            return answer
        journal.note(f"{answer.status_code} {what}")
        time.sleep(min(float(answer.headers.get("Retry-After", PAUSE)), 2.0))
    raise NeverAnswered(what)


class Refused(NeverAnswered):
    """It is not possible any more, and the answer says why."""


class Program:
    """A firm's program with its key, and with a pen where it signs."""

    def __init__(
        self, address: str, key: str, journal: Journal, ended: threading.Event, pen: Pen | None = None
    ) -> None:
        self.address, self.journal, self.ended, self.pen = f"{address}/api/v1", journal, ended, pen
        self.headers = {"Authorization": f"Bearer {key}"}

    def get(self, path: str, **given: Any) -> Any:
        """What is answered, as JSON."""
        return self._ask("GET", path, {}, params=given)

    def post(self, path: str, once: str = "", **sent: Any) -> Any:
        """Something done, once under the key where one is given."""
        return self._ask("POST", path, {"Idempotency-Key": once} if once else {}, **sent)

    def sign(self, wanted: str) -> Any:
        """The signature over what is to be signed, sent until it is answered: what was filed under it."""
        if self.pen is None:
            raise NeverAnswered(f"{wanted} is to be signed, and nobody has a pen")
        told = self.get(f"/signatures/{wanted}")
        return self.post(f"/signatures/{wanted}", json={"cms": self.pen.sign(told["content"])})

    def try_once(self, path: str, once: str, **sent: Any) -> requests.Response:
        """One question, however it is answered. Raises the errors of requests."""
        headers = self.headers | {"Idempotency-Key": once}
        return requests.post(f"{self.address}{path}", headers=headers, timeout=30, **sent)

    def _ask(self, way: str, path: str, more: dict[str, str], **sent: Any) -> Any:
        what = f"{way} /{path.split('/')[1]}/…/{path.rsplit('/', 1)[-1]}" if path.count("/") > 1 else f"{way} {path}"
        headers = self.headers | more
        answer = again_and_again(
            self.journal, what, lambda: requests.request(way, f"{self.address}{path}", headers=headers, timeout=30, **sent),
            self.ended,
        )  # fmt: skip
        if answer.status_code == 409:
            raise Refused(f"{way} {path}: {answer.text[:600]}")
        if not answer.ok:
            raise NeverAnswered(f"{way} {path}: {answer.status_code} {answer.text[:600]}")
        return answer.json()


class Browser:
    """A person who has signed in once; the session must outlive everything."""

    def __init__(
        self, address: str, username: str, journal: Journal, ended: threading.Event, pen: Pen | None = None
    ) -> None:
        self.address, self.journal, self.ended, self.pen = address, journal, ended, pen
        self.person, self.signing_in = Person(address, username, ()).sign_in(PASSWORD), threading.Lock()

    def get(self, path: str) -> requests.Response:
        """A page; whose session has ended signs in again."""
        while True:
            found: requests.Response = again_and_again(
                self.journal, "a page",
                lambda: self.person.session.get(f"{self.address}{path}", timeout=30, allow_redirects=False), self.ended,
            )  # fmt: skip
            if not self._is_out(found):
                return found

    def post(self, path: str, fields: Any = None, **more: Any) -> requests.Response:
        """A form of a page, sent until it is answered; whose session has ended signs in again. Where to it leads is not followed."""
        while True:
            found = self._post(path, more if fields is None else fields)
            if not self._is_out(found):
                return found

    def _is_out(self, found: requests.Response) -> bool:
        if "/sign-in/" not in found.headers.get("Location", "") or self.ended.is_set():
            return False
        with self.signing_in, suppress(SystemExit, requests.RequestException):
            self.person.session.cookies.clear()
            self.person.sign_in(PASSWORD)
            self.journal.note("signed in again")
        time.sleep(PAUSE)
        return True

    def signed(self, found: requests.Response) -> bool:
        """Sign where an answer leads to the page for that, and whether it does: what came of it is looked at by the caller."""
        place = found.headers.get("Location", "")
        if self.pen is None or not place.startswith("/sign/"):
            return False
        content = search(r'data-content="([^"]+)"', self.get(place).text)
        if content:
            self.post(place, cms=self.pen.sign(content[1]))
        return True

    def _post(self, path: str, fields: Any) -> requests.Response:
        found: requests.Response = again_and_again(
            self.journal, f"POST {path.rstrip('/').rsplit('/', 1)[-1]}",
            lambda: self.person.session.post(
                f"{self.address}{path}", data=fields, timeout=30, allow_redirects=False,
                headers={"X-CSRFToken": self.person.session.cookies.get("csrftoken") or "", "Referer": self.address},
            ), self.ended,
        )  # fmt: skip
        return found

    def pay(self, challan: str, behaviour: str) -> None:
        """Take a challan to the bank and approve it there; the way back may be lost."""
        sent = self.post(f"/payments/challans/{challan}/go-to-bank/")
        target = sent.headers.get("Location", "")
        if "/pay?" not in target:
            return  # it is paid already, or the bank is being asked
        page = requests.get(target, timeout=30)
        order = requests.post(
            target.partition("/pay?")[0] + "/log-in", data={**_hidden(page.text), "customer": "Asha"}, timeout=30
        )
        done = requests.post(order.url, data={"decision": "PAID", "behaviour": behaviour}, timeout=30)
        back = _hidden(done.text)
        if back:
            try:
                requests.post(f"{self.address}/payments/bank/return/", data=back, timeout=30)
            except requests.RequestException:
                self.journal.note("the way back from the bank")


def _hidden(page: str) -> dict[str, str]:
    found = findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {unescape(name): unescape(value) for name, value in found}
