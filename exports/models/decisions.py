"""What officers decided on goods for export beside the ordinary way: orders and the money they demand, departures from the RMS."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from bills.models.departure import Departure
from bills.models.found import Adjudged
from bills.models.penalties import Demanded
from eccs.stage_field import StageField
from eccs.trail import TrailLine
from exports.clearance.adjudging import DemandClearance, DemandStage
from exports.models.bill import CourierShippingBill
from exports.querysets import OfShippingBillQuerySet


class ExportAdjudication(Adjudged):
    """An order on goods for export: release against fine and penalty, or absolute confiscation (PN17 7.1(k); section 125)."""

    print_view = "export-decision-print"
    bill = models.ForeignKey(CourierShippingBill, models.PROTECT, related_name="adjudications")

    class Meta(Adjudged.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(fine__gte=0, penalty__gte=0), name="export_order_not_negative"),
            models.CheckConstraint(
                condition=Q(outcome="RELEASE") | Q(fine=0), name="export_order_redeems_or_confiscates"
            ),
        ]
        indexes = [models.Index(Upper("order_number"), name="export_adjudication_order")]


class ExportDemand(Demanded, DemandClearance):  # type: ignore[misc]
    """The redemption fine and the penalty that an order on goods for export imposes, due on the firm until a challan paid them."""

    importer_id: ClassVar[None] = None  # only couriers file exports here

    bill = models.ForeignKey(CourierShippingBill, models.PROTECT, related_name="penalty_demands")
    stage = StageField(choices=DemandStage.choices, default=DemandStage.DUE, max_length=4)
    fine = models.DecimalField(max_digits=16, decimal_places=2, default=Decimal(0))
    penalty = models.DecimalField(max_digits=16, decimal_places=2, default=Decimal(0))

    objects = OfShippingBillQuerySet.as_manager()

    class Meta:
        verbose_name = _("fine and penalty")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, amount=F("fine") + F("penalty")), name="export_demand_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(stage="DUE", paid_at=None) | Q(stage="PAID", paid_at__isnull=False),
                name="export_demand_paid_when",
            ),
        ]
        indexes = [
            models.Index(fields=["station", "stage_since"], name="export_demand_queue", condition=Q(stage="DUE")),
            models.Index(fields=["courier"], name="export_demand_of_courier", condition=Q(stage="DUE")),
        ]

    @property
    def consignment(self) -> str:
        """What it is about, in a word."""
        hawb: str = self.bill.hawb
        return hawb

    def heads(self) -> dict[str, str]:
        """What is due by head, in rupees and paise."""
        told = (("fine", self.fine), ("penalty", self.penalty))
        return {head: f"{amount:.2f}" for head, amount in told if amount}


class ExportDemandTrail(TrailLine):
    """The trail of a fine and penalty."""

    document = models.ForeignKey(ExportDemand, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="export_demand_trail_seq")]
        indexes = [models.Index(fields=["id"], name="export_demand_trail_outbox", condition=Q(noticed_at=None))]


ExportDemand.trail_model = ExportDemandTrail


class ExportDeparture(Departure):
    """That an officer departs from what the RMS prescribed for goods for export (PN17 6.1)."""

    bill = models.ForeignKey(CourierShippingBill, models.PROTECT, related_name="departures")

    class Meta:
        verbose_name = _("departure from the RMS")
        constraints = [
            models.UniqueConstraint(
                fields=["bill"], condition=Q(stage="REQUESTED"), name="export_departure_one_at_a_time"
            ),
        ]
        indexes = [
            models.Index(
                fields=["station", "stage_since", "id"], name="export_departure_queue", condition=Q(stage="REQUESTED")
            ),
        ]


class ExportDepartureTrail(TrailLine):
    """The trail of a departure. No firm is told of it."""

    document = models.ForeignKey(ExportDeparture, models.PROTECT, related_name="trail")
    tells_firms = False

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="export_departure_trail_seq")]


ExportDeparture.trail_model = ExportDepartureTrail
