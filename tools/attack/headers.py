"""Tricks of headers, hosts, paths and framing, each with what a right answer is: over real sockets, and the well-formed ones in a test."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from pathlib import Path

    from tools.attack.site import Site

EVIL = "evil.example"
GOOD = "127.0.0.1"
# an address whose host is another's
AWAY = re.compile(rf"""(https?:|^|["'])\s*[/\\]{{2,}}[^/\s"'?#]*{re.escape(EVIL)}""")
LENIENT = (
    "chunk b'5;\\nabcde\\r\\n0\\r'",
    "chunk b'5\\nabcde\\n0\\n\\n'",
)  # nginx ends a line at LF; it sends on with a length
AT_ONCE = 8  # raw requests: most of them wait a second for what else may come
REFUSED = (501, 505)  # a method, a version of HTTP: what is not spoken is no fault
FORM = ("Content-Type", "application/x-www-form-urlencoded")


@dataclass(frozen=True)
class Answer:
    """One answer of a server."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str

    def of(self, name: str) -> list[str]:
        """What a header says, as often as it stands there."""
        return [value for one, value in self.headers if one.lower() == name]


Judge = Callable[[Answer], str]
Ask = Callable[["Trick"], Answer]


@dataclass(frozen=True)
class Trick:
    """One request that is well formed, and what is wrong with an answer; nothing where it is right."""

    name: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    right: Judge = field(default=lambda _answer: "")
    method: str = "GET"
    body: bytes = b""
    host: str = ""


def always(answer: Answer) -> str:
    """What no answer may be: a server error, a way to another site, a header that was smuggled in, a file of the machine."""
    if answer.status >= 500 and answer.status not in REFUSED:
        return f"answers {answer.status}"
    if any(AWAY.search(value) for _name, value in answer.headers):
        return "leads to another site by a header"
    if AWAY.search(re.sub(r"""value=("[^"]*"|'[^']*')""", "", answer.body)):
        return "leads to another site from the page"
    if any(name.lower() == "x-smuggled" for name, _value in answer.headers):
        return "a header was smuggled into the answer"
    return "shows a file of the machine" if "root:x:0" in answer.body else ""


def _status(*right: int) -> Judge:
    return lambda answer: "" if answer.status in right else f"answers {answer.status}, not {' or '.join(map(str, right))}"  # fmt: skip


def _never(*wrong: int) -> Judge:
    return lambda answer: f"answers {answer.status}" if answer.status in wrong else ""


def _header(name: str, form: str) -> Judge:
    return lambda answer: "" if any(re.search(form, one) for one in answer.of(name)) else f"no {name} with {form}: {answer.of(name)}"  # fmt: skip


def tricks(signed_in: str = "") -> Iterator[Trick]:
    """All that any client can send; those of somebody signed in with the cookie given."""
    yield from _of_hosts()
    yield from _of_paths()
    yield from _of_forms()
    for method in ("TRACE", "PUT", "DELETE", "PATCH", "PROPFIND", "MKCOL", "LOCK", "FOO", "DEBUG", "TRACK"):
        yield Trick(f"method {method}", "/public/", (("X-Seen", "mirror-me"),), lambda one: "mirrors the request" if "mirror-me" in one.body else _status(400, 403, 405, 501)(one), method)  # fmt: skip
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        yield Trick(f"{name}: DELETE", "/public/", ((name, "DELETE"),), _status(200))
    page = "/public/"
    for name, form in (("content-security-policy", "default-src 'self'|default-src 'none'"), ("x-content-type-options", "nosniff"), ("x-frame-options", "DENY|SAMEORIGIN"), ("referrer-policy", "same-origin"), ("cross-origin-opener-policy", "same-origin")):  # fmt: skip
        yield Trick(f"{name} on a page", page, right=_header(name, form))
        yield Trick(f"{name} on what is not there", "/nothing/here/at-all/", right=_header(name, form))
    for size, name in ((9_000, "X-Long"), (60_000, "X-Long"), (9_000, "Cookie"), (60_000, "Cookie"), (60_000, "Referer"), (60_000, "User-Agent")):  # fmt: skip
        yield Trick(
            f"{name} of {size:,} characters", page, ((name, "a=" + "x" * size),), _status(200, 400, 413, 414, 431)
        )
    yield Trick("four hundred headers", page, tuple((f"X-{n}", "1") for n in range(400)), _status(200, 400, 431))
    yield Trick("a cookie of ten thousand parts", page, (("Cookie", "; ".join(f"a{n}=b" for n in range(400))),))
    yield Trick("a session that is none", "/", (("Cookie", "eccs=" + "a" * 32),), _status(302))
    yield Trick("a session by a name of the system", "/", (("Cookie", "eccs=../../x; eccs='; --"),), _status(302))
    for value in ("bytes=0-", "bytes=-1", "bytes=" + ",".join("0-1" for _ in range(500)), "bytes=9-1", "lines=1"):
        yield Trick(f"Range {value[:20]}", "/static/eccs.css", (("Range", value),))
    if signed_in:
        own = (("Cookie", signed_in),)
        yield Trick(
            "a page of somebody signed in is kept nowhere", "/account/", own, _header("cache-control", "no-store")
        )
        for tail in ("x.css", "%2fx.css", ";x.css", "x.js?y", "%0Ax.css", "%3Fx.css"):
            yield Trick(
                f"a page that pretends to be a file: {tail}",
                f"/account/{tail}",
                own,
                _header("cache-control", "no-store"),
            )


