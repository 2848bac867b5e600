"""Goods that come to the terminal for export: scanned piece by piece, weighed, and registered when all pieces are there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from eccs.rows import write_rows
from exports import risk, warehouse
from exports.iii import labels
from exports.kinds import Kind
from exports.models import CourierShippingBill, ExportBag, ExportShipment, GoodsScan
from exports.stages import Stage
from exports.weight_amendments import called_for, follow_scale
from manifests.arrival import Scan

Verdict = GoodsScan.Verdict
Bills = QuerySet[CourierShippingBill, CourierShippingBill]
AT_THE_STATION = (
    "kind",
    "stage",
    "station",
    "hawb",
    "packages",
    "packages_in",
    "registered_at",
)  # what a scan reads of a bill
Labelled = CourierShippingBill | ExportBag | ExportShipment  # what a code stands for


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
    rows = awaited(station).exclude(kind=Kind.III).values_list("hawb", "packages", "gross_weight_kg", "packages_in")
    goods = [[hawb, hawb, n, str(kg), "", False, 0, seen, False] for hawb, n, kg, seen in rows]
    return goods + labels.pieces(awaited(station).filter(kind=Kind.III))


def inside(station: str) -> dict[str, str]:
    """In which bag each shipment of documents is that is awaited."""
    return labels.inside(awaited(station).filter(kind=Kind.III))


def record(station: str, scans: Sequence[Scan], actor: Actor) -> list[dict[str, Any]]:
    """Keep scans and answer each: arrived (part n of m), already scanned, or unknown; goods that are whole go on at once.

    A bag of documents brings everything that is in it. A fixed number of statements. A key that is known already changes nothing; its stored answer is given again.
    """
    now = timezone.now()
    with transaction.atomic():
        codes = {scan.code for scan in scans}
        of_documents = labels.find(station, codes)
        held = {bill.pk: bill for bill in _held(_here(station, codes, of_documents).only(*AT_THE_STATION))}
        found: dict[str, Labelled] = {bill.hawb: bill for bill in held.values() if bill.hawb}
        found |= labels.labels(of_documents, held)
        known = {kept.key: kept for kept in GoodsScan.objects.filter(key__in=[scan.key for scan in scans])}
        fresh, answers, counted, came = [], [], dict[int, CourierShippingBill](), list[Any]()
        begun = [bill for bill in held.values() if not bill.packages_in]
        for scan in scans:
            one, kept = found.get(scan.code), known.get(scan.key)
            bill = None if one is None else one if isinstance(one, CourierShippingBill) else held[one.bill_id]
            if kept is None:
                verdict = _verdict(one, now)
                if bill is not None and verdict == Verdict.ARRIVED:
                    bill.packages_in += 1
                    counted[bill.pk] = bill
                    came += [] if one is bill else [one]
                kept = known[scan.key] = GoodsScan(
                    key=scan.key, station_id=station, bill=bill, code=scan.code, verdict=verdict,
                    scanned_at=min(scan.scanned_at, now), received_at=now, by_id=actor.person_id,
                )  # fmt: skip
                fresh.append(kept)
            answers.append(_answer(kept, one))
        if counted:
            write_rows(
                CourierShippingBill, list(counted.values()), [CourierShippingBill._meta.get_field("packages_in")]
            )
            warehouse.take_in([bill for bill in begun if bill.packages_in], now)
        labels.keep(came, now)
        GoodsScan.objects.bulk_create(fresh)
        whole = [bill.pk for bill in counted.values() if bill.packages_in == bill.packages]
        risk.register(whole, actor, now)
    return answers


def _here(station: str, codes: Collection[str], of_documents: labels.Found) -> Bills:
    """The shipping bills at the station that have one of these codes."""
    named = Q(hawb__in=codes)
    rows: Bills = CourierShippingBill.objects.filter(
        named | Q(pk__in=of_documents.bills) if of_documents.bills else named, station=station
    )
    return rows.exclude(stage__in=labels.NOT_HERE).order_by("pk")


def _held(bills: Bills) -> Bills:
    """The same, held until the transaction ends."""
    return bills.select_for_update(of=("self",))


def _verdict(one: Labelled | None, now: datetime) -> str:
    if one is None:
        return Verdict.UNKNOWN
    fresh = one.packages_in < one.packages if isinstance(one, CourierShippingBill) else labels.come(one, now)
    return Verdict.ARRIVED if fresh else Verdict.DUPLICATE


def _answer(kept: GoodsScan, one: Labelled | None) -> dict[str, Any]:
    """What the station is answered; of a bag, how many shipments are in it."""
    hawb, arrived, packages, before, in_bag = None, None, None, None, 0
    if isinstance(one, CourierShippingBill):
        hawb, arrived, packages, before = one.hawb, one.packages_in, one.packages, one.registered_at
    elif isinstance(one, ExportShipment):
        hawb, arrived, packages, before = one.number, one.packages_arrived, one.packages, one.arrived_at
    elif one is not None:
        before, in_bag = one.arrived_at, one.in_bag  # type: ignore[attr-defined]  # counted with it
    return {
        "key": str(kept.key), "code": kept.code, "verdict": kept.verdict, "hawb": hawb, "part": arrived, "arrived": arrived,
        "packages": packages, "before": labels.clock(before), "held": False, "in_bag": in_bag, "confiscated": False,
    }  # fmt: skip


def weigh(station: str, hawb: str, kg: Decimal) -> str:
    """Keep the actual weight of a shipment or a bag, kg, and say what was declared; the empty answer is an unknown number (PN17 5.2).

    Beyond the tolerance the system opens an amendment with the declared and the actual weight.
    """
    with transaction.atomic():
        of_documents = labels.find(station, [hawb])
        here = _here(station, [hawb], of_documents)
        pk = here.values_list("pk", flat=True).first()
        asked = None if pk is None else called_for(pk)
        bill = None if pk is None else _held(here.filter(pk=pk)).first()
        if bill is None:
            return ""
        declared = bill.gross_weight_kg
        if bill.is_documents:
            declared, bill.actual_weight_kg = _weighed(bill, labels.labels(of_documents, [bill.pk])[hawb], kg)
        else:
            bill.actual_weight_kg = kg
        bill.save(update_fields=["actual_weight_kg"])
        beyond = follow_scale(bill, hawb, kg, asked)
        if kg != declared:
            risk.weighed(bill, timezone.now())
    told = {"kg": kg, "declared": declared, "beyond": beyond}
    if beyond:
        return _("%(kg)s kg recorded, declared %(declared)s kg: %(beyond)s.") % told
    return _("%(kg)s kg recorded, declared %(declared)s kg.") % told


def _weighed(bill: CourierShippingBill, one: ExportBag | ExportShipment, kg: Decimal) -> tuple[Decimal, Decimal]:
    """Keep the weight of a bag or a loose shipment; what was declared of it, and what the whole bill weighs now."""
    one.actual_weight_kg = kg
    one.save(update_fields=["actual_weight_kg"])
    if isinstance(one, ExportShipment):
        declared = one.gross_weight_kg
    else:
        declared = one.shipments.aggregate(kg=Sum("gross_weight_kg"))["kg"]
    return declared, labels.load(ExportShipment.objects.filter(bill=bill))[2]
