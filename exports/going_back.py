"""Imports that go back to their sender leave on an export manifest: each under its re-export record (reg. 5(6); Form F)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from accounts.permissions import SYSTEM
from bills.models import ReturnToOrigin
from bills.uncleared.clearance import ReturnStage
from eccs.workflow import take
from exports.models import CourierExportManifest, ReExportLine


def may_go(courier_id: int, station_id: str) -> QuerySet[ReturnToOrigin, ReturnToOrigin]:
    """The permitted returns of a courier at a station that stand on no export manifest yet."""
    live = ReExportLine.objects.filter(origin=OuterRef("pk"), live=True)
    rows: QuerySet[ReturnToOrigin, ReturnToOrigin] = ReturnToOrigin.objects.filter(
        ~Exists(live), courier=courier_id, station=station_id, stage=ReturnStage.PERMITTED, re_export__isnull=False
    )
    return rows.select_related("hawb", "re_export").order_by("decided_at", "pk")


def change(manifest: CourierExportManifest, add: Collection[int] | None, take_off: Collection[int]) -> None:
    """Put returns on a draft that is held, or take lines off; `add` of None is everything that may go."""
    manifest.re_exports.filter(pk__in=take_off).delete()
    rows = may_go(manifest.courier_id, manifest.station_id)
    rows = rows if add is None else rows.filter(pk__in=add)
    found = list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))
    ReExportLine.objects.bulk_create(ReExportLine(manifest=manifest, origin_id=pk) for pk in found)


def aboard(manifest: CourierExportManifest) -> QuerySet[ReExportLine, ReExportLine]:
    """The returns that leave with a manifest, or left with it."""
    rows: QuerySet[ReExportLine, ReExportLine] = manifest.re_exports.filter(live=True)
    return rows.select_related("origin__hawb", "origin__re_export")


def named(manifest: CourierExportManifest, numbers: Collection[str]) -> QuerySet[ReExportLine, ReExportLine]:
    """Of those aboard the returns with such a house airway bill or re-export record."""
    return aboard(manifest).filter(Q(origin__hawb__number__in=numbers) | Q(origin__re_export__number__in=numbers))


def bind(manifest: CourierExportManifest) -> None:
    """The manifest is filed: the returns on it go with the flight. Raises Refused where one may not go any more."""
    _move(aboard(manifest), manifest.taken_at, "put_on_manifest", manifest=manifest.number)


def shut_out(manifest: CourierExportManifest, numbers: Collection[str], reason: str) -> None:
    """These returns stay behind; of those that were recorded as gone that is taken back, and they are in the warehouse again."""
    ids = list(named(manifest, numbers).values_list("pk", flat=True))
    rows = aboard(manifest).filter(pk__in=ids)
    for stage, name in ((ReturnStage.ON_FLIGHT, "shut_out"), (ReturnStage.RETURNED, "short_ship")):
        lines = rows.filter(origin__stage=stage, pk__in=ids)
        moved = list(lines.values_list("pk", flat=True))
        _move(lines, manifest.taken_at, name, manifest=manifest.number, reason=reason)
        ReExportLine.objects.filter(pk__in=moved).update(live=False, shut_out_at=manifest.taken_at, reason=reason)


def leave(manifest: CourierExportManifest) -> None:
    """The aircraft has left: the goods are out of the warehouse, and the bills filed for them are closed."""
    _tell_departure(manifest, ReturnStage.RETURNED, "record_egm")  # those of which the custodian recorded it before
    _tell_departure(manifest, ReturnStage.ON_FLIGHT, "depart")


def correct(manifest: CourierExportManifest) -> None:
    """EGM number or departure of the flight were fed wrongly, and are corrected."""
    _tell_departure(manifest, ReturnStage.RETURNED, "record_egm")


def _tell_departure(manifest: CourierExportManifest, stage: str, name: str) -> None:
    _move(
        aboard(manifest).filter(origin__stage=stage), manifest.taken_at, name, airway_bill=manifest.mawb,
        flight=manifest.flight_number, egm_number=manifest.egm_number, departed_at=manifest.departed_at,
    )  # fmt: skip


def may_come(manifest: CourierExportManifest, numbers: Collection[str]) -> QuerySet[ReturnToOrigin, ReturnToOrigin]:
    """Of the returns with such a house airway bill or re-export record those that may be put on the manifest."""
    told = Q(hawb__number__in=numbers) | Q(re_export__number__in=numbers)
    return may_go(manifest.courier_id, manifest.station_id).filter(told)


def put_on(manifest: CourierExportManifest, numbers: Collection[str]) -> int:
    """Put returns on a manifest that is filed: they go with its flight. How many did."""
    found = list(may_come(manifest, numbers).select_for_update(of=("self",)).values_list("pk", flat=True))
    made = ReExportLine.objects.bulk_create(ReExportLine(manifest=manifest, origin_id=pk) for pk in found)
    rows = aboard(manifest).filter(pk__in=[line.pk for line in made])
    _move(rows, manifest.taken_at, "put_on_manifest", manifest=manifest.number)
    return len(made)


def _move(lines: QuerySet[ReExportLine, ReExportLine], at: datetime, name: str, **told: Any) -> None:
    for line in lines.order_by("origin"):
        take(line.origin, name, SYSTEM, at=at, **told)


def load(manifest: CourierExportManifest) -> tuple[int, Decimal]:
    """Packages and kilograms of the returns aboard, as weighed or as declared."""
    told = aboard(manifest).aggregate(
        n=Sum("origin__hawb__packages"),
        kg=Sum(Coalesce("origin__hawb__actual_weight_kg", "origin__hawb__gross_weight_kg")),
    )
    return told["n"] or 0, told["kg"] or Decimal(0)
