"""Bills, what belongs to them, and the rates they are charged by."""

from bills.models.bill import BillTrail, CourierBillOfEntry
from bills.models.rates import ExchangeRate, TariffRate
from bills.models.records import Attachment, Examination, Item, OutOfCharge, QueryMemo

__all__ = [
    "Attachment", "BillTrail", "CourierBillOfEntry", "Examination", "ExchangeRate", "Item", "OutOfCharge", "QueryMemo",
    "TariffRate",
]  # fmt: skip
