"""Brute force over sockets: limits hold, an answer does not tell what exists from what does not, and neither does its time."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from statistics import median
from urllib.parse import urlencode

from tools.attack import headers
from tools.attack.headers import FORM, Answer, Trick
from tools.attack.site import Site

TRIES, TIMED = 9, 15
SLOWER = 1.35  # the longer of two medians, at most; or so many seconds:
APART = 0.025
TOKEN = "a" * 32


def run(site: Site, password: str, key: str, tell: Callable[[str], None]) -> int:
    """All of it against one port, as one address; how much was wrong."""
    from accounts.credentials import SignInTries
    from tools.attack.codes import guessed

    found = []
    for name, part in (("sign-in", _sign_in), ("second factor", guessed), ("password reset", _reset), ("public questions", _questions), ("API keys", _keys), ("sessions", _sessions)):  # fmt: skip
        SignInTries.objects.all().delete()  # each part by itself
        wrong = list(part(site, password, key))
        tell(f"  brute force, {name}: {len(wrong)} wrong")
        found += wrong
    for one in found:
        tell(f"  ✗ {one}")
    return len(found)


def post(site: Site, target: str, cookie: str = "", origin: str = "", **fields: str) -> tuple[Answer, float]:
    """A form sent as one address that pretends to be another; the answer and its seconds."""
    body = urlencode({"csrfmiddlewaretoken": TOKEN, **fields}).encode()
    told = (
        FORM,
        ("Cookie", f"csrftoken={TOKEN}" + (f"; {cookie}" if cookie else "")),
        ("X-Forwarded-For", origin or "9.9.9.9"),
    )
    begun = time.perf_counter()
    answer = headers.over(site.front)(Trick("", target, told, method="POST", body=body))
    return answer, time.perf_counter() - begun


def alike(answer: Answer, *words: str) -> tuple[int, str]:
    """An answer without what differs at each asking, and without what was typed."""
    body = re.sub(r'(nonce|value)="[^"]*"|[0-9a-f]{16}', "", answer.body)
    for word in words:
        body = body.replace(word, "…")
    return answer.status, body


def _sign_in(site: Site, password: str, key: str) -> Iterator[str]:
    answers: dict[str, list[tuple[int, str]]] = {}
    for who in ("ao.blr", "nobody.blr"):
        for n in range(TRIES):  # each pretends to come from elsewhere
            answer, _took = post(site, "/sign-in/", origin=f"10.0.{n}.1", username=who, password=f"wrong-{n}-Wrong")
            answers.setdefault(who, []).append(alike(answer, who, f"wrong-{n}-Wrong"))
    if answers["ao.blr"] != answers["nobody.blr"]:
        yield "sign-in: the answers to a name that exists differ from those to one that does not"
    answer, _took = post(site, "/sign-in/", origin="10.9.9.9", username="ao.blr", password=password)
    if answer.status == 302:
        yield "sign-in: after nine wrong tries the right password is still taken, by another X-Forwarded-For"
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    for n in range(TIMED):
        times["known"].append(post(site, "/sign-in/", username=("leo.blr", "xray.blr", "scan.blr", "jc.blr", "risk.blr")[n % 5], password="x")[1])  # fmt: skip
        times["unknown"].append(post(site, "/sign-in/", username=f"no{n % 5}.blr", password="x")[1])
    yield from told_by_time("sign-in", times)


def told_by_time(name: str, times: dict[str, list[float]]) -> Iterator[str]:
    """Whether the middle times of two kinds lie apart."""
    first, other = (median(all_) for all_ in times.values())
    if max(first, other) / min(first, other) > SLOWER and abs(first - other) > APART:
        yield f"{name}: time tells, {first * 1000:.0f} ms beside {other * 1000:.0f} ms"


def _reset(site: Site, password: str, key: str) -> Iterator[str]:
    answers, times = set(), dict[str, list[float]]()
    for n in range(TIMED):
        for kind, who in (("known", "jc.blr"), ("unknown", f"no{n}.blr")):
            answer, took = post(site, "/password/forgotten/", who=who)
            answers.add((answer.status, tuple(answer.of("location")), answer.body))
            times.setdefault(kind, []).append(took)
    if len(answers) > 2:  # the one, and that of one who asked too often
        yield f"password reset: {len(answers)} different answers"
    yield from told_by_time("password reset", times)
    tried = {alike(headers.over(site.front)(Trick("", f"/password/reset/{key_}/x{n}-abcdef/")), f"/{key_}/x{n}-abcdef/")
             for key_ in ("MQ", "Mg", "OTk5OTk5", "x") for n in range(3)}  # fmt: skip
    if len(tried) > 1:
        yield f"password reset: a wrong link of somebody looks otherwise than one of nobody ({len(tried)} answers)"


def _questions(site: Site, password: str, key: str) -> Iterator[str]:
    for name, target in (("tracking", "/public/track/?hawb=X{n}&courier={courier}"), ("verify", "/V/AAAA{n:04d}BBBB")):
        from accounts.models import AuthorisedCourier

        courier = AuthorisedCourier.objects.values_list("number", flat=True)[0]
        statuses = [headers.over(site.front)(Trick("", target.format(n=n, courier=courier), (("X-Forwarded-For", f"11.0.{n}.1"),))).status for n in range(140)]  # fmt: skip
        if 429 not in statuses:
            yield f"{name}: 140 questions within a minute were all answered ({sorted(set(statuses))})"


def _keys(site: Site, password: str, key: str) -> Iterator[str]:
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    shapes = set()
    head, _, secret = key.rpartition("_")
    for n in range(2 * TIMED):
        for kind, text in (("known", f"{head}_{'x' * 40}{n}"), ("unknown", f"eccs_00{n:06d}_{'x' * 40}")):
            begun = time.perf_counter()
            answer = headers.over(site.front)(Trick("", "/api/v1/bills", (("Authorization", f"Bearer {text}"),)))
            times[kind].append(time.perf_counter() - begun)
            shapes.add((answer.status, re.sub(r"[0-9a-f]{16}", "", answer.body)))
    if {status for status, _body in shapes} - {401, 429} or len(shapes) > 2:
        yield f"API keys: {len(shapes)} different answers to wrong keys"
    yield from told_by_time("API keys", times)
    if len(secret) < 32:
        yield f"API keys: a secret of {len(secret)} signs can be guessed"
    answer = headers.over(site.front)(Trick("", "/api/v1/bills", (("Authorization", f"Bearer {key}"),)))
    if answer.status != 200:
        yield f"API keys: after {2 * TIMED} guesses at its secret the right key is answered with {answer.status}; a stranger could lock a firm out"


def _sessions(site: Site, password: str, key: str) -> Iterator[str]:
    planted = "eccs=" + "p" * 32
    answer, _took = post(site, "/sign-in/", cookie=planted, username="signatory.swift", password=password)
    made = next((one for one in answer.of("set-cookie") if one.startswith("eccs=")), "")
    if answer.status != 302 or not made:
        yield f"sessions: the right password is answered with {answer.status}"
        return
    if "p" * 32 in made:
        yield "sessions: a planted session is taken over"
    for word in ("HttpOnly", "SameSite=Lax", "Path=/"):
        yield from () if word in made else [f"sessions: the cookie is without {word}"]
    ask = headers.over(site.front)
    if ask(Trick("", "/account/", (("Cookie", planted),))).status == 200:
        yield "sessions: the planted session is signed in"
    own = made.partition(";")[0]
    if ask(Trick("", "/account/", (("Cookie", own),))).status != 200:
        yield "sessions: the new session is not signed in"
    post(site, "/sign-out/", cookie=own)
    if ask(Trick("", "/account/", (("Cookie", own),))).status == 200:
        yield "sessions: after signing out the session still lives"
    for to in ("https://evil.example/", "//evil.example/", "/\\evil.example", "\t//evil.example", "http:evil.example"):
        answer, _took = post(site, "/sign-in/", username="signatory.swift", password=password, next=to)
        if answer.status != 302 or not re.match(r"/(?![/\\])", answer.of("location")[0]):
            yield f"sign-in leads to {answer.of('location')} for next={to!r}"