def _of_hosts() -> Iterator[Trick]:
    for host in (EVIL, f"{EVIL}:80", f"{GOOD}.{EVIL}", f"{GOOD}:x", f"{GOOD}@{EVIL}", f"{EVIL}#{GOOD}", f"{GOOD}:80@{EVIL}", "localhost.evil.example", f"{GOOD}/x", "[::1", "x" * 300, f"{GOOD}, {EVIL}"):  # fmt: skip
        yield Trick(f"Host: {host[:40]}", "/public/", right=_status(400), host=host)
    for name in (
        "X-Forwarded-Host",
        "X-Host",
        "X-Forwarded-Server",
        "X-HTTP-Host-Override",
        "Forwarded",
        "X-Original-Host",
    ):
        told = f"host={EVIL}" if name == "Forwarded" else EVIL
        yield Trick(f"{name}: {told}", "/public/", ((name, told),), _status(200))
        yield Trick(f"{name}: {told} where a page leads on", "/", ((name, told),), _status(302))
        yield Trick(f"after {name}: {told} the page is as it was", "/public/", right=_status(200))
    for name in ("X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Path", "X-Forwarded-Prefix", "X-Script-Name", "SCRIPT_NAME", "Script-Name"):  # fmt: skip
        yield Trick(f"{name} leads nowhere", "/public/", ((name, "/sign-in"),), _status(200, 400))
    for value in ("https", "http", "javascript", "https, http", "\x7f"):
        yield Trick(f"X-Forwarded-Proto: {value!r}", "/public/", (("X-Forwarded-Proto", value),), _status(200, 400))
    for value in ("127.0.0.1", "1.2.3.4, 5.6.7.8", "x" * 500, "'; --", "::1", "999.1.1.1", "unknown"):
        yield Trick(f"X-Forwarded-For: {value[:30]}", "/public/", (("X-Forwarded-For", value),), _status(200, 400))
    yield Trick("metrics by a false address", "/metrics", (("X-Forwarded-For", "10.0.0.1"), ("X-Real-IP", "127.0.0.1")))
    yield Trick("two kinds of authorization", "/api/v1/bills", (("Authorization", "Basic eDp4"), ("X-Api-Key", "x")), _status(401))  # fmt: skip
    for value in ("evil\x0bX", "a" * 200, "../../x", "{{7*7}}"):
        yield Trick(f"X-Request-ID {value[:10]!r} is not taken over", "/public/", (("X-Request-ID", value),), lambda one: "takes the name over" if any(len(v) > 64 or "." * 2 in v or "{" in v for v in one.of("x-request-id")) else "")  # fmt: skip


