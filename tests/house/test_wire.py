"""Inside, everything is TLS with certificates of the installation's own authority, and each is held against its name.

nginx, PostgreSQL and Redis are Debian's (tools/ensure_servers), with the settings of docker-compose.yml and the deployed files.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import ssl
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import mkdtemp
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import environ
import psycopg2
import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from django.conf import settings

from eccs.embedded import account_for_postgres
from eccs.measuring import serve
from tests.house.source import ROOT
from tools.attack import site

DEBIAN = ROOT / ".venv" / "debian"
LIBRARIES = {"LD_LIBRARY_PATH": f"{DEBIAN}/usr/lib/{os.uname().machine}-linux-gnu"}
HERE = "127.0.0.1"


def program(name: str) -> Path:
    """A program of Debian's that speaks TLS."""
    found = next(DEBIAN.glob(f"usr/**/bin/{name}"), None)
    if found is None:
        pytest.skip(f"{name} of Debian could not be unpacked (tools/ensure_servers)")
    return found


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that the account of PostgreSQL may enter."""
    folder = Path(mkdtemp(prefix="wire-", dir=settings.VAR_DIR))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """The services of docker-compose.yml."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    return found


def certified(place: Path, *wanted: str) -> Path:
    """Certificates as the service of that name makes them; who is trusted."""
    own = [one.replace(":me:", f":{os.getuid()}:") for one in wanted]
    command = [str(ROOT / "deploy" / "wire" / "certificates"), str(place), *own]
    subprocess.run(command, check=True, capture_output=True)
    return place / "trusted" / "ca.pem"


def trusting(trusted: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=trusted)


