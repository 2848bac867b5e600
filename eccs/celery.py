"""The Celery application, its schedule and its log. The schedule lives in code: what the code drops stops running."""

import logging.config
import os
import time
from typing import Any

from celery import Celery, signals
from celery.contrib.django.task import DjangoTask
from celery.schedules import crontab
from django.db import transaction
from kombu.exceptions import OperationalError

from eccs import acting, measuring
from eccs.logs import request_id
from eccs.memory import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eccs.settings")


class BySystem(DjangoTask):
    """Work that is done by the system, whoever asked for it."""

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Do it; what is done for a firm narrows itself to that firm (eccs/acting.py)."""
        with acting.acting_as(acting.SYSTEM):
            return super().__call__(*given, **named)


app = Celery("eccs", task_cls=BySystem)


def after_commit(task: Any, *given: Any) -> None:
    """Ask for a task once what it needs is committed. Where Redis is away the request goes on; beat takes up what was left."""
    transaction.on_commit(lambda: task.delay(*given), robust=True)


app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["accounts.directory", "payments.reconciling"])

app.conf.beat_schedule = {
    "send unsent notices": {"task": "eccs.tasks.send_notices", "schedule": 60.0},
    "seal the day's trail": {"task": "eccs.tasks.seal_trail", "schedule": crontab(hour=0, minute=10)},
    "keep the heads of the chains": {"task": "eccs.tasks.keep_heads", "schedule": 600.0},
    "keep the heads at the day's end": {"task": "eccs.tasks.keep_heads", "schedule": crontab(hour=0, minute=0)},
    "verify the chains": {"task": "eccs.tasks.verify_chains", "schedule": crontab(hour=1, minute=10)},
    "begin the financial year": {"task": "eccs.tasks.keep_years", "schedule": crontab(hour=0, minute=1)},
    "archive closed years": {"task": "eccs.tasks.archive_years", "schedule": crontab(hour=2, minute=40)},
    "put logs away": {"task": "eccs.tasks.keep_logs", "schedule": crontab(hour=0, minute=50)},
    "verify the signatures": {"task": "eccs.tasks.verify_signatures", "schedule": crontab(hour=1, minute=40)},
    "forget papers and resume those left behind": {"task": "eccs.tasks.tidy_papers", "schedule": 600.0},
    "resume uploads left behind": {"task": "eccs.tasks.resume_uploads", "schedule": 120.0},
    "ask the bank about silent challans": {"task": "payments.tasks.verify_silent_challans", "schedule": 120.0},
    "hand over challans that the bank does not decide": {
        "task": "payments.tasks.hand_over_silent_challans",
        "schedule": crontab(minute=40),
    },
    "check the books of the cash ledgers": {
        "task": "payments.tasks.check_books",
        "schedule": crontab(hour=2, minute=10),
    },
    "reconcile with the banks": {
        "task": "payments.reconciling.tasks.reconcile",
        "schedule": crontab(hour="1-7", minute=30),
    },
    "end sessions after the last day": {
        "task": "accounts.tasks.end_after_the_last_day",
        "schedule": crontab(minute=1),
    },
    "take down finished password expiries": {"task": "accounts.tasks.take_down_exercises", "schedule": 600.0},
    "write of password expiry": {"task": "accounts.tasks.advise_of_exercises", "schedule": 600.0},
    "tidy sign-ins": {"task": "accounts.tasks.tidy", "schedule": crontab(hour=3, minute=20)},
    "forget answers to repeated requests": {"task": "api.tasks.forget_answers", "schedule": crontab(hour=3, minute=25)},
    "send what webhooks are due": {"task": "api.tasks.send_webhooks", "schedule": 30.0},
    "work the drop folders": {"task": "api.tasks.work_drop_folders", "schedule": 30.0},
    "forget messages of webhooks": {"task": "api.tasks.forget_deliveries", "schedule": crontab(hour=3, minute=27)},
    "end uploads that nobody signed": {
        "task": "eccs.tasks.end_unsigned_uploads",
        "schedule": crontab(hour=3, minute=28),
    },
    "clear old sessions": {"task": "accounts.tasks.clear_sessions", "schedule": crontab(hour=3, minute=30)},
    "remind of unanswered queries": {"task": "bills.tasks.chase_queries", "schedule": crontab(hour=9, minute=0)},
    "remind of unanswered detention memos": {
        "task": "bills.tasks.chase_detentions",
        "schedule": crontab(hour=9, minute=1),
    },
    "remind of compulsory documents": {"task": "bills.tasks.chase_documents", "schedule": crontab(hour=9, minute=2)},
    "remind of weights to be amended": {"task": "manifests.tasks.chase_weights", "schedule": crontab(hour=9, minute=3)},
    "remind of documents due": {"task": "bills.tasks.remind_of_documents", "schedule": crontab(hour=9, minute=5)},
    "decide what waits for the RMS": {"task": "bills.tasks.ask_the_rms", "schedule": 60.0},
    "intervene on filed bills": {"task": "bills.tasks.intervene", "schedule": 120.0},
    "remind of unanswered questions on exports": {
        "task": "exports.tasks.chase_answers",
        "schedule": crontab(hour=9, minute=4),
    },
    "enter import payments to be told": {"task": "exports.tasks.enter_imports", "schedule": 600.0},
    "remind of goods that have not left": {"task": "exports.tasks.chase_goods", "schedule": crontab(hour=9, minute=6)},
    "decide what waits for the RMS, exports": {"task": "exports.tasks.ask_the_rms", "schedule": 60.0},
    "resume back-tests of rules": {"task": "rms.tasks.resume_back_tests", "schedule": 120.0},
    "count X-rays for the rules of risk": {"task": "bills.tasks.count_xrays", "schedule": crontab(hour=0, minute=25)},
    "fold the history of risk": {"task": "rms.tasks.fold_history", "schedule": crontab(minute=35)},
    "end manual clearances": {"task": "bills.tasks.end_manual_clearances", "schedule": 300.0},
    "notify of uncleared goods": {"task": "bills.tasks.watch_uncleared", "schedule": crontab(hour=6, minute=0)},
    "check the ledgers of the bonds": {"task": "bonds.tasks.check_ledgers", "schedule": crontab(hour=2, minute=20)},
    "watch the bonds": {"task": "bonds.tasks.watch_bonds", "schedule": crontab(minute=25)},
    "watch the transshipments": {"task": "transit.tasks.watch_transfers", "schedule": crontab(hour=7, minute=10)},
    "watch the couriers' registrations": {
        "task": "accounts.directory.tasks.watch_registrations",
        "schedule": crontab(hour=0, minute=20),
    },
    "roll up the reports": {"task": "reports.tasks.roll_up", "schedule": 60.0},
    "count what waits at the desks": {"task": "eccs.tasks.roll_up", "schedule": 60.0},
    "beat": {"task": "eccs.tasks.heartbeat", "schedule": 60.0},
}


@signals.celeryd_init.connect
@signals.beat_init.connect
def refuse_unsafe_start(**kwargs: Any) -> None:
    """Neither worker nor beat starts on a weak secret key. What they do they do as the system."""
    from eccs import checks

    acting.by_default(acting.SYSTEM)
    checks.refuse_unsafe_start()


@signals.worker_process_init.connect
@signals.worker_ready.connect  # where one process is both worker and pool
def settle_memory(**kwargs: Any) -> None:
    """A process that does the tasks has loaded what it needs."""
    settle()


@signals.setup_logging.connect
def log_as_everywhere(loglevel: int, **kwargs: Any) -> None:
    """Worker and beat write the same lines as the web server, from the level they were started with."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)
    logging.getLogger().setLevel(loglevel)


