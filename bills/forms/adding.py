"""The fields in which an amendment adds items and invoices to a bill, and takes them off (PN17 11.0)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bills import adding, drafts
from bills.drafts import INVOICE_OF_XIV, MOST_INVOICES
from bills.forms.entry import BY_NAME, DraftForm, sentence
from bills.forms.words import LABELS, YES_NO
from bills.kinds import Kind
from bills.models import BillInvoice, CourierBillOfEntry, Item
from bills.requests import Change, text_of
from eccs.uploads.checks import Bad

NEW_ITEMS = 3  # blank items on the form; more are asked for by the next amendment
OF_NEW_ITEM = ("cth", "description", "country_of_origin", "quantity", "uom", "unit_price")
OF_NEW_INVOICE = ("invoice_number", "invoice_date", "invoice_terms", "currency")


class Additions(forms.Form):
    """Items and invoices to be added or taken off. A blank one that nobody fills adds nothing."""

    document: CourierBillOfEntry
    items: list[Item]
    invoices: list[BillInvoice]

    def offer_additions(self) -> None:
        """Put a box there for each item and invoice that may go, and the fields of those that may come."""
        last = max((item.item_no for item in self.items), default=0)
        self.new_items = list(range(last + 1, last + 1 + NEW_ITEMS))
        several = self.document.kind == Kind.XIV
        self.new_invoices = [len(self.invoices) + 1] if several and len(self.invoices) < MOST_INVOICES else []
        for item in self.items:
            words = _("Take item %(no)d off the bill") % {"no": item.item_no}
            self.fields[f"off_item{item.item_no}"] = forms.BooleanField(label=words, required=False)
        for invoice in self.invoices if several else ():
            words = _("Take invoice %(number)s off the bill, with its items") % {"number": invoice.invoice_number}
            self.fields[f"off_invoice{invoice.place}"] = forms.BooleanField(label=words, required=False)
        for number in self.new_items:
            for name in drafts.item_names(self.document):
                self.fields[f"item{number}_{name}"] = self.place_field() if name == "invoice_place" else _blank(name)
        for place in self.new_invoices:
            for name in INVOICE_OF_XIV:
                self.fields[f"invoice{place}_{name}"] = _blank(name)

    def place_field(self) -> forms.Field:
        """On which invoice an item stands: one of the bill, or the one that is added."""
        told = [(str(one.place), f"{one.place}: {one.invoice_number}") for one in self.invoices]
        told += [(str(place), _("%(place)d: the invoice added") % {"place": place}) for place in self.new_invoices]
        return forms.ChoiceField(label=LABELS["invoice_place"], choices=[("", "–"), *told], required=False)

    def new_item_fields(self) -> list[dict[str, Any]]:
        """The fields of each item that may be added."""
        names = drafts.item_names(self.document)
        return [{"no": no, "fields": [self[f"item{no}_{name}"] for name in names]} for no in self.new_items]

    def new_invoice_fields(self) -> list[dict[str, Any]]:
        """The fields of an invoice that may be added."""
        return [
            {"no": no, "fields": [self[f"invoice{no}_{name}"] for name in INVOICE_OF_XIV]} for no in self.new_invoices
        ]

    def additions(self, given: dict[str, Any], changes: list[Change]) -> list[Change]:
        """What comes and goes, beside the changes of what stays: what goes is not changed as well."""
        off_invoices = {one.place for one in self.invoices if given.get(f"off_invoice{one.place}")}
        moved = {one["item"]: int(one["new"] or 0) for one in changes if one["name"] == "invoice_place"}
        off = {
            item.item_no
            for item in self.items
            if given.get(f"off_item{item.item_no}") or moved.get(item.item_no, item.invoice_place) in off_invoices
        }
        stay = [one for one in changes if one["item"] not in off and one.get("invoice") not in off_invoices]
        stay += [adding.item_off(item) for item in self.items if item.item_no in off]
        stay += [adding.invoice_off(one) for one in self.invoices if one.place in off_invoices]
        names = drafts.item_names(self.document)
        wanted = (*OF_NEW_ITEM, *(("nature",) if self.document.kind == Kind.XII else ()))
        wanted += ("invoice_place",) if "invoice_place" in names else ()
        for number in self.new_items:
            if (values := self._told(given, f"item{number}", names, wanted)) is not None:
                stay.append(adding.item_on(number, values))
        for place in self.new_invoices:
            if (values := self._told(given, f"invoice{place}", INVOICE_OF_XIV, OF_NEW_INVOICE)) is not None:
                stay.append(adding.invoice_on(place, values | {"valuation_rule": values["valuation_rule"] or "3"}))
        return stay

    def _told(
        self, given: dict[str, Any], of: str, names: tuple[str, ...], wanted: tuple[str, ...]
    ) -> dict[str, str] | None:
        """What was typed of one that is added, as the columns of a file read it; nothing where it is blank."""
        typed = {name: given.get(f"{of}_{name}") for name in names}
        if not any(value for name, value in typed.items() if name != "invoice_place"):
            return None
        told = {}
        for name, value in typed.items():
            if name in YES_NO:
                told[name] = "Y" if value else "N"
                continue
            told[name] = str(value or "").strip()
            try:
                if told[name] and name in BY_NAME:
                    told[name] = text_of(BY_NAME[name].convert(told[name]))
            except Bad as bad:
                self.add_error(f"{of}_{name}", sentence(str(bad)))
            if name in wanted and not told[name] and f"{of}_{name}" not in self.errors:
                self.add_error(f"{of}_{name}", _("Needed of what is added."))
        return None if any(f"{of}_{name}" in self.errors for name in names) else told


def _blank(name: str) -> forms.Field:
    field = DraftForm._field(name)
    field.required = False
    return field
