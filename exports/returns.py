"""Exported goods that come back: the bill of entry names the shipping bill, and what does not agree with it is said.

The exporter imports them (same IEC); each item was exported with the shipping bill, and no more comes back than left. Jewellery
sold by e-commerce comes back unsold under conditions of its own (Notification 57/2022; Circular 09/2022).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from bills.models import CourierBillOfEntry, Item
from bills.returns import JEWELLERY, NAME
from eccs.dated_rules import rule_book
from eccs.money import rupees
from eccs.uploads.checks import Table
from exports.models import CourierShippingBill
from exports.stages import Stage

if TYPE_CHECKING:
    from bills.flight import Flight

Left = dict[tuple[int, str], Decimal]  # by shipping bill and tariff item, what may still come back


def judge(flight: Flight, table: Table, groups: list[list[int]]) -> None:
    """Judge the bills that name a shipping bill; a fixed number of queries. The number is kept, also where the HAWB was typed."""
    values = table.values
    asked = {str(values[NAME][rows[0]]).upper() for rows in groups}
    found = CourierShippingBill.objects.filter(
        Q(number__in=asked) | Q(hawb__in=asked, discarded_at=None), courier=flight.manifest.courier_id
    ).exclude(stage=Stage.DRAFT)
    bills = {name: bill for bill in found.prefetch_related("items") for name in (bill.hawb, bill.number or "")}
    left = still_out(bills.values())
    for rows in groups:
        first, given = rows[0], str(values[NAME][rows[0]]).upper()
        bill = bills.get(given)
        if bill is None:
            table.fault(first, NAME, given, _("is no shipping bill of yours, nor a HAWB with one"))
        elif bill.stage != Stage.EXPORTED:
            table.fault(first, NAME, given, _("has not been exported: no EGM number is fed"))
        else:
            values[NAME][first] = bill.number
            _compare(table, rows, bill, left)
            _jewellery(flight, table, first, bill)


def still_out(bills: Any) -> Left:
    """What was exported with these shipping bills and has not come back on a filed bill of entry."""
    by_number = {bill.number: bill for bill in bills}
    left: Left = defaultdict(Decimal)
    for bill in by_number.values():
        for item in bill.items.all():
            left[bill.pk, item.cth] += item.quantity
    came = Item.objects.filter(bill__return_of__in=by_number, bill__discarded_at=None, bill__filed_at__isnull=False)
    for number, cth, quantity in came.values_list("bill__return_of", "cth").annotate(Sum("quantity")):
        left[by_number[number].pk, cth] -= quantity
    return left


def _compare(table: Table, rows: list[int], bill: CourierShippingBill, left: Left) -> None:
    """The same exporter, and items that left with the shipping bill, no more than left."""
    values, first = table.values, rows[0]
    told = {"bill": bill.number}
    if bill.iec and (iec := values["iec"][first]) is not None and iec != bill.iec:
        table.fault(first, "iec", iec, _("is not the exporter's IEC on %(bill)s") % told)
    for index in rows:
        cth, quantity = values["cth"][index], values["quantity"][index]
        if cth is None or quantity is None:
            continue
        if (bill.pk, cth) not in left:
            table.fault(index, "cth", cth, _("was not exported with %(bill)s") % told)
            continue
        if quantity > left[bill.pk, cth]:
            most = {**told, "left": f"{max(left[bill.pk, cth], Decimal(0)).normalize():f}"}
            words = _("is more than was exported with %(bill)s and has not come back: %(left)s")
            table.fault(index, "quantity", quantity, words % most)
        left[bill.pk, cth] -= quantity


def _jewellery(flight: Flight, table: Table, first: int, bill: CourierShippingBill) -> None:
    """Jewellery sold by e-commerce: declared to come back, from the same consignee, at the same terminal, in time, and of little value."""
    if not (bill.ecommerce and any(item.cth.startswith(JEWELLERY) for item in bill.items.all())):
        return
    for reason in why_not_jewellery(bill, flight.manifest.station_id, flight.presented_on):
        table.fault(first, NAME, bill.number, reason)
    hawb = flight.hawbs.get(table.values["hawb"][first])
    if hawb is not None and _plain(hawb.consignor_name) != _plain(bill.consignee_name):
        words = _("was sent to %(name)s, who must send it back: the manifest names another consignor")
        table.fault(first, NAME, bill.number, words % {"name": bill.consignee_name})
    if not table.values["ecommerce"][first]:
        table.fault(first, "ecommerce", "", _("is missing: the jewellery was sold by e-commerce"))


def _plain(name: str) -> str:
    """A name as it is compared: whatever its capitals, stops and spaces."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def why_not_jewellery(bill: CourierShippingBill, station: str, on: date) -> list[str]:
    """Why e-commerce jewellery of a shipping bill does not come back at this station on this day."""
    assert bill.let_export_at is not None
    let, book = timezone.localdate(bill.let_export_at), rule_book()
    days, limit = (
        book.count("return_jewellery_days", let, station),
        book.amount("return_jewellery_fob_limit", let, station),
    )
    told = []
    if not bill.reimport_facility:
        told.append(_("did not declare that unsold jewellery is to come back"))
    if bill.station_id != station:
        told.append(_("left from %(station)s: jewellery comes back where it left") % {"station": bill.station_id})
    if (on - let).days > days:
        told.append(_("got its Let Export Order more than %(days)d days ago") % {"days": days})
    if bill.fob_value > limit:
        told.append(_("is worth more than %(limit)s FOB") % {"limit": rupees(limit)})
    return ["; ".join(told)] if told else []


def came_back(bill: CourierShippingBill, actor: Any) -> list[CourierBillOfEntry]:
    """The bills of entry on which goods of a shipping bill came back, those that the person may see."""
    rows = CourierBillOfEntry.objects.visible_to(actor).filter(return_of=bill.number or "-", discarded_at=None)
    return list(rows.order_by("pk"))
