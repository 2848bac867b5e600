"""Goods that come to the terminal for export: scanned piece by piece, weighed, and registered when all pieces are there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from eccs.models import Notice
from eccs.notices import firms_of
from eccs.rows import write_rows
from exports import risk
from exports.models import CourierShippingBill, GoodsScan
from exports.stages import CLOSED, Stage
from exports.weighing import weighs_otherwise
from manifests.arrival import Scan

Verdict = GoodsScan.Verdict


def awaited(station: str) -> QuerySet[CourierShippingBill, CourierShippingBill]:
    """The shipping bills of a station whose goods are awaited."""
    found: QuerySet[CourierShippingBill, CourierShippingBill] = CourierShippingBill.objects.filter(
        station=station, stage=Stage.GOODS
    )
    return found


def counts(station: str) -> tuple[int, int]:
    """How many packages are awaited at a station, and how many of those have come."""
    told = awaited(station).aggregate(all=Sum("packages"), seen=Sum("packages_in"))
    return told["all"] or 0, told["seen"] or 0


def pieces(station: str) -> list[list[Any]]:
    """Every label as the station judges by it: pieces of one shipment share the number of its HAWB (see manifests.arrival)."""
    rows = awaited(station).values_list("hawb", "packages", "gross_weight_kg", "packages_in")
    return [[hawb, hawb, n, str(kg), "", False, 0, seen, False] for hawb, n, kg, seen in rows]


def record(station: str, scans: Sequence[Scan], actor: Actor) -> list[dict[str, Any]]:
    """Keep scans and answer each: arrived (part n of m), already scanned, or unknown; goods that are whole go on at once.

    A fixed number of statements. A key that is known already changes nothing; its stored answer is given again.
    """
    now = timezone.now()
    with transaction.atomic():
        rows = CourierShippingBill.objects.select_for_update(of=("self",)).filter(
            station=station, hawb__in={scan.code for scan in scans}
        )
        bills = {bill.hawb: bill for bill in rows.exclude(stage__in=(Stage.DRAFT, *CLOSED)).order_by("pk")}
        known = {kept.key: kept for kept in GoodsScan.objects.filter(key__in=[scan.key for scan in scans])}
        fresh, answers, counted = [], [], dict[int, CourierShippingBill]()
        for scan in scans:
            bill, kept = bills.get(scan.code), known.get(scan.key)
            if kept is None:
                verdict = _verdict(bill)
                if bill is not None and verdict == Verdict.ARRIVED:
                    bill.packages_in += 1
                    counted[bill.pk] = bill
                kept = known[scan.key] = GoodsScan(
                    key=scan.key, station_id=station, bill=bill, code=scan.code, verdict=verdict,
                    scanned_at=min(scan.scanned_at, now), received_at=now, by_id=actor.person_id,
                )  # fmt: skip
                fresh.append(kept)
            answers.append(_answer(kept, bill))
        if counted:
            write_rows(
                CourierShippingBill, list(counted.values()), [CourierShippingBill._meta.get_field("packages_in")]
            )
        GoodsScan.objects.bulk_create(fresh)
        whole = [bill.pk for bill in counted.values() if bill.packages_in == bill.packages]
        risk.register(whole, actor, now)
    return answers


def _verdict(bill: CourierShippingBill | None) -> str:
    if bill is None:
        return Verdict.UNKNOWN
    return Verdict.ARRIVED if bill.packages_in < bill.packages else Verdict.DUPLICATE


def _answer(kept: GoodsScan, bill: CourierShippingBill | None) -> dict[str, Any]:
    return {
        "key": str(kept.key), "code": kept.code, "verdict": kept.verdict, "hawb": bill.hawb if bill else None,
        "part": bill.packages_in if bill else None, "arrived": bill.packages_in if bill else None,
        "packages": bill.packages if bill else None, "before": _clock(bill.registered_at if bill else None), "held": False,
        "in_bag": 0, "confiscated": False,
    }  # fmt: skip


def _clock(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%H:%M:%S") if at else ""


def weigh(station: str, hawb: str, kg: Decimal) -> str:
    """Keep the actual weight of a shipment, kg, and say what was declared; the empty answer is an unknown HAWB."""
    with transaction.atomic():
        rows = CourierShippingBill.objects.select_for_update(of=("self",)).filter(station=station, hawb=hawb)
        bill = rows.exclude(stage__in=(Stage.DRAFT, *CLOSED)).order_by("pk").first()
        if bill is None:
            return ""
        bill.actual_weight_kg = kg
        bill.save(update_fields=["actual_weight_kg"])
        if weighs_otherwise(bill, bill.gross_weight_kg):
            return _beyond_tolerance(bill)
    return _("%(kg)s kg recorded, declared %(declared)s kg.") % {"kg": kg, "declared": bill.gross_weight_kg}


def _beyond_tolerance(bill: CourierShippingBill) -> str:
    """The firm is told that the goods weigh otherwise than declared; without an amendment they get no Let Export Order (PN17 5.2)."""
    told = {"hawb": bill.hawb, "kg": bill.actual_weight_kg, "declared": bill.gross_weight_kg}
    subject = _("%(hawb)s: weight beyond the tolerance, %(declared)s kg declared, %(kg)s kg found") % told
    body = f"{bill}  {settings.PUBLIC_URL}{bill.get_absolute_url()}"
    Notice.objects.bulk_create(
        Notice(audience=firm, station=bill.station_id, subject=subject, body=body) for firm in firms_of(bill)
    )
    words = _("%(kg)s kg recorded, declared %(declared)s kg: beyond the tolerance, the shipping bill must be amended.")
    return words % told
