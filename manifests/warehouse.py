"""The custodian's computerised warehouse register: in, location, held, detained, out (PN17 5.3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import BigIntegerField, BooleanField, Exists, F, Func, OuterRef, Q, QuerySet
from django.dispatch import receiver
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from manifests import warehouse_paper
from manifests.events import goods_released
from manifests.models import Difference, HouseAirwayBill, WarehouseDetention, WarehouseEntry
from manifests.register import Register, written

VIEWS = {
    "": gettext_lazy("In the warehouse"), "held": gettext_lazy("On hold"), "detained": gettext_lazy("Detained"),
    "nowhere": gettext_lazy("Without a location"), "short": gettext_lazy("Settled as short"),
    "confiscated": gettext_lazy("Confiscated"), "out": gettext_lazy("Out"),
}  # fmt: skip
GONE = ("confiscated", "out")  # views of what is not kept for anybody any more


@receiver(goods_released)
def take_out_released(hawbs: QuerySet[HouseAirwayBill], at: datetime, **_kwargs: Any) -> None:
    """Out of Charge is given: the goods are out of the register, all of a moment in one statement."""
    take_out(hawbs.values("pk"), at, WarehouseEntry.Out.OUT_OF_CHARGE)


def take_out(hawbs: Any, at: datetime, on: str) -> None:
    """These house airway bills, a query for their keys or a list of them, have left the warehouse: on what, it says."""
    WarehouseEntry.objects.filter(_of(hawbs), out_at=None).update(out_at=at, out_on=on)


def put_back(hawbs: Any) -> None:
    """The goods of these house airway bills, recorded as sent back to their senders, were found to be still here."""
    WarehouseEntry.objects.filter(_of(hawbs), out_on=WarehouseEntry.Out.RETURNED).update(out_at=None, out_on="")


def _of(hawbs: Any) -> Any:
    """The condition that finds the lines of these shipments. A query is asked once and its keys are looked up one by one.

    Left to itself, the database may read the whole register anew for each of ten thousand shipments of a flight.
    """
    if not isinstance(hawbs, QuerySet):
        return Q(hawb__in=hawbs)
    keys = Func(ArraySubquery(hawbs), template="(%(expressions)s)", output_field=BigIntegerField())
    return Func(F("hawb_id"), keys, template="%(expressions)s", arg_joiner=" = ANY ", output_field=BooleanField())


def take_out_unseen(hawbs: QuerySet[HouseAirwayBill], at: datetime, on: str) -> None:
    """These leave the register, though perhaps nobody has scanned them in: cleared on paper, or confiscated.

    What has not come yet has its line before it comes: the scan then takes it in and out at once, and says so.
    """
    _begin(hawbs)
    take_out(hawbs.values("pk"), at, on)


def _begin(hawbs: QuerySet[HouseAirwayBill]) -> None:
    """A line of the register for each, also before it comes."""
    WarehouseEntry.objects.bulk_create(
        [
            WarehouseEntry(hawb=hawb, station_id=hawb.manifest.station_id, in_at=hawb.arrived_at)
            for hawb in hawbs.select_related("manifest")
        ],
        ignore_conflicts=True,
    )


_NEVER_SCANNED = """
INSERT INTO manifests_warehouseentry (station_id, hawb_id, location, out_on)
SELECT m.station_id, h.id, '', '' FROM manifests_expresscargomanifest m
JOIN manifests_houseairwaybill h ON h.manifest_id = m.id LEFT JOIN manifests_bag b ON b.id = h.bag_id
WHERE m.actual_arrival <= %s AND h.packages_arrived = 0 AND NOT h.transshipment
AND NOT EXISTS (SELECT 1 FROM manifests_warehouseentry w WHERE w.hawb_id = h.id)
AND NOT EXISTS (
    SELECT 1 FROM manifests_difference d WHERE d.manifest_id = m.id AND d.kind = 'SHORT' AND d.settled_at IS NOT NULL
        AND (d.hawb = h.number OR d.code = b.number)
)
ON CONFLICT (hawb_id) DO NOTHING
"""


def enter_never_scanned(landed_by: datetime) -> int:
    """What landed by then as the IGM tells and nobody has scanned has its line in the register too; return how many are new.

    Shipments that were settled as short did not come. Those that go on to another station are not kept here.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEVER_SCANNED, [landed_by])
        return int(cursor.rowcount)


def did_not_come() -> Q:
    """The condition that finds lines of what nobody has scanned and was settled as short, itself or its bag: it is not here.

    It had its line before: put on hold, detained, or landed as the IGM tells. Should it be scanned after all, it is here.
    """
    short = Difference.objects.filter(
        Q(hawb=OuterRef("hawb__number")) | Q(code=OuterRef("hawb__bag__number")),
        manifest=OuterRef("hawb__manifest"), kind=Difference.Kind.SHORT, settled_at__isnull=False,
    )  # fmt: skip
    return Q(in_at=None) & Q(Exists(short))


