"""Generated requests over every address and every form of every role: none may break a page, none may tell what is another's.

Request n is made of the seed and of n alone, and of pages as they stood at first: `--from` n plays it again after those before it
in its hundred, whatever process it is. Who may read an address is found out once, and from then on most requests come from those who may.
"""

from __future__ import annotations

import contextlib
import random
import re
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.core.signals import got_request_exception
from django.db import IntegrityError, connection, transaction
from django.test import Client, TestCase

from tools.attack import forms
from tools.attack.making import Request, asked_oddly, bent, blind, filled, odd_headers, of_api
from tools.attack.site import session_of

if TYPE_CHECKING:
    from tests.walk.world import World

TOGETHER = 100  # requests after which everything stands again as at first
RISK = ("secret compartment", "N-0099", "Facilitated", "FACILITATED", "lane--", "Officers only")
FOREIGN = ("signatory.metro", "courieradmin.metro", "importer.kaveri")
METHODS = ("PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "PROPFIND", "LOCK")
API, HOST = "/api/v1", "127.0.0.1"
READERS = 2  # people by whom each address is read, for its forms and links as they see them
TRIED = 5  # addresses, until one is read by somebody
STEPS = ("step", "steps", "work-many", "work-act")
ABOUT = {  # what addresses that anybody may ask for are about
    "password-reset": ("MQ", "x-abcdef"), "public-exchange-rate": ("USD",), "public-form": ("cbe-xiii",), "public-tariff-item": ("85183000",),
    "verify-code": ("AAAA0000BBBB",), "counter-display": ("1",),
}  # fmt: skip
EVERYWHERE = ("find", "switch", "sign-out")  # forms that stand on every page


class Page(NamedTuple):
    """An address as one who may read it sees it."""

    who: str
    forms: list[forms.Form]
    links: list[str]


@dataclass
class Found:
    """What came of all requests."""

    answers: Counter[str] = field(default_factory=Counter)
    faults: dict[str, list[str]] = field(default_factory=dict)  # by kind: the requests that show it
    looked: int = 0  # pages read beforehand for their forms: not counted among the requests
    pages: Counter[str] = field(default_factory=Counter)  # by the name of the address: how often it was asked for
    read: set[str] = field(default_factory=set)  # of them, those that answered with a page, or took what was sent
    forms: set[str] = field(default_factory=set)  # that were seen: address and fields
    sent: set[str] = field(default_factory=set)  # of them, those that were filled in and sent

    def fault(self, kind: str, request: Request) -> None:
        """A request that showed something."""
        self.faults.setdefault(kind, []).append(str(request))

    def add(self, other: Found) -> None:
        """What another process found."""
        self.answers += other.answers
        self.pages += other.pages
        self.looked += other.looked
        self.read |= other.read
        self.forms |= other.forms
        self.sent |= other.sent
        for kind, shown in other.faults.items():
            self.faults.setdefault(kind, []).extend(shown)


class Attacker:
    """Sends the requests of one seed in this process, as the people of the cast."""

    def __init__(
        self, world: World, people: list[str], seed: int, key: str = "", paths: dict[str, Any] | None = None
    ) -> None:
        self.people, self.seed, self.key = people, seed, key
        self.words = world.words()
        own = [a for found in (*world.addresses.values(), *world.shared.values()) for a in found]
        self.paths = paths or {}
        self.operations = [address for address in self.paths if not address.startswith("{")]
        self.addresses = sorted({*own, *_public(), *self.operations})
        self.found = Found()
        self._clients: dict[str, Client] = {}
        self._broke: list[str] = []
        self.near = [one for one in people if one.endswith((".swift", ".blr")) or one == "sysadmin"]
        self.parts = sorted({part for one in self.addresses for part in one.split("/") if part[:1].isdigit()})
        self._pages: dict[str, list[Page]] = {}
        self._seen: dict[tuple[str, str], Page | None] = {}
        self._readers: dict[str, list[str]] = {}
        self._kinds = {_kind(one): one for one in reversed(self.addresses)}
        self._actors: dict[str, Any] = {}
        self._everywhere = _addresses(EVERYWHERE)
        self._sessions = {one: session_of(one).partition("=")[2] for one in people if one}
        got_request_exception.connect(self._remember)

    def run(self, first: int, count: int, of: tuple[int, int] = (0, 1)) -> Iterator[int]:
        """Send these, or each so-many-th hundred of them; everything stands again as at first after each hundred. Tells how many it sent."""
        share, all_ = of
        for start in range(first - first % TOGETHER, first + count, TOGETHER):
            if start // TOGETHER % all_ == share:
                numbers = range(start, min(start + TOGETHER, first + count))
                self._apart(numbers, self._aim)
                self._apart(numbers, self.one)
                yield len(numbers)

    def _apart(self, numbers: range, work: Callable[[int], object]) -> None:
        """Do this for a hundred and give it back; what PostgreSQL would have refused at a commit is found before."""
        from tools.attack.world import given_back

        with given_back():
            self._clients = {}
            _forget()
            for n in numbers:
                work(n)
            try:
                connection.check_constraints()
            except IntegrityError as fault:
                said = f"not to be committed: {str(fault).splitlines()[0]}"
                self.found.fault(said, Request(numbers[0], "", f"up to {numbers[-1]}", ""))

    def one(self, n: int) -> None:
        """Make request n, send it and judge the answer."""
        request = self._made(n)
        status, text = self._sent(request)
        self.found.answers[f"{status // 100}xx" if status not in (403, 404, 422, 429) else str(status)] += 1
        self._judge(request, status, text)

    def _aim(self, n: int) -> tuple[random.Random, str]:
        """The chance of request n, and the address that it is about: mostly one that somebody here may read."""
        chance = random.Random(f"{self.seed}:{n}")
        wanted = [chance.choice(self.addresses) for _ in range(TRIED)]
        for one in wanted if chance.random() < 0.9 else ():
            if one.startswith(API) or self._look(n, one):
                return chance, one
        return chance, wanted[0]

    def _look(self, n: int, address: str) -> list[Page]:
        """The page of an address as those see it who may; it is read once, before the hundred that wants it."""
        if address in self._pages:
            return self._pages[address]
        who = self._able(address)
        if who is None:
            kind = _kind(address)
            if kind not in self._readers:
                self._readers[kind] = self._readers_of(n, kind)
            who = list(self._readers[kind])
        random.Random(f"{self.seed}:{address}").shuffle(who)
        pages: list[Page] = []
        for one in who[: 2 * READERS]:
            if len(pages) < READERS and (page := self._read(n, one, address)):
                pages.append(page)
        self._pages[address] = pages
        return pages

    def _readers_of(self, n: int, kind: str) -> list[str]:
        """Some who may read addresses of a kind, found by trying one person after the other."""
        asked, found = list(self.near), list[str]()
        random.Random(f"{self.seed}:{kind}").shuffle(asked)
        for one in asked:
            if len(found) < 2 * READERS and self._read(n, one, self._kinds[kind]):
                found.append(one)
        return found

    def _able(self, address: str) -> list[str] | None:
        """Of the page of a step, who has a role for it; nothing is told of another page."""
        from django.urls import Resolver404, resolve

        from accounts.models import User
        from accounts.permissions import Actor
        from eccs import pages

        try:
            match = resolve(address.partition("?")[0])
        except Resolver404:
            return []
        if match.url_name not in STEPS or (listing := pages.listing_of(match.kwargs["slug"])) is None:
            return None
        step = listing.model.steps().get(pages.from_verb(match.kwargs["verb"]))
        if not self._actors:
            self._actors = {one.username: Actor.of(one) for one in User.objects.filter(username__in=self.near)}
        able = self._actors.items() if step else ()
        return [name for name, one in sorted(able) if step and any(map(one.may, step.activities))]

    def _read(self, n: int, who: str, address: str) -> Page | None:
        request = Request(n, who, "GET", address)
        if (who, address) not in self._seen:
            status, text = self._sent(request)
            self.found.looked += 1
            self._judge(request, status, text)
            self._seen[who, address] = page = Page(who, *forms.read(text, address)) if status == 200 else None
            self.found.forms |= {_form(one) for one in (page.forms if page else ())}
        return self._seen[who, address]

    def _made(self, n: int) -> Request:
        chance, address = self._aim(n)
        pages, kind = self._pages.get(address, []), chance.random()
        stranger = chance.choice(self.near if chance.random() < 0.5 else self.people)
        page = chance.choice(pages) if pages and chance.random() < 0.8 else Page(stranger, [], [])
        if self.operations and (address.startswith(API) or kind < 0.06):
            asked = address if address.startswith(API) else chance.choice(self.operations)
            return of_api(chance, n, asked, self.paths.get(asked, {}), self.key, self.parts)
        if kind < 0.1:
            return Request(n, page.who, "GET", bent(chance, address))
        if kind < 0.25:
            return Request(n, page.who, "GET", asked_oddly(chance, address), headers=odd_headers(chance))
        if kind < 0.28:
            return Request(n, page.who, chance.choice(METHODS), address, b"a=1", "application/x-www-form-urlencoded")
        if kind < 0.36:
            return blind(chance, n, page.who, address)
        found = [one for other in pages for one in other.forms] if not page.forms else page.forms
        own = [one for one in found if one.action.partition("?")[0] not in self._everywhere]
        if found and (own or chance.random() < 0.5):
            chosen = chance.choice(own if own and chance.random() < 0.95 else found)
            self.found.sent.add(_form(chosen))
            return filled(chance, n, page.who, chosen, self.addresses)
        return Request(
            n, page.who, "GET", asked_oddly(chance, chance.choice(page.links or [address])), headers=odd_headers(chance)
        )

    def _sent(self, request: Request) -> tuple[int, str]:
        self._broke.clear()
        client = self._client(request.who)
        kept = dict(client.cookies)
        for name, value in request.headers:
            if name == "Cookie":
                client.cookies.load(value) if "\x00" not in value else None
        headers = {name: value for name, value in request.headers if name != "Cookie"}
        try:
            with TestCase.captureOnCommitCallbacks(execute=True), transaction.atomic():
                answer: Any = client.generic(
                    request.method, request.address, request.body, request.content_type or "application/octet-stream",
                    headers=headers,
                )  # fmt: skip
                data = b"".join(answer.streaming_content) if answer.streaming else answer.content
        finally:
            client.cookies.clear()
            client.cookies.update(kept)
        if match := getattr(answer.wsgi_request, "resolver_match", None):
            name = match.view_name or match.route
            self.found.pages[name] += 1
            if answer.status_code < 400:
                self.found.read.add(name)
        page = answer.get("Content-Type", "").startswith(("text/", "application/json", "application/problem"))
        return answer.status_code, str(data, "utf-8", "replace") if page else ""

    def _judge(self, request: Request, status: int, text: str) -> None:
        broke = self._broke[-1] if self._broke else ""
        unready = status == 503 and request.address.startswith("/readyz")  # which may say that a part is away
        if (status >= 500 and not unready) or broke:
            self.found.fault(broke or f"answer {status}", request)
        if request.who.endswith((".swift", ".metro", ".kaveri")) or request.who.startswith("importer"):
            for word in RISK:
                if word in text and word not in _typed(request):
                    self.found.fault(f"{request.who.split('.')[0]} reads “{word}”", request)
        if request.who in FOREIGN:
            shown = text.replace(request.address, "")
            for word in self.words:
                if word in shown and word not in _typed(request):
                    self.found.fault(f"a foreign firm reads “{word}”", request)

    def _client(self, who: str) -> Client:
        if who not in self._clients:
            client = Client(raise_request_exception=False, SERVER_NAME=HOST)
            if who:
                client.cookies[settings.SESSION_COOKIE_NAME] = self._sessions[who]
            self._clients[who] = client
        return self._clients[who]

    def _remember(self, sender: Any, **named: Any) -> None:
        import sys

        kind, _value, frames = sys.exc_info()
        ours = [one for one in traceback.extract_tb(frames) if "site-packages" not in one.filename and "/eccs/middleware" not in one.filename]  # fmt: skip
        last = ours[-1] if ours else traceback.extract_tb(frames)[-1]
        self._broke.append(f"{kind.__name__ if kind else ''} at {last.filename.split('/')[-2]}/{last.filename.split('/')[-1]}:{last.lineno}")  # fmt: skip


def refuse_briefly() -> None:
    """A refusal says the same at every address: each person is shown the whole page the first time, and then its status."""
    from django.http import HttpResponse

    from eccs import errors

    told: Any = errors
    shown, whole = set[tuple[Any, str]](), told.render

    def brief(request: Any, template: str, status: int) -> Any:
        known = (getattr(request.user, "pk", None) if hasattr(request, "user") else None, template)
        if known in shown:
            return HttpResponse(status=status)
        shown.add(known)
        return whole(request, template, status=status)

    told.render = brief


def _forget() -> None:
    """What was counted of those who ask too often, so that a request is answered as it is alone."""
    from django.core.cache import cache

    from eccs import asked_often

    cache.clear()
    asked_often.forget()


def _kind(address: str) -> str:
    """What an address has in common with those of other documents."""
    return re.sub(r"/[^/]*[0-9][^/]*|(?<=/queue)/[^/]*|(?<=^/work/next)/.*", "/*", address.partition("?")[0])


def _form(one: forms.Form) -> str:
    """What a form has in common with itself on the pages of other documents."""
    names = {re.sub(r"[0-9]+", "*", name) for name, _value in one.fields} | set(one.files) | set(one.choices)
    return f"{one.method} {_kind(one.action)} {' '.join(sorted(names))}"


def _addresses(names: Iterable[str]) -> set[str]:
    from django.urls import reverse

    return {reverse(one) for one in names}


def _typed(request: Request) -> str:
    from urllib.parse import unquote_plus

    return unquote_plus(request.address) + unquote_plus(request.body.decode("utf-8", "replace"))


def _public() -> list[str]:
    from django.urls import NoReverseMatch, reverse

    from tests.walk.addresses import PUBLIC

    found = [
        "/",
        "/favicon.ico",
        "/robots.txt",
        "/.well-known/security.txt",
        "/static/x.css",
        "/public/track/?hawb=1&courier=1",
    ]
    for name in PUBLIC:
        with contextlib.suppress(NoReverseMatch):
            found.append(reverse(name, args=ABOUT.get(name, ())))
    return found
