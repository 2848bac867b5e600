"""What each process counts of its own work, for Prometheus: pages by their answers, talks with banks, background tasks.

Where PROMETHEUS_MULTIPROC_DIR is set, the processes of a host share that folder and each of them can tell for all; elsewhere
a process tells for itself. What the database knows is not counted here but rolled up by beat (eccs/rolled_up.py).
It stands on nothing else of the project.
"""

from __future__ import annotations

import os
import shutil
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
if FOLDER:
    Path(FOLDER).mkdir(parents=True, exist_ok=True)  # before the library looks at it

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, start_http_server  # noqa: E402
from prometheus_client.multiprocess import MultiProcessCollector  # noqa: E402

PAGE_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
WAIT_SECONDS = (0.05, 0.25, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0)

REQUESTS = Counter("eccs_requests", "Requests answered, by page and answer.", ("view", "method", "status"))
SECONDS = Histogram("eccs_request_seconds", "How long a page took.", ("view",), buckets=PAGE_SECONDS)
BANK = Histogram(
    "eccs_bank_seconds", "How long a bank took to answer.", ("asked", "outcome"), buckets=(*PAGE_SECONDS, 30.0)
)
TASKS = Counter("eccs_tasks", "Background tasks done, by outcome.", ("task", "outcome"))
TASK_WAIT = Histogram(
    "eccs_task_wait_seconds", "How long a task waited between asking and beginning.", ("task",), buckets=WAIT_SECONDS
)
TASK_SECONDS = Histogram("eccs_task_seconds", "How long a task took.", ("task",), buckets=WAIT_SECONDS)

METHODS = frozenset("GET HEAD POST PUT PATCH DELETE OPTIONS".split())


def answered(view: str, method: str, status: int, seconds: float) -> None:
    """A request was answered; a method that nobody declares is counted under one word."""
    REQUESTS.labels(view, method if method in METHODS else "OTHER", str(status)).inc()
    SECONDS.labels(view).observe(seconds)


@contextmanager
def asking_the_bank(asked: str) -> Iterator[None]:
    """A question to a bank: its time counts whether it is answered or not."""
    begun, outcome = time.perf_counter(), "failed"
    try:
        yield
        outcome = "answered"
    finally:
        BANK.labels(asked, outcome).observe(time.perf_counter() - begun)


def registry() -> CollectorRegistry:
    """What was counted: by all processes that share the folder, or by this one."""
    if not FOLDER:
        return REGISTRY
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return shared


def begin_anew(folder: Path) -> None:
    """What processes of an earlier start have counted is forgotten; Prometheus knows a count that began again."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)


def serve(port: int, host: str = "0.0.0.0", certificate: str = "", key: str = "") -> None:  # noqa: S104 a worker's own port, inside the network of the hosts
    """Tell what the worker processes of a host counted, where no web server of the host does; by TLS where the host has a certificate."""
    start_http_server(port, host, registry(), certificate or None, key or None, tls_min_version=ssl.TLSVersion.TLSv1_3)
