"""What the queue of shipping bills tells of each, column by column."""

from __future__ import annotations

from django.utils.safestring import SafeString

from eccs.written import bags, brief, grouped, items, packages, two_lines
from exports.models import CourierShippingBill


def consignment(bill: CourierShippingBill) -> SafeString:
    """The house airway bill with its packages."""
    if bill.is_documents and bill.filed_at:
        return two_lines(bill.consignment, bags(bill.bag_count))
    return two_lines(bill.hawb, packages(bill.packages) if bill.packages else "")


def goods(bill: CourierShippingBill) -> SafeString:
    """The goods, with how many items where there are several."""
    return two_lines(brief(bill.goods, 40), items(bill.item_count) if bill.item_count > 1 else "")


def value(bill: CourierShippingBill) -> str:
    """The FOB value in rupees, once the bill is filed."""
    return grouped(bill.fob_value) if bill.filed_at else ""
