"""Building an export manifest: which shipping bills may stand on it, and putting them on and off while it is a draft."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from eccs.workflow import Refused
from exports import going_back
from exports.clearance.leaving import Stage
from exports.models import CourierExportManifest, CourierShippingBill, ExportManifestLine
from exports.stages import Stage as BillStage


def may_go(courier_id: int, station_id: str) -> QuerySet[CourierShippingBill, CourierShippingBill]:
    """The shipping bills of a courier at a station that Customs has let go and that stand on no export manifest yet."""
    live = ExportManifestLine.objects.filter(bill=OuterRef("pk"), live=True, in_part=False)
    rows: QuerySet[CourierShippingBill, CourierShippingBill] = CourierShippingBill.objects.filter(
        ~Exists(live), courier=courier_id, station=station_id, stage=BillStage.LET_EXPORT, holds=""
    )
    return rows.order_by("let_export_at", "pk")


def change(
    manifest: CourierExportManifest, *, add: Collection[int] | None = (), take_off: Collection[int] = (),
    returns: Collection[int] | None = (), returns_off: Collection[int] = (),
) -> None:  # fmt: skip
    """Put shipping bills and returns on a draft, or take lines off; None is everything that may go. Raises Refused."""
    with transaction.atomic():
        held = CourierExportManifest.objects.select_for_update(of=("self",)).get(pk=manifest.pk)
        if held.stage != Stage.DRAFT:
            raise Refused([_("The manifest is filed: goods that stay behind are shut out.")], held)
        held.lines.filter(pk__in=take_off).delete()
        rows = may_go(held.courier_id, held.station_id)
        rows = rows if add is None else rows.filter(pk__in=add)
        bills = list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))
        ExportManifestLine.objects.bulk_create(ExportManifestLine(manifest=held, bill_id=pk) for pk in bills)
        going_back.change(held, returns, returns_off)
        held.sum_up()
        held.save(update_fields=["bill_count", "package_count", "gross_weight_kg"])


def drafts_with(bill: int) -> QuerySet[CourierExportManifest, CourierExportManifest]:
    """The draft on which a shipping bill stands: at most one."""
    found: QuerySet[CourierExportManifest, CourierExportManifest] = CourierExportManifest.objects.filter(
        stage=Stage.DRAFT, pk__in=ExportManifestLine.objects.filter(bill=bill, live=True).values("manifest")
    )
    return found


def take_off_drafts(bill: CourierShippingBill) -> None:
    """A shipping bill that is cancelled stands on no draft any more. Part of its step, which holds the draft first."""
    for manifest in drafts_with(bill.pk):
        manifest.lines.filter(bill=bill).delete()
        manifest.sum_up()
        manifest.save(update_fields=["bill_count", "package_count", "gross_weight_kg"])
