"""What Customs has let go and no aircraft has taken yet: nothing with a Let Export Order is lost from sight."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from bills.news import notices_about
from eccs.models import Notice
from exports.models import CourierShippingBill, ExportManifestLine
from exports.stages import Stage
from manifests.register import MOST_EXPORTED, written

LET = (Stage.LET_EXPORT, Stage.MANIFESTED)
COLUMNS = (
    "station", "hawb", "shipping_bill", "courier", "exporter", "packages", "let_export_order", "days", "manifest", "location",
)  # fmt: skip


def listed(actor: Actor, asked: str, days: int | None) -> QuerySet[Any]:
    """The shipping bills of the person that have a Let Export Order and have not left, by what was typed and by age."""
    live = ExportManifestLine.objects.filter(live=True).select_related("manifest")
    rows = CourierShippingBill.objects.visible_to(actor).filter(stage__in=LET)
    if asked:
        upper = asked.upper()
        rows = rows.filter(
            Q(hawb__startswith=upper) | Q(number=upper) | Q(consignor_name__istartswith=asked)
            | Q(courier__short_name__istartswith=asked)
        )  # fmt: skip
    if days is not None:
        rows = rows.filter(let_export_at__lte=timezone.now() - timedelta(days=days))
    found: QuerySet[Any] = rows.select_related("courier", "station", "kept").prefetch_related(
        Prefetch("manifest_lines", queryset=live, to_attr="on_flight")
    )
    return found


def exported(rows: QuerySet[Any]) -> Iterator[list[str]]:
    """The list as rows of a file, the longest waiting first."""
    now = timezone.now()
    for bill in rows.order_by("let_export_at", "pk")[:MOST_EXPORTED].iterator(chunk_size=2000):
        line, kept = next(iter(bill.on_flight), None), getattr(bill, "kept", None)
        yield [
            bill.station_id, bill.consignment, bill.number, bill.courier.short_name, bill.consignor_name, str(bill.packages),
            written(bill.let_export_at), str((now - bill.let_export_at).days), str(line.manifest) if line else "",
            kept.location if kept else "",
        ]  # fmt: skip


def reminder(bill: CourierShippingBill) -> list[Notice]:
    """The notices that goods with a Let Export Order still stand at the terminal."""
    assert bill.let_export_at is not None
    told = {"bill": bill, "since": f"{timezone.localtime(bill.let_export_at):%d/%m/%Y}"}
    return notices_about(
        bill, lambda: _("%(bill)s: the Let Export Order was given on %(since)s, and the goods have not left") % told
    )
