"""What production is made of: the services, their health checks, and no secret in any file."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.house.source import ROOT

SERVICES = {"nginx", "web", "worker", "beat", "migrate", "postgres", "redis", "cast", "sandbox-bank"}
ONE_SHOT = {"migrate", "cast"}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """The services of docker-compose.yml."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    return found


def test_the_services_are_all_there(services: dict[str, Any]) -> None:
    assert set(services) == SERVICES
    assert services["web"]["deploy"]["replicas"] == 2
    assert "deploy" not in services["beat"]


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
    for name in ("POSTGRES_PASSWORD", "REDIS_PASSWORD", "ECCS_SECRET_KEY", "ECCS_BANK_KEY"):
        assert f"{name}: ${{{name}:?" in text
        assert re.search(rf"^# {name}= ", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert not re.search(r"^[^#\n]", (ROOT / ".env.example").read_text(), re.MULTILINE)


def test_only_nginx_and_the_sandbox_bank_are_reached_from_outside(services: dict[str, Any]) -> None:
    assert {name for name, service in services.items() if service.get("ports")} == {"nginx", "sandbox-bank"}


def test_the_image_runs_as_an_ordinary_user() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert lines.index("USER eccs") < next(i for i, line in enumerate(lines) if line.startswith("CMD"))