def _of_paths() -> Iterator[Trick]:
    for path in (
        "/static/%2e%2e/%2e%2e/manage.py", "/static/..%2f..%2fmanage.py", "/static/%252e%252e/%252e%252e/manage.py", "/static/..%5c..%5cmanage.py", "/static/%c0%ae%c0%ae/manage.py",
        "/static//etc/passwd", "/static/....//....//etc/passwd", "/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/static/eccs.css%00.png", "/static/%00", "/uploads/template/..%2f..%2fmanage",
        "/manage.py", "/.env", "/.git/config", "/var/secret-key", "/eccs/settings.py", "/admin/", "/server-status", "/__debug__/", "/media/", "/WEB-INF/web.xml", "/.htaccess", "/static/.env",
    ):  # fmt: skip
        yield Trick(f"path {path}", path, right=lambda one: "gives a file away" if one.status == 200 else "")
    for path in ("/%00", "/%ff%fe", "/%ed%a0%80", "/public/%0d%0aX-Smuggled:%20yes", "/public/%0aX-Smuggled:%20yes", "/%E5%98%8A%E5%98%8DX-Smuggled:%20yes", "/public;x/", "/public/;/", "/public/..;/", "/%", "/%zz", "/a" * 2000, "/" + "x" * 6000, "/?" + "a=b&" * 1500, "/public/track/?hawb=%00&courier=%00"):  # fmt: skip
        yield Trick(f"path {path[:40]}", path, right=_status(200, 301, 302, 400, 404, 414, 422))
    for path in (
        f"//{EVIL}",
        f"//{EVIL}/",
        f"//{EVIL}/public",
        f"/%2f{EVIL}/public",
        f"/%5c{EVIL}",
        f"/.{EVIL}",
        f"//{EVIL}/%2e%2e",
    ):
        yield Trick(f"path {path} leads not away", path, right=lambda one: "leads away" if any(re.match(r"(https?:)?[/\\]{2}(?!127\.0\.0\.1)", v) for v in one.of("location")) else "")  # fmt: skip


def _of_forms() -> Iterator[Trick]:
    for to in (f"https://{EVIL}/", f"//{EVIL}/", f"/\\{EVIL}/", f"\\\\{EVIL}", f"/%2f{EVIL}", f"http:{EVIL}", f"https:///{EVIL}", f"\t//{EVIL}", "javascript:alert(1)", f"//{GOOD}@{EVIL}", "/x\r\nX-Smuggled: 1"):  # fmt: skip
        yield Trick(f"sign-in?next={to!r}", f"/sign-in/?next={quote(to, safe='')}", right=_status(200, 400))
        yield Trick(f"sign-out leads not to {to!r}", "/sign-out/", (FORM,), _status(302, 400, 403), "POST", f"next={quote(to, safe='')}".encode())  # fmt: skip
    token = "a" * 32
    cookie, sent = ("Cookie", f"csrftoken={token}"), f"csrfmiddlewaretoken={token}&language=hi".encode()
    yield Trick("a form without a token", "/language/", (FORM,), _status(403), "POST", b"language=hi")
    yield Trick("a token without its cookie", "/language/", (FORM,), _status(403), "POST", sent)
    yield Trick("a cookie without its token", "/language/", (FORM, cookie), _status(403), "POST", b"language=hi")
    yield Trick("another token", "/language/", (FORM, cookie), _status(403), "POST", sent.replace(b"aaaa", b"bbbb"))
    yield Trick("a form as it should be", "/language/", (FORM, cookie), _status(302), "POST", sent)
    for origin in (
        f"https://{EVIL}",
        "null",
        f"http://{GOOD}.{EVIL}",
        f"http://{GOOD}:1",
        f"https://{GOOD}",
        "file://",
        "x",
    ):
        yield Trick(f"Origin {origin}", "/language/", (FORM, cookie, ("Origin", origin)), _status(403), "POST", sent)
        yield Trick(f"Origin {origin} is let read nothing", "/public/", (("Origin", origin),), lambda one: "lets another site read" if one.of("access-control-allow-origin") else "")  # fmt: skip
    for kind in (
        "text/plain",
        "application/json",
        "multipart/form-data",
        "application/x-www-form-urlencoded; charset=utf-7",
    ):
        yield Trick(f"a form as {kind}", "/language/", (("Content-Type", kind), cookie), _status(400, 403, 415), "POST", b"language=hi")  # fmt: skip


