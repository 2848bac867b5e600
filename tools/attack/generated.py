"""Generated requests over every address and every form of every role: none may break a page, none may tell what is another's.

Request n is made of the seed and of n alone, and of pages that stand as they did: `--from` n plays it again.
"""

from __future__ import annotations

import contextlib
import json
import random
import re
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.core.signals import got_request_exception
from django.db import transaction
from django.test import Client, TestCase
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tools.attack import forms, values

if TYPE_CHECKING:
    from tests.walk.world import World

TOGETHER = 100  # requests after which everything stands again as at first
RISK = ("secret compartment", "N-0099", "Facilitated", "FACILITATED", "lane--", "Officers only")
FOREIGN = ("signatory.metro", "courieradmin.metro", "importer.kaveri")
METHODS = ("PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "PROPFIND", "LOCK")
API, HOST = "/api/v1", "127.0.0.1"


@dataclass(frozen=True)
class Request:
    """One request, as it is sent and as it is printed."""

    n: int
    who: str
    method: str
    address: str
    body: bytes = b""
    content_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        told = f" {self.content_type} {self.body[:1500]!r}" if self.body else ""
        return (
            f"{self.n} as {self.who or 'nobody'}: {self.method} {self.address[:300]}{told} {dict(self.headers) or ''}"
        )


@dataclass
class Found:
    """What came of all requests."""

    answers: Counter[str] = field(default_factory=Counter)
    faults: dict[str, list[str]] = field(default_factory=dict)  # by kind: the requests that show it

    def fault(self, kind: str, request: Request) -> None:
        """A request that showed something."""
        self.faults.setdefault(kind, []).append(str(request))


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
        got_request_exception.connect(self._remember)

    def run(self, first: int, count: int) -> Found:
        """Send these; everything stands again as at first after each hundred."""
        from tools.attack.world import given_back

        for start in range(first - first % TOGETHER, first + count, TOGETHER):
            with given_back():
                self._clients = {}
                _forget()
                for n in range(start, min(start + TOGETHER, first + count)):
                    self.one(n)
        return self.found

    def one(self, n: int) -> None:
        """Make request n, send it and judge the answer."""
        chance = random.Random(f"{self.seed}:{n}")
        who = chance.choice(self.near if chance.random() < 0.7 else self.people)
        for request in self._made(chance, n, who):
            self._judge(request, *self._sent(request))

    def _made(self, chance: random.Random, n: int, first: str) -> Iterator[Request]:
        who = first
        kind, address = chance.random(), chance.choice(self.addresses)
        if self.operations and (address.startswith(API) or kind < 0.06):
            asked = address if address.startswith(API) else chance.choice(self.operations)
            yield _of_api(chance, n, asked, self.paths.get(asked, {}), self.key)
        elif kind < 0.16:
            yield Request(n, who, "GET", _bent(chance, address))
        elif kind < 0.28:
            yield Request(n, who, "GET", _asked(chance, address), headers=_headers(chance))
        elif kind < 0.33:
            yield Request(n, who, chance.choice(METHODS), address, b"a=1", "application/x-www-form-urlencoded")
        elif kind < 0.43:
            yield _blind(chance, n, who, address)
        else:
            for who in (
                first,
                *chance.sample(self.near, min(4, len(self.near))),
            ):  # until it is somebody's who may read it
                page = Request(n, who, "GET", address)
                status, text = self._sent(page)
                self._judge(page, status, text)
                if status == 200:
                    break
            found, links = forms.read(text, address) if status in (200, 422) else ([], [])
            if found:
                yield _filled(chance, n, who, chance.choice(found), self.addresses)
            elif links:
                yield Request(n, who, "GET", _asked(chance, chance.choice(links)))

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
        self.found.answers[f"{answer.status_code // 100}xx" if answer.status_code not in (403, 404, 429) else str(answer.status_code)] += 1  # fmt: skip
        page = answer.get("Content-Type", "").startswith(("text/", "application/json", "application/problem"))
        return answer.status_code, str(data, "utf-8", "replace") if page else ""

    def _judge(self, request: Request, status: int, text: str) -> None:
        broke = self._broke[-1] if self._broke else ""
        if status >= 500 or broke:
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
                from accounts.models import User

                client.force_login(User.objects.get(username=who))
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
            found.append(reverse(name))
    return found


def _bent(chance: random.Random, address: str) -> str:
    """An address with a part that is something else, or with more behind it."""
    parts = address.split("/")
    at = chance.randrange(1, len(parts))
    sign = quote(values.text(chance)[:400].encode("utf-8", "surrogatepass"), safe=chance.choice(("", "/;=")))
    parts[at] = chance.choice((sign, parts[at] + sign, parts[at].upper(), "..;", "%2e%2e", "", "%00", "%ff", sign + ".json"))  # fmt: skip
    return "/".join(parts) or "/"


def _asked(chance: random.Random, address: str) -> str:
    """An address with a query that nobody would ask."""
    before, _, query = address.partition("?")
    pairs = [
        (one.partition("=")[0] if chance.random() < 0.8 else "x", values.text(chance)[:3000])
        for one in query.split("&") if one
    ]  # fmt: skip
    pairs += [(chance.choice(values.QUERY), values.text(chance)[:3000]) for _ in range(chance.randrange(1, 5))]
    if chance.random() < 0.1:
        return f"{before}?{quote(values.text(chance)[:400].encode('utf-8', 'surrogatepass'), safe='=&%;[]')}"
    return f"{before}?{urlencode([(name.encode(), value.encode('utf-8', 'surrogatepass')) for name, value in pairs])}"


def _headers(chance: random.Random) -> tuple[tuple[str, str], ...]:
    """Headers of a browser that is none, now and then."""
    if chance.random() < 0.6:
        return ()
    odd = re.sub(r"[\r\n\x00]|[^\x00-\xff]", "?", values.text(chance)[:500])
    name = chance.choice(("HX-Request", "HX-Target", "HX-Current-URL", "Accept", "Accept-Language", "Range", "If-None-Match", "If-Modified-Since", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Referer", "Origin", "X-Request-ID", "X-HTTP-Method-Override", "Cookie", "User-Agent"))  # fmt: skip
    if name == "Cookie":
        of = chance.choice((settings.SESSION_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME, "messages", settings.CSRF_COOKIE_NAME))  # fmt: skip
        value = re.sub(r"[;,\s]", "", odd)
        return ((name, f"{of}={value}"),)
    return ((name, "true" if name == "HX-Request" else odd),)


def _pairs(chance: random.Random, form: forms.Form, addresses: list[str]) -> list[tuple[str, str]]:
    """The fields as they stand, a few of them spoiled, left out, doubled or of somebody else's document."""
    pairs = list(form.fields)
    for name, offered in form.choices.items():
        if name not in {one for one, _value in pairs} or chance.random() < 0.5:
            pairs = [one for one in pairs if one[0] != name] + [(name, chance.choice(offered))]
    for _ in range(chance.choice((0, 1, 1, 2, 3, 8))):
        if not pairs:
            break
        at = chance.randrange(len(pairs))
        name, value = pairs[at]
        kind = chance.random()
        if kind < 0.7:
            pairs[at] = name, values.spoiled(chance, value)
        elif kind < 0.8:
            pairs.pop(at)
        elif kind < 0.9:
            pairs.append((name, values.text(chance)))
        else:
            pairs[at] = name, next((part for part in chance.choice(addresses).split("/") if part[:1].isdigit()), "1")
    return pairs


def _filled(chance: random.Random, n: int, who: str, form: forms.Form, addresses: list[str]) -> Request:
    pairs = [(name, value[:200_000]) for name, value in _pairs(chance, form, addresses)]
    encoded = [(name.encode("utf-8", "surrogatepass"), value.encode("utf-8", "surrogatepass")) for name, value in pairs]
    if form.method == "GET":
        return Request(n, who, "GET", f"{form.action.partition('?')[0]}?{urlencode(encoded)}")
    headers = _headers(chance) if chance.random() < 0.2 else ()
    if form.files or chance.random() < 0.1:
        return _multipart(chance, n, who, form, pairs)
    return Request(n, who, "POST", form.action, urlencode(encoded).encode(), "application/x-www-form-urlencoded", headers)  # fmt: skip


def _multipart(chance: random.Random, n: int, who: str, form: forms.Form, pairs: list[tuple[str, str]]) -> Request:
    from django.core.files.uploadedfile import SimpleUploadedFile

    told: dict[str, Any] = {}
    for name, value in pairs:
        told.setdefault(name, []).append(value.encode("utf-8", "replace").decode())
    for name in form.files:
        file = SimpleUploadedFile("a", chance.choice(values.FILES))
        file._name = re.sub(r"[\r\n]", "", chance.choice(values.NAMES)) or "a"  # type: ignore[attr-defined]  # a name that Django would tidy
        told[name] = file
    body = encode_multipart(BOUNDARY, told)
    kind = chance.random()
    if kind < 0.1:
        body = body[: chance.randrange(len(body) + 1)]
    elif kind < 0.15:
        return Request(n, who, "POST", form.action, body, "multipart/form-data")
    elif kind < 0.2:
        return Request(n, who, "POST", form.action, body, f"multipart/form-data; boundary={'x' * 300}")
    elif kind < 0.25:
        body = body.replace(b"form-data;", chance.choice((b"form-data", b"form-data; filename*=utf-8''%ff;", b"attachment;")), 2)  # fmt: skip
    return Request(n, who, "POST", form.action, body, MULTIPART_CONTENT)


def _blind(chance: random.Random, n: int, who: str, address: str) -> Request:
    """A form that the page never had, or no form at all."""
    kinds = ("application/json", "text/plain", "application/xml", "application/x-www-form-urlencoded; charset=utf-7", "application/x-www-form-urlencoded; charset=nonsense", "multipart/form-data; boundary=a", "")  # fmt: skip
    if chance.random() < 0.5:
        pairs = [(chance.choice((*values.QUERY, "confirm", "document", "documents", "bill", "reason", "password", "code", "value", "amount", "name", "file", "step", "version", "form-TOTAL_FORMS")), values.text(chance)) for _ in range(chance.randrange(0, 6))]  # fmt: skip
        body = urlencode([(name, value.encode("utf-8", "surrogatepass")) for name, value in pairs]).encode()
        return Request(n, who, "POST", address, body, "application/x-www-form-urlencoded")
    body = chance.choice((json.dumps({"a": values.text(chance)}).encode(), b"[" * 3000, b"\x00\xff" * 50, b'--a\r\nContent-Disposition: form-data; name="x"\r\n\r\ny', b"{"))  # fmt: skip
    return Request(n, who, "POST", address, body, chance.choice(kinds))


def _of_api(chance: random.Random, n: int, address: str, told: dict[str, Any], key: str) -> Request:
    """A question of a program: with the key, without one, or with one that is none."""
    method = chance.choice([*(one.upper() for one in told), "POST", "GET"])
    filled = re.sub(r"\{[^}]*\}", lambda _found: quote(values.text(chance)[:200].encode("utf-8", "surrogatepass"), safe=""), address)  # fmt: skip
    words = [("Authorization", f"Bearer {key}")] if chance.random() < 0.8 else [("Authorization", chance.choice(("Bearer ", "Bearer x.y", "Basic Og==", f"Bearer {key[:-1]}", key)))]  # fmt: skip
    if chance.random() < 0.5:
        words.append(("Idempotency-Key", re.sub(r"[\r\n\x00]|[^\x00-\xff]", "?", values.text(chance)[:300])))
    body = json.dumps(_json(chance, 0)).encode() if chance.random() < 0.9 else values.text(chance).encode("utf-8", "surrogatepass")  # fmt: skip
    asked = filled if chance.random() < 0.5 else _asked(chance, filled)
    if method == "GET":
        return Request(n, "", "GET", asked, headers=tuple(words))
    kind = "application/json" if chance.random() < 0.9 else chance.choice(("text/plain", "application/xml", MULTIPART_CONTENT))  # fmt: skip
    return Request(n, "", method, asked, body, kind, tuple(words))


def _json(chance: random.Random, depth: int) -> Any:
    kind = chance.random()
    if depth > 3 or kind < 0.3:
        return chance.choice((None, True, 0, -1, 1e308, 2**63, 2**80, "", values.text(chance).encode("utf-8", "replace").decode()[:2000], [], {}))  # fmt: skip
    if kind < 0.5:
        return [_json(chance, depth + 1) for _ in range(chance.randrange(0, 4))]
    names = ("hawb", "flight", "station", "bills", "shipments", "number", "weight", "packages", "kind", "answers", "file", "scans", "code", "at", "events", "challan", "reply", "address", "amount")  # fmt: skip
    return {chance.choice(names): _json(chance, depth + 1) for _ in range(chance.randrange(0, 6))}
