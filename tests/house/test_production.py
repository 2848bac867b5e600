"""What production is made of: the services, their health checks, and no secret in any file."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection

from eccs.embedded import POSTGRES_BIN
from tests.house.source import ROOT

SERVICES = {
    "nginx",
    "web",
    "worker",
    "beat",
    "migrate",
    "postgres",
    "redis",
    "clamav",
    "cast",
    "sandbox-bank",
    "places",
    "certificates",
    "restore-files",
}
ONE_SHOT = {"migrate", "cast", "places", "certificates", "restore-files"}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """The services of docker-compose.yml."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    return found


def test_the_services_are_all_there(services: dict[str, Any]) -> None:
    assert set(services) == SERVICES
    assert services["web"]["deploy"]["replicas"] == 2
    assert services["beat"]["deploy"]["replicas"] == 2  # one works, the other stands by


def test_the_demonstration_is_a_profile_of_its_own(services: dict[str, Any]) -> None:
    assert {name for name, service in services.items() if service.get("profiles") == ["demo"]} == {
        "sandbox-bank",
        "cast",
    }


def test_every_lasting_service_is_asked_after_its_health(services: dict[str, Any]) -> None:
    assert all(services[name]["healthcheck"].get("test") for name in SERVICES - ONE_SHOT)


