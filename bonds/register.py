"""The register of bonds: found by what was typed, with its totals (PN17 13.3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from bonds.clearance import REGISTERED, STANDING, USABLE
from bonds.models import NOTHING, BankGuarantee, Bond


def found(rows: QuerySet[Bond, Bond], given: dict[str, Any]) -> QuerySet[Bond, Bond]:
    """The bonds that fit the filters of the register."""
    if text := given.get("q"):
        upper = text.strip().upper()
        guaranteed = BankGuarantee.objects.filter(number__iexact=text.strip()).values("bond")
        rows = rows.filter(
            Q(number__contains=upper) | Q(about=upper) | Q(courier__name__icontains=text)
            | Q(importer__name__icontains=text) | Q(pk__in=guaranteed)
        )  # fmt: skip
    plain = {"stage": "stage", "purpose": "master__purpose", "category": "master__category"}
    rows = rows.filter(**{lookup: given[name] for name, lookup in plain.items() if given.get(name)})
    return ending(rows, given["ends"]) if given.get("ends") is not None else rows


def ending(rows: QuerySet[Bond, Bond], days: int) -> QuerySet[Bond, Bond]:
    """Bonds of which the validity, or that of a bank guarantee, ends within so many days."""
    today = timezone.localdate()
    span = (today, today + timedelta(days=days))
    guarantees = BankGuarantee.objects.filter(
        registered_at__isnull=False, ended_at=None, valid_until__range=span
    ).values("bond")
    own = Q(stage__in=USABLE, valid_until__range=span)
    return rows.filter(own | Q(pk__in=guarantees, stage__in=(*USABLE, *STANDING)))


def totals(rows: QuerySet[Bond, Bond]) -> dict[str, Any]:
    """Of the bonds found: how many, and of those registered and not given back, the amount, what is left and what is secured."""
    held = [stage for stage in REGISTERED if stage not in ("RELEASED", "CANCELLED")]
    standing = Q(stage__in=held)
    told = rows.order_by().aggregate(
        bonds=Count("pk"), registered=Count("pk", filter=standing), whole=Sum("amount", filter=standing),
        left=Sum("balance", filter=standing),
    )  # fmt: skip
    whole, left = told["whole"] or NOTHING, told["left"] or NOTHING
    return {**told, "whole": whole, "left": left, "secured": whole - left}
