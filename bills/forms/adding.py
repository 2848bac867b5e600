"""The fields in which an amendment adds items and invoices to a bill, and takes them off (PN17 11.0)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bills import adding, drafts
from bills.drafts import INVOICE_OF_XIV, MOST_INVOICES
from bills.forms.entry import BY_NAME, DraftForm, sentence
from bills.forms.words import LABELS, YES_NO
from bills.kinds import Kind
from bills.models import BillInvoice
from bills.requests import Change, text_of
from eccs.uploads.checks import Bad, Column
from eccs.written import brief

OPENED = 3  # items that are shown unfolded
NEW_ITEMS = 3  # blank items on the form; more are asked for by the next amendment
OF_NEW_ITEM = ("cth", "description", "country_of_origin", "quantity", "uom", "unit_price")
OF_NEW_INVOICE = ("invoice_number", "invoice_date", "invoice_terms", "currency")


@dataclass(frozen=True)
class Group:
    """Fields of an amendment under a heading of their own, folded away or not; without a heading they stand by themselves."""

    heading: Any
    fields: Sequence[forms.BoundField]
    opened: bool = False
    words: Any = ""

    @property
    def is_open(self) -> bool:
        """Whether it is shown unfolded: as its form says, and wherever something in it is wrong."""
        return self.opened or any(field.errors for field in self.fields)


class ItemsComeAndGo(forms.Form):
    """Items to be added to a bill of either direction, or taken off it. A blank one that nobody fills adds nothing."""

    document: Any
    items: list[Any]
    new_items: Sequence[int] = ()
    fields_from: type[DraftForm] = DraftForm
    by_name: Mapping[str, Column] = BY_NAME
    yes_no: Collection[str] = YES_NO

    def names_of_item(self) -> tuple[str, ...]:
        """What is declared of an item."""
        return drafts.item_names(self.document)

    def needed_of_item(self) -> tuple[str, ...]:
        """What must be said of an item that is added."""
        return OF_NEW_ITEM

    def offer_items(self) -> None:
        """Put a box there for each item that may go, and the fields of those that may come."""
        last = max((item.item_no for item in self.items), default=0)
        self.new_items = list(range(last + 1, last + 1 + NEW_ITEMS))
        for item in self.items:
            words = _("Take item %(no)d off the bill") % {"no": item.item_no}
            self.fields[f"off_item{item.item_no}"] = forms.BooleanField(label=words, required=False)
        for number in self.new_items:
            for name in self.names_of_item():
                self.fields[f"item{number}_{name}"] = self.blank(name)

    def blank(self, name: str) -> forms.Field:
        """The field of a value of what may be added."""
        field = self.fields_from._field(name)
        field.required = False
        return field

    lede: Any = _("Change what is wrong and leave the rest. Only what you change is requested.")
    heading_of_new: Any = _("Add an item, number %(no)s")

    def fields_of(self, item: int) -> list[forms.BoundField]:
        """The fields in which an item of the bill is changed."""
        return []

    def item_groups(self) -> list[Group]:
        """Each item with the box that takes it off, where it may go, then those that may be added."""
        told = []
        for n, item in enumerate(self.items):
            off = f"off_item{item.item_no}"
            fields = [*([self[off]] if off in self.fields else ()), *self.fields_of(item.item_no)]
            heading = f"{_('Item %(no)s') % {'no': item.item_no}}: {brief(item.description, 60)}"
            told += [Group(heading, fields, n < OPENED)] if fields else []
        names = self.names_of_item()
        return told + [
            Group(self.heading_of_new % {"no": no}, [self[f"item{no}_{name}"] for name in names])
            for no in self.new_items
        ]

    def items_off(self, given: Mapping[str, Any]) -> set[int]:
        """The items whose box is ticked."""
        return {item.item_no for item in self.items if given.get(f"off_item{item.item_no}")}

    def items_on(self, given: Mapping[str, Any]) -> list[Change]:
        """The items that were typed."""
        names, needed = self.names_of_item(), self.needed_of_item()
        told = ((number, self.told(given, f"item{number}", names, needed)) for number in self.new_items)
        return [adding.item_on(number, values) for number, values in told if values is not None]

    def told(
        self, given: Mapping[str, Any], of: str, names: tuple[str, ...], needed: tuple[str, ...]
    ) -> dict[str, str] | None:
        """What was typed of one that is added, as the columns of a file read it; nothing where it is blank."""
        typed = {name: given.get(f"{of}_{name}") for name in names}
        if not any(value for name, value in typed.items() if name != "invoice_place"):
            return None
        told = {}
        for name, value in typed.items():
            if name in self.yes_no:
                told[name] = "Y" if value else "N"
                continue
            told[name] = str(value or "").strip()
            try:
                if told[name] and name in self.by_name:
                    told[name] = text_of(self.by_name[name].convert(told[name]))
            except Bad as bad:
                self.add_error(f"{of}_{name}", sentence(str(bad)))
            if name in needed and not told[name] and f"{of}_{name}" not in self.errors:
                self.add_error(f"{of}_{name}", _("Needed of what is added."))
        return None if any(f"{of}_{name}" in self.errors for name in names) else told


class Additions(ItemsComeAndGo):
    """Items and invoices to be added or taken off."""

    invoices: list[BillInvoice]

    def needed_of_item(self) -> tuple[str, ...]:
        """Of a gift or sample also what it is; on a CBE-XIV the invoice on which it stands."""
        nature = ("nature",) if self.document.kind == Kind.XII else ()
        return (*OF_NEW_ITEM, *nature, *(("invoice_place",) if "invoice_place" in self.names_of_item() else ()))

    def blank(self, name: str) -> forms.Field:
        """The invoice is chosen among those of the bill."""
        return self.place_field() if name == "invoice_place" else super().blank(name)

    def offer_additions(self) -> None:
        """Put a box there for each item and invoice that may go, and the fields of those that may come."""
        several = self.document.kind == Kind.XIV
        self.new_invoices = [len(self.invoices) + 1] if several and len(self.invoices) < MOST_INVOICES else []
        self.offer_items()
        for invoice in self.invoices if several else ():
            words = _("Take invoice %(number)s off the bill, with its items") % {"number": invoice.invoice_number}
            self.fields[f"off_invoice{invoice.place}"] = forms.BooleanField(label=words, required=False)
        for place in self.new_invoices:
            for name in INVOICE_OF_XIV:
                self.fields[f"invoice{place}_{name}"] = self.blank(name)

    def place_field(self) -> forms.Field:
        """On which invoice an item stands: one of the bill, or the one that is added."""
        told = [(str(one.place), f"{one.place}: {one.invoice_number}") for one in self.invoices]
        told += [(str(place), _("%(place)d: the invoice added") % {"place": place}) for place in self.new_invoices]
        return forms.ChoiceField(label=LABELS["invoice_place"], choices=[("", "–"), *told], required=False)

    def new_invoice_groups(self) -> list[Group]:
        """The fields of an invoice that may be added."""
        fields = ([self[f"invoice{no}_{name}"] for name in INVOICE_OF_XIV] for no in self.new_invoices)
        return [Group(_("Add an invoice"), told) for told in fields]

    def additions(self, given: dict[str, Any], changes: list[Change]) -> list[Change]:
        """What comes and goes, beside the changes of what stays: what goes is not changed as well."""
        off_invoices = {one.place for one in self.invoices if given.get(f"off_invoice{one.place}")}
        moved = {one["item"]: int(one["new"] or 0) for one in changes if one["name"] == "invoice_place"}
        on_them = {item.item_no for item in self.items if moved.get(item.item_no, item.invoice_place) in off_invoices}
        off = self.items_off(given) | on_them
        stay = [one for one in changes if one["item"] not in off and one.get("invoice") not in off_invoices]
        stay += [adding.item_off(item) for item in self.items if item.item_no in off]
        stay += [adding.invoice_off(one) for one in self.invoices if one.place in off_invoices]
        stay += self.items_on(given)
        for place in self.new_invoices:
            if (values := self.told(given, f"invoice{place}", INVOICE_OF_XIV, OF_NEW_INVOICE)) is not None:
                stay.append(adding.invoice_on(place, values | {"valuation_rule": values["valuation_rule"] or "3"}))
        return stay
