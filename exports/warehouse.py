"""The register of goods for export: in with the first scan, a location, shut out, detained, out with the flight.

What a register does is the same as for goods that came in: see manifests.register.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bills.stages import Hold
from eccs.written import hawbs
from exports import warehouse_paper
from exports.iii import register
from exports.models import CourierShippingBill, ExportGoods, ExportManifestLine, ExportShipment
from exports.stages import LET_GO, Stage
from manifests.register import Register, written

VIEWS = {
    "": gettext_lazy("In the warehouse"), "let": gettext_lazy("Let Export Order"), "shut-out": gettext_lazy("Shut out"),
    "detained": gettext_lazy("Detained"), "nowhere": gettext_lazy("Without a location"), "out": gettext_lazy("Out"),
}  # fmt: skip
COLUMNS = (
    "station", "hawb", "shipping_bill", "courier", "exporter", "description", "destination", "packages", "in", "location",
    "stage", "shut_out", "out", "out_on",
)  # fmt: skip


def take_in(bills: Collection[CourierShippingBill], at: datetime) -> None:
    """The first package of each is scanned: its line of the register begins; one that has a line keeps it."""
    ExportGoods.objects.bulk_create(
        (ExportGoods(bill=bill, station_id=bill.station_id, in_at=at) for bill in bills), ignore_conflicts=True
    )


def take_out(bills: Any, at: datetime, on: str) -> None:
    """The goods of these shipping bills have left the warehouse: on what, it says."""
    ExportGoods.objects.filter(bill__in=bills, out_at=None).update(out_at=at, out_on=on, pieces_here=None)


def take_back(bills: Any) -> None:
    """The goods of these shipping bills were found to be still here."""
    ExportGoods.objects.filter(bill__in=bills, out_on=ExportGoods.Out.EXPORTED).update(out_at=None, out_on="")


def count_documents(bills: Collection[int]) -> None:
    """Of documents some may have left and some not: what is still here is counted by bags and loose pieces."""
    stayed = ExportShipment.objects.filter(bill__in=bills, left_with=None).order_by().values("bill")
    counted = stayed.annotate(bags=Count("bag", distinct=True), loose=Sum("packages", filter=Q(bag=None)))
    here = {one["bill"]: one["bags"] + (one["loose"] or 0) for one in counted}
    entries = list(ExportGoods.objects.filter(bill__in=here, out_at=None))
    for entry in entries:
        entry.pieces_here = here[entry.bill_id]
    ExportGoods.objects.bulk_update(entries, ["pieces_here"])


def lines() -> QuerySet[Any]:
    """The lines with whatever they tell; since when each was last shut out stands on its manifests."""
    rows = ExportGoods.objects.select_related("bill__courier", "station").annotate(stayed_at=register.STAYED_AT)
    found: QuerySet[Any] = rows.prefetch_related("bill__manifest_lines__manifest")
    return found


def _narrow(rows: QuerySet[Any], view: str) -> QuerySet[Any]:
    if view == "let":
        return rows.filter(bill__stage__in=LET_GO)
    if view == "shut-out":
        behind = ExportManifestLine.objects.filter(bill=OuterRef("bill"), shut_out_at__isnull=False)
        return rows.filter(Exists(behind) | register.STAYS_BEHIND, bill__stage=Stage.LET_EXPORT)
    if view == "detained":
        return rows.filter(bill__holds__contains=Hold.DETENTION.value)
    return rows.filter(location="") if view == "nowhere" else rows


def _find(asked: str) -> Q:
    upper = asked.upper()
    return (
        Q(bill__hawb__startswith=upper) | Q(location=upper) | Q(bill__number=upper)
        | register.of_number(upper) | Q(bill__consignor_name__istartswith=asked) | Q(bill__manifest_lines__live=True, bill__manifest_lines__manifest__number=upper)
    )  # fmt: skip


def _cells(entry: ExportGoods) -> list[str]:
    bill = entry.bill
    return [
        entry.station_id, bill.consignment, bill.number or "", bill.courier.short_name, bill.consignor_name, bill.goods,
        bill.airport_of_destination, entry.packages, written(entry.in_at), entry.location,
        str(bill.get_stage_display()), written(warehouse_paper.last_shut_out(entry)), written(entry.out_at),
        str(entry.get_out_on_display()),
    ]  # fmt: skip


def happened(entry: ExportGoods) -> list[tuple[datetime, str, str]]:
    """What has happened to the goods at the terminal, the latest first: when, what, by whom."""
    bill = entry.bill
    told = [
        (move.at, _("Moved to %(place)s") % {"place": move.location}, move.by.full_name)
        for move in entry.moves.select_related("by")
    ]
    told += [(entry.in_at, _("In"), "")] if entry.in_at else []
    told += [(bill.let_export_at, _("Let Export Order"), "")] if bill.let_export_at else []
    for line in bill.manifest_lines.all():
        if line.shut_out_at:
            words = _("Shut out of %(manifest)s: %(reason)s") % {"manifest": line.manifest, "reason": line.reason}
            told.append((line.shut_out_at, words, ""))
    told += [(at, words, "") for at, words in (register.stayed_behind(bill) if bill.is_documents else ())]
    parts = ExportManifestLine.objects.filter(bill=bill, live=True, in_part=True).annotate(n=Count("left"))
    for line in parts.select_related("manifest"):
        words = _("%(hawbs)s left with %(manifest)s") % {"hawbs": hawbs(line.n), "manifest": line.manifest}
        told += [(line.manifest.departed_at, words, "")] if line.manifest.departed_at else []
    for memo in bill.detentions.all():
        told.append((memo.issued_at, _("Detained: memo %(memo)s") % {"memo": memo}, ""))
        if memo.ended_at:
            told.append((memo.ended_at, _("Detention ended"), ""))
    if entry.out_at:
        told.append((entry.out_at, str(entry.get_out_on_display()), ""))
    return sorted(told, reverse=True)


REGISTER = Register(
    name="export-goods", title=gettext_lazy("Register of goods for export"),
    find_label=gettext_lazy("HAWB, shipping bill, manifest, location or exporter"), lines=lines, views=VIEWS, gone=("out",),
    narrow=_narrow, find=_find, columns=COLUMNS, cells=_cells, happened=happened, paper_columns=warehouse_paper.columns,
    on_paper=warehouse_paper.row, rows_template="exports/_register_rows.html", entry_template="exports/register_entry.html",
)  # fmt: skip
