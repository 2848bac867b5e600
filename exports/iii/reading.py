"""What a CSB-III declares, checked: the flight of Form G, and the house airway bills of documents. Forms and files share these checks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from bills import drafts
from eccs.uploads import Column, Sheet, Table, check
from exports import excluded
from exports.iii.columns import COLUMNS, FLIGHT_COLUMNS
from exports.models import CourierShippingBill, ExportBag, ExportShipment
from exports.reading import hawbs_taken
from manifests.reading import judge_bags, judge_hawbs


@dataclass
class Covered:
    """The flight and the shipments of a CSB-III, checked, the shipments column by column."""

    flight: dict[str, Any]
    shipments: dict[str, list[Any]]

    @property
    def count(self) -> int:
        """How many house airway bills."""
        return len(self.shipments["hawb"])

    @property
    def bags(self) -> list[str]:
        """The bags they are in, in the order of the rows."""
        return list(dict.fromkeys(bag for bag in self.shipments["bag_number"] if bag))

    @property
    def loose(self) -> int:
        """How many are in no bag."""
        return sum(1 for bag in self.shipments["bag_number"] if not bag)

    @property
    def labels(self) -> int:
        """What is scanned at the terminal: bags, and the pieces of loose shipments."""
        rows = zip(self.shipments["bag_number"], self.shipments["pieces"], strict=True)
        pieces: int = sum(pieces for bag, pieces in rows if not bag)
        return len(self.bags) + pieces

    @property
    def weight(self) -> Decimal:
        """Gross weight in all, kg."""
        return sum(self.shipments["gross_weight_kg"], Decimal(0))

    @property
    def departs_at(self) -> datetime:
        """When the flight is to leave, by the clock of India."""
        at = datetime.fromisoformat(f"{self.flight['departure_date']}T{self.flight['departure_time']}")
        return timezone.make_aware(at)


def as_table(rows: Sequence[dict[str, str]], columns: Sequence[Column]) -> Table:
    """What was typed, or is amended, as the rows of a file; every cell checked."""
    names = [column.name for column in columns]
    cells = [[str(row.get(name, "") or "").strip() for name in names] for row in rows]
    return check(Sheet(names, cells, list(range(1, len(rows) + 1)), False), columns)


def judge_flight(bill: CourierShippingBill, on: date | None = None) -> tuple[Table, dict[str, Any]]:
    """Check the flight as typed in a draft."""
    return judge_flight_of(drafts.header(bill), on or timezone.localdate())


def judge_flight_of(told: dict[str, str], on: date) -> tuple[Table, dict[str, Any]]:
    """Check a flight: on that day it is to come, and it lands after it has left."""
    table = as_table([told], FLIGHT_COLUMNS)
    flight = {name: values[0] for name, values in table.values.items()}
    leaves, lands = flight["departure_date"], flight["landing_date"]
    if leaves is not None and leaves < on:
        today = on == timezone.localdate()
        table.fault(
            0, "departure_date", leaves, _("is before today") if today else _("is before the bill was presented")
        )
    if leaves is not None and lands is not None and lands < leaves:
        table.fault(0, "landing_date", lands, _("is before the departure"))
    return table, flight


def judge_shipments(bill: CourierShippingBill, table: Table, going: Collection[str] = ()) -> None:
    """What no single cell shows: a HAWB given twice or filed already, a bag that is awaited at the terminal already.

    `going` are shipments that an amendment takes off the bill at the same time: their numbers are free.
    """
    judge_bags(table, judge_hawbs(table))
    values = table.values
    taken = hawbs_taken(bill.courier_id, values["hawb"], but=bill.pk) - {*going}
    bags = {bag for bag in values["bag_number"] if bag}
    awaited = ExportBag.objects.filter(
        station=bill.station_id, number__in=bags, arrived_at=None, ended_at=None
    ).exclude(bill=bill)
    there = set(awaited.values_list("number", flat=True)) if bags else set[str]()
    for index, (hawb, bag) in enumerate(zip(values["hawb"], values["bag_number"], strict=True)):
        if hawb in taken:
            table.fault(index, "hawb", hawb, _("has a shipping bill already"))
        if bag in there:
            table.fault(index, "bag_number", bag, _("is awaited at the terminal already: give the bag another number"))
    _judge_goods(bill, table)


def _judge_goods(bill: CourierShippingBill, table: Table) -> None:
    """No document is described as goods that the Regulations exclude, unless the DC/AC permitted the shipment."""
    exclusions = excluded.Exclusions.of_day(bill.presented_on or timezone.localdate())
    values = table.values
    found = [
        (index, hawb, barred)
        for index, (hawb, said) in enumerate(zip(values["hawb"], values["description"], strict=True))
        if said and (barred := exclusions.barred("", said))
    ]
    free = excluded.permitted(bill.courier, bill.station_id, bill.filed_at) if found else set[tuple[str, str]]()
    for index, hawb, barred in found:
        if (hawb, "") not in free:
            table.fault(index, "description", values["description"][index], barred.why)


def judge_draft(bill: CourierShippingBill) -> tuple[Table, Covered | None]:
    """Check a draft by the very rules of a file. The row of a fault is the number of the house airway bill."""
    flights, flight = judge_flight(bill)
    table = as_table(drafts.items(bill) or [{}], COLUMNS)
    judge_shipments(bill, table)
    table.faults = [*flights.faults, *table.faults]
    return table, None if table.faults else Covered(flight, table.values)


def standing(bill: CourierShippingBill) -> Any:
    """The shipments of a filed bill in the order of filing, each with its bag."""
    return ExportShipment.objects.filter(bill=bill).select_related("bag").order_by("pk")
