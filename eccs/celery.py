"""The Celery application and its schedule. The schedule lives in code: what the code drops stops running."""

import os
from typing import Any

from celery import Celery, signals
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eccs.settings")

app = Celery("eccs")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["accounts.directory"])

app.conf.beat_schedule = {
    "send unsent notices": {"task": "eccs.tasks.send_notices", "schedule": 60.0},
    "seal the day's trail": {"task": "eccs.tasks.seal_trail", "schedule": crontab(hour=0, minute=10)},
    "resume uploads left behind": {"task": "eccs.tasks.resume_uploads", "schedule": 120.0},
    "ask the bank about silent challans": {"task": "payments.tasks.verify_silent_challans", "schedule": 120.0},
    "watch the couriers' registrations": {
        "task": "accounts.directory.tasks.watch_registrations",
        "schedule": crontab(hour=0, minute=20),
    },
    "beat": {"task": "eccs.tasks.heartbeat", "schedule": 60.0},
}


@signals.celeryd_init.connect
@signals.beat_init.connect
def refuse_unsafe_start(**kwargs: Any) -> None:
    """Neither worker nor beat starts on a weak secret key."""
    from eccs import checks

    checks.refuse_unsafe_start()
