"""Shipping bills that are still being typed: begun for a house airway bill, or from an earlier one; checked as filing checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bills import drafts
from bills.copies import texts
from eccs.uploads import Fault
from exports.columns import CARRIAGE, CONSIGNMENT, ECOMMERCE, EXPORTER, ITEM, SAME
from exports.filing import judge_draft
from exports.forms.words import LABELS, OF_DOCUMENTS
from exports.iii.columns import FLIGHT, SHIPMENT
from exports.iii.reading import Covered
from exports.iii.reading import judge_draft as judge_documents
from exports.models import CourierShippingBill
from exports.reading import Prepared, meis_is_asked

PARTS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "consignment": (gettext_lazy("Parties, packages and destination"), (*CONSIGNMENT, *CARRIAGE)),
    "exporter": (gettext_lazy("Exporter's numbers, KYC and tax"), EXPORTER),
    "invoice": (gettext_lazy("Invoice"), SAME[1:]),
    "ecommerce": (gettext_lazy("E-commerce and jewellery"), ECOMMERCE),
}
PARTS_OF_DOCUMENTS: dict[str, tuple[Any, tuple[str, ...]]] = {"flight": (gettext_lazy("Flight"), FLIGHT)}
OF_ITEM = ITEM[1:]
COPIED = tuple(name for name in (*CONSIGNMENT, *EXPORTER, *SAME[1:], *ECOMMERCE) if name not in ("scheme", "meis"))


def parts_of(bill: CourierShippingBill) -> dict[str, tuple[Any, tuple[str, ...]]]:
    """The parts of the header on the form of a bill."""
    if bill.is_documents:
        return PARTS_OF_DOCUMENTS
    if meis_is_asked(bill.kind, timezone.localdate(), bill.station_id):
        return PARTS
    return {part: (label, tuple(name for name in names if name != "meis")) for part, (label, names) in PARTS.items()}


def item_names(bill: CourierShippingBill) -> tuple[str, ...]:
    """What is asked of an item, or of a house airway bill of documents."""
    return SHIPMENT if bill.is_documents else OF_ITEM


def earlier(bill: CourierShippingBill) -> dict[str, Any]:
    """A draft with the answers of a filed shipping bill. Of an Aadhaar only four digits are kept: it is asked for again."""
    if bill.is_documents:  # the shipments are others, and so is the day
        flight = texts(bill.form_g, ("airline", "flight_number"))
        return {"header": {**flight, **texts(bill, ("airport_of_destination", "destination_country"))}, "items": [{}]}
    header = texts(bill, COPIED)
    if bill.kyc_type == "AADHAAR":
        header.pop("kyc_number", None)
    own = ("cth", "sku", "description", "quantity", "uom", "unit_price")
    return {"header": header, "items": [{**texts(i, own), "fob_value": str(i.fob_foreign)} for i in bill.items.all()]}


@dataclass
class Check:
    """What is missing or wrong in a draft, and the shipping bill as it would be filed where nothing is."""

    bill: CourierShippingBill
    faults: list[Fault]
    prepared: Prepared | Covered | None

    def parts(self) -> list[dict[str, Any]]:
        """The parts with their faults in words, for the list of parts."""
        return [
            {
                "label": label, "url": reverse("csb-part", args=[self.bill.pk, name]),
                "faults": [self._words(fault) for fault in self.faults if fault.column in (*names, *self._with(name))],
            }
            for name, (label, names) in parts_of(self.bill).items()
        ]  # fmt: skip

    @staticmethod
    def _with(part: str) -> tuple[str, ...]:
        """The form and the house airway bill are said at the start: their faults stand with the first part."""
        return ("form", "hawb") if part == "consignment" else ()

    def items(self) -> list[dict[str, Any]]:
        """The items as typed, or house airway bills of documents, each with its faults in words."""
        names = item_names(self.bill)
        return [
            {
                **item, "number": n, "url": reverse("csb-item", args=[self.bill.pk, n]),
                "faults": [self._words(fault) for fault in self.faults if fault.row == n and fault.column in names],
            }
            for n, item in enumerate(drafts.items(self.bill) or [{}], 1)
        ]  # fmt: skip

    def _words(self, fault: Fault) -> str:
        labels = OF_DOCUMENTS if self.bill.is_documents else LABELS
        in_file = fault.reason == _("is missing on the first row of this HAWB")  # a form has no rows
        return f"{labels.get(fault.column, fault.column)} {_('is missing') if in_file else fault.reason}"


def check(bill: CourierShippingBill) -> Check:
    """Check a draft as filing would, changing nothing."""
    if bill.is_documents:
        table, covered = judge_documents(bill)
        return Check(bill, table.faults, covered)
    _lodging, table, prepared = judge_draft(bill)
    return Check(bill, table.faults, prepared[0] if prepared and not table.faults else None)
