"""ECCS on nine hosts: nginx in front, two web servers, two workers each with a beat, PostgreSQL with its standby, Redis.

Only what the hosts of docker-compose.yml share is shared: the database, Redis, the store of files and the keys of papers.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from eccs.embedded import POSTGRES_BIN, REDIS_SERVER, Postgres, account_for_postgres, hand_over
from tools.attack import site
from tools.hosts.network import NET, Network

BASE_DIR = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
HOSTS = {"front": 10, "web1": 21, "web2": 22, "worker1": 31, "worker2": 32, "db1": 41, "db2": 42, "redis": 51}
WEB, WORKERS = ("web1", "web2"), ("worker1", "worker2")
PATIENCE = 90.0  # seconds until a scene counts as failed; the machine is small


def awaited(what: str, holds: Callable[[], object], patience: float = PATIENCE) -> float:
    """Wait until something holds, and return after how many seconds. Raises SystemExit where it never does."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > patience:
            raise SystemExit(f"within {patience:.0f} s it never came about that {what}")
        time.sleep(0.1)
    return time.monotonic() - began


class Deployment:
    """The processes of all hosts."""

    def __init__(self, network: Network, place: Path) -> None:
        self.network, self.place = network, place
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.primary, self.standby = "db1", "db2"
        self.certificate: dict[str, str] = {}  # of the web servers, which nginx asks by TLS
        self.code: dict[str, Path] = {}  # where the code of a host lies, if not here

    @property
    def front(self) -> str:
        """Where browsers ask."""
        return f"http://{self.network.address('front')}:8080"

    def prepare(self) -> None:
        """An empty place, the tables and the cast."""
        shutil.rmtree(self.place, ignore_errors=True)
        for folder in ("media", "keys", "static", "logs"):
            (self.place / folder).mkdir(parents=True)
        self.certificate = site.certified(self.place / "wire", "web", *map(self.network.address, WEB))
        empty = Postgres(self.place / "db1", quick=True)
        address = empty.start()
        try:
            accounts_made(address)
            for account, words in (
                ("eccs", ["migrate", "--no-input", "--verbosity", "0"]),
                ("eccs_web", ["demo"]),
                ("eccs_web", ["collectstatic", "--no-input", "-v", "0"]),
            ):
                as_account = {"DATABASE_URL": address.replace("postgres@", f"{account}@"), "ECCS_REPLICA_URL": ""}
                self.manage(*words, surroundings=self.settings("front") | as_account)
        finally:
            empty.stop()
        with (self.place / "db1" / "pg_hba.conf").open("a") as rights:
            rights.write(f"host all,replication all {NET}.0/24 trust\n")

    def start(self) -> None:
        """Everything, from the back to the front."""
        self.database("db1")
        self.follow("db2")
        self.redis()
        for host in WEB:
            self.web(host)
        for host in WORKERS:
            self.worker(host)
            self.beat(host)
        self.nginx()
        awaited("nginx and a web server answer", lambda: self.answers(self.front))

    @property
    def asked(self) -> Path:
        """Where nginx writes which web servers it asked for a page, and what each answered."""
        return self.place / "logs" / "front-asked.log"

    def asked_of(self, host: str, since: int) -> list[tuple[str, str]]:
        """What nginx has asked a web server since its log was so long: what that one answered, and what the browser was answered."""
        found = []
        with self.asked.open("rb") as log:
            log.seek(since)
            for line in log.read().decode().splitlines():
                hosts, statuses, last = line.split("|")
                pairs = zip(hosts.split(", "), statuses.split(", "), strict=True)
                found += [(status, last) for one, status in pairs if one == f"{self.network.address(host)}:8000"]
        return found

    def reaches(self, host: str, database: str) -> bool:
        """Whether a host is answered by PostgreSQL on another."""
        words = [str(POSTGRES_BIN / "pg_isready"), "-q", "-t", "3", "-h", self.network.address(database)]
        return subprocess.run(self.network.within(host, *words), check=False).returncode == 0

    def settings(self, host: str) -> dict[str, str]:
        """What stands in the environment of a host; libpq finds the primary among the two databases by itself."""
        one, two = (f"{self.network.address(name)}:5432" for name in ("db1", "db2"))
        return os.environ | (self.certificate if host in WEB else {}) | {
            "ECCS_DEMO": "1", "ECCS_SECRET_KEY": "only-for-hosts-in-namespaces-on-one-machine-and-for-nothing-else",
            "ECCS_DEMO_PASSWORD": "hosts-in-namespaces", "ECCS_BANK_KEY": "5c" * 32,
            "DATABASE_URL": f"postgres://eccs_web@{one},{two}/eccs?target_session_attrs=read-write",
            "ECCS_REPLICA_URL": f"postgres://eccs_web@{two}/eccs",
            "REDIS_URL": f"redis://{self.network.address('redis')}:6379/0",
            "ECCS_HOST": f"{NET}.{HOSTS[host]}", "ECCS_PORT": "8000", "ECCS_PROXY_COUNT": "1", "ECCS_WEB_WORKERS": "1",
            "ECCS_HOSTS": ",".join(f"{NET}.{number}" for number in HOSTS.values()), "ECCS_PUBLIC_URL": self.front,
            "ECCS_VAR": str(self.place / host), "ECCS_MEDIA": str(self.place / "media"),
            "ECCS_PAPER_KEYS_DIR": str(self.place / "keys"), "ECCS_CA_DIR": str(self.place / "keys" / "authorities"),
            "ECCS_STATIC": str(self.place / "static"), "ECCS_LOG_LEVEL": "WARNING", "PATH": f"{BIN}:{os.environ['PATH']}",
        }  # fmt: skip

    def migrate(self, host: str) -> None:
        """The tables are brought up to date by their owner; nobody else may."""
        owner = {"DATABASE_URL": self.settings(host)["DATABASE_URL"].replace("eccs_web@", "eccs@")}
        self.manage("migrate", "--no-input", host=host, surroundings=self.settings(host) | owner)

    def manage(self, *words: str, host: str = "", surroundings: dict[str, str] | None = None) -> str:
        """A command of Django, on a host; what it printed. Raises SystemExit where it fails."""
        command = [str(BIN / "python"), "manage.py", *words]
        if host:
            command = self.network.within(host, *command)
        done = subprocess.run(
            command, cwd=self.code.get(host, BASE_DIR), env=surroundings or self.settings(host), capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(
                f"manage.py {words[0]} on {host or 'this machine'}: {done.stderr[-1500:]}{done.stdout[-500:]}"
            )
        return done.stdout

    def database(self, host: str, *more: str) -> None:
        """PostgreSQL on a host, on the data that lies there."""
        options = {
            "listen_addresses": self.network.address(host), "unix_socket_directories": "", "wal_level": "replica",
            "hot_standby": "on", "max_wal_senders": "10", "max_connections": "100", "shared_buffers": "128MB", "timezone": "UTC",
            "wal_sender_timeout": "5s", "wal_receiver_timeout": "5s", "wal_keep_size": "256MB", "lc_messages": "C",
        }  # fmt: skip
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        self.spawn(
            host, host, [str(POSTGRES_BIN / "postgres"), "-D", str(self.place / host), *words, *more], ordinary=True
        )
        awaited(f"PostgreSQL answers on {host}", lambda: self.sql(host, "SELECT 1") == "1")

    def follow(self, host: str) -> None:
        """A standby of the primary, made by a base backup."""
        folder = self.place / host
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        hand_over(folder)
        words = [
            "-h",
            self.network.address(self.primary),
            "-U",
            "postgres",
            "-D",
            str(folder),
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
        ]
        primary = f"host={self.network.address(self.primary)} user=postgres application_name={host}"
        subprocess.run(
            self.network.within(host, *_as_ordinary(), str(POSTGRES_BIN / "pg_basebackup"), *words),
            check=True,
            capture_output=True,
        )
        self.database(host, "-c", f"primary_conninfo={primary}")
        awaited(f"{host} follows", lambda: self.sql(self.primary, "SELECT count(*) FROM pg_stat_replication") == "1")

    def sql(self, host: str, words: str) -> str:
        """What PostgreSQL on a host answers, or nothing."""
        command = [
            str(POSTGRES_BIN / "psql"),
            "-h",
            self.network.address(host),
            "-U",
            "postgres",
            "-d",
            "eccs",
            "-Atc",
            words,
        ]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env=os.environ | {"PGCONNECT_TIMEOUT": "3"}
        )
        return done.stdout.strip()

    def redis(self) -> None:
        """Redis, which keeps on disk what is queued."""
        words = ["--bind", self.network.address("redis"), "--port", "6379", "--save", "", "--appendonly", "yes"]
        self.spawn("redis", "redis", [str(REDIS_SERVER), *words, "--dir", str(self.place), "--protected-mode", "no"])

    def web(self, host: str) -> None:
        """A web server, and the wait until it answers."""
        self.spawn(host, host, [str(BIN / "gunicorn"), "eccs.wsgi", "--config", "deploy/gunicorn.conf.py"])
        awaited(f"{host} answers", lambda: self.answers(f"https://{self.network.address(host)}:8000"))

    def worker(self, host: str) -> None:
        """A worker of background tasks."""
        words = ["-A", "eccs", "worker", "--loglevel", "WARNING", "--concurrency", "1", "--hostname", f"celery@{host}"]
        self.spawn(host, host, [str(BIN / "celery"), *words])

    def beat(self, host: str) -> None:
        """The beat beside a worker: one of the two works."""
        words = ["-A", "eccs", "beat", "--loglevel", "INFO", "--pidfile="]
        self.spawn(f"{host}-beat", host, [str(BIN / "celery"), *words])

    def nginx(self) -> None:
        """nginx with the file of deploy/, but for the names of the web servers, which Docker would resolve."""
        words = (BASE_DIR / "deploy" / "nginx.conf").read_text()
        words = re.sub(r"resolver 127\.0\.0\.11[^;]*;.*\n", "\n", words)
        servers = "".join(f"server {self.network.address(host)}:8000 max_fails=2 fail_timeout=5s;\n" for host in WEB)
        words = re.sub(r"server web:8000 resolve [^;]*;", servers, words)
        words = site.unlike_debians(words)
        words = words.replace("/tmp/", f"{self.place}/front-").replace("/run/nginx.pid", f"{self.place}/nginx.pid")  # noqa: S108
        words = words.replace("access_log /dev/stdout quiet;", f"log_format asked '$upstream_addr|$upstream_status|$status';\n    access_log {self.asked} asked;")  # fmt: skip
        words = words.replace("certificate /wire/", f"certificate {self.place}/wire/")
        path = self.place / "nginx.conf"
        path.write_text("daemon off;\nuser root;\n" + words)
        self.spawn("front", "front", [str(site.nginx_here()), "-c", str(path), "-p", str(self.place)])

    def spawn(self, name: str, host: str, words: list[str], *, ordinary: bool = False) -> None:
        """Start a process on a host, in a session of its own, with a log of its own."""
        with (self.place / "logs" / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                self.network.within(host, *(_as_ordinary() if ordinary else []), *words), cwd=self.code.get(host, BASE_DIR), env=self.settings(host),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def end(self, name: str) -> None:
        """A process is told to end, and finishes what it has begun."""
        process = self.running.pop(name)
        os.kill(process.pid, signal.SIGTERM)
        process.wait()

    def kill(self, name: str) -> None:
        """kill -9 of a process with all its children, as a host that burns."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def answers(self, address: str) -> bool:
        """Whether a host answers to be well."""
        trusted = ["--cacert", str(self.place / "wire" / "trusted" / "ca.pem")] if address.startswith("https:") else []
        words = ["curl", "-s", *trusted, "-o", "/dev/null", "-m", "5", "-w", "%{http_code}", f"{address}/healthz"]
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout == "200"

    def stop(self) -> None:
        """Everything ends, the databases last."""
        for name in sorted(self.running, key=lambda one: one.startswith("db")):
            self.kill(name)


def accounts_made(address: str) -> None:
    """The accounts of the database, by the script that the container of PostgreSQL runs on an empty volume."""
    surroundings = os.environ | {
        "PGHOST": address.partition("host=")[2], "PATH": f"{POSTGRES_BIN}:{os.environ['PATH']}",
        "ECCS_OWNER_PASSWORD": "trusted", "ECCS_LOGIN_PASSWORD": "trusted",
    }  # fmt: skip
    subprocess.run([str(BASE_DIR / "deploy" / "database" / "accounts.sh")], check=True, env=surroundings)


def _as_ordinary() -> list[str]:
    account = account_for_postgres()
    if account is None:
        return []
    return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
