"""What those who run the system are told: readiness, metrics, and log lines that say which request they belong to."""

from __future__ import annotations

import json
import logging
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from bills.stages import Stage
from eccs import cache, celery, logs, readiness, rolled_up
from eccs.tasks import heartbeat
from eccs.workflow import take
from payments.bank import Bank, BankSilent, KeyRing, Verification
from tests.factories.bills import bill
from tests.factories.firms import actor

pytestmark = pytest.mark.django_db

STRANGER: Any = {"REMOTE_ADDR": "203.0.113.9"}


def figures(client: Client) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every figure of the metrics by its name and labels."""
    text = client.get("/metrics").content.decode()
    return {
        (one.name, tuple(sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def named(found: dict[tuple[str, tuple[tuple[str, str], ...]], float], name: str, **labels: str) -> float:
    """One of them."""
    return found[name, tuple(sorted(labels.items()))]


def test_ready_when_everything_it_needs_is(client: Client) -> None:
    told = client.get("/readyz")
    assert told.status_code == 200
    assert told.json() == {
        "status": "ready", "database": "ok", "redis": "ok", "migrations": "ok", "storage": "ok"
    }  # fmt: skip


def test_not_ready_says_why_to_those_who_watch(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()
    monkeypatch.setattr(cache, "answers", lambda: False)
    monkeypatch.setattr(readiness, "_on_disk", lambda: frozenset({("eccs", "9999_of_tomorrow")}))
    monkeypatch.setattr(readiness, "SECONDS", 0.3)
    asked = {**readiness.QUESTIONS, "storage": lambda: str(never.wait(5)), "database": lambda: str(1 // 0)}
    found = readiness.answers(asked, 0.3)
    never.set()
    assert found == {
        "redis": "Redis does not answer.", "storage": "No answer within 0.3 seconds.",
        "migrations": "The migration eccs.9999_of_tomorrow is not applied.",
        "database": "ZeroDivisionError: integer division or modulo by zero",
    }  # fmt: skip
    monkeypatch.setattr(readiness, "answers", lambda: found)
    told = client.get("/readyz")
    assert (told.status_code, told.json()) == (503, {"status": "not ready", **found})
    stranger = client.get("/readyz", **STRANGER)
    assert (stranger.status_code, set(stranger.json().values())) == (503, {"not ready", "fault"})


def test_metrics_are_for_the_token_and_the_networks_of_the_settings(client: Client, settings: Any) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", **STRANGER).status_code == 404
    settings.METRICS_NETWORKS, settings.METRICS_TOKEN = [], ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    settings.METRICS_TOKEN = "only-for-prometheus"
    assert client.get("/metrics", headers={"Authorization": "Bearer another"}).status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer only-for-prometheus"}).status_code == 200
    settings.METRICS_NETWORKS = ["203.0.113.0/24"]
    assert client.get("/metrics", **STRANGER).status_code == 200


def test_desks_and_dwell_are_rolled_up_and_a_scrape_reads_only_what_was(client: Client) -> None:
    rolled_up.roll_up()
    begun = timezone.now() - timedelta(hours=3)
    report = {"packages_opened": 1, "percent": 100, "findings": "As declared.", "recommendation": "RELEASE"}
    one = take(bill(Stage.FIRST_CHECK), "report_first_check_examination", actor("INSPECTOR"), at=begun, **report)
    asked = begun + timedelta(minutes=40)
    take(one, "raise_query", actor("ASSESSING_OFFICER"), at=asked, question="Why 8518?")
    bill(Stage.ASSESSMENT, stage_since=timezone.now() - timedelta(hours=1))
    bill(Stage.ASSESSMENT)
    heartbeat()
    rolled_up.roll_up()
    rolled_up.roll_up()  # nothing is counted twice
    bill(Stage.ASSESSMENT)
    with CaptureQueriesContext(connection) as queries:
        found = figures(client)
    tables = {table for one in queries for table in one["sql"].split('"') if "_" in table and "." not in table}
    assert len(queries) == 2 and tables <= {"eccs_measure", "eccs_heartbeat"}
    desk = {"document": "courierbillofentry", "stage": "ASSESSMENT"}
    assert named(found, "eccs_queue_depth", **desk, station="BLR") == 2
    assert 3600 <= named(found, "eccs_queue_oldest_seconds", **desk, station="BLR") < 3700
    assert named(found, "eccs_dwell_seconds_count", **desk) == 1
    assert named(found, "eccs_dwell_seconds_sum", **desk) == 40 * 60
    assert named(found, "eccs_dwell_seconds_bucket", **desk, le="1800") == 0
    assert named(found, "eccs_dwell_seconds_bucket", **desk, le="3600") == 1
    assert 0 <= named(found, "eccs_beat_silent_seconds") < 60
    assert named(found, "eccs_queue_of_tasks_up") == 1 and named(found, "eccs_tasks_waiting") >= 0


def test_a_queue_that_is_away_costs_its_figures_and_no_more(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(celery.app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(celery.app.conf, "broker_read_url", "redis://127.0.0.1:1/0")
    found = figures(client)
    assert named(found, "eccs_queue_of_tasks_up") == 0 and ("eccs_tasks_waiting", ()) not in found


def test_requests_are_counted_by_page_and_answer_and_the_bank_by_its_time(client: Client) -> None:
    asked = {"view": "healthz", "method": "GET", "status": "200"}
    client.get("/healthz")
    before = named(figures(client), "eccs_requests_total", **asked)
    client.get("/healthz")
    with pytest.raises(BankSilent):
        Bank("nowhere:", KeyRing.of("ab" * 32)).ask(Verification(challan="1234567890"))
    found = figures(client)
    assert named(found, "eccs_requests_total", **asked) == before + 1
    assert named(found, "eccs_bank_seconds_count", asked="verify", outcome="failed") >= 1
    client.generic("BREW", "/healthz")
    refused = {"view": "healthz", "method": "OTHER", "status": "405"}
    assert named(figures(client), "eccs_requests_total", **refused) >= 1


def test_a_request_keeps_the_id_it_came_with_or_is_given_one(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    lines: list[dict[str, object]] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(logs.JsonLines().format(record)))

    kept = Kept()
    logging.getLogger("eccs.requests").addHandler(kept)
    try:
        given = client.get("/healthz?secret=1", headers={"X-Request-ID": "7f3c-of-the-proxy"})["X-Request-ID"]
        made = [
            client.get("/healthz", headers={"X-Request-ID": bad})["X-Request-ID"] for bad in ("", "short", "a b\tc" * 9)
        ]
    finally:
        logging.getLogger("eccs.requests").removeHandler(kept)
    assert given == "7f3c-of-the-proxy" and all(len(name) == 16 for name in made)
    assert [line["request_id"] for line in lines] == [given, *made]
    assert lines[0] | {"at": "", "process": 0, "ms": 0} == {
        "at": "", "level": "INFO", "logger": "eccs.requests", "request_id": given, "message": "GET healthz 200",
        "process": 0, "method": "GET", "view": "healthz", "status": 200, "ms": 0,
    }  # fmt: skip
