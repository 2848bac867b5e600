"""Amending a filed CSB-III: its flight, and the bags and house airway bills that it covers (PN17 11.0; Form G).

until the goods are registered | the flight; shipments and bags taken off and put on
registered, not let go         | the flight; shipments and bags taken off; what the scale shows of bags and loose shipments
with the Let Export Order      | airline, flight, MAWB and times: Form F then tells with what it left
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from bills.amendable import Declared
from bills.requests import Change, text_of
from bills.xi.amending import OFF, ON
from eccs.uploads import Table
from eccs.workflow import Refused
from exports.forms.words import OF_DOCUMENTS
from exports.iii import labels, weighing
from exports.iii.columns import COLUMNS, FLIGHT
from exports.iii.filing import hold_numbers, write_shipments
from exports.iii.reading import Covered, as_table, judge_flight_of, judge_shipments
from exports.models import CourierShippingBill, ExportBag, ExportShipment, FormG
from exports.stages import Stage

NAMES = (*FLIGHT, OFF, ON)  # what is amended of documents
DESTINATION = ("airport_of_destination", "destination_country")


def why_locked(bill: CourierShippingBill) -> dict[str, str]:
    """What no amendment changes at the stage where a bill of documents stands, each with why."""
    if bill.stage == Stage.MANIFESTED:
        reason = _("It stands on an export manifest that is filed: have the goods shut out of the flight first.")
        return dict.fromkeys(NAMES, reason)
    if bill.let_export_at:
        given = _(
            "The Let Export Order is given for these documents: what is not to leave with a flight is shut out of it."
        )
        return dict.fromkeys((*DESTINATION, OFF, ON), given)
    if bill.registered_at:
        return {ON: _("The documents are registered at the terminal: file another CSB-III for what came later.")}
    return {}


def flight_of(bill: CourierShippingBill) -> dict[str, str]:
    """The flight as it stands, as it is typed."""
    flight: FormG = bill.form_g
    leaves = timezone.localtime(flight.departs_at)
    return {
        "airline": flight.airline, "flight_number": flight.flight_number, "mawb": flight.mawb,
        "airport_of_destination": bill.airport_of_destination, "destination_country": bill.destination_country,
        "departure_date": f"{leaves:%Y-%m-%d}", "departure_time": f"{leaves:%H:%M}", "landing_date": text_of(flight.lands_on),
        "ulds": text_of(flight.ulds),
    }  # fmt: skip


def declared(bill: CourierShippingBill) -> Iterator[Declared]:
    """What of the flight may be amended where the bill stands."""
    shut = why_locked(bill)
    return (Declared(name, told) for name, told in flight_of(bill).items() if name not in shut)


def named(bill: CourierShippingBill, numbers: Collection[str]) -> QuerySet[ExportShipment]:
    """The shipments of a bill with such a number, or in such a bag."""
    found: QuerySet[ExportShipment] = bill.shipments.filter(Q(number__in=numbers) | Q(bag__number__in=numbers))
    return found


def taken_off(bill: CourierShippingBill, numbers: Sequence[str]) -> tuple[list[Change], list[str]]:
    """Bags and house airway bills that go, each shipment by its own number, and which of the numbers are not on the bill."""
    going = named(bill, numbers).order_by("pk").values_list("number", "bag__number")
    known = {one for both in going for one in both}
    hawbs = [hawb for hawb, _bag in going]
    changes = [{"name": OFF, "item": 0, "old": " ".join(hawbs), "new": ""}] if hawbs else []
    return changes, [number for number in numbers if number not in known]


def put_on(rows: Sequence[dict[str, str]]) -> list[Change]:
    """House airway bills that come, with what is declared of each."""
    if not rows:
        return []
    return [{"name": ON, "item": 0, "old": "", "new": "; ".join(map(_words, rows)), "values": list(rows)}]


def _words(row: dict[str, str]) -> str:
    where = _("bag %(bag)s") % {"bag": row["bag_number"]} if row["bag_number"] else _("loose")
    parties = f"{row['consignor_name']} → {row['consignee_name']}"
    return f"{row['hawb']}, {where}, {row['pieces']} × {row['gross_weight_kg']} kg, {parties}"


def _going(changes: Sequence[Change]) -> list[str]:
    return [number for one in changes if one["name"] == OFF for number in one["old"].split()]


def judged(bill: CourierShippingBill, changes: Sequence[Change]) -> tuple[dict[str, Any], Table, list[str]]:
    """The flight and the shipments put on, checked as filing checks them; and what stands against the changes, in words.

    The row of a fault in the table is the place of the shipment among those put on.
    """
    assert bill.presented_on is not None
    told = flight_of(bill) | {one["name"]: one["new"] for one in changes if one["name"] in FLIGHT}
    flights, flight = judge_flight_of(told, bill.presented_on)
    rows = [row for one in changes if one["name"] == ON for row in one["values"]]
    going = _going(changes)
    table = as_table(rows, COLUMNS)
    if rows:
        judge_shipments(bill, table, going)
        _judge_beside(bill, table, going)
    table.faults = [*flights.faults, *table.faults]
    said = [f"{OF_DOCUMENTS[fault.column]} {fault.reason}." for fault in table.faults]
    here = set(named(bill, going).values_list("number", flat=True))
    if gone := [number for number in going if number not in here]:
        said.append(_("%(number)s is not on the bill.") % {"number": ", ".join(gone[:10])})
    if not rows and bill.shipments.count() == len(here):
        said.append(_("No shipment would be left: ask for a cancellation."))
    return flight, table, said + weighing.judged(bill, changes)


def _judge_beside(bill: CourierShippingBill, table: Table, going: Collection[str]) -> None:
    """A bag that has come is closed, and no number stands for a bag and for a shipment."""
    values = table.values
    bags = dict(bill.bags.values_list("number", "arrived_at"))
    stay = set(bill.shipments.exclude(number__in=going).values_list("number", flat=True))
    for index, (hawb, bag) in enumerate(zip(values["hawb"], values["bag_number"], strict=True)):
        if bag and bags.get(bag):
            table.fault(index, "bag_number", bag, _("is at the terminal already: put the shipment in another bag"))
        if bag in stay or hawb in bags:
            table.fault(index, "bag_number", bag or "", _("is the number of a bag and of a house airway bill"))


def apply(bill: CourierShippingBill, changes: Sequence[Change]) -> list[FormG]:
    """Put an approved amendment on a bill of documents; its flight is to be written. Raises Refused.

    What is at the terminal is looked at by the RMS again, and what it prescribes is added. The trail keeps before and after.
    """
    hold_numbers(bill)
    flight, table, said = judged(bill, changes)
    if said:
        raise Refused(said, bill)
    before = _sums(bill)
    _take_off(bill, _going(changes))
    weighing.apply(bill, changes)
    come = Covered(flight, table.values)
    if come.count:
        write_shipments(bill, come, dict(bill.bags.values_list("number", "pk")))
    _count(bill)
    form_g: FormG = bill.form_g
    for name in ("airline", "flight_number", "mawb", "ulds"):
        setattr(form_g, name, flight[name])
    form_g.departs_at, form_g.lands_on = come.departs_at, flight["landing_date"]
    for name in DESTINATION:
        setattr(bill, name, flight[name])
    bill.snapshot_for_trail = {"changes": list(changes), "before": before, "after": _sums(bill)}
    if bill.registered_at and not bill.let_export_at:
        from exports.risk import ask_again_of_documents

        bill.reopened_at = bill.taken_at
        ask_again_of_documents(bill)
    return [form_g]


def _take_off(bill: CourierShippingBill, going: list[str]) -> None:
    """These shipments, and the bags that are empty without them, are on the bill no more, nor among what has come for it."""
    rows = bill.shipments.filter(number__in=going)
    came: int = rows.filter(bag=None).aggregate(n=Sum("packages_arrived"))["n"] or 0
    rows.delete()
    empty = bill.bags.filter(shipments=None)
    bill.packages_in -= came + empty.filter(arrived_at__isnull=False).count()
    ExportBag.objects.filter(pk__in=list(empty.values_list("pk", flat=True))).delete()


def _count(bill: CourierShippingBill) -> None:
    """How many shipments and bags the bill covers now, and what they weigh, declared and found."""
    there = ExportShipment.objects.filter(bill=bill)
    bill.shipment_count, bill.packages, weighed = labels.load(there)
    bill.bag_count = bill.bags.count()
    bill.gross_weight_kg = there.aggregate(kg=Sum("gross_weight_kg"))["kg"] or Decimal(0)
    if bill.actual_weight_kg is not None:
        bill.actual_weight_kg = weighed


def _sums(bill: CourierShippingBill) -> dict[str, Any]:
    """What the bill covers, for the trail."""
    return {
        "shipments": bill.shipment_count, "bags": bill.bag_count, "packages": bill.packages,
        "gross_weight_kg": text_of(bill.gross_weight_kg),
    }  # fmt: skip
