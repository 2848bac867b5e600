"""Requests to amend a filed shipping bill, each a document of its own with a trail."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bills.models.requests import AmendmentRequest
from eccs.trail import TrailLine
from exports.models.bill import CourierShippingBill
from exports.querysets import OfShippingBillQuerySet


class ExportAmendment(AmendmentRequest):
    """A request to change what a shipping bill declares, before the goods depart: old and new value of each field (PN17 11.0)."""

    bill = models.ForeignKey(CourierShippingBill, models.PROTECT, related_name="amendments")

    objects = OfShippingBillQuerySet.as_manager()

    class Meta:
        verbose_name = _("amendment")
        indexes = [
            models.Index(
                fields=["station", "stage", "stage_since"], name="export_amendment_queue",
                condition=Q(stage__in=("REQUESTED", "PROCESSED")),
            )
        ]  # fmt: skip


class ExportAmendmentTrail(TrailLine):
    """The trail of an amendment of a shipping bill."""

    document = models.ForeignKey(ExportAmendment, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="export_amend_trail_seq")]
        indexes = [models.Index(fields=["id"], name="export_amend_trail_outbox", condition=Q(noticed_at=None))]


ExportAmendment.trail_model = ExportAmendmentTrail
