"""How far a draft is: its faults by part, found as filing finds them, and the value and duty it would have today."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bills import drafts
from bills.draft_rows import judge_draft
from bills.forms.words import LABELS, in_words
from bills.kinds import Kind
from bills.models import CourierBillOfEntry
from bills.reading import Prepared
from eccs.uploads import Fault

PARTS = {
    "importer": gettext_lazy("Consignee and KYC"),
    "class": gettext_lazy("Importer, class and type of bill"),
    "requests": gettext_lazy("High-sea sale and special requests"),
    "carriage": gettext_lazy("Packages, gateway and bond"),
    "invoice": gettext_lazy("Invoice and terms"),
    "invoices": gettext_lazy("Invoices"),
    "items": gettext_lazy("Items"),
}
LISTS = {"invoices": "bill-invoices", "items": "bill-items"}


def parts_of(bill: CourierBillOfEntry) -> list[str]:
    """The parts that the form of the bill has, in their order."""
    parts = [*drafts.HEADER_PARTS[bill.kind], "items"]
    return [*parts[:-1], "invoices", "items"] if bill.kind == Kind.XIV else parts


@dataclass
class Check:
    """What is missing or wrong in a draft, and the bill as it would be filed where nothing is."""

    bill: CourierBillOfEntry
    faults: list[Fault]
    prepared: Prepared | None = None
    by_part: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.names = parts_of(self.bill)
        self._of = {name: part for part, names in drafts.HEADER_PARTS[self.bill.kind].items() for name in names}
        for fault in self.faults:
            part, url = self._place(fault)
            label = LABELS.get(fault.column, fault.column)
            in_file = fault.reason == _("is missing on the first row of this HAWB")  # a form has no rows
            named = f"{label} {_('is missing') if in_file else fault.reason}"
            if part == "items":
                named = _("Item %(number)d: %(fault)s") % {"number": fault.row, "fault": named}
            self.by_part.setdefault(part, []).append({"words": named, "url": url, "empty": not fault.value})

    def _place(self, fault: Fault) -> tuple[str, str]:
        """The part a fault belongs to, and where it is mended."""
        if (part := self._of.get(fault.column)) is not None:
            return part, reverse("bill-part", args=[self.bill.pk, part])
        if fault.column in ("hawb", "form"):
            return fault.column, f"{self.bill.get_absolute_url()}#form"
        if fault.column == "invoice":
            return "invoices", reverse("bill-invoices", args=[self.bill.pk])
        if self.bill.kind == Kind.XIV and fault.column in drafts.INVOICE_OF_XIV:
            place = drafts.place_of((drafts.items(self.bill) or [{}])[fault.row - 1])
            return "invoices", reverse("bill-invoice", args=[self.bill.pk, place])
        return "items", reverse("bill-item", args=[self.bill.pk, fault.row])

    def cards(self) -> list[dict[str, Any]]:
        """What was typed part by part, each with where it is changed: the parts that differ from form to form."""
        header = drafts.header(self.bill)
        told = [
            {"title": PARTS[name], "url": reverse("bill-part", args=[self.bill.pk, name]), "rows": _rows(header, names)}
            for name, names in drafts.HEADER_PARTS[self.bill.kind].items()
            if name != "importer"
        ]
        for n, one in enumerate(drafts.invoices(self.bill), 1) if self.bill.kind == Kind.XIV else ():
            url = reverse("bill-invoice", args=[self.bill.pk, n])
            title = _("Invoice %(number)d") % {"number": n}
            told.append({"title": title, "url": url, "rows": _rows(one, drafts.INVOICE_OF_XIV)})
        return told

    @property
    def misfit(self) -> str:
        """Why the form does not fit the goods, with the form that does."""
        return next((fault.reason for fault in self.faults if fault.column == "form"), "")

    def invoices(self) -> list[dict[str, Any]]:
        """The invoices as typed, each with the number of its items and whether anything is wrong with it."""
        places = [drafts.place_of(item) for item in drafts.items(self.bill)]
        told = []
        for n, invoice in enumerate(drafts.invoices(self.bill), 1):
            here = [f for f in self.faults if f.column in drafts.INVOICE_OF_XIV and places[f.row - 1 : f.row] == [n]]
            told.append({**invoice, "number": n, "items": places.count(n), "faults": len(here)})
        return told

    @property
    def wrong(self) -> list[dict[str, Any]]:
        """Every fault in words, with the address where it is mended."""
        return [fault for faults in self.by_part.values() for fault in faults]

    def items(self) -> list[dict[str, Any]]:
        """The items as typed, each with its faults and, once the bill is whole, its value and duty."""
        told, names = [], drafts.item_names(self.bill)
        for n, item in enumerate(drafts.items(self.bill), 1):
            faults = [f for f in self.faults if f.row == n and f.column in names]
            shown: dict[str, Any] = {**item, "number": n, "faults": len(faults)}
            shown["nature_words"] = in_words("nature", item.get("nature", ""))
            if self.prepared is not None:
                shown["assessable_value"] = self.prepared.values[n - 1]
                shown["duty"] = self.prepared.duty.items[n - 1]
            told.append(shown)
        return told

    def parts(self) -> list[dict[str, Any]]:
        """The parts with their state, for the list of parts."""
        bill, header = self.bill, drafts.header(self.bill)
        items, several = drafts.items(bill), drafts.invoices(bill)
        assert bill.hawb is not None
        hints = {
            "importer": bill.hawb.consignee_name,
            "invoice": ", ".join(header[n] for n in ("invoice_number", "invoice_terms", "currency") if header.get(n)),
            "invoices": ngettext("%(count)d invoice", "%(count)d invoices", len(several)) % {"count": len(several)},
            "items": ngettext("%(count)d item", "%(count)d items", len(items)) % {"count": len(items)},
        }  # fmt: skip
        told = []
        for name in self.names:
            url = reverse(LISTS[name], args=[bill.pk]) if name in LISTS else reverse("bill-part", args=[bill.pk, name])
            told.append({"label": PARTS[name], "hint": hints.get(name, ""), "url": url, **self._state(name)})
        return told

    def _state(self, part: str) -> dict[str, str]:
        faults = self.by_part.get(part, [])
        wrong = sum(1 for fault in faults if not fault["empty"])
        if wrong:
            return {"state": "wrong", "words": _("%(count)d to correct") % {"count": wrong}}
        if faults:
            return {"state": "begun", "words": _("%(count)d to fill in") % {"count": len(faults)}}
        return {"state": "complete", "words": _("Complete")}

    @property
    def complete_parts(self) -> int:
        """How many parts are complete."""
        return sum(1 for part in self.names if part not in self.by_part)

    @property
    def part_count(self) -> int:
        """How many parts there are."""
        return len(self.names)


def _rows(typed: dict[str, str], names: tuple[str, ...]) -> list[dict[str, Any]]:
    """What was typed under these names, in the words of the form."""
    return [{"label": LABELS[name], "value": in_words(name, typed[name])} for name in names if typed.get(name)]


def check(bill: CourierBillOfEntry) -> Check:
    """Check a draft as filing would, changing nothing."""
    _flight, table, prepared = judge_draft(bill)
    return Check(bill, table.faults, prepared[0] if prepared and not table.faults else None)


def next_address(bill: CourierBillOfEntry) -> str:
    """Where to go on with a draft: the first part that is not complete, else where it is checked and filed."""
    found = check(bill)
    first = next((found.by_part[part] for part in found.names if part in found.by_part), None)
    return first[0]["url"] if first else reverse("bill-check", args=[bill.pk])
