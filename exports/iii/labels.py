"""What the codes of documents stand for at the scan station: bags, and the pieces of loose shipments; and what they weigh."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from eccs.rows import write_rows
from exports.models import CourierShippingBill, ExportBag, ExportShipment
from exports.stages import CLOSED, Stage

NOT_HERE = (Stage.DRAFT, *CLOSED)
AS_WEIGHED = Coalesce("actual_weight_kg", "gross_weight_kg")


# Asked at every pull of the trigger, each half by its index.
_FOUND = """
SELECT bill_id, id, 0 FROM exports_exportbag WHERE station_id = %s AND number = ANY(%s) AND ended_at IS NULL
UNION ALL
SELECT bill_id, 0, id FROM exports_exportshipment WHERE number = ANY(%s) AND bag_id IS NULL AND ended_at IS NULL
"""


class Found(NamedTuple):
    """The keys of the bags and the loose shipments that have one of some codes, each with its shipping bill."""

    bags: dict[int, int]
    loose: dict[int, int]

    @property
    def bills(self) -> set[int]:
        """The shipping bills."""
        return {*self.bags.values(), *self.loose.values()}


def find(station: str, codes: Collection[str]) -> Found:
    """What of documents has one of these codes, on a bag or a loose shipment."""
    given = list(codes)
    with connection.cursor() as cursor:
        cursor.execute(_FOUND, [station, given, given])
        rows = cursor.fetchall()
    return Found({bag: bill for bill, bag, _one in rows if bag}, {one: bill for bill, _bag, one in rows if one})


def labels(found: Found, bills: Collection[int]) -> dict[str, ExportBag | ExportShipment]:
    """What each code stands for on these bills, which are held; a bag before a shipment of the same number."""
    told: dict[str, ExportBag | ExportShipment] = {}
    if loose := [key for key, bill in found.loose.items() if bill in bills]:
        told |= {one.number: one for one in ExportShipment.objects.filter(pk__in=loose)}
    if keys := [key for key, bill in found.bags.items() if bill in bills]:
        bags = ExportBag.objects.filter(pk__in=keys).annotate(in_bag=Count("shipments"))
        # a number that was used before stands for the bag that is still to come, which is read last
        told |= {one.number: one for one in bags.order_by(F("arrived_at").asc(nulls_last=True))}
    return told


def come(one: ExportBag | ExportShipment, at: datetime) -> bool:
    """Count a bag or a piece that has come; False where it came before."""
    if isinstance(one, ExportBag):
        came, one.arrived_at = one.arrived_at is None, one.arrived_at or at
        return came
    if one.packages_arrived == one.packages:
        return False
    one.packages_arrived += 1
    if one.packages_arrived == one.packages:
        one.arrived_at = at
    return True


def keep(come_now: Sequence[ExportBag | ExportShipment], at: datetime) -> None:
    """Write down what has come: a bag with everything that is in it."""
    bags = {one.pk: one for one in come_now if isinstance(one, ExportBag)}
    loose = {one.pk: one for one in come_now if isinstance(one, ExportShipment)}
    if bags:
        write_rows(ExportBag, list(bags.values()), [ExportBag._meta.get_field("arrived_at")])
        ExportShipment.objects.filter(bag__in=bags).update(packages_arrived=F("packages"), arrived_at=at)
    if loose:
        fields: list[Any] = [ExportShipment._meta.get_field(name) for name in ("packages_arrived", "arrived_at")]
        write_rows(ExportShipment, list(loose.values()), fields)


def pieces(bills: QuerySet[CourierShippingBill]) -> list[list[Any]]:
    """Every bag and every loose shipment that is awaited, as the station judges by it (see exports.registering)."""
    bags = ExportBag.objects.filter(bill__in=bills).annotate(n=Count("shipments"), kg=Sum("shipments__gross_weight_kg"))
    told = bags.values_list("number", "n", "kg", "arrived_at")
    loose = ExportShipment.objects.filter(bill__in=bills, bag=None)
    alone = loose.values_list("number", "packages", "gross_weight_kg", "packages_arrived")
    return [[bag, bag, 1, str(kg), clock(at), False, n, 0, False] for bag, n, kg, at in told] + [
        [hawb, hawb, n, str(kg), "", False, 0, seen, False] for hawb, n, kg, seen in alone
    ]


def inside(bills: QuerySet[CourierShippingBill]) -> dict[str, str]:
    """In which bag each shipment is."""
    rows = ExportShipment.objects.filter(bill__in=bills, bag__isnull=False)
    return dict(rows.values_list("number", "bag__number"))


def load(shipments: QuerySet[ExportShipment]) -> tuple[int, int, Decimal]:
    """House airway bills, labels and kilograms of these shipments: a bag that is whole weighs what it was weighed at."""
    by_bag = shipments.order_by().values("bag", "bag__actual_weight_kg")
    found = list(by_bag.annotate(n=Count("pk"), pieces=Sum("packages"), kg=Sum(AS_WEIGHED)))
    there = ExportShipment.objects.filter(bag__in=[one["bag"] for one in found if one["bag"]]).order_by().values("bag")
    inside = dict(there.annotate(n=Count("pk")).values_list("bag", "n"))
    weight = Decimal(0)
    for one in found:
        weighed = one["bag__actual_weight_kg"] if inside.get(one["bag"]) == one["n"] else None
        weight += one["kg"] if weighed is None else weighed
    return sum(one["n"] for one in found), sum(1 if one["bag"] else one["pieces"] for one in found), weight


def weighed_bags(bill: CourierShippingBill) -> dict[int, tuple[Decimal, Decimal]]:
    """The bags of a shipping bill that were weighed: what each weighs, and what was declared of all that is in it."""
    bags = ExportBag.objects.filter(bill=bill, actual_weight_kg__isnull=False)
    declared = bags.annotate(kg=Sum("shipments__gross_weight_kg")).values_list("pk", "actual_weight_kg", "kg")
    return {pk: (found, kg or Decimal(0)) for pk, found, kg in declared if found is not None}


def clock(at: datetime | None) -> str:
    """The time of day as the station says it."""
    return timezone.localtime(at).strftime("%H:%M:%S") if at else ""
