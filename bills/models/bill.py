"""The Courier Bill of Entry and its trail."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, Substr
from django.utils import timezone
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, CustomsStation, Importer
from bills.clearance.holds import HeldClearance
from bills.kinds import Kind
from bills.models.clearable import SEPARATOR, Clearable
from bills.numbers import bill_series
from bills.querysets import OVERPAID, PAID_AND_GONE, BillQuerySet, owed
from bills.stages import CLOSED, GONE, PUT_AWAY, TO_ASSESSMENT, Stage
from eccs.dated_rules import rule_book
from eccs.identifiers import PERSONAL_IMPORT_IEC
from eccs.stage_field import StageField
from eccs.trail import TrailLine
from eccs.written import hawbs
from manifests.models import ExpressCargoManifest, HouseAirwayBill

OPEN_STAGES = tuple(s.value for s in Stage if s not in (*CLOSED, Stage.DRAFT))


def _money(**options: Any) -> Any:
    return models.DecimalField(max_digits=16, decimal_places=2, **options)


@cache
def _images_in_words() -> frozenset[str]:
    """How filing asks for the two images, in every language that it may have been done in."""
    found = set()
    for code, _name in settings.LANGUAGES:
        with override(code):
            found.add(gettext("Images of the house airway bill and of the invoice"))
    return frozenset(found)


class CourierBillOfEntry(Clearable, HeldClearance):
    """A bill of entry: for the goods of one house airway bill (Forms C, D and E), or for the documents of many (Form B) (PN17 5.4)."""

    leads_back = TO_ASSESSMENT

    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.XIII)
    station = models.ForeignKey(CustomsStation, models.PROTECT, db_index=False)
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, related_name="bills", db_index=False)
    importer = models.ForeignKey(
        Importer, models.PROTECT, null=True, blank=True, related_name="bills"
    )  # who files for its own goods (PN17 5.4.4)
    manifest = models.ForeignKey(ExpressCargoManifest, models.PROTECT, related_name="bills", db_index=False)
    hawb = models.ForeignKey(
        HouseAirwayBill, models.PROTECT, null=True, related_name="bills", db_index=False
    )  # of CBE-XII, XIII and XIV; a CBE-XI covers many (see CoveredShipment)
    stage = StageField(choices=Stage.choices, default=Stage.DRAFT, max_length=24)
    draft = models.JSONField(default=dict, blank=True)  # what has been typed so far, until it is filed
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)

    # As declared (Form D 11 to 18A); of several invoices, the first
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
    discount_currency = models.CharField(max_length=3, blank=True)  # where it is not that of the invoice
    landing_charges = _money(null=True, blank=True)  # declared; no part of the value since 26.09.2017
    return_of = models.CharField(
        max_length=60, blank=True
    )  # the shipping bill with which the goods had left, where they come back
    hawb_image = models.CharField(max_length=120, blank=True)
    invoice_image = models.CharField(max_length=120, blank=True)

    # As filed: value and duty, in rupees
    filed_at = models.DateTimeField(null=True, blank=True)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    presented_on = models.DateField(null=True, blank=True)  # the day of presentation: exchange rate and dated rules
    rates_on = models.DateField(null=True, blank=True)  # the day whose rates of duty apply (section 15)
    goods = models.CharField(max_length=240, blank=True)
    first_cth = models.CharField(max_length=8, blank=True)
    unreckoned = models.CharField(max_length=300, blank=True)  # why the duty could not be worked out again on arrival
    item_count = models.PositiveIntegerField(default=0)
    shipment_count = models.PositiveIntegerField(default=1)  # house airway bills it covers
    bag_count = models.PositiveIntegerField(default=0)  # bags they came in, of documents
    exchange_rate = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    exchange_unit = models.PositiveIntegerField(default=1)
    exchange_source = models.CharField(max_length=80, blank=True)
    assessable_value = _money(default=Decimal(0))
    total_duty = _money(default=Decimal(0))
    duty_heads = models.JSONField(default=dict, blank=True)  # head → rupees, summed over the items
    interest = _money(default=Decimal(0))
    fine = _money(default=Decimal(0))
    penalty = _money(default=Decimal(0))
    late_charge = _money(default=Decimal(0))  # for presenting it late (section 46(3))
    duty_paid = _money(default=Decimal(0))  # on all of these
    paid_heads = models.JSONField(default=dict, blank=True)  # head → rupees of what was paid by challan
    returned_on = models.DateField(
        null=True, blank=True
    )  # when an officer last returned it for payment (section 47(2))
    paid_at = models.DateTimeField(null=True, blank=True)

    # What the desks found
    provisional = models.BooleanField(default=False)  # assessed provisionally, the final assessment is to come
    approved_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    out_of_charge_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)  # provisionally
    discarded_at = models.DateTimeField(null=True, blank=True)  # a draft, or a bill that was cancelled

    objects = BillQuerySet.as_manager()

    class Meta:
        verbose_name = _("bill")
        constraints = [
            models.UniqueConstraint(  # filed once; begun once by the courier, and once by each importer
                F("hawb"),
                F("discarded_at"),
                Case(
                    When(stage=Stage.DRAFT.value, then=Coalesce(F("importer"), 0)),
                    default=Value(-1),
                    output_field=models.BigIntegerField(),
                ),
                condition=Q(hawb__isnull=False),
                nulls_distinct=False,
                name="bill_one_for_a_hawb",
                violation_error_message=_("A bill for this house airway bill exists already."),
            ),
            models.CheckConstraint(
                condition=Q(kind="CBE-XI", hawb=None) | (~Q(kind="CBE-XI") & Q(hawb__isnull=False)),
                name="bill_of_documents_covers_many",
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
                condition=Q(stage__in=[s.value for s in PUT_AWAY], discarded_at__isnull=False)
                | (~Q(stage__in=[s.value for s in PUT_AWAY]) & Q(discarded_at=None)),
                name="bill_discarded_has_time",
            ),
            models.CheckConstraint(
                condition=Q(stage="OUT_OF_CHARGE", out_of_charge_at__isnull=False, arrived_at__isnull=False)
                | (~Q(stage="OUT_OF_CHARGE") & Q(out_of_charge_at=None)),
                name="bill_out_of_charge_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(stage="OUT_OF_CHARGE") | (~Q(xray_result="") & Q(duty_paid__gte=owed())),
                name="bill_out_of_charge_is_xrayed_and_paid",
            ),
            models.CheckConstraint(
                condition=~Q(stage="OUT_OF_CHARGE") | Q(holds="", released_at=None),
                name="bill_out_of_charge_is_not_held",
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=("PROVISIONALLY_RELEASED", "FINALISED")) | Q(released_at__isnull=False),
                name="bill_released_has_time",
            ),
            models.CheckConstraint(
                condition=Q(facilitated=False) | Q(assessment_due=False), name="bill_to_be_assessed_is_not_facilitated"
            ),
            models.CheckConstraint(
                condition=Q(
                    assessable_value__gte=0,
                    total_duty__gte=0,
                    duty_paid__gte=0,
                    interest__gte=0,
                    fine__gte=0,
                    penalty__gte=0,
                    late_charge__gte=0,
                ),
                name="bill_money_not_negative",
            ),
        ]
        indexes = [
            BrinIndex(fields=["xray_at"], name="bill_xrayed_at", autosummarize=True),
            models.Index(fields=["filed_at", "id"], name="bill_filed_at"),
            models.Index(fields=["station", "stage", "stage_since", "id"], name="bill_station_queue", condition=Q(stage__in=OPEN_STAGES)
            ),
            models.Index(fields=["courier", "stage", "stage_since", "id"], name="bill_courier_queue",
                condition=Q(stage__in=(*OPEN_STAGES, "DRAFT")),
            ),
            models.Index(fields=["manifest", "stage"], name="bill_manifest"),
            models.Index(fields=["return_of"], name="bill_return_of", condition=~Q(return_of="")),
            models.Index(fields=["out_of_charge_at"], name="bill_payment_told", condition=~Q(ad_code="") & Q(out_of_charge_at__isnull=False)),
            # By whom it is for. A step writes the row into every index that has it: goods of persons, who are most, are in none.
            models.Index(fields=["iec", "id"], name="bill_iec", condition=~Q(iec__in=("", PERSONAL_IMPORT_IEC))),
            models.Index(fields=["kyc_number", "id"], name="bill_kyc_pan", condition=Q(kyc_type="PAN")),
            models.Index(Substr("gstin", 3, 10), F("id"), name="bill_gstin_pan", condition=~Q(gstin="")),
            # What may be refundable: few of all that were ever closed.
            models.Index(fields=["station", "id"], name="bill_overpaid", condition=OVERPAID),
            models.Index(fields=["station", "id"], name="bill_gone_and_paid", condition=PAID_AND_GONE),
        ]  # fmt: skip

    def series(self) -> str:
        """Counted by form and manifest."""
        assert self.manifest.number is not None
        return bill_series(self.kind, self.manifest.number)

    def numbered(self, serial: int) -> str:
        """`CBE-XIII_BLR_2026-2027_01_01`."""
        return f"{self.series()}_{serial:02d}"

    @property
    def is_documents(self) -> bool:
        """Whether it is a CBE-XI, which covers the documents of many house airway bills."""
        return self.kind == Kind.XI

    def shipments(self) -> models.QuerySet[HouseAirwayBill]:
        """The house airway bills that it covers."""
        from bills.models.covered import goods_of

        return goods_of([self.pk])

    @property
    def consignment(self) -> str:
        """What it is filed for, in a word: the house airway bill, or how many of documents."""
        if self.hawb is not None:
            return self.hawb.number
        return hawbs(self.shipment_count)

    def images_compulsory(self) -> bool:
        """Whether the station asks for images of the house airway bill and of the invoice on a CBE-XIII (Form D)."""
        on = self.presented_on
        return (
            self.kind == Kind.XIII
            and on is not None
            and rule_book().is_on("images_compulsory_xiii", on, self.station_id)
        )

    def kinds_of_paper_wanted(self) -> set[str]:
        """What the papers must be that the bill was asked for: the two images, and where the RMS asked, what it asked for."""
        images = {"HAWB", "INVOICE"} if self.images_compulsory() else set()
        asked = {*self.documents_required.split(SEPARATOR)} - _images_in_words()
        return images | {"OTHER"} if asked or not images else images

    def package_count(self) -> int:
        """Packages in all; of documents, pieces."""
        if self.hawb is not None:
            return self.hawb.packages
        return int(self.shipments().aggregate(n=models.Sum("packages"))["n"] or 0)

    @property
    def amount_due(self) -> Decimal:
        """Duty, fine, penalty and charges not yet paid, with the interest charged so far; below nothing where too much was paid."""
        due: Decimal = self.total_duty + self.interest + self.fine + self.penalty + self.late_charge - self.duty_paid
        return due

    @property
    def refundable(self) -> Decimal:
        """What was paid beyond what is owed, in rupees."""
        return max(-self.amount_due, Decimal(0))

    @property
    def is_wholly_short(self) -> bool:
        """Whether nothing of its shipment landed: it cannot go Out of Charge, and where the goods do not come it is cancelled (PN17 10.0, 12.0)."""
        return self.hawb is not None and self.filed_at is not None and self.hawb.did_not_land

    @property
    def given_back(self) -> list[dict[str, Any]]:
        """Of a bill that has ended without Out of Charge, each head paid: what is refundable, what is not, and why."""
        from bills import refundable

        return refundable.rows(self) if self.stage in GONE and self.duty_paid else []

    def assess_anew(self) -> None:
        """An officer assesses it, whatever the RMS says, and whoever did before; the approval falls."""
        super().assess_anew()
        self.approved_at = None

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

    document = models.ForeignKey(
        CourierBillOfEntry, models.PROTECT, related_name="trail", db_index=False
    )  # found by the index of its lines

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="bill_trail_seq")]
        indexes = [models.Index(fields=["id"], name="bill_trail_outbox", condition=Q(noticed_at=None))]


CourierBillOfEntry.trail_model = BillTrail
