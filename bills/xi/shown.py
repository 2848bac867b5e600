"""What the pages of a CBE-XI show: its shipments counted by the database, and of a draft what it would cover."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from bills.models import CourierBillOfEntry
from bills.xi.selection import Chosen, Judged, Named, in_words, judge
from manifests.models import ExpressCargoManifest

FIRST = 10  # shipments on the bill's own page; all are on the page of the list


def of_shipments(bill: CourierBillOfEntry) -> dict[str, Any]:
    """The shipments of a filed bill: sums in one query, and the first of them."""
    return {"sums": sums_of(bill.covered.all(), "hawb__"), "shipments": listed(bill)[:FIRST]}


def sums_of(rows: QuerySet[Any], before: str = "") -> dict[str, Any]:
    """Shipments of documents, in or out, counted by the database; `before` leads from a row to its house airway bill."""
    sums = rows.aggregate(
        pieces=Sum(f"{before}packages"), pieces_arrived=Sum(f"{before}packages_arrived"), kg=Sum(f"{before}gross_weight_kg"),
        arrived=Count("pk", filter=Q(**{f"{before}arrived_at__isnull": False})),
        loose=Count("pk", filter=Q(**{f"{before}bag": None})),
        bags_arrived=Count(f"{before}bag", filter=Q(**{f"{before}bag__arrived_at__isnull": False}), distinct=True),
    )  # fmt: skip
    return {name: found or 0 for name, found in sums.items()}


def listed(bill: CourierBillOfEntry) -> Any:
    """The shipments of a bill in the order of filing, as the lists show them."""
    return bill.covered.select_related("hawb__master", "hawb__bag").order_by("pk")


def of_draft(bill: CourierBillOfEntry) -> dict[str, Any]:
    """What a draft would cover as it stands, and what is wrong with it."""
    chosen = Chosen.of(bill.draft)
    judged = judge(bill.manifest, chosen) if bill.stage == "DRAFT" else Judged()
    return {
        "chosen": chosen, "judged": judged, "wrong": in_words(judged.faults[:50]), "more_wrong": max(0, len(judged.faults) - 50),
        "bags_named": sorted(one.bag for one in chosen.named if not one.hawb),
        "hawbs_named": [one.hawb for one in chosen.named if one.hawb],
    }  # fmt: skip


def bags_open(bill: CourierBillOfEntry) -> list[Any]:
    """Every bag of the manifest with its shipments, and how many of them have a bill already: one query."""
    rows = bill.manifest.bags.annotate(
        n=Count("hawbs", distinct=True),
        taken=Count("hawbs__covered", filter=Q(hawbs__covered__ended_at=None)),
        held=Count("hawbs", filter=Q(hawbs__held_since__isnull=False), distinct=True),
    ).order_by(F("number").asc())
    return list(rows.values("number", "n", "taken", "held"))


def copied_choice(earlier: CourierBillOfEntry, flight: ExpressCargoManifest) -> Chosen:
    """What an earlier bill covered, for another flight: all of it, or the bags of the same numbers; numbers of shipments are new."""
    if earlier.shipment_count >= earlier.manifest.hawb_count:
        return Chosen()
    rows = earlier.covered.filter(hawb__bag__number__in=flight.bags.values("number"))
    bags = rows.order_by("hawb__bag__number").values_list("hawb__bag__number", flat=True).distinct()
    named = tuple(Named(n, bag) for n, bag in enumerate(bags, 1))
    return Chosen(not named, named)
