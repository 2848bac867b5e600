"""What of a filed bill may be amended, value by value, and what is locked with the reason (PN17 11.0)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from bills import parties
from bills.columns import FORM_E, INVOICE_E, ITEM_E
from bills.drafts import ITEM, OF_INVOICE
from bills.forms.words import LABELS, in_words
from bills.kinds import Kind
from bills.models import BillInvoice, CourierBillOfEntry, FormE, Item
from bills.requests import Change, header_names, text_of
from manifests.amendments import row_of
from manifests.locks import DETAILS


@dataclass(frozen=True)
class Declared:
    """One declared value: of the bill as a whole, of its shipment, of Form E's blocks, of an invoice or of an item."""

    name: str
    old: str
    item: int = 0
    invoice: int = 0
    form_e: bool = False
    hawb: bool = False

    @property
    def key(self) -> str:
        """What it is called in the form."""
        of = f"item{self.item}" if self.item else f"invoice{self.invoice}" if self.invoice else "bill"
        return f"{'form_e' if self.form_e else 'hawb' if self.hawb else of}_{self.name}"

    def changed_to(self, new: str) -> Change:
        """The change as the request keeps it."""
        change: Change = {"name": self.name, "item": self.item, "old": self.old, "new": new}
        if self.invoice:
            change["invoice"] = self.invoice
        if self.hawb:
            change["hawb"] = True
        return change | {"form_e": True} if self.form_e else change


@dataclass(frozen=True)
class Locked:
    """A declared value that no amendment changes."""

    label: Any
    value: Any
    reason: str


def form_e_of(bill: CourierBillOfEntry) -> FormE | None:
    """The blocks of a CBE-XIV; the other forms have none."""
    return FormE.objects.filter(bill=bill.pk).first() if bill.kind == Kind.XIV else None


def why_locked(bill: CourierBillOfEntry) -> dict[str, str]:
    """The values that no amendment changes, each with why."""
    checked = _("Who the importer is was checked at filing: cancel the bill and file another.")
    decides = _("It decides on the form: cancel the bill and file another.")
    told = dict.fromkeys(("kyc_type", "kyc_number"), checked) | dict.fromkeys(("eou", "repair_and_return"), decides)
    told["return_of"] = _("It was checked against the shipping bill at filing: cancel the bill and file another.")
    if bill.kind == Kind.XIV:
        told["be_category"] = _("Goods of a courier are cleared for home consumption alone.")
        told["be_type"] = _("It says whether the bill was presented before the arrival: that is settled.")
        if bill.examined_at:
            told["first_check"] = _("The goods have been examined already.")
    return told


def locked(bill: CourierBillOfEntry) -> list[Locked]:
    """What is locked, as it was declared and with the reason."""
    blocks, told = form_e_of(bill), []
    for name, reason in why_locked(bill).items():
        of: Any = blocks if name in FORM_E else bill
        if of is not None and (value := text_of(getattr(of, name))):
            told.append(Locked(LABELS[name], in_words(name, value), reason))
    return told


def declared(bill: CourierBillOfEntry, invoices: list[BillInvoice], items: list[Item]) -> Iterator[Declared]:
    """Every declared value that may be amended, in the order of the form."""
    for name in header_names(bill):
        yield Declared(name, text_of(getattr(bill, name)))
    if (hawb := parties.shipment_of(bill)) is not None:
        row = row_of(hawb)
        for name in DETAILS:
            yield Declared(name, row[name], hawb=True)
    if (blocks := form_e_of(bill)) is not None:
        shut = why_locked(bill)
        for name in FORM_E:
            if name not in shut:
                yield Declared(name, text_of(getattr(blocks, name)), form_e=True)
    for invoice in invoices:
        for name in (*OF_INVOICE, *INVOICE_E):
            yield Declared(name, text_of(getattr(invoice, name)), invoice=invoice.place)
    of_item = (*ITEM, *ITEM_E) if bill.kind == Kind.XIV else ITEM
    for item in items:
        for name in (*of_item, "invoice_place") if bill.kind == Kind.XIV else of_item:
            yield Declared(name, text_of(getattr(item, name)), item=item.item_no)


def where(change: Change) -> str:
    """Of what a change is, in a word."""
    if change.get("item"):
        return _("Item %(no)s") % {"no": change["item"]}
    if change.get("invoice"):
        return _("Invoice %(no)s") % {"no": change["invoice"]}
    if change.get("hawb"):
        return _("Shipment")
    if change.get("number"):
        return str(change["number"])  # of a bag or a loose shipment
    return _("Form E") if change.get("form_e") else ""
