"""Log lines: one JSON object each, at UTC, every one with the id of the request it belongs to.

The formatter of the standard library is enough: Django, Celery and gunicorn all speak it, so that one class makes
every line of every process alike. It stands on nothing else of the project, because gunicorn reads it before Django is there.
"""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request, or of the background task, that is being worked on."""

_ORDINARY = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "request"}


class JsonLines(logging.Formatter):
    """Writes a line of the log as JSON: when (UTC), how grave, who says it, what, in which request, and the rest as given."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever the message holds: a forged line break stays inside its text."""
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": request_id.get() or getattr(vars(record).get("request"), "request_id", ""),
            "message": record.getMessage(),
            "process": record.process,
        }
        told |= {name: value for name, value in vars(record).items() if name not in _ORDINARY and name not in told}
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            told["stack"] = self.formatStack(record.stack_info)
        return json.dumps(told, ensure_ascii=False, default=str)


def without_traceback_of_refusals(record: logging.LogRecord) -> bool:
    """A page refused is an answer, not a fault: where in the code it was refused helps nobody, and takes long to write."""
    if record.levelno < logging.ERROR:
        record.exc_info = None
    return True


def configuration(level: str) -> dict[str, Any]:
    """The logging of every process: all of it to the console, as JSON."""
    console = {"handlers": ["console"], "level": "INFO", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "eccs.logs.JsonLines"}},
        "filters": {"refusals": {"()": lambda: without_traceback_of_refusals}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "gunicorn.error": console,
            "gunicorn.access": console,
            "django.request": {"filters": ["refusals"]},
            "celery.worker.strategy": {"level": "WARNING"},  # a task's own lines tell of it, with the id of its request
        },
    }
