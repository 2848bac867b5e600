"""What the settings make of the environment: read by a process of its own, as a server reads them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.house.source import ROOT

READ = """
import importlib, json, os, sys
found = []
for given in json.loads(sys.argv[1]):
    for name in [name for name in os.environ if name.startswith("ECCS_")]:
        del os.environ[name]
    os.environ.update(ECCS_SECRET_KEY="only-for-a-test", DATABASE_URL="postgres://127.0.0.1:1/none", **given)
    settings = importlib.reload(sys.modules["eccs.settings"]) if found else importlib.import_module("eccs.settings")
    found.append({name: getattr(settings, name) for name in json.loads(sys.argv[2])})
print(json.dumps(found))
"""
PRODUCTION: dict[str, str] = {"ECCS_HTTPS": "1", "ECCS_BANK_KEY_FILE": str(ROOT / "requirements.txt")}
BARE: dict[str, str] = {}
DEMO = {"ECCS_DEMO": "1"}
DEMO_MFA = {**DEMO, "ECCS_DEMO_MFA": "1"}
NAMES = (
    "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_SAMESITE", "SECOND_FACTOR", "DEBUG", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "CSRF_COOKIE_HTTPONLY",
    "LANGUAGE_COOKIE_SECURE", "LANGUAGE_COOKIE_HTTPONLY", "LANGUAGE_COOKIE_SAMESITE", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME",
    "LANGUAGE_COOKIE_NAME", "HERE_ALONE", "BANK_KEY",
)  # fmt: skip


@pytest.fixture(scope="module")
def read() -> dict[str, dict[str, Any]]:
    """The settings of each of four machines, all read by one process."""
    environments = {"production": PRODUCTION, "bare": BARE, "demo": DEMO, "demo with mfa": DEMO_MFA}
    if (ROOT / ".env").exists():
        pytest.skip("this machine has an .env of its own")
    done = subprocess.run(
        [sys.executable, "-c", READ, json.dumps(list(environments.values())), json.dumps(NAMES)],
        cwd=ROOT, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return dict(zip(environments, json.loads(done.stdout), strict=True))


def test_production_sends_its_cookies_over_https_alone(read: dict[str, dict[str, Any]]) -> None:
    found = read["production"]
    assert found["SESSION_COOKIE_SECURE"] and found["CSRF_COOKIE_SECURE"] and found["SECURE_SSL_REDIRECT"]
    assert found["SECURE_HSTS_SECONDS"] >= 365 * 24 * 3600
    assert found["SESSION_COOKIE_HTTPONLY"] and found["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert found["CSRF_COOKIE_SAMESITE"] == "Lax" and not found["DEBUG"]
    assert not read["demo"]["SESSION_COOKIE_SECURE"]  # a demonstration on one machine has no certificate


def test_production_has_cookies_of_this_host_alone_and_no_script_reads_them(read: dict[str, dict[str, Any]]) -> None:
    """A page of another host under the same domain sets none of them, so none is planted."""
    found = read["production"]
    names = [found[f"{name}_COOKIE_NAME"] for name in ("SESSION", "CSRF", "LANGUAGE")]
    assert all(name.startswith("__Host-") for name in names) and found["HERE_ALONE"] == "__Host-"
    assert found["CSRF_COOKIE_HTTPONLY"] and found["LANGUAGE_COOKIE_HTTPONLY"] and found["LANGUAGE_COOKIE_SECURE"]
    assert found["LANGUAGE_COOKIE_SAMESITE"] == "Lax" and found["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    assert read["demo"]["SESSION_COOKIE_NAME"] == "eccs"  # without https a browser would not take the other name


def test_a_secret_may_lie_in_a_file_of_its_own(read: dict[str, dict[str, Any]]) -> None:
    assert (
        read["production"]["BANK_KEY"] == (ROOT / "requirements.txt").read_text().rstrip()
        and not read["bare"]["BANK_KEY"]
    )


def test_only_the_demonstration_is_without_a_second_factor_and_that_unless_it_asks_for_one(
    read: dict[str, dict[str, Any]],
) -> None:
    assert {name: found["SECOND_FACTOR"] for name, found in read.items()} == {
        "production": True, "bare": True, "demo": False, "demo with mfa": True
    }  # fmt: skip