def detain(hawbs: QuerySet[HouseAirwayBill], at: datetime, memo: str) -> None:
    """These house airway bills are detained by a memo; what has not come yet is in the register before it comes."""
    _begin(hawbs)
    entries = WarehouseEntry.objects.filter(_of(hawbs.values("pk")))
    entries.update(detained_since=at)
    WarehouseDetention.objects.bulk_create(
        WarehouseDetention(entry_id=pk, memo=memo, since=at) for pk in entries.values_list("pk", flat=True)
    )


def end_detention(hawbs: QuerySet[HouseAirwayBill], at: datetime, memo: str) -> None:
    """These house airway bills are detained no longer; that they were stays in the register."""
    WarehouseDetention.objects.filter(entry__hawb__in=hawbs.values("pk"), memo=memo).update(until=at)
    WarehouseEntry.objects.filter(_of(hawbs.values("pk"))).update(detained_since=None)


def _narrow(rows: QuerySet[Any], view: str) -> QuerySet[Any]:
    """The lines of one view of the register."""
    if view == "confiscated":
        return rows.filter(out_on=WarehouseEntry.Out.CONFISCATED)
    if view == "held":
        return rows.filter(hawb__held_since__isnull=False)
    if view == "detained":
        return rows.filter(detained_since__isnull=False)
    if view == "short":
        return rows.filter(did_not_come())
    return rows.filter(location="", in_at__isnull=False) if view == "nowhere" else rows.exclude(did_not_come())


def _find(asked: str) -> Q:
    """By HAWB, bag, manifest, consignee or location."""
    upper = asked.upper()
    return (
        Q(hawb__number__startswith=upper) | Q(location=upper) | Q(hawb__bag__number=upper)
        | Q(hawb__manifest__number=upper) | Q(hawb__consignee_name__istartswith=asked)
    )  # fmt: skip


COLUMNS = (
    "station", "hawb", "bag", "manifest", "courier", "description", "consignee", "pieces", "in", "location", "held_since",
    "detained_since", "out", "out_on",
)  # fmt: skip


def _cells(entry: WarehouseEntry) -> list[str]:
    """A line of the register as a row of a file."""
    hawb = entry.hawb
    return [
        entry.station_id, hawb.number, hawb.bag.number if hawb.bag else "", hawb.manifest.number or "",
        hawb.manifest.courier.short_name, hawb.description, hawb.consignee_name,
        f"{hawb.packages_arrived}/{hawb.packages}", written(entry.in_at), entry.location, written(hawb.held_since),
        written(entry.detained_since), written(entry.out_at), str(entry.get_out_on_display()),
    ]  # fmt: skip


def happened(entry: WarehouseEntry) -> list[tuple[datetime, str, str]]:
    """What has happened to the goods in the warehouse, the latest first: when, what, by whom."""
    lines = [
        (move.at, _("Moved to %(place)s") % {"place": move.location}, move.by.full_name)
        for move in entry.moves.select_related("by")
    ]
    for hold in entry.hawb.holds.select_related("held_by", "released_by"):
        lines.append((hold.held_at, _("Put on hold: %(reason)s") % {"reason": hold.reason}, hold.held_by.full_name))
        if hold.released_at:
            lines.append((hold.released_at, _("Hold released"), hold.released_by.full_name if hold.released_by else ""))
    if entry.in_at:
        lines.append((entry.in_at, _("In"), ""))
    for one in entry.detentions.all():
        lines.append((one.since, _("Detained: memo %(memo)s") % {"memo": one.memo}, ""))
        if one.until:
            lines.append((one.until, _("Detention ended"), ""))
    if entry.out_at:
        lines.append((entry.out_at, str(entry.get_out_on_display()), ""))
    return sorted(lines, reverse=True)


REGISTER = Register(
    name="warehouse", title=gettext_lazy("Warehouse register"),
    find_label=gettext_lazy("HAWB, bag, manifest, location or consignee"),
    lines=lambda: WarehouseEntry.objects.select_related("hawb__manifest__courier", "hawb__bag", "station"),
    views=VIEWS, gone=GONE, narrow=_narrow, find=_find, columns=COLUMNS, cells=_cells, happened=happened,
    paper_columns=warehouse_paper.columns, on_paper=warehouse_paper.row,
    rows_template="manifests/_warehouse_rows.html", entry_template="manifests/warehouse_entry.html",
)  # fmt: skip
