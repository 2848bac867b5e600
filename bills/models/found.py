"""What desks leave on a bill, whichever way the goods go: queries, examinations, detention memos, orders, papers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import CustomsStation
from bills.numbers import series_of
from eccs.numbering import Numbered


def printed_as(sort: str) -> Any:
    """Where what a desk left on a bill is printed: `print_view` names the address, which is another for exports."""
    return property(lambda row: reverse(row.print_view, args=[sort, row.pk]))


class Query(models.Model):
    """A question to the courier and its answer (PN17 7(d), 7(j))."""

    bill: Any
    print_view = "decision-print"
    print_url = printed_as("query")

    raised_from = models.CharField(max_length=20)
    question = models.TextField()
    documents_wanted = models.CharField(max_length=240, blank=True)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(default=timezone.now)
    reply = models.TextField(blank=True)
    replied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    replied_at = models.DateTimeField(null=True)
    chased_at = models.DateTimeField(null=True)  # when the courier was last reminded

    class Meta:
        abstract = True
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.question[:60]


class Left(models.Model):
    """What somebody left on a bill at a moment."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True
        ordering = ["pk"]


class Report(Left):
    """The Inspector's report (PN17 7(i))."""

    class Recommendation(models.TextChoices):
        """What the Inspector recommends."""

        RELEASE = "RELEASE", _("Give Out of Charge")
        QUERY = "QUERY", _("Raise query")
        DETAIN = "DETAIN", _("Detain")
        ADJUDICATE = "ADJUDICATE", _("Refer to Assessing Officer")

    print_view = "decision-print"
    print_url = printed_as("examination")

    packages_opened = models.PositiveIntegerField()
    percent = models.PositiveIntegerField()
    findings = models.TextField()
    recommendation = models.CharField(max_length=10, choices=Recommendation.choices)

    class Meta(Left.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{self.bill}: {self.get_recommendation_display()}"  # type: ignore[attr-defined]


class Memo(Numbered):
    """A memo that detains the goods of a bill, its answer and its end (PN17 7(e), 7(l))."""

    class Outcome(models.TextChoices):
        """How the detention ended."""

        LIFTED = "LIFTED", _("Lifted")
        REFERRED = "REFERRED", _("Referred for adjudication")
        RELEASED = "RELEASED", _("Released provisionally")

    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    activity = models.CharField(max_length=80)  # with which it was detained: whoever may do so may end it
    grounds = models.TextField()
    documents_wanted = models.CharField(max_length=240, blank=True)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    reply = models.TextField(blank=True)
    replied_at = models.DateTimeField(null=True)
    replied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    chased_at = models.DateTimeField(null=True)  # when the firm was last reminded of the answer
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    remarks = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)

    bill: Any
    print_view = "detention-print"  # the address of its print

    class Meta:
        abstract = True
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.number or "–"

    @property
    def print_url(self) -> str:
        """Where the memo is printed."""
        return reverse(self.print_view, args=[self.number])

    def series(self) -> str:
        """Counted by station and financial year."""
        issued: datetime = self.issued_at
        return series_of("DM", self.station_id, issued)

    def numbered(self, serial: int) -> str:
        """`DM_BLR_2026-2027_000001`."""
        return f"{self.series()}_{serial:06d}"


class Adjudged(models.Model):
    """An order on goods that were referred for adjudication (PN17 7(k))."""

    class Outcome(models.TextChoices):
        """What the order does with the goods."""

        RELEASE = "RELEASE", _("Release")
        CONFISCATE = "CONFISCATE", _("Absolute confiscation")

    bill: Any
    print_view = "decision-print"
    print_url = printed_as("adjudication")

    order_number = models.CharField(max_length=40)
    order_date = models.DateField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    fine = models.DecimalField(max_digits=16, decimal_places=2, default=Decimal(0))
    penalty = models.DecimalField(max_digits=16, decimal_places=2, default=Decimal(0))
    remarks = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.bill}: {self.order_number}"


class Order(Numbered):
    """An order that goods may leave, given by an officer or automatically."""

    prefix = ""

    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    automatic = models.BooleanField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number or "–"

    def series(self) -> str:
        """Counted by station and financial year."""
        given: datetime = self.given_at
        return series_of(self.prefix, self.station_id, given)

    def numbered(self, serial: int) -> str:
        """`OOC_BLR_2026-2027_000001`."""
        return f"{self.series()}_{serial:06d}"


class Paper(Left):
    """A paper attached to a bill: its image of the HAWB or invoice, or what a query asked for."""

    class Kind(models.TextChoices):
        """What the paper is."""

        HAWB = "HAWB", _("House airway bill")
        INVOICE = "INVOICE", _("Invoice")
        XRAY = "XRAY", _("X-ray image")
        PHOTO = "PHOTO", _("Photo of the examination")
        OTHER = "OTHER", _("Other document")

    OFFICERS_ONLY = (Kind.XRAY, Kind.PHOTO)
    download_view = "attachment"

    bill: Any
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(max_length=120)
    file = models.FileField(upload_to="bills/%Y/%m/%d/")
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta(Left.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def download_url(self) -> str:
        """Where it is downloaded."""
        return reverse(self.download_view, args=[self.pk])
