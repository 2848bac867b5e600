"""Logs that have left the database: each month one compressed file, its digest, and the ends of the chains it holds."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class LogFile(models.Model):
    """The lines of a month of a log, kept in a file of the store for as long as the store keeps it (CERT-In Directions 28.04.2022)."""

    only_added_to = True  # its rows are watched by `eccs.heads`

    class Log(models.TextChoices):
        """Which log."""

        AUDIT = "AUDIT", _("Audit log")

    log = models.CharField(max_length=8, choices=Log.choices, default=Log.AUDIT)
    since = models.DateTimeField()
    until = models.DateTimeField()
    lines = models.BigIntegerField()
    heads = models.JSONField(default=dict)  # lane → the number and the seal of its last line in the file
    file = models.FileField(upload_to="logs/%Y/")
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log", "since"], name="log_file_once_a_month")]

    def __str__(self) -> str:
        return f"{self.get_log_display()} {self.since:%m/%Y}"

    def read(self) -> Iterator[dict[str, Any]]:
        """Its lines, in the order of the chains."""
        with default_storage.open(str(self.file.name)) as kept, gzip.open(kept, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)

    def is_as_written(self) -> bool:
        """Whether the file is there and has the digest that it had."""
        if not default_storage.exists(str(self.file.name)):
            return False
        with default_storage.open(str(self.file.name)) as kept:
            return hashlib.file_digest(kept, "sha256").hexdigest() == self.sha256


def away_until() -> datetime | None:
    """Until when the audit log lies in files; nothing where all of it is online."""
    last: datetime | None = LogFile.objects.filter(log=LogFile.Log.AUDIT).aggregate(last=models.Max("until"))["last"]
    return last


def tails() -> dict[str, tuple[int, str]]:
    """Of each lane of the audit log, where what is kept in files ends: the number and the seal of its last line there."""
    ends: dict[str, tuple[int, str]] = {}
    for heads in LogFile.objects.filter(log=LogFile.Log.AUDIT).order_by("since").values_list("heads", flat=True):
        ends.update({lane: (seq, seal) for lane, (seq, seal) in heads.items()})
    return ends
