"""Manual clearance: the Commissioner's approval for a period, and the numbered paper forms of a station (PN17 15.0)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, CustomsStation
from bills.manual.clearance import FormStage, ManualClearanceSteps, ManualFormSteps, ManualStage
from bills.manual.querysets import ManualClearanceQuerySet
from bills.models.bill import CourierBillOfEntry
from bills.numbers import series_of
from bills.querysets import OfBillQuerySet
from eccs.stage_field import StageField
from eccs.trail import TrailLine


class XrayOnPaper(models.TextChoices):
    """What the X-ray showed, as the paper says."""

    CLEAR = "CLEAR", _("Clear")
    SUSPICIOUS = "SUSPICIOUS", _("Suspicious")


class ManualClearance(ManualClearanceSteps):
    """Manual clearance at a station for a period, with the Commissioner's prior approval (PN17 15.0)."""

    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    stage = StageField(choices=ManualStage.choices, default=ManualStage.PROPOSED, max_length=10)
    reason = models.TextField()
    order_number = models.CharField(max_length=60, blank=True)  # of an approval given outside ECCS, while it was down
    ordered_at = models.DateTimeField(null=True)
    begins_at = models.DateTimeField()  # never before the approval: that of the order, else that in ECCS
    until_at = models.DateTimeField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    proposed_at = models.DateTimeField(default=timezone.now)
    decision = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = ManualClearanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("manual clearance")
        constraints = [
            models.CheckConstraint(condition=Q(until_at__gt=F("begins_at")), name="manual_clearance_has_a_period"),
            models.CheckConstraint(
                condition=Q(order_number="", ordered_at=None)
                | ~Q(order_number="") & Q(ordered_at__isnull=False, begins_at__gte=F("ordered_at")),
                name="manual_clearance_after_its_order",
            ),
            models.CheckConstraint(
                condition=Q(stage="PROPOSED", decided_at=None) | ~Q(stage="PROPOSED") & Q(decided_at__isnull=False),
                name="manual_clearance_decided",
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=("ENDED", "RECONCILED")) | Q(ended_at__isnull=False), name="manual_clearance_ended"
            ),
            models.UniqueConstraint(
                fields=["station"], condition=Q(stage__in=("PROPOSED", "APPROVED")), name="manual_clearance_one_open"
            ),
        ]  # fmt: skip

    def series(self) -> str:
        """Counted by station and financial year."""
        proposed: datetime = self.proposed_at
        return series_of("MCO", self.station_id, proposed)

    def numbered(self, serial: int) -> str:
        """`MCO_BLR_2026-2027_000001`."""
        return f"{self.series()}_{serial:06d}"


