"""Documents leave by bags: which shipments of a CSB-III stand on an export manifest, stay behind, or have left (Form F)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from exports.kinds import Kind
from exports.models import CourierExportManifest, ExportManifestLine, ExportShipment, ShipmentShutOut


def aboard(manifest: CourierExportManifest) -> QuerySet[ExportShipment]:
    """The shipments that leave with a manifest, or left with it: not those shut out of it, nor those that another took before."""
    stays = ShipmentShutOut.objects.filter(shipment=OuterRef("pk"), line__manifest=manifest)
    lines = ExportManifestLine.objects.filter(manifest=manifest, live=True)
    waiting = Q(left_with=None, bill__in=lines.values("bill")) & ~Exists(stays)
    return ExportShipment.objects.filter(Q(left_with__in=lines) | waiting)


def named(manifest: CourierExportManifest, numbers: Collection[str]) -> QuerySet[ExportShipment]:
    """Of those aboard the shipments with such a number, in such a bag, or of such a shipping bill."""
    told = Q(number__in=numbers) | Q(bag__number__in=numbers) | Q(bill__number__in=numbers)
    return aboard(manifest).filter(told)


def shut_out(manifest: CourierExportManifest, numbers: Collection[str], reason: str, at: datetime) -> list[int]:
    """Leave bags and single shipments behind; the lines of shipping bills of which nothing is left aboard are returned."""
    lines = dict(_lines(manifest).values_list("bill", "pk"))
    found = named(manifest, numbers).values_list("pk", "bill")
    ShipmentShutOut.objects.bulk_create(
        [ShipmentShutOut(line_id=lines[bill], shipment_id=pk, at=at, reason=reason) for pk, bill in found]
    )
    still = set(aboard(manifest).values_list("bill", flat=True).distinct())
    return [line for bill, line in lines.items() if bill not in still]


def short_ship(manifest: CourierExportManifest, numbers: Collection[str], reason: str, at: datetime) -> list[int]:
    """Bags and single shipments found to have stayed behind when the aircraft had left; their shipping bills are returned."""
    lines = dict(_lines(manifest).values_list("bill", "pk"))
    found = list(named(manifest, numbers).filter(left_with__in=lines.values()).values_list("pk", "bill"))
    ShipmentShutOut.objects.bulk_create(
        [ShipmentShutOut(line_id=lines[bill], shipment_id=pk, at=at, reason=reason) for pk, bill in found]
    )
    ExportShipment.objects.filter(pk__in=[pk for pk, _bill in found]).update(left_with=None)
    bills = {bill for _pk, bill in found}
    still = set(aboard(manifest).filter(left_with__isnull=False).values_list("bill", flat=True).distinct())
    manifest.lines.filter(live=True, bill__in=bills & still).update(in_part=True)
    manifest.lines.filter(live=True, bill__in=bills - still).update(live=False, shut_out_at=at, reason=reason)
    return sorted(bills)


def in_part(manifest: CourierExportManifest) -> list[int]:
    """The lines of shipping bills of which something stays behind when the flight leaves."""
    rows = _lines(manifest).filter(shut_out__shipment__left_with=None, shut_out__isnull=False)
    return list(rows.values_list("pk", flat=True).distinct())


def leave(manifest: CourierExportManifest) -> None:
    """What is aboard has left with the flight: one statement."""
    line = ExportManifestLine.objects.filter(manifest=manifest, live=True, bill=OuterRef("bill")).values("pk")
    aboard(manifest).update(left_with=Subquery(line[:1]))


def stayed(manifest: CourierExportManifest) -> QuerySet[ShipmentShutOut]:
    """The single shipments and bags that stayed behind, in the order of the acts."""
    rows = ShipmentShutOut.objects.filter(line__manifest=manifest).select_related("shipment__bag", "shipment__bill")
    return rows.order_by("at", "pk")


def _lines(manifest: CourierExportManifest) -> QuerySet[ExportManifestLine]:
    return ExportManifestLine.objects.filter(manifest=manifest, live=True, bill__kind=Kind.III)