def raw(host: str) -> Iterator[tuple[str, bytes, tuple[int, ...], int]]:
    """What no library sends: its name, its bytes, which first answers are right, and how many answers there may be."""
    hidden = f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    head = f"POST /language/ HTTP/1.1\r\nHost: {host}\r\n".encode()
    no = (400, 403, 411, 413, 501)
    yield "length and chunks at once", head + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden, no, 1  # fmt: skip
    for value in (b"xchunked", b"chunked, identity", b"identity, chunked", b"\x0bchunked", b"chunked\x0b", b"gzip, chunked", b"chunked chunked", b"'chunked'"):  # fmt: skip
        yield f"Transfer-Encoding {value!r}", head + b"Content-Length: 5\r\nTransfer-Encoding: " + value + b"\r\n\r\n0\r\n\r\n" + hidden, no, 1  # fmt: skip
    yield (
        "a space before the colon",
        head + b"Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + hidden,
        no,
        1,
    )
    yield "two lengths", head + b"Content-Length: 0\r\nContent-Length: 44\r\n\r\n" + hidden, no, 1
    for value in (b"+0", b"-1", b"0x0", b"0, 0", b"0 44", b"1e1", b"\xd9\xa0", b""):
        yield f"Content-Length {value!r}", head + b"Content-Length: " + value + b"\r\n\r\n" + hidden, no, 1
    yield (
        "a folded header",
        head + b"X: y\r\n Content-Length: 44\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" + hidden,
        no,
        1,
    )
    for chunk in (b"-1\r\n", b"0x5\r\nabcde\r\n0\r\n\r\n", b"5;\nabcde\r\n0\r\n\r\n", b"fffffffffffffffff\r\n", b"\r\n", b"5\nabcde\n0\n\n", b"+5\r\nabcde\r\n0\r\n\r\n", b"5_0\r\n"):  # fmt: skip
        yield f"chunk {chunk[:12]!r}", head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk + hidden, no, 1
    get = f"GET /public/ HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n".encode()
    refused = (400, 404, 405, 414, 431, 501, 505)
    yield "two hosts", get + f"Host: {EVIL}\r\n\r\n".encode(), refused, 1
    yield "two hosts, the other first", get.replace(b"Host:", f"Host: {EVIL}\r\nHost:".encode()) + b"\r\n", refused, 1
    yield "no host", b"GET /public/ HTTP/1.1\r\nConnection: close\r\n\r\n", (200, *refused), 1  # its own name then
    yield "an empty host", b"GET /public/ HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n", refused, 1
    yield (
        "the whole address of another",
        get.replace(b"/public/", f"http://{EVIL}/public/".encode()) + b"\r\n",
        (200, *refused),
        1,
    )
    yield "a NUL in a header", get + b"X-A: a\x00b\r\n\r\n", (200, *refused), 1
    yield "a NUL in the path", get.replace(b"/public/", b"/pub\x00lic/") + b"\r\n", refused, 1
    yield "letters beyond ASCII in the path", get.replace(b"/public/", b"/\xff\xfe/") + b"\r\n", refused, 1
    yield "a bare CR", get + b"X-A: a\rX-Smuggled: 1\r\n\r\n", (200, *refused), 1
    yield "a header without a name", get + b": x\r\n\r\n", (200, *refused), 1
    yield "a name with a space", get + b"X A: x\r\n\r\n", (200, *refused), 1
    yield "underscores for hyphens", get + b"X_FORWARDED_HOST: evil.example\r\n\r\n", (200, *refused), 1
    yield "HTTP/9.9", get.replace(b"HTTP/1.1", b"HTTP/9.9") + b"\r\n", refused, 1
    yield "HTTP/2 by word alone", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", refused, 1
    yield "CONNECT", f"CONNECT {EVIL}:443 HTTP/1.1\r\nHost: {EVIL}\r\nConnection: close\r\n\r\n".encode(), refused, 1
    yield "OPTIONS *", get.replace(b"GET /public/", b"OPTIONS *") + b"\r\n", (200, *refused), 1
    yield "a method of small letters", get.replace(b"GET", b"get") + b"\r\n", (200, *refused), 1
    yield "a request line without end", b"GET /" + b"a" * 70_000, refused, 1
    yield "a header of 200,000 characters", get + b"X: " + b"a" * 200_000 + b"\r\n\r\n", refused, 1
    yield "a thousand headers", get + b"".join(b"X%d: 1\r\n" % n for n in range(1000)) + b"\r\n", refused, 1
    yield "an upgrade", get.replace(b"close", b"Upgrade, HTTP2-Settings") + b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n", (200, 400), 1  # fmt: skip
    yield "Connection drops a header", get.replace(b"close", b"close, X-Forwarded-For, Host") + b"\r\n", (200, 400), 1
    yield (
        "a question after TLS",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 60 + b"\r\n\r\n",
        refused,
        1,
    )


