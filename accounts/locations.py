"""The location directory: courier terminals, airports, inland container depots and ports that goods may be sent on to (PN17 14.0).

Ports and depots are those of the Government's answer to Lok Sabha question 2299 of 12.12.2025; they have no code there,
so ECCS gives them one. The System Admin keeps the directory; a location is never deleted, it ends.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class LocationQuerySet(models.QuerySet[Any]):
    """Locations by day and by what was typed."""

    def in_force(self, on: date) -> Self:
        """Those that goods may be sent to on a day."""
        return self.filter(Q(until=None) | Q(until__gte=on), since__lte=on)

    def found(self, text: str, kind: str = "") -> Self:
        """By code, or by words of the name or the state, each of which must be there."""
        rows = self.filter(kind=kind) if kind else self
        for word in text.split():
            rows = rows.filter(Q(code__istartswith=word) | Q(name__icontains=word) | Q(state__icontains=word))
        return rows


class Location(models.Model):
    """One place of the directory, in force from a day until a day."""

    class Kind(models.TextChoices):
        """What there is at the place."""

        TERMINAL = "TERMINAL", _("Courier terminal")
        AIRPORT = "AIRPORT", _("Airport")
        ICD = "ICD", _("Inland container depot")
        SEAPORT = "SEAPORT", _("Port")

    code = models.CharField(max_length=6, primary_key=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=60)
    station = models.OneToOneField("accounts.CustomsStation", models.PROTECT, null=True, related_name="location")
    since = models.DateField()
    until = models.DateField(null=True)
    source = models.CharField(max_length=200)

    objects = LocationQuerySet.as_manager()

    class Meta:
        ordering = ["name", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="location_days"),
            models.CheckConstraint(
                condition=Q(station=None) | Q(kind="TERMINAL"), name="location_of_a_station_is_a_terminal"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    @property
    def is_in_force(self) -> bool:
        """Whether goods may be sent there today."""
        today = timezone.localdate()
        return self.since <= today and (self.until is None or self.until >= today)


def codes_in_force(on: date) -> frozenset[str]:
    """The codes of every location in force on a day."""
    return frozenset(Location.objects.in_force(on).values_list("pk", flat=True))
