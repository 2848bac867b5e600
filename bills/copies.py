"""An earlier bill copied: what it declared becomes the draft of another, without what is of its own shipment alone."""

from __future__ import annotations

from typing import Any

from bills.columns import FORM_E
from bills.drafts import FLAGS, IMPORTER, INVOICE_OF_XIV, OF_INVOICE, item_names
from bills.kinds import Kind
from bills.models import CourierBillOfEntry
from bills.requests import text_of

ANEW = {
    "invoice_number",
    "invoice_date",
    "be_type",
    "order_number",
    "order_date",
    "mawb_date",
    "hawb_date",
}  # typed for each shipment


def draft_of(bill: CourierBillOfEntry) -> dict[str, Any]:
    """A draft with the answers of a filed bill. Of an Aadhaar only four digits are kept: it is asked for again."""
    header = _texts(bill, (*IMPORTER, *FLAGS))
    if bill.kyc_type == "AADHAAR":
        header.pop("kyc_number", None)
    items = [_texts(item, item_names(bill)) for item in bill.items.all()]
    if bill.kind != Kind.XIV:
        return {"header": header | _texts(bill, OF_INVOICE), "items": items}
    invoices = [_texts(invoice, INVOICE_OF_XIV) for invoice in bill.invoices.all()]
    return {"header": header | _texts(bill.form_e, FORM_E), "items": items, "invoices": invoices}


def _texts(of: Any, names: tuple[str, ...]) -> dict[str, str]:
    told = {name: text_of(getattr(of, name)) for name in names if name not in ANEW}
    return {name: text for name, text in told.items() if text not in ("", "N")}
