"""What an amendment of an export manifest holds: before and after of each detail, and the version it ended."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, CustomsStation
from bills.numbers import series_of
from eccs.stage_field import StageField
from eccs.trail import TrailLine
from exports.clearance.amending import AmendmentStage, ManifestAmendmentClearance
from exports.models.manifest import CourierExportManifest
from exports.querysets import OfShippingBillQuerySet


class ExportManifestAmendment(ManifestAmendmentClearance):
    """A request to change a filed export manifest, before or after its flight has left (Form F)."""

    importer_id: ClassVar[None] = None

    manifest = models.ForeignKey(CourierExportManifest, models.PROTECT, related_name="amendments")
    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, related_name="+", db_index=False)
    stage = StageField(choices=AmendmentStage.choices, default=AmendmentStage.REQUESTED, max_length=12)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    requested_at = models.DateTimeField(default=timezone.now)
    reason = models.TextField()
    changes = models.JSONField()  # [{"name": "flight_number", "old": "ZZ901", "new": "ZZ903"}]; see exports.amending
    decision = models.TextField(blank=True)  # why it was rejected: the courier reads it
    decided_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(null=True)  # the version of the manifest that it ended
    earlier = models.JSONField(default=dict)  # that version, word for word

    objects = OfShippingBillQuerySet.as_manager()

    class Meta:
        verbose_name = _("amendment of an export manifest")
        constraints = [
            models.UniqueConstraint(
                fields=["manifest"], condition=Q(stage="REQUESTED"), name="cem_amendment_one_open",
                violation_error_message=_("An amendment of this export manifest is requested already."),
            ),
            models.UniqueConstraint(fields=["manifest", "version"], name="cem_amendment_ends_one_version"),
            models.CheckConstraint(
                condition=Q(stage="APPROVED", version__isnull=False) | ~Q(stage="APPROVED") & Q(version=None),
                name="cem_amendment_approved_keeps_version",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["station", "stage", "stage_since"], name="cem_amendment_queue", condition=Q(stage="REQUESTED")
            )
        ]

    def series(self) -> str:
        """Counted by station and financial year."""
        requested: datetime = self.requested_at
        return series_of("CMA", self.station_id, requested)

    def numbered(self, serial: int) -> str:
        """`CMA_BLR_2026-2027_000001`."""
        return f"{self.series()}_{serial:06d}"


class ExportManifestAmendmentTrail(TrailLine):
    """The trail of an amendment of an export manifest."""

    document = models.ForeignKey(ExportManifestAmendment, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="cem_amendment_trail_seq")]
        indexes = [models.Index(fields=["id"], name="cem_amendment_trail_outbox", condition=Q(noticed_at=None))]


ExportManifestAmendment.trail_model = ExportManifestAmendmentTrail
