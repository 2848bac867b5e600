"""The site that is attacked from outside: gunicorn as it is deployed, nginx with the deployed file in front where there is one."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from urllib.request import urlopen

BASE_DIR = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
HOST = "127.0.0.1"
UNPACKED = str(BASE_DIR / ".venv" / "debian" / "usr" / "sbin")  # by tools/ensure_servers
FAULT = re.compile(
    r'"level": ?"(?:ERROR|CRITICAL)"(?!.*"status_code": ?4)|^Traceback '
)  # of a request that was refused it is a warning


@dataclass(frozen=True)
class Site:
    """Where it listens, and what it writes."""

    web: int  # the port of gunicorn itself
    front: int  # the port of nginx; that of gunicorn where nginx is not installed
    place: Path
    trusted: Path | None  # who issued the certificate of gunicorn; nothing where it speaks plain HTTP, without nginx

    @property
    def address(self) -> str:
        """Where visitors come in."""
        return f"http://{HOST}:{self.front}"

    def broken(self) -> list[str]:
        """What the web server wrote of errors."""
        log = (self.place / "web.log").read_text(errors="replace")
        return [line[:600] for line in log.splitlines() if FAULT.search(line)]


def nginx_here() -> str | None:
    """The nginx of this machine, or the one that was unpacked for the tests."""
    return next(filter(None, (shutil.which("nginx", path=path) for path in (None, "/usr/sbin", UNPACKED))), None)


@contextmanager
def running() -> Iterator[Site]:
    """The site over the documents of the attack, until it is left."""
    place = Path(mkdtemp(prefix="attack-site-", dir=os.environ["ECCS_VAR"]))
    web, front = free_port(), free_port()
    nginx = nginx_here()
    front = front if nginx else web
    around = os.environ | {
        "ECCS_PORT": str(web), "ECCS_HOST": HOST, "ECCS_HOSTS": HOST, "ECCS_PUBLIC_URL": f"http://{HOST}:{front}", "ECCS_LOG_LEVEL": "WARNING",
        "ECCS_PROXY_COUNT": "1" if nginx else "0", "PROMETHEUS_MULTIPROC_DIR": str(place / "metrics"), "ECCS_STATIC": str(place / "static"),
    }  # fmt: skip
    (place / "metrics").mkdir()
    trusted = place / "wire" / "trusted" / "ca.pem" if nginx else None
    if trusted:
        around |= certified(place / "wire", "web", HOST)
    subprocess.run([str(BIN / "python"), "manage.py", "collectstatic", "--no-input", "-v", "0"], cwd=BASE_DIR, env=around, check=True)  # fmt: skip
    with ExitStack() as leaving:
        start(leaving, place / "web.log", around, str(BIN / "gunicorn"), "eccs.wsgi", "--config", "deploy/gunicorn.conf.py")  # fmt: skip
        answers(web, trusted)
        if nginx:
            (place / "nginx.conf").write_text(nginx_deployed(place, web, front))
            start(leaving, place / "nginx.log", around, nginx, "-c", str(place / "nginx.conf"), "-p", str(place), "-g", "daemon off;")  # fmt: skip
            answers(front)
        yield Site(web, front, place, trusted)


def certified(place: Path, *names: str) -> dict[str, str]:
    """Certificates of an inner network as docker-compose.yml has it made: where gunicorn finds its own."""
    me = str(os.getuid())
    subprocess.run([str(BASE_DIR / "deploy" / "wire" / "certificates"), str(place), f"web:{me}:{','.join(names)}"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    return {f"ECCS_TLS_{part.upper()}": str(place / "web" / f"{part}.pem") for part in ("cert", "key")}


def session_of(username: str) -> str:
    """The cookie of somebody who has signed in."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from accounts.models import User
    from accounts.session_store import SessionStore

    user, session = User.objects.get(username=username), SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def nginx_deployed(place: Path, web: int, front: int) -> str:
    """The deployed file, with this machine's ports and folders."""
    words = (BASE_DIR / "deploy" / "nginx.conf").read_text()
    words = re.sub(r"server web:8000[^;]*;", f"server {HOST}:{web};", words)
    words = re.sub(r"\n\s*resolver [^\n]*", "", words).replace("listen 8080;", f"listen {HOST}:{front};")
    words = words.replace("worker_processes auto;", "worker_processes 1;" + ("user root;" if os.geteuid() == 0 else ""))
    words = unlike_debians(words)
    words = words.replace("/tmp/", f"{place}/front-").replace("/run/nginx.pid", f"{place}/nginx.pid")  # noqa: S108 of the deployed file
    return words.replace("certificate /wire/", f"certificate {place}/wire/")


def unlike_debians(words: str) -> str:
    """Without the folders that Debian's nginx keeps of its own, which are there only where it was installed."""
    others = "".join(f" {sort}_temp_path /tmp/{sort};" for sort in ("fastcgi", "uwsgi", "scgi"))
    return words.replace("proxy_temp_path /tmp/proxy;", f"proxy_temp_path /tmp/proxy;{others}")


def start(leaving: ExitStack, log: Path, around: dict[str, str], *words: str) -> None:
    """Start a server, until the stack is left."""
    file = leaving.enter_context(log.open("w"))
    process = subprocess.Popen(words, cwd=BASE_DIR, env=around, stdout=file, stderr=file)

    def end() -> None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()

    leaving.callback(end)


def reached(port: int) -> None:
    """Raise OSError where nothing listens."""
    socket.create_connection((HOST, port), 3).close()


def answers(port: int, trusted: Path | None = None, path: str = "/healthz") -> None:
    """Wait until a server answers. Raises SystemExit where it never does."""
    until = time.monotonic() + 120
    while True:
        try:
            by = "https" if trusted else "http"
            inside = ssl.create_default_context(cafile=trusted) if trusted else None
            with urlopen(f"{by}://{HOST}:{port}{path}", timeout=5, context=inside):  # noqa: S310 one of the two
                return
        except OSError:
            if time.monotonic() > until:
                raise SystemExit(f"Nothing answers at port {port}.") from None
            time.sleep(0.2)


def free_port() -> int:
    """A port at which nothing listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
