"""Bonds and entries of the Bond Master at every stage."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from bonds.clearance import REGISTERED, RENEWING, Stage
from bonds.master import MasterStage
from bonds.models import BankGuarantee, Bond, BondEntry, BondMaster
from eccs import numbering
from tests.factories import firms

COMPUTED = (Stage.COMPUTED, Stage.APPROVED, Stage.ENTERED, *REGISTERED)


def bond_master(
    stage: str = MasterStage.IN_USE, *, station: str = "BLR", purpose: str = "PROVISIONAL", category: str = "CONTINUITY",
    **given: Any,
) -> BondMaster:  # fmt: skip
    """A type of bond; one in use is there once a station."""
    if stage == MasterStage.IN_USE and not given:
        known = BondMaster.objects.filter(station=station, purpose=purpose, category=category, stage=stage)
        for one in known:
            found: BondMaster = one
            return found
    fields: dict[str, Any] = {
        "station_id": station, "stage": stage, "purpose": purpose, "category": category,
        "entered_by": firms.person("Kavya Sethi"), "conditions": "On stamp paper, with two sureties.",
    }  # fmt: skip
    made = BondMaster(**fields | given)
    numbering.number([made])
    made.save()
    return made


def bond(
    stage: str = Stage.ACTIVE, *, station: str = "BLR", firm: str = "swift", amount: int = 100_000, left: int = 200,
    master: BondMaster | None = None, **given: Any,
) -> Bond:  # fmt: skip
    """A bond of a courier, or of an importer given; once registered with its first entry and a bank guarantee."""
    now, today = timezone.now(), timezone.localdate()
    fields: dict[str, Any] = {
        "station_id": station, "stage": stage, "master": master or bond_master(station=station),
        "courier": None if given.get("importer") else firms.courier(firm), "reason": "Test reports take weeks.",
        "duty": Decimal(amount), "requested_amount": Decimal(amount), "requested_by": firms.person("Nila Joshi"),
    }  # fmt: skip
    if stage in COMPUTED:
        fields |= {
            "base": Decimal(amount), "percent": Decimal(100), "security_percent": Decimal(25), "amount": Decimal(amount),
            "security": Decimal(amount) / 4,
        }  # fmt: skip
    if stage in (Stage.ENTERED, *REGISTERED):
        last = today - timedelta(days=1) if stage == Stage.EXPIRED else today + timedelta(days=left)
        fields |= {"approved_at": now, "executed_on": today, "valid_until": last}
    if stage in REGISTERED:
        fields |= {"registered_at": now, "balance": Decimal(amount)}
    if stage in RENEWING:
        more = amount + 1000 if stage == Stage.RENEWAL_APPROVAL else amount
        fields |= {"renew_until": today + timedelta(days=left + 365), "renew_amount": Decimal(more)}
    if stage in (Stage.RELEASED, Stage.CANCELLED):
        fields["released_at"] = now
    made = Bond(**fields | given)
    numbering.number([made])
    made.save()
    if stage in (Stage.ENTERED, *REGISTERED):
        BankGuarantee.objects.create(
            bond=made, number=f"BG/{made.pk}", bank="Deccan Bank, Yelahanka", amount=Decimal(amount) / 4, entered_at=now,
            valid_until=today + timedelta(days=400), registered_at=made.registered_at, ended_at=made.released_at,
        )  # fmt: skip
    if made.registered_at:
        BondEntry.objects.create(
            bond=made,
            sort="OPENED",
            key=f"opened:{made.pk}",
            change=amount,
            balance_after=amount,
            by_name="Kavya Sethi",
        )
    return made
