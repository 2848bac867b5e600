"""How far a draft is: its faults by part, found as filing finds them, and the value and duty it would have today."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bills import drafts
from bills.filing import judge_draft
from bills.forms.entry import LABELS
from bills.models import CourierBillOfEntry
from bills.reading import Prepared
from eccs.uploads import Fault

PARTS = {
    "importer": gettext_lazy("Consignee and KYC"),
    "invoice": gettext_lazy("Invoice and terms"),
    "items": gettext_lazy("Items"),
}


@dataclass
class Check:
    """What is missing or wrong in a draft, and the bill as it would be filed where nothing is."""

    bill: CourierBillOfEntry
    faults: list[Fault]
    prepared: Prepared | None = None
    by_part: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for fault in self.faults:
            part, url = self._place(fault)
            label = LABELS.get(fault.column, fault.column)
            named = f"{label} {fault.reason}"
            if part == "items":
                named = _("Item %(number)d: %(fault)s") % {"number": fault.row, "fault": named}
            self.by_part.setdefault(part, []).append({"words": named, "url": url, "empty": not fault.value})

    def _place(self, fault: Fault) -> tuple[str, str]:
        """The part a fault belongs to, and where it is mended."""
        if fault.column in drafts.IMPORTER:
            return "importer", reverse("bill-part", args=[self.bill.pk, "importer"])
        if fault.column in drafts.ITEM or fault.column == "item_no":
            return "items", reverse("bill-item", args=[self.bill.pk, fault.row])
        if fault.column == "hawb":
            return "shipment", self.bill.get_absolute_url()
        return "invoice", reverse("bill-part", args=[self.bill.pk, "invoice"])

    @property
    def wrong(self) -> list[dict[str, Any]]:
        """Every fault in words, with the address where it is mended."""
        return [fault for faults in self.by_part.values() for fault in faults]

    def items(self) -> list[dict[str, Any]]:
        """The items as typed, each with its faults and, once the bill is whole, its value and duty."""
        told = []
        for n, item in enumerate(drafts.items(self.bill), 1):
            faults = [f for f in self.faults if f.row == n and f.column in drafts.ITEM]
            shown: dict[str, Any] = {**item, "number": n, "faults": len(faults)}
            if self.prepared is not None:
                shown["assessable_value"] = self.prepared.values[n - 1]
                shown["duty"] = self.prepared.duty.items[n - 1]
            told.append(shown)
        return told

    def parts(self) -> list[dict[str, Any]]:
        """The parts with their state, for the list of parts."""
        bill, header = self.bill, drafts.header(self.bill)
        items = drafts.items(bill)
        hints = {
            "importer": bill.hawb.consignee_name,
            "invoice": ", ".join(header[n] for n in ("invoice_number", "invoice_terms", "currency") if header.get(n)),
            "items": ngettext("%(count)d item", "%(count)d items", len(items)) % {"count": len(items)},
        }  # fmt: skip
        urls = {
            "importer": reverse("bill-part", args=[bill.pk, "importer"]),
            "invoice": reverse("bill-part", args=[bill.pk, "invoice"]),
            "items": reverse("bill-items", args=[bill.pk]),
        }  # fmt: skip
        return [{"label": PARTS[p], "hint": hints[p], "url": urls[p], **self._state(p)} for p in PARTS]

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
        return sum(1 for part in PARTS if part not in self.by_part)

    @property
    def part_count(self) -> int:
        """How many parts there are."""
        return len(PARTS)


def check(bill: CourierBillOfEntry) -> Check:
    """Check a draft as filing would, changing nothing."""
    _flight, table, prepared = judge_draft(bill)
    return Check(bill, table.faults, prepared[0] if prepared and not table.faults else None)
