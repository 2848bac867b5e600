"""Work that a request hands on to the background carries the request's id into its own log lines, and no further."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from celery.worker.request import Request
from kombu.connection import Connection
from kombu.entity import Queue

from eccs.celery import app
from eccs.logs import request_id

told: list[str] = []


@app.task(name="tests.say_the_request", ignore_result=True)
def say_the_request() -> None:
    """Tell the id that a line of the log would carry now."""
    told.append(request_id.get())


@pytest.fixture(autouse=True)
def nothing_told() -> Iterator[None]:
    """No id of before."""
    told.clear()
    token = request_id.set("")
    yield
    request_id.reset(token)


def worked_off(broker: Any) -> str:
    """What the worker does with the next message of the queue; the message's own id of the task."""
    message: Any = Queue("celery", channel=broker.default_channel).get()  # type: ignore[no-untyped-call]
    assert message is not None
    Request(message, app=app, hostname="worker", task=say_the_request).execute()
    return str(message.headers["id"])


def test_the_id_of_the_request_goes_with_the_task_through_the_queue() -> None:
    with Connection("memory://") as broker:  # type: ignore[no-untyped-call]
        request_id.set("3f2a90c1d4e5b687")
        say_the_request.apply_async(connection=broker)
        request_id.set("")  # the request is answered; the worker is another process
        task = worked_off(broker)
        assert told == ["3f2a90c1d4e5b687"]
        assert request_id.get() == ""  # the next task is another request's
        say_the_request.apply_async(connection=broker)  # by the schedule: no request
        task = worked_off(broker)
    assert told[1] == task.replace("-", "")[:16]
