"""How a generated request is made: an address bent, a query nobody would ask, a form filled in wrongly, a program's nonsense."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tools.attack import forms, values


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


def bent(chance: random.Random, address: str) -> str:
    """An address with a part that is something else, or with more behind it."""
    parts = address.split("/")
    at = chance.randrange(1, len(parts))
    sign = quote(values.text(chance)[:400].encode("utf-8", "surrogatepass"), safe=chance.choice(("", "/;=")))
    parts[at] = chance.choice((sign, parts[at] + sign, parts[at].upper(), "..;", "%2e%2e", "", "%00", "%ff", sign + ".json"))  # fmt: skip
    return "/".join(parts) or "/"


def asked_oddly(chance: random.Random, address: str) -> str:
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


def odd_headers(chance: random.Random) -> tuple[tuple[str, str], ...]:
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


def filled(chance: random.Random, n: int, who: str, form: forms.Form, addresses: list[str]) -> Request:
    """A form of a page, filled in wrongly in some of its fields."""
    pairs = [(name, value[:200_000]) for name, value in _pairs(chance, form, addresses)]
    encoded = [(name.encode("utf-8", "surrogatepass"), value.encode("utf-8", "surrogatepass")) for name, value in pairs]
    if form.method == "GET":
        return Request(n, who, "GET", f"{form.action.partition('?')[0]}?{urlencode(encoded)}")
    headers = odd_headers(chance) if chance.random() < 0.2 else ()
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


def blind(chance: random.Random, n: int, who: str, address: str) -> Request:
    """A form that the page never had, or no form at all."""
    kinds = ("application/json", "text/plain", "application/xml", "application/x-www-form-urlencoded; charset=utf-7", "application/x-www-form-urlencoded; charset=nonsense", "multipart/form-data; boundary=a", "")  # fmt: skip
    if chance.random() < 0.5:
        pairs = [(chance.choice((*values.QUERY, "confirm", "document", "documents", "bill", "reason", "password", "code", "value", "amount", "name", "file", "step", "version", "form-TOTAL_FORMS")), values.text(chance)) for _ in range(chance.randrange(0, 6))]  # fmt: skip
        body = urlencode([(name, value.encode("utf-8", "surrogatepass")) for name, value in pairs]).encode()
        return Request(n, who, "POST", address, body, "application/x-www-form-urlencoded")
    body = chance.choice((json.dumps({"a": values.text(chance)}).encode(), b"[" * 3000, b"\x00\xff" * 50, b'--a\r\nContent-Disposition: form-data; name="x"\r\n\r\ny', b"{"))  # fmt: skip
    return Request(n, who, "POST", address, body, chance.choice(kinds))


def of_api(chance: random.Random, n: int, address: str, told: dict[str, Any], key: str, parts: list[str]) -> Request:
    """A question of a program: with the key, without one, or with one that is none; about what there is, or is not."""
    method = chance.choice([*(one.upper() for one in told), "POST", "GET"])
    filled = re.sub(r"\{[^}]*\}", lambda _found: chance.choice(parts) if parts and chance.random() < 0.6 else quote(values.text(chance)[:200].encode("utf-8", "surrogatepass"), safe=""), address)  # fmt: skip
    words = [("Authorization", f"Bearer {key}")] if chance.random() < 0.8 else [("Authorization", chance.choice(("Bearer ", "Bearer x.y", "Basic Og==", f"Bearer {key[:-1]}", key)))]  # fmt: skip
    if chance.random() < 0.5:
        words.append(("Idempotency-Key", re.sub(r"[\r\n\x00]|[^\x00-\xff]", "?", values.text(chance)[:300])))
    body = json.dumps(_json(chance, 0)).encode() if chance.random() < 0.9 else values.text(chance).encode("utf-8", "surrogatepass")  # fmt: skip
    asked = filled if chance.random() < 0.5 else asked_oddly(chance, filled)
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
