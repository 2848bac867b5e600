"""Files of rates at every stage, with one new item from a week on."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from bills.models import ExemptionRate, RateChange, RateFile
from bills.rate_files import applying, loading
from eccs import numbering
from eccs.models import Upload
from tests.factories.firms import person

BEARS = {
    "description": "Wireless lamps", "unit": "NOS", "bcd_percent": "20", "bcd_specific": None, "bcd_specific_unit": "",
    "aidc_percent": "0", "sws_applies": True, "igst_percent": "18", "cess_percent": "0", "notification": "Trial 1/2026",
}  # fmt: skip


def rate_file(stage: str = "DRAFT", **given: Any) -> RateFile:
    """A checked file of the tariff that brings one new item; where it is approved, its row is there."""
    who, day = person("Tara Bose"), timezone.localdate() + timedelta(days=7)
    fields: dict[str, Any] = {
        "sort": "tariff", "stage": stage, "loaded_by": who, "first_day": day, "new": 1, "base": applying.last_turn("tariff"),
        "upload": Upload.objects.create(kind="tariff", owner=loading.OWNER, by=who, file="none.csv", name="lamps.csv", size=1, digest="0" * 64, state="READY"),
    }  # fmt: skip
    if stage in ("APPROVED", "REVOKED"):
        fields["turn"] = fields["base"] + 1
    made = RateFile(**fields | given)
    if stage not in RateFile.unnumbered_stages:
        numbering.number([made])
    made.save()
    Upload.objects.filter(pk=made.upload_id or 0).update(subject_id=made.pk)
    RateChange.objects.create(
        file=made, kind="NEW", code=f"94{made.pk % 1_000_000:06d}", row=2, from_date=day, after=BEARS
    )
    if stage == "APPROVED":
        applying.put_in_force(made)
    return made


def exemption_rate(whom: str = "", **left: Any) -> ExemptionRate:
    """A serial that covers earphones."""
    return ExemptionRate.objects.create(
        code="7/2026-CUS|12", notification="7/2026-Customs", serial="12", description="Earphones", covers="8518", for_whom=whom,
        from_date=timezone.localdate() - timedelta(days=30), source="trial", **left or {"bcd_percent": Decimal(0)},
    )  # fmt: skip
