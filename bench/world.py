"""What the benchmarks stand on: the cast, manifests and bills, the web server and the worker, a client that keeps its line."""

from __future__ import annotations

import http.client
import os
import secrets
import socket
import string
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts import cast
from accounts.management.commands.demo import create_cast
from accounts.models import User
from accounts.permissions import Actor
from accounts.session_store import SessionStore
from eccs.memory import settle
from eccs.workflow import take
from manifests.models import ExpressCargoManifest

BIN = Path(sys.executable).parent


def prepare() -> None:
    """The tables and the cast, in a database that is empty to begin with: what an earlier run left would be measured too."""
    if str(connection.settings_dict["HOST"] or connection.settings_dict["OPTIONS"].get("host", "")).endswith(
        "bench-postgres"
    ):
        with connection.cursor() as cursor:  # the benchmarks' own server, no other
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
    call_command("migrate", verbosity=0)
    create_cast(list(cast.people()), secrets.token_urlsafe(16))
    settle()  # as every process does that serves


def person(username: str) -> User:
    """A member of the cast."""
    found: User = User.objects.select_related("courier").get(username=username)
    return found


def actor(username: str) -> Actor:
    """A member of the cast, as the one who takes steps."""
    return Actor.of(person(username))


def draft() -> ExpressCargoManifest:
    """A new draft manifest of the cast's first courier."""
    who = person("signatory.swift")
    return ExpressCargoManifest.objects.create(
        station_id="BLR", courier_id=who.courier_id or 0, airline="Bench Air", flight_number="ZZ 1", airport_of_shipment="HKG",
        country_of_exportation="HK", first_port_of_arrival="BLR", scheduled_arrival=timezone.now(), created_by=who,
    )  # fmt: skip


def submitted(manifest: ExpressCargoManifest) -> ExpressCargoManifest:
    """A draft, submitted."""
    done: ExpressCargoManifest = take(
        ExpressCargoManifest.objects.get(pk=manifest.pk), "submit", actor("signatory.swift")
    )
    return done


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of ECCS beside the benchmark."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "bench.settings", "ECCS_SECRET_KEY": settings.SECRET_KEY}
    process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def web(workers: int = 2) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The web server as `make run` starts it, on a port of its own."""
    port = free_port()
    os.environ |= {"ECCS_PORT": str(port), "ECCS_HOST": "127.0.0.1", "ECCS_WEB_WORKERS": str(workers)}
    with running(str(BIN / "gunicorn"), "eccs.wsgi", "--config", "deploy/gunicorn.conf.py") as process:
        for _try in range(200):
            try:
                if Client(port).get("/healthz")[0] == 200:
                    break
            except OSError:
                time.sleep(0.1)
        yield port, process


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker as `make run` starts it."""
    with running(
        str(BIN / "celery"), "-A", "eccs", "worker", "--concurrency", "2", "--without-mingle", "--without-gossip"
    ) as process:
        yield process


def family(parent: int) -> list[int]:
    """A process and its children."""
    return [parent, *(pid for pid, words in _processes() if int(words[1]) == parent)]


def cpu_seconds(parent: int) -> float:
    """The processor time of a process and its children so far."""
    ticks = sum(
        int(words[11]) + int(words[12]) for pid, words in _processes() if pid == parent or int(words[1]) == parent
    )
    return ticks / os.sysconf("SC_CLK_TCK")


def _processes() -> Iterator[tuple[int, list[str]]]:
    """Every process that runs, with what the kernel says of it after its name."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            yield int(stat.parent.name), stat.read_text().rsplit(") ", 1)[1].split()
        except OSError:
            continue


class Client:
    """A browser's line to the server: kept open, signed in, with the token that forms carry."""

    def __init__(self, port: int, username: str = "") -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port)
        self._token = "".join(secrets.choice(string.ascii_letters + string.digits) for _n in range(32))
        self._cookie = f"csrftoken={self._token}"
        if username:
            user = person(username)
            session = SessionStore()
            session[SESSION_KEY] = str(user.pk)
            session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
            session[HASH_SESSION_KEY] = user.get_session_auth_hash()
            session.save()
            self._cookie += f"; {settings.SESSION_COOKIE_NAME}={session.session_key}"

    def get(self, path: str) -> tuple[int, bytes, str]:
        """A page."""
        return self._ask("GET", path, None, {})

    def post(self, path: str, body: bytes, content_type: str) -> tuple[int, bytes, str]:
        """A message."""
        return self._ask("POST", path, body, {"Content-Type": content_type, "X-CSRFToken": self._token})

    def send_file(self, path: str, name: str, content: bytes) -> tuple[int, bytes, str]:
        """A form with a file in it."""
        mark = secrets.token_hex(16)
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        return self.post(path, body, f"multipart/form-data; boundary={mark}")

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes, str]:
        told = {"Cookie": self._cookie, **headers}
        try:
            self._line.request(method, path, body, told)
        except (
            BrokenPipeError,
            ConnectionResetError,
        ):  # the server closes a line that stood idle: as a browser, open another
            self._line.close()
            self._line.request(method, path, body, told)
        answer = self._line.getresponse()
        return answer.status, answer.read(), answer.headers.get("Location", "")
