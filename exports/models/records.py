"""What belongs to a shipping bill: items, queries, memos, reports, orders, papers, scans, and the goods that no courier exports."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, CustomsStation
from bills.clearance.requests import CancellationClearance, CancellationStage
from bills.models.found import Memo, Order, Paper, Query, Report
from bills.models.requests import BillRequest
from eccs.stage_field import StageField
from eccs.trail import TrailLine
from exports.models.bill import CourierShippingBill
from exports.querysets import OfShippingBillQuerySet


def _amount() -> Any:
    return models.DecimalField(max_digits=16, decimal_places=2, default=Decimal(0))


class ExportItem(models.Model):
    """One item of a shipping bill."""

    bill = models.ForeignKey(CourierShippingBill, models.CASCADE, related_name="items", db_index=False)
    item_no = models.PositiveIntegerField()
    cth = models.CharField(max_length=8)
    sku = models.CharField(max_length=40, blank=True)
    description = models.CharField(max_length=240)
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    uom = models.CharField(max_length=5)
    unit_price = models.DecimalField(max_digits=16, decimal_places=4)
    fob_foreign = _amount()  # in the currency of the invoice
    fob_value = _amount()  # in rupees, as all that follow
    taxable_value = _amount()
    igst_paid = _amount()
    cess_paid = _amount()

    class Meta:
        ordering = ["bill_id", "item_no"]
        constraints = [models.UniqueConstraint(fields=["bill", "item_no"], name="export_item_once_a_bill")]

    def __str__(self) -> str:
        return f"{self.item_no}. {self.description}"


class ExportQuery(Query):
    """A question to the courier on a shipping bill and its answer."""

    print_view = "export-decision-print"
    bill = models.ForeignKey(CourierShippingBill, models.PROTECT, related_name="queries")

    class Meta(Query.Meta):
        constraints = [
            models.UniqueConstraint(fields=["bill"], condition=Q(replied_at=None), name="export_query_one_open")
        ]


class ExportExamination(Report):
    """The Inspector's report on the goods of a shipping bill."""

    print_view = "export-decision-print"

    class Recommendation(models.TextChoices):
        """What the Inspector recommends."""

        RELEASE = "RELEASE", _("Give Let Export Order")
        QUERY = "QUERY", _("Raise query")
        DETAIN = "DETAIN", _("Detain")
        REFER = "REFER", _("Refer to Assessing Officer")

    bill = models.ForeignKey(CourierShippingBill, models.PROTECT, related_name="examinations")
    recommendation = models.CharField(max_length=10, choices=Recommendation.choices)


class ExportDetention(Memo):
    """A memo that detains the goods of a shipping bill, its answer and its end."""

    print_view = "export-detention-print"

    bill = models.ForeignKey(CourierShippingBill, models.PROTECT, related_name="detentions")

    class Meta(Memo.Meta):
        constraints = [
            models.UniqueConstraint(fields=["bill"], condition=Q(ended_at=None), name="export_detention_one_open")
        ]


class LetExportOrder(Order):
    """The order that goods may be loaded, given by an officer or automatically (Circular 41/2020, 19/2023)."""

    prefix = "LEO"

    bill = models.OneToOneField(CourierShippingBill, models.PROTECT, related_name="order")


class ExportPaper(Paper):
    """A paper attached to a shipping bill."""

    download_view = "csb-paper"

    bill = models.ForeignKey(CourierShippingBill, models.PROTECT, related_name="attachments")


class GoodsScan(models.Model):
    """One label seen when goods came to the terminal, known by its key, so that none counts twice."""

    class Verdict(models.TextChoices):
        """What the station was answered."""

        ARRIVED = "ARRIVED", _("Arrived")
        DUPLICATE = "DUPLICATE", _("Scanned before")
        UNKNOWN = "UNKNOWN", _("Unknown")

    key = models.UUIDField(primary_key=True)
    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    bill = models.ForeignKey(CourierShippingBill, models.PROTECT, null=True, related_name="scans")
    code = models.CharField(max_length=60)
    verdict = models.CharField(max_length=9, choices=Verdict.choices)
    scanned_at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["station", "-received_at"], name="goods_scan_last")]

    def __str__(self) -> str:
        return self.code


class ShippingBillFile(models.Model):
    """For which courier and station a file of shipping bills was handed in: goods leave before they are on a manifest."""

    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, related_name="+")
    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)

    objects = OfShippingBillQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["courier", "station"], name="csb_file_once_a_station")]

    def __str__(self) -> str:
        return f"{self.courier}, {self.station_id}"


class ExportCancellation(BillRequest, CancellationClearance):  # type: ignore[misc]
    """A request to cancel a shipping bill before the goods depart (PN17 10.0)."""

    prefix = "CAN"

    bill = models.ForeignKey(CourierShippingBill, models.PROTECT, related_name="cancellations")
    stage = StageField(choices=CancellationStage.choices, default=CancellationStage.REQUESTED, max_length=12)
    verified_at = models.DateTimeField(null=True)

    objects = OfShippingBillQuerySet.as_manager()

    class Meta:
        verbose_name = _("cancellation")
        indexes = [
            models.Index(
                fields=["station", "stage", "stage_since"], name="export_cancellation_queue",
                condition=Q(stage__in=("REQUESTED", "VERIFIED")),
            )
        ]  # fmt: skip


class ExportCancellationTrail(TrailLine):
    """The trail of a cancellation of a shipping bill."""

    document = models.ForeignKey(ExportCancellation, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="export_cancel_trail_seq")]
        indexes = [models.Index(fields=["id"], name="export_cancel_trail_outbox", condition=Q(noticed_at=None))]


ExportCancellation.trail_model = ExportCancellationTrail
