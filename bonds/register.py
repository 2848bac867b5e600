"""The register of bonds: found by what was typed, with its totals (PN17 13.3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet, Sum
from django.utils import timezone

from bonds.clearance import REGISTERED, RENEWING, STANDING, USABLE
from bonds.models import NOTHING, BankGuarantee, Bond
from eccs.moments import day


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
    """Bonds of which the validity, or that of a bank guarantee, ends within so many days, or ended while they are being renewed."""
    today = timezone.localdate()
    span = (today, today + timedelta(days=days))
    guarantees = BankGuarantee.objects.filter(
        registered_at__isnull=False, ended_at=None, valid_until__range=span
    ).values("bond")
    own = Q(stage__in=USABLE, valid_until__range=span) | Q(stage__in=RENEWING, valid_until__lt=today)
    return rows.filter(own | Q(pk__in=guarantees, stage__in=(*USABLE, *STANDING)))


COLUMNS = (
    "bond", "stage", "firm", "firm_number", "station", "type", "category", "hawb", "amount_inr", "secured_inr", "balance_inr",
    "executed_on", "valid_until", "guarantees", "guaranteed_inr", "guarantees_until",
)  # fmt: skip
MOST_EXPORTED = 50_000


def exported(rows: QuerySet[Bond, Bond]) -> Iterator[list[str]]:
    """The register as rows of a file, the newest first, each with its live bank guarantees."""
    live = BankGuarantee.objects.filter(registered_at__isnull=False, ended_at=None)
    ordered = rows.select_related("courier", "importer", "master").prefetch_related(
        Prefetch("guarantees", queryset=live, to_attr="live_guarantees")
    )
    for bond in ordered.order_by("-pk")[:MOST_EXPORTED].iterator(chunk_size=2000):
        behind: list[BankGuarantee] = bond.live_guarantees
        firm_number = bond.courier.number if bond.courier else bond.importer.iec if bond.importer else ""
        yield [
            bond.number or "", str(bond.get_stage_display()), bond.firm.name, firm_number or "", bond.station_id,
            str(bond.master.get_purpose_display()), str(bond.master.get_category_display()), bond.about,
            str(bond.amount or bond.requested_amount), str(bond.secured), str(bond.balance if bond.registered_at else ""),
            day(bond.executed_on), day(bond.valid_until), " ".join(one.number for one in behind),
            str(sum(one.amount for one in behind)), " ".join(day(one.valid_until) for one in behind),
        ]  # fmt: skip


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
