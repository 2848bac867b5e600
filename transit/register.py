"""The register of transfer manifests: found by what was typed, with its totals, and as a file (PN17 14.0)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from eccs.moments import day, moment
from transit.models import NOTHING, CargoTransferManifest, TransferLine
from transit.querysets import ON_THE_WAY

MOST_EXPORTED = 50_000
COLUMNS = (
    "ctm", "stage", "station", "firm", "manifest", "destination", "place", "hawbs", "packages", "value_inr", "bond",
    "secured_inr", "fee_inr", "fee_challan", "fee_paid", "filed", "departed", "due_on", "days_overdue", "arrived", "certificate",
)  # fmt: skip


def found(rows: QuerySet[Any], given: dict[str, Any]) -> QuerySet[Any]:
    """The transfer manifests that fit the filters."""
    if text := (given.get("q") or "").strip():
        upper = text.upper()
        lines = TransferLine.objects.filter(hawb__number=upper).values("transfer")
        rows = rows.filter(
            Q(number__contains=upper) | Q(manifest__number=upper) | Q(courier__name__icontains=text)
            | Q(importer__name__icontains=text) | Q(pk__in=lines)
        )  # fmt: skip
    if to := (given.get("to") or "").strip():
        rows = rows.filter(Q(destination=to.upper()) | Q(destination__name__icontains=to))
    plain = {"stage": "stage", "since": "submitted_at__date__gte", "until": "submitted_at__date__lte"}
    rows = rows.filter(**{lookup: given[name] for name, lookup in plain.items() if given.get(name)})
    if given.get("overdue"):
        rows = rows.filter(pk__in=CargoTransferManifest.objects.overdue(timezone.localdate()).values("pk"))
    return rows


def totals(rows: QuerySet[Any]) -> dict[str, Any]:
    """Of those found: how many, on their way, overdue; shipments, value and what was debited for them."""
    today = timezone.localdate()
    on_the_way = Q(stage__in=ON_THE_WAY)
    told = rows.order_by().aggregate(
        transfers=Count("pk"), on_the_way=Count("pk", filter=on_the_way),
        overdue=Count("pk", filter=on_the_way & Q(due_on__lt=today)), hawbs=Sum("hawb_count"), value=Sum("value"),
        secured=Sum("secured"), fees=Sum("fee", filter=Q(fee_paid_at__isnull=False)),
    )  # fmt: skip
    return {name: value or (NOTHING if name in ("value", "secured", "fees") else 0) for name, value in told.items()}


def exported(rows: QuerySet[Any]) -> Iterator[list[str]]:
    """The register as rows of a file, the newest first."""
    today = timezone.localdate()
    ordered = rows.select_related("courier", "importer", "manifest", "destination", "bond", "arrival").order_by("-pk")[
        :MOST_EXPORTED
    ]
    for one in ordered.iterator(chunk_size=2000):
        arrival = getattr(one, "arrival", None)
        certificate = one.certificate or (arrival.number if arrival is not None and arrival.recorded_at else "")
        yield [
            one.number or "", str(one.get_stage_display()), one.station_id, one.firm.name, one.manifest.number or "",
            one.destination_id, one.destination.name, str(one.hawb_count), str(one.package_count), str(one.value),
            str(one.bond or ""), str(one.secured), str(one.fee), one.fee_challan, moment(one.fee_paid_at),
            moment(one.submitted_at), moment(one.departed_at), day(one.due_on), str(one.days_over(today) or ""),
            moment(one.arrived_at), certificate or "",
        ]  # fmt: skip
