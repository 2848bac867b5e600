"""The site that is attacked from outside: gunicorn as it is deployed, nginx with the deployed file in front where there is one."""

from __future__ import annotations

import os
import re
import shutil
import socket
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
UNPACKED = str(BASE_DIR / ".venv" / "nginx" / "usr" / "sbin")  # by tools/ensure_nginx
FAULT = re.compile(
    r'"level": ?"(?:ERROR|CRITICAL)"(?!.*"status_code": ?4)|^Traceback '
)  # of a request that was refused it is a warning


@dataclass(frozen=True)
class Site:
    """Where it listens, and what it writes."""

    web: int  # the port of gunicorn itself
    front: int  # the port of nginx; that of gunicorn where nginx is not installed
    place: Path

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
    web, front = _free_port(), _free_port()
    nginx = nginx_here()
    front = front if nginx else web
    around = os.environ | {
        "ECCS_PORT": str(web), "ECCS_HOST": HOST, "ECCS_HOSTS": HOST, "ECCS_PUBLIC_URL": f"http://{HOST}:{front}", "ECCS_LOG_LEVEL": "WARNING",
        "ECCS_PROXY_COUNT": "1" if nginx else "0", "PROMETHEUS_MULTIPROC_DIR": str(place / "metrics"), "ECCS_STATIC": str(place / "static"),
    }  # fmt: skip
    (place / "metrics").mkdir()
    subprocess.run([str(BIN / "python"), "manage.py", "collectstatic", "--no-input", "-v", "0"], cwd=BASE_DIR, env=around, check=True)  # fmt: skip
    with ExitStack() as leaving:
        _start(leaving, place / "web.log", around, str(BIN / "gunicorn"), "eccs.wsgi", "--config", "deploy/gunicorn.conf.py")  # fmt: skip
        _answers(web)
        if nginx:
            (place / "nginx.conf").write_text(_nginx(place, web, front))
            _start(leaving, place / "nginx.log", around, nginx, "-c", str(place / "nginx.conf"), "-p", str(place), "-g", "daemon off;")  # fmt: skip
            _answers(front)
        yield Site(web, front, place)


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


def _nginx(place: Path, web: int, front: int) -> str:
    """The deployed file, with this machine's ports and folders."""
    words = (BASE_DIR / "deploy" / "nginx.conf").read_text()
    words = re.sub(r"server web:8000[^;]*;", f"server {HOST}:{web};", words)
    words = re.sub(r"\n\s*resolver [^\n]*", "", words).replace("listen 8080;", f"listen {HOST}:{front};")
    words = words.replace("worker_processes auto;", "worker_processes 1;" + ("user root;" if os.geteuid() == 0 else ""))
    others = "".join(f" {sort}_temp_path /tmp/{sort};" for sort in ("fastcgi", "uwsgi", "scgi"))
    words = words.replace("proxy_temp_path /tmp/proxy;", f"proxy_temp_path /tmp/proxy;{others}")
    return words.replace("/tmp/", f"{place}/front-").replace("/run/nginx.pid", f"{place}/nginx.pid")  # noqa: S108 of the deployed file


def _start(leaving: ExitStack, log: Path, around: dict[str, str], *words: str) -> None:
    file = leaving.enter_context(log.open("w"))
    process = subprocess.Popen(words, cwd=BASE_DIR, env=around, stdout=file, stderr=file)

    def end() -> None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()

    leaving.callback(end)


def _answers(port: int) -> None:
    until = time.monotonic() + 120
    while True:
        try:
            with urlopen(f"http://{HOST}:{port}/healthz", timeout=5):
                return
        except OSError:
            if time.monotonic() > until:
                raise SystemExit(f"Nothing answers at port {port}.") from None
            time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
