"""Orders and receipts as the steps write them: each draws its number from the series, so that the next one follows it."""

from __future__ import annotations

from typing import TypeVar

from django.utils import timezone

from bills.models import CourierBillOfEntry, OutOfCharge
from eccs import numbering
from exports.models import CourierShippingBill, LetExportOrder
from payments.models import Challan, CyberReceipt

One = TypeVar("One", bound=numbering.Numbered)


def out_of_charge(of: CourierBillOfEntry) -> OutOfCharge:
    """The order that the goods of a bill may leave, given automatically."""
    order = OutOfCharge(
        bill=of, station_id=of.station_id, given_at=of.out_of_charge_at or timezone.now(), automatic=True
    )
    return _numbered(order)


def let_export_order(of: CourierShippingBill) -> LetExportOrder:
    """The order that the goods of a shipping bill may be loaded, given automatically."""
    return _numbered(LetExportOrder(bill=of, station_id=of.station_id, given_at=timezone.now(), automatic=True))


def cyber_receipt(of: Challan) -> CyberReceipt:
    """The receipt of a paid challan."""
    return _numbered(CyberReceipt(challan=of, station_id=of.station_id, issued_at=of.paid_at or timezone.now()))


def _numbered(one: One) -> One:
    numbering.number([one])
    one.save()
    return one
