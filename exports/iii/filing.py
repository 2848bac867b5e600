"""Filing a CSB-III: its shipments and bags written in a statement each, however many house airway bills it covers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection
from django.utils import timezone

from bills.filing_together import by_bag, refuse_faults
from counter.sealing import on_behalf
from eccs.copying import Mould, copy_models, next_ids
from exports.filing import hold_alone, hold_hawbs_of
from exports.iii.reading import Covered, judge_draft
from exports.models import CourierShippingBill, ExportBag, ExportShipment, FormG

SAME = (
    "gross_weight_kg", "description", "consignor_name", "consignor_address", "consignee_name", "consignee_address", "consignee_city",
)  # fmt: skip


_checked: ContextVar[Covered | None] = ContextVar("documents checked with their file", default=None)


@contextmanager
def as_checked(covered: Covered) -> Iterator[None]:
    """A draft that is filed meanwhile covers what was checked a moment ago with its file, in the same transaction."""
    token = _checked.set(covered)
    try:
        yield
    finally:
        _checked.reset(token)


def hold_numbers(bill: CourierShippingBill) -> None:
    """Until the transaction ends nobody else takes house airway bills of the courier, or bags of the station, which couriers number each for itself."""
    hold_hawbs_of(bill.courier_id)
    hold_alone(f"bags for export: {bill.station_id}")


def file_documents(bill: CourierShippingBill) -> list[FormG]:
    """File a draft inside the gate: refused with every fault, or its shipments are written and the bill is complete."""
    covered = _checked.get()
    if covered is None:
        hold_numbers(bill)
        table, covered = judge_draft(bill)
        refuse_faults(bill, table)
    assert covered is not None
    _complete(bill, covered)
    write_shipments(bill, covered)
    flight = covered.flight
    told = {name: flight[name] for name in ("airline", "flight_number", "mawb", "ulds")}
    return [FormG(bill_id=bill.pk, departs_at=covered.departs_at, lands_on=flight["landing_date"], **told)]


def _complete(bill: CourierShippingBill, covered: Covered) -> None:
    """What the bill says as filed: documents of no commercial value, for one flight."""
    bill.filed_at, bill.presented_on = bill.taken_at, timezone.localdate(bill.taken_at)
    bill.filed_by_id, bill.draft = bill.taken_by.user_id, {}
    bill.airport_of_destination = covered.flight["airport_of_destination"]
    bill.destination_country = covered.flight["destination_country"]
    bill.goods, bill.nfei, bill.item_count = "Documents", True, 0
    bill.shipment_count, bill.bag_count = covered.count, len(covered.bags)
    bill.packages, bill.gross_weight_kg = covered.labels, covered.weight
    bill.snapshot_for_trail = {**declared(covered), **on_behalf(bill)}


def write_shipments(bill: CourierShippingBill, covered: Covered, there: Mapping[str, int] | None = None) -> None:
    """Write the shipments and the bags they are in, a statement each; `there` are bags that the bill has already."""
    values, keys = covered.shipments, dict(there or {})
    fresh = [number for number in covered.bags if number not in keys]
    bags = [
        ExportBag(pk=key, bill_id=bill.pk, station_id=bill.station_id, number=number)
        for number, key in zip(fresh, next_ids(ExportBag, len(fresh)) if fresh else (), strict=True)
    ]
    keys |= {bag.number: bag.pk for bag in bags}
    mould = Mould(ExportShipment(bill_id=bill.pk, courier_id=bill.courier_id))
    ids = next_ids(ExportShipment, covered.count)
    rows = zip(ids, values["hawb"], values["bag_number"], values["pieces"], *(values[n] for n in SAME), strict=True)
    made = [
        mould.cast(
            id=key, number=hawb, bag_id=keys[bag] if bag else None, packages=pieces, **dict(zip(SAME, told, strict=True))
        )
        for key, hawb, bag, pieces, *told in rows
    ]  # fmt: skip
    with connection.cursor() as cursor:
        if bags:
            copy_models(cursor, ExportBag, bags)
        copy_models(cursor, ExportShipment, made)


def declared(covered: Covered) -> dict[str, Any]:
    """What was declared, for the trail: every house airway bill by its bag, and those that are loose."""
    values = covered.shipments
    return {
        **covered.flight, **by_bag(zip(values["bag_number"], values["hawb"], strict=True)), "packages": covered.labels,
        "gross_weight_kg": covered.weight, "commercial_value": "NIL",
    }  # fmt: skip
