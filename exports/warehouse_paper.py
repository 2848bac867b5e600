"""A line of the register of goods for export as it is printed, and where its goods were last shut out."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from eccs.papers import Column, moment
from exports.models import ExportGoods
from exports.stages import Stage
from manifests.warehouse_paper import stay


def last_shut_out(entry: ExportGoods) -> datetime | None:
    """When goods that wait for another flight were last shut out, as a whole or some bags of documents, or nothing."""
    if entry.bill.stage != Stage.LET_EXPORT:
        return None
    behind: list[datetime | None] = [line.shut_out_at for line in entry.bill.manifest_lines.all()]
    some: datetime | None = entry.stayed_at  # type: ignore[attr-defined]  # told with the line
    return max(filter(None, (*behind, some)), default=None)


def columns() -> list[Column]:
    """The columns of the register of goods for export on paper."""
    return [
        Column(_("HAWB"), 0.14), Column(_("Goods"), 0.14), Column(_("Exporter"), 0.15), Column(_("Courier"), 0.135),
        Column(_("In"), 0.11), Column(_("Days"), 0.06, right=True), Column(_("Location"), 0.08), Column(_("Stage or out"), 0.185),
    ]  # fmt: skip


def row(entry: ExportGoods, now: datetime) -> list[str]:
    """A line of the register on paper."""
    bill = entry.bill
    out = last_shut_out(entry)
    standing = [
        f"{entry.get_out_on_display()} {moment(entry.out_at)}" if entry.out_at else str(bill.get_stage_display())
    ]
    if out:
        standing.append(_("shut out %(at)s") % {"at": moment(out)})
    return [
        f"{bill.consignment}\n{entry.packages}", _("Documents") if bill.is_documents else bill.goods, bill.consignor_name, bill.courier.short_name,
        *stay(entry, now), entry.location or "-", "\n".join(standing),
    ]  # fmt: skip
