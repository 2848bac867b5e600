"""Holidays of Customs: a day on which duty need not be paid yet, everywhere or at one station."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import CustomsStation


class HolidayQuerySet(models.QuerySet[Any]):
    """Holidays by place."""

    def visible_to(self, places: Collection[str]) -> Self:
        """Those of the whole country, and those of these stations; all of them for whoever keeps the whole country's."""
        return self if "" in places else self.filter(models.Q(station=None) | models.Q(station__in=places))


class Holiday(models.Model):
    """A holiday, everywhere or at one station (Customs Act 1962, section 47(2): one day, excluding holidays)."""

    station = models.ForeignKey(CustomsStation, models.PROTECT, null=True, related_name="+")
    day = models.DateField()
    name = models.CharField(max_length=80)
    source = models.CharField(max_length=200)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    added_at = models.DateTimeField(default=timezone.now)

    objects = HolidayQuerySet.as_manager()

    class Meta:
        ordering = ["day", "station"]
        constraints = [
            models.UniqueConstraint(fields=["day", "station"], nulls_distinct=False, name="holiday_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.day:%d/%m/%Y}"