def test_no_file_holds_a_secret() -> None:
    """Every password and key is a reference into `.env`, and the compose file refuses to start without it."""
    text = (ROOT / "docker-compose.yml").read_text()
    for name in (
        "POSTGRES_PASSWORD", "ECCS_OWNER_PASSWORD", "ECCS_LOGIN_PASSWORD", "REDIS_PASSWORD", "ECCS_SECRET_KEY", "ECCS_BANK_KEY",
    ):  # fmt: skip
        assert f"{name}: ${{{name}:?" in text
        assert re.search(rf"^# {name}= ", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert not re.search(r"^[^#\n]", (ROOT / ".env.example").read_text(), re.MULTILINE)


def test_no_service_but_postgresql_itself_knows_an_administrator(services: dict[str, Any]) -> None:
    """The migration logs in as the owner of the tables, all others as who owns nothing; `.env` is read whole, so passwords are blanked."""
    own = {name: service["environment"] for name, service in services.items() if "env_file" in service}
    assert set(own) >= {"web", "worker", "beat", "migrate", "cast"}
    for name, environment in own.items():
        account = "eccs:${ECCS_OWNER_PASSWORD" if name == "migrate" else "eccs_web:${ECCS_LOGIN_PASSWORD"
        assert environment["DATABASE_URL"].startswith(f"postgres://{account}:?"), name
        assert environment["POSTGRES_PASSWORD"] == environment["ECCS_OWNER_PASSWORD"] == ""
    postgres = services["postgres"]
    assert postgres["environment"]["POSTGRES_USER"] == "postgres"  # whom deploy/backup works as
    assert "./deploy/database/accounts.sh:/docker-entrypoint-initdb.d/accounts.sh:ro" in postgres["volumes"]


@pytest.mark.django_db
def test_the_accounts_of_the_database_are_made_once_and_none_is_an_administrator() -> None:
    """The script of `docker-entrypoint-initdb.d`, on an empty database beside that of the tests."""
    server = connection.get_connection_params()["host"]
    surroundings = os.environ | {
        "PGHOST": server, "POSTGRES_DB": "accounts_tried", "PATH": f"{POSTGRES_BIN}:{os.environ['PATH']}",
        "ECCS_OWNER_PASSWORD": "it's", "ECCS_LOGIN_PASSWORD": "another",
    }  # fmt: skip

    def psql(words: str, user: str = "postgres", database: str = "postgres") -> str:
        command = [str(POSTGRES_BIN / "psql"), "-h", server, "-U", user, "-d", database, "-Atc", words]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        return (done.stdout + done.stderr).strip()

    psql("CREATE DATABASE accounts_tried TEMPLATE template0 STRATEGY file_copy")
    try:
        for _again in range(2):
            subprocess.run([str(ROOT / "deploy" / "database" / "accounts.sh")], check=True, env=surroundings)
        rights = "SELECT rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname ~ '^eccs' ORDER BY 1"
        assert psql(rights).split() == [
            "eccs|t|f|f|f|f",
            "eccs_app|f|f|f|f|f",
            "eccs_system|f|f|t|f|f",
            "eccs_web|t|f|f|f|f",
        ]
        assert "CREATE TABLE" in psql("CREATE TABLE tried ()", "eccs", "accounts_tried")
        assert "permission denied for schema" in psql("CREATE TABLE other ()", "eccs_web", "accounts_tried")
        assert "permission denied for table" in psql("SELECT FROM tried", "eccs_web", "accounts_tried")
        assert "must be owner" in psql("DROP TABLE tried", "eccs_web", "accounts_tried")
        for account in ("eccs_app", "eccs_system"):
            assert account in psql(f"SET ROLE {account}; SELECT current_user", "eccs_web", "accounts_tried")
        assert "permission denied" in psql("SET ROLE eccs", "eccs_web", "accounts_tried")
        leak = "SELECT bool_and(proleakproof) FROM pg_proc WHERE oid IN ('upper(text)'::regprocedure, 'textlike(text, text)'::regprocedure)"
        assert psql(leak, database="accounts_tried") == "t"
    finally:
        psql("DROP DATABASE accounts_tried WITH (FORCE)")
        psql("DROP ROLE eccs")
        psql("DROP ROLE eccs_web")


def test_the_image_holds_neither_history_nor_secrets() -> None:
    assert {".git", ".env", "var"} <= set((ROOT / ".dockerignore").read_text().split())
    text = (ROOT / "Dockerfile").read_text()
    assert not re.search(r"^(ARG|ENV)\b.*(KEY|PASSWORD|TOKEN)", text, re.MULTILINE)


def test_only_nginx_and_the_sandbox_bank_are_reached_from_outside(services: dict[str, Any]) -> None:
    assert {name for name, service in services.items() if service.get("ports")} == {"nginx", "sandbox-bank"}


def test_the_image_runs_as_an_ordinary_user() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert lines.index("USER eccs") < next(i for i, line in enumerate(lines) if line.startswith("CMD"))


def test_postgresql_archives_its_log_as_the_file_of_settings_says(services: dict[str, Any]) -> None:
    text = (ROOT / "deploy" / "backup" / "postgresql.conf").read_text()
    kept = dict(re.findall(r"^(\w+) = '?(.*?)'?(?: #.*)?$", text, re.MULTILINE))
    told = dict(
        word.removeprefix("-c").split("=", 1)
        for word in services["postgres"]["command"][1:]
        if not word.startswith("-cssl")
    )
    assert told == {name: kept[name] for name in told}
    assert {kept[name] for name in kept.keys() - told.keys()} == {"on"}  # as PostgreSQL begins by itself


def test_a_piece_of_the_log_is_archived_whole_and_never_replaced(tmp_path: Path) -> None:
    """PostgreSQL may ask for the same piece again after a crash; another one under its name must not pass."""

    def archive(content: bytes) -> int:
        (tmp_path / "piece").write_bytes(content)
        words = [str(ROOT / "deploy" / "backup" / "archive-wal"), str(tmp_path / "piece"), "00000001"]
        return subprocess.run(
            words, env={"ECCS_BACKUPS": str(tmp_path), "PATH": os.environ["PATH"]}, check=False
        ).returncode

    assert archive(b"first") == archive(b"first") == 0
    assert archive(b"another") != 0
    assert [path.read_bytes() for path in (tmp_path / "wal").iterdir()] == [b"first"]


def test_a_restore_takes_the_last_base_backup_before_its_moment_and_nothing_that_is_in_use(tmp_path: Path) -> None:
    for taken in ("20261120T010000Z", "20261121T010000Z"):
        (tmp_path / "base" / taken).mkdir(parents=True)
        (tmp_path / "base" / taken / "name").write_text(taken)

    def restore(to: str, *moment: str) -> str:
        words = [str(ROOT / "deploy" / "backup" / "restore"), str(tmp_path / to), *moment]
        environment = {"ECCS_BACKUPS": str(tmp_path), "PATH": os.environ["PATH"]}
        done = subprocess.run(words, env=environment, check=False, capture_output=True, text=True)
        return done.stderr or (tmp_path / to / "name").read_text()

    assert restore("a", "2026-11-21 06:29:00+05:30") == "20261120T010000Z"
    assert restore("b", "2026-11-21 06:31:00+05:30") == "20261121T010000Z"
    assert restore("c") == "20261121T010000Z" and (tmp_path / "c" / "recovery.signal").exists()
    assert "recovery_target_time = '2026-11-21 06:31:00+05:30'" in (tmp_path / "b" / "postgresql.auto.conf").read_text()
    assert "is not empty" in restore("c") and "no base backup was finished before" in restore("d", "2026-11-19")


def test_nginx_keeps_neither_addresses_nor_queries_of_pages() -> None:
    """They may hold a PAN that was searched, or the link for a new password."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    kept = re.search(r"log_format quiet .*?;", text, re.DOTALL)
    assert kept and re.search(r"access_log /dev/stdout quiet;", text)
    assert not re.search(r"\$(request|request_uri|uri|args|http_referer|http_cookie|http_authorization)\b", kept[0])


def test_without_docker_the_same_programs_run(services: dict[str, Any]) -> None:
    image = (ROOT / "Dockerfile").read_text()
    [served] = re.findall(r"^CMD (.*)$", image, re.MULTILINE)
    said = {"web": " ".join(yaml.safe_load(served)), **{name: services[name]["command"] for name in ("worker", "beat")}}
    for name, command in said.items():
        unit = (ROOT / "deploy" / "systemd" / f"eccs-{name}.service").read_text()
        assert f"\nExecStart=/srv/eccs/venv/bin/{command}\n" in unit and "\nUser=eccs\n" in unit
        assert "\nKillMode=mixed\n" in unit  # only the head is told to end: its children finish what they have begun


def test_without_docker_only_migrate_works_as_the_owner() -> None:
    """The units read a file without the owner's password; the file that has it is for root, and one command reads it."""
    for name in ("web", "worker", "beat"):
        unit = (ROOT / "deploy" / "systemd" / f"eccs-{name}.service").read_text()
        assert re.findall(r"EnvironmentFile=(.*)", unit) == ["/etc/eccs/eccs.env"]
    chapter = (ROOT / "README.md").read_text().split("### Without Docker\n")[1].split("### A standby")[0]
    [kept] = re.findall(r"cat > /etc/eccs/eccs.env .*?<<END\n(.*?)\nEND", chapter, re.DOTALL)
    assert kept.startswith("DATABASE_URL=postgres://eccs_web:") and "OWNER" not in kept
    assert next(line for line in chapter.splitlines() if "> /etc/eccs/owner.env" in line).startswith("(umask 077 ")
    assert re.findall(r"^(\w+)\(\) .* \. /etc/eccs/owner.env && runuser -u (\S+) ", chapter, re.MULTILINE) == [
        ("eccs_owner", "eccs-owner")
    ]
    assert set(re.findall(r"^eccs_owner (\w+) ", chapter, re.MULTILINE)) == {"migrate"}
    assert "deploy/database/accounts.sh" in chapter and "createuser" not in chapter


def test_letters_come_from_the_name_that_people_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECCS_DEMO", "0")
    monkeypatch.setenv("ECCS_PUBLIC_URL", "https://ports.example.org")
    settings = str(ROOT / "eccs" / "settings.py")
    assert runpy.run_path(settings)["DEFAULT_FROM_EMAIL"] == "no-reply@ports.example.org"
    monkeypatch.setenv("ECCS_EMAIL_FROM", "eccs@customs.example.org")
    assert runpy.run_path(settings)["DEFAULT_FROM_EMAIL"] == "eccs@customs.example.org"


def test_tls_is_of_today_and_what_a_browser_says_of_its_address_is_overwritten() -> None:
    text = (ROOT / "deploy" / "nginx-tls.conf").read_text()
    assert re.findall(r"ssl_protocols (.*);", text) == ["TLSv1.3 TLSv1.2"]
    ciphers = re.findall(r"ssl_ciphers (.*);", text)[0].split(":")
    assert all(
        re.fullmatch(r"ECDHE-(ECDSA|RSA)-(AES(128|256)-GCM-SHA(256|384)|CHACHA20-POLY1305)", one) for one in ciphers
    )
    assert "X-Forwarded-For $remote_addr;" in text and "X-Forwarded-Proto https;" in text
    assert "$proxy_add_x_forwarded_for" not in text


def test_a_long_address_is_led_to_sign_in_and_no_header_moves_eccs_elsewhere() -> None:
    for name in (
        "nginx.conf",
        "nginx-tls.conf",
    ):  # else nginx says 502: the way back is quoted, longer than its 4 KiB of headers
        assert "proxy_buffer_size 32k;" in (ROOT / "deploy" / name).read_text()
    told = runpy.run_path(str(ROOT / "deploy" / "gunicorn.conf.py"))
    assert told["forwarder_headers"] == ""  # a header SCRIPT_NAME was answered with 500
