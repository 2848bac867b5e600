"""Amendments of a manifest, line by line, and the versions they left behind (PN17 12.0)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, CustomsStation
from eccs.stage_field import StageField
from eccs.trail import TrailLine
from manifests.amendment_clearance import AmendmentClearance, AmendmentStage
from manifests.models.manifest import ExpressCargoManifest
from manifests.querysets import OfManifestQuerySet


class ManifestAmendment(AmendmentClearance):
    """What a courier asks to have changed in a submitted manifest (PN17 12.0), or what the scale calls for (PN17 5.2)."""

    manifest = models.ForeignKey(ExpressCargoManifest, models.PROTECT, related_name="amendments")
    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, related_name="+", db_index=False)
    stage = StageField(choices=AmendmentStage.choices, default=AmendmentStage.DRAFT, max_length=10)
    of_weight = models.BooleanField(default=False)  # opened by the system: a weight beyond the tolerance
    reason = models.CharField(max_length=500, blank=True)
    adjudication_reference = models.CharField(max_length=60, blank=True)
    decision_remarks = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(default=timezone.now)
    chased_at = models.DateTimeField(null=True)  # when the courier was last reminded to ask for it

    objects = OfManifestQuerySet.as_manager()

    class Meta:
        verbose_name = _("manifest amendment")
        constraints = [
            models.UniqueConstraint(
                fields=["manifest", "of_weight"], condition=Q(stage="DRAFT"), name="amendment_one_draft_of_a_sort"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=("DRAFT", "WITHDRAWN")) | Q(number__isnull=False),
                name="amendment_asked_has_number",
            ),
        ]
        indexes = [
            models.Index(fields=["station", "stage", "stage_since", "id"], name="amendment_station_queue"),
            models.Index(fields=["courier", "stage", "stage_since", "id"], name="amendment_courier_queue"),
        ]

    def series(self) -> str:
        """Counted within its manifest."""
        return f"{self.manifest.number}_A"

    def numbered(self, serial: int) -> str:
        """`ECM_BLR_2026-2027_01_A01`."""
        return f"{self.series()}{serial:02d}"


class AmendmentTrail(TrailLine):
    """The trail of an amendment."""

    document = models.ForeignKey(ManifestAmendment, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="amendment_trail_seq")]
        indexes = [models.Index(fields=["id"], name="amendment_trail_outbox", condition=Q(noticed_at=None))]


ManifestAmendment.trail_model = AmendmentTrail


class AmendmentLine(models.Model):
    """One change: of the header, of a shipment or its pieces, a shipment added or one taken off. Cells are kept as a file has them."""

    class Kind(models.TextChoices):
        """What the line does."""

        HEADER = "HEADER", _("Change the header")
        IGM = "IGM", _("Correct IGM and arrival")
        CHANGE = "CHANGE", _("Change a shipment")
        PIECES = "PIECES", _("Short or excess pieces")
        BAG = "BAG", _("Weight of a bag, shared by its shipments")
        ADD = "ADD", _("Add: excess landing")
        DELETE = "DELETE", _("Delete: short shipment")

    amendment = models.ForeignKey(ManifestAmendment, models.CASCADE, related_name="lines")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    hawb = models.CharField(
        max_length=30, blank=True
    )  # the number it has on the manifest, or is to have; of a bag, its own
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    since = models.DateTimeField(default=timezone.now)  # of a weight: from when the courier was to ask for it

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["amendment", "hawb"], name="amendment_one_line_for_a_hawb")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.hawb}".strip()

    def told(self) -> dict[str, Any]:
        """The line as the trail keeps it."""
        return {"kind": self.kind, "hawb": self.hawb, "before": self.before, "after": self.after}


class ManifestVersion(models.Model):
    """A manifest as it stood before an amendment was applied: header and every shipment, word for word."""

    manifest = models.ForeignKey(ExpressCargoManifest, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    ended_at = models.DateTimeField()
    amendment = models.OneToOneField(ManifestAmendment, models.PROTECT, related_name="version")  # what ended it
    header = models.JSONField()
    shipments = models.JSONField()

    class Meta:
        ordering = ["manifest_id", "number"]
        constraints = [models.UniqueConstraint(fields=["manifest", "number"], name="version_once_a_manifest")]

    def __str__(self) -> str:
        return f"{self.manifest}, {self.number}"
