"""Which risk rules a person may see, and which are in force."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from eccs.pages import activity_of
from rms.clearance import IN_FORCE


class RiskRuleQuerySet(models.QuerySet[Any]):
    """Risk rules by who asks."""

    def visible_to(self, actor: Any) -> Self:
        """For those who keep rules: the national ones and those of the own station."""
        stations = actor.stations_for([activity_of("risk-rules")])
        return self.filter(Q(station=None) | Q(station_id__in=stations)) if stations else self.none()


class RuleVersionQuerySet(models.QuerySet[Any]):
    """Versions of rules by whether they count."""

    def in_force(self, station: str, on: date) -> Self:
        """The versions that decide at a station on a day: of each rule the one put in force last, from its first day on."""
        rows = type(self)(self.model)
        coming = rows.filter(rule=OuterRef("rule"), no=OuterRef("rule__in_force_no"), from_date__gt=on)
        last, before = Q(no=F("rule__in_force_no")), Q(Exists(coming), no=F("rule__before_no"))
        return self.filter(
            last | before, Q(rule__station=None) | Q(rule__station_id=station), Q(to_date=None) | Q(to_date__gte=on),
            rule__stage__in=IN_FORCE, from_date__lte=on,
        )  # fmt: skip
