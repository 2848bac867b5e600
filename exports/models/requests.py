"""Requests to amend a filed shipping bill, each a document of its own with a trail."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from eccs.stage_field import StageField
from eccs.trail import TrailLine
from exports.clearance.weighing import OPEN, AmendmentStage, WeightAmendmentClearance
from exports.models.bill import CourierShippingBill
from exports.querysets import OfShippingBillQuerySet


class ExportAmendment(WeightAmendmentClearance):
    """A request to change what a shipping bill declares, before the goods depart: old and new value of each field (PN17 11.0)."""

    bill = models.ForeignKey(CourierShippingBill, models.PROTECT, related_name="amendments")
    stage = StageField(choices=AmendmentStage.choices, default=AmendmentStage.REQUESTED, max_length=12)
    of_weight = models.BooleanField(default=False)  # opened by the system, as the goods weigh otherwise than declared
    requested_by = models.ForeignKey(  # type: ignore[assignment]  # elsewhere somebody always asks
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )  # nobody yet where the scale called for it

    objects = OfShippingBillQuerySet.as_manager()

    class Meta:
        verbose_name = _("amendment")
        constraints = [
            models.CheckConstraint(
                condition=Q(requested_by__isnull=False) | Q(of_weight=True), name="export_amendment_asked_by_somebody"
            )
        ]
        indexes = [
            models.Index(
                fields=["station", "stage", "stage_since"], name="export_amendment_queue",
                condition=Q(stage__in=[stage.value for stage in OPEN]),
            )
        ]  # fmt: skip


class ExportAmendmentTrail(TrailLine):
    """The trail of an amendment of a shipping bill."""

    document = models.ForeignKey(ExportAmendment, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="export_amend_trail_seq")]
        indexes = [models.Index(fields=["id"], name="export_amend_trail_outbox", condition=Q(noticed_at=None))]


ExportAmendment.trail_model = ExportAmendmentTrail


def owed_a_weight() -> Q:
    """The shipping bills whose goods weigh otherwise than declared, and for which the courier alone is awaited (PN17 5.2)."""
    return Q(Exists(ExportAmendment.objects.filter(bill=OuterRef("pk"), stage=AmendmentStage.CALLED_FOR)))
