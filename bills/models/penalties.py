"""Penalties that are due on goods confiscated absolutely, each a document of its own until it is paid."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, CustomsStation
from bills.clearance.penalties import DemandSteps, PenaltyClearance, PenaltyStage
from bills.models.bill import CourierBillOfEntry
from bills.numbers import series_of
from bills.querysets import OfBillQuerySet
from eccs.stage_field import StageField
from eccs.trail import TrailLine


class Demanded(DemandSteps):
    """Money that an order on goods of either direction demands of the firm, until a challan has paid it (PN17 7.1(k), 8.0)."""

    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, related_name="+", db_index=False)
    order_number = models.CharField(max_length=40)
    order_date = models.DateField()
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    demanded_at = models.DateTimeField(default=timezone.now)
    paid_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def series(self) -> str:
        """Counted by station and financial year, imports and exports together."""
        demanded: datetime = self.demanded_at
        return series_of("PEN", self.station_id, demanded)

    def numbered(self, serial: int) -> str:
        """`PEN_BLR_2026-2027_000001`."""
        return f"{self.series()}_{serial:06d}"


class PenaltyDemand(Demanded, PenaltyClearance):
    """A penalty imposed by the order that confiscated the goods of a bill (PN17 7.1(k))."""

    bill = models.ForeignKey(CourierBillOfEntry, models.PROTECT, related_name="penalty_demands")
    stage = StageField(choices=PenaltyStage.choices, default=PenaltyStage.DUE, max_length=4)

    objects = OfBillQuerySet.as_manager()

    class Meta:
        verbose_name = _("penalty")
        constraints = [
            models.UniqueConstraint(fields=["bill"], name="penalty_demand_once_a_bill"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="penalty_demand_above_zero"),
            models.CheckConstraint(
                condition=Q(stage="DUE", paid_at=None) | Q(stage="PAID", paid_at__isnull=False),
                name="penalty_demand_paid_when",
            ),
        ]
        indexes = [
            models.Index(fields=["station", "stage_since"], name="penalty_demand_queue", condition=Q(stage="DUE")),
            models.Index(fields=["courier"], name="penalty_demand_of_courier", condition=Q(stage="DUE")),
        ]

    @property
    def importer_id(self) -> int | None:
        """The importer that filed the bill for its own goods, or nothing."""
        return self.bill.importer_id


class PenaltyTrail(TrailLine):
    """The trail of a demanded penalty."""

    document = models.ForeignKey(PenaltyDemand, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="penalty_trail_seq")]
        indexes = [models.Index(fields=["id"], name="penalty_trail_outbox", condition=Q(noticed_at=None))]


PenaltyDemand.trail_model = PenaltyTrail
