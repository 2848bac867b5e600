"""The Courier Shipping Bill and its trail."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, CustomsStation
from bills.models.clearable import Clearable
from eccs.stage_field import StageField
from eccs.trail import TrailLine
from eccs.written import hawbs
from exports.clearance.departing import DepartingClearance
from exports.kinds import Kind, Nature
from exports.numbers import shipping_bill_series
from exports.querysets import ShippingBillQuerySet
from exports.stages import CLOSED, INTERDICTABLE, LET_GO, PUT_AWAY, Stage

OPEN_STAGES = tuple(stage.value for stage in Stage if stage not in (*CLOSED, Stage.DRAFT))
NOTHING = Decimal(0)


def _money(**options: Any) -> Any:
    return models.DecimalField(max_digits=16, decimal_places=2, **options)


class CourierShippingBill(Clearable, DepartingClearance):
    """A shipping bill: documents of many house airway bills on CSB-III, of one gifts and samples on CSB-IV, commercial goods on CSB-V (Forms G, H, HA)."""

    attach_view = "csb-attach"
    leads_back = INTERDICTABLE
    clock_steps: ClassVar[dict[str, str]] = {**Clearable.clock_steps, "end_wait_for_weight": Stage.FOR_LET_EXPORT}
    importer_id: ClassVar[None] = None  # only couriers file exports here

    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.V)
    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, related_name="shipping_bills", db_index=False)
    stage = StageField(choices=Stage.choices, default=Stage.DRAFT, max_length=16)
    draft = models.JSONField(default=dict, blank=True)  # what has been typed so far, until it is filed
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)

    # As declared (Form HA, parts A to D)
    hawb = models.CharField(max_length=20, blank=True)
    packages = models.PositiveIntegerField(default=0)
    gross_weight_kg = models.DecimalField(max_digits=10, decimal_places=3, default=NOTHING)
    destination_country = models.CharField(max_length=2, blank=True)
    airport_of_destination = models.CharField(max_length=6, blank=True)
    consignor_name = models.CharField(max_length=120, blank=True)
    consignor_address = models.CharField(max_length=240, blank=True)
    consignee_name = models.CharField(max_length=120, blank=True)
    consignee_address = models.CharField(max_length=240, blank=True)
    mhbs_number = models.CharField(max_length=30, blank=True)  # these three as the forms of ECCS ask them
    crn_number = models.CharField(max_length=30, blank=True)
    crn_mhbs_number = models.CharField(max_length=30, blank=True)
    kyc_type = models.CharField(max_length=10, blank=True)
    kyc_number = models.CharField(max_length=20, blank=True)  # an Aadhaar number is kept masked
    kyc_token = models.CharField(max_length=64, blank=True)
    government = models.BooleanField(default=False)  # the exporter is the government, or an undertaking of it
    iec = models.CharField(max_length=10, blank=True)
    iec_branch = models.CharField(max_length=4, blank=True)
    ad_code = models.CharField(max_length=7, blank=True)
    account_number = models.CharField(max_length=34, blank=True)
    gstin = models.CharField(max_length=15, blank=True)
    state_code = models.CharField(max_length=2, blank=True)  # where the goods originate
    under_bond_or_ut = models.BooleanField(default=False)  # exported without paying IGST
    nfei = models.BooleanField(default=False)  # no foreign exchange involved
    ecommerce = models.BooleanField(default=False)
    meis = models.BooleanField(null=True, blank=True)  # claimed or not; not asked of every day
    nature = models.CharField(max_length=6, choices=Nature.choices, blank=True)  # of CSB-IV
    operator = models.CharField(max_length=120, blank=True)  # of e-commerce jewellery, as all that follow
    transaction_id = models.CharField(max_length=60, blank=True)
    order_number = models.CharField(max_length=60, blank=True)
    order_date = models.DateField(null=True, blank=True)
    jewellery_specification = models.CharField(max_length=240, blank=True)
    reimport_facility = models.BooleanField(default=False)
    invoice_number = models.CharField(max_length=40, blank=True)
    invoice_date = models.DateField(null=True, blank=True)
    invoice_terms = models.CharField(max_length=3, blank=True)
    currency = models.CharField(max_length=3, blank=True)

    # As filed
    filed_at = models.DateTimeField(null=True, blank=True)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    presented_on = models.DateField(null=True, blank=True)  # the day whose rates and dated rules apply
    goods = models.CharField(max_length=240, blank=True)
    shipment_count = models.PositiveIntegerField(default=1)  # house airway bills it covers
    bag_count = models.PositiveIntegerField(default=0)
    first_cth = models.CharField(max_length=8, blank=True)
    item_count = models.PositiveIntegerField(default=0)
    exchange_rate = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    exchange_unit = models.PositiveIntegerField(default=1)
    exchange_source = models.CharField(max_length=80, blank=True)
    fob_foreign = _money(default=NOTHING)  # in the currency of the invoice
    fob_value = _money(default=NOTHING)  # in rupees
    igst_paid = _money(default=NOTHING)

    # At the terminal
    packages_in = models.PositiveIntegerField(default=0)
    actual_weight_kg = models.DecimalField(max_digits=10, decimal_places=3, null=True, blank=True)
    registered_at = models.DateTimeField(null=True, blank=True)
    reopened_at = models.DateTimeField(null=True, blank=True)  # declared otherwise or adjudicated: no Auto LEO any more
    let_export_at = models.DateTimeField(null=True, blank=True)
    leaving_chased_at = models.DateTimeField(
        null=True, blank=True
    )  # when the courier was last told that it has not left
    exported_at = models.DateTimeField(null=True, blank=True)
    egm_number = models.CharField(max_length=10, blank=True)
    discarded_at = models.DateTimeField(null=True, blank=True)  # a draft, or a bill that was cancelled

    objects = ShippingBillQuerySet.as_manager()

    class Meta:
        verbose_name = _("shipping bill")
        constraints = [
            models.UniqueConstraint(
                fields=["courier", "hawb"], condition=~Q(hawb="") & Q(discarded_at=None), name="csb_one_for_a_hawb",
                violation_error_message=_("A shipping bill for this house airway bill exists already."),
            ),
            models.CheckConstraint(
                condition=Q(stage__in=("DRAFT", "DISCARDED"))
                | Q(number__isnull=False, filed_at__isnull=False, presented_on__isnull=False, packages__gt=0) & (~Q(hawb="") | Q(kind=Kind.III)),
                name="csb_filed_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=("DRAFT", "DISCARDED", "GOODS", "STOPPED", "CANCELLED"))
                | Q(risk_decision__isnull=False),
                name="csb_cleared_after_registration",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=[s.value for s in PUT_AWAY], discarded_at__isnull=False)
                | (~Q(stage__in=[s.value for s in PUT_AWAY]) & Q(discarded_at=None)),
                name="csb_discarded_has_time",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=[s.value for s in LET_GO], let_export_at__isnull=False)
                | Q(stage="CANCELLED")
                | (~Q(stage__in=[*(s.value for s in LET_GO), "CANCELLED"]) & Q(let_export_at=None)),
                name="csb_let_export_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=[s.value for s in LET_GO])
                | (~Q(xray_result="") & Q(holds__in=("", "AMENDMENT", "CANCELLATION")) & Q(registered_at__isnull=False)),
                name="csb_let_export_is_xrayed_and_free",
            ),
            models.CheckConstraint(
                condition=(Q(stage="EXPORTED", exported_at__isnull=False) & ~Q(egm_number=""))
                | (~Q(stage="EXPORTED") & Q(exported_at=None, egm_number="")),
                name="csb_exported_has_egm",
            ),
            models.CheckConstraint(
                condition=Q(facilitated=False) | Q(assessment_due=False), name="csb_to_be_assessed_is_not_facilitated"
            ),
            models.CheckConstraint(
                condition=Q(packages_in__lte=F("packages")) | Q(packages=0), name="csb_no_more_than_declared"
            ),
        ]  # fmt: skip
        indexes = [
            BrinIndex(fields=["xray_at"], name="csb_xrayed_at", autosummarize=True),
            models.Index(fields=["filed_at", "id"], name="csb_filed_at"),
            models.Index(OpClass(Upper("consignee_name"), "text_pattern_ops"), name="csb_consignee_begins"),
            models.Index(fields=["kyc_number", "id"], name="csb_kyc_pan", condition=Q(kyc_type="PAN")),
            models.Index(fields=["station", "stage", "stage_since", "id"], name="csb_station_queue", condition=Q(stage__in=OPEN_STAGES)),
            models.Index(
                fields=["courier", "stage", "stage_since", "id"], name="csb_courier_queue",
                condition=Q(stage__in=(*OPEN_STAGES, "DRAFT")),
            ),
            models.Index(fields=["hawb"], name="csb_hawb"),
            models.Index(fields=["iec", "id"], name="csb_iec", condition=~Q(iec="")),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number or str(_("Draft shipping bill %(hawb)s") % {"hawb": self.hawb or self.pk})

    def series(self) -> str:
        """Counted by form, station and financial year of filing."""
        assert self.filed_at is not None
        return shipping_bill_series(self.kind, self.station_id, self.filed_at)

    def numbered(self, serial: int) -> str:
        """`CSB-V_BLR_2026-2027_000001`."""
        return f"{self.series()}_{serial:06d}"

    @property
    def consignment(self) -> str:
        """What it is filed for, in a word: the house airway bill, or how many."""
        return hawbs(self.shipment_count) if self.is_documents else self.hawb

    @property
    def is_documents(self) -> bool:
        """Whether it is a CSB-III."""
        return self.kind == Kind.III

    def package_count(self) -> int:
        """Packages in all."""
        return self.packages

    def hear(self, decision: int, lane: str, documents: str = "") -> None:
        """What the RMS decided; while it is away the bill waits at the assessing desk. Documents are not assessed, but examined."""
        self.ask_for(documents)
        self.risk_decision_id = decision
        self.facilitated, self.risk_pending = lane == "FACILITATED" and not self.assessment_due, lane == "PENDING"
        self.assessment_required = lane in ("ASSESSMENT", "BOTH", "PENDING") and not self.is_documents
        self.examination_prescribed = lane in ("EXAMINATION", "BOTH") or (self.is_documents and not self.facilitated)

    def leave_register(self, on: str) -> None:
        """The goods leave the terminal without a flight."""
        from exports import warehouse

        warehouse.take_out([self.pk], self.taken_at, on)

    def let_export(self, *, automatic: bool) -> Iterable[models.Model]:
        """The order that lets the goods be loaded, numbered as it is written."""
        from exports.models.records import LetExportOrder

        self.let_export_at = self.taken_at
        return [
            LetExportOrder(
                bill=self, station_id=self.station_id, given_at=self.let_export_at, automatic=automatic,
                by_id=None if automatic else self.taken_by.user_id,
            )
        ]  # fmt: skip


class ShippingBillTrail(TrailLine):
    """The trail of a shipping bill."""

    document = models.ForeignKey(
        CourierShippingBill, models.PROTECT, related_name="trail", db_index=False
    )  # found by the index of its lines

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="csb_trail_seq")]
        indexes = [models.Index(fields=["id"], name="csb_trail_outbox", condition=Q(noticed_at=None))]


CourierShippingBill.trail_model = ShippingBillTrail
