"""An earlier bill copied: what it declared becomes the draft of another, without what is of its own shipment alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bills.columns import FORM_E
from bills.drafts import FLAGS, IMPORTER, INVOICE_OF_XIV, OF_INVOICE, item_names
from bills.kinds import Kind
from bills.models import CourierBillOfEntry
from bills.requests import text_of

ANEW = {
    "invoice_number", "invoice_date", "be_type", "order_number", "order_date", "mawb_date", "hawb_date",
    "gateway_port", "gateway_igm", "marks", "item_packages", "item_marks",  # of this carriage and its packages
    "first_check", "provisional_documents", "extension_48", "extension_reason",  # asked for this bill, with its reason
    "high_sea_sale", "high_sea_seller", "high_sea_seller_iec", "licence_debit",  # of this sale, and of what it debits
}  # fmt: skip
"""Typed for each shipment, if at all: what is of one carriage, one sale or one request, and what one bill debits."""


def draft_of(bill: CourierBillOfEntry) -> dict[str, Any]:
    """A draft with the answers of a filed bill. Of an Aadhaar only four digits are kept: it is asked for again."""
    header = texts(bill, (*IMPORTER, *FLAGS))
    if bill.kyc_type == "AADHAAR":
        header.pop("kyc_number", None)
    items = [texts(item, item_names(bill)) for item in bill.items.all()]
    if bill.kind != Kind.XIV:
        return {"header": header | texts(bill, OF_INVOICE), "items": items}
    invoices = [texts(invoice, INVOICE_OF_XIV) for invoice in bill.invoices.all()]
    return {"header": header | texts(bill.form_e, FORM_E), "items": items, "invoices": invoices}


def texts(of: Any, names: Sequence[str]) -> dict[str, str]:
    """What was declared under these names, as it is typed; without what is typed anew for each shipment."""
    told = {name: text_of(getattr(of, name)) for name in names if name not in ANEW}
    return {name: text for name, text in told.items() if text not in ("", "N")}
