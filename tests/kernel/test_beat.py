"""Several beats on one Redis: one asks for the tasks, and when it falls silent another goes on where it stopped."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from celery import Celery
from celery.schedules import crontab
from django.conf import settings
from django.utils import timezone
from redbeat.schedulers import get_redis

from eccs.beat import Scheduler
from eccs.celery import app as of_eccs
from eccs.settings import redis_url

Beat = Callable[[str], Scheduler]
NIGHTLY, ALWAYS = "nightly", "always"


@pytest.fixture
def asked() -> list[str]:
    """What the beats asked for, in order, and what happened meanwhile."""
    return []


@pytest.fixture
def beat(asked: list[str]) -> Beat:
    """`beat("first")` is a beat on a host of that name."""
    database = 2 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    told = {
        "beat_schedule": {
            NIGHTLY: {"task": NIGHTLY, "schedule": crontab(hour=2, minute=10)},
            ALWAYS: {"task": ALWAYS, "schedule": 0.0},
        },
        "broker_url": "memory://", "beat_max_loop_interval": 0.01, "redbeat_redis_url": redis_url(database), "redbeat_redis_options": {"socket_timeout": 5},
        "redbeat_key_prefix": f"beat-{uuid.uuid4().hex}:", "redbeat_lock_timeout": 60,
    }  # fmt: skip

    def started(host: str) -> Scheduler:
        class Counting(Scheduler):
            def apply_async(self, entry: Any, **named: Any) -> None:
                asked.append(f"{host}: {self.reserve(entry).name}")

        app = Celery(host, set_as_current=False)
        app.conf.update(told)
        return Counting(app=app)

    return started


def test_another_beat_goes_on_where_the_silent_one_stopped(beat: Beat, asked: list[str]) -> None:
    first, second = beat("first"), beat("second")
    nightly = first.Entry.from_key(first.Entry.generate_key(first.app, NIGHTLY), app=first.app)
    nightly.reschedule(timezone.now() - timedelta(days=2))  # nobody was awake
    first.tick()
    assert sorted(asked) == ["first: always", "first: nightly"]
    standing_by = Thread(target=second.tick)
    standing_by.start()
    first.tick()
    asked.append("first falls silent")
    get_redis(first.app).pexpire(first.lock_key, 1)
    standing_by.join(20)
    assert asked[2:] == [
        "first: always",
        "first falls silent",
        "second: always",
    ]  # and what ran tonight is not asked again


def test_a_beat_that_stood_still_for_too_long_asks_for_nothing_until_it_is_its_turn(
    beat: Beat, asked: list[str]
) -> None:
    first, second = beat("first"), beat("second")
    first.tick()
    get_redis(first.app).delete(first.lock_key)  # as when it ends by itself
    second.tick()
    done = len(asked)
    assert first.tick() == first.max_interval
    assert len(asked) == done
    second.close()
    first.tick()
    assert asked[done:] == ["first: always"]


def test_a_beat_outlives_redis(beat: Beat, asked: list[str]) -> None:
    only = beat("only")
    only.tick()
    done = len(asked)
    pool = get_redis(only.app).connection_pool
    known = dict(pool.connection_kwargs)
    pool.reset()
    pool.connection_kwargs["path" if "path" in known else "port"] = "/nowhere" if "path" in known else 1
    assert only.tick() == only.max_interval and len(asked) == done
    pool.connection_kwargs.update(known)
    pool.reset()
    only.tick()
    assert asked[done:] == ["only: always"]


def test_the_schedule_of_eccs_is_kept_this_way() -> None:
    assert f"{Scheduler.__module__}.{Scheduler.__name__}" == settings.CELERY_BEAT_SCHEDULER
    conf = of_eccs.conf
    assert conf.redbeat_redis_url == redis_url(0)  # beside the queue: no test and no cache empties it
    assert conf.beat_max_loop_interval < conf.redbeat_lock_timeout <= 60
