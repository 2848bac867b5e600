"""The kernel's tables."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from eccs.archive_files import ArchiveBlock, ArchiveFile
from eccs.audit import AuditLane, AuditLine
from eccs.batches import PaperBatch
from eccs.dated_rules import DatedRule
from eccs.hand_over import HandOver, HandOverRead
from eccs.in_hand import InHand, Priority
from eccs.log_files import LogFile
from eccs.numbering import Counter
from eccs.rolled_up import Measure
from eccs.roots import TrailRoot
from eccs.rounds import Round
from eccs.signing.models import Certificate, RevocationList, Signature, SignatureFault, ToSign
from eccs.trail import ChainFault
from eccs.trail_years import TrailYear

__all__ = [
    "ArchiveBlock",
    "ArchiveFile",
    "AuditLane",
    "AuditLine",
    "Certificate",
    "ChainFault",
    "Counter",
    "DatedRule",
    "HandOver",
    "HandOverRead",
    "Heartbeat",
    "InHand",
    "LogFile",
    "Measure",
    "Notice",
    "PaperBatch",
    "Priority",
    "RevocationList",
    "Round",
    "Signature",
    "SignatureFault",
    "ToSign",
    "TrailRoot",
    "TrailYear",
    "Upload",
]


class Upload(models.Model):
    """A file of shipments handed in, checked as a whole in the background before anything of it is saved."""

    class State(models.TextChoices):
        """How far the file is."""

        RECEIVED = "RECEIVED", _("Received")
        CHECKING = "CHECKING", _("Being checked")
        REFUSED = "REFUSED", _("Not accepted")
        READY = "READY", _("Ready to sign")
        SAVING = "SAVING", _("Being filed")
        DONE = "DONE", _("Filed")
        FAILED = "FAILED", _("Stopped")

    class Phase(models.TextChoices):
        """What is under way while a file is checked or filed; the rows done are counted anew in each."""

        READING = "READING", _("Columns and size")
        CELLS = "CELLS", _("Every cell")
        ACROSS = "ACROSS", _("Row against row, then against ECCS")
        SAVING = "SAVING", _("Everything is saved together")

    kind = models.CharField(max_length=20)  # what the file holds; its reader is registered under this name
    owner = models.CharField(max_length=40)  # whose it is: `courier:7`
    subject_id = models.BigIntegerField(null=True)  # the manifest it belongs to
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    via = models.CharField(max_length=60, blank=True, default="")  # the API key by which it was signed
    file = models.FileField(upload_to="uploads/%Y/%m/%d/")
    name = models.CharField(max_length=160)
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    companion = models.FileField(upload_to="uploads/%Y/%m/%d/", blank=True)  # what the rows name: a ZIP of images
    companion_name = models.CharField(max_length=160, blank=True)
    companion_due = models.BooleanField(default=False)  # still to be given to what was saved
    state = models.CharField(max_length=8, choices=State.choices, default=State.RECEIVED)
    phase = models.CharField(max_length=8, choices=Phase.choices, default=Phase.READING)
    rows = models.PositiveIntegerField(default=0)
    rows_checked = models.PositiveIntegerField(default=0)
    faults = models.JSONField(default=list)
    refusal = models.CharField(max_length=300, blank=True)  # why the file as a whole was not accepted
    summary = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    touched_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    expiry_told_at = models.DateTimeField(null=True)  # when its firm was told that it goes unless it is signed

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="upload_by_owner"),
            models.Index(
                fields=["touched_at"], name="upload_at_work", condition=Q(state__in=("RECEIVED", "CHECKING", "SAVING"))
            ),
            models.Index(fields=["touched_at"], name="upload_companion_due", condition=Q(companion_due=True)),
        ]

    def __str__(self) -> str:
        return self.name


class Notice(models.Model):
    """News for a firm or a desk, gathered from the trail: what now waits for whom."""

    audience = models.CharField(max_length=60)  # `courier:7`
    station = models.CharField(
        max_length=3, blank=True, default=""
    )  # where what it is about happened; empty is anywhere
    subject = models.CharField(max_length=200)
    body = models.TextField()
    translated = models.JSONField(default=dict)  # subject and body by each other language of the site
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)  # when the mail server had taken it for everybody
    try_at = models.DateTimeField(default=timezone.now)  # not sent before: later each time that it could not be
    tries = models.PositiveSmallIntegerField(default=0)
    sent_to = models.JSONField(default=list)  # the addresses that have it while others still wait for it

    class Meta:
        indexes = [
            models.Index(fields=["audience", "-created_at"], name="notice_by_audience"),
            models.Index(fields=["id"], name="notice_unsent", condition=Q(sent_at=None)),
        ]

    def __str__(self) -> str:
        return self.subject

    def said_in(self, language: str) -> tuple[str, str]:
        """Subject and body in a language, or in the first of the site."""
        subject, body = self.translated.get(language, (self.subject, self.body))
        return subject, body

    @property
    def said(self) -> tuple[str, str]:
        """Subject and body in the language of whoever reads."""
        return self.said_in(get_language() or "")


class Heartbeat(models.Model):
    """When a background process last said that it lives."""

    SILENT_AFTER: ClassVar[timedelta] = timedelta(minutes=5)  # it says so every minute

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%d/%m/%Y %H:%M:%S}"

    @classmethod
    def silence(cls) -> tuple[bool, datetime | None]:
        """Whether beat or the worker is silent for too long, and when they were last heard of, if ever."""
        last = cls.objects.filter(name="beat").values_list("at", flat=True).first()
        return last is None or timezone.now() - last > cls.SILENT_AFTER, last
