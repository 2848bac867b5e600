"""Visits to the Service Centre, the papers a customer brings, the sealed print-outs, and the displays (PN17 2.3, 2.4)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, CustomsStation, Importer
from accounts.of_one_firm import OfOneFirm
from counter.clearance import AT_COUNTER, Stage, VisitClearance
from counter.numbers import token_series
from counter.querysets import AnswerQuerySet, OfVisitQuerySet, VisitQuerySet
from eccs.pages import id_in
from eccs.stage_field import StageField
from eccs.trail import TrailLine


class Visit(OfOneFirm, VisitClearance):
    """A courier or importer at the Service Centre, with a token of the day (PN17 2.3)."""

    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, null=True, related_name="+")
    importer = models.ForeignKey(Importer, models.PROTECT, null=True, related_name="+")
    stage = StageField(choices=Stage.choices, default=Stage.WAITING, max_length=8)
    day = models.DateField(default=timezone.localdate)
    person = models.CharField(max_length=80)  # who came for the firm
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    called_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        constraints = [
            models.CheckConstraint(
                condition=Q(courier=None, importer__isnull=False) | Q(courier__isnull=False, importer=None),
                name="visit_of_one_firm",
            ),
            models.UniqueConstraint(
                fields=["operator"], condition=Q(stage__in=[str(s) for s in AT_COUNTER]), name="visit_one_at_a_counter"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=("SERVED", "NO_SHOW"), ended_at__isnull=False)
                | (~Q(stage__in=("SERVED", "NO_SHOW")) & Q(ended_at=None)),
                name="visit_ended_has_time",
            ),
            models.CheckConstraint(
                condition=Q(stage="WAITING", operator=None) | (~Q(stage="WAITING") & Q(operator__isnull=False)),
                name="visit_called_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["station", "day", "stage", "id"], name="visit_of_the_day")]

    def series(self) -> str:
        """Counted by station and day."""
        return token_series(self.station_id, self.day)

    def numbered(self, serial: int) -> str:
        """`T_BLR_2026-11-22_007`."""
        return f"{self.series()}_{serial:03d}"

    @property
    def firm_number(self) -> str:
        """The courier's registration number, or the importer's code."""
        return str(self.courier.number if self.courier else self.importer.iec if self.importer else "")


class VisitTrail(TrailLine):
    """The trail of a visit. Its lines are no news for firms: the customer stands at the counter."""

    document = models.ForeignKey(Visit, models.PROTECT, related_name="trail")
    tells_firms = False

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="visit_trail_seq")]
        indexes = [models.Index(fields=["id"], name="visit_trail_outbox", condition=Q(noticed_at=None))]


Visit.trail_model = VisitTrail


class Scan(models.Model):
    """A paper in a file, as it came from the camera or the scanner."""

    file = models.FileField(upload_to="counter/%Y/%m/%d/")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = OfVisitQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class BroughtPaper(Scan):
    """A physical document that a customer brought, listed and scanned (PN17 2.3)."""

    class Kind(models.TextChoices):
        """What a paper is; the codes are those of the papers on a bill."""

        HAWB = "HAWB", _("House airway bill")
        INVOICE = "INVOICE", _("Invoice")
        KYC = "KYC", _("Proof of identity or address")
        OTHER = "OTHER", _("Other document")

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.OTHER)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints = [models.UniqueConstraint(fields=["visit", "sha256"], name="brought_paper_once")]


class SealedPrint(Scan):
    """The print-out of a form, signed and sealed by the customer, scanned (PN17 2.4)."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="sealed")
    kind = models.CharField(max_length=60)  # of the document, as the code names it
    document_id = models.BigIntegerField()
    code = models.CharField(max_length=64)  # of what the form said when it was sealed

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        indexes = [models.Index(fields=["kind", "document_id"], name="sealed_print_of")]


class Answer(models.Model):
    """An answer to Customs or a request, typed for a customer and not filed before its print-out is sealed (PN17 2.3, 2.4).

    It belongs to one step on one document as that stood when it was typed.
    """

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="answers")
    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, null=True, related_name="+", db_index=False)
    importer = models.ForeignKey(Importer, models.PROTECT, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=60)  # of the document, as the code names it
    document_id = models.BigIntegerField()
    number = models.CharField(max_length=60)  # what the document is called
    step = models.CharField(max_length=40)
    after = models.CharField(max_length=64)  # the last line of the document's trail when this was typed
    typed = models.TextField(blank=True)  # the form as it was sent
    files: Any = models.JSONField(default=list)  # the papers that go with it
    told: Any = models.JSONField(default=list)  # as the print-out says it: label and words
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    filed_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer or request")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "document_id", "step"],
                condition=Q(filed_at=None, dropped_at=None),
                name="answer_one_open",
            )
        ]
        indexes = [
            models.Index(fields=["station", "at"], name="answer_open", condition=Q(filed_at=None, dropped_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.number}, {self.step}"

    def get_absolute_url(self) -> str:
        """Its page at the counter."""
        return reverse("counter-answer", args=[self.pk])

    @property
    def key(self) -> str:
        """What it is called in an address."""
        return str(self.pk)

    @classmethod
    def by_key(cls, key: str) -> Q:
        """The condition that finds the one of an address."""
        return Q(pk=id_in(key))


class CustomerDisplay(models.Model):
    """The second screen of an operator's counter, known by an address that nobody can guess."""

    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+")
    key = models.CharField(max_length=64, unique=True)
    shows: Any = models.JSONField(null=True)  # the kind and key of a form, while the operator shows it to the customer

    class Meta:
        constraints = [models.UniqueConstraint(fields=["operator", "station"], name="display_one_a_counter")]

    def __str__(self) -> str:
        return f"{self.operator}, {self.station_id}"
