"""What belongs to one firm: a courier's, or an importer's for its own goods."""

from __future__ import annotations

from typing import Any, cast

from django.db import models

from accounts.models import AuthorisedCourier, CustomsStation, Importer


class OfOneFirm:
    """A document or account of a courier, or of an importer for its own goods; never of both (PN17 2.3, 14.0)."""

    courier: Any
    importer: Any

    @property
    def firm(self) -> AuthorisedCourier | Importer:
        """Whose it is."""
        found = self.courier or self.importer
        assert found is not None
        return cast("AuthorisedCourier | Importer", found)


class OfFirmAtStation(OfOneFirm, models.Model):
    """What a station has of a courier, or of an importer for its own goods."""

    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, null=True, related_name="+", db_index=False)
    importer = models.ForeignKey(Importer, models.PROTECT, null=True, related_name="+")  # for its own goods

    class Meta:
        abstract = True
