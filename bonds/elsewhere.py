"""Bonds executed elsewhere and not kept in ECCS, as they are recorded, and what each secures of which document."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from accounts.models import AuthorisedCourier, CustomsStation, Importer

NOTHING = Decimal(0)


class OutsideBond(models.Model):
    """A bond executed elsewhere and not kept in ECCS, recorded when an officer first types it: never overdrawn (PN17 7.1(c), 7.1(n))."""

    number = models.CharField(max_length=40, unique=True)
    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)  # that recorded it
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, null=True, related_name="+")
    importer = models.ForeignKey(Importer, models.PROTECT, null=True, related_name="+", db_index=False)
    iec = models.CharField(max_length=10, blank=True)  # of the importer whose goods it was first typed for
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    executed_on = models.DateField()
    valid_until = models.DateField()
    secured = models.DecimalField(max_digits=16, decimal_places=2, default=NOTHING)
    recorded_at = models.DateTimeField()
    recorded_by_name = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(secured__gte=0, secured__lte=F("amount")), name="outside_bond_never_overdrawn"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def balance(self) -> Decimal:
        """What it can secure still."""
        return self.amount - self.secured


class OutsideUse(models.Model):
    """What a bond executed elsewhere secures of one document, until that is settled."""

    bond = models.ForeignKey(OutsideBond, models.PROTECT, related_name="uses")
    key = models.CharField(max_length=120, unique=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    slug = models.CharField(max_length=40)
    document = models.CharField(max_length=60)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=120)
    freed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="outside_use_above_zero")]

    def __str__(self) -> str:
        return f"{self.document} {self.amount}"


class OutsideAlert(models.Model):
    """That a firm was told so many days before that a bond executed elsewhere ends, which secures something of it: once for each."""

    bond = models.ForeignKey(OutsideBond, models.PROTECT, related_name="alerts", db_index=False)
    ends_on = models.DateField()
    days = models.PositiveSmallIntegerField()
    told_at = models.DateTimeField(null=True)  # nothing where a later one was due too: one message says it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bond", "ends_on", "days"], name="outside_alert_once")]

    def __str__(self) -> str:
        return f"{self.bond}: {self.days} days before {self.ends_on:%d/%m/%Y}"