def over(port: int, trusted: Path | None = None) -> Ask:
    """A trick sent over a socket, with the host as it should be unless the trick has another; by TLS where an authority is given."""

    def ask(trick: Trick) -> Answer:
        told = [("Host", trick.host or f"{GOOD}:{port}"), ("Connection", "close"), *trick.headers]
        if trick.body:
            told.append(("Content-Length", str(len(trick.body))))
        head = f"{trick.method} {trick.target} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in told)
        return read(said(port, head.encode("latin-1") + b"\r\n" + trick.body, trusted))

    return ask


def said(port: int, sent: bytes, trusted: Path | None = None, patience: float = 20.0) -> bytes:
    """What comes back for these bytes until the line is closed or nothing more comes."""
    got = b""
    with ExitStack() as leaving:
        line = leaving.enter_context(socket.create_connection((GOOD, port), timeout=patience))
        if trusted:
            line = leaving.enter_context(
                ssl.create_default_context(cafile=trusted).wrap_socket(line, server_hostname=GOOD)
            )
        try:
            line.sendall(sent)
            while True:
                piece = line.recv(65536)
                if not piece:
                    break
                got += piece
                line.settimeout(1.0)
        except (TimeoutError, ConnectionError, BrokenPipeError, ssl.SSLEOFError):
            pass
    return got


def read(got: bytes) -> Answer:
    """The first answer within some bytes; status 400 where the line was closed without a word."""
    head, _, body = got.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    found = re.match(r"HTTP/1\.[01] (\d{3})", lines[0])
    pairs = tuple((name.strip(), value.strip()) for name, _, value in (one.partition(":") for one in lines[1:]))
    return Answer(int(found[1]) if found else 400, pairs, body.decode("utf-8", "replace"))


def faults(ask: Ask, all_: Iterator[Trick]) -> Iterator[str]:
    """Each trick that is answered wrongly."""
    for trick in all_:
        answer = ask(trick)
        if wrong := trick.right(answer) or always(answer):
            yield f"{trick.name}: {wrong}"


def raw_faults(port: int, trusted: Path | None = None, *, in_front: bool) -> Iterator[str]:
    """Each request that no library sends and that is answered wrongly, or more than once."""
    sent = list(raw(f"{GOOD}:{port}"))
    with ThreadPoolExecutor(AT_ONCE) as asking:
        answers = asking.map(lambda one: said(port, one[1], trusted), sent)
        for (told, _bytes, right, most), got in zip(sent, answers, strict=True):
            answer, more = read(got), re.findall(rb"HTTP/1\.[01] (\d{3}) ", got)[most:]
            wrong = always(answer) or ("" if answer.status in right else f"answers {answer.status}")
            if not wrong and not (in_front and told in LENIENT) and set(more) - {b"400"}:
                wrong = f"{1 + len(more)} answers to one request"  # else the rest is refused, and answers nothing
            if wrong:
                yield f"{told}: {wrong}"


def run(site: Site, password: str, key: str, cookie: str, tell: Callable[[str], None]) -> int:
    """All tricks through what stands in front and to the web server itself; then brute force."""
    from tools.attack import brute

    count, found = 0, []
    doors = {"in front": (site.front, None), "the web server": (site.web, site.trusted)}
    for name, door in doors.items():
        count += sum(1 for _one in tricks(cookie)) + sum(1 for _one in raw(GOOD))
        found += [f"{name}: {one}" for one in faults(over(*door), tricks(cookie))]
        found += [f"{name}: {one}" for one in raw_faults(*door, in_front=name == "in front")]
    tell(f"  {count} tricks of headers, hosts, paths and framing: {len(found)} answered wrongly")
    broken = site.broken()
    for one in [*found, *broken[:20]]:
        tell(f"  ✗ {one}")
    return len(found) + len(broken) + brute.run(site, password, key, tell)
