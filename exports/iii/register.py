"""Documents in the register of goods for export: bag by bag, what is still at the terminal, what stayed behind, and what left with which flight."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from exports.iii.labels import AS_WEIGHED
from exports.models import CourierShippingBill, ExportBag, ExportShipment, ShipmentShutOut

SHOWN = 300
NAMED = 10

_BEHIND = ShipmentShutOut.objects.filter(line__bill=OuterRef("bill"), shipment__left_with=None)
STAYS_BEHIND = Exists(_BEHIND)
"""Of the documents of a line something that was shut out, or found to be short-shipped, is still here."""

STAYED_AT = Subquery(_BEHIND.order_by("-at").values("at")[:1])
"""When that was last said."""


def of_number(number: str) -> Q:
    """The condition of lines whose documents have such a bag, or such a house airway bill."""
    bags, hawbs = ExportBag.objects.filter(number=number), ExportShipment.objects.filter(number=number)
    return Q(bill__in=bags.values("bill")) | Q(bill__in=hawbs.values("bill"))


def parts(bill: CourierShippingBill) -> list[dict[str, Any]]:
    """Each bag and each loose shipment, or the part of it that left with a flight: one query."""
    if not bill.is_documents:
        return []
    rows: QuerySet[ExportShipment, Any] = ExportShipment.objects.filter(bill=bill).order_by()
    told: Any = rows.values(
        label=Coalesce("bag__number", "number"), in_bag=F("bag"), flight=F("left_with__manifest__number"),
        left_at=F("left_with__manifest__departed_at"),
    ).annotate(n=Count("pk"), pieces=Sum("packages"), kg=Sum(AS_WEIGHED), in_at=Min("arrived_at"))  # fmt: skip
    return list(told.order_by(F("left_at").asc(nulls_first=True), "label")[: SHOWN + 1])


def stayed_behind(bill: CourierShippingBill) -> Iterator[tuple[datetime, str]]:
    """When bags and shipments were shut out of a flight or found to be short-shipped, which, and why."""
    rows = ShipmentShutOut.objects.filter(line__bill=bill).select_related("line__manifest").order_by("at", "line", "pk")
    shown = rows.annotate(label=Coalesce("shipment__bag__number", "shipment__number"))
    for (at, _line, reason), together in groupby(shown, key=lambda one: (one.at, one.line_id, one.reason)):
        those = list(together)
        labels = list(dict.fromkeys(one.label for one in those))
        told = {
            "what": ", ".join(labels[:NAMED]) + (" …" if len(labels) > NAMED else ""), "reason": reason,
            "manifest": those[0].line.manifest,
        }  # fmt: skip
        left: datetime | None = those[0].line.manifest.departed_at
        late = left is not None and at > left
        words = (
            _("%(what)s did not leave with %(manifest)s: %(reason)s")
            if late
            else _("%(what)s shut out of %(manifest)s: %(reason)s")
        )
        yield at, words % told