class ManualForm(ManualFormSteps):
    """One numbered paper form: printed blank in advance, used once, regularised (PN17 15.0)."""

    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, null=True, related_name="+", db_index=False)
    stage = StageField(choices=FormStage.choices, default=FormStage.ISSUED, max_length=11)
    issued_at = models.DateTimeField(default=timezone.now)  # all forms of one issue share the moment
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)

    # As the paper says
    order = models.ForeignKey(ManualClearance, models.PROTECT, null=True, related_name="forms")
    hawb = models.CharField(max_length=20, blank=True)  # the first, where it clears several
    shipment_count = models.PositiveIntegerField(default=0)  # house airway bills on the paper
    consignee = models.CharField(max_length=120, blank=True)
    goods = models.CharField(max_length=240, blank=True)
    cleared_at = models.DateTimeField(null=True)
    officer = models.CharField(max_length=120, blank=True)  # who gave Out of Charge on the paper
    assessable_value = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    collected = models.DecimalField(max_digits=16, decimal_places=2, null=True)  # duty, in rupees
    fine = models.DecimalField(max_digits=16, decimal_places=2, default=Decimal(0))
    penalty = models.DecimalField(max_digits=16, decimal_places=2, default=Decimal(0))
    receipt = models.CharField(max_length=60, blank=True)
    xray_result = models.CharField(max_length=10, choices=XrayOnPaper.choices, blank=True)
    findings = models.TextField(blank=True)  # of the examination, where there was one
    received_by = models.CharField(max_length=120, blank=True)  # to whom the goods were handed over
    received_at = models.DateTimeField(null=True)

    reckoned_value = models.DecimalField(max_digits=16, decimal_places=2, null=True)  # of the bill, when regularised
    reckoned_duty = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    bill = models.ForeignKey(CourierBillOfEntry, models.PROTECT, null=True, related_name="manual_forms", db_index=False)
    remarks = models.TextField(blank=True)

    objects = OfBillQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper form")
        constraints = [
            models.CheckConstraint(condition=Q(number__isnull=False), name="manual_form_has_number"),
            models.CheckConstraint(
                condition=Q(stage__in=("ISSUED", "SPOILED", "MISSING"), order=None, courier=None, bill=None)
                | Q(
                    stage__in=("USED", "ENTERED", "REGULARISED"), order__isnull=False, courier__isnull=False,
                    cleared_at__isnull=False, collected__gte=0, assessable_value__gte=0,
                ),
                name="manual_form_used_says_what",
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=("ENTERED", "REGULARISED")) | Q(bill__isnull=False), name="manual_form_has_bill"
            ),
            models.UniqueConstraint(fields=["bill"], condition=Q(bill__isnull=False), name="manual_form_once_a_bill"),
            models.CheckConstraint(condition=Q(fine__gte=0, penalty__gte=0), name="manual_form_not_negative"),
            models.CheckConstraint(
                condition=~Q(stage="REGULARISED") | Q(reckoned_value__isnull=False, reckoned_duty__isnull=False),
                name="manual_form_is_compared",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["station", "stage", "stage_since"], name="manual_form_queue"),
            models.Index(
                fields=["courier", "stage"], name="manual_form_of_courier", condition=Q(courier__isnull=False)
            ),
        ]

    @property
    def in_all(self) -> Decimal:
        """Everything that was collected on the paper: duty, fine and penalty."""
        return (self.collected or Decimal(0)) + self.fine + self.penalty

    @property
    def value_difference(self) -> Decimal | None:
        """By how much the system's value is above that of the paper; nothing where no bill is linked yet."""
        found = self.reckoned_value
        if found is None and self.bill is not None:
            found = self.bill.assessable_value
        return None if found is None or self.assessable_value is None else found - self.assessable_value

    @property
    def duty_difference(self) -> Decimal | None:
        """By how much the system's duty is above that collected on the paper; nothing where no bill is linked yet."""
        found = self.reckoned_duty
        if found is None and self.bill is not None:
            found = self.bill.total_duty
        return None if found is None or self.collected is None else found - self.collected

    def series(self) -> str:
        """Counted by station and financial year of issue."""
        issued: datetime = self.issued_at
        return series_of("MCF", self.station_id, issued)

    def numbered(self, serial: int) -> str:
        """`MCF_BLR_2026-2027_000001`."""
        return f"{self.series()}_{serial:06d}"


class ManualShipment(models.Model):
    """A house airway bill cleared on a paper form: each once."""

    form = models.ForeignKey(ManualForm, models.CASCADE, related_name="shipments", db_index=False)
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, related_name="+", db_index=False)
    hawb = models.CharField(max_length=20)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["courier", "hawb"], name="manual_shipment_on_one_form"),
            models.UniqueConstraint(fields=["form", "hawb"], name="manual_shipment_once_a_form"),
        ]

    def __str__(self) -> str:
        return self.hawb


class ManualScan(models.Model):
    """A scan of the paper as it was filled in and signed, kept with its digest."""

    form = models.ForeignKey(ManualForm, models.PROTECT, related_name="scans")
    name = models.CharField(max_length=120)
    file = models.FileField(upload_to="manual/%Y/%m/%d/")
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)
    withdrawn = models.BooleanField(default=False)  # with the record of use it came with: officers still see it

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["form", "sha256"], name="manual_scan_kept_once")]

    def __str__(self) -> str:
        return self.name


class ManualClearanceTrail(TrailLine):
    """The trail of a manual clearance."""

    document = models.ForeignKey(ManualClearance, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="manual_clearance_trail_seq")]
        indexes = [models.Index(fields=["id"], name="manual_clearance_outbox", condition=Q(noticed_at=None))]


class ManualFormTrail(TrailLine):
    """The trail of a paper form."""

    document = models.ForeignKey(ManualForm, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="manual_form_trail_seq")]
        indexes = [models.Index(fields=["id"], name="manual_form_trail_outbox", condition=Q(noticed_at=None))]


ManualClearance.trail_model = ManualClearanceTrail
ManualForm.trail_model = ManualFormTrail
