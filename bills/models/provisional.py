"""Provisional assessments, each a document of its own until it is final."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, CustomsStation
from bills.clearance.provisional import ProvisionalClearance, ProvisionalStage
from bills.models.bill import CourierBillOfEntry
from bills.numbers import series_of
from bills.querysets import OfBillQuerySet
from bonds.models import Bond
from eccs.stage_field import StageField
from eccs.trail import TrailLine


class BondType(models.TextChoices):
    """What kind of bond secures the duty."""

    PROVISIONAL = "PROVISIONAL", _("Bond for provisional assessment")
    CONTINUITY = "CONTINUITY", _("Continuity bond")


class ProvisionalAssessment(ProvisionalClearance):
    """A bill assessed provisionally against a bond, to be assessed finally within the time of the Regulations of 2025."""

    bill = models.ForeignKey(CourierBillOfEntry, models.PROTECT, related_name="provisional_assessments")
    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, related_name="+", db_index=False)
    stage = StageField(choices=ProvisionalStage.choices, default=ProvisionalStage.PROVISIONAL, max_length=12)
    bond_type = models.CharField(max_length=12, choices=BondType.choices)
    bond_number = models.CharField(max_length=40)
    bond_amount = models.DecimalField(max_digits=16, decimal_places=2)
    bond_date = models.DateField()
    bond = models.ForeignKey(
        Bond, models.PROTECT, null=True, related_name="provisional_assessments"
    )  # where registered
    remarks = models.TextField()
    provisional_duty = models.DecimalField(max_digits=16, decimal_places=2)
    assessed_at = models.DateTimeField()
    documents_received_on = models.DateField(null=True)
    reminded_of = models.DateField(
        null=True
    )  # the last of the days by which documents are due that the firm was told of
    duty_before = models.DecimalField(max_digits=16, decimal_places=2, null=True)  # as paid before the final assessment
    provisional_heads = models.JSONField(default=dict)  # the duty by head as it stood before the final assessment
    final_heads = models.JSONField(default=dict)  # the duty by head as finally assessed
    final_value = models.DecimalField(max_digits=16, decimal_places=2, null=True)  # the value as finally assessed
    returned = models.TextField(blank=True)  # why the DC/AC sent the final assessment back
    approved_at = models.DateTimeField(null=True)  # by the DC/AC, where the value is above the limit
    final_duty = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    extra_duty = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    refund = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    interest = models.DecimalField(
        max_digits=16, decimal_places=2, default=Decimal(0)
    )  # paid on extra duty (section 18(3))
    remarks_final = models.TextField(blank=True)  # of a refund, its reason
    finalised_at = models.DateTimeField(null=True)
    extra_paid_at = models.DateTimeField(null=True)
    bond_released_at = models.DateTimeField(null=True)

    objects = OfBillQuerySet.as_manager()

    class Meta:
        verbose_name = _("provisional assessment")
        constraints = [
            models.UniqueConstraint(
                fields=["bill"], condition=Q(stage__in=("PROVISIONAL", "APPROVAL")), name="provisional_one_open_a_bill"
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=("APPROVAL", "EXTRA_DUTY", "FINAL"))
                | Q(final_duty__isnull=False, finalised_at__isnull=False),
                name="provisional_final_has_duty",
            ),
            models.CheckConstraint(
                condition=~Q(stage="EXTRA_DUTY") | Q(extra_duty__gt=0, extra_paid_at=None, bond_released_at=None),
                name="provisional_extra_duty_is_unpaid",
            ),
            models.CheckConstraint(
                condition=~Q(stage="FINAL") | Q(extra_duty=0) | Q(extra_paid_at__isnull=False),
                name="provisional_final_is_paid",
            ),
        ]
        indexes = [
            models.Index(
                fields=["station", "stage_since"],
                name="provisional_queue",
                condition=Q(stage__in=("PROVISIONAL", "APPROVAL")),
            ),
            models.Index(fields=["courier"], name="provisional_extra_duty", condition=Q(stage="EXTRA_DUTY")),
        ]

    @property
    def importer_id(self) -> int | None:
        """The importer that filed the bill for its own goods, or nothing."""
        return self.bill.importer_id

    def free_bond(self) -> None:
        """The bond secures the duty no more, registered or not: what it secured is settled. Part of a step."""
        from bills import security

        self.bond_released_at = self.taken_at
        security.free([str(self.number)], self.taken_by.name, self.taken_at)

    def series(self) -> str:
        """Counted by station and financial year."""
        assessed: datetime = self.assessed_at
        return series_of("PA", self.station_id, assessed)

    def numbered(self, serial: int) -> str:
        """`PA_BLR_2026-2027_000001`."""
        return f"{self.series()}_{serial:06d}"


class ProvisionalTrail(TrailLine):
    """The trail of a provisional assessment."""

    document = models.ForeignKey(ProvisionalAssessment, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="provisional_trail_seq")]
        indexes = [models.Index(fields=["id"], name="provisional_trail_outbox", condition=Q(noticed_at=None))]


ProvisionalAssessment.trail_model = ProvisionalTrail
