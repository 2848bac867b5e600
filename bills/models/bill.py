"""The Courier Bill of Entry and its trail."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from accounts.models import AuthorisedCourier, CustomsStation
from bills.clearance.imports import ImportClearance
from bills.kinds import Kind
from bills.numbers import bill_series
from bills.querysets import BillQuerySet
from bills.stages import Stage
from eccs.trail import TrailLine
from manifests.models import ExpressCargoManifest, HouseAirwayBill
from rms.models import RiskDecision

OPEN_STAGES = tuple(s.value for s in Stage if s not in (Stage.OUT_OF_CHARGE, Stage.DISCARDED, Stage.DRAFT))


def _money(**options: Any) -> Any:
    return models.DecimalField(max_digits=16, decimal_places=2, **options)


class CourierBillOfEntry(ImportClearance):
    """A bill of entry for the goods of one house airway bill (PN17 5.4; Form D for CBE-XIII)."""

    class XrayResult(models.TextChoices):
        """What the X-ray officer saw."""

        CLEAR = "CLEAR", _("Clear")
        SUSPICIOUS = "SUSPICIOUS", _("Suspicious")

    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.XIII)
    station = models.ForeignKey(CustomsStation, models.PROTECT, db_index=False)
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, related_name="bills", db_index=False)
    manifest = models.ForeignKey(ExpressCargoManifest, models.PROTECT, related_name="bills", db_index=False)
    hawb = models.ForeignKey(HouseAirwayBill, models.PROTECT, related_name="bills", db_index=False)
    stage = FSMField(choices=Stage.choices, default=Stage.DRAFT, protected=True, max_length=20)
    draft = models.JSONField(default=dict, blank=True)  # what has been typed so far, until it is filed
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)

    # As declared (Form D 11 to 18A)
    government = models.BooleanField(default=False)
    eou = models.BooleanField(default=False)
    repair_and_return = models.BooleanField(default=False)
    ecommerce = models.BooleanField(default=False)
    kyc_type = models.CharField(max_length=10, blank=True)
    kyc_number = models.CharField(max_length=20, blank=True)  # an Aadhaar number is kept masked
    kyc_token = models.CharField(max_length=64, blank=True)  # keyed hash, so that the same document is known again
    iec = models.CharField(max_length=10, blank=True)
    iec_branch = models.CharField(max_length=4, blank=True)
    gstin = models.CharField(max_length=15, blank=True)
    state_code = models.CharField(max_length=2, blank=True)
    ad_code = models.CharField(max_length=7, blank=True)
    invoice_number = models.CharField(max_length=40, blank=True)
    invoice_date = models.DateField(null=True, blank=True)
    invoice_terms = models.CharField(max_length=3, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    freight = _money(null=True, blank=True)
    insurance = _money(null=True, blank=True)
    inland_charges = _money(null=True, blank=True)
    discount = _money(null=True, blank=True)
    hawb_image = models.CharField(max_length=120, blank=True)
    invoice_image = models.CharField(max_length=120, blank=True)

    # As filed: value and duty, in rupees
    filed_at = models.DateTimeField(null=True, blank=True)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    presented_on = models.DateField(null=True, blank=True)  # the day of presentation: exchange rate and dated rules
    rates_on = models.DateField(null=True, blank=True)  # the day whose rates of duty apply (section 15)
    goods = models.CharField(max_length=240, blank=True)
    first_cth = models.CharField(max_length=8, blank=True)
    item_count = models.PositiveIntegerField(default=0)
    exchange_rate = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    exchange_unit = models.PositiveIntegerField(default=1)
    exchange_source = models.CharField(max_length=80, blank=True)
    assessable_value = _money(default=Decimal(0))
    total_duty = _money(default=Decimal(0))
    duty_heads = models.JSONField(default=dict, blank=True)  # head → rupees, summed over the items
    interest = _money(default=Decimal(0))
    duty_paid = _money(default=Decimal(0))
    paid_at = models.DateTimeField(null=True, blank=True)

    # Risk: for officers only
    risk_decision = models.ForeignKey(RiskDecision, models.PROTECT, null=True, related_name="+", db_index=False)
    facilitated = models.BooleanField(default=False)
    assessment_required = models.BooleanField(default=False)
    examination_prescribed = models.BooleanField(default=False)
    documents_required = models.CharField(max_length=400, blank=True)
    documents_complete = models.BooleanField(default=True)

    # What the desks found
    returns_to = models.CharField(max_length=20, blank=True)
    assessed_at = models.DateTimeField(null=True, blank=True)
    assessment_remarks = models.TextField(blank=True)
    examination_mandated = models.BooleanField(default=False)
    approved_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    xray_result = models.CharField(max_length=10, choices=XrayResult.choices, blank=True)
    xray_at = models.DateTimeField(null=True, blank=True)
    xray_remarks = models.TextField(blank=True)
    examined_at = models.DateTimeField(null=True, blank=True)
    out_of_charge_at = models.DateTimeField(null=True, blank=True)
    discarded_at = models.DateTimeField(null=True, blank=True)

    objects = BillQuerySet.as_manager()

    class Meta:
        verbose_name = _("bill")
        constraints = [
            models.UniqueConstraint(
                fields=["hawb", "discarded_at"],
                nulls_distinct=False,
                name="bill_one_for_a_hawb",
                violation_error_message=_("A bill for this house airway bill exists already."),
            ),
            models.CheckConstraint(
                condition=Q(stage__in=("DRAFT", "DISCARDED"))
                | Q(
                    number__isnull=False,
                    filed_at__isnull=False,
                    presented_on__isnull=False,
                    risk_decision__isnull=False,
                ),
                name="bill_filed_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(stage="DISCARDED", discarded_at__isnull=False)
                | (~Q(stage="DISCARDED") & Q(discarded_at=None)),
                name="bill_discarded_has_time",
            ),
            models.CheckConstraint(
                condition=Q(stage="OUT_OF_CHARGE", out_of_charge_at__isnull=False, arrived_at__isnull=False)
                | (~Q(stage="OUT_OF_CHARGE") & Q(out_of_charge_at=None)),
                name="bill_out_of_charge_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(stage="OUT_OF_CHARGE") | (~Q(xray_result="") & Q(duty_paid__gte=models.F("total_duty"))),
                name="bill_out_of_charge_is_xrayed_and_paid",
            ),
            models.CheckConstraint(
                condition=Q(assessable_value__gte=0, total_duty__gte=0, duty_paid__gte=0, interest__gte=0),
                name="bill_money_not_negative",
            ),
        ]
        indexes = [
            models.Index(fields=["station", "stage", "stage_since", "id"], name="bill_station_queue", condition=Q(stage__in=OPEN_STAGES)
            ),
            models.Index(fields=["courier", "stage", "stage_since", "id"], name="bill_courier_queue",
                condition=Q(stage__in=(*OPEN_STAGES, "DRAFT")),
            ),
            models.Index(fields=["manifest", "stage"], name="bill_manifest"),
        ]  # fmt: skip

    def series(self) -> str:
        """Counted by form, station, financial year and manifest."""
        assert self.filed_at is not None and self.manifest.serial is not None
        return bill_series(self.kind, self.station_id, self.filed_at, self.manifest.serial)

    def numbered(self, serial: int) -> str:
        """`CBE-XIII_BLR_2026-2027_01_01`."""
        return f"{self.series()}_{serial:02d}"

    @property
    def amount_due(self) -> Decimal:
        """Duty and interest not yet paid, in rupees."""
        due: Decimal = self.total_duty + self.interest - self.duty_paid
        return due

    def out_of_charge(self, *, automatic: bool) -> Iterable[models.Model]:
        """The order that lets the goods leave, numbered as it is written."""
        from bills.models.records import OutOfCharge

        self.out_of_charge_at = self.taken_at
        return [
            OutOfCharge(
                bill=self, station_id=self.station_id, given_at=self.out_of_charge_at, automatic=automatic,
                by_id=None if automatic else self.taken_by.user_id,
            )
        ]  # fmt: skip


class BillTrail(TrailLine):
    """The trail of a bill."""

    document = models.ForeignKey(CourierBillOfEntry, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="bill_trail_seq")]
        indexes = [models.Index(fields=["id"], name="bill_trail_outbox", condition=Q(noticed_at=None))]


CourierBillOfEntry.trail_model = BillTrail
