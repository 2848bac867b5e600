"""What of a filed shipping bill may be amended, and what is locked, with the reason, at each stage of its clearance (PN17 11.0)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from bills.adding import ITEM_OFF, ITEM_ON
from bills.amendable import Declared, Locked
from bills.forms.words import in_words
from bills.requests import Change, text_of
from exports.columns import HEADER, ITEM, SAME
from exports.forms.words import LABELS
from exports.iii import amending
from exports.iii.weighing import WEIGHT
from exports.models import CourierShippingBill, ExportItem
from exports.stages import Stage

OF_BILL = (
    "invoice_number",
    "invoice_date",
    "invoice_terms",
    "currency",
    *(name for name in HEADER if name != "scheme"),
)
OF_ITEM = ITEM[1:]
SETTLED = ("form", "hawb", "kyc_type", "kyc_number")
TAX = ("taxable_value", "igst_paid", "cess_paid")
BANK = ("ad_code", "account_number")
# What no desk of the clearance looked at: the invoice's own number, the order of e-commerce, and what banks and tax are told.
AFTER_ORDER = (
    *BANK, *TAX, "invoice_number", "invoice_date", "operator", "transaction_id", "order_number", "order_date",
)  # fmt: skip
ON_MANIFEST = (*BANK, *TAX)
OLD_NAMES = {"fob_value": "fob_foreign", "form": "kind"}  # how the model calls what the form declares


def held(target: CourierShippingBill | ExportItem, name: str) -> str:
    """A declared value as it stands, as it is typed."""
    own = (isinstance(target, ExportItem) and name == "fob_value") or name == "form"
    return text_of(getattr(target, OLD_NAMES[name] if own else name))


def why_locked(bill: CourierShippingBill) -> dict[str, str]:
    """The values that no amendment changes at the stage where the bill stands, each with why."""
    if bill.is_documents:
        return amending.why_locked(bill)
    told = dict.fromkeys(SETTLED[2:], _("Who the exporter is was checked at filing: cancel the bill and file another."))
    told |= dict.fromkeys(SETTLED[:2], _("It is what the bill was filed for: cancel the bill and file another."))
    if bill.meis is None:
        told["meis"] = _("It was not asked of this bill.")
    if bill.registered_at:
        told["packages"] = _("The goods are registered: so many packages were scanned at the terminal.")
        if bill.actual_weight_kg is None:
            told["gross_weight_kg"] = _("The goods are registered and were not weighed: have them weighed first.")
    if bill.let_export_at:
        reason = _(
            "The Let Export Order is given for the goods as they are declared: cancel the bill and file another."
        )
        told |= {name: reason for name in (*OF_BILL, *OF_ITEM, ITEM_OFF, ITEM_ON) if name not in AFTER_ORDER}
    if bill.stage == Stage.MANIFESTED:
        reason = _("It stands on an export manifest that is filed: have the goods shut out of the flight first.")
        told |= {name: reason for name in AFTER_ORDER if name not in ON_MANIFEST}
    return told


def reasons_locked(bill: CourierShippingBill, changes: Sequence[Change]) -> list[str]:
    """Why changes that were asked for cannot be made where the bill stands now, each named once."""
    shut = why_locked(bill)
    named = dict.fromkeys(change["name"] for change in changes)
    if bill.is_documents:
        shut |= dict.fromkeys({*named} - {*amending.NAMES, WEIGHT}, _("It is not declared of documents."))
    return [f"{LABELS.get(name, name)}: {shut[name]}" for name in named if name in shut]


def locked(bill: CourierShippingBill) -> list[Locked]:
    """What is locked of the bill as a whole, as it was declared and with the reason."""
    of_items = (*OF_ITEM, ITEM_OFF, ITEM_ON)
    shown = ((name, reason, held(bill, name)) for name, reason in why_locked(bill).items() if name not in of_items)
    return [Locked(LABELS.get(name, name), in_words(name, value), reason) for name, reason, value in shown if value]


def declared(bill: CourierShippingBill, items: Sequence[ExportItem]) -> Iterator[Declared]:
    """Every declared value that may be amended where the bill stands, in the order of the form."""
    shut = why_locked(bill)
    for name in OF_BILL:
        if name not in shut:
            yield Declared(name, held(bill, name))
    for item in items:
        for name in OF_ITEM:
            if name not in shut:
                yield Declared(name, held(item, name), item=item.item_no)


def same(name: str) -> bool:
    """Whether every row of a file says it: form and invoice."""
    return name in SAME


def as_typed(
    bill: CourierShippingBill, items: Sequence[ExportItem], come: Mapping[int, Mapping[str, str]] | None = None
) -> list[dict[str, Any]]:
    """A filed bill as the rows of a file; `come` are items that an amendment adds, by their numbers."""
    whole = {name: held(bill, name) for name in (*SAME, *HEADER) if name != "scheme"} | {"hawb": bill.hawb}
    every = {name: value for name, value in whole.items() if same(name) or name == "hawb"}
    stay = [{name: held(item, name) for name in ITEM} for item in items]
    added = [{**values, "item_no": str(number)} for number, values in (come or {}).items()]
    return [(whole if n == 0 else every) | told for n, told in enumerate([*stay, *added])]