def test_certificates_are_made_once_and_are_good_for_their_names_alone(tmp_path: Path) -> None:
    trusted = certified(tmp_path, "web:me:web,worker,127.0.0.1", "redis:me:redis")
    made = {path: path.read_bytes() for path in tmp_path.rglob("*.pem")}
    assert len(made) == 6  # the authority's two, and two of each service
    certified(tmp_path, "web:me:web,worker,127.0.0.1", "redis:me:redis")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.pem")} == made
    for name, right in {"web": True, "worker": True, "redis": False, "web.example": False}.items():
        words = ["openssl", "verify", "-x509_strict", "-CAfile", str(trusted), "-verify_hostname", name, str(tmp_path / "web" / "cert.pem")]  # fmt: skip
        assert (subprocess.run(words, check=False, capture_output=True).returncode == 0) is right, name
    for path in (tmp_path / "authority" / "key.pem", tmp_path / "web" / "key.pem", tmp_path / "redis" / "key.pem"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    authority = x509.load_pem_x509_certificate(trusted.read_bytes())
    constraints = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert constraints.ca and constraints.path_length == 0


def test_a_certificate_is_made_anew_half_a_year_before_its_end_and_for_other_names(tmp_path: Path) -> None:
    certified(tmp_path, "web:me:web")
    own, key = tmp_path / "web" / "cert.pem", tmp_path / "authority" / "key.pem"
    first = own.read_bytes()
    certified(tmp_path, "web:me:web,worker")
    second = own.read_bytes()
    assert second != first

    def lasting(days: int) -> bytes:
        """The same certificate, as if it had been made so long ago that it lasts so many days more."""
        now, old = datetime.now(UTC), x509.load_pem_x509_certificate(second)
        built = (
            x509.CertificateBuilder()
            .subject_name(old.subject)
            .issuer_name(old.issuer)
            .public_key(old.public_key())
            .serial_number(old.serial_number)
            .not_valid_before(now - timedelta(days=700))
            .not_valid_after(now + timedelta(days=days))
        )
        signing: Any = serialization.load_pem_private_key(key.read_bytes(), None)
        return built.sign(signing, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    for days, anew in ((190, False), (175, True)):
        own.write_bytes(lasting(days))
        before = own.read_bytes()
        certified(tmp_path, "web:me:web,worker")
        assert (own.read_bytes() != before) is anew, days
    (tmp_path / "redis").mkdir()
    shutil.copy(tmp_path / "web" / "key.pem", tmp_path / "other.pem")
    certified(tmp_path, "redis:me:redis")
    shutil.copy(
        tmp_path / "other.pem", tmp_path / "redis" / "key.pem"
    )  # a start was cut off between key and certificate
    certified(tmp_path, "redis:me:redis")
    assert (tmp_path / "redis" / "key.pem").read_bytes() != (tmp_path / "other.pem").read_bytes()


class Answering(BaseHTTPRequestHandler):
    """A web server that says yes."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Nobody reads it."""


@contextmanager
def web_server(certificate: Path | None) -> Iterator[int]:
    """A web server with a certificate, or with none; its port."""
    server = ThreadingHTTPServer((HERE, 0), Answering)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    serving.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    serving.join(5)


def test_nginx_asks_only_a_web_server_that_is_who_it_says(place: Path) -> None:
    nginx = site.nginx_here()
    if nginx is None:
        pytest.skip("nginx is not installed and could not be unpacked (tools/ensure_servers)")
    certified(place / "wire", "web:me:web", "redis:me:redis")
    certified(place / "other", "web:me:web")
    answers = {}
    for name, certificate in {
        "right": place / "wire" / "web", "another's name": place / "wire" / "redis", "another authority's": place / "other" / "web", "plain": None,
    }.items():  # fmt: skip
        with web_server(certificate) as web, ExitStack() as leaving:
            front = site.free_port()
            (place / "nginx.conf").write_text(site.nginx_deployed(place, web, front))
            words = [nginx, "-c", str(place / "nginx.conf"), "-p", str(place), "-g", "daemon off;"]
            site.start(leaving, place / "nginx.log", dict(os.environ), *words)
            site.answers(front, path="/nginx-healthz")
            try:
                with urlopen(f"http://{HERE}:{front}/", timeout=10) as answer:
                    answers[name] = answer.status
            except HTTPError as refused:
                answers[name] = refused.code
                refused.close()
    assert answers == {"right": 200, "another's name": 502, "another authority's": 502, "plain": 502}


def test_a_workers_figures_are_told_by_tls(place: Path) -> None:
    trusted = certified(place, "web:me:worker,127.0.0.1")
    port = site.free_port()
    serve(port, HERE, str(place / "web" / "cert.pem"), str(place / "web" / "key.pem"))
    with urlopen(f"https://{HERE}:{port}/metrics", timeout=10, context=trusting(trusted)) as answer:
        assert b"# HELP eccs_" in answer.read()


@contextmanager
def postgres_of(place: Path, command: list[str]) -> Iterator[int]:
    """PostgreSQL with what docker-compose.yml says of TLS, its accounts made over its socket; its port."""
    postgres, initdb = program("postgres"), program("initdb")
    account = account_for_postgres()
    ordinary = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"] if account else []
    as_ordinary = ["setpriv", *ordinary] if account else []
    around, port, data = os.environ | LIBRARIES, site.free_port(), place / "data"
    data.mkdir()
    if account:
        os.chown(data, account.pw_uid, account.pw_gid)
    subprocess.run([*as_ordinary, str(initdb), "-D", str(data), "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"], env=around, check=True, capture_output=True)  # fmt: skip
    with (data / "pg_hba.conf").open("a") as rights:
        rights.write("host all all all trust\n")  # as the image writes it, but for passwords
    subprocess.run([str(ROOT / "deploy" / "database" / "encrypted.sh")], env=around | {"PGDATA": str(data)}, check=True)
    told = [word.replace("/wire/", f"{place}/") for word in command if word.startswith("-cssl")]
    assert len(told) == 4
    own = [f"-cport={port}", f"-clisten_addresses={HERE}", f"-cunix_socket_directories={data}", "-cfsync=off"]
    with ExitStack() as leaving:
        site.start(leaving, place / "postgres.log", around, *as_ordinary, str(postgres), "-D", str(data), *own, *told)
        until(lambda: psycopg2.connect(f"host={data} port={port} user=postgres dbname=postgres").close())
        with closing(psycopg2.connect(f"host={data} port={port} user=postgres dbname=postgres")) as line:
            line.autocommit = True
            with line.cursor() as cursor:
                cursor.execute("CREATE ROLE eccs_web LOGIN")
                cursor.execute("CREATE DATABASE eccs")
        yield port


def until(holds: Callable[[], object]) -> None:
    """Wait until a server takes connections."""
    end = time.monotonic() + 60
    while True:
        try:
            holds()
            return
        except (OSError, psycopg2.OperationalError):
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def test_postgresql_is_asked_by_tls_alone_and_must_be_who_it_says(place: Path, services: dict[str, Any]) -> None:
    account = account_for_postgres()
    owner = account.pw_uid if account else os.getuid()
    trusted = certified(place, f"postgres:{owner}:postgres")
    other = certified(place / "other", f"postgres:{owner}:postgres")
    with postgres_of(place, services["postgres"]["command"]) as port:

        def ask(by: Path, host: str = "postgres", **more: str) -> list[Any]:
            """As web and worker ask; the name of the host is not looked up but told."""
            address = services["web"]["environment"]["DATABASE_URL"]
            address = re.sub(r"\$\{.*?\}", "no", address).replace("@postgres:5432", f"@{host}:{port}")
            given = environ.Env.db_url_config(address.replace("/wire/trusted/ca.pem", str(by)))
            assert given["OPTIONS"]["sslmode"] == "verify-full"
            words = {"host": host, "port": port, "user": given["USER"], "dbname": given["NAME"], "hostaddr": HERE}
            with closing(psycopg2.connect(**words | given["OPTIONS"] | more)) as line, line.cursor() as cursor:
                cursor.execute("SELECT ssl, version, cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
                return list(cursor.fetchone() or ())

        assert ask(trusted)[:2] == [True, "TLSv1.3"]
        for refused, words in {
            "certificate verify failed": {"by": other}, "does not match host name": {"by": trusted, "host": "redis"},
            "no encryption": {"by": trusted, "sslmode": "disable"},
        }.items():  # fmt: skip
            with pytest.raises(psycopg2.OperationalError, match=refused):
                ask(**words)  # type: ignore[arg-type]


ASK_REDIS = """
import json, os
import django
django.setup()
from django.core.cache import cache
from redbeat.schedulers import get_redis
from eccs.celery import app

def beat():
    app.set_current()
    return get_redis(app).ping()

def broker():
    with app.connection() as line:
        line.ensure_connection(max_retries=0, timeout=3)
        return line.default_channel.client.ping()

found = {}
for name, ask in {"cache": lambda: cache._cache.get_client(None, write=True).ping(), "broker": broker, "beat": beat}.items():
    try:
        found[name] = ask()
    except Exception as fault:
        found[name] = f"{type(fault).__name__}: {fault}"
print(json.dumps(found))
"""


def test_redis_is_asked_by_tls_alone_and_must_be_who_it_says(place: Path, services: dict[str, Any]) -> None:
    trusted = certified(place, "redis:me:localhost")
    other = certified(place / "other", "redis:me:localhost")
    port = site.free_port()
    [words] = [word for word in services["redis"]["command"] if "redis-server" in word]
    told = shlex.split(
        words.replace("$$REDIS_PASSWORD", "no").replace("/wire/", f"{place}/").replace("6379", str(port))
    )
    told = told[told.index("redis-server") + 1 :]
    with ExitStack() as leaving:
        around = os.environ | LIBRARIES
        site.start(leaving, place / "redis.log", around, str(program("redis-server")), *told, "--dir", str(place), "--bind", HERE)  # fmt: skip

        def ask(host: str, by: Path, scheme: str = "rediss") -> dict[str, Any]:
            address = services["web"]["environment"]["REDIS_URL"]
            address = re.sub(r"\$\{.*?\}", "no", address).replace("@redis:6379", f"@{host}:{port}")
            address = address.replace("/wire/trusted/ca.pem", str(by)).replace("rediss", scheme)
            given = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "eccs.settings", "ECCS_DEMO": "1", "ECCS_SECRET_KEY": "only-for-a-test", "DATABASE_URL": "postgres://127.0.0.1:1/none", "REDIS_URL": address, "ECCS_VAR": str(place)}  # fmt: skip
            done = subprocess.run([sys.executable, "-c", ASK_REDIS], cwd=ROOT, env=given, check=True, capture_output=True, text=True)  # fmt: skip
            found: dict[str, Any] = json.loads(done.stdout)
            return found

        until(lambda: site.reached(port))
        assert ask("localhost", trusted) == {"cache": True, "broker": True, "beat": True}
        for host, by, scheme, refused in (
            ("localhost", other, "rediss", "certificate verify failed"), (HERE, trusted, "rediss", "certificate"),
            ("localhost", trusted, "redis", "Connection"),
        ):  # fmt: skip
            answers = ask(host, by, scheme)
            assert len(answers) == 3 and all(refused in str(answer) for answer in answers.values()), answers


def test_every_service_holds_no_key_but_its_own(services: dict[str, Any]) -> None:
    mounted = {
        name: {str(one).split(":")[0] for one in service.get("volumes", [])} for name, service in services.items()
    }
    holders = {
        volume: {name for name, volumes in mounted.items() if volume in volumes}
        for volume in ("authority", "web-key", "postgres-key", "redis-key")
    }
    assert holders == {
        "authority": {"certificates"}, "web-key": {"certificates", "web", "worker"}, "postgres-key": {"certificates", "postgres"},
        "redis-key": {"certificates", "redis"},
    }  # fmt: skip
    assert services["certificates"]["network_mode"] == "none"
    for name, service in services.items():
        address = service.get("environment", {}).get("DATABASE_URL")
        assert address is None or "sslmode=verify-full&sslrootcert=/wire/trusted/ca.pem" in address, name
        assert address is None or name == "sandbox-bank" or "trusted" in mounted[name], name