@signals.before_task_publish.connect
def name_the_request(headers: dict[str, Any], **kwargs: Any) -> None:
    """Work handed on carries the id of the request that handed it on."""
    headers["eccs_request_id"] = request_id.get()
    headers["eccs_asked_at"] = time.time()


@signals.task_prerun.connect
def know_the_request(task_id: str, task: Any, **kwargs: Any) -> None:
    """A task's lines carry the id of the request it came from; the schedule's own work carries its own."""
    request_id.set(task.request.get("eccs_request_id") or task_id.replace("-", "")[:16])
    task.request.eccs_begun = time.perf_counter()
    if asked := task.request.get("eccs_asked_at"):
        measuring.TASK_WAIT.labels(task.name).observe(max(0.0, time.time() - asked))


@signals.task_postrun.connect
def forget_the_request(task: Any, state: str | None = None, **kwargs: Any) -> None:
    """What the task took is counted; the next one is another request's."""
    measuring.TASKS.labels(task.name, state or "UNKNOWN").inc()
    if begun := task.request.get("eccs_begun"):
        measuring.TASK_SECONDS.labels(task.name).observe(time.perf_counter() - begun)
    request_id.set("")


@signals.worker_ready.connect
def tell_the_metrics(**kwargs: Any) -> None:
    """A worker on a host without a web server tells its own metrics, at the port of ECCS_WORKER_METRICS_PORT."""
    if port := os.environ.get("ECCS_WORKER_METRICS_PORT"):
        certificate, key = (os.environ.get(f"ECCS_TLS_{part}", "") for part in ("CERT", "KEY"))
        measuring.serve(int(port), certificate=certificate, key=key)


def waiting() -> int | None:
    """How many tasks wait that no worker has begun; nothing where the queue does not answer within a second."""
    options = {"socket_connect_timeout": 1, "socket_timeout": 1, "max_retries": 0}
    queue = app.connection_for_read(transport_options=options)
    try:
        return int(queue.default_channel.client.llen(app.conf.task_default_queue))
    except (OperationalError, *queue.connection_errors, *queue.channel_errors, OSError) as fault:
        logging.getLogger(__name__).warning("the queue is away: %s", fault)
        return None
    finally:
        queue.release()
