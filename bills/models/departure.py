"""Departures from what the RMS prescribed, each asked for with a reason and decided by the DC/AC. Officers only."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import CustomsStation
from accounts.roles import Group
from bills.clearance.risk import DepartureStage, RiskDepartureSteps
from bills.models.bill import CourierBillOfEntry
from bills.numbers import series_of
from eccs.stage_field import StageField
from eccs.trail import TrailLine


class DepartureQuerySet(models.QuerySet[Any]):
    """Departures by who asks."""

    def visible_to(self, actor: Any) -> Self:
        """Those of the posting's station, for officers; for nobody else."""
        return self.filter(station_id__in=actor.stations_in(Group.CUSTOMS))


class Departure(RiskDepartureSteps):
    """That an officer departs from what the RMS prescribed for a bill of either direction: why, and what the supervisor said (PN17 6.1)."""

    class What(models.TextChoices):
        """What is left out."""

        ASSESSMENT = "ASSESSMENT", _("Assessment")
        EXAMINATION = "EXAMINATION", _("Examination")

    bill: Any
    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    stage = StageField(choices=DepartureStage.choices, default=DepartureStage.REQUESTED, max_length=10)
    what = models.CharField(max_length=12, choices=What.choices)
    reason = models.TextField()
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    requested_at = models.DateTimeField(default=timezone.now)
    decision = models.TextField(blank=True)  # why it was refused
    decided_at = models.DateTimeField(null=True)

    objects = DepartureQuerySet.as_manager()

    class Meta:
        abstract = True

    def series(self) -> str:
        """Counted by station and financial year."""
        return series_of("DEP", self.station_id, self.requested_at)

    def numbered(self, serial: int) -> str:
        """`DEP_BLR_2026-2027_000001`."""
        return f"{self.series()}_{serial:06d}"


class RiskDeparture(Departure):
    """That an officer departs from what the RMS prescribed for a bill of entry (PN17 6.1)."""

    bill = models.ForeignKey(CourierBillOfEntry, models.PROTECT, related_name="departures")

    class Meta:
        verbose_name = _("departure from the RMS")
        constraints = [
            models.UniqueConstraint(fields=["bill"], condition=Q(stage="REQUESTED"), name="departure_one_at_a_time"),
        ]
        indexes = [
            models.Index(
                fields=["station", "stage_since", "id"], name="departure_queue", condition=Q(stage="REQUESTED")
            ),
        ]


class RiskDepartureTrail(TrailLine):
    """The trail of a departure. No firm is told of it."""

    document = models.ForeignKey(RiskDeparture, models.PROTECT, related_name="trail")
    tells_firms = False

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="departure_trail_seq")]


RiskDeparture.trail_model = RiskDepartureTrail
