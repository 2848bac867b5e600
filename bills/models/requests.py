"""Requests to amend or cancel a filed bill, each a document of its own with a trail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, CustomsStation
from bills.clearance.requests import AmendmentClearance, AmendmentStage, CancellationClearance, CancellationStage
from bills.models.bill import CourierBillOfEntry
from bills.numbers import series_of
from bills.querysets import OfBillQuerySet
from eccs.stage_field import StageField
from eccs.trail import TrailLine
from eccs.workflow import Document

NOTHING = Decimal(0)


def _rupees() -> Any:
    return models.DecimalField(max_digits=16, decimal_places=2, null=True)


class BillRequest(Document):
    """What every request on a bill holds."""

    prefix = ""

    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, related_name="+", db_index=False)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    requested_at = models.DateTimeField(default=timezone.now)
    reason = models.TextField()
    remarks = models.TextField(blank=True)  # of the Assessing Officer, for the DC/AC
    decision = models.TextField(blank=True)  # why it was rejected: the courier reads it
    decided_at = models.DateTimeField(null=True)
    refundable = _rupees()

    class Meta:
        abstract = True

    @property
    def importer_id(self) -> int | None:
        """The importer that filed the bill for its own goods, or nothing."""
        found: int | None = self.bill.importer_id  # type: ignore[attr-defined]
        return found

    def series(self) -> str:
        """Counted by station and financial year."""
        requested: datetime = self.requested_at
        return series_of(self.prefix, self.station_id, requested)

    def numbered(self, serial: int) -> str:
        """`AMD_BLR_2026-2027_000001`."""
        return f"{self.series()}_{serial:06d}"


class AmendmentRequest(BillRequest, AmendmentClearance):
    """A request to change what a bill of either direction declares: old and new value of each field (PN17 11.0)."""

    prefix = "AMD"

    stage = StageField(choices=AmendmentStage.choices, default=AmendmentStage.REQUESTED, max_length=12)
    changes = models.JSONField()  # [{"name": "freight", "item": 0, "old": "10.00", "new": "12.00"}]
    processed_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class BillAmendment(AmendmentRequest):
    """A request to change what a bill of entry declares; what was paid is set off against the duty as amended (PN17 11.0)."""

    bill = models.ForeignKey(CourierBillOfEntry, models.PROTECT, related_name="amendments")
    duty_before = _rupees()
    duty_after = _rupees()
    due = _rupees()  # what is still to be paid when the payments made are set off

    objects = OfBillQuerySet.as_manager()

    class Meta:
        verbose_name = _("amendment")
        indexes = [
            models.Index(
                fields=["station", "stage", "stage_since"], name="amendment_queue",
                condition=Q(stage__in=("REQUESTED", "PROCESSED")),
            )
        ]  # fmt: skip

    def before_approval(self) -> None:
        """The manifest says the same of the shipment; the shipments of documents are held before their bill."""
        from bills import parties
        from bills.xi.selection import hold

        parties.carry(self)
        self.duty_before = self.bill.total_duty
        if self.bill.is_documents:
            hold(self.bill.manifest)

    def after_approval(self) -> None:
        """What is still to be paid, or was paid too much."""
        self.duty_after = self.bill.total_duty
        self.due, self.refundable = max(self.bill.amount_due, NOTHING), max(-self.bill.amount_due, NOTHING)


class BillCancellation(BillRequest, CancellationClearance):
    """A request to cancel a bill (PN17 10.0)."""

    prefix = "CAN"

    bill = models.ForeignKey(CourierBillOfEntry, models.PROTECT, related_name="cancellations")
    stage = StageField(choices=CancellationStage.choices, default=CancellationStage.REQUESTED, max_length=12)
    verified_at = models.DateTimeField(null=True)

    objects = OfBillQuerySet.as_manager()

    class Meta:
        verbose_name = _("cancellation")
        indexes = [
            models.Index(
                fields=["station", "stage", "stage_since"], name="cancellation_queue",
                condition=Q(stage__in=("REQUESTED", "VERIFIED")),
            )
        ]  # fmt: skip

    def to_refund(self) -> Decimal | None:
        """The duty that was paid, with its interest; fine, penalty and late charge stay paid."""
        from bills import refundable

        return refundable.amount(self.bill)

    def news_of_refund(self) -> Iterable[models.Model]:
        """What is refundable and what is not, to the firms of the bill."""
        from bills.news import cancelled_after_payment

        return cancelled_after_payment(self)


class AmendmentTrail(TrailLine):
    """The trail of an amendment."""

    document = models.ForeignKey(BillAmendment, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="bill_amendment_trail_seq")]
        indexes = [models.Index(fields=["id"], name="bill_amendment_trail_outbox", condition=Q(noticed_at=None))]


class CancellationTrail(TrailLine):
    """The trail of a cancellation."""

    document = models.ForeignKey(BillCancellation, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="cancellation_trail_seq")]
        indexes = [models.Index(fields=["id"], name="cancellation_trail_outbox", condition=Q(noticed_at=None))]


BillAmendment.trail_model = AmendmentTrail
BillCancellation.trail_model = CancellationTrail
