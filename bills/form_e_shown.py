"""Form E as it is shown and printed: its blocks and invoices in the words of the form, what was left empty left out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from bills.columns import CHARGES, FORM_E, LOADING, PARTIES, VALUATION
from bills.forms.words import LABELS, in_words
from bills.kinds import Kind
from bills.models import BillInvoice, CourierBillOfEntry, Item
from eccs.money import grouped
from eccs.papers import day

Rows = list[tuple[str, str]]
OF_BILL = {
    "importer_category": "eou",
    "be_category": "ecommerce",
    "be_type": "repair_and_return",
}  # the bill's own, each behind a block
INVOICE = (*PARTIES, *CHARGES[:3], *LOADING, *CHARGES[3:], *VALUATION)  # as Form E asks for it


def blocks(bill: CourierBillOfEntry) -> Rows:
    """The blocks of the bill as a whole."""
    if bill.kind != Kind.XIV or not hasattr(bill, "form_e"):
        return []
    told: Rows = []
    for name in FORM_E:
        told += _rows(bill.form_e, (name,))
        told += _rows(bill, (OF_BILL[name],)) if name in OF_BILL else []
    return told + _of_all(list(bill.invoices.all()))


def _of_all(several: list[BillInvoice]) -> Rows:
    """How many invoices there are, and their freight and insurance together, by currency."""
    told: Rows = [(_("Number of invoices"), str(len(several)))]
    for label, name in ((_("Total freight"), "freight"), (_("Total insurance"), "insurance")):
        sums: dict[str, Decimal] = {}
        for one in several:
            if (amount := getattr(one, name)) is not None:
                sums[one.currency] = sums.get(one.currency, Decimal(0)) + amount
        if sums:
            told.append((label, ", ".join(f"{currency} {grouped(amount, 2)}" for currency, amount in sums.items())))
    return told


def invoices(bill: CourierBillOfEntry, items: list[Item]) -> list[dict[str, Any]]:
    """Each invoice with its items' worth, its charges and its parties."""
    if bill.kind != Kind.XIV:
        return []
    told = []
    for one in bill.invoices.all():
        own = [item for item in items if item.invoice_place == one.place]
        worth = sum((item.quantity * item.unit_price for item in own), Decimal(0))
        value = sum((item.assessable_value for item in own), Decimal(0))
        told.append(
            {
                "place": one.place, "number": one.invoice_number, "date": day(one.invoice_date), "terms": one.invoice_terms,
                "worth": f"{one.currency} {grouped(worth, 2)}", "value": value, "items": [item.item_no for item in own],
                "rate": _rate(one), "rows": _rows(one, INVOICE),
            }
        )  # fmt: skip
    return told


def _rate(one: BillInvoice) -> str:
    return f"{one.exchange_unit} {one.currency} = ₹ {one.exchange_rate.normalize():f}"


def _rows(of: Any, names: tuple[str, ...]) -> Rows:
    return [
        (str(LABELS[name]), _text(name, value))
        for name in names
        if (value := getattr(of, name)) not in (None, "", False)
    ]


def _text(name: str, value: Any) -> str:
    if value is True:
        return str(_("Yes"))
    if isinstance(value, Decimal):
        return grouped(value, 2)
    return day(value) if isinstance(value, date) else str(in_words(name, value))
